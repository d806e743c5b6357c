//! Step 4: conditions, true, false or unknown (contract section 3.4).

use jiff::ToSpan;
use jiff::civil::Date;

use super::Context;
use super::result::{Assumed, Assumption, Check, Missing, Reason};
use super::row::Row;
use crate::facts::Value;
use crate::policy::model::{Condition, Test, Unknown, Window};
use crate::range::Range;
use crate::vocabulary::{FactId, FactType, ValueId};

/// The answer to one test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    True,
    False,
    /// These facts would settle it.
    Unknown(Vec<FactId>),
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Answer::True } else { Answer::False }
    }
}

/// All conditions of a clause together: one false outweighs unknowns.
#[derive(Default)]
pub(super) struct Verdict {
    pub failed: Vec<Reason>,
    pub missing: Vec<Missing>,
    pub assumptions: Vec<Assumption>,
    pub checks: Vec<Check>,
}

/// Asks every condition.
pub(super) fn judge(context: &Context<'_>, row: &Row<'_>, conditions: &[Condition]) -> Verdict {
    let mut verdict = Verdict::default();
    for condition in conditions {
        let mut assumed_inside = Vec::new();
        let answer = answer(context, row, &condition.test, &mut assumed_inside);
        let mut check =
            Check { test: condition.test.clone(), cite: condition.cite.clone(), holds: None, assumed: false };
        match answer {
            Answer::True => {
                check.holds = Some(true);
                let cite = &condition.cite;
                verdict
                    .assumptions
                    .extend(assumed_inside.into_iter().map(|what| Assumption { what, cite: cite.clone() }));
            }
            Answer::False => check.holds = Some(false),
            Answer::Unknown(facts) => match condition.unknown {
                Unknown::Assumed => {
                    (check.holds, check.assumed) = (Some(true), true);
                    let what = Assumed::Condition(condition.test.clone());
                    verdict.assumptions.push(Assumption { what, cite: condition.cite.clone() });
                }
                Unknown::Refused => (check.holds, check.assumed) = (Some(false), true),
                Unknown::Undetermined => verdict.missing.extend(facts.into_iter().map(Missing::Fact)),
            },
        }
        if check.holds == Some(false) {
            verdict.failed.push(Reason::Fails(check.clone()));
        }
        verdict.checks.push(check);
    }
    verdict
}

/// Answers one test. What had to be taken for granted inside a true answer goes to `assumed`.
pub(super) fn answer(context: &Context<'_>, row: &Row<'_>, test: &Test, assumed: &mut Vec<Assumed>) -> Answer {
    match test {
        Test::OneOf(fact, values) => one_of(context, row, *fact, values),
        Test::NoneOf(fact, values) => match one_of(context, row, *fact, values) {
            Answer::True => Answer::False,
            Answer::False => Answer::True,
            unknown => unknown,
        },
        Test::Is(fact, wanted) => match row.known(*fact) {
            Some(Value::Bool(value)) => (value == *wanted).into(),
            _ => Answer::Unknown(vec![*fact]),
        },
        Test::InRange(fact, range) => in_range(context, row, *fact, *range),
        Test::Within(fact, window) => within(context, row, *fact, window),
        Test::FirstAbove(above) => first_above(context, row, *above, assumed),
        Test::Any(tests) => any(context, row, tests, assumed),
    }
}

fn one_of(context: &Context<'_>, row: &Row<'_>, fact: FactId, values: &[ValueId]) -> Answer {
    let open: Vec<ValueId> = if fact == context.vocabulary.known().role {
        row.roles(context)
    } else {
        match row.known(fact) {
            Some(Value::Code(value)) => vec![value],
            Some(Value::OneOf(open)) => open.into_vec(),
            _ => return Answer::Unknown(vec![fact]),
        }
    };
    let fitting = open.iter().filter(|value| values.contains(value)).count();
    if fitting == open.len() {
        Answer::True
    } else if fitting == 0 {
        Answer::False
    } else {
        Answer::Unknown(vec![fact])
    }
}

fn in_range(context: &Context<'_>, row: &Row<'_>, fact: FactId, range: Range) -> Answer {
    let open = if fact == context.vocabulary.known().rank {
        row.ranks(context)
    } else {
        match row.known(fact) {
            Some(Value::Integer(number)) => Range { from: number, to: Some(number) },
            _ => return Answer::Unknown(vec![fact]),
        }
    };
    if range.covers(open) {
        Answer::True
    } else if range.meets(open) {
        Answer::Unknown(vec![fact])
    } else {
        Answer::False
    }
}

fn within(context: &Context<'_>, row: &Row<'_>, fact: FactId, window: &Window) -> Answer {
    debug_assert_eq!(context.vocabulary.fact(fact).kind, FactType::Date);
    let Some(Value::Date(date)) = row.known(fact) else { return Answer::Unknown(vec![fact]) };
    let span = days(context, window);
    (span.from.is_none_or(|from| from <= date) && date <= span.to).into()
}

/// The days of a window for one application; none for no beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// First day.
    pub from: Option<Date>,
    /// Last day, never after D.
    pub to: Date,
}

fn days(context: &Context<'_>, window: &Window) -> Days {
    window_days(window, context.application.year, context.day, (context.policy.from, context.policy.until))
}

/// The days that `window` means in application year `year` with application date `day` (contract sections 3.1
/// and 3.4): nothing after D lies in any window.
pub fn window_days(window: &Window, year: i16, day: Date, in_force: (Date, Option<Date>)) -> Days {
    let years_before = |years: i16| day.saturating_sub(i64::from(years).years());
    let on = |year: i16, month: i8, date: i8| Date::new(year, month, date).unwrap_or(day);
    let (from, to) = match window {
        Window::Years(first, last) => (Some(on(year + first, 1, 1)), on(year + last, 12, 31)),
        Window::LastYears(years) => (Some(years_before(*years)), day),
        Window::Since(from) => (Some(*from), day),
        Window::InForce => (Some(in_force.0), in_force.1.unwrap_or(day)),
        Window::Between(from, to) => (Some(*from), *to),
        Window::UpToApplication => (None, day),
        Window::AtLeastYearsBefore(years) => (None, years_before(*years)),
        Window::Season { from, to, first } => {
            let begins = match first {
                Some((first_year, begins)) if *first_year == year => *begins,
                _ => on(year - 1, from.0, from.1),
            };
            (Some(begins), on(year, to.0, to.1))
        }
    };
    Days { from, to: to.min(day) }
}

/// The rank is the smallest of the local ranks above `above`; alone where none are given.
fn first_above(context: &Context<'_>, row: &Row<'_>, above: i64, assumed: &mut Vec<Assumed>) -> Answer {
    let known = context.vocabulary.known();
    let ranks = row.ranks(context);
    if ranks.to.is_some_and(|to| to <= above) {
        return Answer::False;
    }
    let Some(rank) = row.facts.integer(known.rank) else { return Answer::Unknown(vec![known.rank]) };
    match row.facts.get(known.local_ranks) {
        Some(Value::Integers(local)) => (!local.iter().any(|other| *other > above && *other < rank)).into(),
        _ => {
            assumed.push(Assumed::OnlyLocalUnit);
            Answer::True
        }
    }
}

fn any(context: &Context<'_>, row: &Row<'_>, tests: &[Test], assumed: &mut Vec<Assumed>) -> Answer {
    let mut missing = Vec::new();
    for test in tests {
        let mut inside = Vec::new();
        match answer(context, row, test, &mut inside) {
            Answer::True => {
                assumed.extend(inside);
                return Answer::True;
            }
            Answer::False => {}
            Answer::Unknown(facts) => missing.extend(facts),
        }
    }
    if missing.is_empty() { Answer::False } else { Answer::Unknown(missing) }
}
