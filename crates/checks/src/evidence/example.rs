//! A well-behaved engine's terms and run, to be spoilt by tests.

use assay_core::manifest::{ClusterSize, EffectiveManifest, EngineMode};
use assay_core::run::{
    Answer, Exchange, ExerciseKind, Exit, Instrument, Metering, Observer, Phase, PhaseSpan, Readiness,
    RunEvidence,
};

pub(crate) fn manifest() -> EffectiveManifest {
    EffectiveManifest {
        engine_id: "5a1c8f0e-6d1f-4c52-9a43-2f6f0f7f0a11".into(),
        category: "keyword extraction".parse().ok(),
        preferred_input_format: "text/plain".into(),
        supported_input_formats: vec!["text/plain".into(), "image/gif".into()],
        output_formats: vec!["application/json".into()],
        cluster_size: ClusterSize::Small,
        engine_mode: EngineMode::Chunk,
        initial_concurrency: 50,
        max_concurrency: 50,
        external_calls: Vec::new(),
        max_file_mb: None,
        supported_languages: Vec::new(),
        other: Default::default(),
    }
}

pub(crate) fn run() -> RunEvidence {
    let armed = |instrument| Observer { instrument, armed: true, lost: 0, remark: None };
    let times = [Phase::Start, Phase::Idle, Phase::Work, Phase::Watch, Phase::Stop];
    let phases = times.into_iter().zip(0_u64..);
    RunEvidence {
        observers: vec![
            armed(Instrument::Packets),
            armed(Instrument::SystemCalls),
            armed(Instrument::ControlGroup),
        ],
        phases: phases
            .map(|(phase, at)| PhaseSpan { phase, from_ms: at * 100, to_ms: at * 100 + 100 })
            .collect(),
        readiness: Readiness::Ready { after_ms: 90 },
        still_ready: Some(true),
        token: "assay-run-0123456789abcdef".into(),
        exit: Exit { code: Some(0), stop_ms: Some(5), ..Exit::default() },
        metering: Metering {
            peak_bytes: Some(20 << 20),
            peak_anonymous_bytes: Some(10 << 20),
            memory_limit_bytes: 512 << 20,
            source: "cgroup v2".into(),
            ..Metering::default()
        },
        ..RunEvidence::default()
    }
}

pub(crate) fn exchange(name: &str, kind: ExerciseKind, repetition: u32, answer: Answer) -> Exchange {
    Exchange {
        exercise: name.into(),
        kind,
        mime: "text/plain".into(),
        input_bytes: 900,
        duration_ms: 0,
        repetition,
        at_ms: 250,
        calls: 1,
        micros: 1500,
        answer,
    }
}

pub(crate) fn response(status: u16, body: Option<&str>) -> Answer {
    Answer::Response {
        status,
        content_type: "application/json".into(),
        body: body.map(str::to_owned),
        bytes: u64::from(body.is_some()),
        cut: false,
    }
}
