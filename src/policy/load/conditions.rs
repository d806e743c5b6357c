//! Conditions and windows.

use super::{Names, Reader};
use crate::lang::Words;
use crate::policy::model::{Clause, Condition, Test, Unknown, Window};
use crate::policy::phrase;
use crate::range::Range;
use crate::rulefile::{Code, Entry, Node};
use crate::vocabulary::{FactId, FactType};
use crate::words;

impl Reader<'_, '_> {
    pub(super) fn condition(&self, entry: &Entry<'_, '_>) -> Option<Condition> {
        let cite = self.cite(entry);
        let test = self.test(entry);
        let unknown = match entry.get("unknown") {
            None => Unknown::Undetermined,
            Some(node) => match node.text()?.as_str() {
                "assumed" => Unknown::Assumed,
                "undetermined" => Unknown::Undetermined,
                "refused" => Unknown::Refused,
                _ => {
                    node.wrong(&words!(
                        zh: " \"assumed\"、\"undetermined\" 或 \"refused\"",
                        en: "\"assumed\", \"undetermined\" or \"refused\""
                    ));
                    return None;
                }
            },
        };
        Some(Condition { cite: cite?, test: test?, unknown })
    }

    pub(super) fn conditions(&self, entry: &Entry<'_, '_>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for need in entry.entries("needs") {
            conditions.extend(self.condition(&need));
            need.finish();
        }
        conditions
    }

    pub(super) fn test(&self, entry: &Entry<'_, '_>) -> Option<Test> {
        if let Some(any) = entry.get("any") {
            let mut tests = Vec::new();
            for item in any.list() {
                let item = item.entry()?;
                tests.push(self.test(&item)?);
                item.finish();
            }
            return Some(Test::Any(tests));
        }
        let fact_node = entry.need("fact")?;
        let name = fact_node.text();
        // All test keys are asked for, so that a second one in the same table is seen and refused.
        let keys = ["is", "is_not", "at_least", "at_most", "within", "first_local_above"];
        let mut given: Vec<(&str, Node<'_, '_>)> =
            keys.iter().filter_map(|key| Some((*key, entry.get(key)?))).collect();
        let first = entry.get("first");
        let fact = self.fact(&name?, fact_node.span())?;
        let bounds = given.len() == 2 && given.iter().all(|(key, _)| key.starts_with("at_"));
        if given.len() != 1 && !bounds {
            let expected = keys.join(", ");
            self.problems.error(
                Code::WrongValue,
                entry.span(),
                words!(zh: "一个条件要有且只有一个判断", en: "a condition takes exactly one test"),
                words!(zh: "用 {expected} 之一（at_least 与 at_most 可以并用）", en: "use one of {expected} (at_least and at_most may go together)"),
            );
            return None;
        }
        if bounds {
            let from = given[0].1.integer()?;
            let to = given[1].1.integer()?;
            return self.in_range(fact, Range { from, to: Some(to) }, entry);
        }
        let (key, node) = given.remove(0);
        match key {
            "is" => self.test_is(fact, &node, true),
            "is_not" => self.test_is(fact, &node, false),
            "at_least" => self.in_range(fact, Range { from: node.integer()?, to: None }, entry),
            "at_most" => self.in_range(fact, Range { from: i64::MIN, to: Some(node.integer()?) }, entry),
            "within" => self.test_within(fact, &node, first),
            _ => self.first_local_above(fact, &node),
        }
    }

    pub(super) fn test_is(&self, fact: FactId, node: &Node<'_, '_>, wanted: bool) -> Option<Test> {
        match self.vocabulary.fact(fact).kind {
            FactType::Boolean => Some(Test::Is(fact, node.boolean()? == wanted)),
            FactType::Enum => {
                let values = self.values(fact, node);
                Some(if wanted { Test::OneOf(fact, values) } else { Test::NoneOf(fact, values) })
            }
            FactType::Integer => {
                let number = node.integer()?;
                if !wanted {
                    node.wrong(
                        &words!(zh: "对数字用 is、at_least 或 at_most", en: "is, at_least or at_most for a number"),
                    );
                    return None;
                }
                Some(Test::InRange(fact, Range { from: number, to: Some(number) }))
            }
            _ => {
                node.wrong(&words!(zh: "这种事实不能用 is 判断", en: "a fact of this type has no `is`"));
                None
            }
        }
    }

    pub(super) fn in_range(&self, fact: FactId, range: Range, entry: &Entry<'_, '_>) -> Option<Test> {
        let definition = self.vocabulary.fact(fact);
        if definition.kind != FactType::Integer {
            self.problems.error(
                Code::WrongValue,
                entry.span(),
                words!(zh: "`{name}` 不是整数", en: "`{name}` is not a whole number", name = &definition.id),
                Words::default(),
            );
            return None;
        }
        let reachable = range.to.is_none_or(|to| to >= range.from && to >= definition.min);
        if !reachable {
            self.problems.error(
                Code::NeverHolds,
                entry.span(),
                words!(zh: "这个条件永远不成立", en: "this condition can never hold"),
                words!(zh: "`{name}` 最小为 {min}", en: "`{name}` is at least {min}", name = &definition.id, min = definition.min),
            );
        }
        Some(Test::InRange(fact, range))
    }

    pub(super) fn test_within(&self, fact: FactId, node: &Node<'_, '_>, first: Option<Node<'_, '_>>) -> Option<Test> {
        let definition = self.vocabulary.fact(fact);
        if definition.kind != FactType::Date {
            node.wrong(&words!(zh: "within 只用于日期，`{name}` 不是", en: "`within` is for dates, and `{name}` is none", name = &definition.id));
            return None;
        }
        let mut window = phrase::window(&node.text()?);
        if window.is_none() {
            let forms = phrase::WINDOWS;
            node.wrong(&words!(zh: "时间范围，如 {forms}", en: "a window such as {forms}"));
        }
        if let (Some(Window::Season { first: slot, .. }), Some(first)) = (&mut window, first) {
            let entry = first.entry()?;
            let year = entry.need("year").and_then(|node| node.integer()).and_then(|year| i16::try_from(year).ok());
            let from = entry.need("from").and_then(|node| node.date());
            entry.finish();
            *slot = year.zip(from);
        }
        Some(Test::Within(fact, window?))
    }

    pub(super) fn first_local_above(&self, fact: FactId, node: &Node<'_, '_>) -> Option<Test> {
        if fact != self.vocabulary.known().rank {
            node.wrong(&words!(zh: "first_local_above 只用于 rank", en: "`first_local_above` is for `rank`"));
            return None;
        }
        Some(Test::FirstAbove(node.integer()?))
    }

    pub(super) fn shared_condition(&self, entry: Entry<'_, '_>, names: &Names, clauses: &mut [Clause]) {
        let on = self.group(entry.get("in"), names);
        let except = entry.get("except").map(|node| self.group(Some(node), names)).unwrap_or_default();
        let condition = self.condition(&entry);
        entry.finish();
        let Some(condition) = condition else { return };
        for index in on.into_iter().filter(|index| !except.contains(index)) {
            clauses[index].conditions.push(condition.clone());
        }
    }
}
