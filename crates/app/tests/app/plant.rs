//! An installation whose pipeline works: real records, real images and files, a clock that stands still, and a judge that
//! says what it is told to.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use assay_app::Service;
use assay_app::certification::{Certified, Probe};
use assay_app::pipeline::{
    Ahead, BlobFiles, CrashPoints, Done, Folders, Importer, Judge, Live, Order, Pipeline, Reach, Task,
};
use assay_app::push::PushDesk;
use assay_app::work::{Backoff, Hand, StopFlag};
use assay_core::account::OrgSettings;
use assay_core::ledger::{read, write};
use assay_core::registry::{Link, LinkKind, ManifestDesk, ManifestPush, Push, RepositoryName};
use assay_core::work::{Lease, Work, WorkKind, WorkState};
use assay_core::{
    Actor, Build, BuildId, Check, Code, Digest, Engine, Fault, Finding, ManualClock, OrgId, Policy, Progress,
    Refused, Rejection, SequentialIds, Step,
};
use assay_image::{OpenOptions, PackLayer, PackSpec, Store, pack};
use assay_store::Database;
use serde_json::Value;

use crate::judged::report;
use crate::workshop::{ALL, actor, profile};
use assay_core::Role;

/// What the judge says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Says {
    Good,
    /// A known vulnerability.
    Vulnerable,
    /// The engine reaches out.
    Bad,
    /// A person has to look.
    Doubtful,
    /// A check broke.
    Errored,
    /// Nothing could be judged at all.
    Broken,
    Panics,
}

impl Says {
    pub(crate) const ALL: [Self; 7] =
        [Self::Good, Self::Vulnerable, Self::Bad, Self::Doubtful, Self::Errored, Self::Broken, Self::Panics];
}

/// Says the same until it is told something else.
pub(crate) struct Scripted(pub(crate) Mutex<Says>);

impl Judge for Scripted {
    fn carry_out(&self, order: &Order, progress: &dyn Progress, _: &StopFlag) -> Result<Done, Refused> {
        let says = *self.0.lock().unwrap();
        progress.started(Step::Run);
        fs::write(order.evidence_dir.join("log.txt"), "hello").unwrap();
        let fault = || Fault::new("sandbox", "running the engine", "the sandbox is broken");
        match says {
            Says::Panics => panic!("broken on purpose"),
            Says::Broken => return Err(fault().into()),
            _ => {}
        }
        progress.finished(Step::Run, true);
        Ok(match order.task {
            Task::Certify => Done::Certified(Box::new(certified(&order.policy, says, fault()))),
            Task::Probe if says == Says::Bad => Done::Probed(Probe::Unhealthy("it does not come up".into())),
            Task::Probe => Done::Probed(Probe::Healthy),
        })
    }
}

fn certified(policy: &Policy, says: Says, fault: Fault) -> Certified {
    let found = |check, code| vec![(check, Finding::error(code, "seen", "wanted"))];
    let mut report = report(
        policy,
        match says {
            Says::Vulnerable => found(Check::Security, Code::SEC_001),
            Says::Bad => found(Check::Network, Code::NET_001),
            Says::Doubtful => found(Check::Security, Code::SEC_002),
            _ => Vec::new(),
        },
    );
    if says == Says::Errored {
        let stage = report.stages.iter_mut().find(|stage| stage.name == Check::Network).unwrap();
        stage.fault = Some(fault);
        report = assay_app::report::rejudged(&report, &assay_core::Rules::of(policy));
    }
    Certified { report, raw_manifest: Some(b"{}".to_vec()), evidence_dir: PathBuf::new() }
}

/// The registry's files, without a registry.
pub(crate) struct Files(PathBuf);

impl Files {
    pub(crate) fn path(&self, digest: &Digest) -> PathBuf {
        self.0.join(digest.hex())
    }
}

impl BlobFiles for Files {
    fn open(&self, digest: &Digest) -> io::Result<Option<File>> {
        match File::open(self.path(digest)) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            other => other.map(Some),
        }
    }

    fn link(&self, digest: &Digest, target: &Path) -> io::Result<bool> {
        match fs::hard_link(self.path(digest), target) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(false),
            other => other.map(|()| true),
        }
    }
}

/// Brings blobs in as the registry would.
struct Imports {
    files: Arc<Files>,
    service: Service,
}

impl Importer for Imports {
    fn keep(
        &self,
        repository: &RepositoryName,
        org: OrgId,
        digest: Option<&Digest>,
        bytes: &mut (dyn Read + Send),
    ) -> Result<(Digest, u64), Refused> {
        let mut all = Vec::new();
        bytes.read_to_end(&mut all).unwrap();
        let found = Digest::sha256(&all);
        if digest.is_some_and(|digest| *digest != found) {
            return Err(Rejection::new("digest-differs", "the bytes are others").into());
        }
        fs::write(self.files.path(&found), &all).unwrap();
        let (size, now) = (all.len() as u64, self.service.now());
        write(&*self.service.ledger, |records| {
            let repository = records.make_repository(repository, org, now)?;
            records.keep_blob(&repository, &found, size, now)
        })?;
        Ok((found, size))
    }

    fn changed(&self, _: &RepositoryName) {}
}

pub(crate) struct Plant {
    pub(crate) service: Service,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) org: OrgId,
    pub(crate) judge: Arc<Scripted>,
    pub(crate) files: Arc<Files>,
    pub(crate) pipeline: Pipeline,
    ids: Arc<SequentialIds>,
    home: tempfile::TempDir,
}

impl Plant {
    pub(crate) fn new() -> Self {
        Self::with(OrgSettings::default(), CrashPoints::default())
    }

    pub(crate) fn with(settings: OrgSettings, crash: CrashPoints) -> Self {
        // In memory where that can be had: what is tried here are crashes of processes, not of disks.
        let memory = Path::new("/dev/shm");
        let home = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
        let clock = Arc::new(ManualClock::at("2026-11-01T08:00:00Z".parse().unwrap()));
        let ids = Arc::new(SequentialIds::default());
        let service = service(home.path(), &clock, &ids);
        let org = write(&*service.ledger, |records| {
            records.insert_organization("Operators", &OrgSettings::default(), service.now())?;
            records.insert_organization("Acme", &settings, service.now())
        })
        .unwrap();
        let judge = Arc::new(Scripted(Mutex::new(Says::Good)));
        fs::create_dir(home.path().join("blobs")).unwrap();
        let files = Arc::new(Files(home.path().join("blobs")));
        let images = Store::open(&home.path().join("images")).unwrap();
        let pipeline = Pipeline {
            service: service.clone(),
            images,
            open: OpenOptions::default(),
            files: files.clone(),
            importer: Arc::new(Imports { files: files.clone(), service: service.clone() }),
            judge: judge.clone(),
            ahead: Arc::new(Ahead::default()),
            live: Arc::new(Live::default()),
            folders: Folders {
                evidence: home.path().join("evidence"),
                runtime: home.path().join("runtime"),
                archives: home.path().join("archives"),
            },
            reach: Reach::default(),
            crash,
        };
        Self { service, clock, org, judge, files, pipeline, ids, home }
    }

    /// The process dies and another one starts on the same folder.
    pub(crate) fn restart(&mut self) {
        self.service = service(self.home.path(), &self.clock, &self.ids);
        self.pipeline.service = self.service.clone();
        self.pipeline.importer =
            Arc::new(Imports { files: self.files.clone(), service: self.service.clone() });
        self.pipeline.images = Store::open(&self.home.path().join("images")).unwrap();
        self.pipeline.live = Arc::new(Live::default());
        self.pipeline.prepare().unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn says(&self, says: Says) {
        *self.judge.0.lock().unwrap() = says;
    }

    pub(crate) fn hand(&self) -> Hand {
        let handlers =
            self.pipeline.handlers().into_iter().map(|handler| (handler.kind(), handler)).collect();
        Hand {
            service: self.service.clone(),
            handlers: Arc::new(handlers),
            lease: Duration::from_secs(60),
            backoff: Backoff::default(),
            worker: self.service.ids.next_id(),
        }
    }

    pub(crate) fn developer(&self) -> Actor {
        actor(self.org, Role::Developer)
    }

    pub(crate) fn approver(&self) -> Actor {
        actor(self.org, Role::Approver)
    }

    pub(crate) fn engine(&self, name: &str) -> Engine {
        assay_app::engine::create(&self.service, &self.developer(), &profile(name)).unwrap()
    }

    /// An image with this manifest, told apart by `content`.
    pub(crate) fn pack(&self, manifest: Option<&str>, content: &str, name: &str) -> PathBuf {
        let layer = PackLayer::new()
            .file("/engine", "#!/bin/sh\n", 0o755)
            .file("/bin/sh", "#!/bin/sh\n", 0o755)
            .file("/content", content.as_bytes(), 0o644);
        let layer = match manifest {
            Some(manifest) => layer.file("/var/manifest.json", manifest.as_bytes(), 0o644),
            None => layer,
        };
        let spec = PackSpec::new()
            .layer(layer)
            .entrypoint(["/engine"])
            .user("65534:65534")
            .env("VERITONE_WEBHOOK_READY", "http://0.0.0.0:8080/ready")
            .env("VERITONE_WEBHOOK_PROCESS", "http://0.0.0.0:8080/process");
        let path = self.path(name);
        pack(&spec, &path).unwrap();
        path
    }

    /// Pushes an image of `engine`.
    pub(crate) fn push(&self, engine: &Engine, content: &str) -> Digest {
        self.push_manifest(engine, Some(&manifest(engine)), content)
    }

    /// Pushes an image with any manifest to the repository of `engine`.
    pub(crate) fn push_manifest(&self, engine: &Engine, text: Option<&str>, content: &str) -> Digest {
        let layout = self.pack(text, content, "packed");
        let pushed = self.push_layout(engine, &layout);
        fs::remove_dir_all(layout).unwrap();
        pushed
    }

    fn push_layout(&self, engine: &Engine, layout: &Path) -> Digest {
        let index: Value = serde_json::from_slice(&fs::read(layout.join("index.json")).unwrap()).unwrap();
        let digest: Digest = index["manifests"][0]["digest"].as_str().unwrap().parse().unwrap();
        let blob = |digest: &Digest| fs::read(layout.join("blobs/sha256").join(digest.hex())).unwrap();
        let bytes = blob(&digest);
        let manifest: Value = serde_json::from_slice(&bytes).unwrap();
        let descriptors = std::iter::once(&manifest["config"]).chain(manifest["layers"].as_array().unwrap());
        let blobs: Vec<Digest> =
            descriptors.map(|one| one["digest"].as_str().unwrap().parse().unwrap()).collect();
        let repository: RepositoryName = format!("{}/{}", engine.org, engine.slug).parse().unwrap();
        for one in &blobs {
            let kept = self.pipeline.importer.keep(&repository, engine.org, Some(one), &mut &blob(one)[..]);
            kept.unwrap();
        }
        let push = Push {
            repository,
            org: engine.org,
            digest: digest.clone(),
            tags: vec!["latest".parse().unwrap()],
            media_type: manifest["mediaType"].as_str().unwrap().into(),
            size: bytes.len() as u64,
            actor: self.developer(),
            at: self.service.now(),
        };
        let links = blobs.into_iter().map(|digest| Link { digest, kind: LinkKind::Blob }).collect();
        let (subject, artifact_type, annotations) = Default::default();
        let push = ManifestPush { push, bytes, links, subject, artifact_type, annotations };
        PushDesk::new(self.service.clone(), None).accept(&push).unwrap();
        digest
    }

    /// The manifests of an image, as they were pushed to the repository of `engine`.
    pub(crate) fn documents(&self, engine: &Engine, digest: &Digest) -> BTreeMap<Digest, String> {
        let name: RepositoryName = format!("{}/{}", engine.org, engine.slug).parse().unwrap();
        let manifest = read(&*self.service.ledger, |records| {
            let repository = records.repository(&name)?.unwrap();
            records.manifest(&repository, digest)
        });
        let bytes = manifest.unwrap().unwrap().bytes;
        BTreeMap::from([(digest.clone(), String::from_utf8(bytes).unwrap())])
    }

    /// Claims work of `kind` and has it done.
    pub(crate) fn work(&self, kind: WorkKind) -> Option<Lease> {
        let (hand, stop) = (self.hand(), StopFlag::default());
        let lease = hand.claim(kind).unwrap()?;
        let outcome = hand.carry_out(&lease, &stop);
        hand.settle(&lease, outcome, &stop).unwrap();
        Some(lease)
    }

    /// Does all work of the pipeline that is due.
    pub(crate) fn work_all(&self) {
        let kinds = [WorkKind::Intake, WorkKind::Fetch, WorkKind::Certification, WorkKind::Deploy];
        while kinds.iter().any(|kind| self.work(*kind).is_some()) {}
    }

    pub(crate) fn builds(&self) -> Vec<Build> {
        let filter = assay_core::records::BuildFilter {
            statuses: assay_core::BuildStatus::ALL.into(),
            ..Default::default()
        };
        read(&*self.service.ledger, |records| records.builds(&filter, ALL)).unwrap()
    }

    pub(crate) fn build(&self, id: BuildId) -> Build {
        read(&*self.service.ledger, |records| records.build(id)).unwrap().unwrap()
    }

    /// The engine's build of this image.
    pub(crate) fn build_of(&self, engine: &Engine, digest: &Digest) -> Build {
        read(&*self.service.ledger, |records| records.build_by_digest(engine.id, digest)).unwrap().unwrap()
    }

    pub(crate) fn work_on(&self, kind: WorkKind, key: &str) -> Option<Work> {
        read(&*self.service.ledger, |records| records.work_on(kind, key)).unwrap()
    }

    pub(crate) fn state(&self, kind: WorkKind, build: &Build) -> Option<WorkState> {
        self.work_on(kind, &build.id.to_string()).map(|work| work.state)
    }
}

fn service(home: &Path, clock: &Arc<ManualClock>, ids: &Arc<SequentialIds>) -> Service {
    let ledger = Arc::new(Database::open(&home.join("records.db")).unwrap());
    Service { ledger, clock: clock.clone(), ids: ids.clone() }
}

/// A manifest that fits `engine`.
pub(crate) fn manifest(engine: &Engine) -> String {
    format!(
        r#"{{ "engineId": "{}", "category": "transcription", "engineMode": "chunk", "externalCalls": [],
             "outputFormats": ["application/json"], "clusterSize": "small",
             "preferredInputFormat": "audio/wav", "supportedInputFormats": ["audio/wav"],
             "initialConcurrency": 50, "maxConcurrency": 50 }}"#,
        engine.id
    )
}
