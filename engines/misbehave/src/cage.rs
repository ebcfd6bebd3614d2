//! Whether this runs inside a sandbox: the only way out is a point-to-point device with an address reserved for tests,
//! behind which no network lies.

use std::net::Ipv4Addr;
use std::{fs, io};

/// The engine's address on the sandbox's device (198.18.0.0/15 is reserved for tests by RFC 2544).
const ADDRESS: Ipv4Addr = Ipv4Addr::new(198, 18, 0, 1);

/// Fails with a reason unless every sign of the sandbox is there. What cannot be looked at counts against it.
pub(crate) fn check() -> Result<(), String> {
    let devices = devices().map_err(|error| format!("the network devices cannot be listed: {error}"))?;
    let [device] = devices.as_slice() else {
        return Err(format!("there are {} network devices beside loopback, not one", devices.len()));
    };
    let flags = ask(device, libc::SIOCGIFFLAGS)?;
    // SAFETY: SIOCGIFFLAGS fills in the flags.
    let flags = i32::from(unsafe { flags.ifr_ifru.ifru_flags });
    if flags & libc::IFF_POINTOPOINT == 0 || flags & libc::IFF_BROADCAST != 0 {
        return Err(format!("`{device}` is no point-to-point device"));
    }
    let address = ask(device, libc::SIOCGIFADDR)?;
    // SAFETY: SIOCGIFADDR fills in an IPv4 address, whose bytes 2 to 5 of the data are the address.
    let data = unsafe { address.ifr_ifru.ifru_addr.sa_data };
    let octets: Vec<u8> = data.iter().skip(2).take(4).map(|byte| byte.cast_unsigned()).collect();
    if octets != ADDRESS.octets() {
        return Err(format!("`{device}` does not have the address {ADDRESS}"));
    }
    Ok(())
}

/// Names of all devices but loopback.
fn devices() -> io::Result<Vec<String>> {
    let table = fs::read_to_string("/proc/net/dev")?;
    let names = table.lines().filter_map(|line| line.split_once(':')).map(|(name, _)| name.trim().to_owned());
    Ok(names.filter(|name| name != "lo").collect())
}

/// Asks the kernel about a device.
fn ask(device: &str, question: libc::Ioctl) -> Result<libc::ifreq, String> {
    // SAFETY: `ifreq` is plain data for which all zeroes is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (slot, byte) in request.ifr_name.iter_mut().zip(device.bytes()).take(libc::IFNAMSIZ - 1) {
        *slot = byte.cast_signed();
    }
    // SAFETY: the socket is ours, and `request` lives during the call.
    let done = unsafe {
        let socket = libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0);
        let done = libc::ioctl(socket, question, std::ptr::from_mut(&mut request));
        libc::close(socket);
        done
    };
    if done == 0 {
        Ok(request)
    } else {
        Err(format!("`{device}` cannot be asked: {}", io::Error::last_os_error()))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_machine_that_runs_tests_is_no_sandbox() {
        assert!(super::check().is_err());
    }
}
