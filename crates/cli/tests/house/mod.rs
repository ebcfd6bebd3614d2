//! A home of its own for each test: a folder to work in, with the data folder in it, and the real binary.
#![allow(dead_code, unreachable_pub, reason = "shared by test files, each of which uses some of it")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

pub mod engine;

use std::path::{Path, PathBuf};
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

/// A temporary home.
pub struct House {
    home: TempDir,
}

impl House {
    /// An empty one.
    pub fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap() }
    }

    /// One with the demonstration data loaded.
    pub fn with_demonstration_data() -> Self {
        let house = Self::new();
        house.assay(&["db", "import", "--demonstration"]).assert().success();
        house
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.home.path()
    }

    /// Puts a file into it.
    pub fn file(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The command with these arguments, run in the home and knowing nothing of the machine's settings.
    pub fn assay(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("assay").unwrap();
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path())
            .env("ASSAY_DATA", self.path().join("data"))
            .current_dir(self.path())
            .args(arguments);
        command
    }

    /// Fails when a run left anything behind: a folder, a mount, a control group, a process that knows this home.
    pub fn assert_nothing_left(&self) {
        let entries = |folder: &str| -> Vec<String> {
            let entries = std::fs::read_dir(self.path().join("data").join(folder));
            let names =
                entries.into_iter().flatten().map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter(|name| name.starts_with("run-")).collect()
        };
        assert_eq!(entries("runs"), Vec::<String>::new(), "folders of runs");
        assert_eq!(entries("sandbox"), Vec::<String>::new(), "folders of the sandbox");
        let home = self.path().display().to_string();
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.contains(&home), "mounts: {mounts}");
        assert_eq!(processes_knowing(&home), Vec::<String>::new(), "processes");
    }

    /// Everything the command said, with its exit code, for a snapshot. Times and the home's path are evened out.
    pub fn told(&self, arguments: &[&str]) -> String {
        self.described(&self.assay(arguments).output().unwrap())
    }

    /// The same for an output at hand.
    pub fn described(&self, output: &Output) -> String {
        let text = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).expect("the command speaks UTF-8");
            even(&text.replace(&self.path().display().to_string(), "[HOME]"))
        };
        let code = output.status.code().map_or("killed".to_owned(), |code| code.to_string());
        format!("exit: {code}\n----- stdout\n{}----- stderr\n{}", text(&output.stdout), text(&output.stderr))
    }
}

/// `text` with durations such as `12 ms` and `1.24 s` replaced.
fn even(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 1..words.len() {
            let unit = words[at].trim_end_matches(['\n', ')', ',', ';']).to_owned();
            let number = words[at - 1].trim_start_matches('(').to_owned();
            let is_number = !number.is_empty() && number.chars().all(|c| c.is_ascii_digit() || c == '.');
            if matches!(unit.as_str(), "ms" | "s") && is_number {
                words[at - 1] = words[at - 1].replace(&number, "[time]");
                words[at] = words[at].replacen(&unit, "", 1);
            }
        }
        let line = words.join(" ");
        // Columns after a time depend on its width.
        if line.contains("[time]") { collapse(&line) } else { line }
    });
    lines.collect()
}

fn collapse(line: &str) -> String {
    let indent = line.len() - line.trim_start_matches(' ').len();
    let words: Vec<&str> = line.split_whitespace().collect();
    let end = if line.ends_with('\n') { "\n" } else { "" };
    format!("{}{}{end}", " ".repeat(indent), words.join(" "))
}

/// A manifest that keeps every rule, for an engine of this category.
pub fn good_manifest(category: &str) -> String {
    format!(
        r#"{{
  "engineId": "62f6f0ee-1111-4222-8333-444455556666",
  "category": "{category}",
  "externalCalls": [],
  "outputFormats": ["application/json"],
  "clusterSize": "small",
  "initialConcurrency": 50,
  "maxConcurrency": 50,
  "preferredInputFormat": "text/plain",
  "supportedInputFormats": ["text/plain"],
  "engineMode": "chunk"
}}
"#
    )
}

/// Processes whose arguments, environment or root name `home`; this one apart.
fn processes_knowing(home: &str) -> Vec<String> {
    let own = std::process::id().to_string();
    let entries = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let numbered = entries.filter(|path| {
        let name = path.file_name().unwrap().to_str().unwrap();
        name != own && name.bytes().all(|byte| byte.is_ascii_digit())
    });
    let knows = |path: &PathBuf| {
        let told = |file: &str| {
            String::from_utf8_lossy(&std::fs::read(path.join(file)).unwrap_or_default()).into_owned()
        };
        let root = std::fs::read_link(path.join("root")).unwrap_or_default();
        told("cmdline").contains(home) || told("environ").contains(home) || root.starts_with(home)
    };
    numbered.filter(knows).map(|path| path.display().to_string()).collect()
}
