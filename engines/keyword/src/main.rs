//! A keyword extractor after the idea of RAKE (Rose et al. 2010): stop words and punctuation cut a text into phrases, a
//! word weighs as much as the company it keeps, a phrase as much as its words.

mod phrase;
mod rank;
mod stopwords;

use serde_json::{Value, json};
use webhook::{Answer, Task, text};

/// Keywords in an answer.
const MOST: usize = 20;

fn main() {
    webhook::end_on_sigterm();
    let error = webhook::serve(|task: Task| match text::of(&task) {
        Ok(text) => Answer::Json(result(text)),
        Err(answer) => answer,
    });
    eprintln!("cannot listen: {error}");
    std::process::exit(1);
}

/// The document of the `keyword` contract.
fn result(text: &str) -> Value {
    let language = stopwords::language(text);
    let ranked = rank::keywords(&phrase::candidates(text, language), MOST);
    let objects: Vec<Value> = ranked
        .into_iter()
        .map(|keyword| json!({ "type": "keyword", "label": keyword.label, "confidence": keyword.score }))
        .collect();
    json!({ "validationContracts": ["keyword"], "language": language.code, "object": objects })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_what_the_text_is_about() {
        let text = "A tidal power station makes electricity from the tides. The tidal power of the bay is large, \
            and a barrage across the bay holds the water back. The barrage feeds turbines.";
        let document = result(text);
        let labels: Vec<&str> =
            document["object"].as_array().unwrap().iter().map(|o| o["label"].as_str().unwrap()).collect();
        assert!(labels[..4].iter().any(|label| label.contains("tidal power")), "{labels:?}");
        assert_eq!(document["language"], "en");
        assert_eq!(result(text), document, "the same text, the same answer");
    }

    #[test]
    fn a_text_of_stop_words_has_no_keywords() {
        assert_eq!(result("and the of it")["object"], json!([]));
    }
}
