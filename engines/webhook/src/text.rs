//! Reading plain text chunks.

use crate::{Answer, Task};

/// The text of a task, or the answer to give when there is none to work on.
///
/// # Errors
/// [`Answer::Ignored`] for another media type or nothing at all; a refusal for bytes that are no text.
pub fn of(task: &Task) -> Result<&str, Answer> {
    if !task.is_plain_text() {
        return Err(Answer::Ignored);
    }
    let bytes = task.chunk.as_deref().unwrap_or_default();
    let text =
        std::str::from_utf8(bytes).map_err(|_| Answer::Failed(400, "the chunk is not UTF-8 text".into()))?;
    if text.contains('\0') {
        return Err(Answer::Failed(400, "the chunk is not text".into()));
    }
    if text.trim().is_empty() { Err(Answer::Ignored) } else { Ok(text) }
}

/// The words of a text in lower case: letters with apostrophes inside.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let split = text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-'));
    split
        .map(|word| word.trim_matches(['\'', '’', '-']).to_lowercase())
        .filter(|word| word.chars().any(char::is_alphabetic))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(mime: &str, chunk: &[u8]) -> Task {
        Task { chunk: Some(chunk.to_vec()), mime: mime.into(), fields: Vec::new() }
    }

    #[test]
    fn only_text_is_worked_on() {
        assert_eq!(of(&task("text/plain; charset=utf-8", b"ok")), Ok("ok"));
        assert_eq!(of(&task("image/png", b"ok")), Err(Answer::Ignored));
        assert_eq!(of(&task("text/plain", b" \n")), Err(Answer::Ignored));
        assert!(matches!(of(&task("text/plain", b"\xff")), Err(Answer::Failed(400, _))));
    }

    #[test]
    fn words_keep_inner_apostrophes() {
        assert_eq!(words("Don't – 'quote' 12 x2!").collect::<Vec<_>>(), ["don't", "quote", "x2"]);
    }
}
