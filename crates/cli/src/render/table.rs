//! Small tables without lines, columns as wide as their widest cell.

/// Rows of cells; the first row is the heading.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
    indent: usize,
}

impl Table {
    /// A table with `heading`, `indent` blanks from the left.
    pub(crate) fn new(indent: usize, heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|cell| (*cell).to_owned()).collect()], indent }
    }

    /// Adds a row. Cells may be painted; colours do not count as width.
    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The table as lines, each ending in a line feed.
    pub(crate) fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let widths: Vec<usize> = (0..columns)
            .map(|column| {
                self.rows.iter().filter_map(|row| row.get(column)).map(|cell| width(cell)).max().unwrap_or(0)
            })
            .collect();
        let mut text = String::new();
        for row in self.rows.iter().filter(|row| row.iter().any(|cell| !cell.is_empty())) {
            let mut line = " ".repeat(self.indent);
            for (cell, column) in row.iter().zip(&widths) {
                line.push_str(cell);
                line.push_str(&" ".repeat(column - width(cell) + 2));
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }
}

/// Characters a cell shows.
fn width(cell: &str) -> usize {
    anstream::adapter::strip_str(cell).to_string().chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terminal::style::{GOOD, painted};

    #[test]
    fn colours_do_not_shift_columns() {
        let mut table = Table::new(2, &["", "a", "b"]);
        table.row(vec![painted(GOOD, "✓"), "long cell".into(), "1".into()]);
        table.row(vec!["–".into(), "x".into(), "22".into()]);
        let plain = anstream::adapter::strip_str(&table.text()).to_string();
        assert_eq!(plain, "     a          b\n  ✓  long cell  1\n  –  x          22\n");
    }
}
