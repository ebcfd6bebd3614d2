//! The body: a CloudEvents 1.0 event in the structured JSON form. It says the same at every attempt.

use assay_app::notice::{Matter, Message, Told};
use serde_json::{Map, Value, json};

use super::super::Links;

/// The event that tells `message`.
pub(super) fn of(message: &Message, links: &Links) -> Value {
    let mut event = json!({
        "specversion": "1.0",
        "id": message.event_id,
        "source": links.home(),
        "type": message.name,
        "time": message.at.to_string(),
        "datacontenttype": "application/json",
    });
    let (subject, data) = match &message.matter {
        Matter::Step(told) => (Some(subject(told)), step(told, links)),
        Matter::Alert(alert) => (alert.build.map(|build| build.to_string()), json!(alert)),
        Matter::Ping => (None, json!({ "organization_id": message.org.to_string() })),
    };
    if let Some(fields) = event.as_object_mut() {
        fields.extend(subject.map(|subject| ("subject".to_owned(), Value::from(subject))));
        fields.insert("data".into(), data);
    }
    event
}

fn subject(told: &Told) -> String {
    told.event.build.map_or_else(|| told.event.engine.to_string(), |build| build.to_string())
}

/// What programs are told of a step; the names are those of lifecycle.md §8.
fn step(told: &Told, links: &Links) -> Value {
    let event = &told.event;
    let mut data = json!({
        "engine_id": event.engine.to_string(),
        "engine": told.slug,
        "organization_id": event.org.to_string(),
        "user_id": event.user.map(|user| user.to_string()),
        "actor": event.actor,
        "status": event.to,
        "previous_status": event.from,
        "reason": event.reason,
        "sequence": event.sequence,
    });
    if let Some(fields) = data.as_object_mut() {
        fields.extend(build(told, links));
        let told_too = ["event", "stage", "success"].into_iter();
        fields.extend(told_too.filter_map(|key| Some((key.to_owned(), event.details.get(key)?.clone()))));
    }
    data
}

fn build(told: &Told, links: &Links) -> Map<String, Value> {
    let (Some(id), Some(build)) = (told.event.build, &told.build) else { return Map::new() };
    let report = told.report.as_ref();
    let fields = json!({
        "build_id": id.to_string(),
        "build_number": build.number,
        "image": build.reference,
        "image_digest": build.digest.as_ref().map(ToString::to_string),
        "report_url": report.map(|_| links.report(id)),
        "report_digest": report.map(ToString::to_string),
    });
    match fields {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
