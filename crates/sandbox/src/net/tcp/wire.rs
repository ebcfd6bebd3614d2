//! The wire between a stack and us: two queues.

use std::collections::VecDeque;

use smoltcp::phy::{Checksum, Device, DeviceCapabilities, Medium, RxToken, TxToken};
use smoltcp::time::Instant;

/// The longest packet that the engine's device carries.
const LONGEST_PACKET: usize = 1_500;

/// What goes in and what comes out.
#[derive(Default)]
pub(in crate::net) struct Wire {
    pub(in crate::net) inbound: VecDeque<Vec<u8>>,
    pub(in crate::net) outbound: VecDeque<Vec<u8>>,
}

pub(in crate::net) struct Received(Vec<u8>);

pub(in crate::net) struct Sending<'a>(&'a mut VecDeque<Vec<u8>>);

impl Device for Wire {
    type RxToken<'a> = Received;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Received, Sending<'_>)> {
        let packet = self.inbound.pop_front()?;
        Some((Received(packet), Sending(&mut self.outbound)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Sending<'_>> {
        Some(Sending(&mut self.outbound))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut capabilities = DeviceCapabilities::default();
        capabilities.medium = Medium::Ip;
        capabilities.max_transmission_unit = LONGEST_PACKET;
        // Packets come from the kernel by memory: nothing has damaged them on the way.
        capabilities.checksum.ipv4 = Checksum::Tx;
        capabilities.checksum.tcp = Checksum::Tx;
        capabilities
    }
}

impl RxToken for Received {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, with: F) -> R {
        with(&self.0)
    }
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, length: usize, with: F) -> R {
        let mut packet = vec![0; length];
        let result = with(&mut packet);
        self.0.push_back(packet);
        result
    }
}
