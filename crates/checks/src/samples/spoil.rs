//! Inputs that engines do not expect, made of good ones.

use super::Sample;

/// Larger than what engines are usually sent, small enough to be sent in a blink.
const OVERSIZED: usize = 4 << 20;

/// A good input cut after two thirds, every seventh byte changed.
pub(super) fn broken(bytes: &[u8]) -> Vec<u8> {
    let kept = bytes.len() * 2 / 3;
    let scrambled = bytes.iter().take(kept).enumerate();
    scrambled.map(|(at, byte)| if at % 7 == 3 { byte ^ 0xa5 } else { *byte }).collect()
}

/// 4 MB that begin as the good input does: text goes on and on, JSON gets blanks, anything else zeros at its end.
pub(super) fn oversized(sample: &Sample) -> Vec<u8> {
    match sample.mime {
        "text/plain" | "text/csv" => sample.bytes.iter().copied().cycle().take(OVERSIZED).collect(),
        mime => {
            let filler = if mime.ends_with("json") || mime.ends_with("xml") { b' ' } else { 0 };
            let mut bytes = sample.bytes.to_vec();
            bytes.resize(OVERSIZED.max(bytes.len()), filler);
            bytes
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_is_shorter_and_different() {
        let sample = super::super::for_mime("text/plain").unwrap();
        let bad = broken(sample.bytes);
        assert!(bad.len() < sample.bytes.len() && !sample.bytes.starts_with(&bad));
        assert!(broken(b"").is_empty());
    }

    #[test]
    fn oversized_json_is_still_json() {
        let bytes = oversized(&super::super::for_mime("application/json").unwrap());
        assert_eq!(bytes.len(), OVERSIZED);
        assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
    }
}
