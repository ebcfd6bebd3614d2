//! The log, and traces for a collector.

use assay_app::Refused;
use assay_core::{Fault, Rejection};
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider};
use secrecy::ExposeSecret;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use super::exporter::Wire;
use crate::config::{Config, LogForm};
use crate::terminal;

/// What is traced, whatever the log tells.
const TRACED: &str = "info";

/// The traces on their way out; sent when this is dropped.
#[derive(Debug)]
pub(super) struct Traces(Option<SdkTracerProvider>);

impl Drop for Traces {
    fn drop(&mut self) {
        if let Some(provider) = self.0.take() {
            // A collector that is away must not hold the service up.
            let _ = provider.shutdown();
        }
    }
}

/// Starts the log, and traces when a collector is named. `verbose` counts `-v` and beats the configured level.
pub(super) fn start(config: &Config, verbose: u8) -> Result<Traces, Refused> {
    let level = match verbose {
        0 => config.log.level.as_str(),
        1 => "info,assay=debug",
        _ => "trace",
    };
    let filter = EnvFilter::try_new(level).map_err(|cause| {
        Rejection::new("malformed-settings", format!("`log.level` cannot be understood: {cause}"))
            .hint("as in `info` or `warn,assay_registry=debug`")
    })?;
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match config.log.format {
        LogForm::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
        LogForm::Pretty => {
            let colours = terminal::stderr_is_terminal() && terminal::stderr_is_coloured();
            lines.with_ansi(colours).with_target(false).with_filter(filter).boxed()
        }
    };
    let provider = provider(config)?;
    let traced = provider.as_ref().map(|provider| {
        let tracer = provider.tracer("assay");
        tracing_opentelemetry::layer().with_tracer(tracer).with_filter(EnvFilter::new(TRACED))
    });
    tracing_subscriber::registry().with(lines).with(traced).init();
    Ok(Traces(provider))
}

fn provider(config: &Config) -> Result<Option<SdkTracerProvider>, Refused> {
    let Some(endpoint) = &config.traces.endpoint else { return Ok(None) };
    let header = config.traces.header.as_ref().map(|header| header.expose_secret().to_owned());
    let headers = header.iter().filter_map(|header| header.split_once(':'));
    let headers = headers.map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned())).collect();
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Wire::new())
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_headers(headers)
        .build()
        .map_err(|cause| Fault::new("traces", "preparing traces for the collector", cause))?;
    let service = Resource::builder_empty()
        .with_service_name("assay")
        .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
        .build();
    let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.traces.share)));
    let provider = SdkTracerProvider::builder()
        .with_batch_exporter(exporter)
        .with_sampler(sampler)
        .with_resource(service)
        .build();
    Ok(Some(provider))
}
