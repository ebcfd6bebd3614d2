//! O1 to O4, A1, S1 and X2: what and who a detected thing is.

use std::collections::HashSet;

use assay_core::Code;
use assay_core::category::Category;

use super::{Remarks, key};
use crate::output::contract::is_schema_id;
use crate::output::facts::{Owner, Thing};
use crate::output::schema::Location;

/// Order numbers remembered.
const MOST_NUMBERS: usize = 100_000;

/// Ids of schemas remembered.
const MOST_SCHEMAS: usize = 1000;

/// Categories whose engines recognise entities of a library.
const RECOGNISING: [&str; 4] = ["facial detection", "logo recognition", "speaker", "object detection"];

/// What was seen of objects so far.
#[derive(Default)]
pub(super) struct Identities {
    /// Some object named its entity and library.
    owned: bool,
    /// The first object that did not.
    orphan: Option<Location>,
    orphans: usize,
    numbers: HashSet<u64>,
    schemas: HashSet<Box<str>>,
}

impl Identities {
    pub(super) fn see(&mut self, thing: &Thing<'_>, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        let named = thing.label.is_some() || thing.text.is_some() || thing.owner.entity;
        if !(named || thing.has_category || !thing.structured.is_empty() || thing.polygon.is_some()) {
            let observed =
                || "the object has no label, text, entity, category, structured data or place".into();
            remarks.warning(Code::OUT_O1, place, observed);
        }
        if thing.kind == Some("face") && thing.polygon.is_none() {
            remarks.info(Code::OUT_O4, place, || "a face without `boundingPoly`".into());
        }
        age(thing, place, remarks);
        self.order_number(thing, place, remarks);
        self.owned |= thing.owner == Owner { entity: true, library: true };
        if !(thing.owner.entity && thing.owner.library) {
            self.orphans += 1;
            if self.orphan.is_none() {
                self.orphan = Some(place());
            }
        }
    }

    /// O2.
    pub(super) fn owner(&self, owner: Owner, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        let (has, lacks) = match (owner.entity, owner.library) {
            (true, false) => ("entityId", "libraryId"),
            (false, true) => ("libraryId", "entityId"),
            _ => return,
        };
        remarks.warning(Code::OUT_O2, || place().with(key(has)), || format!("`{has}` without `{lacks}`"));
    }

    /// S1: no schema is registered here, so each one is unknown. Told once for each.
    pub(super) fn structured(&mut self, ids: &[&str], place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        for id in ids.iter().filter(|id| is_schema_id(id)) {
            if self.schemas.len() < MOST_SCHEMAS && self.schemas.insert((*id).into()) {
                let at = || place().with(key("structuredData")).with(key(id));
                remarks.warning(Code::OUT_S1, at, || format!("the schema `{id}` is not known here"));
            }
        }
    }

    fn order_number(&mut self, thing: &Thing<'_>, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
        let Some(number) = thing.collate else { return };
        if self.numbers.len() < MOST_NUMBERS && !self.numbers.insert((number + 0.0).to_bits()) {
            let observed = || format!("the number {number} was given to an earlier object");
            remarks.info(Code::OUT_X2, || place().with(key("collateIndex")), observed);
        }
    }

    /// O3: an engine that knows a library names the entity of every object.
    pub(super) fn finish(self, category: Option<Category>, remarks: &mut Remarks) {
        let recognises = category.is_some_and(|category| RECOGNISING.contains(&category.name()));
        if let (true, true, Some(place)) = (recognises, self.owned, self.orphan) {
            let observed = format!("{} objects name no entity of a library, though others do", self.orphans);
            remarks.warning(Code::OUT_O3, || place, || observed);
        }
    }
}

/// A1.
fn age(thing: &Thing<'_>, place: &dyn Fn() -> Location, remarks: &mut Remarks) {
    let (least, most) = thing.age;
    let at = || place().with(key("age"));
    if let Some(years) = [least, most].into_iter().flatten().find(|years| *years < 0.0) {
        remarks.warning(Code::OUT_A1, at, || format!("an age is {years} years"));
    } else if let (Some(least), Some(most)) = (least, most)
        && least > most
    {
        remarks.warning(Code::OUT_A1, at, || format!("the age is between {least} and {most}, in this order"));
    }
}
