//! BLD-001, BLD-002 and BLD-005 of chunk engines.

use super::*;

#[test]
fn never_ready() {
    let unready = |readiness: Readiness, exit: Exit| {
        move |run: &mut RunEvidence| {
            run.readiness = readiness;
            run.exit = exit;
            run.exchanges.clear();
            run.still_ready = None;
            run.logs.push(line(Stream::Stderr, "model `x` not found\u{7}"));
        }
    };
    let gone = Exit { code: Some(3), unasked: true, ..Exit::default() };
    expect(
        "timed out",
        &["BLD-001"],
        "last said: 503; it last printed `model 'x' not found`",
        unready(Readiness::TimedOut { last: "503".into() }, good().exit),
    );
    expect(
        "refused",
        &["BLD-001"],
        "gives up: `no licence`",
        unready(Readiness::Refused { body: "no licence".into() }, good().exit),
    );
    expect("exited", &["BLD-001"], "ended with exit code 3 before", unready(Readiness::Exited, gone));
    let killed = Exit { signal: Some(9), unasked: true, out_of_memory: true, ..Exit::default() };
    expect(
        "out of memory",
        &["BLD-001", "BLD-008"],
        "was killed for want of memory",
        unready(Readiness::Exited, killed),
    );
}

#[test]
fn samples_without_an_answer() {
    let all = |answer: Answer| {
        move |run: &mut RunEvidence| run.exchanges.iter_mut().for_each(|it| it.answer = answer.clone())
    };
    expect("status", &["BLD-002"], "answered 500 and said `{\"val", all(response(500, Some("good"))));
    expect("ignored", &["BLD-002"], "answered 204", all(response(204, None)));
    expect("empty", &["BLD-002"], "answered 200 without a body", all(response(200, None)));
    let broken = Answer::Broken { reason: "timed out after 60 s".into() };
    expect("broken", &["BLD-002"], "no answer: timed out after 60 s", all(broken));
    expect(
        "not sent",
        &["BLD-002"],
        "could not be sent: the engine had ended; the engine was ended by signal 11",
        |run| {
            let reason = "the engine had ended".to_owned();
            run.exchanges.iter_mut().for_each(|it| it.answer = Answer::NotSent { reason: reason.clone() });
            run.exit = Exit { signal: Some(11), unasked: true, ..Exit::default() };
        },
    );
    expect("unlisted and ignored", &["BLD-002"], "it does not handle this `audio/wav` input", |run| {
        let mut own = exchange("own", ExerciseKind::Sample, 0, response(204, None));
        own.mime = "audio/wav".into();
        run.exchanges.push(own);
    });
    expect("another format ignored", &["BLD-002"], "formats its manifest lists: `image/gif`", |run| {
        let mut other = exchange("gif", ExerciseKind::Sample, 0, response(204, None));
        other.mime = "image/gif".into();
        run.exchanges.push(other);
    });
}

#[test]
fn odd_inputs() {
    let odd = |kind, answer| exchange("odd", kind, 0, answer);
    for status in [200, 204, 400, 415, 500] {
        expect("clean", &[], "", |run| run.exchanges.push(odd(ExerciseKind::Broken, response(status, None))));
    }
    let closed = || Answer::Broken { reason: "closed without an answer".into() };
    expect("no answer", &["BLD-005"], "an empty input got no clean answer: closed", |run| {
        run.exchanges.push(odd(ExerciseKind::Empty, closed()));
    });
    expect(
        "crash",
        &["BLD-005"],
        "a damaged input got no clean answer: closed without an answer; the engine was ended by signal 11",
        |run| {
            run.exchanges.push(odd(ExerciseKind::Broken, closed()));
            let reason = "the engine had ended".into();
            run.exchanges.push(exchange("next", ExerciseKind::Oversized, 0, Answer::NotSent { reason }));
            run.exit = Exit { signal: Some(11), unasked: true, ..Exit::default() };
            run.still_ready = None;
        },
    );
    expect(
        "gone",
        &["BLD-005"],
        "after an input of a format it does not list the engine ended with exit code 1",
        |run| {
            run.exchanges.push(odd(ExerciseKind::Unsupported, response(204, None)));
            let reason = "the engine had ended".into();
            run.exchanges.push(exchange("next", ExerciseKind::Empty, 0, Answer::NotSent { reason }));
            run.exit = Exit { code: Some(1), unasked: true, ..Exit::default() };
        },
    );
    expect(
        "ended by a good input",
        &["BLD-002"],
        "closed without an answer; later the engine ended",
        |run| {
            run.exchanges[0].answer = closed();
            let reason = "the engine had ended".to_owned();
            run.exchanges[1].answer = Answer::NotSent { reason: reason.clone() };
            run.exchanges.push(exchange("next", ExerciseKind::Empty, 0, Answer::NotSent { reason }));
            run.exit = Exit { code: Some(1), unasked: true, ..Exit::default() };
        },
    );
    expect("sick", &["BLD-005"], "no longer answers 200", |run| run.still_ready = Some(false));
}
