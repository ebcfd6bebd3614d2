//! What parent and child say to each other, one JSON text a line.

use std::io::{self, BufRead, Read, Write};

use assay_app::Refused;
use assay_app::certification::{Certified, Probe};
use assay_app::pipeline::{Done, Order};
use assay_core::report::Report;
use assay_core::{Fault, Rejection, Step};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// Bytes of a line at most.
const LONGEST: u64 = 256 << 20;

/// What the child says.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Word {
    /// A step begins.
    Started(Step),
    /// Something happened within a step.
    Note(Step, String),
    /// A step is over; whether it went well.
    Finished(Step, bool),
    /// The image was judged: the report, and the manifest byte for byte.
    Certified(Box<Report>, Option<Vec<u8>>),
    /// The engine was started; why it is not well, if it is not.
    Probed(Option<String>),
    /// The order cannot be followed.
    Rejected(String, Option<String>),
    /// Something broke.
    Broke(Fault),
}

impl Word {
    /// The last word about an order.
    pub(super) fn last(result: Result<Done, Refused>) -> Self {
        match result {
            Ok(Done::Certified(certified)) => {
                Self::Certified(Box::new(certified.report), certified.raw_manifest)
            }
            Ok(Done::Probed(Probe::Healthy)) => Self::Probed(None),
            Ok(Done::Probed(Probe::Unhealthy(why))) => Self::Probed(Some(why)),
            Err(Refused::Rejection(rejection)) => Self::Rejected(rejection.message, rejection.hint),
            Err(Refused::Fault(fault)) => Self::Broke(fault),
        }
    }

    /// The same as a result, when it is a last word.
    pub(super) fn result(self, order: &Order) -> Option<Result<Done, Refused>> {
        Some(match self {
            Self::Started(_) | Self::Note(..) | Self::Finished(..) => return None,
            Self::Certified(report, raw_manifest) => {
                let evidence_dir = order.evidence_dir.clone();
                Ok(Done::Certified(Box::new(Certified { report: *report, raw_manifest, evidence_dir })))
            }
            Self::Probed(None) => Ok(Done::Probed(Probe::Healthy)),
            Self::Probed(Some(why)) => Ok(Done::Probed(Probe::Unhealthy(why))),
            Self::Rejected(message, hint) => {
                Err(Rejection { hint, ..Rejection::new("order-refused", message) }.into())
            }
            Self::Broke(fault) => Err(fault.into()),
        })
    }
}

/// Says something.
pub(super) fn say(to: &mut impl Write, what: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(what)?;
    line.push(b'\n');
    to.write_all(&line)?;
    to.flush()
}

/// Hears the next line; nothing when the other has ended.
pub(super) fn hear<T: DeserializeOwned>(from: &mut impl BufRead) -> io::Result<Option<T>> {
    let mut line = Vec::new();
    from.take(LONGEST).read_until(b'\n', &mut line)?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(serde_json::from_slice(&line)?)),
        Some(_) => Err(io::Error::other("the line is not complete")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_heard_and_what_is_cut_is_not() {
        let mut line = Vec::new();
        say(&mut line, &Word::Note(Step::Run, "a\nb".into())).unwrap();
        say(&mut line, &Word::Probed(None)).unwrap();
        let mut ear = &line[..];
        assert!(matches!(hear(&mut ear).unwrap(), Some(Word::Note(Step::Run, text)) if text == "a\nb"));
        assert!(matches!(hear(&mut ear).unwrap(), Some(Word::Probed(None))));
        assert!(hear::<Word>(&mut ear).unwrap().is_none());
        assert!(hear::<Word>(&mut &line[..10]).is_err());
        assert!(hear::<Word>(&mut &b"{}\n"[..]).is_err());
    }
}
