//! Specimens: for every line of a policy's amounts, the facts of one more achievement that it would pay for. They are
//! made of the clause's own selectors and conditions; whether the clause really pays them is for the engine to say.

use jiff::civil::Date;

use super::Question;
use crate::engine::window_days;
use crate::facts::{Facts, Value};
use crate::money::{Money, Share};
use crate::policy::Policy;
use crate::policy::model::{Amount, CapAmount, Clause, ClauseIndex, Selector, Test, Window};
use crate::range::Range;
use crate::vocabulary::{FactId, FactType, Of, ValueId, Vocabulary};

/// One more achievement, as a clause asks for it.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// The clause that it is made for.
    pub clause: ClauseIndex,
    /// What a row would say.
    pub facts: Facts,
    /// The selecting facts by which the clause tells it apart, in the clause's order, and what stands for a share.
    pub told_by: Vec<FactId>,
    /// Where its place is open: the fact, and the last place to try.
    place: Option<(FactId, i64)>,
}

/// Places that are tried beside the first one.
const OTHER_PLACES: i64 = 8;

impl Specimen {
    /// The same at the other places that the clause leaves open.
    pub(super) fn other_places(&self) -> Vec<Specimen> {
        let Some((rank, last)) = self.place else { return Vec::new() };
        let Some(first) = self.facts.integer(rank) else { return Vec::new() };
        let places = first.saturating_add(1)..=last.min(first.saturating_add(OTHER_PLACES));
        places
            .map(|place| {
                let mut other = self.clone();
                other.facts.set(rank, Value::Integer(place));
                other
            })
            .collect()
    }
}

/// What specimens are made for.
struct Maker<'a> {
    vocabulary: &'a Vocabulary,
    policy: &'a Policy,
    year: i16,
    day: Date,
}

/// One per clause, line of its amounts, and value that its selector leaves to choose, in the order of the rule file.
/// `policy` is the policy as the year's call leaves it, where that is applied; `day` is the application date.
pub(super) fn of_policy(question: &Question<'_>, policy: &Policy, day: Date) -> Vec<Specimen> {
    let maker = Maker { vocabulary: question.vocabulary, policy, year: question.application.year, day };
    let clauses = policy.clauses.iter().enumerate();
    clauses.flat_map(|(index, clause)| maker.of_clause(index, clause)).collect()
}

impl Maker<'_> {
    fn of_clause(&self, index: ClauseIndex, clause: &Clause) -> Vec<Specimen> {
        let mut specimens = Vec::new();
        for line in &clause.amounts {
            for selected in self.choices(clause, &line.key) {
                for place in places(clause) {
                    let rank = self.vocabulary.known().rank;
                    let mut facts = self.facts(index, clause, (&selected, &line.amount));
                    let last = self.rank(clause, &selected, place.as_ref(), &mut facts);
                    let shared = place.iter().map(|_| rank);
                    let told_by = selected.iter().map(|(fact, _)| *fact).chain(shared).collect();
                    let place = last.map(|last| (rank, last));
                    specimens.push(Specimen { clause: index, facts, told_by, place });
                }
            }
        }
        specimens
    }

    /// The values of the selecting facts of one line: those of its key, and each that the selector allows.
    fn choices(&self, clause: &Clause, key: &[ValueId]) -> Vec<Vec<(FactId, ValueId)>> {
        let known = self.vocabulary.known();
        let keyed: Vec<(FactId, ValueId)> = clause.by.iter().copied().zip(key.iter().copied()).collect();
        let allowed = |(fact, value): &(FactId, ValueId)| {
            clause.selects.values(*fact).is_none_or(|values| values.contains(value))
        };
        if !keyed.iter().all(allowed) {
            return Vec::new();
        }
        // A row must have a kind, even where the clause asks for none.
        let any_kind: Vec<ValueId> =
            match clause.selects.values(known.kind).is_none() && !clause.by.contains(&known.kind) {
                true => self.vocabulary.values_for(known.kind, None).collect(),
                false => Vec::new(),
            };
        let asked = clause.selects.0.iter().map(|(fact, values)| (*fact, values.clone()));
        let mut choices = vec![Vec::new()];
        for (fact, values) in asked.chain((!any_kind.is_empty()).then_some((known.kind, any_kind))) {
            if !clause.by.contains(&fact) {
                let with = |begun: &Vec<(FactId, ValueId)>| {
                    values.iter().map(|value| [&begun[..], &[(fact, *value)]].concat()).collect::<Vec<_>>()
                };
                choices = choices.iter().flat_map(with).collect();
            }
        }
        choices.iter_mut().for_each(|choice| choice.extend(&keyed));
        choices
    }

    fn facts(&self, index: ClauseIndex, clause: &Clause, (selected, amount): (&[(FactId, ValueId)], &Amount)) -> Facts {
        let known = self.vocabulary.known();
        let mut facts = Facts::none();
        for (fact, value) in selected {
            facts.set(*fact, Value::Code(*value));
        }
        let tests = self.tests(clause);
        for test in &tests {
            self.meet(test, &tests, &mut facts);
        }
        if facts.date(known.date).is_none() {
            facts.set(known.date, Value::Date(self.day));
        }
        if clause.per_quantity || clause.every_year {
            facts.set(known.quantity, Value::Integer(1));
        }
        if let Amount::OfFact { fact, share, at_most, .. } = amount {
            let most = at_most.or_else(|| self.cap_of(index)).unwrap_or(A_MILLION);
            facts.set(*fact, Value::Money(least_reaching(*share, most)));
        }
        facts
    }

    /// What has to hold, in a form that facts of a row can meet.
    fn tests<'c>(&self, clause: &'c Clause) -> Vec<&'c Test> {
        clause.conditions.iter().map(|condition| self.solvable(&condition.test)).collect()
    }

    /// Of several tests of which one has to hold, the first that facts of a row can meet.
    fn solvable<'t>(&self, test: &'t Test) -> &'t Test {
        let of_row = |test: &&Test| {
            let facts = test.facts(self.vocabulary.known());
            facts.iter().all(|fact| self.vocabulary.fact(*fact).of == Of::Achievement)
        };
        match test {
            Test::Any(tests) => tests.iter().find(of_row).map_or(test, |first| self.solvable(first)),
            _ => test,
        }
    }

    /// Sets the first place that the role, the conditions and the share leave open, and returns the last one; none
    /// where nothing asks for it.
    fn rank(
        &self,
        clause: &Clause,
        selected: &[(FactId, ValueId)],
        place: Option<&Place>,
        facts: &mut Facts,
    ) -> Option<i64> {
        let tests = self.tests(clause);
        let known = self.vocabulary.known();
        let mut ranges: Vec<Range> = Vec::new();
        let given = |selector: &Selector| {
            selector
                .0
                .iter()
                .all(|(fact, values)| selected.iter().any(|(asked, value)| asked == fact && values.contains(value)))
        };
        let role = selected.iter().find(|(fact, _)| *fact == known.role).map(|(_, role)| *role);
        let rule = self.policy.roles.iter().find(|rule| given(&rule.selects));
        if let (Some(role), Some(by_rank)) = (role, rule.and_then(|rule| rule.by_rank.as_ref())) {
            ranges.extend(by_rank.iter().find(|(derived, _)| *derived == role).map(|(_, range)| *range));
        } else if let Some(role) = role {
            // The role itself decides; a rank is given only where a condition asks for one, and then fits the role.
            if tests.iter().any(|test| asks_rank(test, known.rank)) {
                ranges.push(self.vocabulary.ranks_of(Some(role)));
            }
        }
        for test in &tests {
            match test {
                Test::InRange(fact, range) if *fact == known.rank => ranges.push(*range),
                Test::FirstAbove(above) => ranges.push(Range { from: above.saturating_add(1), to: None }),
                _ => {}
            }
        }
        ranges.extend(place.map(|place| place.of));
        let first = ranges.iter().map(|range| range.from.max(1)).max()?;
        if !ranges.iter().all(|range| range.contains(first)) {
            return None;
        }
        facts.set(known.rank, Value::Integer(first));
        if let Some(other) = place.and_then(|place| place.beside) {
            let mut local = vec![first, other];
            local.sort_unstable();
            facts.set(known.local_ranks, Value::Integers(local.into()));
            return Some(first);
        }
        Some(ranges.iter().filter_map(|range| range.to).min().unwrap_or(i64::MAX))
    }

    /// Sets the fact that one test asks for, where the row leaves it open.
    fn meet(&self, test: &Test, all: &[&Test], facts: &mut Facts) {
        let known = self.vocabulary.known();
        let of_row = |fact: FactId| self.vocabulary.fact(fact).of == Of::Achievement;
        match test {
            Test::OneOf(fact, values) if of_row(*fact) && facts.get(*fact).is_none() => {
                if let Some(value) = values.iter().find(|value| self.allowed(*fact, **value, all)) {
                    facts.set(*fact, Value::Code(*value));
                }
            }
            Test::NoneOf(fact, _) if of_row(*fact) && facts.get(*fact).is_none() => {
                let kind = facts.code(known.kind);
                let mut values = self.vocabulary.values_for(*fact, kind);
                if let Some(value) = values.find(|value| self.allowed(*fact, *value, all)) {
                    facts.set(*fact, Value::Code(value));
                }
            }
            Test::Is(fact, wanted) if of_row(*fact) && facts.get(*fact).is_none() => {
                facts.set(*fact, Value::Bool(*wanted));
            }
            Test::InRange(fact, range) if *fact != known.rank && of_row(*fact) && facts.get(*fact).is_none() => {
                let number = range.from.max(self.vocabulary.fact(*fact).min);
                facts.set(*fact, Value::Integer(number));
            }
            Test::Within(fact, _) if of_row(*fact) && facts.get(*fact).is_none() => {
                let windows = all.iter().filter_map(|test| match test {
                    Test::Within(other, window) if other == fact => Some(window),
                    _ => None,
                });
                facts.set(*fact, Value::Date(self.last_day(windows)));
            }
            _ => {}
        }
    }

    /// True if every other test on the enum allows the value too.
    fn allowed(&self, fact: FactId, value: ValueId, all: &[&Test]) -> bool {
        all.iter().all(|test| match test {
            Test::OneOf(other, values) if *other == fact => values.contains(&value),
            Test::NoneOf(other, values) if *other == fact => !values.contains(&value),
            _ => true,
        })
    }

    fn last_day<'w>(&self, windows: impl Iterator<Item = &'w Window>) -> Date {
        let in_force = (self.policy.from, self.policy.until);
        let ends = windows.map(|window| window_days(window, self.year, self.day, in_force).to);
        ends.min().unwrap_or(self.day)
    }

    /// The tightest sum that caps allow a clause whose own text names no maximum.
    fn cap_of(&self, clause: ClauseIndex) -> Option<Money> {
        let over = self.policy.caps.iter().filter(|cap| cap.on.contains(&clause));
        let sums = over.filter_map(|cap| match cap.at_most {
            CapAmount::Money(money) => Some(money),
            CapAmount::OfParameter(..) => None,
        });
        sums.min()
    }
}

/// The cost of a specimen where neither the text nor a cap ends what is paid of it.
const A_MILLION: Money = Money::from_fen(100_000_000);

/// The smallest amount of which the share reaches `wanted`, as far as a cell may name it.
fn least_reaching(share: Share, wanted: Money) -> Money {
    let (mut low, mut high) = (Money::ZERO.fen(), Money::LARGEST_INPUT.fen());
    while low < high {
        let middle = low + (high - low) / 2;
        match share.of(Money::from_fen(middle)) >= wanted {
            true => high = middle,
            false => low = middle + 1,
        }
    }
    Money::from_fen(low)
}

/// A place among the local units, which a shared amount goes by.
struct Place {
    of: Range,
    /// Another local unit's place, where the share is one that is divided or cut because of it.
    beside: Option<i64>,
}

/// The places that a clause's share tells apart; one blank one where nothing is shared.
fn places(clause: &Clause) -> Vec<Option<Place>> {
    let Some(rule) = &clause.share else { return vec![None] };
    let parts = rule.parts.iter().enumerate();
    let place = |(index, part): (usize, &crate::policy::model::SharePart)| {
        let before = rule.parts[..index].iter().find(|before| before.place.contains(part.place.from));
        let beside = before.and_then(|before| before.none_in).map(|range| range.from);
        Some(Place { of: part.place, beside })
    };
    parts.map(place).collect()
}

fn asks_rank(test: &Test, rank: FactId) -> bool {
    matches!(test, Test::FirstAbove(_)) || matches!(test, Test::InRange(fact, _) if *fact == rank)
}

/// Facts of a row as header and cell, as an input file has them.
pub fn cells(vocabulary: &Vocabulary, facts: &Facts) -> Vec<(String, String)> {
    let flags_column = &vocabulary.fact(vocabulary.known().flags).id;
    let mut flags = Vec::new();
    let mut cells = Vec::new();
    for (id, fact) in vocabulary.facts() {
        let Some(value) = facts.get(id) else { continue };
        let code = |code: &ValueId| vocabulary.value_name(id, *code).to_owned();
        let cell = match value {
            Value::Bool(holds) if fact.flag => {
                flags.push(format!("{}{}", if *holds { "" } else { "!" }, fact.id));
                continue;
            }
            Value::Code(value) => code(value),
            Value::OneOf(values) => {
                let word = fact.ambiguous.iter().find(|word| *word.means == **values);
                word.and_then(|word| word.labels.first().cloned()).unwrap_or_default()
            }
            Value::Integer(number) => number.to_string(),
            Value::Integers(numbers) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(";"),
            Value::Date(day) => day.to_string(),
            Value::Money(money) => money.to_string(),
            Value::Text(text) => text.to_string(),
            Value::Bool(true) => "是".to_owned(),
            Value::Bool(false) => "否".to_owned(),
        };
        debug_assert!(fact.kind != FactType::Flags);
        cells.push((fact.id.clone(), cell));
    }
    if !flags.is_empty() {
        cells.push((flags_column.clone(), flags.join(";")));
    }
    cells
}
