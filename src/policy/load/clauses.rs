//! Clauses and their amounts, with references between clauses resolved.

use super::Reader;
use crate::money::{Money, Share};
use crate::policy::model::{Amount, AmountLine, Category, Clause, Nature, SharePart, ShareRule};
use crate::policy::phrase::{self, Target};
use crate::rulefile::{Entry, Node};
use crate::vocabulary::{FactId, FactType, ValueId};
use crate::words;
use std::collections::HashMap;

/// A clause before references between clauses are resolved.
pub(super) struct Draft<'a, 'p> {
    clause: Clause,
    leaves: Vec<Leaf<'a, 'p>>,
}

/// One line of an amount table as written.
pub(super) struct Leaf<'a, 'p> {
    path: String,
    key: Vec<ValueId>,
    node: Node<'a, 'p>,
    unknown_is_maximum: bool,
}

impl Reader<'_, '_> {
    pub(super) fn clause<'a, 'p>(&self, entry: Entry<'a, 'p>, categories: &[Category]) -> Option<Draft<'a, 'p>> {
        let span = entry.get("id").map_or(entry.span(), |node| node.span());
        let (id, cite, title) = (entry.need_text("id"), self.cite(&entry), self.title(&entry));
        let selects = self.selector(entry.need("for"));
        let category = entry.need("category").and_then(|node| {
            let name = node.text()?;
            let found = categories.iter().position(|category| category.id == name);
            if found.is_none() {
                self.unknown_reference(node.span(), &name, categories.iter().map(|c| c.id.as_str()));
            }
            found
        });
        let nature = entry.need("nature").and_then(|node| match node.text()?.as_str() {
            "fixed" => Some(Nature::Fixed),
            "ceiling" => Some(Nature::Ceiling),
            _ => {
                node.wrong(&words!(zh: " \"fixed\" 或 \"ceiling\"", en: "\"fixed\" or \"ceiling\""));
                None
            }
        });
        let per_quantity = entry.get("per").is_some_and(|node| {
            let fine = node.text().as_deref() == Some("quantity");
            if !fine {
                node.wrong(&words!(zh: " \"quantity\"", en: "\"quantity\""));
            }
            fine
        });
        let quantity_at_most = entry.get("quantity_at_most").and_then(|node| {
            let most = node.integer()?;
            if most < 1 || !per_quantity {
                node.wrong(&words!(zh: "大于 0 的整数，并且同时写 per = \"quantity\"", en: "a number above 0, beside per = \"quantity\""));
                return None;
            }
            Some(most)
        });
        let unknown_is_maximum = entry.get("unknown_cost").is_some_and(|node| {
            let fine = node.text().as_deref() == Some("maximum");
            if !fine {
                node.wrong(&words!(zh: " \"maximum\"", en: "\"maximum\""));
            }
            fine
        });
        let (by, leaves) = self.amount_table(&entry, unknown_is_maximum);
        let share = entry.get("share").and_then(|node| self.share_rule(node.entry()?));
        let conditions = self.conditions(&entry);
        let flag = |key: &str| entry.get(key).and_then(|node| node.boolean()).unwrap_or(false);
        let (one_off, every_year) = (flag("one_off"), flag("every_year"));
        let open_to_outsiders = entry.get("open_to_outsiders").and_then(|node| node.boolean()).unwrap_or(false);
        let examples = entry
            .entries("example")
            .into_iter()
            .filter_map(|example| self.example(example, Some((&selects, id.as_deref()))))
            .collect();
        entry.finish();
        let (Some(id), Some(cite), Some(category), Some(nature)) = (id.clone(), cite, category, nature) else {
            self.broken.borrow_mut().extend(id);
            return None;
        };
        let clause = Clause {
            id,
            cite,
            title,
            selects,
            category,
            nature,
            by,
            amounts: Vec::new(),
            per_quantity,
            quantity_at_most,
            share,
            conditions,
            one_off,
            every_year,
            open_to_outsiders,
            examples,
            span,
        };
        Some(Draft { clause, leaves })
    }

    pub(super) fn amount_table<'a, 'p>(
        &self,
        entry: &Entry<'a, 'p>,
        unknown_is_maximum: bool,
    ) -> (Vec<FactId>, Vec<Leaf<'a, 'p>>) {
        let Some(node) = entry.need("amount") else { return (Vec::new(), Vec::new()) };
        let mut leaves = Vec::new();
        if !node.is_table() {
            leaves.push(Leaf { path: String::new(), key: Vec::new(), node, unknown_is_maximum });
            return (Vec::new(), leaves);
        }
        let Some(table) = node.entry() else { return (Vec::new(), leaves) };
        let by: Vec<FactId> = table
            .need("by")
            .map(|node| node.texts())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, span)| self.selecting_fact(&name, span))
            .collect();
        self.amount_leaves(&by, &table, String::new(), Vec::new(), unknown_is_maximum, &mut leaves);
        (by, leaves)
    }

    pub(super) fn amount_leaves<'a, 'p>(
        &self,
        by: &[FactId],
        table: &Entry<'a, 'p>,
        path: String,
        key: Vec<ValueId>,
        unknown_is_maximum: bool,
        leaves: &mut Vec<Leaf<'a, 'p>>,
    ) {
        let Some(fact) = by.get(key.len()).copied() else { return };
        for (name, span, node) in table.pairs() {
            if key.is_empty() && name == "by" {
                continue;
            }
            let Some(value) = self.value(fact, &name, span) else { continue };
            let mut key = key.clone();
            key.push(value);
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            if key.len() < by.len() {
                if let Some(inner) = node.entry() {
                    self.amount_leaves(by, &inner, path, key, unknown_is_maximum, leaves);
                }
            } else {
                leaves.push(Leaf { path, key, node, unknown_is_maximum });
            }
        }
    }

    /// Amounts may be percentages of other lines or clauses: sums first, then what refers to them.
    pub(super) fn resolve_amounts(&self, drafts: Vec<Draft<'_, '_>>) -> Vec<Clause> {
        self.note_broken_lines(&drafts);
        let mut sums: HashMap<String, Money> = HashMap::new();
        // A percentage may refer to a line that is a percentage itself: go on until nothing more is settled.
        let mut settled = usize::MAX;
        while settled != sums.len() {
            settled = sums.len();
            for (clause, leaf) in
                drafts.iter().flat_map(|draft| draft.leaves.iter().map(|leaf| (&draft.clause.id, leaf)))
            {
                let Some(parsed) = quiet_phrase(&leaf.node) else { continue };
                let of = match &parsed.of {
                    Target::Money(money) => Some(*money),
                    Target::Name(name) => sums.get(&full_name(clause, name)).or_else(|| sums.get(name)).copied(),
                    Target::CaseByCase(_) => None,
                };
                if let Some(of) = of {
                    sums.insert(full_name(clause, &leaf.path), parsed.share.of(of));
                }
            }
        }
        drafts
            .into_iter()
            .map(|draft| {
                let Draft { mut clause, leaves } = draft;
                for leaf in leaves {
                    if let Some(amount) = self.amount(&clause.id, &leaf, &sums) {
                        clause.amounts.push(AmountLine { key: leaf.key, amount });
                    }
                }
                clause
            })
            .collect()
    }

    /// Lines that cannot be read, and those that are percentages of them.
    fn note_broken_lines(&self, drafts: &[Draft<'_, '_>]) {
        let mut before = usize::MAX;
        while before != self.broken.borrow().len() {
            before = self.broken.borrow().len();
            for (clause, leaf) in
                drafts.iter().flat_map(|draft| draft.leaves.iter().map(|leaf| (&draft.clause.id, leaf)))
            {
                let line = full_name(clause, &leaf.path);
                let broken = match quiet_phrase(&leaf.node).map(|parsed| parsed.of) {
                    Some(Target::Name(name)) => self.is_broken(&full_name(clause, &name)) || self.is_broken(&name),
                    Some(_) => false,
                    None => !leaf.node.is_list(),
                };
                if broken && !self.is_broken(&line) {
                    self.broken.borrow_mut().push(line);
                }
            }
        }
    }

    pub(super) fn amount(&self, clause: &str, leaf: &Leaf<'_, '_>, sums: &HashMap<String, Money>) -> Option<Amount> {
        let node = &leaf.node;
        if node.is_list() {
            let tiers: Vec<Money> = node.list().iter().filter_map(Node::money).collect();
            if node.list().is_empty() {
                node.wrong(&words!(zh: "至少一档金额", en: "at least one amount"));
            }
            let of = tiers.iter().copied().max()?;
            return Some(Amount::Money { of, share: Share::ONE, from_elsewhere: false, tiers });
        }
        let Some(parsed) = quiet_phrase(node) else {
            let forms = phrase::AMOUNTS;
            node.wrong(&words!(zh: "金额，如 {forms}", en: "an amount such as {forms}"));
            return None;
        };
        let name = match parsed.of {
            Target::Money(of) => {
                return Some(Amount::Money { of, share: parsed.share, from_elsewhere: false, tiers: Vec::new() });
            }
            Target::CaseByCase(taken_as) => return Some(Amount::CaseByCase { taken_as }),
            Target::Name(name) => name,
        };
        let money_fact = self.vocabulary.find(&name).filter(|fact| self.vocabulary.fact(*fact).kind == FactType::Money);
        if let Some(fact) = money_fact {
            return Some(Amount::OfFact {
                fact,
                share: parsed.share,
                at_most: parsed.at_most,
                unknown_is_maximum: leaf.unknown_is_maximum,
            });
        }
        let own = full_name(clause, &name);
        let found = sums.get(&own).or_else(|| sums.get(&name));
        if found.is_none() && !self.is_broken(&own) {
            self.unknown_reference(node.span(), &name, sums.keys().map(String::as_str));
        }
        found.map(|of| Amount::Money { of: *of, share: parsed.share, from_elsewhere: true, tiers: Vec::new() })
    }

    pub(super) fn share_rule(&self, entry: Entry<'_, '_>) -> Option<ShareRule> {
        let cite = self.cite(&entry);
        let mut parts = Vec::new();
        entry.need("parts");
        for part in entry.entries("parts") {
            let place = part.need("place").and_then(|node| self.range(&node));
            let none_in = part.get("none_in").and_then(|node| self.range(&node));
            let pays = part.need("pays").and_then(|node| self.share_of(&node));
            let divided_among = part.get("divided_among").and_then(|node| self.range(&node));
            part.finish();
            parts.push(SharePart { place: place?, none_in, pays: pays?, divided_among });
        }
        entry.finish();
        Some(ShareRule { cite: cite?, parts })
    }
}

/// What a line of amounts says; none, without a word, where it cannot be read.
fn quiet_phrase(node: &Node<'_, '_>) -> Option<phrase::AmountPhrase> {
    phrase::amount(node.as_text()?)
}

/// How a line of an amount table is referred to from other clauses.
fn full_name(clause: &str, path: &str) -> String {
    if path.is_empty() { clause.to_owned() } else { format!("{clause}.{path}") }
}
