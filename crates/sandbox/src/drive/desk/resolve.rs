//! The fields of the API that an engine at work uses, and what they answer.

use serde_json::{Map, Value, json};

use super::{JOB, RECORDING, Shared, TASK};

/// Why a field has no value.
pub(super) struct Problem {
    /// Name out of the API's list of errors.
    pub(super) name: &'static str,
    /// A sentence.
    pub(super) message: String,
}

type Arguments = Map<String, Value>;
type Resolved = Result<Value, Problem>;

/// The value of a top-level field.
pub(super) fn field(shared: &Shared, name: &str, arguments: &Arguments, file: Option<&str>) -> Resolved {
    match name {
        "__typename" => Ok(json!("Query")),
        "updateTask" => update_task(shared, arguments),
        "uploadEngineResult" => upload_result(shared, arguments, file),
        "createAsset" => create_asset(shared, arguments, file),
        "temporalDataObject" => known(arguments, RECORDING).map(|()| recording(shared)),
        "asset" => known(arguments, &media_id()).map(|()| media(shared)),
        "task" => known(arguments, TASK).map(|()| task(shared)),
        "job" => known(arguments, JOB).map(|()| job(shared)),
        "getSignedWritableUrl" => writable(shared),
        "createTaskLog" => known(arguments, TASK).map(|()| json!({ "id": TASK })),
        "me" => Ok(json!({ "id": "assay", "name": "assay", "organizationId": "1" })),
        "validateToken" => Ok(json!({ "token": shared.token })),
        other => Err(Problem {
            name: "not_implemented",
            message: format!("`{other}` is not served while an engine is being certified"),
        }),
    }
}

fn text<'a>(arguments: &'a Arguments, key: &str) -> Option<&'a str> {
    arguments.get(key).and_then(Value::as_str)
}

/// An id that is given must be the one thing there is.
fn known(arguments: &Arguments, id: &str) -> Result<(), Problem> {
    match arguments.get("id").or_else(|| arguments.get("taskId")).or_else(|| arguments.get("containerId")) {
        Some(Value::String(given)) if given != id => {
            Err(Problem { name: "not_found", message: format!("`{given}` does not exist; it is `{id}`") })
        }
        _ => Ok(()),
    }
}

fn update_task(shared: &Shared, arguments: &Arguments) -> Resolved {
    known(arguments, TASK)?;
    let status = text(arguments, "status").ok_or_else(|| Problem {
        name: "invalid_input",
        message: "`updateTask` came without a `status`".into(),
    })?;
    shared.story.status(status, output(arguments));
    Ok(task(shared))
}

/// The output that came with a status, or the reason of a failure.
fn output(arguments: &Arguments) -> Option<Value> {
    let given = ["output", "taskOutput"].into_iter().find_map(|key| arguments.get(key));
    let spelt = || text(arguments, "outputString").map(parsed);
    let reason = || {
        let reasons = ["failureReason", "failureMessage"];
        let told = reasons.into_iter().filter_map(|key| Some((key.to_owned(), arguments.get(key)?.clone())));
        let told: Map<String, Value> = told.collect();
        (!told.is_empty()).then_some(Value::Object(told))
    };
    given.filter(|value| !value.is_null()).cloned().or_else(spelt).or_else(reason)
}

/// JSON when it is, else the text itself.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

fn upload_result(shared: &Shared, arguments: &Arguments, file: Option<&str>) -> Resolved {
    known(arguments, TASK)?;
    let name = stored(shared, arguments, file)?;
    shared.story.result(&name);
    if arguments.get("completeTask") != Some(&Value::Bool(false)) {
        shared.story.status("complete", None);
    }
    Ok(asset(&name, arguments))
}

/// Of what becomes an asset only the documents of the standard are results; the rest is named in them.
fn create_asset(shared: &Shared, arguments: &Arguments, file: Option<&str>) -> Resolved {
    known(arguments, RECORDING)?;
    let kind = text(arguments, "assetType").or_else(|| text(arguments, "type")).unwrap_or("vtn-standard");
    let name = stored(shared, arguments, file)?;
    if kind == "vtn-standard" {
        shared.story.result(&name);
    }
    Ok(asset(&name, arguments))
}

/// The name of the file that holds what was uploaded, in whichever way it came.
fn stored(shared: &Shared, arguments: &Arguments, file: Option<&str>) -> Result<String, Problem> {
    let bad = |message: &str| Problem { name: "invalid_input", message: message.into() };
    if let Some(name) = file {
        return Ok(name.to_owned());
    }
    if let Some(uri) = text(arguments, "uri") {
        let name = uri.strip_prefix(&format!("{}/upload/", shared.base_url)).unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default();
        return if shared.story.granted(name) {
            Ok(name.to_owned())
        } else {
            Err(bad("a result is taken as a file, inline, or at an address given by `getSignedWritableUrl`"))
        };
    }
    let document = ["output", "jsondata"].into_iter().find_map(|key| arguments.get(key));
    let document = match (document, text(arguments, "outputString")) {
        (Some(Value::String(text)), _) => text.clone(),
        (Some(value), _) => value.to_string(),
        (None, Some(text)) => text.to_owned(),
        (None, None) => return Err(bad("neither a file nor an `output` came with it")),
    };
    let written = shared.story.upload().and_then(|mut upload| {
        upload.append(document.as_bytes()).ok()?;
        Some(upload.name)
    });
    written.ok_or_else(|| Problem { name: "capacity_exceeded", message: "it could not be stored".into() })
}

fn writable(shared: &Shared) -> Resolved {
    let name = shared.story.grant().ok_or_else(|| Problem {
        name: "capacity_exceeded",
        message: "too many files were uploaded".into(),
    })?;
    let url = format!("{}/upload/{name}", shared.base_url);
    Ok(json!({ "key": name, "bucket": "assay", "url": url, "getUrl": url, "unsignedUrl": url,
               "expiresInSeconds": 3600 }))
}

fn media_id() -> String {
    format!("{RECORDING}_media00001")
}

/// The input as an asset.
fn media(shared: &Shared) -> Value {
    let input = shared.media.first();
    let url = shared.media_url(0);
    json!({ "id": media_id(), "name": input.map(|input| &input.name), "containerId": RECORDING,
            "contentType": input.map(|input| &input.mime), "assetType": "media", "type": "media",
            "uri": url, "signedUri": url, "details": {}, "sourceData": {} })
}

fn asset(name: &str, arguments: &Arguments) -> Value {
    json!({ "id": format!("{RECORDING}_{name}"), "name": text(arguments, "name"), "containerId": RECORDING,
            "contentType": text(arguments, "contentType"), "assetType": text(arguments, "assetType"),
            "uri": null, "signedUri": null })
}

fn task(shared: &Shared) -> Value {
    json!({ "id": TASK, "jobId": JOB, "targetId": RECORDING, "target": { "id": RECORDING },
            "status": shared.story.last_status(), "payload": {}, "taskPayload": {} })
}

fn job(shared: &Shared) -> Value {
    json!({ "id": JOB, "targetId": RECORDING, "status": "running", "tasks": page(task(shared)) })
}

fn recording(shared: &Shared) -> Value {
    let media = media(shared);
    let seconds = shared.media.first().map_or(0, |input| input.duration_ms).div_ceil(1000);
    json!({ "id": RECORDING, "name": media.get("name"), "status": "recorded", "isPublic": false,
            "startDateTime": "2026-01-01T00:00:00.000Z", "stopDateTime": stop(seconds),
            "organizationId": "1", "details": {}, "assetCount": 1, "assets": page(media.clone()),
            "primaryAsset": media, "tasks": page(task(shared)), "sourceData": {} })
}

/// `seconds` after the recording's start; no sample is longer than an hour.
fn stop(seconds: u64) -> String {
    format!("2026-01-01T00:{:02}:{:02}.000Z", (seconds / 60).min(59), seconds % 60)
}

fn page(record: Value) -> Value {
    json!({ "records": [record], "offset": 0, "limit": 30, "count": 1 })
}
