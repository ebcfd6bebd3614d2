//! How an engine is named on the command line.

use std::str::FromStr;

use assay_app::Refused;
use assay_app::engine::{EngineView, get, of_slug};
use assay_core::{Actor, EngineId, OrgId};

use crate::installation::Installation;

/// An engine by its id, or by organization and name in registry paths: `7/detector`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum EngineName {
    Id(EngineId),
    Path(OrgId, String),
}

impl FromStr for EngineName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(EngineId(id)));
        }
        let path = text.split_once('/').and_then(|(org, slug)| Some((org.parse().ok()?, slug)));
        match path {
            Some((org, slug)) if !slug.is_empty() => Ok(Self::Path(OrgId(org), slug.into())),
            _ => Err("an engine is named by its id, or as `7/detector`".into()),
        }
    }
}

impl EngineName {
    /// The engine, as the operator finds it.
    pub(crate) fn find(&self, house: &Installation) -> Result<EngineView, Refused> {
        match self {
            Self::Id(id) => get(&house.service, &Actor::operator(), *id),
            Self::Path(org, slug) => of_slug(&house.service, &Actor::operator(), *org, slug),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn engines_are_named_in_two_ways() {
        let id = "019a0000-0000-7000-8000-000000000001";
        assert_eq!(id.parse(), Ok(EngineName::Id(EngineId(id.parse().unwrap()))));
        assert_eq!("7/detector".parse(), Ok(EngineName::Path(OrgId(7), "detector".into())));
        for bad in ["", "detector", "x/detector", "7/"] {
            assert!(bad.parse::<EngineName>().is_err(), "{bad}");
        }
    }
}
