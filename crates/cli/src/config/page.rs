//! `docs/configuration.md`

use super::settings::{SECTIONS, SETTINGS};
use super::table::Setting;

const HEAD: &str = "\
# Configuration

Generated from the program's own table (`assay docs configuration`); a test fails when this page is stale.

`assay serve` needs no configuration. What is set is looked for in four layers, of which the later ones count more:

1. what is built in;
2. one file: that given by `--config FILE` or in `ASSAY_CONFIG`, otherwise `assay.toml` in the data folder, otherwise
   `/etc/assay/assay.toml`;
3. the environment: `ASSAY_` and section and name, as in `ASSAY_TLS_CERT`; lists are separated by commas;
4. flags: `--listen ADDRESS`, `--set SECTION.NAME=VALUE`.

A key that does not exist, or a value that cannot be understood, is an error with its place. `assay config check FILE`
looks at a file, `assay config show --sources` prints what is in force and where it comes from; secrets are never shown.

The data folder is given by `--data DIR` or in `ASSAY_DATA`; a file may name it in its first line, `data = \"DIR\"`. The
first administrator's password is read from `ASSAY_ADMIN_PASSWORD` when the service starts for the first time; without
it one is made up and printed once.

Lengths of time are written as `500ms`, `30s`, `15m`, `12h`, `7d`; sizes as `512KiB`, `4MiB`, `10GiB`, `1TiB`.
";

/// The page.
pub(crate) fn page() -> String {
    let mut page = HEAD.to_owned();
    for (section, about) in SECTIONS {
        page.push_str(&format!(
            "\n## `[{section}]`\n\n{}\n\n| setting | kind | built in | |\n|---|---|---|---|\n",
            about.trim()
        ));
        for setting in SETTINGS.iter().filter(|setting| setting.section == *section) {
            page.push_str(&row(setting));
        }
    }
    page
}

fn row(setting: &Setting) -> String {
    let default = if setting.default.is_empty() { String::new() } else { format!("`{}`", setting.default) };
    format!("| `{}` | {} | {default} | {} |\n", setting.name, setting.kind, setting.about.trim())
}
