//! Step 7: which items a unit claims where it may claim only so many (contract section 3.7): the set with the
//! greatest total after all caps, the true optimum.
//!
//! Items that share class, caps and what raises caps differ only in amount, so that of each such bundle the greatest
//! amounts are taken: totals never fall when an amount grows. What remains to be tried is how many of each bundle,
//! and which categories. The work is (sets of categories) x (splits of N over the bundles of one class, usually one)
//! x (items x caps): polynomial in the items for a given policy, never exponential in them.

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
    let (category_limit, sets) = category_sets(context, entries, eligible);
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
        left_out[index] = if allowed[index] { class } else { category_limit };
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

/// The sets of categories to try, fewer first, then in the order of the rule file; and the limit behind them. Where
/// no limit binds there is one set, of all categories.
fn category_sets(context: &Context<'_>, entries: &[Entry<'_>], eligible: &[bool]) -> (Option<usize>, Vec<Vec<usize>>) {
    let mut present: Vec<usize> = entries
        .iter()
        .zip(eligible)
        .filter(|(_, eligible)| **eligible)
        .map(|(entry, _)| context.policy.clauses[entry.candidate.clause].category)
        .collect();
    present.sort_unstable();
    present.dedup();
    let limits = context.policy.limits.iter().enumerate();
    let tightest = limits
        .filter(|(_, limit)| matches!(limit.of, LimitOf::Categories))
        .min_by_key(|(_, limit)| limit.at_most)
        .filter(|(_, limit)| limit.at_most < present.len());
    let Some((index, limit)) = tightest else { return (None, vec![present]) };
    let mut sets = Vec::new();
    for size in 1..=limit.at_most {
        combinations(&present, size, &mut Vec::new(), &mut sets);
    }
    (Some(index), sets)
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
    fn free(&self) -> Fixed {
        Fixed { inside: vec![false; self.entries.len()], outside: vec![false; self.entries.len()] }
    }

    fn within(&self, eligible: &[bool], categories: &[usize]) -> Vec<bool> {
        let category = |entry: &Entry<'_>| self.context.policy.clauses[entry.candidate.clause].category;
        self.entries.iter().zip(eligible).map(|(entry, ok)| *ok && categories.contains(&category(entry))).collect()
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
        self.try_splits(&mixed, fixed, &mut selected, &mut best);
        best.map_or(selected, |(_, selected)| selected)
    }

    /// Tries every split of each mixed class over its bundles.
    fn try_splits(
        &self,
        mixed: &[(usize, Vec<Vec<usize>>)],
        fixed: &Fixed,
        selected: &mut Vec<bool>,
        best: &mut Option<(Money, Vec<bool>)>,
    ) {
        let Some(((at_most, bundles), rest)) = mixed.split_first() else {
            let total = self.total(selected);
            if best.as_ref().is_none_or(|(most, _)| total > *most) {
                *best = Some((total, selected.clone()));
            }
            return;
        };
        self.split(*at_most, bundles, fixed, selected, &mut |selected| self.try_splits(rest, fixed, selected, best));
    }

    fn split(
        &self,
        places: usize,
        bundles: &[Vec<usize>],
        fixed: &Fixed,
        selected: &mut Vec<bool>,
        then: &mut dyn FnMut(&mut Vec<bool>),
    ) {
        let Some((bundle, rest)) = bundles.split_first() else {
            then(selected);
            return;
        };
        let beyond: usize = rest.iter().map(Vec::len).sum();
        let held = bundle.iter().filter(|i| fixed.inside[**i]).count();
        let fewest = places.saturating_sub(beyond).max(held);
        for count in fewest..=places.min(bundle.len()) {
            bundle[..count].iter().for_each(|index| selected[*index] = true);
            self.split(places - count, rest, fixed, selected, then);
            bundle.iter().for_each(|index| selected[*index] = false);
        }
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
