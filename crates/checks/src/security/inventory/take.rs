//! Takes the inventory of an image.

use assay_image::View;

use super::candidates::{Candidates, MOST};
use super::ownership::{self, Claim};
use super::system::{System, layer};
use super::{Distribution, Inventory, Kind, Package, Trouble, executables, integrity, node, python, unread};

/// Bytes of a language package's record that are read; the largest real ones have under 1 MB.
const LARGEST: u64 = 8 << 20;
/// Bytes of all language records together.
const LARGEST_ALL: u64 = 2 << 30;

/// Finds the packages of the image in `view` and what does not fit together about them. Reads only records and the first
/// bytes of programs.
pub fn take(view: &View) -> Inventory {
    let distribution = Distribution::of(view);
    let mut system = System::read(view);
    let mut troubles = std::mem::take(&mut system.troubles);
    troubles.extend(integrity::troubles(view, &distribution, &system));
    let mut packages = std::mem::take(&mut system.packages);
    language_packages(view, &system, &mut packages, &mut troubles);
    packages.sort();
    packages.dedup();
    troubles.sort();
    Inventory {
        distribution,
        unread: unread::count(view, &system, &packages),
        packages,
        troubles,
        executables: executables::unaccounted(view, &system),
    }
}

fn language_packages(view: &View, system: &System, packages: &mut Vec<Package>, troubles: &mut Vec<Trouble>) {
    let candidates = Candidates::find(view);
    if candidates.cut {
        troubles.push(Trouble::unreadable("/", format!("there are more than {MOST} package records")));
    }
    troubles.extend(candidates.bare.iter().map(|path| bare(view, path)));
    let mut budget = LARGEST_ALL;
    for (kind, path) in &candidates.records {
        match record(view, *kind, path, &mut budget) {
            Ok(Some((mut package, bytes))) => {
                match ownership::claim(system, &package, &bytes) {
                    Claim::None => {}
                    Claim::Owned(owner) => package.owner = Some(owner),
                    Claim::False(why) => troubles.push(ownership::false_claim(&package, &why)),
                }
                packages.push(package);
            }
            Ok(None) => {}
            Err(why) => troubles.push(Trouble { layer: layer(view, path), ..Trouble::unreadable(path, why) }),
        }
    }
}

/// Reads one record; `None` when it describes no package.
fn record(
    view: &View,
    kind: Kind,
    path: &str,
    budget: &mut u64,
) -> Result<Option<(Package, Vec<u8>)>, String> {
    let bytes = view.read(path, LARGEST.min(*budget)).map_err(|error| error.to_string())?;
    *budget = budget.saturating_sub(bytes.len() as u64);
    let named = match kind {
        Kind::Python => python::read(&bytes).map(Some),
        _ => match node::read(&bytes) {
            // Broken on purpose, as test data of a package.
            Err(_) if !node::is_root(path) => Ok(None),
            other => other,
        },
    }?;
    Ok(named.map(|(name, version)| {
        let package = Package {
            kind,
            source: name.clone(),
            name,
            source_version: version.clone(),
            version,
            architecture: String::new(),
            path: path.into(),
            layer: layer(view, path),
            owner: None,
        };
        (package, bytes)
    }))
}

fn bare(view: &View, path: &str) -> Trouble {
    Trouble {
        holds: false,
        observed: format!("`{path}` is the record of a Python package, but has no METADATA"),
        expected: "every Python package says its name and version",
        fix: "reinstall the package with pip, or delete the folder",
        path: path.into(),
        layer: layer(view, path),
    }
}
