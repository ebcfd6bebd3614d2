//! Where to listen, from the webhook variables of the image.

use std::env;

/// The two webhooks.
#[derive(Debug, PartialEq)]
pub(crate) struct Webhooks {
    /// `0.0.0.0:8080`.
    pub(crate) address: String,
    pub(crate) ready: String,
    pub(crate) process: String,
}

impl Webhooks {
    /// From `VERITONE_WEBHOOK_READY` and `VERITONE_WEBHOOK_PROCESS`, or port 8080 with `/ready` and `/process`.
    pub(crate) fn from_env() -> Self {
        let ready = env::var("VERITONE_WEBHOOK_READY").ok();
        let process = env::var("VERITONE_WEBHOOK_PROCESS").ok();
        let (address, ready) = split(ready.as_deref().unwrap_or("http://0.0.0.0:8080/ready"));
        let (_, process) = split(process.as_deref().unwrap_or("http://0.0.0.0:8080/process"));
        Self { address, ready, process }
    }
}

/// Address and path of an absolute URL; the engine listens on every address of its own network.
fn split(url: &str) -> (String, String) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let port = authority.rsplit_once(':').and_then(|(_, port)| port.parse::<u16>().ok()).unwrap_or(80);
    (format!("0.0.0.0:{port}"), format!("/{path}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_split() {
        assert_eq!(split("http://127.0.0.1:9000/a/b"), ("0.0.0.0:9000".into(), "/a/b".into()));
        assert_eq!(split("http://localhost"), ("0.0.0.0:80".into(), "/".into()));
    }
}
