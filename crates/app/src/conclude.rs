//! How a check comes to its one outcome, whatever happens in it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use assay_core::{Clock, Fault, Finding, Outcome};
use jiff::Timestamp;

/// When something began and ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

/// A check with its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    pub(crate) outcome: Outcome,
    /// When it was judged; absent when it was not.
    pub(crate) span: Option<Span>,
}

impl Judged {
    /// Left out because somebody asked for it; `reason` says who.
    pub(crate) fn left_out(reason: &str) -> Self {
        Self { outcome: Outcome::Skipped { reason: reason.into(), asked: true }, span: None }
    }

    /// Not possible, for `reason`.
    pub(crate) fn impossible(reason: &str) -> Self {
        Self { outcome: Outcome::Skipped { reason: reason.into(), asked: false }, span: None }
    }

    /// Broken by `fault`.
    pub(crate) fn broken(fault: Fault, span: Span) -> Self {
        Self { outcome: Outcome::Errored { fault, findings: Vec::new() }, span: Some(span) }
    }

    /// Concluded with `findings`.
    pub(crate) fn concluded(findings: Vec<Finding>, span: Span) -> Self {
        Self { outcome: Outcome::from_findings(findings), span: Some(span) }
    }

    /// Whether nothing in it failed.
    pub(crate) fn good(&self) -> bool {
        matches!(self.outcome, Outcome::Passed { .. })
    }
}

/// Does `work` and tells when.
pub(crate) fn timed<T>(clock: &dyn Clock, work: impl FnOnce() -> T) -> (T, Span) {
    let from = clock.now();
    let done = work();
    (done, Span { from, to: clock.now() })
}

/// Does `work`; a panic in it becomes a fault. `doing` names the work: "judging the manifest".
pub(crate) fn guarded<T>(doing: &str, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Fault::new("panic", doing, said(&*panic))))
}

/// What a panic said.
pub(crate) fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "no message".into())
}

/// Does `work` and makes a check's outcome of it, with whatever else the work brought.
pub(crate) fn conclude<T>(
    clock: &dyn Clock,
    doing: &str,
    work: impl FnOnce() -> Result<(Vec<Finding>, T), Fault>,
) -> (Judged, Option<T>) {
    let (done, span) = timed(clock, || guarded(doing, work));
    match done {
        Ok((findings, rest)) => (Judged::concluded(findings, span), Some(rest)),
        Err(fault) => (Judged::broken(fault, span), None),
    }
}

#[cfg(test)]
mod tests {
    use assay_core::{Code, ManualClock};

    use super::*;

    fn clock() -> ManualClock {
        ManualClock::at(Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn a_panic_or_fault_in_a_check_is_errored_and_never_passed() {
        let (judged, rest) = conclude::<()>(&clock(), "judging", || panic!("broken"));
        assert_eq!(judged.outcome.status(), "errored");
        assert!(rest.is_none() && !judged.good());
        let Outcome::Errored { fault, .. } = judged.outcome else { panic!() };
        assert_eq!((fault.kind.as_str(), fault.cause.as_str()), ("panic", "broken"));
        let (judged, _) = conclude::<()>(&clock(), "judging", || Err(Fault::io("reading", "gone")));
        assert_eq!(judged.outcome.status(), "errored");
    }

    #[test]
    fn findings_decide_and_time_is_taken() {
        let finding = Finding::error(Code::IMG_005, "no entry point", "one");
        let clock = clock();
        let (judged, rest) = conclude(&clock, "judging", || {
            clock.advance(std::time::Duration::from_millis(5));
            Ok((vec![finding], 7))
        });
        assert_eq!((judged.outcome.status(), rest), ("failed", Some(7)));
        let span = judged.span.unwrap();
        assert_eq!(span.to.duration_since(span.from).as_millis(), 5);
    }
}
