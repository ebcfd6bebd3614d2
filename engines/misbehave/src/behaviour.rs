//! What can be done wrong.

macro_rules! behaviours {
    ($($(#[doc = $doc:literal])* $name:ident $text:literal,)*) => {
        /// One way to misbehave.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Behaviour {
            $($(#[doc = $doc])* $name,)*
        }

        impl Behaviour {
            const ALL: &[(&'static str, Self)] = &[$(($text, Self::$name),)*];
        }
    };
}

behaviours! {
    /// Nothing wrong with the program: the manifest or the image is at fault.
    None "none",
    /// A keyword document that breaks its contract.
    BadKeyword "bad-output-keyword",
    /// A language document without a language.
    BadLanguage "bad-output-language",
    /// Values out of range.
    BadSentiment "bad-output-sentiment",
    /// No JSON at all.
    BadJson "bad-output-json",
    /// A slice of time that ends before it begins.
    BadTimes "bad-output-times",
    /// 500 to every task.
    FailsAtWork "fails-at-work",
    /// Ends at once, as if all were well.
    Exits "exits",
    /// 503 for ever.
    NeverReady "never-ready",
    /// 500 at once.
    Ready500 "ready-500",
    /// Ends when the input is no text.
    CrashesOnOddInput "crashes-on-odd-input",
    /// Takes memory until killed.
    EatsMemory "eats-memory",
    /// TCP at the start.
    Tcp "calls-tcp",
    /// UDP at the start.
    Udp "calls-udp",
    /// A name lookup at the start.
    Dns "calls-dns",
    /// TCP by IPv6 at the start.
    Ipv6 "calls-ipv6",
    /// An echo request by a raw socket.
    IcmpRaw "calls-icmp-raw",
    /// An echo request by a ping socket.
    IcmpPing "calls-icmp-ping",
    /// `io_uring_setup`.
    IoUring "calls-io-uring",
    /// `socket(AF_VSOCK)`.
    Vsock "opens-vsock",
    /// The cloud's metadata service.
    Metadata "calls-metadata",
    /// A host that the manifest does not declare.
    UndeclaredHost "calls-undeclared-host",
    /// TCP six seconds after the start.
    AfterDelay "calls-after-delay",
    /// TCP when a certain input comes.
    OnlyOnSomeInput "calls-on-some-input",
    /// TCP from a child that outlives its parent's interest.
    DaemonisedChild "calls-from-daemon",
    /// Listens on a port that nobody knows of.
    Listens "listens-elsewhere",
    /// `unshare`, to see how far it gets.
    ProbesSandbox "probes-sandbox",
    /// Ignores SIGTERM.
    SlowStop "stops-slowly",
    /// Writes beside the temporary folders.
    WritesRoot "writes-root",
    /// Prints the token.
    LeaksToken "logs-token",
    /// Answers at random.
    Nondeterministic "nondeterministic",
    /// Answers otherwise when somebody answers outside.
    MindsTheNetwork "minds-the-network",
}

impl Behaviour {
    /// The behaviour of a name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, behaviour)| *behaviour)
    }

    /// All names.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        Self::ALL.iter().map(|(name, _)| *name)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What the engines' files ask of this program.
    fn asked() -> Vec<String> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("engine.toml"));
        let texts = files
            .filter_map(|path| fs::read_to_string(path).ok())
            .filter(|text| text.contains("\"misbehave\""));
        let lines =
            texts.map(|text| text.lines().find(|line| line.starts_with("entrypoint")).unwrap().to_owned());
        lines.map(|line| line.split('"').nth(3).unwrap().to_owned()).collect()
    }

    #[test]
    fn every_behaviour_has_an_engine_and_every_engine_a_behaviour() {
        let asked = asked();
        for name in &asked {
            assert!(Behaviour::named(name).is_some(), "`{name}` is no behaviour");
        }
        for name in Behaviour::names() {
            assert!(asked.iter().any(|asked| asked == name), "no engine does `{name}`");
        }
    }
}
