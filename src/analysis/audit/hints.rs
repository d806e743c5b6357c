//! Where a wrong amount may come from: the step that was left out, the line of the clause that was taken instead.

use super::Remark;
use crate::engine::result::{Item, Op, Warning};
use crate::facts::Facts;
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Amount, AmountLine, Clause};
use crate::vocabulary::FactId;

/// The first explanation that gives exactly this amount, of a row with these facts, the first of which is its kind.
pub(super) fn origin(policy: &Policy, item: &Item, amount: Money, of: (FactId, &Facts)) -> Option<Remark> {
    let in_wan = Money::from_fen(amount.fen() * 10_000);
    if !amount.is_zero() && (in_wan == item.amount || in_wan == item.base) {
        return Some(Remark::InWan);
    }
    let pairs = item.steps.windows(2).enumerate();
    let mut left_out = pairs.filter(|(_, pair)| pair[0].amount == amount && pair[1].amount != amount);
    if let Some((index, _)) = left_out.next() {
        return Some(Remark::BeforeStep(index + 1));
    }
    let times = item.warnings.iter().find_map(|warning| match warning {
        Warning::QuantityIgnored(quantity) | Warning::QuantityCut(quantity, _) => Some(*quantity),
        _ => None,
    });
    let first = item.steps.first().map_or(item.base, |step| step.amount);
    if let Some(quantity) = times.filter(|quantity| first.fen() * i128::from(*quantity) == amount.fen()) {
        return Some(Remark::TimesQuantity(quantity));
    }
    let index = item.clause?;
    let own = &policy.clauses[index];
    if let Some((_, line)) = line(own, item, first, amount, of) {
        return Some(Remark::OtherLine(index, line));
    }
    let is_akin = |clause: &Clause| {
        let kinds = clause.selects.values(of.0);
        clause.category == own.category
            && kinds.is_none_or(|kinds| of.1.code(of.0).is_none_or(|kind| kinds.contains(&kind)))
    };
    let others = policy.clauses.iter().enumerate().filter(|(other, clause)| *other != index && is_akin(clause));
    let found = others.filter_map(|(other, clause)| {
        line(clause, item, first, amount, of).map(|(likeness, line)| (likeness, other, line))
    });
    // Of several the one most like the row; among these the first.
    let best = found.reduce(|best, next| if next.0 > best.0 { next } else { best });
    best.map(|(_, clause, line)| Remark::OtherLine(clause, line))
}

/// The line of a clause that comes to `amount`, as it stands or with the quantity and share of the row, and in how many
/// values it is like the row.
fn line(clause: &Clause, item: &Item, taken: Money, amount: Money, of: (FactId, &Facts)) -> Option<(usize, usize)> {
    let comes_to = |of: Money| {
        let mut value = of;
        for step in &item.steps {
            match &step.op {
                Op::Quantity(quantity) => value = Money::from_fen(value.fen() * i128::from(*quantity)),
                Op::Share { share, .. } => value = share.of(value),
                _ => {}
            }
        }
        of == amount || value == amount
    };
    let selected =
        clause.selects.0.iter().filter(|(fact, values)| of.1.code(*fact).is_some_and(|v| values.contains(&v)));
    let selected = selected.count();
    let likeness = |line: &AmountLine| {
        let told = clause.by.iter().zip(&line.key).filter(|(fact, value)| of.1.code(**fact) == Some(**value));
        selected + told.count()
    };
    let lines = clause.amounts.iter().enumerate().filter(|(_, line)| match &line.amount {
        Amount::Money { of, share, .. } => share.of(*of) != taken && comes_to(share.of(*of)),
        _ => false,
    });
    let found = lines.map(|(index, line)| (likeness(line), index));
    found.reduce(|best, next| if next.0 > best.0 { next } else { best })
}
