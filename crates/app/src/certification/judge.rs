//! Asks the rooms for their judgement, in the order in which one needs the other.

use std::collections::BTreeMap;
use std::thread;

use assay_checks::manifest::ManifestReading;
use assay_checks::{hygiene, manifest, security};
use assay_core::manifest::{EffectiveManifest, EngineMode, MANIFEST_PATH};
use assay_core::report::{BaseSystem, NetworkFacts, NotJudged, OutputFacts, Performance};
use assay_core::rules::WaiverSubject;
use assay_core::{Check, Code, Effect, EngineId, Finding, Platform, Rules, Severity, Step};
use assay_image::{Image, OpenError, Opened, open_blobs};

use super::prepare::Subject;
use super::run::Run;
use super::{Request, Rooms, StoredImage};
use crate::Refused;
use crate::conclude::{Judged, Span, conclude, guarded, timed};

/// A certification under way.
pub(super) struct Case<'a> {
    pub(super) request: &'a Request,
    pub(super) rooms: Rooms<'a>,
    pub(super) opened: Opened,
    pub(super) stages: BTreeMap<Check, Judged>,
    pub(super) not_judged: Vec<NotJudged>,
    pub(super) manifest: ManifestReading,
    pub(super) base: Option<BaseSystem>,
    pub(super) security: Option<security::SecurityResult>,
    pub(super) network: Option<NetworkFacts>,
    pub(super) output: Option<OutputFacts>,
    pub(super) performance: Option<Performance>,
    pub(super) first_run: Option<Run>,
}

/// Opens the image: the first check. Also tells when that was.
pub(super) fn open(request: &Request, rooms: Rooms<'_>) -> Result<(Opened, Span), Refused> {
    let Rooms { store, progress, .. } = rooms;
    let (name, options) = (&request.reference, &request.open);
    let (opened, span) = timed(rooms.clock, || {
        guarded("opening the image", || {
            Ok(match rooms.stored {
                Some(StoredImage { top, blobs }) => open_blobs(name, top, blobs, options, store, progress),
                None => assay_image::open(name, options, store, progress),
            })
        })
    });
    let opened = opened?.map_err(|refused| match refused {
        OpenError::Rejection(rejection) => Refused::Rejection(rejection),
        OpenError::Fault(fault) => Refused::Fault(fault),
    })?;
    Ok((opened, span))
}

impl<'a> Case<'a> {
    /// The case of an image that was opened.
    pub(super) fn of(request: &'a Request, rooms: Rooms<'a>, (mut opened, span): (Opened, Span)) -> Self {
        let image = Judged::concluded(std::mem::take(&mut opened.findings), span);
        let not_judged = opened.other_platforms.iter().map(other_platform).collect();
        Self {
            request,
            rooms,
            opened,
            stages: BTreeMap::from([(Check::Image, image)]),
            not_judged,
            manifest: ManifestReading::default(),
            base: None,
            security: None,
            network: None,
            output: None,
            performance: None,
            first_run: None,
        }
    }

    /// The manifest byte for byte.
    pub(super) fn raw_manifest(&self) -> Option<Vec<u8>> {
        self.opened.image.as_ref()?.view.read(MANIFEST_PATH, manifest::MAX_BYTES).ok()
    }

    /// Every other check.
    pub(super) fn judge(&mut self) {
        let Some(image) = self.opened.image.take() else {
            self.fill_up("the image could not be read; see the findings of the image check");
            return;
        };
        self.judge_manifest(&image);
        self.judge_hygiene(&image);
        let runnable = self.runnable();
        let (request, rooms) = (self.request, self.rooms);
        thread::scope(|scope| {
            let wanted = !request.leaves_out(Check::Security);
            let scan = wanted.then(|| scope.spawn(|| judge_security(&image, request, rooms)));
            match &runnable {
                Ok(manifest) => {
                    let runs = super::run::run(Subject { request, rooms, image: &image, manifest });
                    self.judge_runs(runs, &image.config, manifest);
                }
                Err(reason) => self.fill_up_runs(reason),
            }
            if let Some((judged, found)) = scan.and_then(|scan| scan.join().ok()) {
                self.set(Check::Security, judged);
                self.security = found;
            }
        });
        self.opened.image = Some(image);
        self.fill_up("it did not come to a conclusion");
    }

    /// Image and manifest alone, in form.
    pub(super) fn judge_form(&mut self) {
        if let Some(image) = self.opened.image.take() {
            self.judge_manifest(&image);
            self.opened.image = Some(image);
        }
        self.fill_up("it is judged when the build is submitted");
    }

    /// Whether something found leads to `effect`.
    pub(super) fn leads_to(&self, effect: Effect) -> bool {
        let rules = self.rules();
        Check::ALL.iter().any(|check| self.found(*check, |finding| rules.effect(finding) == effect))
    }

    fn judge_manifest(&mut self, image: &Image) {
        self.rooms.progress.started(Step::Manifest);
        let (judged, reading) = conclude(self.rooms.clock, "judging the manifest", || {
            let mut reading = manifest::in_image(&image.view, &self.request.profile)?;
            Ok((std::mem::take(&mut reading.findings), reading))
        });
        self.rooms.progress.finished(Step::Manifest, judged.good());
        self.manifest = reading.unwrap_or_default();
        self.set(Check::Manifest, judged);
    }

    fn judge_hygiene(&mut self, image: &Image) {
        self.rooms.progress.started(Step::Hygiene);
        let (judged, base) = conclude(self.rooms.clock, "judging the image", || {
            let (request, now) = (self.request, self.rooms.clock.now());
            let manifest = self.manifest.effective.as_ref();
            let found = hygiene::check(image, manifest, &request.profile, &request.policy, now)?;
            Ok((found.findings, found.base))
        });
        self.base = base.flatten();
        self.rooms.progress.finished(Step::Hygiene, judged.good());
        self.set(Check::Hygiene, judged);
    }

    /// The manifest to run the engine by; otherwise why it is not run.
    fn runnable(&self) -> Result<EffectiveManifest, String> {
        let manifest = self.manifest.effective.as_ref().ok_or("there is no usable manifest")?;
        let rules = self.rules();
        if self.found(Check::Manifest, |finding| rules.effect(finding) == Effect::Invalid) {
            return Err("the manifest is invalid; see the findings of the manifest check".into());
        }
        if self.found(Check::Hygiene, |finding| finding.code == Code::IMG_005) {
            return Err("the image cannot be started; see IMG-005".into());
        }
        if manifest.engine_mode == EngineMode::Stream {
            return Err("engines of mode `stream` are not run yet; only image and manifest are judged".into());
        }
        let needing_a_run = [Check::Network, Check::Build, Check::Benchmark];
        if needing_a_run.iter().all(|check| self.request.leaves_out(*check)) {
            return Err("nothing that needs a run was asked for".into());
        }
        Ok(manifest.clone())
    }

    /// By what the findings are judged, as far as the engine is known by now.
    pub(super) fn rules(&self) -> Rules<'a> {
        let request = self.request;
        let named = self.manifest.effective.as_ref().map(|manifest| manifest.engine_id.as_str());
        let engine = request.profile.engine_id.as_deref().or(named).and_then(|id| id.parse().ok());
        let digests = self.opened.subject.digest.iter().chain(&request.pushed_as).cloned().collect();
        Rules {
            policy: &request.policy,
            waivers: &request.waivers,
            subject: WaiverSubject { engine: engine.map(EngineId), digests },
            now: self.rooms.clock.now(),
        }
    }

    fn found(&self, check: Check, broken: impl Fn(&Finding) -> bool) -> bool {
        let findings = self.stages.get(&check).map(|judged| judged.outcome.findings()).unwrap_or_default();
        findings.iter().any(|finding| finding.severity == Severity::Error && broken(finding))
    }

    /// Notes an outcome, unless the caller left the check out.
    pub(super) fn set(&mut self, check: Check, judged: Judged) {
        let left_out = self.request.why_left_out(check).map(Judged::left_out);
        self.stages.insert(check, left_out.unwrap_or(judged));
    }

    /// Gives every check that has no outcome yet that of being impossible.
    fn fill_up(&mut self, reason: &str) {
        for check in Check::ALL {
            if !self.stages.contains_key(&check) {
                self.set(check, Judged::impossible(reason));
            }
        }
    }

    fn fill_up_runs(&mut self, reason: &str) {
        for check in [Check::Network, Check::Build, Check::Benchmark] {
            self.set(check, Judged::impossible(reason));
        }
    }
}

fn judge_security(
    image: &Image,
    request: &Request,
    rooms: Rooms<'_>,
) -> (Judged, Option<security::SecurityResult>) {
    rooms.progress.started(Step::Security);
    let (judged, found) = conclude(rooms.clock, "judging the packages", || {
        let now = rooms.clock.now();
        let mut found = security::check(&image.view, rooms.database, &request.policy, now);
        Ok((std::mem::take(&mut found.findings), found))
    });
    rooms.progress.finished(Step::Security, judged.good());
    (judged, found)
}

fn other_platform(platform: &Platform) -> NotJudged {
    NotJudged {
        what: format!("platform {platform}"),
        why: "the image was judged for another of its platforms; ask for this one apart".into(),
    }
}
