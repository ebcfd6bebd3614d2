//! The image configuration (OCI image-spec `config.md`; Docker's is the same for the fields read here).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize};

use assay_core::{Digest, Platform};

/// What the image says about how to start it, in the order and words of the image.
#[derive(Clone, PartialEq, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageConfig {
    /// `User`: user or uid, with `:group` or `:gid`; empty for root.
    pub user: String,
    /// `Env`, split at the first `=`; an entry without one has an empty value.
    pub env: Vec<(String, String)>,
    /// `Entrypoint`.
    pub entrypoint: Vec<String>,
    /// `Cmd`: arguments, or the whole command when there is no entry point.
    pub cmd: Vec<String>,
    /// `WorkingDir`; empty for `/`.
    pub working_dir: String,
    /// `ExposedPorts`, such as `8080/tcp`, sorted.
    pub exposed_ports: Vec<String>,
    /// `Labels`.
    pub labels: BTreeMap<String, String>,
    /// `StopSignal`.
    pub stop_signal: Option<String>,
    /// `architecture`, in Go's words.
    pub architecture: String,
    /// `os`, in Go's words.
    pub os: String,
    /// `variant` of the processor.
    pub variant: Option<String>,
    /// `created`, as written.
    pub created: Option<String>,
    /// `history`, oldest first.
    pub history: Vec<History>,
    /// `rootfs.diff_ids`: digests of the unpacked layers, lowest first.
    pub diff_ids: Vec<Digest>,
    /// The configuration exactly as received.
    #[serde(skip)]
    pub raw: Vec<u8>,
}

/// One line of the build history.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct History {
    /// When, as written.
    #[serde(deserialize_with = "or_default", skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// The command that made the layer.
    #[serde(deserialize_with = "or_default")]
    pub created_by: String,
    /// A remark.
    #[serde(deserialize_with = "or_default")]
    pub comment: String,
    /// Whether the step made no layer.
    #[serde(deserialize_with = "or_default")]
    pub empty_layer: bool,
}

impl ImageConfig {
    /// Reads a configuration. The caller has bounded `raw`; nesting is bounded by the JSON reader.
    pub fn read(raw: &[u8]) -> Result<Self, serde_json::Error> {
        let document: Document = serde_json::from_slice(raw)?;
        let run = document.config;
        Ok(Self {
            user: run.user,
            env: run.env.iter().map(|entry| split_variable(entry)).collect(),
            entrypoint: run.entrypoint,
            cmd: run.cmd,
            working_dir: run.working_dir,
            exposed_ports: run.exposed_ports.into_keys().collect(),
            labels: run.labels,
            stop_signal: run.stop_signal.filter(|signal| !signal.is_empty()),
            architecture: document.architecture,
            os: document.os,
            variant: document.variant.filter(|variant| !variant.is_empty()),
            created: document.created,
            history: document.history,
            diff_ids: document.rootfs.diff_ids,
            raw: raw.to_vec(),
        })
    }

    /// The platform the image says it is for.
    pub fn platform(&self) -> Platform {
        Platform {
            os: self.os.clone(),
            architecture: self.architecture.clone(),
            variant: self.variant.clone(),
        }
    }

    /// What is started: the entry point followed by the command.
    pub fn command_line(&self) -> Vec<String> {
        self.entrypoint.iter().chain(&self.cmd).cloned().collect()
    }

    /// The value of an environment variable; the last one wins, as in a process.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.env.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

fn split_variable(entry: &str) -> (String, String) {
    let (key, value) = entry.split_once('=').unwrap_or((entry, ""));
    (key.to_owned(), value.to_owned())
}

#[derive(Deserialize)]
struct Document {
    #[serde(default, deserialize_with = "or_default")]
    architecture: String,
    #[serde(default, deserialize_with = "or_default")]
    os: String,
    #[serde(default, deserialize_with = "or_default")]
    variant: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    created: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    config: Run,
    #[serde(default, deserialize_with = "or_default")]
    history: Vec<History>,
    rootfs: RootFs,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "PascalCase", default)]
struct Run {
    #[serde(deserialize_with = "or_default")]
    user: String,
    #[serde(deserialize_with = "or_default")]
    env: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    entrypoint: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    cmd: Vec<String>,
    #[serde(deserialize_with = "or_default")]
    working_dir: String,
    #[serde(deserialize_with = "or_default")]
    exposed_ports: BTreeMap<String, serde::de::IgnoredAny>,
    #[serde(deserialize_with = "or_default")]
    labels: BTreeMap<String, String>,
    #[serde(deserialize_with = "or_default")]
    stop_signal: Option<String>,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default, deserialize_with = "or_default")]
    diff_ids: Vec<Digest>,
}

/// Builders write `null` for empty lists and maps.
fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_are_empty_and_the_last_variable_wins() {
        let raw = br#"{"architecture":"amd64","os":"linux","config":{"Env":["A=1","B","A=2=3"],"Cmd":null,
            "ExposedPorts":{"80/tcp":{}},"Labels":null},"rootfs":{"type":"layers","diff_ids":null},"history":null}"#;
        let config = ImageConfig::read(raw).unwrap();
        assert_eq!(config.variable("A"), Some("2=3"));
        assert_eq!(config.variable("B"), Some(""));
        assert_eq!(config.exposed_ports, ["80/tcp"]);
        assert!(config.cmd.is_empty() && config.diff_ids.is_empty());
    }

    #[test]
    fn a_document_without_rootfs_or_with_wrong_types_is_refused() {
        for bad in
            [&b"{}"[..], b"[]", b"{\"rootfs\":{\"diff_ids\":[\"sha256:x\"]}}", b"{\"rootfs\":{},\"os\":1}"]
        {
            assert!(ImageConfig::read(bad).is_err(), "{}", String::from_utf8_lossy(bad));
        }
    }
}
