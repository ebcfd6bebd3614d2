//! Lookups over TCP: each message has its length in front (RFC 1035, 4.2.2).

/// Collects bytes until they are messages. Holds at most one message and its length.
#[derive(Default, Debug)]
pub(crate) struct Framing(Vec<u8>);

impl Framing {
    /// Takes `bytes` and hands every complete message to `with`.
    pub(crate) fn take(&mut self, bytes: &[u8], mut with: impl FnMut(&[u8])) {
        for chunk in bytes.chunks(usize::from(u16::MAX)) {
            self.0.extend_from_slice(chunk);
            let mut done = 0;
            while let Some(message) = message_at(self.0.get(done..).unwrap_or_default()) {
                done += 2 + message.len();
                with(message);
            }
            self.0.drain(..done);
        }
    }

    /// `message` with its length in front; empty when it is too long to be told.
    pub(crate) fn frame(message: &[u8]) -> Vec<u8> {
        let Ok(length) = u16::try_from(message.len()) else { return Vec::new() };
        [&length.to_be_bytes(), message].concat()
    }
}

/// The message at the begin of `bytes`, when it is complete.
fn message_at(bytes: &[u8]) -> Option<&[u8]> {
    let length = usize::from(u16::from_be_bytes(*bytes.first_chunk()?));
    bytes.get(2..2 + length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn messages_survive_any_cutting(
            messages in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..40), 0..8),
            cut in 1_usize..17,
        ) {
            let wire: Vec<u8> = messages.iter().flat_map(|message| Framing::frame(message)).collect();
            let mut framing = Framing::default();
            let mut seen = Vec::new();
            for chunk in wire.chunks(cut) {
                framing.take(chunk, |message| seen.push(message.to_vec()));
            }
            prop_assert_eq!(seen, messages);
            prop_assert!(framing.0.is_empty());
        }
    }
}
