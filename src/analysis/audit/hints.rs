//! Where a wrong amount may come from: the step that was left out, the line of the clause that was taken instead.

use super::Remark;
use crate::engine::result::{Item, Op, Warning};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::{Amount, Clause};

/// The first explanation that gives exactly this amount.
pub(super) fn origin(policy: &Policy, item: &Item, amount: Money) -> Option<Remark> {
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
    if let Some(line) = line(own, item, first, amount) {
        return Some(Remark::OtherLine(index, line));
    }
    let others = policy.clauses.iter().enumerate();
    let mut akin = others.filter(|(other, clause)| *other != index && clause.category == own.category);
    akin.find_map(|(other, clause)| Some(Remark::OtherLine(other, line(clause, item, first, amount)?)))
}

/// The line of a clause that comes to `amount`, as it stands or with the quantity and share of the row.
fn line(clause: &Clause, item: &Item, taken: Money, amount: Money) -> Option<usize> {
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
    clause.amounts.iter().position(|line| match &line.amount {
        Amount::Money { of, share, .. } => share.of(*of) != taken && comes_to(share.of(*of)),
        _ => false,
    })
}
