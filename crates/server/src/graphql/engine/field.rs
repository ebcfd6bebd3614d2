//! Custom fields of an engine's tasks.

use assay_core::engine::{EngineField, FieldOption};
use async_graphql::{Enum, InputObject, SimpleObject};

/// Kind of a custom field.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Debug)]
#[graphql(name = "EngineFieldType", rename_items = "PascalCase")]
pub(super) enum FieldType {
    Number,
    Picklist,
    MultiPicklist,
    Text,
    SchemaSelection,
}

impl FieldType {
    const ALL: [(Self, &'static str); 5] = [
        (Self::Number, "Number"),
        (Self::Picklist, "Picklist"),
        (Self::MultiPicklist, "MultiPicklist"),
        (Self::Text, "Text"),
        (Self::SchemaSelection, "SchemaSelection"),
    ];

    fn name(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("Text", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
    }
}

/// A custom field.
#[derive(SimpleObject, Debug)]
#[graphql(name = "EngineField")]
pub(super) struct FieldNode {
    /// Key in the payload.
    name: String,
    /// Shown beside the control.
    label: Option<String>,
    /// Help text.
    info: Option<String>,
    #[graphql(name = "type")]
    kind: Option<FieldType>,
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    options: Vec<OptionNode>,
    default_value: Option<String>,
    default_values: Vec<String>,
    /// Whether a task must carry it.
    required: bool,
}

/// A choice of a picklist.
#[derive(SimpleObject, Debug)]
#[graphql(name = "EngineFieldOption")]
pub(super) struct OptionNode {
    /// What the task carries.
    key: String,
    /// What people see.
    value: String,
}

impl From<EngineField> for FieldNode {
    fn from(field: EngineField) -> Self {
        let option = |option: FieldOption| OptionNode { key: option.key, value: option.value };
        Self {
            kind: FieldType::named(&field.kind),
            name: field.name,
            label: Some(field.label),
            info: Some(field.info),
            min: field.min,
            max: field.max,
            step: field.step,
            options: field.options.into_iter().map(option).collect(),
            default_value: field.default_value,
            default_values: field.default_values,
            required: field.required,
        }
    }
}

/// A custom field to be kept.
#[derive(InputObject)]
#[graphql(name = "CreateEngineField")]
pub(super) struct FieldInput {
    name: String,
    label: String,
    info: Option<String>,
    #[graphql(name = "type")]
    kind: FieldType,
    min: Option<f64>,
    max: Option<f64>,
    step: Option<f64>,
    options: Option<Vec<OptionInput>>,
    default_value: Option<String>,
    default_values: Option<Vec<String>>,
    #[graphql(default_with = "Some(false)")]
    required: Option<bool>,
}

/// A choice of a picklist to be kept.
#[derive(InputObject)]
#[graphql(name = "CreateEngineFieldOption")]
pub(super) struct OptionInput {
    key: String,
    value: String,
}

impl From<FieldInput> for EngineField {
    fn from(field: FieldInput) -> Self {
        let option = |option: OptionInput| FieldOption { key: option.key, value: option.value };
        Self {
            name: field.name,
            label: field.label,
            info: field.info.unwrap_or_default(),
            kind: field.kind.name().into(),
            min: field.min,
            max: field.max,
            step: field.step,
            options: field.options.into_iter().flatten().map(option).collect(),
            default_value: field.default_value,
            default_values: field.default_values.unwrap_or_default(),
            required: field.required.unwrap_or_default(),
        }
    }
}
