//! Who is behind a process id.

use std::fs;
use std::io::Read;

/// Longest description in characters.
const LONGEST: usize = 200;

/// Executable path and arguments, cut. `None` when it is gone.
pub(crate) fn describe(process: i32) -> Option<String> {
    let executable = fs::read_link(format!("/proc/{process}/exe")).ok()?;
    let mut line = Vec::new();
    // Arguments are the engine's to choose, and may be megabytes.
    fs::File::open(format!("/proc/{process}/cmdline")).ok()?.take(4096).read_to_end(&mut line).ok()?;
    let line = String::from_utf8_lossy(&line);
    let arguments = line.split_terminator('\0').skip(1);
    let text = arguments.fold(executable.to_string_lossy().into_owned(), |text, argument| text + " " + argument);
    Some(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).take(LONGEST).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn describes_itself_and_nobody() {
        let own = super::describe(std::process::id() as i32).unwrap();
        let executable = std::env::current_exe().unwrap();
        assert!(own.starts_with(&*executable.to_string_lossy()), "{own}");
        assert_eq!(super::describe(i32::MAX), None);
    }
}
