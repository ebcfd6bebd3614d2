//! How a build is named on the command line.

use std::str::FromStr;

use assay_app::Refused;
use assay_app::build::{BuildView, get, numbered};
use assay_core::{Actor, BuildId};

use crate::command::engine::EngineName;
use crate::installation::Installation;

/// A build by its id, or by engine and number: `7/detector#3`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum BuildName {
    Id(BuildId),
    Numbered(EngineName, u32),
}

impl FromStr for BuildName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(BuildId(id)));
        }
        let parts = text
            .rsplit_once('#')
            .and_then(|(engine, number)| Some(Self::Numbered(engine.parse().ok()?, number.parse().ok()?)));
        parts.ok_or_else(|| "a build is named by its id, or as `7/detector#3`".into())
    }
}

impl BuildName {
    /// The build, as the operator finds it.
    pub(super) fn find(&self, house: &Installation) -> Result<BuildView, Refused> {
        let operator = Actor::operator();
        match self {
            Self::Id(id) => get(&house.service, &operator, *id),
            Self::Numbered(engine, number) => {
                numbered(&house.service, &operator, engine.find(house)?.engine.id, *number)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use assay_core::{EngineId, OrgId};

    use super::*;

    #[test]
    fn builds_are_named_in_two_ways() {
        let id = "019a0000-0000-7000-8000-000000000001";
        assert_eq!(id.parse(), Ok(BuildName::Id(BuildId(id.parse().unwrap()))));
        let engine = EngineName::Path(OrgId(7), "detector".into());
        assert_eq!("7/detector#3".parse(), Ok(BuildName::Numbered(engine, 3)));
        let engine = EngineName::Id(EngineId(id.parse().unwrap()));
        assert_eq!(format!("{id}#12").parse(), Ok(BuildName::Numbered(engine, 12)));
        for bad in ["", "7/detector", "#3", "7/detector#", "7/detector#x"] {
            assert!(bad.parse::<BuildName>().is_err(), "{bad}");
        }
    }
}
