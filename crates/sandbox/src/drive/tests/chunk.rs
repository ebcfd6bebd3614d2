//! Webhooks.

use std::time::Duration;

use assay_core::run::{Answer, Drive, Exercise, ExerciseKind, Phase, Readiness, RunPlan};
use serde_json::json;

use super::fake::{Deed, Fake, say};
use super::{Stage, exercise};
use crate::drive::Driven;

fn drive(fake: &Fake, exercises: Vec<Exercise>) -> Drive {
    let payload = json!({ "language": "en", "libraryId": "lib-1" });
    Drive::Chunk { ready: fake.url("/ready"), process: fake.url("/process"), exercises, payload }
}

fn run(stage: &Stage, plan: &RunPlan) -> Driven {
    stage.run(plan, stage.prepare(plan))
}

fn sample() -> Vec<Exercise> {
    vec![exercise("good", ExerciseKind::Sample, b"Hello, \r\n--assay\0 world", 1)]
}

/// Ready at once; `choose` decides what becomes of the inputs.
fn ready(mut choose: impl FnMut(usize) -> Deed + Send + 'static) -> Fake {
    let mut inputs = 0;
    Fake::start(move |_, line| {
        if line.starts_with("GET /ready ") {
            return say(200, "");
        }
        inputs += 1;
        choose(inputs)
    })
}

fn only_answer(driven: &Driven) -> &Answer {
    assert_eq!(driven.exchanges.len(), 1);
    &driven.exchanges[0].answer
}

#[test]
fn a_good_engine_is_waited_for_and_asked() {
    let stage = Stage::new();
    let fake = Fake::start(|number, line| {
        match (number, line) {
        (0, _) => say(503, "loading"),
        (1, _) => Deed::Close,
        (_, line) if line.starts_with("GET /ready ") => say(200, ""),
        _ => Deed::Say(
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
                .to_vec(),
        ),
    }
    });
    let mut exercises = sample();
    exercises[0].times = 2;
    let plan = stage.plan(drive(&fake, exercises));
    let driven = run(&stage, &plan);
    assert!(matches!(driven.readiness, Readiness::Ready { .. }), "{:?}", driven.readiness);
    assert_eq!(driven.still_ready, Some(true));
    assert_eq!(driven.task, None);
    assert_eq!(driven.exchanges.len(), 2);
    for (exchange, repetition) in driven.exchanges.iter().zip(0..) {
        assert_eq!((exchange.calls, exchange.repetition), (1, repetition));
        let Answer::Response { status: 200, content_type, body: Some(body), bytes: 2, cut: false } =
            &exchange.answer
        else {
            panic!("{:?}", exchange.answer)
        };
        assert_eq!(content_type, "application/json");
        assert_eq!(stage.file(body), b"{}");
    }
    assert_eq!(stage.phases(), [Phase::Start, Phase::Idle, Phase::Work]);
}

#[tokio::test]
async fn the_form_holds_every_field_and_the_input_unchanged() {
    let stage = Stage::new();
    let fake = ready(|_| say(204, ""));
    let mut exercises = sample();
    (exercises[0].duration_ms, exercises[0].size) = (2500, (320, 240));
    let plan = stage.plan(drive(&fake, exercises));
    let prepared = stage.prepare(&plan);
    let (token, port) = (prepared.token.clone(), prepared.port);
    stage.run(&plan, prepared);
    let heard = fake.heard();
    let request = heard.iter().find(|it| it.line == "POST /process HTTP/1.1\r\n").unwrap();
    assert!(request.head.contains("User-Agent: assay/"));
    let content_type = request.head.lines().find_map(|line| line.strip_prefix("Content-Type: ")).unwrap();
    let boundary = multer::parse_boundary(content_type).unwrap();
    let bytes = request.body.clone();
    let stream = http_body_util::BodyDataStream::new(http_body_util::Full::<hyper::body::Bytes>::from(bytes));
    let mut form = multer::Multipart::new(stream, boundary);
    let mut fields = Vec::new();
    while let Some(field) = form.next_field().await.unwrap() {
        let (name, file) = (field.name().unwrap().to_owned(), field.file_name().map(str::to_owned));
        fields.push((name, file, field.bytes().await.unwrap().to_vec()));
    }
    let chunk = fields.pop().unwrap();
    assert_eq!((chunk.0.as_str(), chunk.1.as_deref()), ("chunk", Some("chunk.data")));
    assert_eq!(chunk.2, b"Hello, \r\n--assay\0 world");
    let base = format!("http://127.0.0.1:{port}");
    let expected = [
        ("chunkMimeType", "text/plain"),
        ("chunkIndex", "0"),
        ("startOffsetMS", "0"),
        ("endOffsetMS", "2500"),
        ("width", "320"),
        ("height", "240"),
        ("libraryId", "lib-1"),
        ("libraryEngineModelId", ""),
        ("cacheURI", &format!("{base}/media/0")),
        ("veritoneApiBaseUrl", &base),
        ("token", &token),
        ("payload", r#"{"language":"en","libraryId":"lib-1"}"#),
    ];
    let got: Vec<_> =
        fields.iter().map(|(name, _, value)| (name.as_str(), str::from_utf8(value).unwrap())).collect();
    assert_eq!(got, expected);
}

#[test]
fn not_yet_and_never_are_told_apart() {
    let table = [
        ("503", Duration::from_millis(30), Readiness::TimedOut { last: "503".into() }),
        ("500", Duration::from_secs(20), Readiness::Refused { body: "no model".into() }),
    ];
    for (status, patience, expected) in table {
        let stage = Stage::new();
        let fake = Fake::start(move |_, _| say(status.parse().unwrap(), "no model"));
        let mut plan = stage.plan(drive(&fake, sample()));
        plan.timing.ready = patience;
        let driven = run(&stage, &plan);
        assert_eq!(driven.readiness, expected);
        assert!(driven.exchanges.is_empty());
        assert_eq!(stage.phases(), [Phase::Start]);
    }
}

#[test]
fn nobody_listens_or_nobody_can_call() {
    let stage = Stage::new();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let chunk = |ready: String| Drive::Chunk {
        process: ready.clone(),
        ready,
        exercises: sample(),
        payload: json!({}),
    };
    let mut plan = stage.plan(chunk(format!("http://{closed}/ready")));
    plan.timing.ready = Duration::from_millis(30);
    assert_eq!(run(&stage, &plan).readiness, Readiness::TimedOut { last: "connection refused".into() });
    let plan = stage.plan(chunk("https://127.0.0.1/ready".into()));
    let Readiness::TimedOut { last } = run(&stage, &plan).readiness else { panic!("not called") };
    assert!(last.contains("does not begin with `http://`"), "{last}");
    let plan = stage.plan(chunk(format!("http://{closed}/ready")));
    stage.pulse.stop();
    assert_eq!(run(&stage, &plan).readiness, Readiness::Exited);
}

#[test]
fn a_failing_sample_is_sent_three_times_and_an_odd_input_once() {
    let stage = Stage::new();
    let fake = ready(|input| if input == 3 { say(200, "done") } else { say(500, "try again") });
    let mut exercises = sample();
    exercises.push(exercise("odd", ExerciseKind::Broken, b"?", 1));
    let driven = run(&stage, &stage.plan(drive(&fake, exercises)));
    let told: Vec<_> = driven
        .exchanges
        .iter()
        .map(|exchange| match &exchange.answer {
            Answer::Response { status, body, .. } => {
                (exchange.calls, *status, stage.file(body.as_ref().unwrap()))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(told, [(3, 200, b"done".to_vec()), (1, 500, b"try again".to_vec())]);
}

#[test]
fn an_answer_before_the_input_was_read_counts() {
    let stage = Stage::new();
    let early = b"HTTP/1.1 413 Too Large\r\nContent-Length: 8\r\n\r\ntoo much";
    let fake = ready(|_| Deed::SayEarly(early.to_vec()));
    let large = exercise("large", ExerciseKind::Oversized, &vec![b'x'; 8 << 20], 1);
    let driven = run(&stage, &stage.plan(drive(&fake, vec![large])));
    let Answer::Response { status, body: Some(body), .. } = only_answer(&driven) else {
        panic!("{driven:?}")
    };
    assert_eq!((*status, stage.file(body)), (413, b"too much".to_vec()));
}

#[test]
fn bad_manners_are_told_for_what_they_are() {
    type Choice = fn() -> Deed;
    let table: [(Choice, &str); 5] = [
        (|| Deed::Close, "closed without an answer"),
        (|| Deed::Say(b"SSH-2.0-x\r\n\r\n".to_vec()), "answered something that is not HTTP"),
        (|| Deed::Say(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc".to_vec()), "closed in the middle"),
        (|| Deed::Hang, "timed out after 0.2 s"),
        (|| Deed::Trickle, "timed out after 0.2 s"),
    ];
    for (deed, expected) in table {
        let stage = Stage::new();
        let fake = ready(move |_| deed());
        let odd = exercise("odd", ExerciseKind::Broken, b"?", 1);
        let mut plan = stage.plan(drive(&fake, vec![odd]));
        plan.timing.request = Duration::from_millis(200);
        let driven = run(&stage, &plan);
        let Answer::Broken { reason } = only_answer(&driven) else { panic!("{driven:?}") };
        assert!(reason.starts_with(expected), "{reason}");
    }
}

#[test]
fn what_can_no_longer_be_sent_is_told() {
    let stage = Stage::new();
    let pulse = stage.pulse.clone();
    let fake = ready(move |_| {
        pulse.stop();
        Deed::Close
    });
    let mut exercises = sample();
    exercises.push(exercise("second", ExerciseKind::Sample, b"x", 1));
    let driven = run(&stage, &stage.plan(drive(&fake, exercises)));
    assert!(matches!(&driven.exchanges[0], first if first.calls == 1), "{driven:?}");
    assert_eq!(driven.exchanges[1].answer, Answer::NotSent { reason: "the engine had ended".into() });
    assert_eq!(driven.still_ready, None);
    let stage = Stage::new();
    let fake = ready(|_| say(200, "{}"));
    let mut plan = stage.plan(drive(&fake, sample()));
    plan.timing.work = Duration::ZERO;
    let driven = run(&stage, &plan);
    let reason = "the time for all inputs was used up".to_owned();
    assert_eq!(*only_answer(&driven), Answer::NotSent { reason });
}

#[test]
fn a_crash_that_takes_its_time_is_not_the_next_inputs_doing() {
    let stage = Stage::new();
    let pulse = stage.pulse.clone();
    let fake = ready(move |_| {
        let pulse = pulse.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            pulse.stop();
        });
        Deed::Close
    });
    let odd = |name| exercise(name, ExerciseKind::Broken, b"?", 1);
    let driven = run(&stage, &stage.plan(drive(&fake, vec![odd("one"), odd("two")])));
    assert!(matches!(driven.exchanges[0].answer, Answer::Broken { .. }));
    assert!(matches!(driven.exchanges[1].answer, Answer::NotSent { .. }), "{driven:?}");
}

#[test]
fn our_own_full_disk_is_not_the_engines_fault() {
    let stage = Stage::new();
    let fake = ready(|_| say(200, "{}"));
    let mut plan = stage.plan(drive(&fake, sample()));
    plan.evidence_dir = stage.folder.path().join("gone");
    let prepared = stage.prepare(&plan);
    let fault = stage.attempt(&plan, prepared).unwrap_err();
    assert!(fault.doing.contains("gone/answer-001"), "{fault}");
}

#[test]
fn a_chunk_is_left_out_when_the_engine_fetches_it_itself() {
    let stage = Stage::new();
    let fake = ready(|_| say(204, ""));
    let mut plan = stage.plan(drive(&fake, sample()));
    plan.process.env = vec![("VERITONE_DISABLE_CHUNK_DOWNLOAD".into(), "true".into())];
    run(&stage, &plan);
    let heard = fake.heard();
    let request = heard.iter().find(|it| it.line.starts_with("POST")).unwrap();
    assert!(!String::from_utf8_lossy(&request.body).contains("chunk.data"));
}
