//! The catalogue of checks: every rule's stable code, what it checks, what breaking it leads to and how to mend it.
//! `docs/checks.md` is generated from this table.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a broken rule leads to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// Noted.
    Info,
    /// Noted, to be mended.
    Warn,
    /// A person has to look before approval.
    Review,
    /// Inconclusive: tried again, never approved.
    Hold,
    /// The build is disapproved.
    Disapprove,
    /// The upload itself is bad: no certification takes place.
    Invalid,
}

impl Effect {
    /// The word used in policies and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Review => "review",
            Self::Hold => "hold",
            Self::Disapprove => "disapprove",
            Self::Invalid => "invalid",
        }
    }
}

/// One rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code.
    pub code: Code,
    /// What is true of an engine that keeps it.
    pub checks: &'static str,
    /// What an error under it leads to, unless the policy says otherwise.
    pub effect: Effect,
    /// Whether a policy or a waiver may change that.
    pub waivable: bool,
    /// How to mend it, in general.
    pub fix: &'static str,
}

/// The stable code of a rule in the catalogue, such as `NET-001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(&'static str);

/// A code that is not in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a code of the catalogue")]
pub struct UnknownCode(String);

impl Code {
    /// The code as text.
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// Its rule.
    pub fn rule(self) -> &'static Rule {
        // Every `Code` is made from the table (the field is private), so the search always finds one.
        CATALOGUE.iter().find(|rule| rule.code == self).unwrap_or(&UNLISTED)
    }

    /// The anchor of the rule in `docs/checks.md`.
    pub fn anchor(self) -> String {
        self.0.to_lowercase()
    }
}

static UNLISTED: Rule =
    Rule { code: Code("GOV-001"), checks: "", effect: Effect::Hold, waivable: false, fix: "" };

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        CATALOGUE
            .iter()
            .map(|rule| rule.code)
            .find(|code| code.0 == text)
            .ok_or_else(|| UnknownCode(text.chars().take(40).collect()))
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Code {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Code".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let codes: Vec<_> = CATALOGUE.iter().map(|rule| rule.code.as_str()).collect();
        schemars::json_schema!({ "type": "string", "enum": codes })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Families of codes and what they are about, in the order of the documentation.
pub const FAMILIES: &[(&str, &str)] = &[
    ("IMG", "Image"),
    ("MAN", "Engine manifest"),
    ("SEC", "Security"),
    ("NET", "Network"),
    ("BLD", "Build test"),
    ("OUT", "Output"),
    ("BEN", "Benchmark"),
    ("GOV", "Governance"),
];

/// `docs/checks.md`.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Checks\n\n\
         Generated from `crates/core/src/catalogue.rs`; a test fails when this page is stale.\n\n\
         Effects of an error: **invalid** the upload itself is bad; **disapprove** the build is disapproved; **review** a\n\
         person has to look; **hold** inconclusive, never approved; **warn** and **info** are told only. A rule marked † can\n\
         neither be softened by a policy nor waived. A finding of severity warning or info only warns or informs,\n\
         whatever its rule's effect.\n",
    );
    for (family, title) in FAMILIES {
        page.push_str(&format!("\n## {title} (`{family}-…`)\n\n| code | checks that | effect | how to mend |\n|---|---|---|---|\n"));
        for rule in CATALOGUE.iter().filter(|rule| rule.code.0.split('-').next() == Some(family)) {
            let fixed = if rule.waivable { "" } else { " †" };
            page.push_str(&format!(
                "| <a id=\"{}\"></a>{} | {} | {}{fixed} | {} |\n",
                rule.code.anchor(),
                rule.code,
                rule.checks,
                rule.effect.name(),
                rule.fix
            ));
        }
    }
    page
}

macro_rules! catalogue {
    ($($name:ident $code:literal $effect:ident $waivable:literal $checks:literal $fix:literal;)*) => {
        impl Code {
            $(#[doc = $checks] pub const $name: Self = Self($code);)*
        }

        /// Every rule.
        pub static CATALOGUE: &[Rule] = &[
            $(Rule { code: Code::$name, checks: $checks, effect: Effect::$effect, waivable: $waivable, fix: $fix },)*
        ];
    };
}

#[rustfmt::skip]
catalogue! {
    IMG_001 "IMG-001" Invalid false
        "manifest, index and all blobs are present and match their digests"
        "push or save the image again; a blob was damaged or left out on the way";
    IMG_002 "IMG-002" Invalid true
        "media types and platform are supported (Linux; each platform of an index is judged)"
        "build for linux/amd64 and push an OCI or Docker v2 image";
    IMG_003 "IMG-003" Invalid true
        "sizes, layer and file counts and the expansion ratio stay under limits"
        "make the layers smaller; large model files compress badly and need no compression tricks";
    IMG_004 "IMG-004" Invalid false
        "layer paths are safe: no escape, device nodes, hostile links, remote-URL layers"
        "rebuild the layer with an ordinary image builder; leave `/dev` out of hand-made root file systems";
    IMG_005 "IMG-005" Invalid true
        "the entry point exists, is executable and fits the platform"
        "set ENTRYPOINT to an executable file that is in the image and built for its platform";
    IMG_006 "IMG-006" Warn true
        "the default user is not root"
        "add `USER 65534:65534` (or a user of your own) to the Dockerfile";
    IMG_007 "IMG-007" Warn true
        "no setuid or setgid files, no file capabilities"
        "remove the bits with `chmod u-s,g-s` and `setcap -r`; nothing in an engine needs them";
    IMG_008 "IMG-008" Review true
        "the base system is known, not past its end of life, and on the trusted-base list when the policy has one"
        "build on a base that still gets security updates";
    IMG_009 "IMG-009" Warn true
        "the base system is patched: how many fixed-upstream updates are missing, and how old the newest package is"
        "rebuild on the newest base image, or upgrade the packages named";
    MAN_001 "MAN-001" Invalid true
        "the manifest is a readable regular file of at most 1 MiB at `/var/manifest.json`"
        "copy it in the Dockerfile: `COPY manifest.json /var/manifest.json`";
    MAN_002 "MAN-002" Invalid true
        "the manifest is one JSON object in UTF-8, without byte-order mark, NUL or doubled keys"
        "mend the JSON at the marked place";
    MAN_003 "MAN-003" Invalid true
        "`engineId` is present and names the engine this build belongs to"
        "set `engineId` to the id shown when the engine was created";
    MAN_004 "MAN-004" Info true
        "`engineId` has the form of a UUID"
        "nothing to do if this is the id you were given";
    MAN_005 "MAN-005" Invalid true
        "the required fields are present: preferredInputFormat, outputFormats, clusterSize, supportedInputFormats"
        "add the field";
    MAN_006 "MAN-006" Invalid true
        "`category` is present, in the manifest or in the engine's profile"
        "add `category`";
    MAN_007 "MAN-007" Disapprove true
        "`category` is a known one and the engine's own"
        "use one of the documented category names";
    MAN_008 "MAN-008" Invalid true
        "every field has its documented JSON type"
        "write the value in the documented type";
    MAN_009 "MAN-009" Invalid true
        "media types are well formed and known"
        "use a media type of the documented list, such as `text/plain` or `audio/wav`";
    MAN_010 "MAN-010" Warn true
        "the preferred input format is among the supported ones"
        "add the preferred format to `supportedInputFormats`";
    MAN_011 "MAN-011" Invalid true
        "`supportedInputFormats` and `outputFormats` are not empty"
        "list at least one media type";
    MAN_012 "MAN-012" Invalid true
        "`clusterSize` is small, medium, large or custom (custom with `customProfile`)"
        "choose by memory: small 512 MB, medium 2 GB, large 6 GB";
    MAN_013 "MAN-013" Invalid true
        "`engineMode` is legacy, batch, chunk or stream"
        "set `engineMode`; engines with webhooks are `chunk`";
    MAN_014 "MAN-014" Invalid true
        "an adapter has category pull or push and a mode that adapters can have"
        "adapters are `batch` or `stream`";
    MAN_015 "MAN-015" Disapprove true
        "`engineMode` is the mode chosen at onboarding"
        "change the manifest or the engine's mode so that both agree";
    MAN_016 "MAN-016" Invalid true
        "concurrencies are at least 1 and the initial one is not above the maximum"
        "set `initialConcurrency` ≤ `maxConcurrency`, both at least 1";
    MAN_017 "MAN-017" Invalid true
        "media lengths are not negative and the minimum is not above the maximum"
        "lengths are in milliseconds; 0 means no limit";
    MAN_018 "MAN-018" Invalid true
        "`maxFileMb` is not negative"
        "0 means no limit";
    MAN_019 "MAN-019" Disapprove true
        "`url` is an absolute http or https URL"
        "give the real address of a page about the engine, or leave `url` out";
    MAN_020 "MAN-020" Disapprove true
        "a network-isolated engine declares no external calls, and every entry is a host or URL"
        "empty `externalCalls`, or change the deployment model";
    MAN_021 "MAN-021" Warn true
        "an engine with external access declares whom it calls and from which country"
        "list the hosts in `externalCalls` and set `serverCountry`";
    MAN_022 "MAN-022" Warn true
        "`supportedLanguages` are language codes"
        "use ISO 639-1 codes such as `en`, or BCP 47 tags such as `en-US`";
    MAN_023 "MAN-023" Warn true
        "`gpuSupported` is a known machine family"
        "G2, G3 and P2 are supported";
    MAN_024 "MAN-024" Warn true
        "`minMemoryRequired` fits the cluster size"
        "choose a larger `clusterSize` or lower `minMemoryRequired`";
    MAN_025 "MAN-025" Invalid true
        "`schedule` is a known one, and scheduling fields are an adapter's"
        "use any, recurring, continuous, immediate or on demand";
    MAN_026 "MAN-026" Warn true
        "a batch adapter names its schema"
        "add `schemaId`";
    MAN_027 "MAN-027" Warn true
        "every top-level key is a documented one"
        "check the spelling; keys are case-sensitive";
    MAN_028 "MAN-028" Warn true
        "`outputFormats` holds application/json when the capability's contract is JSON"
        "add `application/json`";
    MAN_029 "MAN-029" Invalid true
        "no placeholder values are left"
        "replace the placeholder with the real value";
    MAN_030 "MAN-030" Info true
        "`releaseNotes` is plain text of at most 10 kB"
        "shorten it";
    MAN_031 "MAN-031" Warn true
        "the platform's own keys `user` and `build` are not supplied"
        "remove the key; the platform sets it";
    MAN_032 "MAN-032" Warn true
        "the image sets an entry point and, for chunk engines, the webhook variables; `VERITONE_TESTMODE` is not baked in"
        "set ENV and ENTRYPOINT in the Dockerfile";
    SEC_001 "SEC-001" Disapprove true
        "no critical vulnerability with a fix available"
        "upgrade the package to the fixed version";
    SEC_002 "SEC-002" Review true
        "no critical vulnerability without a fix"
        "remove the package, or ask for a waiver with a reason";
    SEC_003 "SEC-003" Disapprove true
        "nothing on the known-exploited list"
        "upgrade or remove the package";
    SEC_004 "SEC-004" Hold false
        "the scan is complete: distribution and packages recognised, database present, matching and fresh enough"
        "load current advisories with `assay db import`";
    SEC_005 "SEC-005" Disapprove true
        "no secrets in any layer, environment or build history"
        "remove the secret from every layer and revoke it";
    SEC_006 "SEC-006" Review true
        "no packed or known-bad binary"
        "replace the binary";
    SEC_007 "SEC-007" Review true
        "model files use safe formats"
        "convert the model to a format that holds no code";
    SEC_008 "SEC-008" Info true
        "a bill of materials is made and its coverage stated"
        "nothing to do";
    SEC_009 "SEC-009" Info true
        "OpenVEX statements are applied, each with its author"
        "nothing to do";
    SEC_010 "SEC-010" Warn true
        "approved and deployed builds are judged again when the data changes"
        "push a build with the fixed package";
    NET_001 "NET-001" Disapprove true
        "a network-isolated engine makes no attempt to reach anything but its own loopback"
        "remove the call, or change the deployment model and declare the host in `externalCalls`";
    NET_002 "NET-002" Disapprove true
        "a network-isolated engine looks up no name"
        "remove the lookup; telemetry and update checks of libraries are the usual source";
    NET_003 "NET-003" Disapprove true
        "an engine with external access stays inside its declared `externalCalls`"
        "declare the host, or remove the call";
    NET_004 "NET-004" Disapprove true
        "no cloud metadata address, private range or link-local address is touched"
        "remove the call; nothing inside the platform's network is an engine's to reach";
    NET_005 "NET-005" Disapprove true
        "no unusual socket family and no channel that would hide from the observer"
        "use ordinary TCP or UDP sockets and ordinary system calls";
    NET_006 "NET-006" Warn true
        "no listener on an undeclared port"
        "listen on the webhook's port only";
    NET_007 "NET-007" Disapprove false
        "planted bait credentials are not sent out"
        "remove the code that reads and sends them";
    NET_008 "NET-008" Hold false
        "start, idle, work and stop were all observed and the observer lost nothing"
        "run on a machine where `assay doctor` finds every instrument";
    NET_009 "NET-009" Review true
        "output and behaviour are the same with a dead and with an answering network"
        "make the engine's answer independent of the network";
    NET_010 "NET-010" Review true
        "no sandbox probing and no long sleep before activity"
        "remove the wait; an engine has nothing to wait for";
    BLD_001 "BLD-001" Disapprove true
        "the engine becomes ready in time"
        "answer 200 on the ready webhook as soon as the model is loaded; listen on the port of VERITONE_WEBHOOK_READY";
    BLD_002 "BLD-002" Disapprove true
        "every sample input yields an answer in time"
        "answer each process request with 200 and the result";
    BLD_003 "BLD-003" Disapprove false
        "the output meets the standard and the contract of the engine's capability"
        "mend the output at the pointers named";
    BLD_004 "BLD-004" Disapprove true
        "the output's meaning holds: ordered times, scores in range, offsets inside the input"
        "mend the values at the pointers named";
    BLD_005 "BLD-005" Warn true
        "unsupported, empty, broken and oversized inputs get a clean answer, no crash"
        "answer 204 for what the engine does not handle, or a 4xx status with a message; stay alive";
    BLD_006 "BLD-006" Warn true
        "a second answer to the same input equals the first"
        "make the engine deterministic, or fix its seed";
    BLD_007 "BLD-007" Review true
        "the output is compatible with the last approved build"
        "keep the fields that consumers rely on";
    BLD_008 "BLD-008" Disapprove true
        "memory stays within the cluster size and processes within limits"
        "choose a larger `clusterSize` or hold less in memory";
    BLD_009 "BLD-009" Warn true
        "the engine writes only to temporary folders"
        "write to `/tmp`; the root file system is read-only in production";
    BLD_010 "BLD-010" Warn true
        "it stops on SIGTERM in time, leaves no process behind; logs go to stdout, are bounded and hold no token"
        "handle SIGTERM, wait for children, and keep tokens out of the log";
    BEN_001 "BEN-001" Info true
        "latency, throughput, processor time and peak memory are measured"
        "nothing to do";
    BEN_002 "BEN-002" Review true
        "quality against ground truth where the capability has a metric"
        "improve the model, or explain the figures";
    GOV_001 "GOV-001" Hold false
        "all required checks concluded; waivers valid and unexpired"
        "see the checks that did not conclude";
    GOV_002 "GOV-002" Invalid false
        "a signed verdict is written and verifies before deploy"
        "certify again";
    GOV_003 "GOV-003" Invalid false
        "the deployed digest equals the approved one and health holds after start"
        "deploy the approved digest";
    OUT_ANOMALY "OUT-ANOMALY" Disapprove false
        "the document meets the `anomaly` contract"
        "mend the document at the pointer named";
    OUT_CONCEPT "OUT-CONCEPT" Disapprove false
        "the document meets the `concept` contract"
        "mend the document at the pointer named";
    OUT_ENTITY "OUT-ENTITY" Disapprove false
        "the document meets the `entity` contract"
        "mend the document at the pointer named";
    OUT_KEYWORD "OUT-KEYWORD" Disapprove false
        "the document meets the `keyword` contract"
        "mend the document at the pointer named";
    OUT_LANGUAGE "OUT-LANGUAGE" Disapprove false
        "the document meets the `language` contract"
        "mend the document at the pointer named";
    OUT_MEDIA_TRANSLATED "OUT-MEDIA-TRANSLATED" Disapprove false
        "the document meets the `media-translated` contract"
        "mend the document at the pointer named";
    OUT_OBJECT "OUT-OBJECT" Disapprove false
        "the document meets the `object` contract"
        "mend the document at the pointer named";
    OUT_SENTIMENT "OUT-SENTIMENT" Disapprove false
        "the document meets the `sentiment` contract"
        "mend the document at the pointer named";
    OUT_SUMMARY "OUT-SUMMARY" Disapprove false
        "the document meets the `summary` contract"
        "mend the document at the pointer named";
    OUT_TEXT "OUT-TEXT" Disapprove false
        "the document meets the `text` contract"
        "mend the document at the pointer named";
    OUT_TRANSCRIPT "OUT-TRANSCRIPT" Disapprove false
        "the document meets the `transcript` contract"
        "mend the document at the pointer named";
    OUT_AION "OUT-AION" Disapprove false
        "the document fits the whole format, whatever its contract"
        "mend the document at the pointer named";
    OUT_JSON "OUT-JSON" Disapprove false
        "the output is one JSON object in UTF-8"
        "answer with a single JSON object";
    OUT_T1 "OUT-T1" Disapprove true
        "a slice starts no later than it stops"
        "order `startTimeMs` and `stopTimeMs`";
    OUT_T2 "OUT-T2" Warn true
        "series are sorted by start"
        "sort the series by `startTimeMs`";
    OUT_T3 "OUT-T3" Warn true
        "times lie within the medium"
        "give times in ms from the start of the source";
    OUT_T4 "OUT-T4" Info true
        "word slots do not overlap unless they form a lattice"
        "align the slots";
    OUT_T5 "OUT-T5" Warn true
        "times are in milliseconds"
        "multiply seconds by 1000";
    OUT_C1 "OUT-C1" Info true
        "scores are fractions between 0 and 1"
        "divide percentages by 100";
    OUT_B1 "OUT-B1" Warn true
        "language tags are well formed"
        "use BCP 47 tags such as `en` or `pt-BR`";
    OUT_B2 "OUT-B2" Warn true
        "media types are well formed"
        "write `type/subtype`";
    OUT_O1 "OUT-O1" Warn true
        "an object says what it is"
        "give it a label, text, category, entity or place";
    OUT_O2 "OUT-O2" Warn true
        "`entityId` and `libraryId` come together"
        "give both";
    OUT_O3 "OUT-O3" Warn true
        "a recognition engine with a library names the entity of every object"
        "give `entityId` and `libraryId`";
    OUT_O4 "OUT-O4" Info true
        "faces say where they are"
        "give `boundingPoly`";
    OUT_A1 "OUT-A1" Warn true
        "ages are years and the lower bound comes first"
        "order `min` and `max`; neither is negative";
    OUT_P1 "OUT-P1" Warn true
        "polygons are simple and have an area"
        "mend the points";
    OUT_P2 "OUT-P2" Info true
        "a hole lies in an outer ring"
        "order the outer ring's points clockwise";
    OUT_P3 "OUT-P3" Info true
        "coordinates are fractions of the picture, not pixels"
        "divide by width and height";
    OUT_D1 "OUT-D1" Info true
        "page, paragraph and sentence numbers start at 1 and have no gaps"
        "number them from 1";
    OUT_D2 "OUT-D2" Warn true
        "text objects say where they stand in the document"
        "give page, paragraph or sentence";
    OUT_E1 "OUT-E1" Warn true
        "arrays and texts are not empty"
        "leave the empty part out, or fill it";
    OUT_L1 "OUT-L1" Info true
        "the best path of a lattice has the highest confidence"
        "mark the likeliest word";
    OUT_L2 "OUT-L2" Warn true
        "a word's `utteranceLength` ends inside the series"
        "shorten it";
    OUT_K1 "OUT-K1" Disapprove true
        "the contracts listed fit the engine's capability"
        "list the contract of the engine's category in `validationContracts`";
    OUT_K2 "OUT-K2" Disapprove true
        "the contracts listed are known and not doubled"
        "use the documented contract names";
    OUT_S1 "OUT-S1" Warn true
        "structured data is keyed by a registered schema"
        "register the schema";
    OUT_S2 "OUT-S2" Info true
        "`schemaId` is a known one"
        "leave it out, or use the published id";
    OUT_G1 "OUT-G1" Warn true
        "`generatedDateUTC` is plausible"
        "set it to the time of the run";
    OUT_G2 "OUT-G2" Info true
        "longitudes lie between −180 and 180"
        "subtract 360";
    OUT_X1 "OUT-X1" Warn true
        "every top-level key is a documented one"
        "remove it, or put it into `vendor`";
    OUT_X2 "OUT-X2" Info true
        "`collateIndex` values differ"
        "number them";
    OUT_Z1 "OUT-Z1" Warn true
        "the document is of a size the platform takes"
        "write less, or split it";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_in_a_family() {
        let mut seen = std::collections::BTreeSet::new();
        for rule in CATALOGUE {
            assert!(seen.insert(rule.code), "{} stands twice", rule.code);
            assert!(FAMILIES.iter().any(|(family, _)| rule.code.as_str().starts_with(&format!("{family}-"))));
            assert_eq!(rule.code.as_str().parse::<Code>().unwrap(), rule.code);
            assert_eq!(rule.code.rule().code, rule.code);
        }
    }

    #[test]
    fn the_page_of_checks_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/checks.md");
        if std::env::var_os("ASSAY_BLESS").is_some() {
            std::fs::write(path, markdown()).unwrap();
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), markdown(), "run the test with ASSAY_BLESS=1");
    }
}
