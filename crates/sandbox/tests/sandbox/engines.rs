//! Engines made from small C programs, linked statically: one folder, one file.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `tests/engines/<name>.c` to `/engine` in a fresh layer below `into`.
pub(crate) fn layer(name: &str, into: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/engines").join(format!("{name}.c"));
    let layer = into.join(name);
    std::fs::create_dir_all(&layer).unwrap();
    let compiled = Command::new("gcc")
        .args(["-static", "-O1", "-Wall", "-Werror", "-pthread", "-o"])
        .arg(layer.join("engine"))
        .arg(source)
        .status()
        .expect("gcc is needed to build test engines");
    assert!(compiled.success(), "the test engine `{name}` does not compile");
    layer
}
