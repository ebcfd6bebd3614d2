//! `assay certify IMAGE`

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use assay_app::Refused;
use assay_app::certification::{self, Certified, Rendering, Request, Rooms};
use assay_core::run::{AddressBlock, EngineRunner};
use assay_core::{Check, Clock, Fault, Platform, Policy, Waiver};
use assay_image::{Credentials, OpenOptions, Store};
use assay_sandbox::Sandbox;

use super::profile::{ProfileFlags, named};
use super::sweep::sandbox;
use super::{Format, Global, db, input, policy, read};
use crate::exit::Exit;
use crate::folder::DataFolder;
use crate::render;
use crate::system::{SystemClock, SystemIds};
use crate::{place, signal, terminal};

const EXAMPLES: &str = "\
Examples:
  assay certify engine.tar                            an OCI or docker-save archive
  assay certify oci-layout-folder/ --report out/      with all evidence
  assay certify docker://registry.example.org/team/engine:1.2 --format json
  assay certify engine.tar --deployment-model external-access
  assay certify engine.tar --input talk.wav:audio/wav --without security";

/// Unpacked layers are kept up to this size in all, and so long after their last use.
const CACHE_BYTES: u64 = 20 << 30;
const CACHE_AGE: Duration = Duration::from_secs(30 * 24 * 3600);

/// Judge an engine image from end to end.
///
/// Checks the image, its manifest and its packages, then runs the engine in a sandbox, watches what it tries to reach
/// and judges what it answers.
#[derive(clap::Args, Debug)]
#[command(after_help = EXAMPLES)]
pub(super) struct Certify {
    /// OCI folder or archive, docker-save archive, `docker://HOST/REPO:TAG`, or a name at the local daemon
    #[arg(value_name = "IMAGE")]
    image: String,
    /// Check to leave out; may be repeated. It shows in the report as not judged
    #[arg(long, value_name = "CHECK", value_parser = named::<Check>(&CHECKS))]
    without: Vec<Check>,
    /// Policy to judge by: a TOML file, or `default` or `strict`, which come with the program
    #[arg(long, value_name = "FILE|NAME")]
    policy: Option<String>,
    /// TOML file of waivers; those in force lift findings, which stay in the report
    #[arg(long, value_name = "FILE")]
    waivers: Option<PathBuf>,
    /// An input of your own, sent before the samples
    #[arg(long, value_name = "FILE[:MIME]")]
    input: Option<String>,
    /// Folder for the evidence: report in every form, manifest, logs, packets, outputs
    #[arg(long, value_name = "DIR")]
    report: Option<PathBuf>,
    /// Form of the report on standard output
    #[arg(long, value_name = "FORM", default_value = "human")]
    format: Format,
    /// Chance of the test: the same seed gives the same task ids
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    profile: ProfileFlags,
    #[command(flatten)]
    source: SourceFlags,
    #[command(flatten)]
    reach: ReachFlags,
}

const CHECKS: [&str; 6] = ["manifest", "hygiene", "security", "network", "build", "benchmark"];

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "Where the image comes from")]
struct SourceFlags {
    /// Platform to judge, of an image made for several
    #[arg(long, value_name = "OS/ARCH", default_value = "linux/amd64")]
    platform: Platform,
    /// Speak to the registry without TLS
    #[arg(long)]
    plain_http: bool,
    /// User name at the registry
    #[arg(long, value_name = "NAME", env = "ASSAY_REGISTRY_USER", requires = "registry_password")]
    registry_user: Option<String>,
    /// Password at the registry; better given in the environment
    #[arg(long, value_name = "WORD", env = "ASSAY_REGISTRY_PASSWORD", hide_env_values = true)]
    registry_password: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(next_help_heading = "What an engine with external access may reach")]
struct ReachFlags {
    /// Private address or block that a declared name may lead to all the same; may be repeated
    #[arg(long, value_name = "CIDR")]
    allow_address: Vec<AddressBlock>,
    /// Fixed address of a declared name; may be repeated
    #[arg(long, value_name = "NAME=IP", value_parser = fixed_address)]
    resolve: Vec<(String, IpAddr)>,
}

impl Certify {
    pub(super) fn run(self, global: &Global) -> Result<Exit, Refused> {
        if let Some(folder) = &self.report {
            certification::refuse_foreign(folder)?;
            place::refuse_closed(folder)?;
        }
        let folder = global.folder()?;
        signal::sweep_when_asked_to_end(&folder)?;
        let work = folder.new_run()?;
        let request = self.request(work.path().to_owned())?;
        let certified = carry_out(&request, &folder, global)?;
        let kept = self.keep(&certified);
        self.print(&certified, kept.is_ok())?;
        tidy(&folder);
        kept.map(|()| certified.report.verdict.into())
    }

    /// Writes the bundle where one is asked for. The verdict is told first whether or not this succeeds: it took the
    /// work of minutes.
    fn keep(&self, certified: &Certified) -> Result<(), Refused> {
        let Some(folder) = &self.report else { return Ok(()) };
        let hint = "the verdict above stands; free some room or name another folder, and certify again";
        certification::write_bundle(folder, certified, &renderings(certified)?).map_err(|refused| {
            match refused {
                Refused::Fault(fault) => Refused::Fault(fault.hint(hint)),
                refused @ Refused::Rejection(_) => refused,
            }
        })
    }

    fn request(&self, evidence_dir: PathBuf) -> Result<Request, Refused> {
        let policy = self.policy.as_deref().map_or_else(|| Ok(Policy::default()), policy::of_laptop)?;
        let waivers = self.waivers.as_deref().map_or_else(|| Ok(Vec::new()), read_waivers)?;
        Ok(Request {
            reference: self.image.clone(),
            open: self.source.options(),
            profile: self.profile.profile()?,
            policy,
            waivers,
            pushed_as: None,
            without: self.without.iter().copied().collect(),
            input: self.input.as_deref().map(input::own).transpose()?,
            exceptions: self.reach.allow_address.clone(),
            resolve: self.reach.resolve.iter().cloned().collect::<BTreeMap<_, _>>(),
            seed: self.seed,
            evidence_dir,
        })
    }

    fn print(&self, certified: &Certified, kept: bool) -> Result<(), Refused> {
        let report = &certified.report;
        terminal::print(&match self.format {
            Format::Human => {
                let folder = self.report.as_ref().filter(|_| kept).map(|folder| folder.display().to_string());
                render::report::text(report, folder.as_deref())
            }
            Format::Json => render::json(report)?,
            Format::Sarif => render::sarif(report)?,
            Format::Junit => render::junit(report)?,
        })
    }
}

fn read_waivers(file: &Path) -> Result<Vec<Waiver>, Refused> {
    let text = read::text(file, "waivers")?;
    Ok(assay_app::waiver::parse(&read::name(file), &text)?)
}

/// Opens the rooms and lets the certification go through them.
fn carry_out(request: &Request, folder: &DataFolder, global: &Global) -> Result<Certified, Refused> {
    let clock = Arc::new(SystemClock::new());
    let store = Store::open(&folder.images())?;
    let database = db::open(folder)?;
    let sandbox = ready_sandbox(folder);
    let progress = global.progress(clock.clone());
    certification::certify(
        request,
        Rooms {
            store: &store,
            database: database.as_ref(),
            runner: sandbox.as_ref().map(|sandbox| sandbox as &dyn EngineRunner),
            clock: &*clock,
            ids: &SystemIds,
            progress: &*progress,
            stored: None,
        },
    )
}

/// The sandbox, swept. What resists sweeping is told; it does not stand in the way of a new run.
fn ready_sandbox(folder: &DataFolder) -> Result<Sandbox, Fault> {
    let sandbox = sandbox(folder)?;
    if let Err(fault) = sandbox.sweep() {
        terminal::tell(&fault.into());
    }
    Ok(sandbox)
}

/// Keeps the cache of layers within its size. Done when the report is out, so that nobody waits for it; what goes wrong
/// here changes no verdict.
fn tidy(folder: &DataFolder) {
    let now = SystemClock::new().now();
    let swept = Store::open(&folder.images()).and_then(|store| store.sweep(CACHE_BYTES, CACHE_AGE, now));
    if let Err(fault) = swept {
        terminal::tell(&fault.into());
    }
}

/// Every form of the report, for the bundle.
fn renderings(certified: &Certified) -> Result<Vec<Rendering>, Refused> {
    let report = &certified.report;
    let text = render::report::text(report, None);
    Ok(vec![
        ("report.json", render::json(report)?),
        ("report.sarif", render::sarif(report)?),
        ("report.junit.xml", render::junit(report)?),
        ("report.txt", anstream::adapter::strip_str(&text).to_string()),
    ])
}

impl SourceFlags {
    fn options(&self) -> OpenOptions {
        let credentials = self.registry_user.clone().zip(self.registry_password.clone());
        OpenOptions {
            platform: self.platform.clone(),
            plain_http: self.plain_http,
            credentials: credentials.map(|(username, password)| Credentials::Basic { username, password }),
            ..OpenOptions::default()
        }
    }
}

fn fixed_address(text: &str) -> Result<(String, IpAddr), String> {
    let (name, address) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form NAME=IP"))?;
    let address = address.parse().map_err(|_| format!("`{address}` is not an address"))?;
    Ok((name.trim_end_matches('.').to_lowercase(), address))
}
