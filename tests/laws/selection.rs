//! The set that is claimed is the true optimum (contract section 3.7), against all allowed sets tried one by one,
//! with sums under caps computed another way than the engine's.

use std::collections::BTreeSet;

use biaobu::engine::result::Status;
use biaobu::money::Money;
use proptest::prelude::*;

use crate::invented::{self, Cap, Invented, Per, Row};
use crate::support::{cases, evaluate};

/// For every row, the row that counts instead of it (contract section 3.6).
fn duplicates(invented: &Invented, rows: &[Row]) -> Vec<Option<usize>> {
    let concerned = |row: &Row| invented.merge.as_ref().is_some_and(|on| on.contains(&row.clause));
    let stands_for = |index: usize| -> Option<usize> {
        let project = rows[index].project.filter(|_| concerned(&rows[index]))?;
        let group = (0..rows.len()).filter(|other| concerned(&rows[*other]) && rows[*other].project == Some(project));
        group.reduce(|kept, next| if rows[next].fen > rows[kept].fen { next } else { kept })
    };
    (0..rows.len()).map(|index| stands_for(index).filter(|kept| *kept != index)).collect()
}

/// A limit, and the level and action that tell its classes apart.
type Class = (usize, Option<usize>, Option<usize>);

/// The class that a row belongs to, and how many of it may be claimed.
fn class(invented: &Invented, row: &Row) -> Option<(Class, usize)> {
    let index = invented.limits.iter().position(|limit| limit.on.contains(&row.clause))?;
    let limit = &invented.limits[index];
    let key = match limit.per {
        Per::Unit => (index, None, None),
        Per::Level => (index, Some(row.level), None),
        Per::LevelAndAction => (index, Some(row.level), Some(row.action)),
    };
    Some((key, limit.at_most))
}

/// The categories of some rows, by position.
fn categories(invented: &Invented, rows: &[Row], set: &[usize]) -> Vec<usize> {
    let categories: BTreeSet<usize> = set.iter().map(|index| invented.clauses[rows[*index].clause]).collect();
    categories.into_iter().collect()
}

/// True if the limits allow the set, and every row left out is left out by a limit.
fn allowed(invented: &Invented, rows: &[Row], eligible: &[usize], set: &[usize]) -> bool {
    let (chosen, present) = (categories(invented, rows, set), categories(invented, rows, eligible));
    let categories_bind = invented.category_limit.is_some_and(|most| present.len() > most);
    if categories_bind && (chosen.is_empty() || invented.category_limit.is_some_and(|most| chosen.len() > most)) {
        return false;
    }
    let claimed = |index: &usize| {
        class(invented, &rows[*index]).map(|(key, at_most)| {
            let same = |other: &&usize| class(invented, &rows[**other]).is_some_and(|(other, _)| other == key);
            (set.iter().filter(same).count(), at_most)
        })
    };
    eligible.iter().all(|index| {
        let full = claimed(index).is_some_and(|(claimed, at_most)| claimed >= at_most);
        if set.contains(index) {
            claimed(index).is_none_or(|(claimed, at_most)| claimed <= at_most)
        } else {
            full || (categories_bind && !chosen.contains(&invented.clauses[rows[*index].clause]))
        }
    })
}

/// What caps leave of the amounts of `counted`, while all of `set` are claimed: the sum under the widest cap, which is
/// what lies under it after the caps within, and what lies outside.
fn left(rows: &[Row], caps: &[(&Cap, Option<i128>)], counted: &[usize]) -> i128 {
    let Some(((widest, limit), inner)) = caps.split_last() else {
        return counted.iter().map(|index| rows[*index].fen).sum();
    };
    let (under, outside): (Vec<usize>, Vec<usize>) =
        counted.iter().partition(|index| widest.on.contains(&rows[**index].clause));
    let under = left(rows, inner, &under);
    limit.map_or(under, |limit| under.min(limit)) + left(rows, inner, &outside)
}

/// The caps by width, with what each allows for the set.
fn caps_for<'a>(invented: &'a Invented, rows: &[Row], set: &[usize]) -> Vec<(&'a Cap, Option<i128>)> {
    let mut caps: Vec<(&Cap, Option<i128>)> = invented
        .caps
        .iter()
        .map(|cap| {
            let raised = cap.raised.as_ref().filter(|raise| {
                set.iter().any(|index| raise.by.contains(&rows[*index].clause) && rows[*index].fen > 0)
            });
            (cap, raised.map_or(Some(cap.at_most), |raise| raise.to))
        })
        .collect();
    caps.sort_by_key(|(cap, _)| cap.on.len());
    caps
}

/// The best set: the greatest total; then fewer categories, then the categories that come first, then the rows.
fn best(invented: &Invented, rows: &[Row], eligible: &[usize]) -> (i128, Vec<usize>) {
    let sets = (0u32..1 << eligible.len()).map(|bits| {
        (0..eligible.len()).filter(|place| bits >> place & 1 == 1).map(|place| eligible[place]).collect::<Vec<usize>>()
    });
    let ranked = sets.filter(|set| allowed(invented, rows, eligible, set)).map(|set| {
        let total = left(rows, &caps_for(invented, rows, &set), &set);
        let categories = categories(invented, rows, &set);
        (-total, categories.len(), categories, set)
    });
    let (total, _, _, set) = ranked.min().expect("some set is allowed");
    (-total, set)
}

fn is_best(invented: &Invented, rows: &[Row]) -> Result<(), TestCaseError> {
    let result = evaluate(&invented.load(), &invented::applicant(rows), &invented::application());
    let duplicates = duplicates(invented, rows);
    let eligible: Vec<usize> = (0..rows.len()).filter(|index| duplicates[*index].is_none()).collect();
    let (total, set) = best(invented, rows, &eligible);
    prop_assert_eq!(result.total, Money::from_fen(total), "the best set is {:?}", &set);

    let claimed: Vec<usize> = (0..rows.len())
        .filter(|index| matches!(result.items[*index].status, Status::Awarded | Status::Reduced))
        .collect();
    prop_assert_eq!(&claimed, &set, "ties");

    // A cap is used up in order of row: each row gets what it adds to the rows before it.
    let caps = caps_for(invented, rows, &set);
    for (index, item) in result.items.iter().enumerate() {
        prop_assert_eq!(item.same_as, duplicates[index]);
        let amount = match set.iter().position(|claimed| *claimed == index) {
            Some(place) => left(rows, &caps, &set[..=place]) - left(rows, &caps, &set[..place]),
            None => 0,
        };
        prop_assert_eq!(item.amount, Money::from_fen(amount));
        let expected = match (duplicates[index], set.contains(&index)) {
            (Some(_), _) => Status::Duplicate,
            (None, false) => Status::NotSelected,
            (None, true) if amount < rows[index].fen => Status::Reduced,
            (None, true) => Status::Awarded,
        };
        prop_assert_eq!(item.status, expected);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn the_set_claimed_is_the_best_of_all((invented, rows) in invented::policy_and_rows(1..=10)) {
        is_best(&invented, &rows)?;
    }
}

/// Ties go to fewer categories also where only a limit of items binds: one of two rows of equal amount may be claimed,
/// the first of category 0, the second of category 1, which a third row claims anyhow.
#[test]
fn a_tie_goes_to_the_category_that_is_claimed_anyhow() {
    let invented = Invented {
        clauses: vec![0, 1],
        category_limit: None,
        limits: vec![invented::Limit { on: vec![0, 1], at_most: 1, per: Per::Level }],
        caps: Vec::new(),
        merge: None,
    };
    let row = |clause, level| Row { clause, fen: 100, level, action: 0, project: None };
    let rows = [row(0, 0), row(1, 0), row(1, 1)];
    let result = evaluate(&invented.load(), &invented::applicant(&rows), &invented::application());
    let statuses = result.items.iter().map(|item| item.status).collect::<Vec<_>>();
    assert_eq!(statuses, [Status::NotSelected, Status::Awarded, Status::Awarded]);
}
