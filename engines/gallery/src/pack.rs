//! From an engine's folder to its image, with the command line's own `assay pack`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::engine::{Engine, Trouble, folder};

impl Engine {
    /// Makes the image in `work` with the program `assay` and gives the image's path.
    pub fn pack(&self, assay: &Path, work: &Path) -> Result<PathBuf, Trouble> {
        let root = work.join(&self.name);
        std::fs::create_dir_all(&root).map_err(|why| Trouble::with(&root, why))?;
        self.fill(&root)?;
        let image = work.join(format!("{}.tar", self.name));
        let mut pack = Command::new(assay);
        pack.arg("pack").arg(&root).arg("-o").arg(&image).args(["--user", &self.user, "--quiet"]);
        let manifest = folder().join(&self.name).join("manifest.json");
        if manifest.exists() {
            pack.arg("--manifest").arg(manifest);
        }
        for (at, word) in self.entrypoint.iter().enumerate() {
            pack.args([if at == 0 { "--entrypoint" } else { "--arg" }, word]);
        }
        for (name, value) in &self.env {
            pack.arg("--env").arg(format!("{name}={value}"));
        }
        run(&mut pack)?;
        Ok(image)
    }

    /// Flags of `assay certify` that tell what the service would know of it. A file is put into `work`.
    pub fn profile_flags(&self, work: &Path) -> Result<Vec<String>, Trouble> {
        let Some(profile) = &self.profile else { return Ok(Vec::new()) };
        let file = work.join(format!("{}.profile.json", self.name));
        let text = serde_json::to_vec(profile).map_err(Trouble::of)?;
        std::fs::write(&file, text).map_err(|why| Trouble::with(&file, why))?;
        Ok(vec!["--profile".into(), file.display().to_string()])
    }

    /// Puts its files into `root`.
    fn fill(&self, root: &Path) -> Result<(), Trouble> {
        let own = folder().join(&self.name);
        if self.base.is_some() {
            run(Command::new("sh").arg(own.join("build.sh")).arg(root))?;
        }
        if own.join("rootfs").exists() {
            run(Command::new("cp").arg("-a").arg(own.join("rootfs/.")).arg(root))?;
        }
        if let Some(binary) = &self.binary {
            let program = programs()?.join(binary);
            let engine = root.join("engine");
            std::fs::copy(&program, engine).map_err(|why| Trouble::with(&program, why))?;
        }
        Ok(())
    }
}

/// The folder of the built engines: that of this workspace's release build.
fn programs() -> Result<PathBuf, Trouble> {
    let programs = folder().join("target/x86_64-unknown-linux-gnu/release");
    if programs.join("keyword").exists() {
        return Ok(programs);
    }
    Err(Trouble::with(&programs, "not built; run `cargo build --release --locked` in `engines`"))
}

fn run(command: &mut Command) -> Result<(), Trouble> {
    let output = command.output().map_err(|why| Trouble::of(format_args!("{command:?}: {why}")))?;
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Trouble::of(format_args!("{command:?}: {}\n{told}", output.status)))
}
