//! The run itself: let go, drive, watch, stop, and make sure that nothing is left.

use std::sync::Arc;
use std::thread::{Scope, ScopedJoinHandle};
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
use crate::meter::{Meter, Peaks};
use crate::net::{Network, Recorder};
use crate::sweep::RunFolder;
use crate::watch::{Habits, Vigil};

/// Dying takes long only when the kernel has much memory to give back.
const DYING: Duration = Duration::from_secs(30);

/// A run that is over, before its evidence is put together.
pub(super) struct Over {
    pub(super) driven: Driven,
    pub(super) token: String,
    pub(super) start: Start,
    pub(super) exit: Exit,
    pub(super) listeners: Vec<Listener>,
    pub(super) sleepers: Vec<Sleeper>,
    pub(super) peaks: Peaks,
    pub(super) cpu_micros: Option<u64>,
    pub(super) packets: Observer,
    pub(super) calls: Observer,
    pub(super) group: Result<Arc<dyn Group>, Observer>,
    pub(super) logs: crate::logs::Heard,
    pub(super) upper: std::os::fd::OwnedFd,
    pub(super) recorder: Arc<Recorder>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) setup: Duration,
    /// When the engine was gone.
    pub(super) gone: Duration,
    pub(super) folder: RunFolder,
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
    let (init, helper, own_port) = (launch.init(), launch.helper(), prepared.port);
    let token = prepared.token.clone();
    let source = instruments.source(init, plan.limits.memory_bytes);
    let meter = Meter::start(source).map_err(|cause| Fault::io("starting the meter", cause))?;
    let habits = Habits::start(init).map_err(|cause| Fault::io("starting the watch", cause))?;
    recorder.start();
    let setup = clock.elapsed().saturating_sub(began);
    let (ward, start) = launch.execute()?;
    debug!(target: TRACE, "engine started");
    let scene = Scene { namespace: &namespace, plan, recorder: &recorder, engine: &ward, clock: &*clock };
    let driven = prepared.run(scene)?;
    debug!(target: TRACE, "engine driven");
    let known = habits.finish();
    recorder.working_on(None);
    recorder.enter(Phase::Watch);
    progress.note(step, "watching what it does when nothing is asked");
    let vigil = Vigil {
        init,
        clock: &*clock,
        watch: plan.timing.watch,
        patience: plan.timing.sleep,
        running: Duration::from_millis(recorder.now_ms()),
    };
    let (sleepers, listeners) = std::thread::scope(|scope| {
        let listeners = look_for_listeners(scope, helper, own_port);
        ward.wait(plan.timing.watch);
        let sleepers = vigil.keep(&known, || ward.alive());
        (sleepers, listeners.join().unwrap_or_default())
    });
    debug!(target: TRACE, "engine watched");
    recorder.enter(Phase::Stop);
    let exit = stop(&ward, plan, &*clock);
    debug!(target: TRACE, "engine stopped");
    let peaks = meter.finish();
    let cpu_micros = ward.kill_all(DYING);
    let gone = clock.elapsed();
    debug!(target: TRACE, "everything inside killed");
    // The helper must outlive this: it keeps the network namespace and its counters to be read.
    let Instruments { notifier, network, group } = instruments;
    let packets = network.map_or_else(|missing| missing, Network::stop);
    let calls = notifier.finish();
    debug!(target: TRACE, "observers stopped");
    ward.dissolve();
    debug!(target: TRACE, "namespaces dissolved");
    let mut logs = logs.finish();
    explain(&start, &mut logs.lines);
    Ok(Over {
        driven,
        token,
        start,
        exit,
        listeners,
        sleepers,
        peaks,
        cpu_micros,
        packets,
        calls,
        group,
        logs,
        upper,
        recorder,
        clock,
        setup,
        gone,
        folder,
    })
}

/// Beside the watch: on hosts with much memory the kernel's tables take long to read.
fn look_for_listeners<'a>(
    scope: &'a Scope<'a, '_>,
    helper: u32,
    own_port: u16,
) -> ScopedJoinHandle<'a, Vec<Listener>> {
    scope.spawn(move || listening(helper, own_port))
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
