//! The layer of the environment.

use super::layers::{Given, Problem, Source};
use super::nearest::nearest;
use super::settings::SETTINGS;
use super::table::Setting;

/// Variables of ours that are no settings.
const OTHERS: [&str; 6] = [
    "ASSAY_DATA",
    "ASSAY_CONFIG",
    "ASSAY_ADMIN_PASSWORD",
    "ASSAY_REGISTRY_USER",
    "ASSAY_REGISTRY_PASSWORD",
    "ASSAY_BLESS",
];

/// What the environment says: values, what cannot be understood, and names that look like ours and are none. Those are
/// no errors, since some systems set variables after the name of a service.
#[derive(Default, Debug)]
pub(super) struct Said {
    pub(super) values: Vec<(&'static Setting, Given)>,
    pub(super) problems: Vec<Problem>,
    pub(super) strangers: Vec<String>,
}

/// Reads these variables. An empty one counts as unset, as shells have it.
pub(super) fn read(variables: impl IntoIterator<Item = (String, String)>) -> Said {
    let mut said = Said::default();
    let known: Vec<(String, &'static Setting)> =
        SETTINGS.iter().map(|setting| (setting.variable(), setting)).collect();
    for (name, text) in variables {
        if !name.starts_with("ASSAY_") || OTHERS.contains(&name.as_str()) || text.is_empty() {
            continue;
        }
        let Some((_, setting)) = known.iter().find(|(variable, _)| *variable == name) else {
            said.strangers.push(stranger(&name, &known));
            continue;
        };
        match (setting.check)(&text) {
            Ok(()) => said.values.push((setting, Given { text, source: Source::Environment(name) })),
            Err(wrong) => {
                let shown = if setting.secret { "its value".to_owned() } else { format!("`{text}`") };
                said.problems.push(Problem {
                    place: name,
                    message: format!("{shown} is {wrong}"),
                    near: None,
                });
            }
        }
    }
    said
}

fn stranger(name: &str, known: &[(String, &'static Setting)]) -> String {
    let near = nearest(name, known.iter().map(|(variable, _)| variable.as_str()));
    let near = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    format!("the variable {name} is no setting and is left aside{near}")
}
