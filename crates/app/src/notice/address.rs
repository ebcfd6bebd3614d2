//! Where messages may be posted. An endpoint is named by a developer and called by our machine, which sees more of the
//! network than the developer does: addresses that only insiders reach are refused, here when they are written out, and
//! again by the poster once a name has become an address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use assay_core::Rejection;
use assay_core::run::AddressBlock;

/// Characters of an endpoint's address at most.
const LONGEST: usize = 2000;

/// What an installation allows beside public addresses over TLS.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct WebhookRules {
    /// Addresses of private networks or of this machine that may be posted to all the same, and without TLS too: whoever
    /// allows them knows the way there.
    pub allow_addresses: Vec<AddressBlock>,
}

impl WebhookRules {
    /// Whether something may be posted to this address, over TLS or not.
    pub fn permit(&self, address: IpAddr, encrypted: bool) -> bool {
        let address = address.to_canonical();
        (encrypted && is_public(address)) || self.allow_addresses.iter().any(|block| block.contains(address))
    }
}

/// Refuses an endpoint's address that nothing may be posted to. Names are looked up later, by whoever posts.
///
/// # Errors
/// `webhook-url-malformed`, `webhook-url-not-https`, `webhook-url-private`.
pub fn check(url: &str, rules: &WebhookRules) -> Result<(), Rejection> {
    let (rest, encrypted) = scheme(url)?;
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let fits = url.len() <= LONGEST && url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    let host = host(authority).filter(|_| fits).ok_or_else(malformed)?;
    let address = match host.trim_matches(['[', ']']).parse::<IpAddr>() {
        Ok(address) => Some(address),
        Err(_) => is_local_name(host).then_some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
    };
    match address {
        Some(address) if rules.permit(address, encrypted) => Ok(()),
        Some(address) if !is_public(address) => Err(private(host)),
        None if encrypted || !rules.allow_addresses.is_empty() => Ok(()),
        _ => Err(not_https()),
    }
}

/// What follows the scheme, and whether that is the encrypted one.
fn scheme(url: &str) -> Result<(&str, bool), Rejection> {
    let plain = || url.strip_prefix("http://").map(|rest| (rest, false));
    url.strip_prefix("https://").map(|rest| (rest, true)).or_else(plain).ok_or_else(malformed)
}

/// The host of an authority without user part; a port must be a number.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, port),
        _ => (authority, "443"),
    };
    let bracketed = host.starts_with('[') && host.ends_with(']');
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let sound = bracketed || (!host.is_empty() && host.bytes().all(plain));
    (sound && port.parse::<u16>().is_ok_and(|port| port > 0)).then_some(host)
}

fn is_local_name(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    host == "localhost" || host.ends_with(".localhost")
}

/// Whether everybody on the internet could reach this address: no private network, no loopback, no link (where clouds
/// keep their metadata), nothing reserved, and nothing of that behind a translated IPv6 address.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let inside = address.is_private() || address.is_loopback() || address.is_link_local();
    let reserved = match (a, b, c) {
        // This network; shared by providers (RFC 6598); protocol assignments; 6to4 relays; benchmarks; multicast and
        // beyond.
        (0, _, _) | (100, 64..=127, _) | (192, 0, 0) | (192, 88, 99) | (198, 18..=19, _) | (224.., _, _) => {
            true
        }
        _ => address.is_documentation(),
    };
    !inside && !reserved
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let tail = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match segments {
        // IPv4 in other clothes: mapped, compatible, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => tail(high, low),
        [0x2002, high, low, ..] => tail(high, low),
        // Protocol assignments and tunnels (2001::/23), documentation (2001:db8::/32, 3fff::/20).
        [0x2001, second, ..] if second < 0x200 || second == 0xdb8 => false,
        [0x3fff, second, ..] if second < 0x1000 => false,
        // Whatever else is given out to the public lies in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

fn malformed() -> Rejection {
    let message = format!(
        "an endpoint's address is an absolute https URL of at most {LONGEST} characters, without user and fragment"
    );
    Rejection::new("webhook-url-malformed", message).hint("for example `https://hooks.example.com/assay`")
}

fn not_https() -> Rejection {
    let message = "messages are posted over TLS alone, and this address begins with `http://`";
    Rejection::new("webhook-url-not-https", message)
        .hint("use https, or have the operator list the address under `webhooks.allow_addresses`")
}

fn private(host: &str) -> Rejection {
    Rejection::new("webhook-url-private", format!("`{host}` is an address that only insiders reach"))
        .hint("name a public host, or have the operator list the address under `webhooks.allow_addresses`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_insiders_reach_is_not_public() {
        let inside = "127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 169.254.169.254 0.0.0.0 \
                      100.64.0.1 192.0.0.1 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 240.0.0.1 \
                      255.255.255.255 ::1 :: fe80::1 fec0::1 fc00::1 fd12:3456::1 ff02::1 ::ffff:127.0.0.1 \
                      ::ffff:10.0.0.1 ::127.0.0.1 64:ff9b::a00:1 64:ff9b:1::1 2002:7f00:1:: 2002:a9fe:a9fe:: \
                      2001::1 2001:db8::1 3fff::1 100::1 fd00:ec2::254";
        for address in inside.split_whitespace() {
            assert!(!is_public(address.parse().unwrap()), "{address}");
        }
        let public = "1.1.1.1 8.8.8.8 172.32.0.1 100.128.0.1 192.1.0.1 2606:4700::1111 2001:4860:4860::8888 \
                      ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1";
        for address in public.split_whitespace() {
            assert!(is_public(address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_are_refused_with_their_reason() {
        let strict = WebhookRules::default();
        let code = |url: &str| check(url, &strict).err().map(|rejection| rejection.code);
        for sound in
            ["https://hooks.example.com/a?b=c", "https://a.example:8443", "https://[2606:4700::1]:1/x"]
        {
            assert_eq!(code(sound), None, "{sound}");
        }
        for odd in [
            "",
            "ftp://a.example/",
            "https://",
            "https:///x",
            "https://user@a.example/",
            "https://a.example:x/",
            "https://a.example:0/",
            "https://a.example/#b",
            "https://a.example/ b",
            "https://a.example/\n",
            "https://a.example:99999/",
            "https://ä.example/",
        ] {
            assert_eq!(code(odd), Some("webhook-url-malformed"), "{odd:?}");
        }
        assert_eq!(code(&format!("https://a.example/{}", "x".repeat(2000))), Some("webhook-url-malformed"));
        assert_eq!(code("http://a.example/"), Some("webhook-url-not-https"));
        for inside in
            ["https://127.0.0.1/", "https://[::1]/", "https://localhost./", "https://a.LOCALHOST:4/"]
        {
            assert_eq!(code(inside), Some("webhook-url-private"), "{inside}");
        }
        let lax = WebhookRules { allow_addresses: vec!["127.0.0.0/8".parse().unwrap()] };
        for allowed in
            ["http://127.0.0.1:9/x", "https://127.1.2.3/", "http://localhost:8/", "http://hooks.example/"]
        {
            assert_eq!(check(allowed, &lax), Ok(()), "{allowed}");
        }
        let code = |url: &str| check(url, &lax).err().map(|rejection| rejection.code);
        assert_eq!(code("https://10.0.0.1/"), Some("webhook-url-private"));
        assert_eq!(
            code("http://8.8.8.8/"),
            Some("webhook-url-not-https"),
            "the world is reached over TLS alone"
        );
        assert!(
            lax.permit("::ffff:127.0.0.1".parse().unwrap(), false),
            "a mapped address is the one it maps"
        );
    }
}
