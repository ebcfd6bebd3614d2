//! What the contracts in use ask of items, put together for the quick reading.

use crate::output::contract::{Contract, Needs, Shape};
use crate::output::facts::Thing;

/// What items must be.
#[derive(Default, Debug)]
pub(in crate::output) struct Expect {
    /// Objects of `object[]`.
    pub(super) things: Vec<Shape>,
    /// The object of a series item.
    pub(super) in_slices: Vec<Shape>,
    /// Whether every series item needs an object.
    pub(super) needs_object: bool,
    /// Whether every series item needs words.
    pub(super) needs_words: bool,
}

impl Expect {
    /// Of these contracts together.
    pub(in crate::output) fn of(contracts: &[&Contract]) -> Self {
        let bound = |shape: &Shape| *shape != Shape::default();
        Self {
            things: contracts.iter().map(|contract| contract.things).filter(bound).collect(),
            in_slices: contracts.iter().filter_map(|contract| contract.slices).filter(bound).collect(),
            needs_object: contracts.iter().any(|contract| contract.slices.is_some()),
            needs_words: contracts.iter().any(|contract| contract.words),
        }
    }
}

/// Whether the thing has every one of the shapes; `feeling` says whether it carries sentiment or emotions.
pub(super) fn fits(shapes: &[Shape], thing: &Thing<'_>, feeling: bool) -> bool {
    shapes.iter().all(|shape| {
        let kind = shape.kind.is_none() || shape.kind == thing.kind;
        let index = !shape.no_index || thing.index == [None; 3];
        kind && index && has(shape.needs, thing, feeling)
    })
}

fn has(needs: Needs, thing: &Thing<'_>, feeling: bool) -> bool {
    match needs {
        Needs::Nothing => true,
        Needs::Category => thing.has_category,
        Needs::Name => thing.label.is_some() || thing.owner.entity,
        Needs::Label => thing.label.is_some(),
        Needs::Text => thing.text.is_some(),
        Needs::Feeling => feeling,
    }
}
