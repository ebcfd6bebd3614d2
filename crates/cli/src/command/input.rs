//! An input of the caller's own: `--input FILE[:MIME]`.

use std::path::PathBuf;

use assay_app::Refused;
use assay_app::certification::OwnInput;
use assay_core::Rejection;

use super::read;

/// The most that is read of it.
const LIMIT: u64 = 256 << 20;

/// `FILE:MIME`, or a file whose name tells the media type.
pub(super) fn own(text: &str) -> Result<OwnInput, Refused> {
    let (path, mime) = match text.rsplit_once(':') {
        Some((path, mime)) if mime.contains('/') && !PathBuf::from(text).exists() => (path, mime.to_owned()),
        _ => (text, mime_of(text)?),
    };
    let path = PathBuf::from(path);
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok(OwnInput { name, mime, bytes: read::bytes(&path, LIMIT)?.into() })
}

/// The media type that a file's ending stands for.
fn mime_of(path: &str) -> Result<String, Rejection> {
    const ENDINGS: [(&str, &str); 14] = [
        (".txt", "text/plain"),
        (".csv", "text/csv"),
        (".html", "text/html"),
        (".json", "application/json"),
        (".pdf", "application/pdf"),
        (".wav", "audio/wav"),
        (".mp3", "audio/mpeg"),
        (".flac", "audio/flac"),
        (".jpg", "image/jpeg"),
        (".jpeg", "image/jpeg"),
        (".png", "image/png"),
        (".gif", "image/gif"),
        (".mp4", "video/mp4"),
        (".webm", "video/webm"),
    ];
    let lower = path.to_lowercase();
    let known = ENDINGS.iter().find(|(ending, _)| lower.ends_with(ending));
    known.map(|(_, mime)| (*mime).to_owned()).ok_or_else(|| {
        Rejection::new("unknown-media-type", format!("the ending of `{path}` does not tell its media type"))
            .hint(format!("write `{path}:TYPE/SUBTYPE`"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_media_type_is_given_or_told_by_the_ending() {
        let home = tempfile::tempdir().unwrap();
        for name in ["talk.WAV", "odd:name.txt", "nameless"] {
            std::fs::write(home.path().join(name), "x").unwrap();
        }
        let mime = |text: &str| own(&home.path().join(text).display().to_string()).map(|input| input.mime);
        assert_eq!(mime("talk.WAV").unwrap(), "audio/wav");
        assert_eq!(mime("odd:name.txt").unwrap(), "text/plain");
        assert_eq!(mime("nameless:image/tiff").unwrap(), "image/tiff");
        let refused = mime("nameless").unwrap_err();
        assert!(matches!(refused, Refused::Rejection(rejection) if rejection.code == "unknown-media-type"));
    }
}
