//! Standards that several applicants claim, found by number. Places among the drafters are facts of the standard: no two
//! units have the same one. Where the policy pays a standard once and shares it among the local units, the shares are
//! computed with all local ranks that anybody names.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::classes::Which;
use super::{Computed, Question, Remark, RowOf};
use crate::engine::result::{Item, Op, Reason, Status};
use crate::facts::{Facts, Value};
use crate::input::standard_number;
use crate::money::Money;
use crate::vocabulary::Vocabulary;

/// A standard that several applicants claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standard {
    /// Its number, as the first row writes it.
    pub number: String,
    /// The rows, in order of applicants.
    pub drafts: Vec<Draft>,
    /// What the policy pays for it once, where all rows fall under one clause that shares it.
    pub whole: Option<Money>,
    /// The claims together.
    pub claimed: Money,
    /// The granted amounts together.
    pub granted: Money,
    /// What the policies come to together.
    pub computed: Money,
}

/// One applicant's part in a standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Where it stands.
    pub at: RowOf,
    /// Its place, if known.
    pub rank: Option<i64>,
}

/// What is known of rows whose standard others name as well.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub standards: Vec<Standard>,
    /// By case and row: place and row of another applicant that claims the same one; for claimed and granted amounts.
    same: [HashMap<(usize, usize), (i64, RowOf)>; 2],
    /// By case and row: the standard, where the policy divides it among those who ask for money.
    divided: [HashMap<(usize, usize), usize>; 2],
    remarks: HashMap<(usize, usize), Vec<Remark>>,
}

impl Shared {
    pub fn same_place(&self, at: RowOf, which: Which) -> Option<(i64, RowOf)> {
        self.same[which as usize].get(&(at.case, at.row)).copied()
    }

    pub fn divided(&self, at: RowOf, which: Which) -> Option<usize> {
        self.divided[which as usize].get(&(at.case, at.row)).copied()
    }

    pub fn remarks(&self, at: RowOf) -> Vec<Remark> {
        self.remarks.get(&(at.case, at.row)).cloned().unwrap_or_default()
    }

    fn remark(&mut self, at: RowOf, remark: Remark) {
        self.remarks.entry((at.case, at.row)).or_default().push(remark);
    }
}

/// Looks at all standards together; cases whose local ranks change are computed anew.
pub(super) fn together(
    question: &Question<'_>,
    cases: &mut [Computed<'_>],
    mut evaluate: impl FnMut(&mut Computed<'_>),
) -> Shared {
    let groups = groups(question.vocabulary, cases);
    let completed = complete_local_ranks(question.vocabulary, cases, &groups);
    let before: Vec<Option<Money>> = completed.iter().map(|(at, _)| base(cases, *at)).collect();
    let dirty: BTreeSet<usize> = completed.iter().map(|(at, _)| at.case).collect();
    for case in dirty {
        evaluate(&mut cases[case]);
    }
    let mut shared = Shared::default();
    for ((at, remark), before) in completed.into_iter().zip(before) {
        if base(cases, at) != before {
            shared.remark(at, remark);
        }
    }
    for group in &groups {
        shared.contradictions(question.vocabulary, cases, group);
        for which in Which::BOTH {
            shared.places(question.vocabulary, cases, group, which);
        }
        shared.standard(question.vocabulary, cases, group);
    }
    shared
}

/// The rows of each standard that several applicants name, in order.
fn groups(vocabulary: &Vocabulary, cases: &[Computed<'_>]) -> Vec<Vec<RowOf>> {
    let mut by_number: BTreeMap<String, Vec<RowOf>> = BTreeMap::new();
    for (case, computed) in cases.iter().enumerate() {
        let rows = computed.applicant.achievements.iter().enumerate();
        for (row, achievement) in rows.filter(|(row, _)| computed.repeats[*row].is_none()) {
            if let Some(number) = standard_number(vocabulary, &achievement.facts) {
                by_number.entry(number).or_default().push(RowOf { case, row });
            }
        }
    }
    by_number.into_values().filter(|rows| rows.iter().any(|at| at.case != rows[0].case)).collect()
}

fn facts<'c>(cases: &'c [Computed<'_>], at: RowOf) -> &'c Facts {
    &cases[at.case].applicant.achievements[at.row].facts
}

/// The place of a row: its rank, or the one that its role leaves open.
fn rank(vocabulary: &Vocabulary, facts: &Facts) -> Option<i64> {
    let known = vocabulary.known();
    facts.integer(known.rank).or_else(|| {
        let ranks = vocabulary.ranks_of(Some(facts.code(known.role)?));
        ranks.to.filter(|to| *to == ranks.from)
    })
}

fn local_ranks(vocabulary: &Vocabulary, facts: &Facts) -> Option<Vec<i64>> {
    match facts.get(vocabulary.known().local_ranks) {
        Some(Value::Integers(ranks)) => Some(ranks.to_vec()),
        _ => None,
    }
}

fn base(cases: &[Computed<'_>], at: RowOf) -> Option<Money> {
    cases[at.case].item(at.row).map(|item| item.base)
}

/// True for a row of a local unit by a clause that shares, whether its own place is paid or not.
fn takes_part(case: &Computed<'_>, item: &Item) -> bool {
    let shares = || {
        let (policy, clause) = (case.policy?, item.clause?);
        policy.clauses[clause].share.as_ref()
    };
    let refused_for_place_only = || {
        let mut reasons = item.reasons.iter().filter(|reason| !matches!(reason, Reason::AlsoFails(..)));
        reasons.all(|reason| matches!(reason, Reason::NoShare(_)))
    };
    let local = match item.status {
        Status::Unmatched | Status::Undetermined => false,
        Status::Ineligible => refused_for_place_only(),
        _ => true,
    };
    local && shares().is_some()
}

/// Gives each row of a shared standard the local ranks that all its units name; returns which rows changed, and why.
fn complete_local_ranks(
    vocabulary: &Vocabulary,
    cases: &mut [Computed<'_>],
    groups: &[Vec<RowOf>],
) -> Vec<(RowOf, Remark)> {
    let mut completed = Vec::new();
    for group in groups {
        // By policy: its rows, each with the local ranks that it names, its own included.
        let mut by_policy: BTreeMap<&str, Vec<(RowOf, BTreeSet<i64>)>> = BTreeMap::new();
        for at in group {
            let case = &cases[at.case];
            let (Some(policy), Some(item)) = (case.policy, case.item(at.row)) else { continue };
            let row = facts(cases, *at);
            let Some(own) = rank(vocabulary, row).filter(|_| takes_part(case, item)) else { continue };
            let named = local_ranks(vocabulary, row).unwrap_or_default().into_iter().chain([own]).collect();
            by_policy.entry(&policy.id).or_default().push((*at, named));
        }
        let mut changes: Vec<(RowOf, Vec<i64>, RowOf)> = Vec::new();
        for rows in by_policy.values() {
            let all: BTreeSet<i64> = rows.iter().flat_map(|(_, named)| named).copied().collect();
            for (at, named) in rows.iter().filter(|(_, named)| *named != all) {
                let lacks =
                    |(other, theirs): &&(RowOf, BTreeSet<i64>)| other.case != at.case && !theirs.is_subset(named);
                if let Some((other, _)) = rows.iter().find(lacks) {
                    changes.push((*at, all.iter().copied().collect(), *other));
                }
            }
        }
        for (at, all, other) in changes {
            let given = local_ranks(vocabulary, facts(cases, at));
            let case = &mut cases[at.case];
            if let Some(row) = case.places[at.row].and_then(|place| case.evaluated.achievements.get_mut(place)) {
                row.facts.set(vocabulary.known().local_ranks, Value::Integers(all.clone().into()));
                completed.push((at, Remark::LocalRanks(given, all, other)));
            }
        }
    }
    completed
}

impl Shared {
    /// What two applicants say differently of one standard, other than their own part in it.
    fn contradictions(&mut self, vocabulary: &Vocabulary, cases: &[Computed<'_>], group: &[RowOf]) {
        let role = vocabulary.known().role;
        let claiming: Vec<RowOf> =
            group.iter().copied().filter(|at| cases[at.case].asks(at.row, &Which::BOTH)).collect();
        for fact in vocabulary.selecting().filter(|fact| *fact != role).chain([vocabulary.known().date]) {
            let mut first: Option<(&Value, RowOf)> = None;
            for at in &claiming {
                let Some(value) = facts(cases, *at).get(fact) else { continue };
                match first {
                    None => first = Some((value, *at)),
                    Some((said, other)) if said != value && other.case != at.case => {
                        self.remark(*at, Remark::Differs(fact, other));
                        self.remark(other, Remark::Differs(fact, *at));
                        break;
                    }
                    Some(_) => {}
                }
            }
        }
    }

    /// Rows of different applicants that ask for money in the same place.
    fn places(&mut self, vocabulary: &Vocabulary, cases: &[Computed<'_>], group: &[RowOf], which: Which) {
        let mut by_rank: BTreeMap<i64, Vec<RowOf>> = BTreeMap::new();
        for at in group.iter().filter(|at| cases[at.case].asks(at.row, &[which])) {
            if let Some(rank) = rank(vocabulary, facts(cases, *at)) {
                by_rank.entry(rank).or_default().push(*at);
            }
        }
        for (rank, rows) in by_rank {
            // The first of another applicant: one of the first two applicants is another one.
            let mut seen = HashSet::new();
            let firsts: Vec<RowOf> = rows.iter().copied().filter(|at| seen.insert(at.case)).take(2).collect();
            for at in rows {
                if let Some(other) = firsts.iter().find(|other| other.case != at.case) {
                    self.same[which as usize].insert((at.case, at.row), (rank, *other));
                }
            }
        }
    }

    /// Notes a standard that several applicants claim.
    fn standard(&mut self, vocabulary: &Vocabulary, cases: &[Computed<'_>], group: &[RowOf]) {
        let asking: Vec<RowOf> = group.iter().copied().filter(|at| cases[at.case].asks(at.row, &Which::BOTH)).collect();
        let Some(first) = asking.first().copied().filter(|first| asking.iter().any(|at| at.case != first.case)) else {
            return;
        };
        let index = self.standards.len();
        let wholes: Vec<Option<(&str, Money)>> = asking.iter().map(|at| whole(&cases[at.case], at.row)).collect();
        for which in Which::BOTH {
            // By policy, the first two applicants that ask for money: for any of them, one of the two is another one.
            let mut firsts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            let dividing: Vec<(RowOf, &str)> =
                asking.iter().zip(&wholes).filter_map(|(at, whole)| Some((*at, whole.as_ref()?.0))).collect();
            for (at, policy) in dividing.iter().filter(|(at, _)| cases[at.case].asks(at.row, &[which])) {
                let known = firsts.entry(policy).or_default();
                if known.len() < 2 && !known.contains(&at.case) {
                    known.push(at.case);
                }
            }
            for (at, policy) in dividing {
                if firsts.get(policy).is_some_and(|known| known.iter().any(|case| *case != at.case)) {
                    self.divided[which as usize].insert((at.case, at.row), index);
                }
            }
        }
        let shared_once = wholes.iter().all(|whole| whole.is_some() && whole.map(|w| w.0) == wholes[0].map(|w| w.0));
        let text = facts(cases, first).text(vocabulary.known().number);
        let sum = |which: Which| asking.iter().map(|at| amount(cases, *at, which)).sum();
        self.standards.push(Standard {
            number: text.unwrap_or_default().to_owned(),
            whole: if shared_once { wholes.iter().flatten().map(|(_, whole)| *whole).max() } else { None },
            claimed: sum(Which::Claimed),
            granted: sum(Which::Granted),
            computed: asking.iter().filter_map(|at| cases[at.case].item(at.row)).map(|item| item.amount).sum(),
            drafts: asking.iter().map(|at| Draft { at: *at, rank: rank(vocabulary, facts(cases, *at)) }).collect(),
        });
    }
}

fn amount(cases: &[Computed<'_>], at: RowOf, which: Which) -> Money {
    let asked = cases[at.case].asked.get(at.row).copied().unwrap_or_default();
    which.of(asked).amount().unwrap_or_default()
}

/// The policy and the sum that its clause pays for the standard before it is shared, if it is.
fn whole<'c>(case: &'c Computed<'_>, row: usize) -> Option<(&'c str, Money)> {
    let item = case.item(row)?;
    let share = item.steps.iter().position(|step| matches!(step.op, Op::Share { .. }))?;
    let before = item.steps[..share].last()?;
    Some((case.policy?.id.as_str(), before.amount))
}
