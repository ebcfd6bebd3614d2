//! `assay build create|upload`

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use assay_app::Refused;
use assay_app::build::{create, may_upload, offered, upload};
use assay_core::{Actor, Fault, Rejection};

use super::row::{BuildRow, page};
use crate::command::engine::EngineName;
use crate::command::form::Form;
use crate::folder::DataFolder;
use crate::installation::Installation;

#[derive(clap::Args, Debug)]
pub(crate) struct Create {
    /// The engine: its id, or `ORG/NAME`
    engine: EngineName,
    /// The image: `HOST/REPOSITORY:TAG` or `HOST/REPOSITORY@sha256:…`
    image: String,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

#[derive(clap::Args, Debug)]
pub(crate) struct Upload {
    /// The engine: its id, or `ORG/NAME`
    engine: EngineName,
    /// The archive, as `docker save` or `assay pack` writes it
    #[arg(value_name = "ARCHIVE")]
    file: PathBuf,
    /// Form of the answer
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Form,
}

impl Create {
    pub(super) fn run(self, house: &Installation) -> Result<(), Refused> {
        let engine = self.engine.find(house)?.engine;
        let made = create(&house.service, &Actor::operator(), engine.id, &self.image)?;
        self.format.print(&BuildRow::from(offered(&house.service, made)?), page)
    }
}

impl Upload {
    pub(super) fn run(self, house: &Installation, folder: &DataFolder) -> Result<(), Refused> {
        let (engine, operator) = (self.engine.find(house)?.engine.id, Actor::operator());
        may_upload(&house.service, &operator, engine)?;
        let archive = stage(&self.file, &folder.archives(), house)?;
        let called = self.file.file_name().unwrap_or_default().to_string_lossy();
        let made = upload(&house.service, &operator, engine, &archive.name, &called)?;
        archive.kept();
        self.format.print(&BuildRow::from(offered(&house.service, made)?), page)
    }
}

/// A copied archive, gone again unless it is kept.
struct Staged {
    name: String,
    path: tempfile::TempPath,
}

impl Staged {
    fn kept(self) {
        // Forgetting to delete cannot fail.
        let _ = self.path.keep();
    }
}

/// Copies the archive into the data folder, and sees it on the disk before a record speaks of it.
fn stage(file: &Path, archives: &Path, house: &Installation) -> Result<Staged, Refused> {
    let mut from = File::open(file).map_err(|cause| {
        Rejection::new("archive-unreadable", format!("`{}` cannot be read: {cause}", file.display()))
    })?;
    let name = format!("{}.tar", house.service.ids.next_id());
    let mut copy = || -> io::Result<tempfile::TempPath> {
        fs::create_dir_all(archives)?;
        let path = archives.join(&name);
        let mut to = File::create_new(&path)?;
        let path = tempfile::TempPath::try_from_path(path)?;
        io::copy(&mut from, &mut to)?;
        to.sync_all()?;
        File::open(archives)?.sync_all()?;
        Ok(path)
    };
    let path = copy().map_err(|cause| Fault::io(format!("copying `{}`", file.display()), cause))?;
    Ok(Staged { name, path })
}
