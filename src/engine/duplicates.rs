//! Step 6: non-duplication (contract section 3.6): money received before, then series, projects and honours of which
//! one counts.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::Context;
use super::result::{Op, Reason, Step};
use super::row::{Row, Selectors};
use super::totals::Entry;
use crate::facts::Value;
use crate::money::Money;
use crate::policy::model::{ClauseIndex, Merge, PriorEffect, PriorRule};
use crate::text;
use crate::vocabulary::{FactId, ValueId};

/// What money received before does to one amount.
pub(super) enum Prior {
    /// Nothing; `assumed` if both columns are blank.
    None { assumed: bool },
    /// It excludes payment.
    Excludes(Reason),
    /// Only the difference is paid.
    ToppedUp(Step),
    /// This fact would have to be known.
    Unknown(FactId),
}

pub(super) fn prior_money(context: &Context<'_>, row: &Row<'_>, clause: ClauseIndex, limited: Money) -> Prior {
    let known = context.vocabulary.known();
    let Some(rule) = context.policy.prior.iter().find(|rule| rule.on.contains(&clause)) else {
        return Prior::None { assumed: false };
    };
    let amount = row.facts.money(known.prior_amount);
    let source = row.facts.code(known.prior_source);
    let counts = source.map(|source| rule.sources.as_ref().is_none_or(|sources| sources.contains(&source)));
    match (amount, counts) {
        (Some(Money::ZERO), _) | (_, Some(false)) => Prior::None { assumed: false },
        (None, None) => Prior::None { assumed: true },
        (None, Some(true)) => Prior::Unknown(known.prior_amount),
        (Some(_), None) if rule.sources.is_some() => Prior::Unknown(known.prior_source),
        (Some(received), _) => effect(rule, received, source, limited),
    }
}

fn effect(rule: &PriorRule, received: Money, source: Option<ValueId>, limited: Money) -> Prior {
    match rule.effect {
        PriorEffect::Excludes => {
            Prior::Excludes(Reason::PriorMoneyExcludes { received, source, cite: rule.cite.clone() })
        }
        PriorEffect::TopsUp => Prior::ToppedUp(Step {
            op: Op::PriorMoney(received),
            cite: rule.cite.clone(),
            amount: limited.saturating_sub(received),
        }),
    }
}

/// What money that another policy pays for the row does to one amount.
pub(super) enum Other {
    /// It excludes payment.
    Excludes(Reason),
    /// Only the difference is paid.
    ToppedUp(Step),
}

/// The effects of other policies' money, one after the other.
pub(super) fn other_money(context: &Context<'_>, row: &Row<'_>, clause: ClauseIndex, paid: Money) -> Vec<Other> {
    let Some(beside) = row.item.and_then(|item| context.beside.get(item)) else { return Vec::new() };
    let Some(rule) = context.policy.prior.iter().find(|rule| rule.on.contains(&clause)) else { return Vec::new() };
    let counts = |source: ValueId| rule.sources.as_ref().is_none_or(|sources| sources.contains(&source));
    let mut left = paid;
    let seen = beside.received.iter().filter(|received| counts(received.level));
    seen.map(|received| {
        let (policy, amount, cite) = (received.policy.clone(), received.amount, rule.cite.clone());
        match rule.effect {
            PriorEffect::Excludes => Other::Excludes(Reason::OtherMoneyExcludes { policy, amount, cite }),
            PriorEffect::TopsUp => {
                left = left.saturating_sub(amount);
                Other::ToppedUp(Step { op: Op::OtherMoney(policy, amount), cite, amount: left })
            }
        }
    })
    .collect()
}

/// For each entry, the entry that counts instead of it and the rule that says so. Final: later steps revive none.
/// Entries that earlier years have settled (`open` is false) take no part.
pub(super) fn merge(context: &Context<'_>, entries: &[Entry<'_>], open: &[bool]) -> Vec<Option<(usize, usize)>> {
    let mut counted_under = vec![None; entries.len()];
    for (rule_index, rule) in context.policy.merges.iter().enumerate() {
        let mut groups: BTreeMap<Vec<String>, Vec<usize>> = BTreeMap::new();
        for (index, entry) in entries.iter().enumerate() {
            let concerned = open[index]
                && counted_under[index].is_none()
                && rule.on.contains(&entry.candidate.clause)
                && entry.candidate.selectors.meet(&rule.selects);
            if let (true, Some(key)) = (concerned, likeness(context, rule, entry.item, &entry.candidate.selectors)) {
                groups.entry(key).or_default().push(index);
            }
        }
        for group in groups.values() {
            let kept = kept(rule, entries, group);
            for index in group.iter().filter(|index| **index != kept) {
                counted_under[*index] = Some((kept, rule_index));
            }
        }
    }
    counted_under
}

/// What makes two rows one; none where the deciding fact is blank.
/// Facts that select are those under which the clause was chosen, so that a blank one counts as what it is taken for.
pub(super) fn likeness(context: &Context<'_>, rule: &Merge, item: usize, selectors: &Selectors) -> Option<Vec<String>> {
    let word = |fact: FactId| match selectors.get(fact) {
        Some(value) => Some(word(fact, &Value::Code(value))),
        None => context.unit.value(item, fact).map(|value| word(fact, &value)),
    };
    let Some((first, others)) = rule.same.split_first() else { return Some(Vec::new()) };
    let mut key = vec![word(*first).or_else(|| rule.otherwise.and_then(word))?];
    key.extend(others.iter().map(|fact| word(*fact).unwrap_or_default()));
    Some(key)
}

fn word(fact: FactId, value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{}:{}", fact.0, text::key(text)),
        other => format!("{}:{other:?}", fact.0),
    }
}

/// The place in the text's own order of what is kept, the first being the greatest; all alike where it has none.
pub(super) fn standing(rule: &Merge, selectors: &Selectors) -> Reverse<usize> {
    Reverse(rule.prefer.as_ref().map_or(0, |(fact, order)| {
        let value = selectors.get(*fact);
        order.iter().position(|preferred| Some(*preferred) == value).unwrap_or(order.len())
    }))
}

/// The entry that counts: first in the text's own order, else the greatest amount, ties to the earlier row.
fn kept(rule: &Merge, entries: &[Entry<'_>], group: &[usize]) -> usize {
    let standing = |index: usize| {
        let candidate = entries[index].candidate;
        (standing(rule, &candidate.selectors), candidate.paid, Reverse(entries[index].item))
    };
    group.iter().copied().max_by_key(|index| standing(*index)).unwrap_or(group[0])
}
