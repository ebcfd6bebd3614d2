//! The form of a process request (engine-protocol.md §2, "Process: request").

use assay_core::run::Exercise;

use super::Call;

/// A form around an input that is not copied.
pub(super) struct Form {
    boundary: String,
    head: Vec<u8>,
    tail: Vec<u8>,
}

impl Form {
    /// The form for `exercise`, the `index`-th of its run. Without the chunk itself when the engine asked to fetch it.
    pub(super) fn new(call: &Call<'_>, exercise: &Exercise, index: usize, chunk: bool) -> Self {
        // The token is unknown to whoever made the input, so the input cannot hold the boundary.
        let boundary = format!("assay{}", call.token.replace('-', ""));
        let mut head = Vec::new();
        for (name, value) in fields(call, exercise, index) {
            head.extend_from_slice(part(&boundary, &format!("name=\"{name}\""), None).as_bytes());
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        if chunk {
            let name = "name=\"chunk\"; filename=\"chunk.data\"";
            head.extend_from_slice(part(&boundary, name, Some("application/octet-stream")).as_bytes());
        }
        let line = if chunk { "\r\n" } else { "" };
        let tail = format!("{line}--{boundary}--\r\n").into_bytes();
        Self { boundary, head, tail }
    }

    /// `Content-Type` of the request.
    pub(super) fn content_type(&self) -> String {
        format!("multipart/form-data; boundary={}", self.boundary)
    }

    /// The body with `input` in its place; `None` when the chunk is left out.
    pub(super) fn body<'a>(&'a self, input: Option<&'a [u8]>) -> [&'a [u8]; 3] {
        [&self.head, input.unwrap_or_default(), &self.tail]
    }
}

fn part(boundary: &str, name: &str, content_type: Option<&str>) -> String {
    let content_type = content_type.map(|kind| format!("Content-Type: {kind}\r\n")).unwrap_or_default();
    format!("--{boundary}\r\nContent-Disposition: form-data; {name}\r\n{content_type}\r\n")
}

fn fields(call: &Call<'_>, exercise: &Exercise, index: usize) -> [(&'static str, String); 12] {
    let (width, height) = exercise.size;
    [
        ("chunkMimeType", exercise.mime.clone()),
        ("chunkIndex", index.to_string()),
        ("startOffsetMS", "0".into()),
        ("endOffsetMS", exercise.duration_ms.to_string()),
        ("width", width.to_string()),
        ("height", height.to_string()),
        ("libraryId", library(call, "libraryId")),
        ("libraryEngineModelId", library(call, "libraryEngineModelId")),
        ("cacheURI", call.desk.media_url(index)),
        ("veritoneApiBaseUrl", call.desk.base_url()),
        ("token", call.token.into()),
        ("payload", call.payload.to_string()),
    ]
}

/// A library is named in the task payload, when there is one.
fn library(call: &Call<'_>, key: &str) -> String {
    call.payload.get(key).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}
