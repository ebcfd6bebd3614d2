//! K1 and K2: the list of contracts.

use assay_core::Code;
use assay_core::category::Category;
use serde_json::Value;

use super::remarks::cut;
use super::{Remarks, key};
use crate::output::contract::{Contract, INFORMAL, is_schema_id};
use crate::output::schema::{Location, Step};

/// The contracts a document lists, sorted out.
#[derive(Default, Debug)]
pub(in crate::output) struct Listed {
    /// With a schema of their own, each once.
    pub(in crate::output) formal: Vec<&'static Contract>,
    /// All names, in order.
    names: Vec<String>,
}

impl Listed {
    /// Sorts out the list.
    pub(in crate::output) fn of(list: &[Value]) -> Self {
        let names: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_owned).collect();
        let mut formal: Vec<&'static Contract> = Vec::new();
        for contract in names.iter().filter_map(|name| Contract::named(name)) {
            if contract.name != "aion" && !formal.contains(&contract) {
                formal.push(contract);
            }
        }
        Self { formal, names }
    }

    /// K2 (names twice, names without a published contract) and K1 (what the category calls for). Unknown names are
    /// the schema's to refuse.
    pub(in crate::output) fn judge(&self, category: Option<Category>, remarks: &mut Remarks) {
        for (number, name) in self.names.iter().enumerate().take(1000) {
            let place = || Location(vec![key("validationContracts"), Step::Index(number)]);
            if self.names.iter().take(number).any(|earlier| earlier == name) {
                remarks.warning(Code::OUT_K2, place, || format!("`{}` is listed twice", cut(name)));
            } else if INFORMAL.contains(&name.as_str()) {
                let observed =
                    || format!("no contract is published for `{name}`; the whole format was checked instead");
                remarks.warning(Code::OUT_K2, place, observed);
            } else if is_schema_id(name) {
                let observed = || format!("`{name}` is taken for the id of a schema that is not known here");
                remarks.warning(Code::OUT_S1, place, observed);
            }
        }
        if let Some(category) = category {
            self.fits(category, remarks);
        }
    }

    fn fits(&self, category: Category, remarks: &mut Remarks) {
        let wanted = category.row().contracts;
        if wanted.is_empty() || self.names.iter().any(|name| wanted.contains(&name.as_str())) {
            return;
        }
        let place = || Location(vec![key("validationContracts")]);
        let observed = || format!("no contract of the category {category} is listed");
        remarks.error(Code::OUT_K1, place, observed);
        remarks.fix(format!("list {} in `validationContracts`", wanted.join(" or ")));
    }
}
