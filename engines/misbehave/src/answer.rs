//! Answers to tasks: good keywords, unless the behaviour says otherwise.

use std::sync::Mutex;

use serde_json::{Value, json};
use webhook::{Answer, Engine, Task, text};

use crate::behaviour::Behaviour;
use crate::{call, trouble};

/// Texts at least so long make [`Behaviour::OnlyOnSomeInput`] call out.
const LONG_TEXT: usize = 100;

pub(crate) struct Misbehaving {
    behaviour: Behaviour,
    answers: Mutex<u64>,
}

impl Misbehaving {
    pub(crate) fn new(behaviour: Behaviour) -> Self {
        Self { behaviour, answers: Mutex::new(0) }
    }

    /// What goes wrong while working.
    fn misbehave(&self, task: &Task) {
        match self.behaviour {
            Behaviour::EatsMemory => trouble::eat_memory(),
            Behaviour::LeaksToken => println!("working with token {}", task.field("token").unwrap_or("none")),
            Behaviour::OnlyOnSomeInput
                if task.chunk.as_ref().is_some_and(|chunk| chunk.len() >= LONG_TEXT) =>
            {
                call::tcp()
            }
            Behaviour::CrashesOnOddInput if text::of(task).is_err() => std::process::abort(),
            _ => {}
        }
    }

    fn result(&self, text: &str) -> Value {
        match self.behaviour {
            Behaviour::BadKeyword => json!({
                "validationContracts": ["keyword"],
                "object": [{ "type": "keyword", "labels": "misspelt" }, { "type": "text", "text": "of another kind" }],
            }),
            Behaviour::BadLanguage => json!({ "validationContracts": ["language"], "languages": ["en"] }),
            Behaviour::BadSentiment => json!({
                "validationContracts": ["sentiment"],
                "sentiment": { "positiveValue": 97.5, "negativeValue": "low" },
            }),
            Behaviour::BadTimes => json!({
                "validationContracts": ["anomaly"],
                "series": [{ "startTimeMs": 2000, "stopTimeMs": 1000, "object": { "type": "anomaly", "label": "late" } }],
            }),
            Behaviour::Nondeterministic => keywords(&format!("{text} random{}", self.count())),
            Behaviour::MindsTheNetwork if call::somebody_answers() => keywords("somebody answered outside"),
            _ => keywords(text),
        }
    }

    fn count(&self) -> u64 {
        let mut answers = self.answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *answers += 1;
        // The time makes two runs differ too.
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        *answers + now.map_or(0, |passed| u64::from(passed.subsec_nanos()))
    }
}

impl Engine for Misbehaving {
    fn ready(&self) -> u16 {
        match self.behaviour {
            Behaviour::NeverReady => 503,
            Behaviour::Ready500 => 500,
            _ => 200,
        }
    }

    fn process(&self, task: Task) -> Answer {
        self.misbehave(&task);
        match text::of(&task) {
            Ok(_) if self.behaviour == Behaviour::BadJson => {
                Answer::Json(Value::String("keywords: none".into()))
            }
            Ok(_) if self.behaviour == Behaviour::FailsAtWork => {
                Answer::Failed(500, "the model is missing".into())
            }
            Ok(text) => Answer::Json(self.result(text)),
            Err(answer) => answer,
        }
    }
}

/// The last long words of a text as keywords.
fn keywords(text: &str) -> Value {
    let mut words: Vec<String> = text::words(text).filter(|word| word.chars().count() > 5).collect();
    words.reverse();
    words.dedup();
    words.truncate(5);
    let objects: Vec<Value> =
        words.into_iter().map(|word| json!({ "type": "keyword", "label": word })).collect();
    json!({ "validationContracts": ["keyword"], "object": objects })
}
