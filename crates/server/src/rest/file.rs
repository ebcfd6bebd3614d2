//! Files below a folder, opened without ever leaving it.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use axum::body::{Body, Bytes};
use futures_util::stream;
use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};

/// Bytes sent at a time.
const PIECE: usize = 256 << 10;

/// Opens a file below `folder`, with its size. The kernel refuses every way out, links included; nothing when there is no
/// such file.
pub(super) fn open_below(folder: &Path, name: &str) -> io::Result<Option<(File, u64)>> {
    let found = open_folder(folder).and_then(|folder| {
        let walls = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        Ok(openat2(&folder, name, flags, Mode::empty(), walls)?)
    });
    let file = match found {
        Ok(found) => File::from(found),
        Err(cause) if is_absence(&cause) => return Ok(None),
        Err(cause) => return Err(cause),
    };
    let about = file.metadata()?;
    Ok(about.is_file().then_some((file, about.len())))
}

fn open_folder(folder: &Path) -> io::Result<File> {
    File::open(folder)
}

/// Whatever a path does that leads to no file of ours is the same to whoever asks.
fn is_absence(cause: &io::Error) -> bool {
    use rustix::io::Errno;
    let absent = [Errno::NOENT, Errno::NOTDIR, Errno::LOOP, Errno::XDEV, Errno::NAMETOOLONG, Errno::NXIO];
    cause.raw_os_error().is_some_and(|code| absent.iter().any(|errno| errno.raw_os_error() == code))
}

/// A file's name below a folder, and its bytes.
pub(super) type Listed = (String, u64);

/// The files below `folder`, by name, at most `limit`.
pub(super) fn list_below(folder: &Path, limit: usize) -> io::Result<Vec<Listed>> {
    let mut found = Vec::new();
    let mut waiting = vec![(folder.to_owned(), String::new())];
    while let Some((path, prefix)) = waiting.pop() {
        let entries = match fs::read_dir(&path) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => continue,
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let Ok(name) = entry.file_name().into_string() else { continue };
            // Of a link neither is true: links are neither shown nor followed.
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push((entry.path(), format!("{prefix}{name}/")));
            } else if kind.is_file() && found.len() < limit {
                found.push((format!("{prefix}{name}"), entry.metadata()?.len()));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The bytes of a file as a body.
pub(super) fn body(file: File) -> Body {
    Body::from_stream(stream::unfold(Some(file), |file| async move {
        let file = file?;
        let read = tokio::task::spawn_blocking(move || piece(file)).await;
        match read {
            Ok(Ok((bytes, file))) => (!bytes.is_empty()).then_some((Ok(bytes), Some(file))),
            Ok(Err(cause)) => Some((Err(cause), None)),
            Err(gone) => Some((Err(io::Error::other(gone)), None)),
        }
    }))
}

fn piece(mut file: File) -> io::Result<(Bytes, File)> {
    let mut bytes = vec![0; PIECE];
    let read = file.read(&mut bytes)?;
    bytes.truncate(read);
    Ok((bytes.into(), file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_path_leads_out() {
        let home = tempfile::tempdir().unwrap();
        let bundle = home.path().join("bundle");
        fs::create_dir_all(bundle.join("deep")).unwrap();
        fs::write(home.path().join("secret"), "no").unwrap();
        fs::write(bundle.join("deep/log"), "yes").unwrap();
        std::os::unix::fs::symlink(home.path().join("secret"), bundle.join("link")).unwrap();
        std::os::unix::fs::symlink(home.path(), bundle.join("way")).unwrap();
        let size = |name: &str| open_below(&bundle, name).unwrap().map(|(_, size)| size);
        assert_eq!(size("deep/log"), Some(3));
        for out in ["../secret", "/etc/passwd", "link", "way/secret", "deep/../../secret", "deep", "", "none"]
        {
            assert_eq!(size(out), None, "{out}");
        }
        assert_eq!(list_below(&bundle, 10).unwrap(), [("deep/log".to_owned(), 3)]);
        assert_eq!(list_below(&home.path().join("none"), 10).unwrap(), []);
    }
}
