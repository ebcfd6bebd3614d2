//! Buckets of the histograms.

use prometheus_client::metrics::histogram::Histogram;

/// Seconds a request takes until its answer begins.
pub(super) fn of_requests() -> Histogram {
    Histogram::new([0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
}

/// Seconds a certification takes.
pub(super) fn of_certifications() -> Histogram {
    Histogram::new([0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 40.0, 60.0, 120.0, 300.0, 600.0, 1200.0])
}
