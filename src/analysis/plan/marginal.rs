//! What one more achievement of each sort would bring this year, after selection and caps: the difference of two
//! totals, for every specimen.

use super::bench::{Bench, Run};
use super::specimens::{self, Specimen};
use super::{Counted, Question};
use crate::engine::result::{CapUse, Item, Missing, Op, PolicyResult, Status};
use crate::facts::Facts;
use crate::money::Money;
use crate::policy::model::ClauseIndex;
use crate::vocabulary::ValueId;

/// What one more achievement of a sort would bring.
#[derive(Clone, Debug)]
pub struct Line {
    /// The achievement.
    pub specimen: Specimen,
    /// What the policy would pay for it if it were the unit's only one.
    pub alone: Money,
    /// By how much the sum of all totals grows with it.
    pub marginal: Money,
    /// By how much the total of this policy grows.
    pub here: Money,
    /// The new row under this policy, in the company's own list.
    pub item: Item,
    /// What takes from it, or what it sets in motion.
    pub effects: Vec<Effect>,
    /// Why the clause does not pay even for this row alone.
    pub obstacle: Option<Obstacle>,
}

/// Why the clause of a specimen does not pay for it alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Another clause pays for the same facts, and more.
    OtherClause(ClauseIndex),
    /// The text gives no figure.
    NoFigure,
    /// Something about the unit: the row's reasons say what.
    Unit,
    /// No facts were found for which it pays: the row's reasons say what stands against these.
    NotFound,
}

/// What becomes of one more achievement among the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// A cap cuts it: index into the policy's caps, and what was left of it.
    Cap(usize, Money),
    /// It raises a cap: index into the policy's caps.
    Raises(usize),
    /// A limit leaves it out: index into the policy's limits.
    Limit(usize),
    /// It counts under this row.
    CountsUnder(usize),
    /// A row of the unit loses so much, by this step; none where another clause or policy takes over.
    Displaces(usize, Money, Option<Op>),
    /// A row of the unit gains so much.
    Lifts(usize, Money),
}

/// The best that one more achievement of a kind and level would bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Best {
    /// The kind.
    pub kind: ValueId,
    /// The level.
    pub level: ValueId,
    /// The most that it would bring; none where no clause pays for it.
    pub marginal: Option<Money>,
}

/// A line per specimen of one policy, the most valuable first, then in the order of the rule file.
pub(super) fn lines(
    question: &Question<'_>,
    bench: &mut Bench<'_>,
    now: &Run,
    index: usize,
    result: &PolicyResult,
) -> Vec<Line> {
    let Some(day) = result.on.filter(|_| Counted::of(result) == Counted::Fully) else { return Vec::new() };
    let policy = question.policies[index];
    let called = if question.application.calls { policy.under_call(question.application.year) } else { None };
    let specimens = specimens::of_policy(question, called.as_ref().unwrap_or(policy), day);
    let mut lines: Vec<Line> = specimens.into_iter().map(|specimen| line(bench, now, index, specimen)).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.marginal));
    lines
}

fn line(bench: &mut Bench<'_>, now: &Run, index: usize, specimen: Specimen) -> Line {
    let mut specimen = specimen;
    let mut obstacle = obstacle(bench, index, &specimen);
    if let Some(Obstacle::OtherClause(_)) = obstacle {
        // At another place than the first, the other clause may have no claim.
        let others = specimen.other_places();
        if let Some(other) = others.into_iter().find(|other| self::obstacle(bench, index, other).is_none()) {
            (specimen, obstacle) = (other, None);
        }
    }
    let alone = bench.alone(&specimen.facts).0[index].head.total;
    let with = bench.with(&specimen.facts);
    let here = with.0[index].head.total - now.0[index].head.total;
    let item = with.0[index].item(now.0[index].len());
    let effects = effects(now, &with, index, &item);
    let marginal = with.total() - now.total();
    Line { specimen, alone, marginal, here, item, effects, obstacle }
}

fn obstacle(bench: &mut Bench<'_>, index: usize, specimen: &Specimen) -> Option<Obstacle> {
    let item = bench.alone(&specimen.facts).0[index].item(0);
    match item.clause {
        Some(clause) if clause == specimen.clause && !item.amount.is_zero() => None,
        Some(clause) if !item.amount.is_zero() => Some(Obstacle::OtherClause(clause)),
        _ if item.status == Status::Undetermined && item.missing.contains(&Missing::Clause) => Some(Obstacle::NoFigure),
        _ if bench.alone_in(&Facts::none(), &specimen.facts).0[index].amount(0).is_zero() => Some(Obstacle::NotFound),
        _ => Some(Obstacle::Unit),
    }
}

fn effects(now: &Run, with: &Run, index: usize, item: &Item) -> Vec<Effect> {
    let mut effects = Vec::new();
    for step in &item.steps {
        effects.extend(match step.op {
            Op::Cap(cap, left) => Some(Effect::Cap(cap, left)),
            Op::NotSelected(limit) => Some(Effect::Limit(limit)),
            Op::Duplicate(row) => Some(Effect::CountsUnder(row)),
            _ => None,
        });
    }
    let (now, with) = (&now.0[index], &with.0[index]);
    let raised = |caps: &[CapUse], cap: usize| caps.iter().any(|used| used.cap == cap && used.raised);
    let raises = with.head.caps.iter().filter(|used| used.raised && !raised(&now.head.caps, used.cap));
    // One that stood over no row before only comes in with it.
    let stood = |cap: usize| now.head.caps.iter().any(|used| used.cap == cap);
    effects.extend(raises.filter(|used| stood(used.cap)).map(|used| Effect::Raises(used.cap)));
    for row in 0..now.len() {
        let (before, after) = (now.amount(row), with.amount(row));
        if after > before {
            effects.push(Effect::Lifts(row, after - before));
        } else if after < before {
            let steps = with.item(row).steps.into_iter().rev();
            let mut lowering = steps.map(|step| step.op).filter(is_of_the_list);
            effects.push(Effect::Displaces(row, before - after, lowering.next()));
        }
    }
    effects
}

/// True for steps by which rows of one list take from each other.
fn is_of_the_list(op: &Op) -> bool {
    matches!(op, Op::Cap(..) | Op::NotSelected(_) | Op::Duplicate(_))
}

/// The best of every kind and level of the dictionary, in its order. A line that names no level holds at every one.
pub(super) fn best(question: &Question<'_>, lines: &[Line]) -> Vec<Best> {
    let (vocabulary, known) = (question.vocabulary, question.vocabulary.known());
    let kinds = vocabulary.values_for(known.kind, None);
    let of = |kind: ValueId, level: ValueId| {
        let fits = |line: &&Line| {
            let facts = &line.specimen.facts;
            facts.code(known.kind) == Some(kind) && facts.code(known.level).is_none_or(|of| of == level)
        };
        lines.iter().filter(fits).map(|line| line.marginal).max()
    };
    kinds
        .flat_map(|kind| vocabulary.values_for(known.level, Some(kind)).map(move |level| (kind, level)))
        .map(|(kind, level)| Best { kind, level, marginal: of(kind, level) })
        .collect()
}
