//! Judges what the runs have shown: the network, the build test, the measurements.

use assay_checks::evidence::{Terms, Witnessed};
use assay_checks::{benchmark, build, network};
use assay_core::manifest::EffectiveManifest;
use assay_core::report::NetworkFacts;
use assay_core::run::{Fate, RunEvidence};
use assay_core::{Check, Fault, Finding};
use assay_image::ImageConfig;

use super::judge::Case;
use super::prepare;
use super::run::{Ran, Run, Runs};
use crate::conclude::{Judged, Span, conclude};

/// File of the packet capture in a run's folder.
const CAPTURE: &str = "network.pcap";

impl Case<'_> {
    /// Judges `runs` of an engine that promised `manifest`.
    pub(super) fn judge_runs(&mut self, runs: Runs, config: &ImageConfig, manifest: &EffectiveManifest) {
        self.not_judged.extend(runs.not_judged);
        match runs.ran {
            Ran::Through { first, second } => {
                self.judge_evidence(&first, second.as_deref(), runs.span, config, manifest);
                self.first_run = Some(*first);
            }
            Ran::NotDrivable(finding) => self.note_not_drivable(*finding, runs.span),
            Ran::Broke(fault) => self.note_broken(&fault, runs.span),
        }
    }

    fn judge_evidence(
        &mut self,
        first: &Run,
        second: Option<&Run>,
        span: Span,
        config: &ImageConfig,
        manifest: &EffectiveManifest,
    ) {
        let clock = self.rooms.clock;
        let ports = prepare::ports(config);
        let terms = Terms { profile: &self.request.profile, manifest, ports: &ports, now: clock.now() };
        let runs: Vec<Witnessed<'_>> = std::iter::once(first).chain(second).map(witnessed).collect();
        let (network, _) = conclude(clock, "judging the network", || Ok((network::judge(&runs, &terms), ())));
        let (build, output) = conclude(clock, "judging the build test", || {
            let judged = build::judge(&runs, &terms);
            Ok((judged.findings, judged.output))
        });
        let (benchmark, performance) = conclude(clock, "measuring", || {
            let measured = benchmark::measure(&first.evidence);
            Ok((vec![measured.finding], measured.performance))
        });
        // What a check took is the time of the runs it looks at; the looking itself is a moment.
        for (check, judged) in
            [(Check::Network, network), (Check::Build, build), (Check::Benchmark, benchmark)]
        {
            self.set(check, Judged { span: Some(span), ..judged });
        }
        self.network = Some(facts(first));
        self.output = output;
        self.performance = performance;
    }

    fn note_not_drivable(&mut self, finding: Finding, span: Span) {
        let reason = format!("the engine could not be run; see {}", finding.code);
        self.set(Check::Build, Judged::concluded(vec![finding], span));
        self.set(Check::Network, Judged::impossible(&reason));
        self.set(Check::Benchmark, Judged::impossible(&reason));
    }

    fn note_broken(&mut self, fault: &Fault, span: Span) {
        for check in [Check::Network, Check::Build, Check::Benchmark] {
            self.set(check, Judged::broken(fault.clone(), span));
        }
    }
}

fn witnessed(run: &Run) -> Witnessed<'_> {
    Witnessed { run: &run.evidence, folder: &run.folder }
}

/// The network's story for the report: kernel chatter stays in the run's own evidence.
fn facts(run: &Run) -> NetworkFacts {
    let RunEvidence { network, observers, .. } = &run.evidence;
    let folder = run.folder.file_name().unwrap_or_default().to_string_lossy();
    NetworkFacts {
        attempted: network.iter().filter(|event| event.fate != Fate::Noise).cloned().collect(),
        observers: observers.clone(),
        capture: run.folder.join(CAPTURE).exists().then(|| format!("{folder}/{CAPTURE}")),
    }
}
