//! The report: one model, many renderings. JSON is its own form (schema in `docs/report.schema.json`); SARIF and JUnit
//! are written by the modules beside this one; the terminal's form lives with the command line.

mod junit;
mod lifecycle;
mod sarif;
mod waived;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Code, Effect};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::finding::{Finding, Severity};
use crate::manifest::EffectiveManifest;
use crate::outcome::{Check, Verdict};
use crate::platform::Platform;
use crate::profile::EngineProfile;
use crate::run::{Metering, NetworkEvent, Observer, Readiness};

pub use junit::junit;
pub use lifecycle::{Approval, Attempt, Elapsed, Happening, Lifecycle};
pub use sarif::sarif;
pub use waived::{WaiverRef, WaiverUse};

/// Version of the report's JSON form; raised when a field changes its meaning or goes away.
pub const SCHEMA_VERSION: u32 = 1;

/// Everything a certification found out. The keys `engineId` to `errors` are those of the published build report and
/// keep their meaning.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this form.
    pub schema_version: u32,
    /// Engine id of the manifest; empty when there is none.
    pub engine_id: String,
    /// Build id; empty outside the service.
    pub build: String,
    /// When the certification (in the service: the upload) began, ms since 1970.
    pub upload_time: i64,
    /// E-mail address of the pusher; empty outside the service.
    pub user: String,
    /// The image reference as given.
    pub image: String,
    /// What `docker inspect` would tell of the image, as far as the image itself holds it.
    pub inspect: serde_json::Value,
    /// Known vulnerabilities.
    pub vulnerabilities: Vec<Vulnerability>,
    /// How many per severity.
    pub vulnerability_counts: BTreeMap<String, u64>,
    /// Lines the engine printed.
    pub test_log: Vec<String>,
    /// Whether the build is fit: no finding of effect invalid or disapprove.
    pub success: bool,
    /// One line per finding that stands against the build, and per fault.
    pub errors: Vec<String>,

    /// The judgement.
    pub verdict: Verdict,
    /// The build status it leads to: `approved`, `disapproved`, `invalid` or `pending`.
    pub build_status: String,
    /// Why the verdict is what it is, one sentence each, weightiest first.
    pub reasons: Vec<String>,
    /// Version of the program.
    pub assay_version: String,
    /// Policy judged under.
    pub policy: PolicyRef,
    /// Profile judged under.
    pub profile: EngineProfile,
    /// The image judged.
    pub subject: Subject,
    /// The checks.
    pub stages: Vec<Stage>,
    /// All findings, weightiest first.
    pub findings: Vec<ReportedFinding>,
    /// Waivers that were at hand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<WaiverUse>,
    /// What was not judged, and why.
    pub not_judged: Vec<NotJudged>,
    /// The base system; none when the image has none, or when it was not looked at.
    #[serde(default)]
    pub base: Option<BaseSystem>,
    /// The manifest as found, when it parses.
    pub manifest: Option<serde_json::Value>,
    /// The manifest as understood.
    pub effective_manifest: Option<EffectiveManifest>,
    /// The vulnerability scan.
    pub security: Option<SecurityFacts>,
    /// The network's story.
    pub network: Option<NetworkFacts>,
    /// The output's story.
    pub output: Option<OutputFacts>,
    /// Measurements.
    pub performance: Option<Performance>,
    /// Quality against ground truth; none is measured yet.
    pub benchmark: Option<serde_json::Value>,
    /// Who approved; filled by the service.
    pub approval: Option<Approval>,
    /// The build's way through the service; filled when the report is downloaded there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lifecycle: Option<Lifecycle>,
}

/// Which policy.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PolicyRef {
    /// Number.
    pub number: u32,
    /// Name.
    pub name: String,
}

/// The system an image is built on, as it names itself in os-release.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct BaseSystem {
    /// `ID`; empty when the system says nowhere what it is.
    pub id: String,
    /// `VERSION_ID`; empty when there is none.
    pub version: String,
    /// `PRETTY_NAME`, or the id.
    pub name: String,
}

/// What image was judged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Subject {
    /// Digest of the image manifest.
    pub digest: Option<Digest>,
    /// Platform judged.
    pub platform: Option<Platform>,
    /// Compressed size of all layers in bytes.
    pub compressed_bytes: u64,
    /// Unpacked size in bytes.
    pub unpacked_bytes: u64,
    /// Layers, lowest first.
    pub layers: Vec<LayerRef>,
}

/// One layer.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LayerRef {
    /// Digest of the blob.
    pub digest: Digest,
    /// Digest of the unpacked layer.
    pub diff_id: Digest,
    /// Size of the blob.
    pub bytes: u64,
    /// Files and folders in it.
    pub entries: u64,
    /// Whether it was read now or known from before.
    pub cached: bool,
}

/// One check in the report.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Stage {
    /// The check.
    pub name: Check,
    /// `passed`, `failed` (something in it stands against the build or awaits a person), `skipped` or `errored`.
    pub status: String,
    /// Why it was skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Whether it was skipped because somebody asked for that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_out: bool,
    /// What broke, when it errored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
    /// Begin.
    pub started_at: Option<Timestamp>,
    /// End.
    pub ended_at: Option<Timestamp>,
    /// Ids of its findings.
    pub findings: Vec<String>,
}

/// A finding with what it leads to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReportedFinding {
    /// `F1`, `F2`… within this report.
    pub id: String,
    /// The check that found it.
    pub stage: Check,
    /// What it leads to under the policy.
    pub effect: Effect,
    /// The waiver that lifted it to a remark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<WaiverRef>,
    /// Names the finding in every report that holds it; waivers may name it by this.
    #[serde(default)]
    pub fingerprint: String,
    /// Page and anchor of the rule.
    pub docs: String,
    /// The finding.
    #[serde(flatten)]
    pub finding: Finding,
}

/// Something left out of the judgement.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct NotJudged {
    /// What: a check, a platform of the index, an input format.
    pub what: String,
    /// Why.
    pub why: String,
}

/// A vulnerability of a package, in the published report's form.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Vulnerability {
    /// CVE, or the advisory's id when it has none.
    #[serde(rename = "Name")]
    pub name: String,
    /// Distribution or ecosystem: `Debian:12`, `PyPI`.
    #[serde(rename = "NamespaceName")]
    pub namespace: String,
    /// Summary.
    #[serde(rename = "Description")]
    pub description: String,
    /// Address of the advisory.
    #[serde(rename = "Link")]
    pub link: String,
    /// `Unknown`, `Negligible`, `Low`, `Medium`, `High`, `Critical`.
    #[serde(rename = "Severity")]
    pub severity: String,
    /// Version that mends it; empty when none is known.
    #[serde(rename = "FixedBy")]
    pub fixed_by: String,
    /// Package URL.
    pub package: String,
    /// Installed version.
    pub version: String,
    /// Where the package's record lies in the image.
    pub path: String,
    /// Layer that brought it.
    pub layer: Option<Digest>,
    /// Whether it is on a list of vulnerabilities known to be exploited.
    pub known_exploited: bool,
}

/// How complete the vulnerability scan was.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SecurityFacts {
    /// The distribution found: `Debian 12`, `none`.
    pub distribution: String,
    /// Packages by kind (`deb`, `apk`, `pypi`, `npm`): found, and of those compared with advisories.
    pub packages: BTreeMap<String, PackageCount>,
    /// Vulnerabilities without any severity.
    pub unrated: u64,
    /// The database, when there was one.
    pub database: Option<DatabaseFacts>,
}

/// Packages of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct PackageCount {
    /// In the image.
    pub found: u64,
    /// Compared.
    pub assessed: u64,
}

/// The vulnerability database used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseFacts {
    /// Digest of its content: same digest, same data.
    pub digest: Digest,
    /// Whether it is the small demonstration data.
    pub demonstration: bool,
    /// Advisories in it.
    pub advisories: u64,
    /// Newest state of each ecosystem's data.
    pub as_of: BTreeMap<String, Timestamp>,
}

/// What was seen of the network.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct NetworkFacts {
    /// Attempts, in order of time; noise left out.
    pub attempted: Vec<NetworkEvent>,
    /// The instruments.
    pub observers: Vec<Observer>,
    /// Packet capture in the evidence bundle.
    pub capture: Option<String>,
}

/// What was seen of the output.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutputFacts {
    /// Contracts the documents were held against.
    pub contracts: Vec<String>,
    /// Whether every document met them.
    pub valid: bool,
    /// Documents looked at.
    pub documents: u64,
    /// Violations, at most 200, in the vocabulary of the standard's validator.
    pub validation_errors: Vec<serde_json::Value>,
}

/// What was measured.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Performance {
    /// Processor time in seconds.
    pub cpu_seconds: Option<f64>,
    /// Peak memory in MB (2^20 bytes), page cache included.
    pub max_memory_mb: Option<f64>,
    /// Time from exec to the end of the work, in ms.
    pub wall_ms: u64,
    /// No accelerator is measured yet.
    pub gpu: Option<serde_json::Value>,
    /// How readiness went.
    pub readiness: Readiness,
    /// Requests measured.
    pub requests: u64,
    /// Median time of a request in ms.
    pub p50_ms: Option<f64>,
    /// 95th percentile in ms.
    pub p95_ms: Option<f64>,
    /// Everything metered.
    pub metering: Metering,
}

impl Report {
    /// Findings with an error's effect, for the exit code and the headline.
    pub fn standing_against(&self) -> impl Iterator<Item = &ReportedFinding> {
        self.findings.iter().filter(|reported| reported.effect >= Effect::Review)
    }

    /// Distinct codes of findings whose severity is `at_least` or more, sorted.
    pub fn codes(&self, at_least: Severity) -> Vec<Code> {
        let mut codes: Vec<Code> = self
            .findings
            .iter()
            .filter(|reported| reported.finding.severity >= at_least)
            .map(|reported| reported.finding.code)
            .collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }
}

/// The JSON schema of [`Report`].
pub fn json_schema() -> serde_json::Value {
    schemars::schema_for!(Report).to_value()
}
