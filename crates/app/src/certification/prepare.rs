//! From an image and a manifest to the plan of a run.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use assay_checks::hygiene;
use assay_checks::manifest::declared_hosts;
use assay_core::manifest::EffectiveManifest;
use assay_core::policy::Limits;
use assay_core::run::{
    DeclaredHosts, Drive, Exercise, NetworkMode, ProcessSpec, ResourceLimits, RunPlan, Timing,
};
use assay_core::{Code, Finding, Place, RunId};
use assay_image::{Image, ImageConfig};
use serde_json::{Value, json};

use super::{Request, Rooms};

/// Names of the variables that hold the webhooks' addresses.
const READY: &str = "VERITONE_WEBHOOK_READY";
const PROCESS: &str = "VERITONE_WEBHOOK_PROCESS";

/// Processor time an engine gets, in cores: one, so that figures of a small and a large host compare.
const CPUS: f64 = 1.0;
const PROCESSES: u64 = 512;
const OPEN_FILES: u64 = 4_096;
const LOG_BYTES: u64 = 4 << 20;
/// Scratch space, which counts as memory too: half of it, at most this.
const SCRATCH_AT_MOST: u64 = 1 << 30;

/// Why an engine cannot be asked anything: the finding that says so.
pub(super) struct NotDrivable(pub(super) Box<Finding>);

/// What is known of the engine when it is to be run.
#[derive(Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) request: &'a Request,
    pub(super) rooms: Rooms<'a>,
    pub(super) image: &'a Image,
    pub(super) manifest: &'a EffectiveManifest,
}

impl Subject<'_> {
    /// The plan of a run with these exercises in that network, leaving its evidence in `evidence_dir`.
    pub(super) fn plan(
        &self,
        exercises: &[Exercise],
        network: NetworkMode,
        evidence_dir: &Path,
    ) -> Result<RunPlan, NotDrivable> {
        let config = &self.image.config;
        Ok(RunPlan {
            id: RunId::new(self.rooms.ids),
            rootfs: self.image.rootfs(),
            process: process(config),
            limits: limits(self.manifest),
            network,
            drive: self.drive(config, exercises)?,
            timing: timing(&self.request.policy.limits),
            evidence_dir: evidence_dir.to_owned(),
        })
    }

    /// The world of the first run: nothing, or the hosts the engine declared.
    pub(super) fn first_network(&self) -> NetworkMode {
        if !self.request.profile.deployment_model.reaches_out() {
            return NetworkMode::Dead;
        }
        NetworkMode::Declared(DeclaredHosts {
            names: declared_hosts(self.manifest),
            exceptions: self.request.exceptions.clone(),
            resolve: self.request.resolve.clone(),
        })
    }

    fn drive(&self, config: &ImageConfig, exercises: &[Exercise]) -> Result<Drive, NotDrivable> {
        let fields = self.request.profile.fields.clone();
        if self.manifest.engine_mode.is_batch() {
            let exercise = exercises.first().cloned().ok_or_else(nothing_to_send)?;
            return Ok(Drive::Batch { exercise, fields });
        }
        Ok(Drive::Chunk {
            ready: webhook(config, READY)?,
            process: webhook(config, PROCESS)?,
            exercises: exercises.to_vec(),
            payload: payload(fields, self.request.seed),
        })
    }
}

fn webhook(config: &ImageConfig, name: &str) -> Result<String, NotDrivable> {
    config.variable(name).filter(|url| !url.is_empty()).map(str::to_owned).ok_or_else(|| {
        let finding = Finding::error(
            Code::BLD_001,
            format!("the image does not set `{name}`, so the engine cannot be asked anything"),
            "a chunk engine whose image names both webhooks",
        )
        .at(Place::pointer("config", "/config/Env"))
        .fix(format!("add `ENV {name}=http://0.0.0.0:8080/…` to the Dockerfile"));
        NotDrivable(Box::new(finding))
    })
}

fn nothing_to_send() -> NotDrivable {
    let finding = Finding::error(
        Code::BLD_002,
        "there is no input to give to the engine: no sample exists for any format it lists",
        "at least one input of a listed format",
    )
    .fix("bring an input of your own");
    NotDrivable(Box::new(finding))
}

fn process(config: &ImageConfig) -> ProcessSpec {
    ProcessSpec {
        argv: hygiene::command(config),
        env: config.env.clone(),
        cwd: config.working_dir.clone(),
        user: config.user.clone(),
    }
}

fn limits(manifest: &EffectiveManifest) -> ResourceLimits {
    let memory_bytes = manifest.cluster_size.memory_bytes();
    ResourceLimits {
        memory_bytes,
        cpus: CPUS,
        processes: PROCESSES,
        open_files: OPEN_FILES,
        log_bytes: LOG_BYTES,
        scratch_bytes: (memory_bytes / 2).min(SCRATCH_AT_MOST),
    }
}

fn timing(limits: &Limits) -> Timing {
    Timing {
        ready: Duration::from_secs(limits.ready_seconds),
        request: Duration::from_secs(limits.request_seconds),
        work: Duration::from_secs(limits.work_seconds),
        watch: Duration::from_millis(limits.watch_milliseconds),
        sleep: Duration::from_secs(limits.sleep_seconds),
        stop: Duration::from_secs(limits.stop_seconds),
    }
}

/// Ports the engine may listen on: those of its webhooks and of the image's `EXPOSE`.
pub(super) fn ports(config: &ImageConfig) -> Vec<u16> {
    let webhooks = [READY, PROCESS].into_iter().filter_map(|name| port_of_url(config.variable(name)?));
    let exposed = config.exposed_ports.iter().filter_map(|port| port.split('/').next()?.parse().ok());
    webhooks.chain(exposed).collect()
}

/// The port an `http` URL leads to.
fn port_of_url(url: &str) -> Option<u16> {
    let authority = url.split_once("://")?.1.split(['/', '?', '#']).next()?;
    match authority.rsplit_once(':') {
        Some((_, port)) if !port.ends_with(']') => port.parse().ok(),
        _ => Some(80),
    }
}

/// The task payload of a chunk request (engine-protocol.md §4): ids made from the seed, the custom fields under
/// `taskPayload` and, as newer payloads have it, at the top level too.
fn payload(fields: BTreeMap<String, Value>, seed: u64) -> Value {
    let mut chance = Chance(seed);
    let mut number = || (chance.next() >> 16).to_string();
    let fixed = json!({
        "applicationId": "assay",
        "jobId": format!("{}_{}", number(), number()),
        "taskId": format!("{}_{}", number(), number()),
        "recordingId": number(),
        "organizationId": 1,
        "taskPayload": fields,
    });
    let Value::Object(fixed) = fixed else { return fixed };
    Value::Object(fields.into_iter().chain(fixed).collect())
}

/// SplitMix64 (Steele, Lea, Flood 2014): all that is asked of it is that the same seed gives the same ids.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn custom_fields_never_replace_the_platforms_own_keys() {
        let fields = BTreeMap::from([("jobId".to_owned(), json!("mine")), ("depth".to_owned(), json!(3))]);
        let payload = payload(fields, 7);
        assert_ne!(payload["jobId"], "mine");
        assert_eq!(payload["taskPayload"]["jobId"], "mine");
        assert_eq!(payload["depth"], 3);
    }

    #[test]
    fn webhooks_and_exposed_ports_may_be_listened_on() {
        let env = [(READY, "http://0.0.0.0:8080/ready"), (PROCESS, "http://[::1]/process")];
        let config = ImageConfig {
            env: env.map(|(name, url)| (name.to_owned(), url.to_owned())).into(),
            exposed_ports: vec!["9000/tcp".into(), "x".into()],
            ..ImageConfig::default()
        };
        assert_eq!(ports(&config), [8080, 80, 9000]);
    }

    #[test]
    fn the_same_seed_gives_the_same_task() {
        assert_eq!(payload(BTreeMap::new(), 7), payload(BTreeMap::new(), 7));
        assert_ne!(payload(BTreeMap::new(), 7), payload(BTreeMap::new(), 8));
    }
}
