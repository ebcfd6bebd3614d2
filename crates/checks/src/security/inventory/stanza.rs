//! Records of the form `Key: value`, parted by blank lines: dpkg's status, apk's database, Python's metadata.

/// Bytes of one value that are kept; names and versions are far shorter.
const LONGEST: usize = 4096;

/// One record: the wanted fields in their order, and the line it begins at (from 1).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Stanza {
    pub(super) line: usize,
    pub(super) fields: Vec<(String, String)>,
    /// Lines that are neither a field nor the continuation of one.
    pub(super) strange: Option<usize>,
}

impl Stanza {
    /// The value of `key`, letter case ignored. A doubled key has no value: two readers could see two packages.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        let mut values = self.fields.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        let (_, value) = values.next()?;
        values.next().is_none().then_some(value.as_str())
    }
}

/// Reads all stanzas of `text`, keeping only `wanted` fields; bytes that are not UTF-8 are replaced.
pub(super) fn read<'a>(text: &'a [u8], wanted: &'a [&'a str]) -> impl Iterator<Item = Stanza> + use<'a> {
    let mut lines = text.split(|byte| *byte == b'\n').enumerate();
    std::iter::from_fn(move || {
        let mut stanza = Stanza::default();
        for (index, line) in lines.by_ref() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.trim_ascii().is_empty() {
                if stanza.line > 0 {
                    return Some(stanza);
                }
                continue;
            }
            if stanza.line == 0 {
                stanza.line = index + 1;
            }
            take_line(&mut stanza, index + 1, line, wanted);
        }
        (stanza.line > 0).then_some(stanza)
    })
}

fn take_line(stanza: &mut Stanza, number: usize, line: &[u8], wanted: &[&str]) {
    if line.starts_with(b" ") || line.starts_with(b"\t") {
        return;
    }
    let Some(colon) = line.iter().position(|byte| *byte == b':') else {
        stanza.strange.get_or_insert(number);
        return;
    };
    let (key, value) = line.split_at(colon);
    let wanted = wanted.iter().find(|wanted| wanted.as_bytes().eq_ignore_ascii_case(key));
    // Enough of a doubled field is kept to know that it is doubled.
    if let Some(wanted) = wanted.filter(|_| stanza.fields.len() < 64) {
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let value = String::from_utf8_lossy(value.get(..LONGEST).unwrap_or(value)).into_owned();
        stanza.fields.push(((*wanted).to_owned(), value));
    }
}
