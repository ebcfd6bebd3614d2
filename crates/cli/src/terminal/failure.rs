//! How a refusal, a fault and a panic are told.

use std::panic::PanicHookInfo;

use assay_app::Refused;

use super::escape;
use super::style::{BAD, NAME, painted};

/// Tells people why nothing came of it.
pub(crate) fn tell(refused: &Refused) {
    super::note(&described(refused));
}

fn described(refused: &Refused) -> String {
    let (kind, code, message, hint) = match refused {
        Refused::Rejection(rejection) => ("error", rejection.code, rejection.to_string(), &rejection.hint),
        Refused::Fault(fault) => ("fault", fault.kind.as_str(), fault.to_string(), &fault.hint),
    };
    let mut text = format!("{}[{code}]: {}", painted(BAD, kind), escape::lines(&message));
    if let Some(hint) = hint {
        text.push_str(&format!("\n{}: {}", painted(NAME, "hint"), escape::line(hint)));
    }
    text
}

/// A panic is a fault of ours: told in the same form, with where it happened, and never a raw trace unless asked for.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|info| super::note(&panic_text(info))));
}

fn panic_text(info: &PanicHookInfo<'_>) -> String {
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map(|at| format!(" at {}:{}", at.file(), at.line())).unwrap_or_default();
    let mut text = format!(
        "{}[panic]: a part of assay broke{place}: {}\n{}: this is a defect of assay, not of the engine; please report it with these lines",
        painted(BAD, "fault"),
        escape::line(what),
        painted(NAME, "hint"),
    );
    if std::env::var_os("RUST_BACKTRACE").is_some() {
        text.push_str(&format!("\n{}", std::backtrace::Backtrace::force_capture()));
    }
    text
}

#[cfg(test)]
mod tests {
    use assay_core::{Fault, Rejection};

    use super::*;

    #[test]
    fn both_kinds_say_code_message_and_hint() {
        let rejection = Rejection::new("image-not-found", "there is no `x.tar`").hint("check the path");
        let text = anstream::adapter::strip_str(&described(&rejection.into())).to_string();
        assert_eq!(text, "error[image-not-found]: there is no `x.tar`\nhint: check the path");
        let fault = Fault::io("reading \u{1b}[2J", "disk on fire");
        let text = anstream::adapter::strip_str(&described(&fault.into())).to_string();
        assert_eq!(text, "fault[io]: reading \\x1b[2J: disk on fire");
    }
}
