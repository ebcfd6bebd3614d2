//! Values of the public schema that are no objects.

use async_graphql::{ID, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::Timestamp;
use uuid::Uuid;

use super::error::not_found;

/// A time: ISO 8601 in UTC with milliseconds. Taken in too are seconds or milliseconds since 1970.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct DateTime(pub(super) Timestamp);

/// Numbers beyond this are milliseconds; as seconds they would lie in the year 5138.
const MILLISECONDS: u64 = 100_000_000_000;

#[Scalar(name = "DateTime")]
impl ScalarType for DateTime {
    fn parse(value: Value) -> InputValueResult<Self> {
        let time = match &value {
            Value::String(text) => text.parse().ok(),
            Value::Number(number) => {
                number.as_i64().and_then(|number| match number.unsigned_abs() < MILLISECONDS {
                    true => Timestamp::from_second(number).ok(),
                    false => Timestamp::from_millisecond(number).ok(),
                })
            }
            _ => None,
        };
        time.map(Self).ok_or_else(|| InputValueError::custom("this is no time; write it as ISO 8601"))
    }

    fn to_value(&self) -> Value {
        Value::String(written(self.0))
    }
}

/// A time as the API writes it.
pub(super) fn written(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
}

/// The id of a `kind`. What is no id names nothing.
pub(super) fn id(kind: &str, id: &ID) -> async_graphql::Result<Uuid> {
    id.parse().map_err(|_| not_found(kind, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_come_in_three_forms_and_go_out_in_one() {
        for value in [
            Value::String("2026-11-27T10:00:00Z".into()),
            Value::String("2026-11-27T11:00:00+01:00".into()),
            Value::from(1_795_773_600_i64),
            Value::from(1_795_773_600_000_i64),
        ] {
            let time = DateTime::parse(value).unwrap();
            assert_eq!(time.to_value(), Value::String("2026-11-27T10:00:00.000Z".into()));
        }
        for bad in [
            Value::String("yesterday".into()),
            Value::Boolean(true),
            Value::from(i64::MAX),
            Value::from(i64::MIN),
        ] {
            assert!(DateTime::parse(bad).is_err());
        }
    }
}
