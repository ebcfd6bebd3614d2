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

/// A layer with a program of the host and the libraries it needs.
pub(crate) fn borrowed(program: &str, into: &Path) -> PathBuf {
    let layer = into.join(format!("borrowed-{program}"));
    let program = Path::new("/usr/bin").join(program);
    let listed = Command::new("ldd").arg(&program).output().unwrap().stdout;
    let listed = String::from_utf8(listed).unwrap();
    let libraries = listed.split_whitespace().filter(|word| word.starts_with('/')).map(PathBuf::from);
    for file in libraries.chain([program]) {
        let copy = layer.join(file.strip_prefix("/").unwrap());
        std::fs::create_dir_all(copy.parent().unwrap()).unwrap();
        std::fs::copy(&file, copy).unwrap();
    }
    layer
}
