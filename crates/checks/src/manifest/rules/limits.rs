//! MAN-017, MAN-018: limits on the input.

use assay_core::{Code, Finding};

use super::super::judge::Judge;

pub(super) fn judge(judge: &mut Judge<'_>) {
    for (name, code) in [
        ("minMediaLengthMs", Code::MAN_017),
        ("maxMediaLengthMs", Code::MAN_017),
        ("maxFileMb", Code::MAN_018),
    ] {
        if judge.number(name).is_some_and(|number| number < 0.0) {
            let finding =
                Finding::error(code, format!("`{name}` is negative"), "0 for no limit, or a positive number");
            judge.tell(judge.at(name), "negative", finding);
        }
    }
    order(judge);
}

fn order(judge: &mut Judge<'_>) {
    let (least, most) = (judge.number("minMediaLengthMs"), judge.number("maxMediaLengthMs"));
    if let Some((least, most)) = least.zip(most).filter(|(least, most)| *most > 0.0 && least > most) {
        let line = judge.line_of("maxMediaLengthMs");
        let finding = Finding::error(
            Code::MAN_017,
            format!("`minMediaLengthMs` {least} is above `maxMediaLengthMs` {most} (line {line})"),
            "a minimum up to the maximum",
        );
        judge.tell(judge.at("minMediaLengthMs"), "above the maximum", finding);
    }
}
