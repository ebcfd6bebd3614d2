//! The figures that are compared, the bars they have to reach, and how they are told.

use std::collections::BTreeMap;

/// What ours has to be beside the reference, as a ratio.
#[derive(Clone, Copy)]
pub enum Bar {
    AtLeast(f64),
    AtMost(f64),
    /// Told for the reader; nothing hangs on it.
    None,
}

/// One figure.
pub struct Figure {
    pub name: &'static str,
    pub label: &'static str,
    pub unit: &'static str,
    pub bar: Bar,
}

const fn figure(name: &'static str, label: &'static str, unit: &'static str, bar: Bar) -> Figure {
    Figure { name, label, unit, bar }
}

/// Every figure, in the order in which it is told.
pub const FIGURES: [Figure; 20] = [
    figure("put", "blob of 200 MB, PUT in one piece", "MB/s", Bar::AtLeast(2.0)),
    figure("put_cpu", "server's processor time per MB put", "ms/MB", Bar::AtMost(0.5)),
    figure("pieces", "blob of 200 MB by PATCH of 10 MB each", "MB/s", Bar::AtLeast(2.5)),
    figure("stream", "blob of 200 MB as one PATCH, as docker does", "MB/s", Bar::None),
    figure("get", "blob of 200 MB, GET", "MB/s", Bar::AtLeast(1.5)),
    figure("get_cpu", "server's processor time per MB got", "ms/MB", Bar::None),
    figure("manifest_get", "manifest GET, 16 connections", "/s", Bar::AtLeast(40.0)),
    figure("manifest_get_p99", "99 in 100 of them within", "ms", Bar::AtMost(0.1)),
    figure("manifest_put", "manifest PUT by tag, one connection", "/s", Bar::AtLeast(5.0)),
    figure("manifest_put_p99", "99 in 100 of them within", "ms", Bar::None),
    figure("small", "blobs of 1 kB, POST and PUT, one connection", "/s", Bar::AtLeast(6.0)),
    figure("push", "image of six layers, pushed by skopeo", "s", Bar::AtMost(1.0)),
    figure("push_cpu", "server's processor time until skopeo is done", "s", Bar::AtMost(0.7)),
    figure("push_cpu_after", "and until all work it left is done", "s", Bar::None),
    figure("push_memory", "server's peak memory meanwhile", "MB", Bar::None),
    figure("pull", "the image pulled by skopeo", "s", Bar::None),
    figure("pull_cpu", "server's processor time meanwhile", "s", Bar::None),
    figure("parallel", "six layers by six clients at once", "s", Bar::None),
    figure("parallel_cpu", "server's processor time meanwhile", "s", Bar::None),
    figure("parallel_memory", "server's peak memory meanwhile", "MB", Bar::AtMost(1.5)),
];

/// Values of one server, by figure, over all rounds.
#[derive(Default)]
pub struct Values(BTreeMap<&'static str, Vec<f64>>);

impl Values {
    /// Keeps one more value.
    pub fn add(&mut self, name: &'static str, value: f64) {
        assert!(FIGURES.iter().any(|figure| figure.name == name), "{name} is a figure");
        self.0.entry(name).or_default().push(value);
    }

    fn median(&self, name: &str) -> f64 {
        median(self.0[name].clone())
    }

    fn spread(&self, name: &str) -> (f64, f64) {
        let values = &self.0[name];
        (values.iter().copied().fold(f64::MAX, f64::min), values.iter().copied().fold(f64::MIN, f64::max))
    }
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Tells every figure of both and gives how many bars are missed.
pub fn tell(reference: &Values, ours: &Values) -> usize {
    println!("\n  {:<46} {:>24} {:>24} {:>7}", "median (least–most)", "docker-registry", "ours", "ratio");
    FIGURES.iter().filter(|figure| !tell_one(figure, reference, ours)).count()
}

fn tell_one(figure: &Figure, reference: &Values, ours: &Values) -> bool {
    let Figure { name, label, unit, bar } = figure;
    let (theirs, own) = (reference.median(name), ours.median(name));
    let ratio = own / theirs;
    let (met, wanted) = match *bar {
        Bar::AtLeast(bar) => (ratio >= bar, format!("at least {bar}")),
        Bar::AtMost(bar) => (ratio <= bar, format!("at most {bar}")),
        Bar::None => (true, String::new()),
    };
    let shown = |values: &Values, median: f64| {
        let (least, most) = values.spread(name);
        format!("{median:.2} ({least:.2}–{most:.2})")
    };
    let (shown_theirs, shown_own) = (shown(reference, theirs), shown(ours, own));
    let missed = if met { "" } else { "  MISSED" };
    println!("  {label:<46} {shown_theirs:>24} {shown_own:>24} {ratio:>7.2} {unit:<6} {wanted}{missed}");
    println!("bench registry.{name}.reference {theirs:.3} {unit}");
    println!("bench registry.{name}.ours {own:.3} {unit}");
    println!("bench registry.{name}.ratio {ratio:.3} x");
    met
}
