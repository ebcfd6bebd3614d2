//! Every setting.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use assay_core::Rejection;
use assay_core::run::AddressBlock;
use secrecy::SecretString;

use super::kind::{Kind, Link, LogForm, MailSecurity, MailTransport};
use super::layers::Layers;
use super::measure::Size;
use super::table::{Setting, check, settings};

settings! {
    /// Where the service is found.
    server: Server {
        /// Address it listens on. Port 0 takes a free one.
        listen: SocketAddr = "127.0.0.1:8080",
        /// Address by which people and clients reach it, when that is another one, as behind a proxy. Stands in mails, challenges and links.
        public_url: Option<Link> = "",
        /// E-mail address under which the first administrator logs in.
        admin: String = "admin@localhost",
        /// Proxies whose `X-Forwarded-For` is believed.
        trusted_proxies: Vec<AddressBlock> = "",
    }

    /// TLS spoken by the service itself. Changed files are taken up while it runs; SIGHUP does so at once.
    tls: Tls {
        /// File with the certificate chain (PEM).
        cert: Option<PathBuf> = "",
        /// File with the private key (PEM).
        key: Option<PathBuf> = "",
    }

    /// Bounds on connections and requests.
    limits: Limits {
        /// Connections at the same time; more wait.
        connections: u32 = "4096",
        /// Requests handled at the same time; more are told to come back.
        requests: u32 = "1024",
        /// Until the headers of a request are there. A connection may rest so long between two requests.
        header_timeout: Duration = "30s",
        /// How long the pieces of a body may let us wait.
        body_timeout: Duration = "30s",
        /// How long a client may leave an answer unread.
        write_timeout: Duration = "60s",
        /// How long a request may take that is no upload or download.
        request_timeout: Duration = "60s",
        /// How long requests and work under way have to end when the service stops.
        grace: Duration = "30s",
        /// Requests a second of one address in the long run; 0 for no limit.
        address_rate: u32 = "200",
        /// Requests of one address at once after a pause.
        address_burst: u32 = "4000",
        /// Requests a second of one user or key in the long run; 0 for no limit.
        actor_rate: u32 = "100",
        /// Requests of one user or key at once after a pause.
        actor_burst: u32 = "2000",
        /// Attempts to sign in a second from one address in the long run; 0 for no limit.
        sign_in_rate: u32 = "5",
        /// Attempts to sign in from one address at once after a pause.
        sign_in_burst: u32 = "100",
    }

    /// The registry and its disk.
    registry: RegistrySettings {
        /// Bytes an organization may store that has no quota of its own; without it any number.
        quota: Option<Size> = "",
        /// Bytes of the disk kept free: with less left no upload begins, and the service is not ready.
        keep_free: Size = "1GiB",
        /// Bytes of one layer at most.
        blob_size: Size = "64GiB",
        /// Bytes of one manifest at most.
        manifest_size: Size = "4MiB",
        /// How long an upload may rest before it is swept.
        upload_idle: Duration = "24h",
        /// How long a blob that no manifest points to stays visible, and once more until its file is removed.
        unused_grace: Duration = "24h",
        /// How often is looked for resting uploads and for blobs that nobody uses.
        sweep_every: Duration = "10m",
        /// How often every stored byte is compared with its digest.
        scrub_every: Duration = "7d",
        /// Whether clients may delete by protocol.
        deletes: bool = "true",
    }

    /// How much is done at the same time.
    work: WorkSettings {
        /// Images read after their push.
        intake: u32 = "2",
        /// Images fetched from other registries.
        fetch: u32 = "2",
        /// Certifications.
        certification: u32 = "2",
        /// Deployments.
        deploy: u32 = "1",
        /// E-mails sent.
        mail: u32 = "1",
        /// Webhooks delivered.
        webhook: u32 = "4",
        /// How long ended work is remembered.
        remember: Duration = "30d",
    }

    /// Certifications.
    certification: Certification {
        /// Size up to which unpacked layers are kept.
        layer_cache: Size = "20GiB",
        /// How long unpacked layers are kept after their last use.
        layer_age: Duration = "30d",
        /// Private addresses or blocks that a name declared by an engine may lead to.
        allow_addresses: Vec<AddressBlock> = "",
    }

    /// Images fetched from other registries.
    fetch: Fetch {
        /// Private addresses or blocks that images may be fetched from; public ones always may be.
        allow_addresses: Vec<AddressBlock> = "",
    }

    /// E-mail.
    mail: Mail {
        /// How mail leaves: as files in the data folder, or to a server.
        transport: MailTransport = "file",
        /// Sender.
        from: String = "Assay <assay@localhost>",
        /// Name of the mail server.
        host: Option<String> = "",
        /// Port of the mail server.
        port: u16 = "465",
        /// How the connection is secured: TLS from the first byte, STARTTLS as on port 587, or not at all.
        security: MailSecurity = "tls",
        /// User at the mail server.
        user: Option<String> = "",
        /// Password at the mail server.
        password: Option<SecretString> = "",
        /// File with certificates (PEM) of authorities trusted beside the system's.
        authorities: Option<PathBuf> = "",
    }

    /// Webhooks to others.
    webhooks: WebhookSettings {
        /// How long the other side may take.
        timeout: Duration = "15s",
        /// Addresses or blocks of private networks, or of this machine, that may be posted to, without TLS too.
        allow_addresses: Vec<AddressBlock> = "",
        /// File with certificates (PEM) of authorities trusted instead of the system's.
        authorities: Option<PathBuf> = "",
    }

    /// Figures for monitoring.
    metrics: MetricsSettings {
        /// Address of a listener for `/metrics` alone. Without one the page is on the main listener, for this machine and for the token.
        listen: Option<SocketAddr> = "",
        /// Token that opens `/metrics` from afar.
        token: Option<SecretString> = "",
    }

    /// The log, on standard error.
    log: Log {
        /// How it looks.
        format: LogForm = "pretty",
        /// What is told: `error`, `warn`, `info`, `debug`, `trace`, also by part as in `info,assay_registry=debug`.
        level: String = "info",
    }

    /// Traces for an OpenTelemetry collector.
    traces: Traces {
        /// Address of the collector (OTLP over HTTP), as in `http://127.0.0.1:4318`. Without one no traces are made.
        endpoint: Option<Link> = "",
        /// Header sent along, as in `authorization: Bearer …`.
        header: Option<SecretString> = "",
        /// Share of the requests that are traced.
        share: f64 = "1",
    }
}
