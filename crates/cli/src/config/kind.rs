//! Kinds of values, and how each is read from text.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use assay_core::run::AddressBlock;
use secrecy::SecretString;

use super::table::Form;

/// A kind of value.
pub(crate) trait Kind: Sized {
    /// What it is called in the documentation.
    const NAME: &'static str;
    /// Whether values are never shown.
    const SECRET: bool = false;
    /// How values are written in a file.
    const FORM: Form = Form::Text;
    /// Reads one. The text of an error goes after "`…` is".
    fn read(text: &str) -> Result<Self, String>;
}

impl Kind for String {
    const NAME: &'static str = "text";

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.to_owned())
    }
}

impl Kind for SecretString {
    const NAME: &'static str = "secret";
    const SECRET: bool = true;

    fn read(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Kind for PathBuf {
    const NAME: &'static str = "path";

    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Err("no path".into()) } else { Ok(text.into()) }
    }
}

impl Kind for SocketAddr {
    const NAME: &'static str = "address and port";

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "not an address with a port, such as `127.0.0.1:8080`".into())
    }
}

impl Kind for bool {
    const NAME: &'static str = "true or false";
    const FORM: Form = Form::Bare;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "neither `true` nor `false`".into())
    }
}

impl Kind for u32 {
    const NAME: &'static str = "number";
    const FORM: Form = Form::Bare;

    fn read(text: &str) -> Result<Self, String> {
        text.parse().map_err(|_| "not a whole number".into())
    }
}

impl Kind for u16 {
    const NAME: &'static str = "port";
    const FORM: Form = Form::Bare;

    fn read(text: &str) -> Result<Self, String> {
        let port = text.parse().ok().filter(|port| *port > 0);
        port.ok_or_else(|| "not a port, between 1 and 65535".into())
    }
}

impl Kind for f64 {
    const NAME: &'static str = "share";
    const FORM: Form = Form::Bare;

    fn read(text: &str) -> Result<Self, String> {
        let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        share.ok_or_else(|| "not a share between 0 and 1".into())
    }
}

/// Empty text is nothing.
impl<K: Kind> Kind for Option<K> {
    const NAME: &'static str = K::NAME;
    const SECRET: bool = K::SECRET;
    const FORM: Form = K::FORM;

    fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() { Ok(None) } else { K::read(text).map(Some) }
    }
}

impl Kind for Vec<AddressBlock> {
    const NAME: &'static str = "list of addresses or blocks";
    const FORM: Form = Form::List;

    fn read(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(|part| part.parse().map_err(|_| "not a list of addresses or blocks".into())).collect()
    }
}

/// A length of time: `500ms`, `30s`, `15m`, `12h`, `7d`.
impl Kind for Duration {
    const NAME: &'static str = "length of time";

    fn read(text: &str) -> Result<Self, String> {
        let (number, unit) = measured(text);
        let milliseconds = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => 0,
        };
        let read: Option<u64> = number.parse().ok().filter(|_| milliseconds > 0);
        let read = read.and_then(|number| number.checked_mul(milliseconds)).map(Self::from_millis);
        read.ok_or_else(|| "not a length of time, such as `500ms`, `30s`, `15m`, `12h` or `7d`".into())
    }
}

/// An amount of bytes: `512KiB`, `4MiB`, `10GiB`, `1TiB`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Size(pub(crate) u64);

impl Kind for Size {
    const NAME: &'static str = "size";

    fn read(text: &str) -> Result<Self, String> {
        let (number, unit) = measured(text);
        let shift = match unit {
            "B" => Some(0),
            "KiB" => Some(10),
            "MiB" => Some(20),
            "GiB" => Some(30),
            "TiB" => Some(40),
            _ => None,
        };
        let read = shift.and_then(|shift| number.parse::<u64>().ok()?.checked_mul(1 << shift));
        read.map(Self).ok_or_else(|| "not a size, such as `4MiB` or `10GiB`".into())
    }
}

/// Number and unit.
fn measured(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    (number, unit.trim_start())
}

/// An address of the web.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Link(pub(crate) String);

impl Kind for Link {
    const NAME: &'static str = "http address";

    fn read(text: &str) -> Result<Self, String> {
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let good = rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace));
        if !good {
            return Err("not an address such as `https://assay.example.org`".into());
        }
        Ok(Self(text.trim_end_matches('/').to_owned()))
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Closed sets of words.
macro_rules! words {
    ($($(#[$doc:meta])+ $Name:ident { $($(#[$about:meta])+ $Word:ident = $text:literal,)+ } as $kind:literal)+) => {$(
        $(#[$doc])+
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum $Name { $($(#[$about])+ $Word,)+ }

        impl Kind for $Name {
            const NAME: &'static str = $kind;

            fn read(text: &str) -> Result<Self, String> {
                match text {
                    $($text => Ok(Self::$Word),)+
                    _ => Err(format!("none of {}", $kind)),
                }
            }
        }
    )+};
}

words! {
    /// How the log looks.
    LogForm {
        /// For people.
        Pretty = "pretty",
        /// One JSON object a line.
        Json = "json",
    } as "`pretty`, `json`"

    /// How mail leaves the house.
    MailTransport {
        /// Files in the data folder's `mail`.
        File = "file",
        /// To a mail server.
        Smtp = "smtp",
    } as "`file`, `smtp`"

    /// How the connection to a mail server is secured.
    MailSecurity {
        /// TLS from the first byte.
        Tls = "tls",
        /// Plain at first.
        StartTls = "starttls",
        /// Not at all.
        Plain = "plain",
    } as "`tls`, `starttls`, `plain`"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(Duration::read("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(Duration::read("7 d"), Ok(Duration::from_secs(604_800)));
        assert_eq!(Size::read("10GiB"), Ok(Size(10 << 30)));
        for bad in ["", "30", "s", "1.5s", "-1s", "30 parsecs", "99999999999999999999d"] {
            assert!(Duration::read(bad).is_err(), "{bad}");
        }
        for bad in ["", "10", "10GB", "20000000TiB"] {
            assert!(Size::read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn links_lose_their_last_slash() {
        assert_eq!(Link::read("https://a.example/"), Ok(Link("https://a.example".into())));
        assert!(Link::read("a.example").is_err() && Link::read("http://").is_err());
    }
}
