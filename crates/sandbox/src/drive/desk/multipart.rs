//! A GraphQL request as a form, with the file it uploads (api.md §1: parts `query`, `variables`, `file`).

use http_body_util::BodyDataStream;
use hyper::StatusCode;
use hyper::body::Incoming;
use multer::{Constraints, Field, Multipart, SizeLimit};

use super::Shared;
use super::answer::{FILE_LIMIT, JSON_LIMIT, Operation, Refusal, storage};

/// Reads the form; a file goes to the evidence folder as it comes.
pub(super) async fn read(shared: &Shared, content_type: &str, body: Incoming) -> Result<Operation, Refusal> {
    let boundary = multer::parse_boundary(content_type).map_err(refusal)?;
    let mut form = Multipart::with_constraints(BodyDataStream::new(body), boundary, limits());
    let mut operation = Operation::default();
    while let Some(field) = form.next_field().await.map_err(refusal)? {
        match field.name() {
            Some("query") => operation.query = field.text().await.map_err(refusal)?,
            Some("operationName") => {
                operation.operation_name = Some(field.text().await.map_err(refusal)?);
            }
            Some("variables") => {
                let text = field.text().await.map_err(refusal)?;
                operation.variables = serde_json::from_str(&text).map_err(|error| {
                    (StatusCode::BAD_REQUEST, format!("`variables` is not a JSON object: {error}"))
                })?;
            }
            Some("file") => operation.file = Some(store(shared, field).await?),
            _ => {}
        }
    }
    Ok(operation)
}

fn limits() -> Constraints {
    let sizes = SizeLimit::new()
        .whole_stream(FILE_LIMIT + (JSON_LIMIT as u64))
        .per_field(JSON_LIMIT as u64)
        .for_field("file", FILE_LIMIT);
    Constraints::new().size_limit(sizes)
}

async fn store(shared: &Shared, mut field: Field<'_>) -> Result<String, Refusal> {
    let too_many = || (StatusCode::TOO_MANY_REQUESTS, "too many files were uploaded".to_owned());
    let mut upload = shared.story.upload().ok_or_else(too_many)?;
    while let Some(bytes) = field.chunk().await.map_err(refusal)? {
        upload.append(&bytes).map_err(storage)?;
    }
    Ok(upload.name)
}

fn refusal(error: multer::Error) -> Refusal {
    let status = match error {
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            StatusCode::PAYLOAD_TOO_LARGE
        }
        _ => StatusCode::BAD_REQUEST,
    };
    (status, format!("the form cannot be read: {error}"))
}
