//! What is counted while it happens.

use std::time::Duration;

use assay_core::Verdict;
use axum::http::{Method, StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::scale;

/// The counters of one service, without a global.
#[derive(Debug)]
pub struct Metrics {
    requests: Family<RequestLabels, Counter>,
    seconds: Family<RouteLabel, Histogram, fn() -> Histogram>,
    received: Family<RouteLabel, Counter>,
    sent: Family<RouteLabel, Counter>,
    uploads: Counter,
    certifications: Family<VerdictLabel, Histogram, fn() -> Histogram>,
    connections: Counter,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RequestLabels {
    route: &'static str,
    method: String,
    status: u16,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct RouteLabel {
    route: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct VerdictLabel {
    verdict: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            requests: Family::default(),
            seconds: Family::new_with_constructor(scale::of_requests),
            received: Family::default(),
            sent: Family::default(),
            uploads: Counter::default(),
            certifications: Family::new_with_constructor(scale::of_certifications),
            connections: Counter::default(),
        }
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn answered(&self, route: &'static str, method: &Method, status: StatusCode, took: Duration) {
        let method = known(method).to_owned();
        if method == "PUT" && route.contains("/blobs/uploads/") && status == StatusCode::CREATED {
            self.uploads.inc();
        }
        self.requests.get_or_create(&RequestLabels { route, method, status: status.as_u16() }).inc();
        self.seconds.get_or_create(&RouteLabel { route }).observe(took.as_secs_f64());
    }

    /// Counts bytes of requests that take `route`.
    pub(crate) fn bytes_in(&self, route: &'static str) -> Counter {
        self.received.get_or_create(&RouteLabel { route }).clone()
    }

    /// Counts bytes of their answers.
    pub(crate) fn bytes_out(&self, route: &'static str) -> Counter {
        self.sent.get_or_create(&RouteLabel { route }).clone()
    }

    /// Somebody connected.
    pub(crate) fn connected(&self) {
        self.connections.inc();
    }

    /// A certification ended in a verdict.
    pub fn certified(&self, verdict: Verdict, took: Duration) {
        let verdict = match verdict {
            Verdict::Approved => "approved",
            Verdict::Disapproved => "disapproved",
            Verdict::Inconclusive => "inconclusive",
        };
        self.certifications.get_or_create(&VerdictLabel { verdict }).observe(took.as_secs_f64());
    }

    /// Names every family for the page.
    pub(super) fn register(&self, page: &mut Registry) {
        page.register("http_requests", "Requests answered", self.requests.clone());
        page.register_with_unit(
            "http_request_duration",
            "Time until an answer begins",
            Unit::Seconds,
            self.seconds.clone(),
        );
        page.register_with_unit("http_received", "Bytes of requests", Unit::Bytes, self.received.clone());
        page.register_with_unit("http_sent", "Bytes of answers", Unit::Bytes, self.sent.clone());
        page.register("registry_uploads", "Blob uploads completed", self.uploads.clone());
        page.register("http_connections", "Connections taken", self.connections.clone());
        page.register_with_unit(
            "certification_duration",
            "Certifications by verdict, and how long they took",
            Unit::Seconds,
            self.certifications.clone(),
        );
    }
}

/// A method as a label: those that nobody serves share one.
fn known(method: &Method) -> &str {
    match method.as_str() {
        name @ ("GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => name,
        _ => "other",
    }
}
