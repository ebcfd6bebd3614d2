//! Walks over sources: folders, zip files, JSON documents and JSON lines, plain or compressed.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use assay_core::{Fault, Rejection};

use super::collector::Collector;
use super::{ImportError, document};

/// How a file is read, told by its name.
enum Form {
    Document,
    Lines,
    Zip,
}

/// Reads whatever is at `path`. A named file must be of a known form; in a folder, other files are passed over.
pub(super) fn read(path: &Path, collector: &mut Collector) -> Result<(), ImportError> {
    let metadata = std::fs::metadata(path).map_err(|error| missing(path, &error))?;
    if metadata.is_dir() {
        return folder(path, 0, collector);
    }
    let name = path.to_string_lossy();
    if form(&name).is_none() {
        let message = format!("`{name}` is of no known form");
        let hint = "the name must end in .json, .jsonl or .zip, or in .json.zst or .jsonl.zst";
        return Err(Rejection::new("unknown-advisory-form", message).hint(hint).into());
    }
    file(path, collector)
}

fn missing(path: &Path, error: &std::io::Error) -> Rejection {
    Rejection::new("advisories-not-found", format!("`{}` cannot be read: {error}", path.display()))
        .hint("name a folder or file with OSV advisories")
}

fn form(name: &str) -> Option<Form> {
    let name = name.strip_suffix(".zst").unwrap_or(name);
    match name.rsplit_once('.')?.1 {
        "json" => Some(Form::Document),
        "jsonl" => Some(Form::Lines),
        "zip" => Some(Form::Zip),
        _ => None,
    }
}

/// Reads a folder in the order of names, so that messages come in the same order everywhere. Symbolic links are not
/// followed.
fn folder(path: &Path, depth: usize, collector: &mut Collector) -> Result<(), ImportError> {
    if depth > collector.options.limits.depth {
        let message =
            format!("`{}` lies deeper than {} folders", path.display(), collector.options.limits.depth);
        return Err(Rejection::new("import-limit", message).hint("name the inner folder itself").into());
    }
    let fault = |error| Fault::io(format!("listing {}", path.display()), error);
    let mut entries =
        std::fs::read_dir(path).and_then(Iterator::collect::<Result<Vec<_>, _>>).map_err(fault)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().map_err(fault)?;
        if kind.is_dir() {
            folder(&entry.path(), depth + 1, collector)?;
        } else if kind.is_file() && form(&entry.file_name().to_string_lossy()).is_some() {
            file(&entry.path(), collector)?;
        }
    }
    Ok(())
}

fn file(path: &Path, collector: &mut Collector) -> Result<(), ImportError> {
    let name = path.display().to_string();
    let file = File::open(path).map_err(|error| missing(path, &error))?;
    match form(&name) {
        Some(Form::Zip) => zip(&name, file, collector),
        Some(Form::Lines) => lines(&name, opened(&name, file)?, collector),
        _ => {
            let text = whole(&name, opened(&name, file)?, collector)?;
            document::read(&name, &text, collector)
        }
    }
}

fn opened(name: &str, file: File) -> Result<Box<dyn BufRead>, ImportError> {
    if !name.ends_with(".zst") {
        return Ok(Box::new(BufReader::new(file)));
    }
    let decoder = zstd::Decoder::new(file).map_err(|error| broken(name, &error))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, decoder)))
}

/// Reads one whole document. One byte more than allowed is enough to know that it is too large.
fn whole(name: &str, reader: impl Read, collector: &Collector) -> Result<Vec<u8>, ImportError> {
    let mut text = Vec::new();
    let limit = collector.options.limits.document_bytes + 1;
    reader.take(limit).read_to_end(&mut text).map_err(|error| broken(name, &error))?;
    Ok(text)
}

fn lines(name: &str, mut reader: impl BufRead, collector: &mut Collector) -> Result<(), ImportError> {
    let limit = collector.options.limits.document_bytes + 1;
    let mut line = Vec::new();
    for number in 1_u64.. {
        line.clear();
        let read =
            reader.by_ref().take(limit).read_until(b'\n', &mut line).map_err(|error| broken(name, &error))?;
        if read == 0 {
            break;
        }
        // A line of blanks that is longer than any document is no blank line.
        if line.trim_ascii().is_empty() && line.len() as u64 != limit {
            collector.pass_over(name, line.len() as u64)?;
        } else {
            document::read(&format!("{name}:{number}"), &line, collector)?;
        }
    }
    Ok(())
}

/// Only the contents of a zip are read, never its paths: nothing is written to disk.
fn zip(name: &str, file: File, collector: &mut Collector) -> Result<(), ImportError> {
    let unreadable = |error: zip::result::ZipError| broken(name, &error);
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(unreadable)?;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(unreadable)?;
        let inner = format!("{name}!{}", String::from_utf8_lossy(entry.name_raw()));
        if entry.is_file() && matches!(form(&inner), Some(Form::Document)) && !inner.ends_with(".zst") {
            let text = whole(&inner, entry, collector)?;
            document::read(&inner, &text, collector)?;
        }
    }
    Ok(())
}

fn broken(name: &str, error: &dyn std::fmt::Display) -> ImportError {
    Rejection::new("advisories-unreadable", format!("`{name}` breaks off or is damaged: {error}"))
        .hint("fetch it anew; nothing was changed")
        .into()
}
