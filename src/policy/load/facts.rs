//! Names in rule files to facts, values and selectors of the vocabulary.

use super::Reader;
use crate::lang::Words;
use crate::policy::model::Selector;
use crate::rulefile::{Code, Node, Span};
use crate::vocabulary::{FactId, FactType, ValueId, unknown_fact, unknown_value};
use crate::words;

impl Reader<'_, '_> {
    pub(super) fn fact(&self, name: &str, span: Span) -> Option<FactId> {
        let found = self.vocabulary.find(name);
        if found.is_none() {
            unknown_fact(self.problems, span, name, self.vocabulary.facts().map(|(_, fact)| fact.id.as_str()));
        }
        found
    }

    pub(super) fn fact_at(&self, node: &Node<'_, '_>) -> Option<FactId> {
        self.fact(&node.text()?, node.span())
    }

    pub(super) fn value(&self, fact: FactId, name: &str, span: Span) -> Option<ValueId> {
        let definition = self.vocabulary.fact(fact);
        let found = definition.value_id(name);
        if found.is_none() {
            unknown_value(self.problems, span, name, definition.values.iter().map(|value| value.id.as_str()));
        }
        found
    }

    pub(super) fn values(&self, fact: FactId, node: &Node<'_, '_>) -> Vec<ValueId> {
        node.texts().into_iter().filter_map(|(name, span)| self.value(fact, &name, span)).collect()
    }

    pub(super) fn typed_fact(&self, node: &Node<'_, '_>, types: &[FactType], zh: &str, en: &str) -> Option<FactId> {
        let fact = self.fact_at(node)?;
        if !types.contains(&self.vocabulary.fact(fact).kind) {
            node.wrong(&Words::new(zh, en));
            return None;
        }
        Some(fact)
    }

    pub(super) fn selecting_fact(&self, name: &str, span: Span) -> Option<FactId> {
        let fact = self.fact(name, span.clone())?;
        if !self.vocabulary.fact(fact).selects {
            let list: Vec<&str> = self.vocabulary.selecting().map(|id| self.vocabulary.fact(id).id.as_str()).collect();
            let list = list.join(", ");
            self.problems.error(
                Code::WrongValue,
                span,
                words!(zh: "`{name}` 不用来选条款", en: "`{name}` does not select a clause"),
                words!(zh: "可选：{list}；其他事实写进 needs", en: "one of {list}; other facts belong into `needs`"),
            );
            return None;
        }
        Some(fact)
    }

    pub(super) fn selector(&self, node: Option<Node<'_, '_>>) -> Selector {
        let Some(entry) = node.and_then(|node| node.entry()) else { return Selector::default() };
        let mut asked: Vec<(FactId, Vec<ValueId>)> = entry
            .pairs()
            .into_iter()
            .filter_map(|(name, span, node)| {
                let fact = self.selecting_fact(&name, span)?;
                Some((fact, self.values(fact, &node)))
            })
            .collect();
        asked.sort_by_key(|(fact, _)| *fact);
        Selector(asked)
    }
}
