//! `multipart/form-data` (RFC 7578).

use crate::Task;

/// Most parts looked at.
const PARTS: usize = 200;

/// The task in a form; `None` when `content_type` names no form or the body is none.
pub(crate) fn read(content_type: &str, body: &[u8]) -> Option<Task> {
    let separator = format!("--{}", boundary(content_type)?).into_bytes();
    let mut task = Task::default();
    let mut rest = after(body, &separator)?;
    for _ in 0..PARTS {
        if rest.starts_with(b"--") {
            break;
        }
        let end = find(rest, &separator)?;
        let part = rest.get(..end)?;
        add(&mut task, part.strip_prefix(b"\r\n")?.strip_suffix(b"\r\n")?)?;
        rest = rest.get(end + separator.len()..)?;
    }
    task.mime = task.field("chunkMimeType").unwrap_or_default().to_owned();
    Some(task)
}

fn boundary(content_type: &str) -> Option<&str> {
    let parameters = content_type.strip_prefix("multipart/form-data")?.split(';');
    let value = parameters.filter_map(|parameter| parameter.trim().strip_prefix("boundary=")).next()?;
    let value = value.trim_matches('"');
    (!value.is_empty()).then_some(value)
}

fn add(task: &mut Task, part: &[u8]) -> Option<()> {
    let split = find(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(part.get(..split)?).into_owned();
    let content = part.get(split + 4..)?;
    let disposition =
        head.lines().find(|line| line.to_ascii_lowercase().starts_with("content-disposition:"))?;
    let name = quoted(disposition, "name")?;
    if name == "chunk" {
        task.chunk = Some(content.to_vec());
    } else {
        task.fields.push((name.to_owned(), String::from_utf8_lossy(content).into_owned()));
    }
    Some(())
}

/// The value of a parameter in quotes.
fn quoted<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let parameters = line.split(';').map(str::trim);
    parameters
        .filter_map(|parameter| parameter.strip_prefix(name)?.strip_prefix('='))
        .map(|value| value.trim_matches('"'))
        .next()
}

fn after<'a>(text: &'a [u8], mark: &[u8]) -> Option<&'a [u8]> {
    text.get(find(text, mark)? + mark.len()..)
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    let first = mark.first()?;
    let mut from = 0;
    while let Some(step) = text.get(from..)?.iter().position(|byte| byte == first) {
        let at = from + step;
        if text.get(at..)?.starts_with(mark) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_the_chunk_are_found() {
        let body = b"--xx\r\nContent-Disposition: form-data; name=\"chunkMimeType\"\r\n\r\ntext/plain\r\n\
            --xx\r\nContent-Disposition: form-data; name=\"chunk\"; filename=\"chunk.data\"\r\nContent-Type: a/b\r\n\r\n\r\nab--x\r\n\r\n--xx--\r\n";
        let task = read("multipart/form-data; boundary=xx", body).unwrap();
        assert_eq!(task.mime, "text/plain");
        assert_eq!(task.chunk.as_deref(), Some(&b"\r\nab--x\r\n"[..]));
    }

    #[test]
    fn every_cut_of_a_form_is_refused_or_read_calmly() {
        let body = b"--xx\r\nContent-Disposition: form-data; name=\"chunk\"\r\n\r\nab\r\n--xx--\r\n";
        for length in 0..body.len() {
            let _ = read("multipart/form-data; boundary=\"xx\"", &body[..length]);
        }
        assert_eq!(read("application/json", body), None);
        assert_eq!(read("multipart/form-data", body), None);
    }
}
