//! Advisories that are the same vulnerability under different names, found through their shared names.

use std::collections::HashMap;

use super::record::Record;

/// For each record the number of the first record that it is the same as, through any chain of shared names.
pub(super) fn clusters(records: &[&Record]) -> Vec<usize> {
    let mut parents: Vec<usize> = (0..records.len()).collect();
    let mut first_with: HashMap<&str, usize> = HashMap::new();
    for (index, record) in records.iter().enumerate() {
        for name in record.names() {
            let other = *first_with.entry(name).or_insert(index);
            let (a, b) = (root(&mut parents, other), root(&mut parents, index));
            if let Some(parent) = parents.get_mut(a.max(b)) {
                *parent = a.min(b);
            }
        }
    }
    (0..records.len()).map(|index| root(&mut parents, index)).collect()
}

/// Follows the parents to the top, shortening the way for the next who asks.
fn root(parents: &mut [usize], mut index: usize) -> usize {
    while let Some(parent) = parents.get(index).copied().filter(|parent| *parent != index) {
        let above = parents.get(parent).copied().unwrap_or(parent);
        if let Some(slot) = parents.get_mut(index) {
            *slot = above;
        }
        index = parent;
    }
    index
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_names_join_through_chains() {
        let record = |id: &str, aliases: &[&str]| Record {
            id: id.into(),
            aliases: aliases.iter().map(|alias| (*alias).into()).collect(),
            ..Record::default()
        };
        let records = [
            record("A", &["CVE-2020-0001"]),
            record("B", &["CVE-2020-0002"]),
            record("C", &["CVE-2020-0003"]),
            record("D", &["CVE-2020-0003", "CVE-2020-0001"]),
        ];
        let references: Vec<&Record> = records.iter().collect();
        assert_eq!(clusters(&references), [0, 1, 0, 0]);
    }
}
