//! The task as the platform tells it: `PAYLOAD_FILE`, else `PAYLOAD_JSON`.

use std::error::Error;
use std::{env, fs};

use serde_json::Value;

/// Sentences in a summary when the task does not say.
const SENTENCES: usize = 3;

/// What is needed of the payload.
pub(crate) struct Payload {
    pub(crate) job: String,
    pub(crate) task: String,
    pub(crate) recording: String,
    pub(crate) token: String,
    pub(crate) api: String,
    /// The custom field `sentences`.
    pub(crate) sentences: usize,
}

impl Payload {
    /// Reads the payload; the file wins when both are set.
    pub(crate) fn from_env() -> Result<Self, Box<dyn Error>> {
        let text = match env::var("PAYLOAD_FILE") {
            Ok(path) if !path.is_empty() => {
                fs::read_to_string(&path).map_err(|error| format!("reading {path}: {error}"))?
            }
            _ => env::var("PAYLOAD_JSON").map_err(|_| "neither PAYLOAD_FILE nor PAYLOAD_JSON is set")?,
        };
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, Box<dyn Error>> {
        let json: Value = serde_json::from_str(text)?;
        let required = |name: &str| match json.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            _ => Err(format!("the payload has no `{name}`")),
        };
        let custom = json.get("sentences").or_else(|| json.get("taskPayload")?.get("sentences"));
        let sentences = custom.and_then(Value::as_u64).map_or(SENTENCES, |count| count.clamp(1, 20) as usize);
        Ok(Self {
            job: required("jobId")?,
            task: required("taskId")?,
            recording: required("recordingId")?,
            token: required("token")?,
            api: required("veritoneApiBaseUrl")?,
            sentences,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"jobId":"j","taskId":"t","recordingId":7,"token":"x","veritoneApiBaseUrl":"http://a","taskPayload":{"sentences":5}}"#;

    #[test]
    fn a_payload_is_read_and_a_missing_key_is_named() {
        let payload = Payload::parse(GOOD).unwrap();
        assert_eq!((payload.recording.as_str(), payload.sentences), ("7", 5));
        let error = Payload::parse(&GOOD.replace("token", "tokens")).err().unwrap();
        assert_eq!(error.to_string(), "the payload has no `token`");
    }
}
