//! The platform's GraphQL API, as far as a batch engine needs it.

use std::error::Error;

use serde_json::{Value, json};
use webhook::client;

use crate::payload::Payload;

const BOUNDARY: &str = "batch-summary-form-boundary";

const UPDATE: &str = "mutation ($input: UpdateTask!) { updateTask(input: $input) { id status } }";
const ASSETS: &str = "query ($id: ID!) { temporalDataObject(id: $id) { id assets { records { id assetType contentType signedUri uri } } } }";
const UPLOAD: &str = "mutation ($input: UploadEngineResult!) { uploadEngineResult(input: $input) { id } }";

/// The API with one task's rights.
pub(crate) struct Api<'a> {
    payload: &'a Payload,
    url: String,
}

impl<'a> Api<'a> {
    pub(crate) fn new(payload: &'a Payload) -> Self {
        Self { payload, url: format!("{}/v3/graphql", payload.api.trim_end_matches('/')) }
    }

    /// Tells how the task stands.
    pub(crate) fn update_task(&self, status: &str, output: &Value) -> Result<(), Box<dyn Error>> {
        let input =
            json!({ "id": self.payload.task, "jobId": self.payload.job, "status": status, "output": output });
        self.call(UPDATE, &json!({ "input": input })).map(|_| ())
    }

    /// The text of the recording's first asset of plain text.
    pub(crate) fn text_of_recording(&self) -> Result<String, Box<dyn Error>> {
        let data = self.call(ASSETS, &json!({ "id": self.payload.recording }))?;
        let records = data.pointer("/temporalDataObject/assets/records").and_then(Value::as_array);
        let is_text = |record: &&Value| {
            record["contentType"].as_str().is_some_and(|kind| kind.starts_with("text/plain"))
        };
        let asset = records
            .and_then(|records| records.iter().find(is_text))
            .ok_or("the recording has no plain text")?;
        let url = asset["signedUri"].as_str().or(asset["uri"].as_str()).ok_or("the asset has no address")?;
        let response = client::get(url)?;
        if response.status != 200 {
            return Err(format!("downloading the text: status {}", response.status).into());
        }
        Ok(String::from_utf8(response.body).map_err(|_| "the asset is not UTF-8 text")?)
    }

    /// Uploads the result as a file.
    pub(crate) fn upload_result(&self, result: &Value) -> Result<(), Box<dyn Error>> {
        let input = json!({
            "taskId": self.payload.task, "contentType": "application/json", "assetType": "vtn-standard",
            "filename": "summary.json", "completeTask": false,
        });
        let variables = json!({ "input": input }).to_string();
        let mut form = String::new();
        for (name, value) in [("query", UPLOAD), ("variables", &variables)] {
            form.push_str(&format!(
                "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            ));
        }
        form.push_str(&format!(
            "--{BOUNDARY}\r\ncontent-disposition: form-data; name=\"file\"; filename=\"summary.json\"\r\n\
             content-type: application/json\r\n\r\n{result}\r\n--{BOUNDARY}--\r\n"
        ));
        self.send(&format!("multipart/form-data; boundary={BOUNDARY}"), form.as_bytes()).map(|_| ())
    }

    fn call(&self, query: &str, variables: &Value) -> Result<Value, Box<dyn Error>> {
        self.send(
            "application/json",
            json!({ "query": query, "variables": variables }).to_string().as_bytes(),
        )
    }

    fn send(&self, content_type: &str, body: &[u8]) -> Result<Value, Box<dyn Error>> {
        let authorization = format!("Bearer {}", self.payload.token);
        let fields = [("content-type", content_type), ("authorization", &authorization)];
        let response = client::post(&self.url, &fields, body)?;
        let answer: Value = serde_json::from_slice(&response.body)
            .map_err(|_| format!("the API answered {} without JSON", response.status))?;
        match answer.get("errors").and_then(Value::as_array).and_then(|errors| errors.first()) {
            Some(error) => {
                Err(format!("the API refused: {}", error["message"].as_str().unwrap_or("no reason")).into())
            }
            None => Ok(answer.get("data").cloned().unwrap_or_default()),
        }
    }
}
