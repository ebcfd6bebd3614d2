//! Tells by its shape what a JSON document is, and hands it to its reader.

use serde_json::Value;

use super::collector::Collector;
use super::{ImportError, exploited, node_group, osv, ratings};

/// Reads one document. A document of no known shape is counted as bad.
pub(super) fn read(name: &str, text: &[u8], collector: &mut Collector) -> Result<(), ImportError> {
    collector.begin_document(name, text.len() as u64)?;
    // By far the most documents are OSV records; the detour over a general value costs the others.
    if let Ok(record) = serde_json::from_slice::<osv::Advisory>(text) {
        return osv::take(name, record, collector);
    }
    match serde_json::from_slice::<Value>(text) {
        Ok(Value::Array(items)) => {
            for (index, item) in items.into_iter().enumerate() {
                one(&format!("{name}[{index}]"), item, collector)?;
            }
            Ok(())
        }
        Ok(value) => one(name, value, collector),
        Err(error) => {
            collector.bad(name, error);
            Ok(())
        }
    }
}

fn one(name: &str, value: Value, collector: &mut Collector) -> Result<(), ImportError> {
    if exploited::recognises(&value) {
        exploited::take(&value, collector);
    } else if ratings::recognises(&value) {
        ratings::take(name, &value, collector);
    } else if node_group::recognises(&value) {
        return node_group::take(name, value, collector);
    } else {
        match serde_json::from_value::<osv::Advisory>(value) {
            Ok(record) => return osv::take(name, record, collector),
            Err(error) => collector.bad(name, format!("it is no OSV record: {error}")),
        }
    }
    Ok(())
}
