//! How far it is to each cap and limit.

use super::Question;
use super::bench::Run;
use crate::engine::cap_limit;
use crate::engine::result::{Op, PolicyResult, Status};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{CapAmount, LimitOf};
use crate::vocabulary::{FactId, ValueId};

/// One cap and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapRoom {
    /// Index into the policy's caps.
    pub cap: usize,
    /// What it allows; none for no limit, because it is lifted or because it is not applied.
    pub limit: Option<Money>,
    /// True if it stands raised.
    pub raised: bool,
    /// The parameter that it depends on, where that is not given: it is then not applied.
    pub not_applied: Option<usize>,
    /// What the rows under it come to before it.
    pub before: Money,
    /// What it leaves of them.
    pub after: Money,
}

impl CapRoom {
    /// What is left of it; none for no limit.
    pub fn left(&self) -> Option<Money> {
        self.limit.map(|limit| limit.saturating_sub(self.after))
    }
}

/// One limit on how many may be claimed, in one class, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LimitRoom {
    /// Index into the policy's limits.
    pub limit: usize,
    /// What tells the class apart; empty where there is one class, or no row in any.
    pub class: Vec<(FactId, Option<ValueId>)>,
    /// The rows that take a place; of a limit of categories, all that are selected.
    pub rows: Vec<usize>,
    /// The categories that are taken, of a limit of categories.
    pub categories: Vec<usize>,
    /// How many places are left.
    pub left: usize,
    /// The rows that it leaves out.
    pub left_out: Vec<usize>,
}

/// Every cap, in the policy's order.
pub(super) fn caps(question: &Question<'_>, index: usize, result: &PolicyResult) -> Vec<CapRoom> {
    let policy = question.policies[index];
    let caps = policy.caps.iter().enumerate();
    caps.map(|(cap, rule)| match result.caps.iter().find(|used| used.cap == cap) {
        Some(used) => CapRoom {
            cap,
            limit: used.limit,
            raised: used.raised,
            not_applied: None,
            before: used.before,
            after: used.after,
        },
        None => {
            let limit = cap_limit(policy, rule, question.application);
            let not_applied = match rule.at_most {
                CapAmount::OfParameter(parameter, _) if limit.is_none() => Some(parameter),
                _ => None,
            };
            let under = result.items.iter().filter(|item| item.clause.is_some_and(|clause| rule.on.contains(&clause)));
            let paid = under.map(|item| item.amount).sum();
            CapRoom { cap, limit, raised: false, not_applied, before: paid, after: paid }
        }
    })
    .collect()
}

/// Every limit, in the policy's order, each class in order of its first row.
pub(super) fn limits(question: &Question<'_>, now: &Run, index: usize, result: &PolicyResult) -> Vec<LimitRoom> {
    let policy = question.policies[index];
    let rules = policy.limits.iter().enumerate();
    rules
        .flat_map(|(limit, rule)| match &rule.of {
            LimitOf::Categories => vec![categories(policy, limit, result)],
            LimitOf::Items { per, .. } => items(policy, (limit, per), now, (index, result)),
        })
        .collect()
}

fn is_left_out(result: &PolicyResult, row: usize, limit: usize) -> bool {
    result.items.get(row).is_some_and(|item| item.steps.iter().any(|step| step.op == Op::NotSelected(limit)))
}

fn categories(policy: &Policy, limit: usize, result: &PolicyResult) -> LimitRoom {
    let items = result.items.iter().enumerate();
    let selected = items.filter(|(_, item)| matches!(item.status, Status::Awarded | Status::Reduced));
    let (rows, mut categories): (Vec<usize>, Vec<usize>) =
        selected.filter_map(|(row, item)| Some((row, policy.clauses[item.clause?].category))).unzip();
    categories.sort_unstable();
    categories.dedup();
    let left = policy.limits[limit].at_most.saturating_sub(categories.len());
    let left_out = (0..result.items.len()).filter(|row| is_left_out(result, *row, limit)).collect();
    LimitRoom { limit, class: Vec::new(), rows, categories, left, left_out }
}

fn items(
    policy: &Policy,
    (limit, per): (usize, &[FactId]),
    now: &Run,
    (index, result): (usize, &PolicyResult),
) -> Vec<LimitRoom> {
    let at_most = policy.limits[limit].at_most;
    let empty = |class: Vec<(FactId, Option<ValueId>)>| LimitRoom {
        limit,
        class,
        rows: Vec::new(),
        categories: Vec::new(),
        left: at_most,
        left_out: Vec::new(),
    };
    let settled = &now.0[index];
    let mut rooms: Vec<LimitRoom> = Vec::new();
    for row in 0..settled.len() {
        let Some((_, key)) = settled.classes(policy, row).into_iter().find(|(of, _)| *of == limit) else { continue };
        let class: Vec<(FactId, Option<ValueId>)> = per.iter().copied().zip(key).collect();
        let place = rooms.iter().position(|room| room.class == class).unwrap_or_else(|| {
            rooms.push(empty(class));
            rooms.len() - 1
        });
        let room = &mut rooms[place];
        if settled.status(row) != Status::NotSelected {
            room.rows.push(row);
            room.left = room.left.saturating_sub(1);
        } else if is_left_out(result, row, limit) {
            room.left_out.push(row);
        }
    }
    if rooms.is_empty() {
        rooms.push(empty(Vec::new()));
    }
    rooms
}
