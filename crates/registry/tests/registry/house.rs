//! A registry in a folder of its own, served on a port of its own.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use assay_core::registry::{Denied, Gate, PlainDesk, RepositoryAction, RepositoryName};
use assay_core::{Actor, Clock, IdSource, Ledger, ManualClock, OrgId, Role, Scope};
use assay_registry::{Registry, RegistryOptions, RegistryParts, router};
use assay_store::Database;
use jiff::Timestamp;
use uuid::Uuid;

use crate::client::Client;

pub(crate) const OCI: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(crate) const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
pub(crate) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// What a token may do is its name.
struct Doorman {
    open: bool,
}

impl Gate for Doorman {
    fn authenticate(&self, token: Option<&str>) -> Result<Actor, Denied> {
        match token {
            None if self.open => Ok(actor("alice", 7)),
            None | Some("expired") => Err(Denied::Unknown),
            Some("hasty") => Err(Denied::Throttled(Duration::from_secs(7))),
            Some("stranger") => Ok(actor("stranger", 8)),
            Some(name) => Ok(actor(name, 7)),
        }
    }

    fn admit(
        &self,
        token: Option<&str>,
        repository: &RepositoryName,
        action: RepositoryAction,
    ) -> Result<Actor, Denied> {
        let actor = self.authenticate(token)?;
        let hidden = actor.name == "stranger" && repository.as_str().starts_with("7/");
        match actor.name.as_str() {
            _ if hidden => Err(Denied::Hidden),
            "narrow" if action != RepositoryAction::Pull => Err(Denied::Narrow),
            "reader" if action != RepositoryAction::Pull => {
                Err(Denied::Forbidden("readers only read".into()))
            }
            _ => Ok(actor),
        }
    }

    fn catalog(&self, token: Option<&str>) -> Result<Actor, Denied> {
        self.authenticate(token)
    }

    fn lists(&self, actor: &Actor, repository: &RepositoryName) -> bool {
        actor.org == OrgId(7) || repository.org() == Some(actor.org)
    }
}

fn actor(name: &str, org: i64) -> Actor {
    Actor {
        user: None,
        name: name.into(),
        org: OrgId(org),
        roles: [Role::Developer].into(),
        scopes: Scope::ALL.into(),
    }
}

struct Ids;

impl IdSource for Ids {
    #[allow(
        clippy::disallowed_methods,
        reason = "ids of one folder must differ from one opening to the next"
    )]
    fn next_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

pub(crate) struct House {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) ledger: Arc<Database>,
    pub(crate) registry: Arc<Registry>,
    pub(crate) client: Client,
    options: RegistryOptions,
    open: bool,
    _runtime: tokio::runtime::Runtime,
}

impl House {
    /// A registry that lets everybody in.
    pub(crate) fn open() -> Self {
        Self::with(options())
    }

    pub(crate) fn with(options: RegistryOptions) -> Self {
        Self::enter(tempfile::tempdir().unwrap(), clock(), options, true)
    }

    /// A registry that asks for tokens.
    pub(crate) fn guarded(options: RegistryOptions) -> Self {
        Self::enter(tempfile::tempdir().unwrap(), clock(), options, false)
    }

    pub(crate) fn in_folder(folder: tempfile::TempDir) -> Self {
        Self::enter(folder, clock(), options(), true)
    }

    /// The process is gone and another one opens the folder.
    pub(crate) fn reopen(self) -> Self {
        self.reopen_after(|_| ())
    }

    /// The same, with something happening to the folder in between.
    pub(crate) fn reopen_after(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let options = self.options.clone();
        self.reopen_with(options, meanwhile)
    }

    pub(crate) fn reopen_with(self, options: RegistryOptions, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self { folder, clock, ledger, registry, open, _runtime, .. } = self;
        drop((_runtime, registry, ledger));
        meanwhile(folder.path());
        Self::enter(folder, clock, options, open)
    }

    fn enter(
        folder: tempfile::TempDir,
        clock: Arc<ManualClock>,
        options: RegistryOptions,
        open: bool,
    ) -> Self {
        let ledger = Arc::new(Database::open(&folder.path().join("records.db")).unwrap());
        let records: Arc<dyn Ledger> = ledger.clone();
        let parts = RegistryParts {
            ledger: records.clone(),
            desk: Arc::new(PlainDesk::new(records)),
            gate: Arc::new(Doorman { open }),
            clock: clock.clone(),
            ids: Arc::new(Ids),
        };
        let registry = Arc::new(Registry::open(folder.path(), parts, options.clone()).unwrap());
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let client = Client { address: listener.local_addr().unwrap(), token: None };
        let routes = router(registry.clone());
        runtime.spawn(async move { axum::serve(listener, routes).await });
        Self { folder, clock, ledger, registry, client, options, open, _runtime: runtime }
    }

    pub(crate) fn as_user(&self, token: &'static str) -> Client {
        Client { token: Some(token), ..self.client.clone() }
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.clock.advance(by);
    }

    /// Names of the files of blobs.
    pub(crate) fn blob_files(&self) -> Vec<String> {
        let mut files = Vec::new();
        for algorithm in ["sha256", "sha512"] {
            for shelf in std::fs::read_dir(self.folder.path().join("blobs").join(algorithm)).unwrap() {
                for file in std::fs::read_dir(shelf.unwrap().path()).unwrap() {
                    files.push(format!("{algorithm}:{}", file.unwrap().file_name().to_str().unwrap()));
                }
            }
        }
        files.sort();
        files
    }

    /// Names of the files of uploads.
    pub(crate) fn upload_files(&self) -> Vec<String> {
        let files = std::fs::read_dir(self.folder.path().join("uploads")).unwrap();
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Pushes an image of one configuration and these layers; its digest.
    pub(crate) fn push_image(&self, name: &str, reference: &str, layers: &[&[u8]]) -> String {
        let config = self.client.push_blob(name, b"{}");
        let layers: Vec<(String, usize)> =
            layers.iter().map(|layer| (self.client.push_blob(name, layer), layer.len())).collect();
        let manifest = image(&config, &layers);
        let reply = self.client.put_manifest(name, reference, OCI, &manifest).expect(201);
        reply.header("docker-content-digest").unwrap().to_owned()
    }
}

pub(crate) fn options() -> RegistryOptions {
    let grace = Duration::from_secs(3600);
    RegistryOptions { keep_free: 0, grace, ..RegistryOptions::default() }
}

/// A clock that shows a time near that of the files, because files are told apart by age.
#[allow(clippy::disallowed_methods, reason = "files carry the machine's time")]
fn clock() -> Arc<ManualClock> {
    let now = Timestamp::try_from(SystemTime::now()).unwrap();
    let clock = ManualClock::at(now);
    assert_eq!(clock.now(), now);
    Arc::new(clock)
}

pub(crate) fn image(config: &str, layers: &[(String, usize)]) -> Vec<u8> {
    let layers: Vec<_> = layers
        .iter()
        .map(|(digest, size)| serde_json::json!({ "mediaType": LAYER, "digest": digest, "size": size }))
        .collect();
    serde_json::to_vec(&serde_json::json!({
        "schemaVersion": 2,
        "mediaType": OCI,
        "config": { "mediaType": CONFIG, "digest": config, "size": 2 },
        "layers": layers,
    }))
    .unwrap()
}
