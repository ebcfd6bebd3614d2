//! `assay pack DIR -o IMAGE`

use std::path::PathBuf;

use assay_app::Refused;
use assay_core::manifest::MANIFEST_PATH;
use assay_core::{Fault, Platform, Rejection};
use assay_image::{Compression, PackError, PackLayer, PackSpec};
use clap::ValueEnum;

use crate::exit::Exit;
use crate::{place, terminal};

const EXAMPLES: &str = "\
Examples:
  assay pack rootfs/ -o engine.tar --entrypoint /engine --manifest manifest.json \\
      --user 65534:65534 --env VERITONE_WEBHOOK_READY=http://0.0.0.0:8080/ready \\
      --env VERITONE_WEBHOOK_PROCESS=http://0.0.0.0:8080/process
  assay pack rootfs/ -o layout-folder/ --entrypoint /usr/bin/python3 --arg /app/engine.py";

/// Make an OCI image of a folder, without Docker.
///
/// The folder becomes the image's file system, owned by root. Equal input gives an equal image, byte for byte.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Pack {
    /// Folder that becomes the file system
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Image to write: an OCI archive when the name ends in `.tar`, else an OCI layout folder
    #[arg(short, long, value_name = "IMAGE")]
    output: PathBuf,
    /// Program to start, a path in the image
    #[arg(long, value_name = "PATH")]
    entrypoint: Option<String>,
    /// Argument of the program; may be repeated
    #[arg(long = "arg", value_name = "WORD", allow_hyphen_values = true)]
    arguments: Vec<String>,
    /// Environment variable; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<(String, String)>,
    /// User (and group) to run as
    #[arg(long, value_name = "USER[:GROUP]", default_value = "")]
    user: String,
    /// Manifest to put at /var/manifest.json
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Working directory in the image
    #[arg(long, value_name = "DIR", default_value = "")]
    workdir: String,
    /// Label; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    label: Vec<(String, String)>,
    /// Platform of the image
    #[arg(long, value_name = "OS/ARCH", default_value = "linux/amd64")]
    platform: Platform,
    /// How to compress the layer
    #[arg(long, value_name = "HOW", default_value = "gzip")]
    compression: Packing,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Pack {
    pub(super) fn run(self) -> Result<Exit, Refused> {
        if !self.folder.is_dir() {
            let message = format!("`{}` is not a folder", self.folder.display());
            return Err(Rejection::new("folder-not-found", message).into());
        }
        self.refuse_mistyped()?;
        let digest = assay_image::pack(&self.spec(), &self.output).map_err(|cause| match cause {
            PackError::Spec(message) => Refused::from(Rejection::new("cannot-pack", message)),
            PackError::Io { doing, cause } => Fault::io(doing, cause).into(),
        })?;
        terminal::print(&format!("{digest}\n"))?;
        Ok(Exit::Good)
    }

    /// Paths that cannot be read or written are the caller's mistake; told before the work.
    fn refuse_mistyped(&self) -> Result<(), Refused> {
        if let Some(manifest) = self.manifest.as_deref().filter(|manifest| !manifest.is_file()) {
            let message = format!("the manifest `{}` is not a file", manifest.display());
            let hint = "check the path; `assay manifest init -o FILE` writes a manifest";
            return Err(Rejection::new("file-not-found", message).hint(hint).into());
        }
        if self.output.extension().is_some_and(|ending| ending == "tar") {
            place::refuse_missing_parent(&self.output)?;
        }
        Ok(place::refuse_closed(&self.output)?)
    }

    fn spec(&self) -> PackSpec {
        let mut layer = PackLayer::new().host_tree("/", &self.folder);
        if let Some(manifest) = &self.manifest {
            layer = layer.host_file(MANIFEST_PATH, manifest, Some(0o644));
        }
        PackSpec {
            platform: self.platform.clone(),
            user: self.user.clone(),
            env: self.env.clone(),
            entrypoint: self.entrypoint.iter().chain(&self.arguments).cloned().collect(),
            working_dir: self.workdir.clone(),
            labels: self.label.iter().cloned().collect(),
            layers: vec![layer],
            compression: match self.compression {
                Packing::None => Compression::None,
                Packing::Gzip => Compression::Gzip,
                Packing::Zstd => Compression::Zstd,
            },
            ..PackSpec::default()
        }
    }
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.into(), value.into())),
        _ => Err(format!("`{text}` is not of the form NAME=VALUE")),
    }
}
