//! Webhook endpoints and deliveries.

use assay_core::build::LifecycleEvent;
use assay_core::notice::{
    Audience, Delivery, DeliveryFilter, DeliveryId, DeliveryState, EndpointDisabled, EndpointId,
    EndpointSecret, Notices, PreviousSecret, Recipient, WebhookEndpoint,
};
use assay_core::records::Page;
use assay_core::{Digest, OrgId, Refused, UserId};
use jiff::Timestamp;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Params, Row, named_params, params};

use super::Records;
use super::builds::{EVENT_COLUMNS, read_event};
use crate::codec::{failed, id, json, maybe_id, maybe_time, micros, time, to_json, unreadable, word};

const ENDPOINT_COLUMNS: &str = "id, org, url, description, secret, previous_secret, previous_until, events, \
                                disabled, rests_until, created_at, created_by, modified_at";

const DELIVERY_COLUMNS: &str = "id, org, about, name, endpoint, address, audience, report, state, attempts, last, \
                                next_at, queued_at, ended_at";

/// Rows forgotten at once at most, so that nobody waits long.
const PIECE: u32 = 1000;

impl Notices for Records<'_> {
    fn insert_endpoint(&self, endpoint: &WebhookEndpoint) -> Result<(), Refused> {
        let values = ":id, :org, :url, :description, :secret, :previous_secret, :previous_until, :events, \
                      :disabled, :rests_until, :created_at, :created_by, :modified_at";
        let sql = format!("INSERT INTO webhook_endpoint ({ENDPOINT_COLUMNS}) VALUES ({values})");
        self.write_endpoint(&sql, endpoint)
    }

    fn update_endpoint(&self, endpoint: &WebhookEndpoint) -> Result<(), Refused> {
        self.write_endpoint(
            "UPDATE webhook_endpoint SET org = :org, url = :url, description = :description, secret = :secret, \
             previous_secret = :previous_secret, previous_until = :previous_until, events = :events, \
             disabled = :disabled, rests_until = :rests_until, created_at = :created_at, created_by = :created_by, \
             modified_at = :modified_at WHERE id = :id",
            endpoint,
        )
    }

    fn delete_endpoint(&self, id: EndpointId) -> Result<(), Refused> {
        self.connection
            .prepare_cached("DELETE FROM webhook_endpoint WHERE id = ?1")
            .and_then(|mut sql| sql.execute([id.to_string()]))
            .map(drop)
            .map_err(failed("deleting a webhook endpoint"))
    }

    fn endpoint(&self, id: EndpointId) -> Result<Option<WebhookEndpoint>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoint WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([id.to_string()], read_endpoint).optional())
            .map_err(failed("reading a webhook endpoint"))
    }

    fn endpoints(&self, org: Option<OrgId>) -> Result<Vec<WebhookEndpoint>, Refused> {
        match org {
            Some(org) => self.endpoints_where("org = ?1", [org.0]),
            None => self.endpoints_where("TRUE", []),
        }
    }

    fn listening_endpoints(&self, org: OrgId) -> Result<Vec<WebhookEndpoint>, Refused> {
        let condition = "org IN (?1, ?2) AND disabled IS NULL \
                         AND org NOT IN (SELECT id FROM organization WHERE disabled <> 0)";
        self.endpoints_where(condition, [org.0, OrgId::OPERATORS.0])
    }

    fn insert_delivery(&self, delivery: &Delivery) -> Result<bool, Refused> {
        let values = ":id, :org, :about, :name, :endpoint, :address, :audience, :report, :state, :attempts, :last, \
                      :next_at, :queued_at, :ended_at";
        let sql = format!(
            "INSERT INTO delivery ({DELIVERY_COLUMNS}) VALUES ({values}) ON CONFLICT (id) DO NOTHING"
        );
        self.write_delivery(&sql, delivery)
    }

    fn update_delivery(&self, delivery: &Delivery) -> Result<(), Refused> {
        self.write_delivery(
            "UPDATE delivery SET org = :org, about = :about, name = :name, endpoint = :endpoint, \
             address = :address, audience = :audience, report = :report, state = :state, attempts = :attempts, \
             last = :last, next_at = :next_at, queued_at = :queued_at, ended_at = :ended_at WHERE id = :id",
            delivery,
        )
        .map(drop)
    }

    fn delivery(&self, id: &DeliveryId) -> Result<Option<Delivery>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {DELIVERY_COLUMNS} FROM delivery WHERE id = ?1"))
            .and_then(|mut sql| sql.query_row([&id.0], read_delivery).optional())
            .map_err(failed("reading a delivery"))
    }

    fn deliveries(&self, filter: &DeliveryFilter, page: Page) -> Result<Vec<Delivery>, Refused> {
        let sql = format!(
            "SELECT {DELIVERY_COLUMNS} FROM delivery WHERE {} ORDER BY queued_at DESC, id LIMIT :limit OFFSET :offset",
            conditions(filter)
        );
        let parameters = named_params! {
            ":org": filter.org.map_or(0, |org| org.0),
            ":endpoint": filter.endpoint.map(|endpoint| endpoint.to_string()).unwrap_or_default(),
            ":state": filter.state.map_or("", DeliveryState::name),
            ":limit": page.limit, ":offset": page.offset,
        };
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read_delivery)?.collect())
            .map_err(failed("listing deliveries"))
    }

    fn event(&self, sequence: i64) -> Result<Option<LifecycleEvent>, Refused> {
        self.connection
            .prepare_cached(&format!("SELECT {EVENT_COLUMNS} FROM lifecycle_event WHERE sequence = ?1"))
            .and_then(|mut sql| sql.query_row([sequence], read_event).optional())
            .map_err(failed("reading an event"))
    }

    fn rest_endpoint(&self, id: EndpointId, until: Timestamp) -> Result<(), Refused> {
        for sql in [
            "UPDATE webhook_endpoint SET rests_until = max(coalesce(rests_until, ?2), ?2) WHERE id = ?1",
            "UPDATE work SET not_before = max(not_before, ?2) WHERE kind = 'webhook' AND state = 'queued' \
             AND key IN (SELECT id FROM delivery WHERE endpoint = ?1 AND state = 'queued')",
            "UPDATE delivery SET next_at = max(next_at, ?2) WHERE endpoint = ?1 AND state = 'queued'",
        ] {
            self.connection
                .prepare_cached(sql)
                .and_then(|mut sql| sql.execute(params![id.to_string(), micros(until)]))
                .map_err(failed("letting a webhook endpoint rest"))?;
        }
        Ok(())
    }

    fn forget_deliveries(&self, before: Timestamp) -> Result<u64, Refused> {
        self.connection
            .prepare_cached(
                "DELETE FROM delivery WHERE id IN (SELECT id FROM delivery WHERE ended_at < ?1 LIMIT ?2)",
            )
            .and_then(|mut sql| sql.execute(params![micros(before), PIECE]))
            .map(|rows| rows as u64)
            .map_err(failed("forgetting deliveries"))
    }
}

/// Only what is asked for stands in the condition, so that the right index serves it.
fn conditions(filter: &DeliveryFilter) -> String {
    let asked = |wanted: bool, yes: &'static str, no: &'static str| if wanted { yes } else { no };
    [
        asked(filter.org.is_some(), "org = :org", ":org = 0"),
        asked(filter.endpoint.is_some(), "endpoint = :endpoint", ":endpoint = ''"),
        asked(filter.state.is_some(), "state = :state", ":state = ''"),
    ]
    .join(" AND ")
}

impl Records<'_> {
    fn endpoints_where(
        &self,
        condition: &str,
        parameters: impl Params,
    ) -> Result<Vec<WebhookEndpoint>, Refused> {
        let sql = format!(
            "SELECT {ENDPOINT_COLUMNS} FROM webhook_endpoint WHERE {condition} ORDER BY created_at, id"
        );
        self.connection
            .prepare_cached(&sql)
            .and_then(|mut sql| sql.query_map(parameters, read_endpoint)?.collect())
            .map_err(failed("listing webhook endpoints"))
    }

    fn write_endpoint(&self, sql: &str, endpoint: &WebhookEndpoint) -> Result<(), Refused> {
        let previous = endpoint.previous.as_ref();
        let parameters = named_params! {
            ":id": endpoint.id.to_string(),
            ":org": endpoint.org.0,
            ":url": endpoint.url,
            ":description": endpoint.description,
            ":secret": endpoint.secret.expose(),
            ":previous_secret": previous.map(|previous| previous.secret.expose()),
            ":previous_until": previous.map(|previous| micros(previous.until)),
            ":events": to_json(&endpoint.events)?,
            ":disabled": endpoint.disabled.map(EndpointDisabled::name),
            ":rests_until": endpoint.rests_until.map(micros),
            ":created_at": micros(endpoint.created_at),
            ":created_by": endpoint.created_by.map(|user| user.to_string()),
            ":modified_at": micros(endpoint.modified_at),
        };
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(drop)
            .map_err(failed("keeping a webhook endpoint"))
    }

    fn write_delivery(&self, sql: &str, delivery: &Delivery) -> Result<bool, Refused> {
        let (endpoint, address, audience) = match &delivery.to {
            Recipient::Endpoint(id) => (Some(id.to_string()), None, None),
            Recipient::Mail { address, audience } => (None, Some(address), Some(audience.name())),
        };
        let parameters = named_params! {
            ":id": delivery.id.0,
            ":org": delivery.org.0,
            ":about": to_json(&delivery.about)?,
            ":name": delivery.name,
            ":endpoint": endpoint,
            ":address": address,
            ":audience": audience,
            ":report": delivery.report.as_ref().map(Digest::to_string),
            ":state": delivery.state.name(),
            ":attempts": delivery.attempts,
            ":last": delivery.last.as_ref().map(to_json).transpose()?,
            ":next_at": delivery.next_at.map(micros),
            ":queued_at": micros(delivery.queued_at),
            ":ended_at": delivery.ended_at.map(micros),
        };
        self.connection
            .prepare_cached(sql)
            .and_then(|mut sql| sql.execute(parameters))
            .map(|rows| rows == 1)
            .map_err(failed("keeping a delivery"))
    }
}

fn read_endpoint(row: &Row<'_>) -> rusqlite::Result<WebhookEndpoint> {
    Ok(WebhookEndpoint {
        id: EndpointId(id(row, "id")?),
        org: OrgId(row.get("org")?),
        url: row.get("url")?,
        description: row.get("description")?,
        secret: EndpointSecret::new(row.get::<_, String>("secret")?),
        previous: previous_secret(row)?,
        events: json(row, "events")?,
        disabled: maybe_word(row, "disabled", EndpointDisabled::named)?,
        rests_until: maybe_time(row, "rests_until")?,
        created_at: time(row, "created_at")?,
        created_by: maybe_id(row, "created_by")?.map(UserId),
        modified_at: time(row, "modified_at")?,
    })
}

fn previous_secret(row: &Row<'_>) -> rusqlite::Result<Option<PreviousSecret>> {
    let secret: Option<String> = row.get("previous_secret")?;
    let until = maybe_time(row, "previous_until")?;
    Ok(secret.zip(until).map(|(secret, until)| PreviousSecret { secret: EndpointSecret::new(secret), until }))
}

fn read_delivery(row: &Row<'_>) -> rusqlite::Result<Delivery> {
    Ok(Delivery {
        id: DeliveryId(row.get("id")?),
        org: OrgId(row.get("org")?),
        about: json(row, "about")?,
        name: row.get("name")?,
        to: recipient(row)?,
        report: maybe_digest(row, "report")?,
        state: word(row, "state", DeliveryState::named)?,
        attempts: row.get("attempts")?,
        last: maybe_json(row, "last")?,
        next_at: maybe_time(row, "next_at")?,
        queued_at: time(row, "queued_at")?,
        ended_at: maybe_time(row, "ended_at")?,
    })
}

fn recipient(row: &Row<'_>) -> rusqlite::Result<Recipient> {
    match maybe_id(row, "endpoint")? {
        Some(endpoint) => Ok(Recipient::Endpoint(EndpointId(endpoint))),
        None => Ok(Recipient::Mail {
            address: row.get("address")?,
            audience: word(row, "audience", Audience::named)?,
        }),
    }
}

fn maybe_word<T>(
    row: &Row<'_>,
    column: &str,
    named: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        Some(_) => word(row, column, named).map(Some),
        None => Ok(None),
    }
}

fn maybe_digest(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Digest>> {
    let stored: Option<String> = row.get(column)?;
    stored.map(|text| text.parse().map_err(|cause| unreadable(Type::Text, cause))).transpose()
}

fn maybe_json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    match row.get::<_, Option<String>>(column)? {
        Some(_) => json(row, column).map(Some),
        None => Ok(None),
    }
}
