//! What the observer says when it could not see everything. A pair of sockets stands in for the device.

use std::os::fd::OwnedFd;

use assay_core::run::NetworkMode;
use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

use crate::scene::Scene;

/// The two ends of a device: ours and the engine's.
fn device() -> (OwnedFd, OwnedFd) {
    socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap()
}

/// A datagram to a port of 203.0.113.5.
fn datagram(port: u16) -> Vec<u8> {
    let mut packet = vec![0x45, 0, 0, 29, 0, 0, 0, 0, 64, 17, 0, 0, 198, 18, 0, 1, 203, 0, 113, 5, 0, 9];
    packet.extend(port.to_be_bytes());
    packet.extend([0, 9, 0, 0, b'x']);
    packet
}

#[test]
fn what_was_sent_before_the_end_is_read_to_the_end() {
    let (ours, engines) = device();
    let scene = Scene::start(ours, NetworkMode::Dead, None, || Some(0));
    for port in 1..=100 {
        rustix::io::write(&engines, &datagram(port)).unwrap();
    }
    let outcome = scene.stop();
    outcome.assert_whole();
    assert_eq!(outcome.events.len(), 100);
    assert_eq!(outcome.pcap.len(), 24 + 100 * (16 + 29));
}

#[test]
fn a_device_that_fails_disarms_the_observer() {
    let (ours, engines) = device();
    let scene = Scene::start(ours, NetworkMode::Dead, None, || Some(0));
    drop(engines);
    let observer = scene.stop().observer;
    assert!(!observer.armed);
    assert_eq!(observer.remark.as_deref(), Some("the network device failed: the device was closed"));
}

#[test]
fn drops_of_the_device_are_told() {
    let (ours, _engines) = device();
    let observer = Scene::start(ours, NetworkMode::Dead, None, || Some(7)).stop().observer;
    assert_eq!((observer.armed, observer.lost), (true, 7));
    assert!(observer.remark.unwrap().contains("dropped 7 packets"));
}

#[test]
fn a_counter_that_cannot_be_read_counts_as_a_loss() {
    let (ours, _engines) = device();
    let observer = Scene::start(ours, NetworkMode::Dead, None, || None).stop().observer;
    assert_eq!((observer.armed, observer.lost), (true, 1));
    assert_eq!(observer.remark.as_deref(), Some("the device's drop counter could not be read"));
}

#[test]
fn more_targets_than_can_be_told_apart_are_told() {
    let (ours, engines) = device();
    let scene = Scene::start(ours, NetworkMode::Dead, None, || Some(0));
    for port in 1..=600 {
        rustix::io::write(&engines, &datagram(port)).unwrap();
    }
    let outcome = scene.stop();
    assert_eq!((outcome.events.len(), outcome.observer.lost), (500, 100));
    assert!(outcome.observer.remark.unwrap().starts_with("100 further attempts"));
}
