//! Achievements that several applicants claim, found by number. A place is a fact of the achievement: no two units have
//! the same one; and where the policy lets one unit only apply, only one can be right. Where it pays a standard once and
//! shares it among the local units, or pays the first of them, all local ranks that anybody names are looked at.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::classes::Which;
use super::{Computed, Question, Remark, RowOf};
use crate::engine::alternatives::last_place;
use crate::engine::result::{Op, Reason, Status};
use crate::facts::{Achievement, Facts, Value};
use crate::input::{number_key, standard_number};
use crate::money::Money;
use crate::policy::model::Test;
use crate::vocabulary::{Vocabulary, WellKnown};

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

/// What is known of rows whose achievement others name as well.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub standards: Vec<Standard>,
    /// By case and row: why this row and one of another applicant cannot both be right; for claimed and granted amounts.
    conflicts: [HashMap<(usize, usize), Remark>; 2],
    /// By case and row: the standard, where the policy divides it among those who ask for money.
    divided: [HashMap<(usize, usize), usize>; 2],
    /// By case and row: the row of another applicant on whose unknown rank the share hangs.
    unknown: HashMap<(usize, usize), RowOf>,
    /// Rows with a known place among those who share.
    counted: HashSet<(usize, usize)>,
    remarks: HashMap<(usize, usize), Vec<Remark>>,
}

impl Shared {
    pub fn conflict(&self, at: RowOf, which: Which) -> Option<Remark> {
        self.conflicts[which as usize].get(&(at.case, at.row)).cloned()
    }

    pub fn divided(&self, at: RowOf, which: Which) -> Option<usize> {
        self.divided[which as usize].get(&(at.case, at.row)).copied()
    }

    pub fn unknown_rank(&self, at: RowOf) -> Option<Remark> {
        self.unknown.get(&(at.case, at.row)).map(|other| Remark::RankUnknown(*other))
    }

    pub fn remarks(&self, at: RowOf) -> Vec<Remark> {
        self.remarks.get(&(at.case, at.row)).cloned().unwrap_or_default()
    }

    fn remark(&mut self, at: RowOf, remark: Remark) {
        self.remarks.entry((at.case, at.row)).or_default().push(remark);
    }
}

/// Rows of several applicants that name the same thing by number.
struct Group {
    rows: Vec<RowOf>,
    /// True for a standard, which has one number and is published once.
    is_standard: bool,
}

/// Looks at all achievements together; cases whose local ranks change are computed anew.
pub(super) fn together(
    question: &Question<'_>,
    cases: &mut [Computed<'_>],
    mut evaluate: impl FnMut(&mut Computed<'_>),
) -> Shared {
    let vocabulary = question.vocabulary;
    let groups = groups(vocabulary, cases);
    let mut shared = Shared::default();
    let mut changes: Vec<Change> = Vec::new();
    for group in &groups {
        let mut by_policy: BTreeMap<&str, Vec<RowOf>> = BTreeMap::new();
        for at in &group.rows {
            if let Some(policy) = cases[at.case].policy {
                by_policy.entry(&policy.id).or_default().push(*at);
            }
        }
        for rows in by_policy.values().filter(|rows| rows.iter().any(|at| at.case != rows[0].case)) {
            changes.extend(shared.local_ranks(vocabulary, cases, rows, &mut evaluate));
        }
    }
    let before: Vec<Option<(Status, Money)>> = changes.iter().map(|change| outcome(cases, change.at)).collect();
    for change in &changes {
        let case = &mut cases[change.at.case];
        if let Some(row) = case.places[change.at.row].and_then(|place| case.evaluated.achievements.get_mut(place)) {
            row.facts.set(vocabulary.known().local_ranks, Value::Integers(change.all.clone().into()));
        }
    }
    let dirty: BTreeSet<usize> = changes.iter().map(|change| change.at.case).collect();
    for case in dirty {
        evaluate(&mut cases[case]);
    }
    for (Change { at, all, other }, before) in changes.into_iter().zip(before) {
        if outcome(cases, at) != before {
            let given = local_ranks(vocabulary, facts(cases, at));
            shared.remark(at, Remark::LocalRanks(given, all, other));
        }
    }
    for group in &groups {
        for which in Which::BOTH {
            shared.places(vocabulary, cases, &group.rows, which);
            shared.one_unit(cases, &group.rows, which);
        }
        if group.is_standard {
            shared.contradictions(vocabulary, cases, &group.rows);
            shared.standard(vocabulary, cases, &group.rows);
        }
    }
    shared
}

/// The rows of each achievement that several applicants name by one number, in order.
fn groups(vocabulary: &Vocabulary, cases: &[Computed<'_>]) -> Vec<Group> {
    let known = vocabulary.known();
    let mut by_number: BTreeMap<(bool, Option<u16>, String), Vec<RowOf>> = BTreeMap::new();
    for (case, computed) in cases.iter().enumerate() {
        let rows = computed.applicant.achievements.iter().enumerate();
        for (row, Achievement { facts, .. }) in rows.filter(|(row, _)| computed.repeats[*row].is_none()) {
            let key = match standard_number(vocabulary, facts) {
                Some(number) => (true, None, number),
                None => {
                    let Some(number) = facts.text(known.number) else { continue };
                    (false, facts.code(known.kind).map(|kind| kind.0), number_key(number))
                }
            };
            by_number.entry(key).or_default().push(RowOf { case, row });
        }
    }
    let of_several = by_number.into_iter().filter(|(_, rows)| rows.iter().any(|at| at.case != rows[0].case));
    of_several.map(|((is_standard, ..), rows)| Group { rows, is_standard }).collect()
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

fn outcome(cases: &[Computed<'_>], at: RowOf) -> Option<(Status, Money)> {
    cases[at.case].item(at.row).map(|item| (item.status, item.base))
}

/// Local ranks that a row does not name, with a row that does.
struct Change {
    at: RowOf,
    all: Vec<i64>,
    other: RowOf,
}

/// True for a row of a local unit by a clause that looks at the local units, whether its own place is paid or not.
fn takes_part(known: WellKnown, case: &Computed<'_>, row: usize) -> bool {
    let (Some(policy), Some(item)) = (case.policy, case.item(row)) else { return false };
    let reads = |test: &Test| test.facts(known).contains(&known.local_ranks);
    let for_its_place = |reason: &Reason| match reason {
        Reason::NoShare(_) | Reason::AlsoFails(..) => true,
        Reason::Fails(check) => reads(&check.test),
        _ => false,
    };
    let is_local = match item.status {
        Status::Unmatched | Status::Undetermined => false,
        Status::Ineligible => item.reasons.iter().all(for_its_place),
        _ => true,
    };
    let looks = |clause: usize| {
        let clause = &policy.clauses[clause];
        clause.share.is_some() || clause.conditions.iter().any(|condition| reads(&condition.test))
    };
    is_local && item.clause.is_some_and(looks)
}

impl Shared {
    /// Puts together the places of all local units that name a standard, whatever else their own rows lack: who
    /// drafted it is a fact. Returns the rows that do not name all of them.
    fn local_ranks(
        &mut self,
        vocabulary: &Vocabulary,
        cases: &[Computed<'_>],
        rows: &[RowOf],
        evaluate: &mut impl FnMut(&mut Computed<'_>),
    ) -> Vec<Change> {
        let known = vocabulary.known();
        let takes_part = |at: &RowOf| takes_part(known, &cases[at.case], at.row);
        let Some(model) = rows.iter().find(|at| takes_part(at)).copied() else { return Vec::new() };
        // A unit counts if it could be paid for the row of the one that takes part.
        let mut could = |at: &RowOf| {
            let row = cases[model.case].applicant.achievements[model.row].clone();
            let mut supposed = cases[at.case].supposing(row);
            evaluate(&mut supposed);
            self::takes_part(known, &supposed, 0)
        };
        let parts: Vec<RowOf> = rows.iter().filter(|at| takes_part(at) || could(at)).copied().collect();
        let of = |at: &RowOf| facts(cases, *at);
        let named: Vec<(RowOf, BTreeSet<i64>)> = parts
            .iter()
            .map(|at| {
                (*at, local_ranks(vocabulary, of(at)).into_iter().flatten().chain(rank(vocabulary, of(at))).collect())
            })
            .collect();
        let all: BTreeSet<i64> = named.iter().flat_map(|(_, named)| named).copied().collect();
        let share = cases[model.case].item(model.row).and_then(|item| item.clause).zip(cases[model.case].policy);
        let share = share.and_then(|(clause, policy)| policy.clauses[clause].share.as_ref());
        let has_share = |rank: i64| share.is_some_and(|share| share.parts.iter().any(|part| part.place.contains(rank)));
        let counted = parts.iter().filter(|at| rank(vocabulary, of(at)).is_some_and(has_share));
        self.counted.extend(counted.map(|at| (at.case, at.row)));
        self.unknown_ranks(vocabulary, cases, &parts, &all, evaluate);
        let mut changes = Vec::new();
        for (at, own) in named.iter().filter(|(_, own)| *own != all) {
            let lacks = |(other, theirs): &&(RowOf, BTreeSet<i64>)| other.case != at.case && !theirs.is_subset(own);
            if let Some((other, _)) = named.iter().find(lacks) {
                changes.push(Change { at: *at, all: all.iter().copied().collect(), other: *other });
            }
        }
        changes
    }

    /// Notes the rows whose share hangs on a unit that leaves its rank blank, unless the places that others name
    /// for local units have room for it.
    fn unknown_ranks(
        &mut self,
        vocabulary: &Vocabulary,
        cases: &[Computed<'_>],
        parts: &[RowOf],
        all: &BTreeSet<i64>,
        evaluate: &mut impl FnMut(&mut Computed<'_>),
    ) {
        let known = vocabulary.known();
        let place = |at: &RowOf| rank(vocabulary, facts(cases, *at));
        let taken: BTreeSet<i64> = parts.iter().filter_map(place).collect();
        let unknown: Vec<RowOf> = parts.iter().filter(|at| place(at).is_none()).copied().collect();
        if all.difference(&taken).count() >= unknown.len() {
            return;
        }
        for at in parts.iter().filter(|at| place(at).is_some()) {
            let mut with = |ranks: Vec<i64>| {
                let mut row = cases[at.case].applicant.achievements[at.row].clone();
                row.facts.set(known.local_ranks, Value::Integers(ranks.into()));
                let mut supposed = cases[at.case].supposing(row);
                evaluate(&mut supposed);
                supposed.item(0).map(|item| (item.status, item.base))
            };
            let without = with(all.iter().copied().collect());
            for other in unknown.iter().filter(|other| other.case != at.case) {
                let open = vocabulary.ranks_of(facts(cases, *other).code(known.role));
                let last = cases[at.case].policy.map_or(1, last_place);
                let mut tried = (1..=last).filter(|rank| open.contains(*rank) && !taken.contains(rank));
                if tried.any(|rank| with(all.iter().copied().chain([rank]).collect()) != without) {
                    self.unknown.insert((at.case, at.row), *other);
                    break;
                }
            }
        }
    }

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

    /// Rows of different applicants that ask for money in the same place of one achievement.
    fn places(&mut self, vocabulary: &Vocabulary, cases: &[Computed<'_>], group: &[RowOf], which: Which) {
        let mut by_rank: BTreeMap<i64, Vec<RowOf>> = BTreeMap::new();
        for at in group.iter().filter(|at| cases[at.case].asks(at.row, &[which])) {
            if let Some(rank) = rank(vocabulary, facts(cases, *at)) {
                by_rank.entry(rank).or_default().push(*at);
            }
        }
        for (rank, rows) in by_rank {
            self.exclude_each_other(&rows, which, |other| Remark::SamePlace(rank, other));
        }
    }

    /// Rows of different applicants that ask for money where the policy lets one unit only apply, each of which could
    /// be paid.
    fn one_unit(&mut self, cases: &[Computed<'_>], group: &[RowOf], which: Which) {
        let mut by_rule: BTreeMap<(&str, usize), Vec<RowOf>> = BTreeMap::new();
        for at in group.iter().filter(|at| cases[at.case].asks(at.row, &[which])) {
            let (Some(policy), Some(item)) = (cases[at.case].policy, cases[at.case].item(at.row)) else { continue };
            let Some(clause) = item.clause.filter(|_| item.status != Status::Ineligible) else { continue };
            if let Some(rule) = policy.assumed.iter().position(|rule| rule.one_unit && rule.concerns(clause)) {
                by_rule.entry((&policy.id, rule)).or_default().push(*at);
            }
        }
        for ((_, rule), rows) in by_rule {
            self.exclude_each_other(&rows, which, |other| Remark::OneUnit(rule, other));
        }
    }

    /// Of these rows only those of one applicant can be right.
    fn exclude_each_other(&mut self, rows: &[RowOf], which: Which, why: impl Fn(RowOf) -> Remark) {
        // The first of another applicant: one of the first two applicants is another one.
        let mut seen = HashSet::new();
        let firsts: Vec<RowOf> = rows.iter().copied().filter(|at| seen.insert(at.case)).take(2).collect();
        for at in rows {
            if let Some(other) = firsts.iter().find(|other| other.case != at.case) {
                self.conflicts[which as usize].entry((at.case, at.row)).or_insert_with(|| why(*other));
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
        let dividing: Vec<(RowOf, &str)> = asking
            .iter()
            .filter(|at| self.counted.contains(&(at.case, at.row)))
            .filter_map(|at| Some((*at, cases[at.case].policy?.id.as_str())))
            .collect();
        for which in Which::BOTH {
            // By policy, the first two applicants that ask for money: for any of them, one of the two is another one.
            let mut firsts: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
            for (at, policy) in dividing.iter().filter(|(at, _)| cases[at.case].asks(at.row, &[which])) {
                let known = firsts.entry(policy).or_default();
                if known.len() < 2 && !known.contains(&at.case) {
                    known.push(at.case);
                }
            }
            for (at, policy) in &dividing {
                if firsts.get(policy).is_some_and(|known| known.iter().any(|case| *case != at.case)) {
                    self.divided[which as usize].insert((at.case, at.row), index);
                }
            }
        }
        let shared_once = dividing.len() == asking.len() && dividing.iter().all(|(_, policy)| *policy == dividing[0].1);
        let whole = dividing.iter().filter_map(|(at, _)| whole(&cases[at.case], at.row)).max();
        let text = facts(cases, first).text(vocabulary.known().number);
        let sum = |which: Which| asking.iter().map(|at| amount(cases, *at, which)).sum();
        self.standards.push(Standard {
            number: text.unwrap_or_default().to_owned(),
            whole: whole.filter(|_| shared_once),
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

/// The sum that the clause pays for the standard before it is shared, if it is.
fn whole(case: &Computed<'_>, row: usize) -> Option<Money> {
    let item = case.item(row)?;
    let share = item.steps.iter().position(|step| matches!(step.op, Op::Share { .. }))?;
    let before = item.steps[..share].last()?;
    Some(before.amount)
}
