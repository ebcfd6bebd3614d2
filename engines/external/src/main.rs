//! A sentiment engine with external access: its lexicon lives on a host declared in the manifest and is fetched once,
//! when the first text comes.

mod lexicon;

use std::sync::Mutex;

use serde_json::json;
use webhook::{Answer, Engine, Task, client, text};

use lexicon::Lexicon;

/// Where the lexicon is, unless `LEXICON_URL` says otherwise.
const LEXICON_URL: &str = "http://lexicon.example.com/sentiment.tsv";

struct Mood {
    url: String,
    lexicon: Mutex<Option<Lexicon>>,
}

impl Engine for Mood {
    fn process(&self, task: Task) -> Answer {
        let text = match text::of(&task) {
            Ok(text) => text,
            Err(answer) => return answer,
        };
        let mut lexicon = self.lexicon.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if lexicon.is_none() {
            match fetch(&self.url) {
                Ok(fetched) => *lexicon = Some(fetched),
                Err(why) => return Answer::Failed(502, format!("fetching {}: {why}", self.url)),
            }
        }
        lexicon.as_ref().map_or(Answer::Ignored, |lexicon| Answer::Json(result(lexicon, text)))
    }
}

fn fetch(url: &str) -> Result<Lexicon, String> {
    let response = client::get(url).map_err(|error| error.to_string())?;
    if response.status != 200 {
        return Err(format!("status {}", response.status));
    }
    let lexicon = Lexicon::parse(&String::from_utf8_lossy(&response.body));
    println!("fetched a lexicon of {} words", lexicon.len());
    if lexicon.len() == 0 { Err("the lexicon is empty".into()) } else { Ok(lexicon) }
}

/// The document of the `sentiment` contract.
fn result(lexicon: &Lexicon, text: &str) -> serde_json::Value {
    let (positive, negative) = lexicon.mood(text);
    json!({ "validationContracts": ["sentiment"], "sentiment": { "positiveValue": positive, "negativeValue": negative } })
}

fn main() {
    webhook::end_on_sigterm();
    let url = std::env::var("LEXICON_URL").unwrap_or_else(|_| LEXICON_URL.into());
    let error = webhook::serve(Mood { url, lexicon: Mutex::new(None) });
    eprintln!("cannot listen: {error}");
    std::process::exit(1);
}
