//! Worked examples: rows in the words of an input file.

use super::Reader;
use crate::policy::model::{Example, ExampleRow, Nature, Selector};
use crate::rulefile::{Entry, Node};

impl Reader<'_, '_> {
    pub(super) fn cells(&self, node: Option<Node<'_, '_>>) -> Vec<(String, String)> {
        let Some(entry) = node.and_then(|node| node.entry()) else { return Vec::new() };
        entry.pairs().into_iter().filter_map(|(header, _, node)| Some((header, node.cell()?))).collect()
    }

    /// `beside`: the clause that the example stands beside; its single-valued selecting facts are filled in.
    pub(super) fn example(&self, entry: Entry<'_, '_>, beside: Option<(&Selector, Option<&str>)>) -> Option<Example> {
        let span = entry.get("name").map_or(entry.span(), |node| node.span());
        let name = entry.need_text("name");
        let year = entry.need("year").and_then(|node| i16::try_from(node.integer()?).ok());
        let to_year = entry.get("to_year").and_then(|node| i16::try_from(node.integer()?).ok()).or(year);
        let totals = entry.get("totals").map(|node| node.list().iter().filter_map(Node::money).collect());
        let on = entry.get("on").and_then(|node| node.date());
        let mut parameters = Vec::new();
        if let Some(table) = entry.get("parameters").and_then(|node| node.entry()) {
            for (name, _, node) in table.pairs() {
                parameters.push((name, node.money()?));
            }
        }
        let applicant = self.cells(entry.get("applicant"));
        let mut rows = Vec::new();
        if let Some((selects, clause)) = beside {
            let mut row = self.expectation(&entry, self.cells(entry.need("row")));
            for (fact, values) in &selects.0 {
                let header = &self.vocabulary.fact(*fact).id;
                if let ([only], false) = (values.as_slice(), row.cells.iter().any(|(named, _)| named == header)) {
                    row.cells.push((header.clone(), self.vocabulary.value_name(*fact, *only).to_owned()));
                }
            }
            if row.pays.is_none() && row.status.is_none() {
                entry.need("pays");
            }
            row.clause = row.clause.or(clause.map(str::to_owned));
            rows.push(row);
        } else {
            for row in entry.entries("rows") {
                let cells = self.cells(row.need("row"));
                rows.push(self.expectation(&row, cells));
                row.finish();
            }
        }
        let total = entry.get("total").and_then(|node| node.money());
        let potential = entry.get("potential").and_then(|node| node.money());
        entry.finish();
        Some(Example {
            name: name?,
            year: year?,
            to_year: to_year?,
            totals: totals.unwrap_or_default(),
            on,
            parameters,
            applicant,
            rows,
            total,
            potential,
            span,
        })
    }

    pub(super) fn expectation(&self, entry: &Entry<'_, '_>, cells: Vec<(String, String)>) -> ExampleRow {
        let missing = entry.get("missing").map(|node| node.texts().into_iter().map(|(name, _)| name).collect());
        let fixed = entry.get("pays").and_then(|node| node.money());
        let ceiling = entry.get("pays_up_to").and_then(|node| node.money());
        let nature = match (fixed, ceiling) {
            (Some(pays), None) if !pays.is_zero() => Some(Nature::Fixed),
            (None, Some(_)) => Some(Nature::Ceiling),
            _ => None,
        };
        ExampleRow {
            cells,
            pays: fixed.or(ceiling),
            nature,
            base: entry.get("base").and_then(|node| node.money()),
            status: entry.text("status"),
            rule_stated: entry.get("rule").is_some(),
            clause: entry.text("rule"),
            missing,
            span: entry.span(),
        }
    }
}
