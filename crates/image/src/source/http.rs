//! HTTP clients: over TLS or TCP to registries, over a Unix socket to a local daemon.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use ureq::config::Config;
use ureq::http::Uri;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, DefaultConnector, LazyBuffers, NextTimeout, Transport,
};
use ureq::{Agent, Error};

use crate::options::AddressRule;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(15);
/// Until a request is answered.
const ANSWER: Duration = Duration::from_secs(60);
/// Until the next bytes of an answer come.
const SILENCE: Duration = Duration::from_secs(60);
/// Until a body is whole, so that nobody can feed us a byte a minute for ever.
const BODY: Duration = Duration::from_secs(3600);

/// A client for registries. It never follows redirects by itself, since credentials must not travel with them. Where a
/// rule says which addresses may be dialled, every name is held against it once it has become an address; a proxy would
/// dial for us, so none is used then.
pub(super) fn network_agent(loopback: bool, addresses: &AddressRule) -> Agent {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .provider(TlsProvider::Rustls)
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    let builder = Agent::config_builder().tls_config(tls);
    // No proxy can reach our own loopback.
    let builder = if loopback || addresses.is_set() { builder.proxy(None) } else { builder };
    let config = common(builder).build();
    if !addresses.is_set() {
        return config.new_agent();
    }
    let names = Ruled { rule: addresses.clone(), names: DefaultResolver::default() };
    Agent::with_parts(config, DefaultConnector::default(), names)
}

/// Finds addresses and leaves out those that may not be dialled.
#[derive(Debug)]
struct Ruled {
    rule: AddressRule,
    names: DefaultResolver,
}

impl Resolver for Ruled {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        let found = self.names.resolve(uri, config, timeout)?;
        let mut allowed = self.empty();
        for address in found.iter().filter(|address| self.rule.permits(address.ip())) {
            allowed.push(*address);
        }
        if allowed.is_empty() { Err(Error::HostNotFound) } else { Ok(allowed) }
    }
}

/// A client that speaks to whatever listens on the Unix socket, whatever host a URL names.
pub(super) fn socket_agent(socket: PathBuf) -> Agent {
    let config = common(Agent::config_builder().proxy(None)).build();
    Agent::with_parts(config, SocketConnector(socket), NoNames)
}

fn common(
    builder: ureq::config::ConfigBuilder<ureq::typestate::AgentScope>,
) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    builder
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .accept_encoding("identity")
        .user_agent(concat!("assay/", env!("CARGO_PKG_VERSION")))
        .timeout_connect(Some(CONNECT))
        .timeout_recv_response(Some(ANSWER))
        .timeout_recv_body(Some(BODY))
        .timeout_per_read(Some(SILENCE))
        .timeout_per_write(Some(SILENCE))
}

/// Dials one Unix socket.
#[derive(Debug)]
struct SocketConnector(PathBuf);

impl Connector for SocketConnector {
    type Out = SocketTransport;

    fn connect(&self, details: &ConnectionDetails<'_>, _: Option<()>) -> Result<Option<Self::Out>, Error> {
        let stream = UnixStream::connect(&self.0)?;
        let buffers =
            LazyBuffers::new(details.config.input_buffer_size(), details.config.output_buffer_size());
        Ok(Some(SocketTransport { stream, buffers }))
    }
}

#[derive(Debug)]
struct NoNames;

impl Resolver for NoNames {
    fn resolve(&self, _: &Uri, _: &Config, _: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let mut addresses = self.empty();
        addresses.push(SocketAddr::new(IpAddr::V4(Ipv4Addr::UNSPECIFIED), 0));
        Ok(addresses)
    }
}

#[derive(Debug)]
struct SocketTransport {
    stream: UnixStream,
    buffers: LazyBuffers,
}

impl Transport for SocketTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), Error> {
        let timeout = timeout.for_write();
        self.stream.set_write_timeout(timeout.not_zero().map(|left| *left))?;
        let output = self.buffers.output().get(..amount).unwrap_or_default();
        self.stream.write_all(output).map_err(|problem| told(problem, timeout))
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, Error> {
        let timeout = timeout.for_read();
        self.stream.set_read_timeout(timeout.not_zero().map(|left| *left))?;
        let read = loop {
            match self.stream.read(self.buffers.input_append_buf()) {
                Err(problem) if problem.kind() == io::ErrorKind::Interrupted => {}
                other => break other.map_err(|problem| told(problem, timeout))?,
            }
        };
        self.buffers.input_appended(read);
        Ok(read > 0)
    }

    fn is_open(&mut self) -> bool {
        // Every request gets its own connection: a daemon is asked once.
        false
    }
}

fn told(problem: io::Error, timeout: NextTimeout) -> Error {
    match problem.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => Error::Timeout(timeout.reason),
        _ => problem.into(),
    }
}
