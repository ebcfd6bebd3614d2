//! IMG-005: can the kernel start what the image names?

use std::io::Read;

use assay_core::{Code, Fault, Finding, Place, Platform};
use assay_image::{ImageConfig, Node, ReadError, ResolveError, View};

use super::{CONFIG, command, elf, file};

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// Bytes of an executable looked at: headers and the interpreter's name lie in front.
const HEAD: u64 = 64 << 10;
/// Scripts whose interpreter is a script; the kernel gives up as early.
const MOST_INTERPRETERS: usize = 4;

/// Where commands are looked for and what they must fit.
struct Search<'a> {
    view: &'a View,
    config: &'a ImageConfig,
    platform: Platform,
    ids: Option<(u32, u32)>,
}

/// Judges the command that starts the engine. `ids` are the user's, when known.
pub(super) fn judge(
    config: &ImageConfig,
    view: &View,
    ids: Option<(u32, u32)>,
) -> Result<Vec<Finding>, Fault> {
    let line = command(config);
    let Some(program) = line.first() else {
        return Ok(vec![nothing_to_start()]);
    };
    let search = Search { view, config, platform: config.platform(), ids };
    let findings = search.judge_program(program, MOST_INTERPRETERS)?;
    if findings.is_empty() {
        return Ok(search.missing_script(&line).into_iter().collect());
    }
    Ok(findings)
}

fn nothing_to_start() -> Finding {
    let finding = Finding::error(
        Code::IMG_005,
        "the image names no command: both the entry point and the command are empty",
        "an ENTRYPOINT that starts the engine",
    );
    finding.at(Place::pointer(CONFIG, "/config/Entrypoint"))
}

impl Search<'_> {
    fn judge_program(&self, program: &str, left: usize) -> Result<Vec<Finding>, Fault> {
        let (path, node) = match self.locate(program) {
            Ok(found) => found,
            Err(finding) => return Ok(vec![*finding]),
        };
        if let Some(finding) = self.not_startable(&path, node) {
            return Ok(vec![finding]);
        }
        let head = self.head(&path)?;
        if head.starts_with(b"\x7fELF") {
            return Ok(self.judge_elf(&path, &head));
        }
        match interpreter(&head) {
            Some(words) if left > 0 => self.judge_interpreter(&path, &words, left - 1),
            Some(_) => Ok(vec![
                self.bad(&path, "is a script whose interpreters are scripts themselves, too many times"),
            ]),
            None => Ok(vec![self.bad(&path, "is neither an ELF executable nor a script with a `#!` line")]),
        }
    }

    /// Finds a program as `execvp` would.
    fn locate(&self, program: &str) -> Result<(String, &Node), Box<Finding>> {
        if program.contains('/') {
            let path = self.absolute(program);
            return self.view.resolve(&path).map_err(|problem| Box::new(self.absent(&path, &problem)));
        }
        let folders = self.config.variable("PATH").filter(|path| !path.is_empty()).unwrap_or(DEFAULT_PATH);
        folders
            .split(':')
            .filter_map(|folder| self.view.resolve(&self.absolute(&format!("{folder}/{program}"))).ok())
            .find(|(_, node)| node.is_executable())
            .ok_or_else(|| {
                let observed =
                    format!("`{}` is in none of the folders of PATH ({})", cut(program), cut(folders));
                Box::new(
                    Finding::error(Code::IMG_005, observed, "a command that is in the image")
                        .at(self.in_config()),
                )
            })
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { path.to_owned() } else { format!("/{}/{path}", self.config.working_dir) }
    }

    fn in_config(&self) -> Place {
        let field = if self.config.entrypoint.is_empty() { "Cmd" } else { "Entrypoint" };
        Place::pointer(CONFIG, format!("/config/{field}"))
    }

    fn absent(&self, path: &str, problem: &ResolveError) -> Finding {
        let observed = match problem {
            ResolveError::NotFound { .. } => format!("`{}` does not exist in the image", cut(path)),
            other => other.to_string(),
        };
        let mut place = self.in_config();
        place.path = Some(path.to_owned());
        Finding::error(Code::IMG_005, observed, format!("an executable file at `{}`", cut(path))).at(place)
    }

    fn not_startable(&self, path: &str, node: &Node) -> Option<Finding> {
        if !node.is_file() {
            return Some(self.bad(path, &format!("is {}", node.kind.name())));
        }
        if node.mode & 0o111 == 0 {
            let finding = self.bad(path, &format!("is not executable (mode {:04o})", node.mode & 0o7777));
            return Some(finding.fix(format!("`chmod 755 {path}` in the Dockerfile")));
        }
        let (uid, gid) = self.ids?;
        let needed = match () {
            () if uid == 0 => 0o111,
            () if uid == node.uid => 0o100,
            () if gid == node.gid => 0o010,
            () => 0o001,
        };
        (node.mode & needed == 0).then(|| {
            let mode = node.mode & 0o7777;
            self.bad(
                path,
                &format!(
                    "may not be executed by the user {uid}:{gid} (mode {mode:04o}, owner {}:{})",
                    node.uid, node.gid
                ),
            )
            .fix(format!("`chmod 755 {path}` in the Dockerfile"))
        })
    }

    fn head(&self, path: &str) -> Result<Vec<u8>, Fault> {
        let mut head = Vec::new();
        match self.view.open(path) {
            Ok(file) => {
                file.take(HEAD)
                    .read_to_end(&mut head)
                    .map_err(|cause| Fault::io(format!("reading `{path}`"), cause))?;
            }
            Err(ReadError::Io(fault)) => return Err(fault),
            Err(_) => {}
        }
        Ok(head)
    }

    fn judge_elf(&self, path: &str, head: &[u8]) -> Vec<Finding> {
        let parsed = match elf::read(head) {
            Ok(parsed) => parsed,
            Err(why) => return vec![self.bad(path, &format!("is a damaged ELF file: {why}"))],
        };
        if let Some(why) = parsed.misfit(&self.platform) {
            let fix = format!("build it for {}", self.platform);
            return vec![self.bad(path, &why).fix(fix)];
        }
        let Some(loader) = parsed.interpreter else { return Vec::new() };
        match self.view.resolve(&loader) {
            Ok((_, node)) if node.is_file() => Vec::new(),
            _ => vec![
                self.bad(path, &format!("needs the loader `{}`, which is not in the image", cut(&loader)))
                    .fix("link it statically, or build on a base with the right C library (glibc or musl)"),
            ],
        }
    }

    fn judge_interpreter(&self, path: &str, words: &[String], left: usize) -> Result<Vec<Finding>, Fault> {
        let Some(first) = words.first() else {
            return Ok(vec![self.bad(path, "begins with `#!` but names no interpreter")]);
        };
        if first.ends_with('\r') || words.last().is_some_and(|word| word.ends_with('\r')) {
            let finding = self.bad(path, "has a `#!` line that ends with a carriage return");
            return Ok(vec![finding.fix("save the script with Unix line ends")]);
        }
        let through_env =
            first.ends_with("/env").then(|| words.iter().skip(1).find(|word| !word.starts_with('-')));
        let mut findings = self.judge_program(first, left)?;
        if let (true, Some(Some(program))) = (findings.is_empty(), through_env) {
            findings = self.judge_program(program, left)?;
        }
        for finding in &mut findings {
            finding.observed = format!("the interpreter of `{path}`: {}", finding.observed);
        }
        Ok(findings)
    }

    /// `python3 /app/main.py` without that file starts, and ends at once.
    fn missing_script(&self, line: &[String]) -> Option<Finding> {
        let [program, script, ..] = line else { return None };
        let name = program.rsplit('/').next().unwrap_or_default();
        let interprets = ["python", "node", "perl", "ruby", "sh", "bash", "dash"]
            .iter()
            .any(|known| name.starts_with(known));
        let names_file = script.starts_with('/') && !script.contains(char::is_whitespace);
        if !interprets || !names_file {
            return None;
        }
        self.view.resolve(script).err().map(|problem| self.absent(script, &problem))
    }

    fn bad(&self, path: &str, what: &str) -> Finding {
        let platform = &self.platform;
        Finding::error(
            Code::IMG_005,
            format!("`{}` {what}", cut(path)),
            format!("an executable for {platform}"),
        )
        .at(file(self.view, path))
    }
}

/// The words of a `#!` line: the interpreter and what follows it.
fn interpreter(head: &[u8]) -> Option<Vec<String>> {
    let rest = head.strip_prefix(b"#!")?;
    let line = rest.split(|byte| *byte == b'\n').next()?;
    let line = String::from_utf8_lossy(line.get(..line.len().min(512))?).into_owned();
    Some(line.split([' ', '\t']).filter(|word| !word.is_empty()).map(str::to_owned).collect())
}

fn cut(text: &str) -> String {
    text.chars().take(200).map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}
