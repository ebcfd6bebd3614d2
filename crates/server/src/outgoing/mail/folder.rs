//! Letters as files, for whoever tries the service without a mail server.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use assay_app::notice::Sending;
use assay_core::Fault;

/// Keeps a letter as `<id>.eml`. One that comes twice lies there once.
pub(super) fn put(folder: &Path, id: &str, mail: &[u8]) -> Sending {
    match written(folder, id, mail) {
        Ok(()) => Sending::delivered(250, format!("kept as {id}.eml")),
        Err(cause) => {
            let doing = format!("keeping a letter in `{}`", folder.display());
            Sending::failed(Fault::io(doing, cause).retryable())
        }
    }
}

/// Written aside, synced, renamed.
fn written(folder: &Path, id: &str, mail: &[u8]) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut aside = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    aside.write_all(mail)?;
    aside.as_file().sync_all()?;
    aside.persist(folder.join(format!("{id}.eml"))).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}
