//! Until when what can be claimed: for every row the days on which the policy would pay it alone, each day being a
//! single application of its own year. Answers change on few days, so that only those are asked.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;

use super::bench::{Bench, Run};
use super::{Counted, Question};
use crate::engine::result::{Barred, Check, PolicyResult, Reason, Status};
use crate::engine::{self, Application};
use crate::facts::{Applicant, Facts, Value};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::calendar::NextIntake;
use crate::policy::model::{Test, Window};

/// Days on end on which a row would be paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// First day, not before the days that are looked at.
    pub from: Date,
    /// Last day; none for no end.
    pub to: Option<Date>,
    /// What the row alone would be paid on the last of them.
    pub amount: Money,
}

/// Why a row is no longer paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closes {
    /// The policy is no longer in force.
    Validity,
    /// A bar begins to hold.
    Bar(Barred),
    /// A condition no longer holds.
    Condition(Check),
    /// Something else, after which the row has this status.
    Otherwise(Status),
}

/// A row and the days on which it can be claimed.
#[derive(Clone, Debug)]
pub struct Claimable {
    /// Index of the row.
    pub row: usize,
    /// In order, at least one.
    pub stretches: Vec<Stretch>,
    /// What ends the last of them; none where nothing does.
    pub closes: Option<Closes>,
    /// What it is paid now.
    pub now: Money,
    /// By how much all totals of now would be less without it.
    pub stake: Money,
}

impl Claimable {
    /// The last day on which it can be claimed; none for no end.
    pub fn last_day(&self) -> Option<Date> {
        self.stretches.last().and_then(|stretch| stretch.to)
    }
}

/// A day that concerns all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The application date that everything here is computed for.
    Application(Date),
    /// The call of this year is open until then.
    Call(i16, Date),
    /// As the text has it, applications are taken from the first day, if it is named, to the second.
    Intake(Option<Date>, Date),
    /// The last day on which the policy is in force.
    Validity(Date),
}

impl Event {
    /// Its day.
    pub fn day(self) -> Date {
        match self {
            Event::Application(day) | Event::Call(_, day) | Event::Intake(_, day) | Event::Validity(day) => day,
        }
    }
}

/// The first day that is looked at: the date asked for, else the beginning of the year.
pub(super) fn begin(question: &Question<'_>) -> Date {
    let application = question.application;
    application.on.or_else(|| Date::new(application.year, 1, 1).ok()).unwrap_or(Date::MIN)
}

/// What of all rows closes when, by date.
pub(super) fn events(question: &Question<'_>, index: usize, result: &PolicyResult) -> Vec<Event> {
    let (policy, begin) = (question.policies[index], begin(question));
    let mut events = Vec::new();
    events.extend(result.on.filter(|_| Counted::of(result) != Counted::NotInForce).map(Event::Application));
    let calls = policy.calls.iter().filter(|call| call.year >= question.application.year);
    events.extend(calls.filter_map(|call| Some(Event::Call(call.year, call.open_until.filter(|day| *day >= begin)?))));
    if let NextIntake::Expected(_, from, to) = policy.next_intake(begin) {
        events.push(Event::Intake(from, to));
    }
    events.extend(policy.until.filter(|until| *until >= begin).map(Event::Validity));
    events.sort_by_key(|event| event.day());
    events
}

/// Every row that the policy would pay alone on some day from `begin` on: the first to close first.
pub(super) fn rows(question: &Question<'_>, bench: &mut Bench<'_>, now: &Run, index: usize) -> Vec<Claimable> {
    let (policy, unit) = (question.policies[index], question.applicant);
    let begin = begin(question);
    let days: Vec<BTreeSet<Date>> =
        unit.achievements.iter().map(|row| changes(question, policy, &row.facts, begin)).collect();
    let mut asked: BTreeMap<Date, Vec<usize>> = BTreeMap::new();
    for (row, days) in days.iter().enumerate() {
        for day in days {
            asked.entry(*day).or_default().push(row);
        }
    }
    let mut answers: Vec<Vec<(Date, Money)>> = vec![Vec::new(); unit.achievements.len()];
    for (day, rows) in asked {
        let application = [on(question, day)];
        let mut on_that_day = Bench::under(question.vocabulary, &[policy], &application, unit);
        for row in rows {
            answers[row].push((day, on_that_day.row_alone(row).total()));
        }
    }
    let mut claimable: Vec<Claimable> = Vec::new();
    for (row, answers) in answers.into_iter().enumerate() {
        let stretches = stretches(&answers);
        let Some(last) = stretches.last() else { continue };
        let closes =
            last.to.and_then(|day| day.checked_add(1.day()).ok()).map(|day| closing(question, policy, row, day));
        let paid = now.0[index].amount(row);
        let stake = match paid.is_zero() {
            true => Money::ZERO,
            false => now.total() - bench.without(row).total(),
        };
        claimable.push(Claimable { row, stretches, closes, now: paid, stake });
    }
    claimable.sort_by_key(|entry| (entry.last_day().is_none(), entry.last_day(), entry.row));
    claimable
}

/// The application of a single day.
fn on(question: &Question<'_>, day: Date) -> Application {
    let asked = question.application;
    let (parameters, calls) = (asked.parameters.clone(), asked.calls);
    Application { year: day.year(), on: Some(day), parameters, ignore_validity: false, calls }
}

/// Amounts hold from their day to the day before the next.
fn stretches(answers: &[(Date, Money)]) -> Vec<Stretch> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut going_on = false;
    for (index, (day, amount)) in answers.iter().enumerate() {
        if amount.is_zero() {
            going_on = false;
            continue;
        }
        let to = answers.get(index + 1).and_then(|(next, _)| next.checked_sub(1.day()).ok());
        match stretches.last_mut().filter(|_| going_on) {
            Some(last) => (last.to, last.amount) = (to, *amount),
            None => stretches.push(Stretch { from: *day, to, amount: *amount }),
        }
        going_on = true;
    }
    stretches
}

/// What stands against the row on a day.
fn closing(question: &Question<'_>, policy: &Policy, row: usize, day: Date) -> Closes {
    let (unit, application) = (question.applicant, on(question, day));
    let facts = unit.facts.clone();
    let alone = Applicant { name: unit.name.clone(), facts, achievements: vec![unit.achievements[row].clone()] };
    let result = engine::evaluate(question.vocabulary, policy, &alone, &application);
    if !result.in_force {
        return Closes::Validity;
    }
    if let Some(barred) = result.barred_by.first() {
        return Closes::Bar(barred.clone());
    }
    let item = result.items.first();
    let failed = item.and_then(|item| {
        item.reasons.iter().find_map(|reason| match reason {
            Reason::Fails(check) => Some(check.clone()),
            _ => None,
        })
    });
    match failed {
        Some(check) => Closes::Condition(check),
        None => Closes::Otherwise(item.map_or(Status::Unmatched, |item| item.status)),
    }
}

// ---------------------------------------------------------------------- the days on which an answer may change

/// From `begin` on, every day on which the row alone may come to something else than on the day before.
fn changes(question: &Question<'_>, policy: &Policy, row: &Facts, begin: Date) -> BTreeSet<Date> {
    let spans = spans(policy);
    let mut days = BTreeSet::from([begin, policy.from]);
    days.extend(policy.until.and_then(|until| until.checked_add(1.day()).ok()));
    let mut last = policy.until.map_or(begin, |until| until.max(begin));
    for (_, value) in row.iter().chain(question.applicant.facts.iter()) {
        let Value::Date(day) = value else { continue };
        for years in &spans.years {
            let anniversary = day.saturating_add(i64::from(*years).years());
            // A span from or to 29 February begins or ends a day earlier or later.
            days.extend((-1..=2i64).map(|days| anniversary.saturating_add(days.days())));
            last = last.max(anniversary);
        }
        last = last.max(*day);
    }
    // Beyond that, nothing changes any more but what the end of the policy ends.
    let last_year = last.year().saturating_add(spans.back).saturating_add(1).min(9998);
    days.extend((begin.year()..=last_year).filter_map(|year| Date::new(year, 1, 1).ok()));
    for call in &policy.calls {
        days.extend(Date::new(call.year, 1, 1).ok());
        days.extend(Date::new(call.year.saturating_add(1), 1, 1).ok());
    }
    days.retain(|day| *day >= begin);
    days
}

/// How far the windows of a policy reach.
struct Spans {
    /// Years between a day and the application date; 0 for the day itself.
    years: BTreeSet<i16>,
    /// Calendar years that a window reaches back at most.
    back: i16,
}

fn spans(policy: &Policy) -> Spans {
    let mut spans = Spans { years: BTreeSet::from([0]), back: 1 };
    let conditions = policy.clauses.iter().flat_map(|clause| &clause.conditions);
    let conditions = conditions.chain(policy.bonuses.iter().flat_map(|bonus| &bonus.conditions));
    let conditions = conditions.chain(policy.calls.iter().flat_map(|call| &call.conditions).map(|(_, asked)| asked));
    let tests = conditions.map(|condition| &condition.test);
    tests.chain(policy.bars.iter().map(|bar| &bar.when)).for_each(|test| reach(test, &mut spans));
    spans
}

fn reach(test: &Test, spans: &mut Spans) {
    match test {
        Test::Within(_, Window::LastYears(years) | Window::AtLeastYearsBefore(years)) => {
            spans.years.insert(*years);
        }
        Test::Within(_, Window::Years(first, last)) => {
            spans.back = spans.back.max(first.saturating_abs()).max(last.saturating_abs());
        }
        Test::Any(tests) => tests.iter().for_each(|test| reach(test, spans)),
        _ => {}
    }
}
