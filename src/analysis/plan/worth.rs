//! What unknown facts are worth: the totals that come of every value that they may turn out to have.

use std::collections::BTreeSet;

use super::bench::{Bench, Run};
use super::{Counted, Question};
use crate::engine::alternatives::Alternatives;
use crate::engine::result::{Assumed, Assumption, Missing, PolicyResult};
use crate::engine::settled::Standing;
use crate::facts::{Facts, Value};
use crate::money::Money;
use crate::policy::model::{Amount, Clause};
use crate::vocabulary::{FactId, FactType, Of};

/// What it would bring to know some facts, or cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worth {
    /// Whose facts they are.
    pub of: About,
    /// One fact, or several that only together decide; none where the text itself has the gap.
    pub facts: Vec<FactId>,
    /// Whether they are waited for, or taken for granted.
    pub known_as: KnownAs,
    /// Indices of the policies that look at them so.
    pub policies: Vec<usize>,
    /// The sum of all totals at best.
    pub best: Money,
    /// The values that come to it, one per fact; empty where nothing comes to more than now.
    pub best_values: Vec<Value>,
    /// The sum of all totals at worst.
    pub worst: Money,
    /// The values that come to it; empty where nothing comes to less than now.
    pub worst_values: Vec<Value>,
    /// True if more of the fact is always paid more, so that nothing says how much.
    pub open_end: bool,
    /// What the engine calls possible for the row, where the text itself has the gap.
    pub possible: Option<Money>,
}

/// Whose facts are unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// One row's.
    Row(usize),
    /// The unit's.
    Unit,
    /// Every row's that says nothing of it.
    Rows,
}

/// What the result makes of the unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KnownAs {
    /// It is waited for.
    Missing,
    /// It is taken for granted.
    Assumed,
}

impl Worth {
    /// What it would bring to learn the best.
    pub fn worth(&self, total: Money) -> Money {
        self.best.saturating_sub(total)
    }

    /// What it would cost to learn the worst.
    pub fn at_risk(&self, total: Money) -> Money {
        total.saturating_sub(self.worst)
    }
}

/// Everything that tries values.
struct Trials<'q, 'a, 'b> {
    question: &'q Question<'a>,
    bench: &'q mut Bench<'b>,
    alternatives: Vec<Alternatives<'a>>,
    total: Money,
}

/// As much as a cell may say.
const PLENTY: Value = Value::Money(Money::LARGEST_INPUT);

/// A row and its unit with some blanks filled in.
#[derive(Clone)]
struct Filled {
    row: Facts,
    unit: Facts,
}

impl Filled {
    /// The same with half of every amount that is as great as can be; none where there is none.
    fn with_half_of_plenty(&self, facts: &[FactId], values: &[Value]) -> Option<Filled> {
        let mut half = self.clone();
        let mut found = false;
        for (fact, _) in facts.iter().zip(values).filter(|(_, value)| **value == PLENTY) {
            found = true;
            half.row.set(*fact, Value::Money(Money::from_fen(Money::LARGEST_INPUT.fen() / 2)));
        }
        found.then_some(half)
    }
}

/// Best and worst so far.
struct Range {
    best: (Money, Vec<Value>),
    worst: (Money, Vec<Value>),
}

impl Range {
    fn around(total: Money) -> Range {
        Range { best: (total, Vec::new()), worst: (total, Vec::new()) }
    }

    fn add(&mut self, total: Money, values: &[Value]) {
        if total > self.best.0 {
            self.best = (total, values.to_vec());
        }
        if total < self.worst.0 {
            self.worst = (total, values.to_vec());
        }
    }
}

/// What every unknown fact is worth that some policy waits for or takes for granted: the most valuable first, then
/// what is most at risk, then in order of row.
pub(super) fn facts<'a>(
    question: &Question<'a>,
    bench: &mut Bench<'_>,
    now: &Run,
    results: &[PolicyResult],
) -> Vec<Worth> {
    let alternatives =
        question.policies.iter().map(|policy| Alternatives::new(question.vocabulary, policy, question.application));
    let total = now.total();
    let mut trials = Trials { question, bench, alternatives: alternatives.collect(), total };
    let mut found: Vec<Worth> = Vec::new();
    for (index, result) in results.iter().enumerate().filter(|(_, result)| Counted::of(result) == Counted::Fully) {
        for (row, item) in result.items.iter().enumerate() {
            let of_row = |fact: &FactId| question.vocabulary.fact(*fact).of == Of::Achievement;
            let missing = item.missing.iter().filter_map(|missing| match missing {
                Missing::Fact(fact) => Some(*fact),
                Missing::Clause => None,
            });
            for fact in missing.filter(|fact| of_row(fact)) {
                trials.note(&mut found, index, About::Row(row), &[fact], KnownAs::Missing);
            }
            if item.settled_by.len() > 1 {
                trials.note(&mut found, index, About::Row(row), &item.settled_by, KnownAs::Missing);
            }
            if item.missing.contains(&Missing::Clause) {
                // Caps leave no more of it than all that is possible beyond the total.
                let room = result.potential_total.saturating_sub(result.total) + item.amount;
                found.push(gap(row, index, total, item.answer.to.min(room)));
            }
            for fact in item.assumptions.iter().flat_map(|assumption| taken_for_granted(question, assumption)) {
                if of_row(&fact) && !item.missing.contains(&Missing::Fact(fact)) {
                    trials.note(&mut found, index, About::Row(row), &[fact], KnownAs::Assumed);
                }
            }
        }
        for (fact, known_as) in of_unit(question, index, result) {
            trials.note(&mut found, index, About::Unit, &[fact], known_as);
        }
        if result.assumptions.iter().any(|assumption| assumption.what == Assumed::NoPriorMoney) {
            let known = question.vocabulary.known();
            trials.note(&mut found, index, About::Rows, &[known.prior_amount, known.prior_source], KnownAs::Assumed);
        }
    }
    found.sort_by_key(|entry| (std::cmp::Reverse((entry.worth(total), entry.at_risk(total))), entry.of));
    found
}

/// What no fact can settle, because the text names no figure.
fn gap(row: usize, policy: usize, total: Money, possible: Money) -> Worth {
    Worth {
        of: About::Row(row),
        facts: Vec::new(),
        known_as: KnownAs::Missing,
        policies: vec![policy],
        best: total,
        best_values: Vec::new(),
        worst: total,
        worst_values: Vec::new(),
        open_end: false,
        possible: Some(possible),
    }
}

/// The facts of the unit that a result waits for or takes for granted.
fn of_unit(question: &Question<'_>, index: usize, result: &PolicyResult) -> Vec<(FactId, KnownAs)> {
    let (vocabulary, policy) = (question.vocabulary, question.policies[index]);
    let is_of_unit = |fact: &FactId| vocabulary.fact(*fact).of == Of::Applicant;
    let missing: BTreeSet<FactId> = result
        .items
        .iter()
        .flat_map(|item| &item.missing)
        .filter_map(|missing| match missing {
            Missing::Fact(fact) => Some(*fact).filter(is_of_unit),
            Missing::Clause => None,
        })
        .collect();
    let mut assumed: BTreeSet<FactId> = BTreeSet::new();
    for assumption in result.assumptions.iter().chain(result.items.iter().flat_map(|item| &item.assumptions)) {
        match &assumption.what {
            Assumed::Region => _ = assumed.insert(vocabulary.known().region),
            Assumed::Clean(bar) => assumed.extend(policy.bars[*bar].when.facts(vocabulary.known())),
            _ => assumed.extend(taken_for_granted(question, assumption)),
        }
    }
    let unknown = |fact: &FactId| is_of_unit(fact) && question.applicant.facts.get(*fact).is_none();
    let missing_too = missing.clone();
    let missing = missing.into_iter().map(|fact| (fact, KnownAs::Missing));
    let assumed = assumed.into_iter().filter(unknown).filter(|fact| !missing_too.contains(fact));
    missing.chain(assumed.map(|fact| (fact, KnownAs::Assumed))).collect()
}

/// The facts whose unknown value an assumption fills in.
fn taken_for_granted(question: &Question<'_>, assumption: &Assumption) -> Vec<FactId> {
    let known = question.vocabulary.known();
    match &assumption.what {
        Assumed::Condition(test) => test.facts(known),
        Assumed::Default(fact, _) => vec![*fact],
        Assumed::OnlyLocalUnit => vec![known.local_ranks],
        Assumed::Stated(_)
        | Assumed::Region
        | Assumed::AsIfRegistered
        | Assumed::Clean(_)
        | Assumed::NoPriorMoney
        | Assumed::NotApplied { .. } => Vec::new(),
    }
}

impl Trials<'_, '_, '_> {
    /// Adds what the facts are worth; a second policy that looks at the same facts only adds its name.
    fn note(&mut self, found: &mut Vec<Worth>, policy: usize, of: About, facts: &[FactId], known_as: KnownAs) {
        if let Some(same) = found.iter_mut().find(|entry| entry.of == of && entry.facts == facts) {
            if !same.policies.contains(&policy) {
                same.policies.push(policy);
            }
            same.known_as = same.known_as.min(known_as);
            return;
        }
        let (range, open_end) = match of {
            About::Row(row) => self.row(row, facts),
            About::Unit => (self.unit(facts), false),
            About::Rows => (self.prior_money(), false),
        };
        let (best, worst) = (range.best.0, range.worst.0);
        // Whatever an assumed fact turns out to be, nothing may change; and several facts together may come to no more
        // than one of them.
        let alone = |entry: &&Worth| entry.of == of && entry.facts.iter().all(|fact| facts.contains(fact));
        let needless = match (facts.len() > 1, of) {
            (true, About::Row(_)) => found.iter().filter(alone).any(|entry| entry.best >= best && entry.worst <= worst),
            _ => best == self.total && worst == self.total && known_as == KnownAs::Assumed,
        };
        if needless {
            return;
        }
        found.push(Worth {
            of,
            facts: facts.to_vec(),
            known_as,
            policies: vec![policy],
            best: range.best.0,
            best_values: range.best.1,
            worst: range.worst.0,
            worst_values: range.worst.1,
            open_end,
            possible: None,
        });
    }

    /// The values that a fact may turn out to have under any of the policies.
    fn values(&self, row: &Facts, unit: &Facts, fact: FactId) -> Vec<Value> {
        let mut values: Vec<Value> = Vec::new();
        for value in self.alternatives.iter().flat_map(|alternatives| alternatives.of(row, unit, fact)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    /// Facts of one row, or of one row and its unit; and whether more of an amount is always paid more.
    fn row(&mut self, row: usize, facts: &[FactId]) -> (Range, bool) {
        let mut range = Range::around(self.total);
        let mut open_end = false;
        let mut seen: Vec<(Vec<Standing>, Money)> = Vec::new();
        let unit = self.question.applicant;
        let now = Filled { row: unit.achievements[row].facts.clone(), unit: unit.facts.clone() };
        self.fill(&now, facts, &mut Vec::new(), &mut |trials, filled, values| {
            let total = trials.total_with(row, filled, &mut seen);
            // Where nothing ends what is paid of an amount, there is no greatest one to name.
            let half = filled.with_half_of_plenty(facts, values);
            match half.map(|half| trials.total_with(row, &half, &mut seen)) {
                Some(at_half) if at_half != total => open_end = true,
                _ => range.add(total, values),
            }
        });
        (range, open_end)
    }

    /// Calls `visit` with every combination of values of the facts that are still blank, filled in one by one.
    fn fill(
        &mut self,
        filled: &Filled,
        facts: &[FactId],
        values: &mut Vec<Value>,
        visit: &mut dyn FnMut(&mut Self, &Filled, &[Value]),
    ) {
        let Some((fact, rest)) = facts.split_first() else { return visit(self, filled, values) };
        let described = self.question.vocabulary.fact(*fact);
        let mut open = self.values(&filled.row, &filled.unit, *fact);
        if described.kind == FactType::Money && !open.contains(&PLENTY) {
            open.push(PLENTY);
        }
        if described.kind == FactType::Money && values.is_empty() && rest.is_empty() {
            open.extend(self.turning_points(&filled.row));
        }
        for value in open {
            let mut more = filled.clone();
            match described.of {
                Of::Achievement => more.row.set(*fact, value.clone()),
                Of::Applicant => more.unit.set(*fact, value.clone()),
            }
            values.push(value);
            self.fill(&more, rest, values, visit);
            values.pop();
        }
    }

    /// Amounts at which one line of a clause begins to come to something else than another: alone, such an amount may
    /// settle what a greater and a smaller one leave open.
    fn turning_points(&self, row: &Facts) -> Vec<Value> {
        let kind_fact = self.question.vocabulary.known().kind;
        let kind = row.code(kind_fact);
        let of_kind = |clause: &&Clause| {
            let kinds = clause.selects.values(kind_fact);
            kinds.is_none_or(|kinds| kind.is_some_and(|kind| kinds.contains(&kind)))
        };
        let clauses = self.question.policies.iter().flat_map(|policy| &policy.clauses).filter(of_kind);
        let sums = clauses.flat_map(|clause| &clause.amounts).filter_map(|line| match &line.amount {
            Amount::Money { of, share, .. } => Some(share.of(*of).fen()),
            Amount::OfFact { at_most, .. } => at_most.map(Money::fen),
            Amount::CaseByCase { .. } => None,
        });
        let points: BTreeSet<i128> = sums.flat_map(|sum| [sum - 1, sum]).filter(|sum| *sum > 0).collect();
        points.into_iter().map(|fen| Value::Money(Money::from_fen(fen))).collect()
    }

    /// The sum of all totals. Values that give the row the same standing are tried among the other rows only once.
    fn total_with(&mut self, row: usize, filled: &Filled, seen: &mut Vec<(Vec<Standing>, Money)>) -> Money {
        if filled.unit != self.question.applicant.facts {
            return self.bench.changed_in(&filled.unit, row, &filled.row).total();
        }
        let alone = self.bench.alone(&filled.row).0;
        let alone: Vec<Standing> = alone.iter().map(|settled| settled.standing(0)).collect();
        if let Some((_, total)) = seen.iter().find(|(known, _)| *known == alone) {
            return *total;
        }
        let total = self.bench.changed(row, &filled.row).total();
        seen.push((alone, total));
        total
    }

    /// Facts of the unit, one at a time.
    fn unit(&mut self, facts: &[FactId]) -> Range {
        let mut range = Range::around(self.total);
        let unit = &self.question.applicant.facts;
        for fact in facts {
            for value in self.values(&Facts::none(), unit, *fact) {
                let mut other = unit.clone();
                other.set(*fact, value.clone());
                let total = self.bench.as_unit(&other).total();
                range.add(total, &[value]);
            }
        }
        range
    }

    /// Every row that says nothing of money received before has received plenty, from one source after the other.
    fn prior_money(&mut self) -> Range {
        let known = self.question.vocabulary.known();
        let mut range = Range::around(self.total);
        let sources: Vec<_> = self.question.vocabulary.values_for(known.prior_source, None).collect();
        for source in sources {
            let values = [Value::Money(Money::LARGEST_INPUT), Value::Code(source)];
            let rows = self.question.applicant.achievements.iter().map(|row| {
                let mut facts = row.facts.clone();
                if facts.get(known.prior_amount).is_none() && facts.get(known.prior_source).is_none() {
                    facts.set(known.prior_amount, values[0].clone());
                    facts.set(known.prior_source, values[1].clone());
                }
                facts
            });
            let rows: Vec<Facts> = rows.collect();
            let total = self.bench.all_changed(&rows).total();
            range.add(total, &values);
        }
        range
    }
}
