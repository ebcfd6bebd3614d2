//! What to pack.

use std::collections::BTreeMap;

use assay_core::Platform;

use super::PackLayer;

/// How layers are compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Compression {
    /// Plain tar.
    None,
    /// gzip, understood by everything.
    #[default]
    Gzip,
    /// zstd, twice as fast to unpack.
    Zstd,
}

/// An image to be made: layers, lowest first, and how to start it.
///
/// ```
/// # use assay_image::{PackLayer, PackSpec};
/// let layer = PackLayer::new().file("/app/run", b"#!/bin/sh\n", 0o755).file("/var/manifest.json", b"{}", 0o644);
/// let spec = PackSpec::new().layer(layer).entrypoint(["/app/run"]).user("65534:65534");
/// ```
#[derive(Clone, Debug, Default)]
pub struct PackSpec {
    /// Platform of the image; linux/amd64 by default.
    pub platform: Platform,
    /// `created` in RFC 3339; 1970-01-01T00:00:00Z by default, so that equal input gives equal bytes.
    pub created: Option<String>,
    /// `User`.
    pub user: String,
    /// `Env`.
    pub env: Vec<(String, String)>,
    /// `Entrypoint`.
    pub entrypoint: Vec<String>,
    /// `Cmd`.
    pub cmd: Vec<String>,
    /// `WorkingDir`.
    pub working_dir: String,
    /// `ExposedPorts`, such as `8080/tcp`.
    pub exposed_ports: Vec<String>,
    /// `Labels`.
    pub labels: BTreeMap<String, String>,
    /// `StopSignal`.
    pub stop_signal: Option<String>,
    /// Layers, lowest first.
    pub layers: Vec<PackLayer>,
    /// How they are compressed.
    pub compression: Compression,
    /// The name written beside the image (`org.opencontainers.image.ref.name`).
    pub reference: Option<String>,
}

impl PackSpec {
    /// An empty image for linux/amd64.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts a layer on top.
    #[must_use]
    pub fn layer(mut self, layer: PackLayer) -> Self {
        self.layers.push(layer);
        self
    }

    /// Sets the entry point.
    #[must_use]
    pub fn entrypoint<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.entrypoint = words.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the command.
    #[must_use]
    pub fn cmd<S: Into<String>>(mut self, words: impl IntoIterator<Item = S>) -> Self {
        self.cmd = words.into_iter().map(Into::into).collect();
        self
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// Sets the user.
    #[must_use]
    pub fn user(mut self, user: impl Into<String>) -> Self {
        self.user = user.into();
        self
    }

    /// Sets the working directory.
    #[must_use]
    pub fn working_dir(mut self, dir: impl Into<String>) -> Self {
        self.working_dir = dir.into();
        self
    }

    /// Adds an exposed port such as `8080/tcp`.
    #[must_use]
    pub fn expose(mut self, port: impl Into<String>) -> Self {
        self.exposed_ports.push(port.into());
        self
    }

    /// Adds a label.
    #[must_use]
    pub fn label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.labels.insert(name.into(), value.into());
        self
    }

    /// Sets the platform.
    #[must_use]
    pub fn platform(mut self, platform: Platform) -> Self {
        self.platform = platform;
        self
    }

    /// Sets the compression.
    #[must_use]
    pub fn compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }
}
