//! Sums of findings, by class.

use super::{Audit, Case, Class, Finding};
use crate::money::Money;

/// Sums over findings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    /// How many.
    pub count: usize,
    /// 申报金额, as far as readable.
    pub claimed: Money,
    /// 核定金额, as far as readable.
    pub granted: Money,
    /// What the rows that claim come to by the policies: rows that claim nothing might take their place.
    pub computed: Money,
}

impl Sums {
    /// Adds one finding.
    pub fn add(&mut self, finding: &Finding) {
        self.count += 1;
        let [claimed, granted] = finding.readable;
        self.claimed += claimed;
        self.granted += granted;
        if !finding.apart {
            self.computed += finding.computed;
        }
    }

    /// The sums of these findings.
    pub fn of<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Sums {
        let mut sums = Sums::default();
        findings.into_iter().for_each(|finding| sums.add(finding));
        sums
    }
}

fn by_class<'f>(
    findings: impl IntoIterator<Item = &'f Finding>,
    class: impl Fn(&Finding) -> Option<Class>,
) -> Vec<(Class, Sums)> {
    let mut all = Class::ALL.map(|class| (class, Sums::default()));
    for finding in findings {
        let class = class(finding);
        if let Some((_, sums)) = all.iter_mut().find(|(known, _)| Some(*known) == class) {
            sums.add(finding);
        }
    }
    all.into_iter().filter(|(_, sums)| sums.count > 0).collect()
}

impl Audit<'_> {
    /// Sums by the class of the claimed amount: every row in one of them.
    pub fn by_class(&self) -> Vec<(Class, Sums)> {
        by_class(self.findings(), |finding| Some(finding.class))
    }

    /// Sums by the class of the granted amount: every row with one in one of them.
    pub fn by_granted_class(&self) -> Vec<(Class, Sums)> {
        by_class(self.findings(), |finding| finding.granted_class)
    }
}

impl Audit<'_> {
    /// What the policies would pay in all if everything were claimed; none where that is what they pay anyway.
    pub fn with_everything(&self) -> Option<Money> {
        let of = |case: &Case<'_>| {
            let total = case.result.as_ref().map_or(Money::ZERO, |result| result.total);
            (case.with_everything().unwrap_or(total), total)
        };
        let all: Money = self.cases.iter().map(|case| of(case).0).sum();
        let claimed: Money = self.cases.iter().map(|case| of(case).1).sum();
        (all != claimed).then_some(all)
    }
}

impl Case<'_> {
    /// What the policy would pay if everything were claimed; none where everything is.
    pub fn with_everything(&self) -> Option<Money> {
        self.with_unclaimed.as_ref().map(|result| result.total)
    }

    /// Sums by the class of the claimed amount.
    pub fn by_class(&self) -> Vec<(Class, Sums)> {
        by_class(&self.findings, |finding| Some(finding.class))
    }
}
