//! Kinds of values, and how each is read from text.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

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
    fn links_lose_their_last_slash() {
        assert_eq!(Link::read("https://a.example/"), Ok(Link("https://a.example".into())));
        assert!(Link::read("a.example").is_err() && Link::read("http://").is_err());
    }
}
