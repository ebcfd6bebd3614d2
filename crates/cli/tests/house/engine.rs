//! The sample engines of `engines/`, made into images with the command itself.

use std::process::Command;
use std::sync::Once;

pub use gallery::Engine;

use super::House;

/// Every sample engine, by name.
pub fn all() -> Vec<Engine> {
    build();
    gallery::all().unwrap()
}

/// The sample engine of this name.
pub fn named(name: &str) -> Engine {
    build();
    gallery::named(name).unwrap()
}

/// Makes an engine's image in `house` and gives the image's name there.
pub fn pack(engine: &Engine, house: &House) -> String {
    engine.pack(&assert_cmd::cargo::cargo_bin("assay"), house.path()).unwrap();
    format!("{}.tar", engine.name)
}

/// The same for the engine of this name.
pub fn packed(name: &str, house: &House) -> String {
    pack(&named(name), house)
}

/// Builds the workspace of the engines, once.
fn build() {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        // The workspace has its own settings (static linking), which are found from its own folder.
        let build = ["build", "--release", "--locked", "--quiet"];
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(build)
            .current_dir(gallery::folder())
            .env_remove("CARGO_TARGET_DIR")
            .env_remove("RUSTFLAGS");
        assert!(cargo.status().unwrap().success(), "the sample engines build");
    });
}
