//! From what the clauses pay to what is left: the sum of the bases, each cut with its clause, the total.

use crate::engine::result::{Op, PolicyResult, Status, Step};
use crate::money::Money;

/// The way from bases to total. It adds up: `bases` less all cuts is `total`.
pub struct Waterfall<'r> {
    /// Sum of the bases of the items that take part: awarded, reduced, duplicate, not selected.
    pub bases: Money,
    /// What was taken away, in the order of calculation.
    pub cuts: Vec<Cut<'r>>,
    /// What is left.
    pub total: Money,
}

/// What one rule took away from one or more items.
pub struct Cut<'r> {
    /// The first step that cuts so; its clause and operation stand for all.
    pub step: &'r Step,
    /// Indexes into the result's items, ascending.
    pub items: Vec<usize>,
    /// How much all of them lose by it.
    pub amount: Money,
}

impl<'r> Waterfall<'r> {
    /// The waterfall of one result.
    pub fn of(result: &'r PolicyResult) -> Self {
        let mut waterfall = Waterfall { bases: Money::ZERO, cuts: Vec::new(), total: Money::ZERO };
        for (index, item) in result.items.iter().enumerate() {
            if !takes_part(item.status) {
                continue;
            }
            waterfall.bases += item.base;
            waterfall.total += item.amount;
            let mut before = Money::ZERO;
            for step in &item.steps {
                if stage(&step.op).is_some() {
                    waterfall.cut(step, index, before - step.amount);
                }
                before = step.amount;
            }
        }
        waterfall.cuts.sort_by_key(|cut| stage(&cut.step.op));
        waterfall
    }

    fn cut(&mut self, step: &'r Step, item: usize, amount: Money) {
        match self.cuts.iter_mut().find(|cut| alike(cut.step, step)) {
            Some(cut) => {
                cut.items.push(item);
                cut.items.dedup();
                cut.amount += amount;
            }
            None => self.cuts.push(Cut { step, items: vec![item], amount }),
        }
    }
}

fn takes_part(status: Status) -> bool {
    matches!(status, Status::Awarded | Status::Reduced | Status::Duplicate | Status::NotSelected)
}

/// The place of a lowering step in the order of calculation, and among its like; none for steps that make up the base.
fn stage(op: &Op) -> Option<(u8, usize)> {
    match op {
        Op::Base { .. } | Op::BaseOfFact { .. } | Op::Maximum(_) => None,
        Op::Quantity(_) | Op::Share { .. } | Op::Bonus(..) => None,
        Op::CostLimit(..) => Some((0, 0)),
        Op::PriorMoney(_) => Some((1, 0)),
        Op::OtherMoney(..) => Some((2, 0)),
        Op::Upgrade(_) => Some((3, 0)),
        Op::PaidEarlier(..) => Some((4, 0)),
        Op::LeftTo(..) => Some((5, 0)),
        Op::Duplicate(_) => Some((6, 0)),
        Op::NotSelected(limit) => Some((7, *limit)),
        Op::Cap(cap, _) => Some((8, *cap)),
    }
}

/// True if both steps cut by the same rule.
fn alike(one: &Step, other: &Step) -> bool {
    one.cite == other.cite
        && match (&one.op, &other.op) {
            (Op::CostLimit(one, _), Op::CostLimit(other, _)) => one == other,
            (Op::OtherMoney(one, _), Op::OtherMoney(other, _)) => one == other,
            (Op::LeftTo(one, _), Op::LeftTo(other, _)) => one == other,
            _ => stage(&one.op) == stage(&other.op),
        }
}
