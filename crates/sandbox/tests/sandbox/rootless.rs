//! Without root: a user namespace, weaker instruments, and the evidence saying so.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use assay_core::run::{EngineRunner, Fate, Instrument, RunEvidence, Stream};
use assay_core::{Silent, Step};

use crate::stage::{lines, plan, sandbox};
use crate::{death, engines};

/// Runs one engine as the user `nobody`. `device` is a shell command that prepares `/dev/net` in a mount namespace of its
/// own; nothing of the host is changed.
fn as_nobody(device: &str, engine: &str, arguments: &[&str]) -> RunEvidence {
    let folder = tempfile::tempdir().unwrap();
    let program = furnish(folder.path(), engine);
    let mut command = nobody(device);
    command.arg(&program).args(["--rootless", folder.path().to_str().unwrap(), engine]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Puts the engine and a copy of this program where `nobody` can reach them.
fn furnish(folder: &Path, engine: &str) -> PathBuf {
    engines::layer(engine, &folder.join("layers"));
    let program = folder.join("program");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    for path in [folder, &program] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    program
}

/// Runs the program that follows as `nobody`.
fn nobody(device: &str) -> Command {
    let script = format!("{device} && exec setpriv --reuid 65534 --regid 65534 --clear-groups \"$@\"");
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &script, "sh"]);
    command
}

const OPEN_DEVICE: &str = "mount -t tmpfs none /dev/net && mknod -m 666 /dev/net/tun c 10 200";
const NO_DEVICE: &str = "mount -t tmpfs none /dev/net";

/// The part that runs as `nobody`.
pub(crate) fn run(folder: &Path, engine: &str, arguments: &[String]) -> ! {
    let mut plan = plan(folder.join("layers").join(engine), &folder.join("evidence"));
    plan.process.argv.extend_from_slice(arguments);
    plan.process.user = "1234:1235".into();
    let evidence = sandbox(&folder.join("state"), |_| {}).run(&plan, &Silent, Step::Run).unwrap();
    assert!(
        std::fs::read_dir(folder.join("state")).unwrap().flatten().all(|entry| entry.file_name() == "gate")
    );
    serde_json::to_writer(std::io::stdout(), &evidence).unwrap();
    std::process::exit(0)
}

pub(crate) fn sees_what_root_sees() {
    let evidence = as_nobody(OPEN_DEVICE, "caller", &["tcp"]);
    let seen: Vec<_> = evidence.network.iter().filter(|event| event.fate != Fate::Noise).collect();
    let [event] = seen[..] else { panic!("{evidence:#?}") };
    assert_eq!((event.fate, event.process.as_deref()), (Fate::Captured, Some("/engine tcp")));
    for instrument in [Instrument::Packets, Instrument::SystemCalls] {
        crate::stage::armed(&evidence, instrument);
    }
}

pub(crate) fn without_a_device_it_says_so() {
    let evidence = as_nobody(NO_DEVICE, "caller", &["tcp"]);
    let packets =
        evidence.observers.iter().find(|observer| observer.instrument == Instrument::Packets).unwrap();
    assert!(
        !packets.armed && packets.remark.as_deref().is_some_and(|text| text.contains("/dev/net/tun")),
        "{packets:?}"
    );
    let [event] = &evidence.network[..] else { panic!("{:#?}", evidence.network) };
    assert_eq!((event.fate, event.process.as_deref()), (Fate::NoPacket, Some("/engine tcp")));
}

pub(crate) fn runs_as_the_images_user_and_is_measured() {
    let evidence =
        as_nobody(OPEN_DEVICE, "worker", &["eat", "30", "look", "/proc/self/status", "sleep", "400"]);
    let said = lines(&evidence, Stream::Stdout).join("\n");
    assert!(said.contains("Uid:\t1234\t1234") && said.contains("Gid:\t1235"), "{said}");
    assert!(said.contains("CapBnd:\t0000000000000000"), "{said}");
    let group =
        evidence.observers.iter().find(|observer| observer.instrument == Instrument::ControlGroup).unwrap();
    assert!(!group.armed && group.remark.is_some(), "{group:?}");
    assert_eq!(evidence.metering.source, "sampled");
    let own = evidence.metering.peak_anonymous_bytes.unwrap();
    assert!((28 << 20..60 << 20).contains(&own), "{own}");
    assert!(evidence.metering.cpu_micros > Some(0));
}

pub(crate) fn nothing_survives_the_supervisor() {
    let folder = tempfile::tempdir().unwrap();
    let program = furnish(folder.path(), "worker");
    death::at_every_step(|step| {
        let mut command = nobody(OPEN_DEVICE);
        command.arg(&program).args(["--oversee", folder.path().to_str().unwrap(), step]);
        command.status().unwrap()
    });
}
