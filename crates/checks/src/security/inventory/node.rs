//! Records of Node packages: `package.json` below a `node_modules` folder.

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Manifest {
    name: Option<Value>,
    version: Option<Value>,
}

/// Name and version; `None` for a file that describes no package, such as one that only sets the module type of a
/// folder.
pub(super) fn read(bytes: &[u8]) -> Result<Option<(String, String)>, String> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
    let text = |value: Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    Ok(text(manifest.name).zip(text(manifest.version)))
}

/// Whether `path` is where the package manager puts a package's record: directly in the folder of the package. Files
/// deeper down are the package's own affair, often test data that is broken on purpose.
pub(super) fn is_root(path: &str) -> bool {
    let Some((_, rest)) = path.rsplit_once("/node_modules/") else { return false };
    match rest.split('/').collect::<Vec<_>>().as_slice() {
        [name, "package.json"] => !name.starts_with('@'),
        [scope, _, "package.json"] => scope.starts_with('@'),
        _ => false,
    }
}
