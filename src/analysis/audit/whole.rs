//! Amounts per applicant: those of its rows are added up and compared with its total.

use super::classes::{Which, lost};
use super::standards::Shared;
use super::{Class, Computed, Finding, Remark, RowOf};
use crate::engine::result::PolicyResult;
use crate::input::claims::{Asked, Cell};
use crate::money::Money;

/// The one finding on an applicant.
pub(super) fn finding(computed: &Computed<'_>, case: usize, shared: &Shared) -> Finding {
    let claimed = sum(computed.asked, |row| row.claimed);
    let granted = sum(computed.asked, |row| row.granted);
    let total = computed.result.as_ref().map_or(Money::ZERO, |result| result.total);
    let rows = 0..computed.applicant.achievements.len();
    let conflict = |which: Which| rows.clone().find_map(|row| shared.conflict(RowOf { case, row }, which));
    let unknown = || rows.clone().find_map(|row| shared.unknown_rank(RowOf { case, row }));
    let mut said: [Vec<Remark>; 2] = Default::default();
    let mut class = |cell: Cell, which: Which| match (cell, &computed.result) {
        (Cell::Unreadable, _) => Class::Unreadable,
        (Cell::Blank | Cell::Amount(Money::ZERO), _) if which == Which::Claimed => {
            if with_everything(computed, total).is_zero() { Class::Nothing } else { Class::Unclaimed }
        }
        (_, None) => Class::NoPolicy,
        (cell, Some(result)) => {
            let (class, lost) = of_total(cell.amount().unwrap_or_default(), result);
            let open = matches!(class, Class::Agrees | Class::WithinCeiling | Class::WrongAmount);
            let same = conflict(which).filter(|_| open);
            let within = cell.amount().is_some_and(|amount| amount <= result.total);
            let unknown = unknown().filter(|_| open && same.is_none() && within);
            let class = match (&same, &unknown) {
                (Some(_), _) => Class::Shared,
                (None, Some(_)) => Class::Undecided,
                (None, None) => class,
            };
            said[which as usize].extend(same.into_iter().chain(unknown).chain(lost));
            class
        }
    };
    let of_claim = class(claimed, Which::Claimed);
    let mut granted_class = (granted != Cell::Blank).then(|| class(granted, Which::Granted));
    let [mut remarks, mut granted_remarks] = said;
    // Less than claimed may be right; more than claimed never is.
    if let (Some(given), Some(asked)) = (granted.amount(), claimed.amount().or(Some(Money::ZERO)))
        && granted_class.is_some_and(|class| class != Class::NoPolicy)
    {
        if given > asked && given <= total {
            granted_class = Some(Class::WrongAmount);
            granted_remarks.push(Remark::MoreThanClaimed);
        } else if given == asked.min(total) && granted_class == Some(Class::WrongAmount) {
            granted_class = Some(Class::Agrees);
            granted_remarks.clear();
        }
    }
    for row in rows {
        remarks.extend(shared.remarks(RowOf { case, row }));
    }
    let readable = Which::BOTH.map(|which| computed.asked.iter().filter_map(|row| which.of(*row).amount()).sum());
    let apart = computed.claiming == 0;
    let computed = if of_claim == Class::Unclaimed { with_everything(computed, total) } else { total };
    Finding {
        row: None,
        item: None,
        claimed,
        granted,
        computed,
        class: of_claim,
        granted_class,
        readable,
        apart,
        remarks,
        granted_remarks,
    }
}

/// What all rows come to, whether they claim or not.
fn with_everything(computed: &Computed<'_>, total: Money) -> Money {
    computed.with_unclaimed.as_ref().map_or(total, |all| all.total)
}

/// The sum of one amount over the rows; blank if it is blank everywhere.
fn sum(rows: &[Asked], of: impl Fn(&Asked) -> Cell) -> Cell {
    rows.iter().map(of).fold(Cell::Blank, |sum, cell| match (sum, cell) {
        (Cell::Unreadable, _) | (_, Cell::Unreadable) => Cell::Unreadable,
        (sum, Cell::Blank) => sum,
        (sum, Cell::Amount(amount)) => Cell::Amount(sum.amount().unwrap_or_default() + amount),
    })
}

/// The class of an amount beside a total, and what the rows lose.
fn of_total(amount: Money, result: &PolicyResult) -> (Class, Vec<Remark>) {
    let total = result.total;
    if amount == total {
        return (Class::Agrees, Vec::new());
    }
    if amount < total {
        let ceiling = total - amount <= result.ceiling_total;
        return (if ceiling { Class::WithinCeiling } else { Class::WrongAmount }, Vec::new());
    }
    if amount <= result.potential_total {
        return (Class::Undecided, Vec::new());
    }
    let losses: Vec<(Class, Money)> = result.items.iter().filter_map(lost).collect();
    let by_class: Vec<(Class, Money)> = Class::ALL
        .into_iter()
        .map(|class| (class, losses.iter().filter(|(of, _)| *of == class).map(|(_, money)| *money).sum::<Money>()))
        .filter(|(_, money)| !money.is_zero())
        .collect();
    let remarks = by_class.iter().map(|(class, money)| Remark::Lost(*class, *money)).collect();
    let excess = amount - total;
    let exact = by_class.iter().chain(&losses).find(|(_, money)| *money == excess).map(|(class, _)| *class);
    let alike = |first: &&crate::engine::result::Item| result.items.iter().all(|item| item.reasons == first.reasons);
    let shut_out = result.items.first().filter(|item| item.clause.is_none()).filter(alike);
    let class = match (exact, shut_out) {
        (Some(class), _) => class,
        (None, Some(item)) => super::classes::refused(item),
        (None, None) => Class::WrongAmount,
    };
    (class, remarks)
}
