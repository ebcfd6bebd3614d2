//! What a distribution leaves in an image whose own records are gone: configuration of its package manager, its C library
//! and the dynamic loader. A static program from scratch needs none of them.

use assay_image::View;

/// Files and folders that only a distribution has.
const PLACES: [&str; 5] =
    ["/etc/debian_version", "/etc/alpine-release", "/etc/redhat-release", "/etc/apt", "/etc/apk"];

/// The first sign of a distribution, as the path of a node of the view.
pub(crate) fn distribution(view: &View) -> Option<&str> {
    let place = PLACES.into_iter().find(|path| view.get(path).is_some());
    // Looked for in every folder: a loader works wherever the programs say it is.
    place.or_else(|| view.iter().map(|(path, _)| path).find(|path| is_runtime(path)))
}

/// The C library or the loader, by the names that glibc and musl give them.
fn is_runtime(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let loader = ["ld-linux", "ld-musl", "ld64.so"].iter().any(|start| name.starts_with(start));
    (loader && name.contains(".so")) || name == "libc.so.6"
}

#[cfg(test)]
mod tests {
    use super::is_runtime;

    #[test]
    fn loaders_and_c_libraries_are_known_by_name() {
        let known = [
            "/lib64/ld-linux-x86-64.so.2",
            "/usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1",
            "/lib/ld-musl-x86_64.so.1",
            "/opt/x/libc.so.6",
        ];
        assert!(known.into_iter().all(is_runtime));
        let other = ["/engine", "/lib/ld-linux", "/lib/libc.so", "/lib/libc.so.60", "/ld-musl-notes.txt"];
        assert!(!other.into_iter().any(is_runtime));
    }
}
