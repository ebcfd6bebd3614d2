//! What is remembered of a blob that was read to its end before.

use assay_core::Digest;

use crate::document::media::Encoding;

/// What a blob was found to be.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct KnownBlob {
    /// Digest of what it unpacks to.
    pub(crate) diff_id: Digest,
    /// Its bytes.
    pub(crate) size: u64,
    /// How it is encoded: a media type that says otherwise has to be told of again.
    pub(crate) encoding: String,
}

impl KnownBlob {
    pub(crate) fn of(diff_id: &Digest, size: u64, encoding: Encoding) -> Self {
        Self { diff_id: diff_id.clone(), size, encoding: encoding.name().into() }
    }

    pub(super) fn line(&self) -> String {
        format!("{} {} {}", self.diff_id, self.size, self.encoding)
    }

    /// What a line says; nothing when it is none of ours.
    pub(super) fn read(line: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (diff_id, size, encoding) = (words.next()?, words.next()?, words.next()?);
        let known =
            Self { diff_id: diff_id.parse().ok()?, size: size.parse().ok()?, encoding: encoding.into() };
        words.next().is_none().then_some(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let digest: Digest = format!("sha256:{}", "a".repeat(64)).parse().unwrap();
        let known = KnownBlob::of(&digest, 7, Encoding::Gzip);
        assert_eq!(KnownBlob::read(&known.line()), Some(known.clone()));
        for line in [format!("{digest} 7"), format!("{digest} 7 gzip x"), "x 7 gzip".into(), String::new()] {
            assert_eq!(KnownBlob::read(&line), None, "{line}");
        }
    }
}
