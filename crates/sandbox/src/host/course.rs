//! The run itself: let go, drive, watch, stop, and make sure that nothing is left.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use assay_core::progress::{Progress, Step};
use assay_core::run::{Exit, Listener, LogLine, Observer, Phase, RunPlan, Sleeper, Stream};
use assay_core::{Clock, Fault};
use tracing::debug;

use super::TRACE;
use super::listeners::listening;
use super::setup::{Armed, Instruments};
use crate::cgroup::Group;
use crate::drive::{Driven, EngineState, Scene};
use crate::launch::{Ending, Start, Ward};
use crate::logs::Heard;
use crate::meter::{Meter, Peaks};
use crate::net::{Network, Recorder};
use crate::sweep::RunFolder;
use crate::watch::{Habits, Known, Vigil};

/// Dying takes long only when the kernel has much memory to give back.
const DYING: Duration = Duration::from_secs(30);

/// A run that is over, before its evidence is put together.
pub(super) struct Over {
    pub(super) driven: Driven,
    pub(super) token: String,
    pub(super) start: Start,
    pub(super) exit: Exit,
    pub(super) watched: Watched,
    pub(super) closed: Closed,
    pub(super) logs: Heard,
    /// What the engine wrote.
    pub(super) upper: OwnedFd,
    pub(super) recorder: Arc<Recorder>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) setup: Duration,
    pub(super) folder: RunFolder,
}

/// What showed while nothing was asked.
#[derive(Default)]
pub(super) struct Watched {
    pub(super) listeners: Vec<Listener>,
    pub(super) sleepers: Vec<Sleeper>,
}

/// What the instruments said in the end.
pub(super) struct Closed {
    pub(super) peaks: Peaks,
    pub(super) cpu_micros: Option<u64>,
    pub(super) packets: Observer,
    pub(super) calls: Observer,
    pub(super) group: Result<Arc<dyn Group>, Observer>,
    /// When the engine was gone.
    pub(super) gone: Duration,
}

impl EngineState for Ward {
    fn alive(&self) -> bool {
        Ward::alive(self)
    }
}

/// Runs the held engine to its end.
pub(super) fn run(armed: Armed, plan: &RunPlan, progress: &dyn Progress, step: Step) -> Result<Over, Fault> {
    let Armed { launch, namespace, prepared, instruments, logs, upper, recorder, clock, began, folder } =
        armed;
    let eyes = Eyes { init: launch.init(), helper: launch.helper(), own_port: prepared.port };
    let token = prepared.token.clone();
    let source = instruments.source(eyes.init, plan.limits.memory_bytes);
    let meter = Meter::start(source).map_err(|cause| Fault::io("starting the meter", cause))?;
    let habits = Habits::start(eyes.init).map_err(|cause| Fault::io("starting the watch", cause))?;
    recorder.start();
    let setup = clock.elapsed().saturating_sub(began);
    let (ward, start) = launch.execute()?;
    debug!(target: TRACE, "engine started");
    let scene = Scene { namespace: &namespace, plan, recorder: &recorder, engine: &ward, clock: &*clock };
    let driven = prepared.run(scene)?;
    debug!(target: TRACE, "engine driven");
    progress.note(step, "watching what it does when nothing is asked");
    let watched = eyes.watch(scene, &ward, habits.finish());
    debug!(target: TRACE, "engine watched");
    recorder.enter(Phase::Stop);
    let exit = stop(&ward, plan, &*clock);
    debug!(target: TRACE, "engine stopped");
    let closed = close(ward, meter, instruments, &*clock);
    let mut logs = logs.finish();
    explain(&start, &mut logs.lines);
    Ok(Over { driven, token, start, exit, watched, closed, logs, upper, recorder, clock, setup, folder })
}

/// Where to look from.
#[derive(Clone, Copy)]
struct Eyes {
    /// The init: all of the engine's processes are below it.
    init: i32,
    /// The helper: it lives in the engine's network namespace.
    helper: u32,
    /// Our own port in there.
    own_port: u16,
}

impl Eyes {
    fn watch(self, scene: Scene<'_>, ward: &Ward, known: Known) -> Watched {
        let Scene { plan, recorder, clock, .. } = scene;
        recorder.working_on(None);
        recorder.enter(Phase::Watch);
        let running = Duration::from_millis(recorder.now_ms());
        let (watch, patience) = (plan.timing.watch, plan.timing.sleep);
        let vigil = Vigil { init: self.init, clock, watch, patience, running };
        std::thread::scope(|scope| {
            // Side by side: on hosts with much memory the kernel's tables take long to read.
            let listeners = scope.spawn(|| listening(self.helper, self.own_port));
            let sleepers = vigil.keep(known, || ward.alive());
            Watched { sleepers, listeners: listeners.join().unwrap_or_default() }
        })
    }
}

/// Kills what is left, then stops the instruments, each when it can see nothing more.
fn close(ward: Ward, meter: Meter, instruments: Instruments, clock: &dyn Clock) -> Closed {
    let peaks = meter.finish();
    let cpu_micros = ward.kill_all(DYING);
    let gone = clock.elapsed();
    debug!(target: TRACE, "everything inside killed");
    let Instruments { notifier, network, group } = instruments;
    // The helper must outlive this: it keeps the network namespace and its counters to be read.
    let packets = network.map_or_else(|missing| missing, Network::stop);
    let calls = notifier.finish();
    debug!(target: TRACE, "observers stopped");
    ward.dissolve();
    debug!(target: TRACE, "namespaces dissolved");
    Closed { peaks, cpu_micros, packets, calls, group, gone }
}

/// Asks it to end, and kills it when it does not.
fn stop(ward: &Ward, plan: &RunPlan, clock: &dyn Clock) -> Exit {
    if let Some(ending) = ward.ending() {
        return Exit { unasked: true, ..exit(ending) };
    }
    let asked = clock.elapsed();
    ward.terminate();
    match ward.wait(plan.timing.stop) {
        Some(ending) => {
            let took = clock.elapsed().saturating_sub(asked);
            Exit { stop_ms: u64::try_from(took.as_millis()).ok(), ..exit(ending) }
        }
        None => kill(ward),
    }
}

fn kill(ward: &Ward) -> Exit {
    ward.kill_main();
    let ending = ward.wait(DYING).map(exit).unwrap_or_default();
    Exit { killed: true, ..ending }
}

fn exit(ending: Ending) -> Exit {
    Exit { code: ending.code, signal: ending.signal, left_behind: ending.left, ..Exit::default() }
}

/// A program that could not be started says so where its author looks first.
fn explain(start: &Start, lines: &mut Vec<LogLine>) {
    if let Start::Impossible(reason) = start {
        lines.push(LogLine { at_ms: 0, stream: Stream::Stderr, text: reason.clone() });
    }
}
