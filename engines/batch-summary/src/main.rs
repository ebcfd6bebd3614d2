//! A batch engine: takes one task by payload, fetches the recording's text, and gives back a summary made of the text's
//! own most telling sentences.

mod api;
mod payload;
mod summary;

use std::error::Error;

use serde_json::json;

use api::Api;
use payload::Payload;

fn main() {
    webhook::end_on_sigterm();
    if let Err(error) = run() {
        eprintln!("failed: {error}");
        std::process::exit(1);
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let payload = Payload::from_env()?;
    let api = Api::new(&payload);
    println!("task {} begins", payload.task);
    api.update_task("running", &json!({}))?;
    match work(&api, &payload) {
        Ok(sentences) => {
            println!("task {} is done with {sentences} sentences", payload.task);
            Ok(())
        }
        Err(error) => {
            api.update_task("failed", &json!({ "error": error.to_string() }))?;
            Err(error)
        }
    }
}

fn work(api: &Api<'_>, payload: &Payload) -> Result<usize, Box<dyn Error>> {
    let text = api.text_of_recording()?;
    let sentences = summary::of(&text, payload.sentences);
    if sentences.is_empty() {
        return Err("the recording holds no sentence".into());
    }
    let result = json!({ "validationContracts": ["summary"], "summary": sentences.join(" ") });
    api.upload_result(&result)?;
    api.update_task("complete", &json!({ "sentences": sentences.len() }))?;
    Ok(sentences.len())
}
