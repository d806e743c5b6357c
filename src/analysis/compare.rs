//! The same achievements under several policies, each alone and as if the unit were registered in its place
//! (contract section 5). Only the region is ignored: every other fact, bar and condition holds as in `estimate`.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::engine::result::{Assumed, PolicyResult};
use crate::engine::{Application, Evaluator};
use crate::facts::{Applicant, Facts, Value};
use crate::money::Money;
use crate::policy::Policy;
use crate::unit::Unit;
use crate::vocabulary::{FactId, Vocabulary};

/// All units under all policies.
pub struct Comparison<'a> {
    /// In the order asked for.
    pub policies: Vec<&'a Policy>,
    /// In the order of the input.
    pub units: Vec<Compared<'a>>,
}

/// One unit under all policies.
pub struct Compared<'a> {
    /// The unit, with the region it really has.
    pub applicant: &'a Applicant,
    /// One per policy, in the same order.
    pub places: Vec<Place>,
    /// One per achievement, in the same order.
    pub rows: Vec<Across>,
}

/// One unit under one policy.
pub struct Place {
    /// Whether the unit is really registered there; none where its region is unknown.
    pub registered: Option<bool>,
    /// One result per application year, ascending, of one run.
    pub years: Vec<PolicyResult>,
    /// Their sums.
    pub sums: Sums,
}

/// Sums over the years of a run, or over units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// What is paid.
    pub total: Money,
    /// The fixed part of it.
    pub fixed: Money,
    /// The part that is a ceiling.
    pub ceiling: Money,
    /// What it could be.
    pub potential: Money,
}

/// One achievement across the policies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Across {
    /// The greatest amount that any policy pays.
    pub most: Money,
    /// The policies that pay it; none where no policy pays anything.
    pub best: Vec<usize>,
    /// The policy that pays for it, where exactly one does.
    pub only: Option<usize>,
}

impl Sums {
    /// Adds other sums.
    pub fn join(&mut self, other: Sums) {
        self.total += other.total;
        self.fixed += other.fixed;
        self.ceiling += other.ceiling;
        self.potential += other.potential;
    }

    /// The sums of the years of a run.
    pub fn of(years: &[PolicyResult]) -> Sums {
        let mut sums = Sums::default();
        for year in years {
            let (total, fixed) = (year.total, year.fixed_total);
            sums.join(Sums { total, fixed, ceiling: year.ceiling_total, potential: year.potential_total });
        }
        sums
    }
}

impl Place {
    /// What is paid for an achievement in all years together.
    pub fn amount(&self, item: usize) -> Money {
        self.years.iter().filter_map(|year| year.items.get(item)).map(|item| item.amount).sum()
    }

    /// The greatest amount that unknown facts leave possible for an achievement in one year, where that is more than
    /// what is paid.
    pub fn possible(&self, item: usize) -> Option<Money> {
        let items = self.years.iter().filter_map(|year| year.items.get(item));
        let greater = items.filter_map(|item| item.possible.filter(|(_, possible)| *possible > item.amount));
        greater.map(|(_, possible)| possible).max()
    }

    /// How many achievements something is paid for.
    pub fn paid(&self) -> usize {
        let rows = self.years.first().map_or(0, |year| year.items.len());
        (0..rows).filter(|item| !self.amount(*item).is_zero()).count()
    }
}

impl Compared<'_> {
    /// The achievements that only this policy pays for.
    pub fn only_under(&self, policy: usize) -> Vec<usize> {
        let rows = self.rows.iter().enumerate();
        rows.filter(|(_, row)| row.only == Some(policy)).map(|(item, _)| item).collect()
    }

    /// The policies by total, the greatest first, ties in the order asked for.
    pub fn ranking(&self) -> Vec<usize> {
        let totals: Vec<Money> = self.places.iter().map(|place| place.sums.total).collect();
        ranking(&totals)
    }

    /// The policies with the greatest total; none where no policy pays anything.
    pub fn best(&self) -> Vec<usize> {
        let totals: Vec<Money> = self.places.iter().map(|place| place.sums.total).collect();
        across(&totals).best
    }
}

impl Comparison<'_> {
    /// Of each policy, the sums over all units.
    pub fn sums(&self) -> Vec<Sums> {
        let mut sums = vec![Sums::default(); self.policies.len()];
        for unit in &self.units {
            sums.iter_mut().zip(&unit.places).for_each(|(sum, place)| sum.join(place.sums));
        }
        sums
    }
}

/// Places of amounts, the greatest first, ties in order.
pub fn ranking(amounts: &[Money]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..amounts.len()).collect();
    places.sort_by_key(|place| std::cmp::Reverse(amounts[*place]));
    places
}

/// Evaluates every unit under every policy.
pub fn compare<'a>(
    vocabulary: &Vocabulary,
    policies: &[&'a Policy],
    units: impl IntoIterator<Item = &'a Applicant>,
    applications: &[Application],
) -> Comparison<'a> {
    let region = vocabulary.known().region;
    let mut evaluator = Evaluator::new(vocabulary, policies, applications);
    let units = units.into_iter().map(|applicant| {
        let registered = |policy: &Policy| applicant.facts.text(region).map(|region| policy.covers(region));
        let results = anywhere(&mut evaluator, region, applicant, policies.len());
        let places: Vec<Place> = policies
            .iter()
            .zip(results)
            .map(|(policy, years)| Place { registered: registered(policy), sums: Sums::of(&years), years })
            .collect();
        let amounts = |item| places.iter().map(|place| place.amount(item)).collect::<Vec<Money>>();
        let rows = (0..applicant.achievements.len()).map(|item| across(&amounts(item))).collect();
        Compared { applicant, places, rows }
    });
    Comparison { units: units.collect(), policies: policies.to_vec() }
}

/// One unit under every policy of the evaluator, as if it were registered in the place of each.
pub(super) fn anywhere(
    evaluator: &mut Evaluator<'_>,
    region: FactId,
    applicant: &Applicant,
    policies: usize,
) -> Vec<Vec<PolicyResult>> {
    let all: Vec<usize> = (0..policies).collect();
    let results = evaluator.evaluate(&Anywhere::new(applicant, region), &all);
    let itemize = |years: Vec<crate::engine::settled::Settled>| {
        years.into_iter().map(|year| {
            let mut result = year.itemize();
            let of_region = result.assumptions.iter_mut().filter(|assumption| assumption.what == Assumed::Region);
            of_region.for_each(|assumption| assumption.what = Assumed::AsIfRegistered);
            // Only `explain` tells how every clause fared; there may be many rows.
            result.items.iter_mut().for_each(|item| item.considered = Vec::new());
            result
        })
    };
    results.into_iter().map(|years| itemize(years).collect()).collect()
}

fn across(amounts: &[Money]) -> Across {
    let most = amounts.iter().copied().max().unwrap_or_default();
    let paying: Vec<usize> = (0..amounts.len()).filter(|place| !amounts[*place].is_zero()).collect();
    let best = paying.iter().copied().filter(|place| amounts[*place] == most).collect();
    let only = match paying.as_slice() {
        [only] => Some(*only),
        _ => None,
    };
    Across { most, best, only }
}

/// A unit whose region nobody knows: every policy takes it as its own and says so, and none looks at the money of
/// another.
struct Anywhere<'a> {
    applicant: &'a Applicant,
    facts: Facts,
}

impl<'a> Anywhere<'a> {
    fn new(applicant: &'a Applicant, region: FactId) -> Self {
        Anywhere { applicant, facts: applicant.facts.without(region) }
    }
}

impl Unit for Anywhere<'_> {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn rows(&self) -> usize {
        self.applicant.rows()
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        self.applicant.row(item)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        self.applicant.value(item, fact)
    }

    fn day(&self, item: usize, fact: FactId) -> Option<Date> {
        self.applicant.day(item, fact)
    }
}
