//! Step 7: which items a unit claims where it may claim only so many (contract section 3.7): the set with the
//! greatest total after all caps, the true optimum.
//!
//! Items that share class, caps and what raises caps differ only in amount, so that of each such bundle the greatest
//! amounts are taken: totals never fall when an amount grows. What remains to be chosen is how many of each bundle and
//! which categories. Classes that mix bundles are taken one after another; of the partial choices only those are kept
//! that no other beats in every sum that the caps look at. The work is (sets of categories) x (splits of N over the
//! bundles of a class) x (kept choices) x (items x caps): for a given policy polynomial in the items, since amounts
//! come from the policy's table, and never a search over sets of items.

use super::select::{self};
use super::totals::Entry;
use super::{Context, caps};
use crate::money::Money;
use crate::policy::model::LimitOf;
use crate::vocabulary::ValueId;

/// Items of which at most `at_most` may be claimed.
struct Class {
    limit: usize,
    key: Vec<Option<ValueId>>,
    at_most: usize,
    members: Vec<usize>,
}

/// The caps that an item uses up, and those that it raises.
type Signature = (Vec<usize>, Vec<usize>);

/// What the search may not change: entries that are in, and entries that are out.
#[derive(Clone)]
struct Fixed {
    inside: Vec<bool>,
    outside: Vec<bool>,
}

struct Search<'a> {
    context: &'a Context<'a>,
    entries: &'a [Entry<'a>],
    classes: Vec<Class>,
}

/// For each eligible entry, the limit that leaves it out; none if it is claimed.
pub(super) fn choose(context: &Context<'_>, entries: &[Entry<'_>], eligible: &[bool]) -> Vec<Option<usize>> {
    let mut left_out = vec![None; entries.len()];
    if context.policy.limits.is_empty() {
        return left_out;
    }
    let search = Search { context, entries, classes: classes(context, entries, eligible) };
    if search.nothing_binds(eligible) {
        return left_out;
    }
    let (category_limit, sets) = search.category_sets(eligible);
    let mut best: Option<(Money, Vec<usize>, Vec<bool>)> = None;
    for set in sets {
        let allowed = search.within(eligible, &set);
        let selected = search.best(&allowed, &search.free());
        let total = search.total(&selected);
        // Sets come with fewer categories first and in order of the categories, so that only more money displaces.
        if best.as_ref().is_none_or(|(most, ..)| total > *most) {
            best = Some((total, set, selected));
        }
    }
    let Some((total, set, selected)) = best else { return left_out };
    let allowed = search.within(eligible, &set);
    let selected = search.first_rows(&allowed, selected, total);
    for index in (0..entries.len()).filter(|index| eligible[*index] && !selected[*index]) {
        let class = search.classes.iter().find(|class| class.members.contains(&index)).map(|class| class.limit);
        left_out[index] = if allowed[index] { class } else { category_limit.or(class) };
    }
    left_out
}

/// The classes of every limit that counts items, with their eligible members in order of row.
fn classes(context: &Context<'_>, entries: &[Entry<'_>], eligible: &[bool]) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    for (index, entry) in entries.iter().enumerate().filter(|(index, _)| eligible[*index]) {
        for (limit, key) in select::classes(context, entry.candidate) {
            match classes.iter_mut().find(|class| class.limit == limit && class.key == key) {
                Some(class) => class.members.push(index),
                None => {
                    let rule = &context.policy.limits[limit];
                    let taken = context.history.taken(context.application.year, rule.over, limit, &key);
                    let at_most = rule.at_most.saturating_sub(taken);
                    classes.push(Class { limit, key, at_most, members: vec![index] });
                }
            }
        }
    }
    classes
}

fn combinations(from: &[usize], size: usize, begun: &mut Vec<usize>, sets: &mut Vec<Vec<usize>>) {
    if size == 0 {
        sets.push(begun.clone());
        return;
    }
    for (index, category) in from.iter().enumerate() {
        begun.push(*category);
        combinations(&from[index + 1..], size - 1, begun, sets);
        begun.pop();
    }
}

impl Search<'_> {
    /// True if every limit has room for all: no class is over its limit, and no limit of categories can be.
    fn nothing_binds(&self, eligible: &[bool]) -> bool {
        let count = eligible.iter().filter(|eligible| **eligible).count();
        let limits = self.context.policy.limits.iter();
        let mut of_categories = limits.filter(|limit| matches!(limit.of, LimitOf::Categories));
        of_categories.all(|limit| count <= limit.at_most)
            && self.classes.iter().all(|class| class.members.len() <= class.at_most)
    }

    fn category(&self, index: usize) -> usize {
        self.context.policy.clauses[self.entries[index].candidate.clause].category
    }

    /// The sets of categories to try, fewer first, then in the order of the rule file; and the limit behind them.
    /// Where no limit binds there is one set, of all categories.
    fn category_sets(&self, eligible: &[bool]) -> (Option<usize>, Vec<Vec<usize>>) {
        let mut present: Vec<usize> =
            (0..self.entries.len()).filter(|index| eligible[*index]).map(|index| self.category(index)).collect();
        present.sort_unstable();
        present.dedup();
        let limits = self.context.policy.limits.iter().enumerate();
        let tightest = limits
            .filter(|(_, limit)| matches!(limit.of, LimitOf::Categories))
            .min_by_key(|(_, limit)| limit.at_most)
            .filter(|(_, limit)| limit.at_most < present.len());
        let mut sets = Vec::new();
        if let Some((index, limit)) = tightest {
            for size in 1..=limit.at_most {
                combinations(&present, size, &mut Vec::new(), &mut sets);
            }
            return (Some(index), sets);
        }
        if !self.classes.iter().any(|class| self.spans_categories(class)) {
            return (None, vec![present]);
        }
        // A class over several categories leaves open which of them are claimed; nothing else is left out.
        for size in 1..=present.len() {
            combinations(&present, size, &mut Vec::new(), &mut sets);
        }
        sets.retain(|set| self.leaves_nothing_out(eligible, set));
        (None, sets)
    }

    /// True for a class over its limit with members in several categories.
    fn spans_categories(&self, class: &Class) -> bool {
        let first = class.members.first().map(|index| self.category(*index));
        class.members.len() > class.at_most && class.members.iter().any(|index| Some(self.category(*index)) != first)
    }

    /// True if every item outside crowded classes lies in the set, and every class can be filled from it.
    fn leaves_nothing_out(&self, eligible: &[bool], set: &[usize]) -> bool {
        let inside = |index: &usize| set.contains(&self.category(*index));
        let crowded = |index: usize| {
            self.classes.iter().any(|class| class.members.len() > class.at_most && class.members.contains(&index))
        };
        (0..self.entries.len()).filter(|index| eligible[*index] && !crowded(*index)).all(|index| inside(&index))
            && self.classes.iter().all(|class| {
                class.members.iter().filter(|index| inside(index)).count() >= class.at_most.min(class.members.len())
            })
    }

    fn free(&self) -> Fixed {
        Fixed { inside: vec![false; self.entries.len()], outside: vec![false; self.entries.len()] }
    }

    fn within(&self, eligible: &[bool], categories: &[usize]) -> Vec<bool> {
        (0..self.entries.len()).map(|index| eligible[index] && categories.contains(&self.category(index))).collect()
    }

    fn total(&self, selected: &[bool]) -> Money {
        caps::apply(self.context, self.entries, selected).amounts.into_iter().sum()
    }

    /// The caps that an entry uses up, and those it raises.
    fn signature(&self, index: usize) -> Signature {
        let candidate = self.entries[index].candidate;
        let of = |test: &dyn Fn(&crate::policy::model::Cap) -> bool| {
            let caps = self.context.policy.caps.iter().enumerate();
            caps.filter(|(_, cap)| test(cap)).map(|(index, _)| index).collect::<Vec<_>>()
        };
        let raises = |cap: &crate::policy::model::Cap| {
            cap.raised.as_ref().is_some_and(|raise| raise.by.contains(&candidate.clause)) && !candidate.paid.is_zero()
        };
        (of(&|cap| cap.on.contains(&candidate.clause)), of(&raises))
    }

    /// The members of a class that may be chosen, bundled by signature, the fixed ones first, then by amount and row.
    fn bundles(&self, class: &Class, allowed: &[bool], fixed: &Fixed) -> Vec<Vec<usize>> {
        let mut bundles: Vec<(Signature, Vec<usize>)> = Vec::new();
        for index in class.members.iter().copied().filter(|i| allowed[*i] && !fixed.outside[*i]) {
            let signature = self.signature(index);
            match bundles.iter_mut().find(|(known, _)| *known == signature) {
                Some((_, bundle)) => bundle.push(index),
                None => bundles.push((signature, vec![index])),
            }
        }
        for (_, bundle) in &mut bundles {
            bundle.sort_by_key(|i| (!fixed.inside[*i], std::cmp::Reverse(self.entries[*i].candidate.paid), *i));
        }
        bundles.into_iter().map(|(_, bundle)| bundle).collect()
    }

    /// The best set among the allowed entries that respects what is fixed.
    fn best(&self, allowed: &[bool], fixed: &Fixed) -> Vec<bool> {
        let mut selected = allowed.to_vec();
        let mut mixed: Vec<(usize, Vec<Vec<usize>>)> = Vec::new();
        for class in &self.classes {
            for index in &class.members {
                selected[*index] = false;
            }
            let mut bundles = self.bundles(class, allowed, fixed);
            let size: usize = bundles.iter().map(Vec::len).sum();
            if bundles.len() <= 1 || size <= class.at_most {
                for bundle in &mut bundles {
                    bundle.truncate(class.at_most);
                    bundle.iter().for_each(|index| selected[*index] = true);
                }
            } else {
                mixed.push((class.at_most, bundles));
            }
        }
        let mut best: Option<(Money, Vec<bool>)> = None;
        for counts in self.undominated(&mixed, fixed) {
            let mut attempt = selected.clone();
            let bundles = mixed.iter().flat_map(|(_, bundles)| bundles);
            for (bundle, count) in bundles.zip(counts) {
                bundle[..count].iter().for_each(|index| attempt[*index] = true);
            }
            let total = self.total(&attempt);
            if best.as_ref().is_none_or(|(most, _)| total > *most) {
                best = Some((total, attempt));
            }
        }
        best.map_or(selected, |(_, selected)| selected)
    }

    /// How many to take of each bundle of the mixed classes, in order: every choice that no other one beats or equals
    /// in the sum of each signature.
    fn undominated(&self, mixed: &[(usize, Vec<Vec<usize>>)], fixed: &Fixed) -> Vec<Vec<usize>> {
        let mut signatures: Vec<Signature> = Vec::new();
        let mut kept: Vec<(Vec<Money>, Vec<usize>)> = vec![(Vec::new(), Vec::new())];
        for (at_most, bundles) in mixed {
            let places: Vec<usize> = bundles
                .iter()
                .map(|bundle| {
                    let signature = self.signature(bundle[0]);
                    signatures.iter().position(|known| *known == signature).unwrap_or_else(|| {
                        signatures.push(signature);
                        signatures.len() - 1
                    })
                })
                .collect();
            let mut splits = Vec::new();
            split(*at_most, bundles, fixed, &mut Vec::new(), &mut splits);
            let mut next: Vec<(Vec<Money>, Vec<usize>)> = Vec::new();
            for (sums, counts) in &kept {
                for split in &splits {
                    let mut sums = sums.clone();
                    sums.resize(signatures.len(), Money::ZERO);
                    for ((bundle, count), place) in bundles.iter().zip(split).zip(&places) {
                        sums[*place] += bundle[..*count].iter().map(|i| self.entries[*i].candidate.paid).sum();
                    }
                    if next.iter().any(|(other, _)| other.iter().zip(&sums).all(|(other, sum)| other >= sum)) {
                        continue;
                    }
                    next.retain(|(other, _)| !sums.iter().zip(other).all(|(sum, other)| sum >= other));
                    next.push((sums, counts.iter().chain(split).copied().collect()));
                }
            }
            kept = next;
        }
        kept.into_iter().map(|(_, counts)| counts).collect()
    }

    /// Among sets of the same total and categories, the one whose rows come first. Without caps the choice by amount
    /// and row is that set already; with caps a smaller amount of an earlier row may do as well.
    fn first_rows(&self, allowed: &[bool], selected: Vec<bool>, total: Money) -> Vec<bool> {
        let crowded: Vec<&Class> = self
            .classes
            .iter()
            .filter(|class| class.members.iter().filter(|index| allowed[**index]).count() > class.at_most)
            .collect();
        if self.context.policy.caps.is_empty() || crowded.is_empty() {
            return selected;
        }
        let mut fixed = self.free();
        let mut in_question: Vec<usize> =
            crowded.iter().flat_map(|class| class.members.iter().copied()).filter(|index| allowed[*index]).collect();
        in_question.sort_unstable();
        let mut best = selected;
        for index in in_question {
            if best[index] {
                fixed.inside[index] = true;
                continue;
            }
            let full = crowded.iter().any(|class| {
                class.members.contains(&index)
                    && class.members.iter().filter(|member| fixed.inside[**member]).count() >= class.at_most
            });
            let mut with_it = fixed.clone();
            with_it.inside[index] = true;
            let attempt = if full { None } else { Some(self.best(allowed, &with_it)) };
            match attempt.filter(|attempt| self.total(attempt) == total) {
                Some(attempt) => {
                    fixed = with_it;
                    best = attempt;
                }
                None => fixed.outside[index] = true,
            }
        }
        best
    }
}

/// Every way to fill `places` places from the bundles of a class: how many of each, the fixed ones first.
fn split(places: usize, bundles: &[Vec<usize>], fixed: &Fixed, begun: &mut Vec<usize>, splits: &mut Vec<Vec<usize>>) {
    let Some((bundle, rest)) = bundles.split_first() else {
        splits.push(begun.clone());
        return;
    };
    let beyond: usize = rest.iter().map(Vec::len).sum();
    let held = bundle.iter().filter(|index| fixed.inside[**index]).count();
    for count in places.saturating_sub(beyond).max(held)..=places.min(bundle.len()) {
        begun.push(count);
        split(places - count, rest, fixed, begun, splits);
        begun.pop();
    }
}
