//! Words about an engine that fails: how it ended, what it said last.

use assay_core::run::{Answer, Exit, RunEvidence, Stream};

/// How the engine ended by itself, as a phrase that follows "the engine"; nothing when it did not.
pub(super) fn ended(exit: &Exit) -> Option<String> {
    if !exit.unasked {
        return None;
    }
    Some(match (exit.out_of_memory, exit.signal, exit.code) {
        (true, _, _) => "was killed for want of memory".into(),
        (_, Some(signal), _) => format!("was ended by signal {signal}{}", signal_name(signal)),
        (_, _, Some(127)) => "ended with exit code 127: its command was not found".into(),
        (_, _, Some(126)) => "ended with exit code 126: its command cannot be executed".into(),
        (_, _, Some(code)) => format!("ended with exit code {code}"),
        _ => "ended".into(),
    })
}

fn signal_name(signal: i32) -> &'static str {
    match signal {
        4 => " (SIGILL: an instruction this processor does not have)",
        6 => " (SIGABRT)",
        7 => " (SIGBUS)",
        9 => " (SIGKILL)",
        11 => " (SIGSEGV)",
        31 => " (SIGSYS)",
        _ => "",
    }
}

/// The last words, as a clause to append: usually the reason of a failure. Standard error goes first.
pub(super) fn last_words(run: &RunEvidence) -> String {
    let last =
        |stream| run.logs.iter().rev().find(|line| line.stream == stream && !line.text.trim().is_empty());
    let line = last(Stream::Stderr).or_else(|| last(Stream::Stdout));
    line.map(|line| format!("; it last printed `{}`", quoted(&line.text, 160))).unwrap_or_default()
}

/// The exchange after which the engine said nothing more because it was gone: the first that got no answer, or else the
/// last that got one.
pub(super) fn last_straw(run: &RunEvidence) -> Option<usize> {
    ended(&run.exit)?;
    let answered = run.exchanges.iter().rposition(|it| matches!(it.answer, Answer::Response { .. }));
    let after = answered.map_or(0, |at| at + 1);
    match &run.exchanges.get(after)?.answer {
        Answer::NotSent { .. } => answered,
        _ => Some(after),
    }
}

/// Foreign text fit to stand between backticks.
pub(super) fn quoted(text: &str, most: usize) -> String {
    let clean = |c: char| {
        if c.is_control() {
            ' '
        } else if c == '`' {
            '\''
        } else {
            c
        }
    };
    // One more than shown, to know whether there is more; never the whole of a long text.
    let start: String = text.trim_start().chars().take(most + 1).map(clean).collect();
    match start.trim_end().char_indices().nth(most) {
        Some((end, _)) => format!("{}…", start.get(..end).unwrap_or_default()),
        None => start.trim_end().to_owned(),
    }
}
