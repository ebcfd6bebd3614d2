//! Hosts named in `externalCalls`: the documentation speaks of domains and shows URLs, so both are read.

use std::net::IpAddr;

use assay_core::manifest::EffectiveManifest;

/// The host an entry names: lower case, without scheme, user, port, path or trailing dot; `*.example.org` stays as it
/// is. `None` when the entry names no host.
pub fn declared_host(entry: &str) -> Option<String> {
    let entry = entry.trim();
    let rest = match entry.split_once("://") {
        Some((scheme, rest)) if is_scheme(scheme) => rest,
        Some(_) => return None,
        None => entry,
    };
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?;
    let host = without_port(host)?.trim_end_matches('.').to_lowercase();
    is_host(&host).then_some(host)
}

/// The hosts a manifest declares, each once, in order.
pub fn declared_hosts(manifest: &EffectiveManifest) -> Vec<String> {
    let mut hosts = Vec::new();
    for host in manifest.external_calls.iter().filter_map(|entry| declared_host(entry)) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
}

fn without_port(host: &str) -> Option<&str> {
    if let Some(rest) = host.strip_prefix('[') {
        let (address, after) = rest.split_once(']')?;
        return (after.is_empty() || after.strip_prefix(':').is_some_and(is_port)).then_some(address);
    }
    match host.rsplit_once(':') {
        Some((_, _)) if host.parse::<IpAddr>().is_ok() => Some(host),
        Some((name, port)) => is_port(port).then_some(name),
        None => Some(host),
    }
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.parse::<u16>().is_ok()
}

/// A name of the DNS with at least two labels, `localhost`, or an address.
fn is_host(host: &str) -> bool {
    if host.parse::<IpAddr>().is_ok() {
        return true;
    }
    let name = host.strip_prefix("*.").unwrap_or(host);
    let labels: Vec<&str> = name.split('.').collect();
    let numeric = labels.last().is_some_and(|label| label.bytes().all(|byte| byte.is_ascii_digit()));
    name.len() <= 253 && !numeric && labels.len() >= 2 && labels.iter().all(|label| is_label(label))
}

fn is_label(label: &str) -> bool {
    let fits = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    (1..=63).contains(&label.len())
        && label.chars().all(fits)
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_and_urls_name_the_same_host() {
        let expected = Some("api.example.com".to_owned());
        for entry in [
            "api.example.com",
            "API.Example.com.",
            "https://api.example.com/v1?q=1",
            "http://user:pw@api.example.com:8443/",
            " api.example.com:443 ",
        ] {
            assert_eq!(declared_host(entry), expected, "{entry}");
        }
        assert_eq!(declared_host("*.example.org").as_deref(), Some("*.example.org"));
        assert_eq!(declared_host("http://[2001:db8::1]:80/x").as_deref(), Some("2001:db8::1"));
        assert_eq!(declared_host("198.51.100.7:80").as_deref(), Some("198.51.100.7"));
    }

    #[test]
    fn other_texts_name_none() {
        for entry in [
            "",
            "none",
            "our server",
            "http://",
            "a..b",
            "-a.example",
            "999.1.1.1",
            "host.example:http",
            "*.*.a.b",
        ] {
            assert_eq!(declared_host(entry), None, "{entry}");
        }
    }
}
