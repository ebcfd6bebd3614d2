//! The published validators, installed beside the build and asked through a pipe.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::{Value, json};

/// The reference's opinion of one document.
#[derive(Deserialize, Clone, Debug, PartialEq)]
#[serde(untagged)]
pub(crate) enum Opinion {
    Judged {
        valid: bool,
        /// Keyword and data path.
        errors: Vec<(String, String)>,
    },
    Unreadable {
        unreadable: String,
    },
    Crashed {
        crashed: String,
    },
}

/// A running referee.
pub(crate) struct Referee {
    home: PathBuf,
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl Referee {
    /// Installs the package when it is not there yet and starts the server. Fails loudly without npm, node or a
    /// registry: a comparison that did not happen is not a comparison.
    pub(crate) fn start() -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/referee");
        let home = install(&source);
        let mut child = Command::new("node")
            .arg(source.join("server.js"))
            .arg(&home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("`node` is needed for the comparison with the published validators");
        let to = child.stdin.take().unwrap();
        let from = BufReader::new(child.stdout.take().unwrap());
        Self { home, child, to, from }
    }

    /// Opinions on several documents. `slowly` asks the package itself.
    pub(crate) fn ask(&mut self, validator: &str, documents: &[String], slowly: bool) -> Vec<Opinion> {
        let question = json!({ "validator": validator, "documents": documents, "slowly": slowly });
        writeln!(self.to, "{question}").expect("the referee listens");
        let mut answer = String::new();
        self.from.read_line(&mut answer).expect("the referee answers");
        let opinions: Vec<Opinion> = serde_json::from_str(&answer).expect("the referee answers in JSON");
        assert_eq!(opinions.len(), documents.len());
        opinions
    }

    /// The package's own examples: contract, file name, text.
    pub(crate) fn examples(&self) -> Vec<(String, String, String)> {
        let root = self.home.join("node_modules/veritone-json-schemas/schemas/vtn-standard");
        let mut examples = Vec::new();
        for contract in folder(&root).into_iter().filter(|path| path.is_dir()) {
            let name = contract.file_name().unwrap().to_string_lossy().into_owned();
            for file in ["examples", "invalid-examples"].iter().flat_map(|kind| folder(&contract.join(kind)))
            {
                let title = file.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                examples.push((name.clone(), title, fs::read_to_string(&file).unwrap()));
            }
        }
        examples
    }
}

impl Drop for Referee {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn folder(path: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    entries
}

/// `npm ci` into a folder beside the build, once for each lock file.
fn install(source: &Path) -> PathBuf {
    // Tests run side by side, and one installation is enough.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().expect("the installation before did not fail");
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("output-referee");
    let lock = fs::read(source.join("package-lock.json")).unwrap();
    let done = home.join("installed-from.json");
    if fs::read(&done).is_ok_and(|installed| installed == lock) {
        return home;
    }
    fs::create_dir_all(&home).unwrap();
    for name in ["package.json", "package-lock.json", ".npmrc"] {
        fs::copy(source.join(name), home.join(name)).unwrap();
    }
    let installed = Command::new("npm")
        .args(["ci", "--no-progress"])
        .current_dir(&home)
        .output()
        .expect("`npm` is needed for the comparison with the published validators");
    let complaint = String::from_utf8_lossy(&installed.stderr).into_owned();
    assert!(installed.status.success(), "`npm ci` in {} failed:\n{complaint}", home.display());
    fs::write(&done, lock).unwrap();
    home
}

/// The value of a text as the reference reads it, if it does.
pub(crate) fn value(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}
