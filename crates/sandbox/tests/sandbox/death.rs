//! `kill -9` of the supervisor at every step of a run: nothing of it lives on, and the next start sweeps what lies about.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use assay_core::run::EngineRunner;
use assay_core::{Clock, Silent, Step};
use assay_sandbox::Swept;
use tracing::{Event, Metadata, Subscriber, span};

use crate::engines;
use crate::stage::{MachineClock, plan, sandbox};

/// More steps than a run has: the loop ends at the first run that survives.
const MOST_STEPS: usize = 60;
/// A run with fewer traces would prove little.
const FEWEST_STEPS: usize = 14;
/// Longest the dead may take to be gone.
const DYING: Duration = Duration::from_secs(20);

pub(crate) fn nothing_survives_the_supervisor() {
    let folder = tempfile::tempdir().unwrap();
    engines::layer("worker", &folder.path().join("layers"));
    at_every_step(|step| own_program(&["--oversee", path(folder.path()), step]));
}

/// Lets `oversee` kill a run at one step after the other, until one survives because it has no more steps.
pub(crate) fn at_every_step(oversee: impl Fn(&str) -> ExitStatus) {
    for step in 1..MOST_STEPS {
        match oversee(&step.to_string()).code() {
            Some(KILLED) => {}
            Some(COMPLETED) if step > FEWEST_STEPS => return,
            other => panic!("step {step}: {other:?}"),
        }
    }
    panic!("a run has more steps than expected");
}

/// What the overseer says with its exit code.
const KILLED: i32 = 10;
const COMPLETED: i32 = 11;

fn own_program(arguments: &[&str]) -> ExitStatus {
    Command::new(std::env::current_exe().unwrap()).args(arguments).status().unwrap()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A process of its own, to which the kernel hands every orphan of the run it watches.
pub(crate) fn oversee(folder: &Path, step: &str) -> ! {
    rustix::process::set_child_subreaper(Some(rustix::process::getpid())).unwrap();
    let ended = own_program(&["--supervise", path(folder), step]);
    use std::os::unix::process::ExitStatusExt;
    let killed = ended.signal() == Some(libc::SIGKILL);
    assert!(killed || ended.success(), "{ended:?}");
    wait_for_orphans();
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
    assert!(!mounts.contains(path(folder)), "a mount is left: {mounts}");
    let groups = groups(folder);
    let left = runs(folder).len() as u32;
    assert!(left <= u32::from(killed), "only a killed run leaves a folder");
    let state = folder.join("state");
    let swept = sandbox(&state, |_| {}).sweep().unwrap();
    assert_eq!(swept, Swept { dead: left, alive: 0 });
    assert!(runs(folder).is_empty());
    for group in groups {
        assert!(!group.exists(), "{} is left", group.display());
    }
    std::process::exit(if killed { KILLED } else { COMPLETED })
}

/// Every process of the run becomes our child when its parent dies; in the end there must be none. With them go their
/// namespaces and the network device, which nothing else holds.
fn wait_for_orphans() {
    let clock = MachineClock::default();
    loop {
        match rustix::process::wait(rustix::process::WaitOptions::NOHANG) {
            Err(rustix::io::Errno::CHILD) => return,
            Ok(None) => {
                assert!(clock.elapsed() < DYING, "a process of the run lives on");
                std::thread::sleep(Duration::from_millis(2));
            }
            _ => {}
        }
    }
}

fn runs(folder: &Path) -> Vec<PathBuf> {
    let entries =
        std::fs::read_dir(folder.join("state")).into_iter().flatten().flatten().map(|entry| entry.path());
    entries.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("run-")).collect()
}

fn groups(folder: &Path) -> Vec<PathBuf> {
    let listed = runs(folder).into_iter().filter_map(|run| std::fs::read_to_string(run.join("groups")).ok());
    listed
        .flat_map(|list| list.lines().map(PathBuf::from).collect::<Vec<_>>())
        .filter(|group| group.exists())
        .collect()
}

/// Runs an engine and dies at the given step.
pub(crate) fn supervise(folder: &Path, step: &str) -> ! {
    let dies_at = step.parse().unwrap();
    tracing::subscriber::set_global_default(Assassin { dies_at, seen: AtomicUsize::new(0) }).unwrap();
    let mut plan = plan(folder.join("layers/worker"), &folder.join("evidence"));
    plan.process.argv.extend(["leave", "", "wait"].map(String::from));
    plan.timing.work = Duration::from_millis(50);
    plan.timing.stop = Duration::from_millis(50);
    sandbox(&folder.join("state"), |_| {}).run(&plan, &Silent, Step::Run).unwrap();
    std::process::exit(0)
}

/// Counts the steps a run traces, and kills its own process at one of them.
struct Assassin {
    dies_at: usize,
    seen: AtomicUsize,
}

impl Subscriber for Assassin {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "assay::sandbox"
    }

    fn event(&self, _: &Event<'_>) {
        if self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.dies_at {
            let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}
