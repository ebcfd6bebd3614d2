//! The engine's processes as `/proc` shows them. What stands there is partly the engine's to choose, so everything is
//! bounded.

use std::fs;
use std::io::Read;

/// Longest description in characters.
const LONGEST: usize = 200;
/// Most processes looked at; the limit on processes is of this order.
const MOST: usize = 4096;

/// Executable path and arguments, cut. `None` when it is gone.
pub(crate) fn describe(process: i32) -> Option<String> {
    let executable = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    // Arguments may be megabytes.
    let line = text(&format!("/proc/{process}/cmdline"), 4096)?;
    let arguments = line.split_terminator('\0').skip(1);
    let text =
        arguments.fold(executable.to_string_lossy().into_owned(), |text, argument| text + " " + argument);
    Some(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST).collect())
}

/// All processes below `root`, not itself. Orphans are the init's children, so none is missed.
pub(crate) fn descendants(root: i32) -> Vec<i32> {
    let mut found = children(root);
    let mut at = 0;
    while let Some(process) = found.get(at).copied().filter(|_| found.len() < MOST) {
        found.extend(children(process));
        at += 1;
    }
    found.truncate(MOST);
    found
}

fn children(process: i32) -> Vec<i32> {
    threads(process)
        .into_iter()
        .filter_map(|thread| text(&format!("/proc/{process}/task/{thread}/children"), 64 * 1024))
        .flat_map(|list| list.split_whitespace().filter_map(|child| child.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// The threads of a process.
pub(crate) fn threads(process: i32) -> Vec<i32> {
    let Ok(folder) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    let numbers = folder.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.take(MOST).collect()
}

/// At most `limit` bytes of a file, as text.
pub(crate) fn text(path: &str, limit: u64) -> Option<String> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(limit).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn describes_itself_and_nobody() {
        let own = describe(std::process::id() as i32).unwrap();
        let executable = std::env::current_exe().unwrap();
        assert!(own.starts_with(&*executable.to_string_lossy()), "{own}");
        assert_eq!(describe(i32::MAX), None);
    }

    #[test]
    fn finds_its_children() {
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        assert!(descendants(std::process::id() as i32).contains(&(child.id() as i32)));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(descendants(i32::MAX).is_empty());
    }
}
