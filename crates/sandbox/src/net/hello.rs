//! The server name in a TLS ClientHello (RFC 8446 §4.1.2, RFC 6066 §3).

use super::text::host_name;

const HANDSHAKE_RECORD: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const SERVER_NAME: u16 = 0;
const HOST_NAME: u8 = 0;

/// What the first bytes of a connection are, seen as TLS.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Hello {
    /// More bytes are needed.
    Unfinished,
    /// A ClientHello, with the server name it asks for.
    Complete(Option<String>),
    /// Not the begin of a TLS conversation.
    Foreign,
}

/// Reads the first bytes a client sent. The hello may be spread over many records; the caller bounds `bytes`.
pub fn read(bytes: &[u8]) -> Hello {
    let mut handshake = Vec::new();
    let mut rest = bytes;
    loop {
        if let Some(hello) = whole_hello(&handshake) {
            return hello;
        }
        match next_record(rest) {
            Ok(Some((fragment, after))) => {
                handshake.extend_from_slice(fragment);
                rest = after;
            }
            Ok(None) => return Hello::Unfinished,
            Err(Foreign) => return Hello::Foreign,
        }
    }
}

struct Foreign;

/// A part of a handshake, and the bytes that follow its record.
type Record<'a> = (&'a [u8], &'a [u8]);

/// The record at the begin of `bytes`. `None` when it is not all there.
fn next_record(bytes: &[u8]) -> Result<Option<Record<'_>>, Foreign> {
    let expected = [Some(HANDSHAKE_RECORD), Some(3)];
    let matches = bytes.iter().zip(expected).all(|(byte, expected)| Some(*byte) == expected);
    if !matches {
        return Err(Foreign);
    }
    let Some([_, _, _, high, low]) = bytes.first_chunk::<5>() else { return Ok(None) };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length == 0 {
        return Err(Foreign);
    }
    Ok(bytes.get(5..).and_then(|body| body.split_at_checked(length)))
}

/// The verdict on the handshake bytes so far; `None` when more are needed.
fn whole_hello(handshake: &[u8]) -> Option<Hello> {
    if handshake.first().is_some_and(|kind| *kind != CLIENT_HELLO) {
        return Some(Hello::Foreign);
    }
    let [_, a, b, c] = *handshake.first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes([0, a, b, c])).ok()?;
    let body = handshake.get(4..4 + length)?;
    Some(Hello::Complete(server_name(body)))
}

/// The name in the body of a ClientHello; `None` also when the body is malformed.
fn server_name(body: &[u8]) -> Option<String> {
    // Version and random.
    let mut rest = body.get(34..)?;
    let _session = take::<1>(&mut rest)?;
    let _ciphers = take::<2>(&mut rest)?;
    let _compression = take::<1>(&mut rest)?;
    let mut extensions = take::<2>(&mut rest)?;
    while let Some(kind) = extensions.first_chunk().map(|kind| u16::from_be_bytes(*kind)) {
        extensions = extensions.get(2..)?;
        let data = take::<2>(&mut extensions)?;
        if kind == SERVER_NAME {
            return first_host_name(data);
        }
    }
    None
}

fn first_host_name(mut data: &[u8]) -> Option<String> {
    let mut list = take::<2>(&mut data)?;
    while let Some((kind, rest)) = list.split_first() {
        list = rest;
        let name = take::<2>(&mut list)?;
        if *kind == HOST_NAME {
            return Some(host_name(name));
        }
    }
    None
}

/// Takes a field whose length stands in the `N` bytes before it.
fn take<'a, const N: usize>(bytes: &mut &'a [u8]) -> Option<&'a [u8]> {
    let length = bytes.first_chunk::<N>()?.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (field, rest) = bytes.get(N..)?.split_at_checked(length)?;
    *bytes = rest;
    Some(field)
}

#[cfg(test)]
pub(super) mod sample {
    /// A ClientHello in records of at most `record` bytes.
    pub(crate) fn client_hello(name: Option<&str>, record: usize) -> Vec<u8> {
        let mut extensions = vec![0, 23, 0, 0];
        if let Some(name) = name {
            let entry = [&[0][..], &field::<2>(name.as_bytes())].concat();
            extensions.extend([0, 0]);
            extensions.extend(field::<2>(&field::<2>(&entry)));
        }
        let mut body = vec![3, 3];
        body.extend([7; 32]);
        body.extend(field::<1>(&[9; 32]));
        body.extend(field::<2>(&[0x13, 0x01]));
        body.extend(field::<1>(&[0]));
        body.extend(field::<2>(&extensions));
        let handshake = [&[1][..], &field::<3>(&body)].concat();
        handshake.chunks(record).flat_map(|part| [&[22, 3, 1][..], &field::<2>(part)].concat()).collect()
    }

    fn field<const N: usize>(content: &[u8]) -> Vec<u8> {
        let length = content.len().to_be_bytes();
        [&length[8 - N..], content].concat()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sample::client_hello;
    use super::*;

    #[test]
    fn the_name_is_found_however_the_hello_is_cut_into_records() {
        for record in [1, 2, 5, 40, 16_384] {
            let hello = client_hello(Some("API.Example.org"), record);
            assert_eq!(read(&hello), Hello::Complete(Some("api.example.org".into())), "records of {record}");
            assert_eq!(read(&hello[..hello.len() - 1]), Hello::Unfinished, "records of {record}, cut");
        }
        assert_eq!(read(&client_hello(None, 100)), Hello::Complete(None));
    }

    #[test]
    fn other_protocols_are_foreign_from_their_first_byte() {
        for bytes in
            [&b"GET / HTTP/1.1"[..], b"SSH-2.0-x", &[22, 2], &[22, 3, 1, 0, 0], &[22, 3, 1, 0, 1, 2], &[0]]
        {
            assert_eq!(read(bytes), Hello::Foreign, "{bytes:?}");
        }
        assert_eq!(read(b""), Hello::Unfinished);
    }

    #[test]
    fn lies_about_lengths_are_survived() {
        let good = client_hello(Some("a.example"), 16_384);
        for at in 5..good.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bad = good.clone();
                bad[at] = value;
                let _ = read(&bad);
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let framed = [&[22, 3, 1, 0, bytes.len() as u8, 1, 0, 0][..], &bytes].concat();
            let _ = (read(&bytes), read(&framed));
        }

        #[test]
        fn a_prefix_never_contradicts_the_whole(record in 1_usize..80, cut in 0_usize..200) {
            let hello = client_hello(Some("a.example"), record);
            let prefix = read(&hello[..cut.min(hello.len() - 1)]);
            prop_assert_eq!(prefix, Hello::Unfinished);
        }
    }
}
