//! IMG-007: files that give more rights to whoever starts them.

use assay_core::{Code, Finding};
use assay_image::{Node, View};

use super::file;

const SETUID_OR_SETGID: u32 = 0o6000;
/// Paths named in one finding.
const NAMED: usize = 8;

/// One finding for the mode bits and one for file capabilities, each naming the files.
pub(super) fn judge(view: &View) -> Vec<Finding> {
    let bits = told(view, "with setuid or setgid bits", |node| {
        node.mode & SETUID_OR_SETGID != 0 && node.is_executable()
    });
    let capabilities = told(view, "with file capabilities", |node| node.has_capabilities);
    bits.into_iter().chain(capabilities).collect()
}

fn told(view: &View, what: &str, has: impl Fn(&Node) -> bool) -> Option<Finding> {
    let paths: Vec<&str> =
        view.iter().filter(|(_, node)| node.is_file() && has(node)).map(|(path, _)| path).collect();
    let first = paths.first()?;
    let named: Vec<String> = paths.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
    let more = match paths.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let observed = format!("{} file(s) {what}: {}{more}", paths.len(), named.join(", "));
    let finding = Finding::error(Code::IMG_007, observed, "no file that raises privileges");
    Some(finding.at(file(view, first)))
}
