//! Writes a correct manifest from answers, in the key order of the platform's own generator.

use assay_core::category::Category;
use assay_core::manifest::{ClusterSize, EngineMode};
use serde_json::{Value, json};

/// What a manifest has to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    /// The engine's id.
    pub engine_id: String,
    /// A web page about the engine.
    pub url: Option<String>,
    /// Its category.
    pub category: Category,
    /// Hosts it calls; empty for a network-isolated engine.
    pub external_calls: Vec<String>,
    /// Media types it answers in.
    pub output_formats: Vec<String>,
    /// Machine size.
    pub cluster_size: ClusterSize,
    /// Instances at the start.
    pub initial_concurrency: u32,
    /// Instances at most.
    pub max_concurrency: u32,
    /// The media type it likes best.
    pub preferred_input_format: String,
    /// Media types it takes; the preferred one is added when it is not among them.
    pub supported_input_formats: Vec<String>,
    /// How it takes its work.
    pub engine_mode: EngineMode,
}

impl Answers {
    /// What the page of the capability prescribes (manifest.md §4), to be changed where the engine differs.
    pub fn for_category(engine_id: &str, category: Category) -> Self {
        let (inputs, outputs, engine_mode) = prescribed(category.name());
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Self {
            engine_id: engine_id.into(),
            url: None,
            category,
            external_calls: Vec::new(),
            output_formats: owned(outputs),
            cluster_size: ClusterSize::Small,
            initial_concurrency: 50,
            max_concurrency: 50,
            preferred_input_format: inputs.first().copied().unwrap_or("text/plain").into(),
            supported_input_formats: owned(inputs),
            engine_mode,
        }
    }
}

type Prescribed = (&'static [&'static str], &'static [&'static str], EngineMode);

/// Input formats, the preferred one first; output formats; mode.
fn prescribed(category: &str) -> Prescribed {
    const JSON: &[&str] = &["application/json"];
    const PLAIN: &[&str] = &["text/plain", "text/plain; charset=utf-8"];
    const PLAIN_UTF8: &[&str] = &["text/plain; charset=utf-8", "text/plain"];
    match category {
        "anomaly detection" => {
            (&["text/csv", "text/plain", "text/plain; charset=utf-8"], JSON, EngineMode::Chunk)
        }
        "content classification" => (PLAIN, JSON, EngineMode::Chunk),
        "translate" => (PLAIN_UTF8, PLAIN_UTF8, EngineMode::Chunk),
        "transcription" | "fingerprint" => {
            (&["audio/wav", "audio/mp4", "audio/mpeg", "audio/webm"], JSON, EngineMode::Stream)
        }
        "speaker" | "speaker verification" | "audio" | "music" | "voice" => {
            (&["audio/wav"], JSON, EngineMode::Chunk)
        }
        "facial detection" | "face verification" | "facial features" | "object detection"
        | "license plate" | "text recognition" | "logo recognition" => {
            (&["image/jpeg", "image/png"], JSON, EngineMode::Chunk)
        }
        "correlation" => (JSON, JSON, EngineMode::Batch),
        "pull" | "push" => (&["video/mp4"], &["video/mp4"], EngineMode::Batch),
        _ => (&["text/plain"], JSON, EngineMode::Chunk),
    }
}

/// The manifest as text, indented by two blanks, with a line break at the end.
pub fn init(answers: &Answers) -> String {
    let mut supported = answers.supported_input_formats.clone();
    if !supported.contains(&answers.preferred_input_format) {
        supported.insert(0, answers.preferred_input_format.clone());
    }
    let url = answers.url.as_ref().map(|url| ("url", json!(url)));
    let lines = [("engineId", json!(answers.engine_id))].into_iter().chain(url).chain([
        ("category", json!(answers.category.name())),
        ("externalCalls", json!(answers.external_calls)),
        ("outputFormats", json!(answers.output_formats)),
        ("clusterSize", json!(answers.cluster_size.name())),
        ("initialConcurrency", json!(answers.initial_concurrency)),
        ("maxConcurrency", json!(answers.max_concurrency)),
        ("preferredInputFormat", json!(answers.preferred_input_format)),
        ("supportedInputFormats", json!(supported)),
        ("engineMode", json!(answers.engine_mode.name())),
    ]);
    let body: Vec<String> = lines.map(|(name, value)| format!("  \"{name}\": {}", written(&value))).collect();
    format!("{{\n{}\n}}\n", body.join(",\n"))
}

/// A value on one line, with a blank after each comma.
fn written(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(Value::to_string).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.to_string(),
    }
}
