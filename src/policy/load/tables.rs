//! The small tables: roles, blanks, bars, assumptions, shares of the bill.

use super::{Names, Reader};
use crate::lang::Words;
use crate::money::Share;
use crate::policy::model::{Assumed, Bar, BillShare, Default as BlankDefault, NotModelled, Parameter, RoleRule};
use crate::range::Range;
use crate::rulefile::{Entry, Node};
use crate::vocabulary::ValueId;
use crate::words;

impl Reader<'_, '_> {
    pub(super) fn role_rule(&self, entry: Entry<'_, '_>) -> Option<RoleRule> {
        let role = self.vocabulary.known().role;
        let cite = self.cite(&entry);
        let selects = self.selector(entry.get("for"));
        let by = entry.need("by")?;
        let by_rank = match by.text()?.as_str() {
            "role" => None,
            "rank" => Some(Vec::new()),
            _ => {
                by.wrong(&words!(zh: " \"rank\" 或 \"role\"", en: "\"rank\" or \"role\""));
                return None;
            }
        };
        let by_rank = by_rank.map(|mut ranges: Vec<(ValueId, Range)>| {
            if let Some(table) = entry.need("ranks").and_then(|node| node.entry()) {
                for (name, span, node) in table.pairs() {
                    if let (Some(value), Some(range)) = (self.value(role, &name, span), self.range(&node)) {
                        ranges.push((value, range));
                    }
                }
            }
            ranges
        });
        let mut same = Vec::new();
        if let Some(table) = entry.get("same").and_then(|node| node.entry()) {
            for (name, span, node) in table.pairs() {
                let to = node.text().and_then(|to| self.value(role, &to, node.span()));
                if let (Some(from), Some(to)) = (self.value(role, &name, span), to) {
                    same.push((from, to));
                }
            }
        }
        entry.finish();
        Some(RoleRule { cite: cite?, selects, by_rank, same })
    }

    pub(super) fn range(&self, node: &Node<'_, '_>) -> Option<Range> {
        let range = Range::parse(&node.text()?);
        if range.is_none() {
            node.wrong(
                &words!(zh: "名次，如 \"1\"、\"2..5\" 或 \"2..\"", en: "places such as \"1\", \"2..5\" or \"2..\""),
            );
        }
        range
    }

    pub(super) fn blank_default(&self, entry: Entry<'_, '_>) -> Option<BlankDefault> {
        let cite = self.cite(&entry);
        let selects = self.selector(entry.need("for"));
        let fact = entry.need("fact").and_then(|node| self.selecting_fact(&node.text()?, node.span()));
        let value = entry.need("as").and_then(|node| self.value(fact?, &node.text()?, node.span()));
        entry.finish();
        Some(BlankDefault { cite: cite?, selects, fact: fact?, value: value? })
    }

    pub(super) fn bar(&self, entry: Entry<'_, '_>) -> Option<Bar> {
        let cite = self.cite(&entry);
        let title = self.title(&entry);
        let when = entry.need("when").and_then(|node| {
            let when = node.entry()?;
            let test = self.test(&when);
            when.finish();
            test
        });
        entry.finish();
        Some(Bar { cite: cite?, title, when: when? })
    }

    pub(super) fn assumed(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Assumed> {
        let on = entry.get("in").map(|node| self.group(Some(node), names));
        let about = entry.get("about").map(|node| self.group(Some(node), names));
        let (id, cite, title) = (entry.need_text("id"), self.cite(&entry), self.title(&entry));
        let one_unit = entry.get("one_unit").and_then(|node| node.boolean()).unwrap_or(false);
        entry.finish();
        Some(Assumed { on, about, id: id?, cite: cite?, title, one_unit })
    }

    pub(super) fn bill(&self, entry: Entry<'_, '_>) -> Option<BillShare> {
        let (cite, by) = (self.cite(&entry), entry.need_text("by"));
        let share = entry.need("share").and_then(|node| self.share_of(&node));
        entry.finish();
        Some(BillShare { cite: cite?, by: by?, share: share? })
    }

    pub(super) fn share_of(&self, node: &Node<'_, '_>) -> Option<Share> {
        let share = Share::parse(&node.text()?);
        if share.is_none() {
            node.wrong(&words!(zh: "百分比，如 \"30%\"", en: "a percentage such as \"30%\""));
        }
        share
    }

    pub(super) fn parameter(&self, entry: Entry<'_, '_>) -> Option<Parameter> {
        let (id, title) = (entry.need_text("id"), self.title(&entry));
        let span = super::head_span(&entry, "id");
        entry.finish();
        Some(Parameter { id: id?, title, span })
    }

    pub(super) fn not_modelled(&self, entry: Entry<'_, '_>) -> Option<NotModelled> {
        let (cite, why, en) = (self.cite(&entry), entry.need_text("why"), entry.need_text("en"));
        entry.finish();
        Some(NotModelled { cite: cite?, why: Words::new(why?, en?) })
    }
}
