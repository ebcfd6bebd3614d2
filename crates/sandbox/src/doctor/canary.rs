//! A tiny engine that misbehaves: if it is not seen, no engine would be.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use assay_core::progress::{Silent, Step};
use assay_core::run::{
    Drive, EngineRunner, Exercise, ExerciseKind, Fate, NetworkMode, ProcessSpec, Protocol, ResourceLimits,
    Rootfs, RunEvidence, RunPlan, Timing,
};
use assay_core::{Fault, RunId};

use super::{Fact, Health};
use crate::host::Sandbox;
use crate::sweep::RunFolder;

const NAME: &str = "canary";
/// Where the canary calls: a documentation address (RFC 5737).
const TARGET: [u8; 4] = [198, 51, 100, 1];

/// Runs it and says what the observers saw.
pub(super) fn sing(sandbox: &Sandbox) -> Fact {
    match run(sandbox) {
        Ok(evidence) => judge(&evidence),
        Err(fault) => {
            let mend = "mend what is named above; an engine cannot be started like this";
            Fact::bad(NAME, Health::Missing, fault.to_string(), mend)
        }
    }
}

fn judge(evidence: &RunEvidence) -> Fact {
    let called = |fate| {
        move |event: &&assay_core::run::NetworkEvent| {
            event.address == Some(TARGET.into()) && event.protocol == Protocol::Tcp && event.fate == fate
        }
    };
    let packet = evidence.network.iter().find(called(Fate::Captured));
    let named = packet.is_some_and(|event| event.process.is_some());
    let denied = evidence.network.iter().any(|event| event.name.as_deref() == Some("AF_VSOCK"));
    let missed: Vec<&str> = [
        (evidence.exit.code != Some(0), "it did not run to its end"),
        (packet.is_none(), "its packet was not seen"),
        (!named, "its process was not named"),
        (!denied, "its forbidden socket was not denied"),
    ]
    .into_iter()
    .filter_map(|(missed, what)| missed.then_some(what))
    .collect();
    if missed.is_empty() {
        let ms = (evidence.metering.setup_micros + evidence.metering.teardown_micros) / 1000;
        return Fact::good(NAME, format!("called out and was seen; the sandbox took {ms} ms"));
    }
    let mend = "mend what is named above; until then verdicts on the network are inconclusive";
    Fact::bad(NAME, Health::Missing, missed.join(", "), mend)
}

fn run(sandbox: &Sandbox) -> Result<RunEvidence, Fault> {
    let fault = |cause: io::Error| Fault::io("preparing the canary", cause);
    let (state, ids) = (&sandbox.options().state_dir, &*sandbox.options().ids);
    // A run's folder, so that a doctor who is killed leaves nothing either.
    let name = format!("{NAME}-{}", ids.next_id().as_simple());
    let nest = RunFolder::create(state, &name, Vec::new()).map_err(fault)?;
    let (layer, evidence) = (nest.path().join("layer"), nest.path().join("evidence"));
    fs::create_dir(&layer).and_then(|()| fs::create_dir(&evidence)).map_err(fault)?;
    hatch(&layer).map_err(fault)?;
    sandbox.run(&plan(RunId::new(ids), layer, evidence), &Silent, Step::Run)
}

fn plan(id: RunId, layer: std::path::PathBuf, evidence_dir: std::path::PathBuf) -> RunPlan {
    let moment = Duration::from_secs(5);
    RunPlan {
        id,
        rootfs: Rootfs { layers: vec![layer] },
        process: ProcessSpec {
            argv: vec!["/canary".into()],
            user: "65534:65534".into(),
            ..ProcessSpec::default()
        },
        limits: ResourceLimits {
            memory_bytes: 64 << 20,
            cpus: 1.0,
            processes: 16,
            open_files: 64,
            log_bytes: 4096,
            scratch_bytes: 1 << 20,
        },
        network: NetworkMode::Dead,
        drive: Drive::Batch {
            exercise: Exercise {
                name: NAME.into(),
                kind: ExerciseKind::Empty,
                mime: "text/plain".into(),
                input: Arc::from(&[][..]),
                duration_ms: 0,
                size: (0, 0),
                times: 1,
            },
            fields: BTreeMap::new(),
        },
        timing: Timing {
            ready: moment,
            request: moment,
            work: moment,
            watch: Duration::ZERO,
            sleep: Duration::ZERO,
            stop: moment,
        },
        evidence_dir,
    }
}

/// Writes the program. It is put together by hand, so that it needs nothing of the host: no compiler, no C library.
fn hatch(layer: &Path) -> io::Result<()> {
    let path = layer.join(NAME);
    fs::write(&path, program())?;
    fs::set_permissions(path, Permissions::from_mode(0o755))
}

/// Where the program is loaded.
const BASE: u64 = 0x40_0000;
/// Size of the two headers that stand before the code.
const HEADERS: u64 = 64 + 56;

/// An executable of one segment: ELF header, program header, code.
fn program() -> Vec<u8> {
    let code = code();
    let length = HEADERS + code.len() as u64;
    let mut file = b"\x7fELF\x02\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend([2_u16, MACHINE].map(u16::to_le_bytes).concat());
    file.extend(1_u32.to_le_bytes());
    file.extend([BASE + HEADERS, 64, 0].map(u64::to_le_bytes).concat());
    file.extend(0_u32.to_le_bytes());
    file.extend([64_u16, 56, 1, 0, 0, 0].map(u16::to_le_bytes).concat());
    // One loadable segment, readable and executable.
    file.extend([1_u32, 5].map(u32::to_le_bytes).concat());
    file.extend([0, BASE, BASE, length, length, 4096].map(u64::to_le_bytes).concat());
    file.extend(code);
    file
}

#[cfg(target_arch = "x86_64")]
const MACHINE: u16 = 62;

/// `socket(AF_VSOCK)`, then a TCP `connect` that does not wait, then `exit_group(0)`.
#[cfg(target_arch = "x86_64")]
fn code() -> Vec<u8> {
    let load = |opcode: u8, value: u32| [&[opcode][..], &value.to_le_bytes()].concat();
    let (rdi, rsi, rdx, rax) = (0xbf, 0xbe, 0xba, 0xb8);
    let syscall = vec![0x0f, 0x05];
    let socket = |family, kind| {
        [load(rdi, family), load(rsi, kind), load(rdx, 0), load(rax, 41), syscall.clone()].concat()
    };
    // mov edi, eax: the socket just made.
    let to_first_argument = vec![0x89, 0xc7];
    let rest = [load(rdx, 16), load(rax, 42), syscall.clone(), load(rdi, 0), load(rax, 231), syscall.clone()]
        .concat();
    // lea rsi, [rip + rest]: the address lies right behind the code.
    let address_of = [vec![0x48, 0x8d, 0x35], (rest.len() as u32).to_le_bytes().to_vec()].concat();
    [socket(40, 1), socket(2, 0x801), to_first_argument, address_of, rest, address()].concat()
}

#[cfg(target_arch = "aarch64")]
const MACHINE: u16 = 183;

/// The same on the other processor.
#[cfg(target_arch = "aarch64")]
fn code() -> Vec<u8> {
    // movz xN, #value
    let load = |register: u32, value: u32| (0xd280_0000 | value << 5 | register).to_le_bytes().to_vec();
    let syscall = 0xd400_0001_u32.to_le_bytes().to_vec();
    let socket =
        |family, kind| [load(0, family), load(1, kind), load(2, 0), load(8, 198), syscall.clone()].concat();
    let rest =
        [load(2, 16), load(8, 203), syscall.clone(), load(0, 0), load(8, 94), syscall.clone()].concat();
    // adr x1, behind this instruction and the rest
    let address_of = (0x1000_0001 | (rest.len() as u32 + 4) / 4 << 5).to_le_bytes().to_vec();
    [socket(40, 1), socket(2, 0x801), address_of, rest, address()].concat()
}

/// The target as a `sockaddr_in`, port 443.
fn address() -> Vec<u8> {
    [&[2, 0][..], &443_u16.to_be_bytes(), &TARGET, &[0; 8]].concat()
}
