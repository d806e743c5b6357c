//! The audit of a claims file: what each row claims and was granted, against what the policy comes to; every difference
//! in exactly one class (`docs/audit.md`).
//!
//! Only rows that claim something are computed together: a row that nobody claims uses up no cap and takes no other row's
//! place. What is not claimed, and would be paid, is computed behind them.
//!
//! `classes` says which class an amount falls into, `hints` where it may come from, `standards` looks at achievements
//! that several applicants claim, `whole` at amounts per applicant.

mod classes;
mod hints;
mod standards;
mod sums;
mod whole;

use std::borrow::Cow;
use std::collections::HashMap;

use crate::engine::result::{Item, PolicyResult};
use crate::engine::{Application, Evaluator};
use crate::facts::{Achievement, Applicant, Facts, Value};
use crate::input::Portfolio;
use crate::input::claims::{Asked, Cell, Claims};
use crate::money::Money;
use crate::policy::Policy;
use crate::text;
use crate::unit::Unit;
use crate::vocabulary::{FactId, FactType, Of, Vocabulary};

use classes::Which;
pub use classes::{Class, Weight};
pub use standards::{Draft, Standard};
pub use sums::Sums;

/// To what an amount belongs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum By {
    /// To the row in which it stands.
    #[default]
    Row,
    /// To the applicant: the amounts of its rows are added up and compared with its total.
    Applicant,
}

/// What is to be audited.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// The claims file, read as achievements.
    pub portfolio: &'a Portfolio,
    /// Its amounts.
    pub claims: &'a Claims,
    /// By applicant of the portfolio: the one policy that it claims under; none where no policy at hand covers it.
    pub policies: &'a [Option<&'a Policy>],
    /// The one application.
    pub application: &'a Application,
    /// To what an amount belongs.
    pub by: By,
}

/// What the audit found.
pub struct Audit<'a> {
    /// By applicant of the portfolio.
    pub cases: Vec<Case<'a>>,
    /// Rows that cannot be read; the row is an index into the portfolio's `invalid`.
    pub unreadable: Vec<Finding>,
    /// Standards that several applicants claim, by number.
    pub standards: Vec<Standard>,
}

/// One applicant.
pub struct Case<'a> {
    /// As it was read.
    pub applicant: &'a Applicant,
    /// Under which it claims.
    pub policy: Option<&'a Policy>,
    /// Its rows as they were computed: those that claim first, without repeated ones, local ranks completed by those of
    /// other applicants. Items and their reasons speak of these rows.
    pub evaluated: Applicant,
    /// What the rows that claim come to; none without a policy.
    pub result: Option<PolicyResult>,
    /// What all rows come to, where some claim nothing.
    pub with_unclaimed: Option<PolicyResult>,
    /// One per row, in order; or one for all.
    pub findings: Vec<Finding>,
}

/// One row, or one applicant, and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Index of the row; none for an applicant as a whole.
    pub row: Option<usize>,
    /// Index into the rows as they were computed.
    pub item: Option<usize>,
    /// 申报金额
    pub claimed: Cell,
    /// 核定金额
    pub granted: Cell,
    /// What the policy comes to.
    pub computed: Money,
    /// The class of the claimed amount.
    pub class: Class,
    /// The class of the granted amount, if one is written.
    pub granted_class: Option<Class>,
    /// The claimed and the granted amounts as far as readable: of an applicant, one amount may be and another not.
    pub readable: [Money; 2],
    /// True if it was computed behind the rows that claim: no part of the sums.
    pub apart: bool,
    /// What more there is to say of the claim.
    pub remarks: Vec<Remark>,
    /// What more there is to say of the granted amount.
    pub granted_remarks: Vec<Remark>,
}

impl Finding {
    /// A row of which nothing is computed.
    fn uncomputed(row: usize, asked: Asked, class: Class, granted_class: Option<Class>) -> Finding {
        Finding {
            row: Some(row),
            item: None,
            claimed: asked.claimed,
            granted: asked.granted,
            computed: Money::ZERO,
            class,
            granted_class,
            readable: Which::BOTH.map(|which| which.of(asked).amount().unwrap_or_default()),
            apart: false,
            remarks: Vec::new(),
            granted_remarks: Vec::new(),
        }
    }
}

/// A row of one of the cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowOf {
    /// Index into the cases.
    pub case: usize,
    /// Index into the rows of its applicant.
    pub row: usize,
}

/// Something that explains a class or goes beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Another applicant names the same place in the same achievement.
    SamePlace(i64, RowOf),
    /// Another applicant applies as well, and the policy lets one unit only: index into what it assumes.
    OneUnit(usize, RowOf),
    /// The share hangs on the rank of another applicant, which is not known.
    RankUnknown(RowOf),
    /// More than is possible, whatever the missing facts say.
    AbovePossible(Money),
    /// Several applicants claim the standard, which the policy pays once and shares: index into the standards.
    Together(usize),
    /// Local ranks were completed by what other applicants say of the standard: as given, and as computed.
    LocalRanks(Option<Vec<i64>>, Vec<i64>, RowOf),
    /// Another applicant says something else of the same standard.
    Differs(FactId, RowOf),
    /// The same achievement stands on this row of the applicant already.
    Repeats(usize),
    /// The amount is that before this step (index into the item's steps) was taken.
    BeforeStep(usize),
    /// The amount is that of another line: indices of the clause and of its line.
    OtherLine(usize, usize),
    /// The amount was multiplied by a quantity that the clause does not count.
    TimesQuantity(i64),
    /// The amount would be right in units of 万元.
    InWan,
    /// The claims under this cap together stay within it: index of the cap, and their sum.
    WithinCap(usize, Money),
    /// More was granted than was claimed.
    MoreThanClaimed,
    /// What the applicant's rows lose for this reason.
    Lost(Class, Money),
}

impl Case<'_> {
    /// What a finding was computed as.
    pub fn item(&self, finding: &Finding) -> Option<&Item> {
        self.result_of(finding)?.items.get(finding.item?)
    }

    /// The result that has the item of a finding.
    pub fn result_of(&self, finding: &Finding) -> Option<&PolicyResult> {
        let result = self.result.as_ref()?;
        match finding.item {
            Some(item) if item >= result.items.len() => self.with_unclaimed.as_ref(),
            _ => Some(result),
        }
    }
}

impl Audit<'_> {
    /// Every finding, the unreadable rows last.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.cases.iter().flat_map(|case| &case.findings).chain(&self.unreadable)
    }

    /// True if there is nothing to look at.
    pub fn is_clean(&self) -> bool {
        let fine = |class: Class| class.weight() == Weight::Information;
        self.findings().all(|finding| fine(finding.class) && finding.granted_class.is_none_or(fine))
    }
}

/// Audits the claims.
pub fn audit<'a>(question: &Question<'a>) -> Audit<'a> {
    let mut policies: Vec<&Policy> = Vec::new();
    for policy in question.policies.iter().flatten() {
        if !policies.iter().any(|known| known.id == policy.id) {
            policies.push(policy);
        }
    }
    let applications = std::slice::from_ref(question.application);
    let mut evaluator = Evaluator::new(question.vocabulary, &policies, applications);
    let mut drafts: Vec<Computed<'a>> = Vec::new();
    for (index, applicant) in question.portfolio.applicants.iter().enumerate() {
        let asked = question.claims.rows.get(index).map(Vec::as_slice).unwrap_or_default();
        let policy = question.policies.get(index).copied().flatten();
        let mut computed = Computed::new(question, applicant, policy, asked);
        computed.evaluate(&mut evaluator, &policies);
        drafts.push(computed);
    }
    let shared = standards::together(question, &mut drafts, |computed| computed.evaluate(&mut evaluator, &policies));
    let mut cases = Vec::with_capacity(drafts.len());
    for (case, computed) in drafts.into_iter().enumerate() {
        let findings = match question.by {
            By::Row => computed.findings(case, &shared),
            By::Applicant => vec![whole::finding(&computed, case, &shared)],
        };
        let Computed { applicant, policy, evaluated, result, with_unclaimed, .. } = computed;
        cases.push(Case { applicant, policy, evaluated, result, with_unclaimed, findings });
    }
    Audit { cases, unreadable: unreadable(question), standards: shared.standards }
}

/// The rows that cannot be read. One whose id a readable row of the applicant has is the same row again.
fn unreadable(question: &Question<'_>) -> Vec<Finding> {
    let portfolio = question.portfolio;
    let id_column = &question.vocabulary.fact(question.vocabulary.known().id).id;
    let mut ids: HashMap<(&str, String), usize> = HashMap::new();
    if !portfolio.invalid.is_empty() {
        for applicant in &portfolio.applicants {
            for (index, row) in applicant.achievements.iter().enumerate() {
                ids.insert((&applicant.name, text::key(&row.id)), index);
            }
        }
    }
    let rows = portfolio.invalid.iter().enumerate().filter(|(_, row)| !row.is_unit);
    let finding = |(index, row): (usize, &crate::input::Invalid)| {
        let asked = question.claims.invalid.get(index).copied().unwrap_or_default();
        let only_id = row.mistakes.iter().all(|mistake| mistake.column.as_ref() == Some(id_column));
        let whose = row.applicant.as_deref().unwrap_or_default();
        let again = row.id.as_ref().filter(|_| only_id).and_then(|id| ids.get(&(whose, text::key(id))));
        let class = match (again, asked.claimed) {
            (_, Cell::Unreadable) | (None, _) => Class::Unreadable,
            (Some(_), _) => Class::Duplicate,
        };
        let granted_class = match (again, asked.granted) {
            (_, Cell::Blank) => None,
            (Some(_), Cell::Amount(Money::ZERO)) => Some(Class::Agrees),
            (Some(_), Cell::Amount(_)) => Some(Class::Duplicate),
            _ => Some(Class::Unreadable),
        };
        Finding::uncomputed(index, asked, class, granted_class)
    };
    rows.map(finding).collect()
}

/// One applicant while it is being computed.
struct Computed<'a> {
    vocabulary: &'a Vocabulary,
    applicant: &'a Applicant,
    policy: Option<&'a Policy>,
    asked: &'a [Asked],
    by: By,
    /// As in [`Case`].
    evaluated: Applicant,
    /// How many of them claim.
    claiming: usize,
    /// By row: its index among those that are computed.
    places: Vec<Option<usize>>,
    /// By row: the row that it repeats.
    repeats: Vec<Option<usize>>,
    result: Option<PolicyResult>,
    with_unclaimed: Option<PolicyResult>,
}

impl<'a> Computed<'a> {
    fn new(
        question: &Question<'a>,
        applicant: &'a Applicant,
        policy: Option<&'a Policy>,
        asked: &'a [Asked],
    ) -> Computed<'a> {
        let rows = &applicant.achievements;
        let asks = |row: &Asked| Which::BOTH.iter().any(|which| is_some(which.of(*row)));
        let any = asked.iter().any(asks);
        let claims = |row: usize| match question.by {
            By::Row => asked.get(row).is_some_and(asks),
            By::Applicant => any,
        };
        let mut firsts: HashMap<Vec<String>, usize> = HashMap::new();
        let mut repeats = vec![None; rows.len()];
        // Rows that claim go first: a row that claims nothing is no other achievement because of that.
        let (claiming, others): (Vec<usize>, Vec<usize>) = (0..rows.len()).partition(|row| claims(*row));
        for row in claiming.iter().chain(&others).copied() {
            let Some(key) = likeness(question.vocabulary, &rows[row].facts) else { continue };
            match firsts.get(&key) {
                Some(first) => repeats[row] = Some(*first),
                None => drop(firsts.insert(key, row)),
            }
        }
        let mut places = vec![None; rows.len()];
        let mut evaluated = Applicant { achievements: Vec::with_capacity(rows.len()), ..bare(applicant) };
        for row in claiming.iter().chain(&others).filter(|row| repeats[**row].is_none()) {
            places[*row] = Some(evaluated.achievements.len());
            evaluated.achievements.push(rows[*row].clone());
        }
        let claiming = claiming.iter().filter(|row| repeats[**row].is_none()).count();
        let (result, with_unclaimed) = (None, None);
        let (vocabulary, by) = (question.vocabulary, question.by);
        Computed {
            vocabulary,
            applicant,
            policy,
            asked,
            by,
            evaluated,
            claiming,
            places,
            repeats,
            result,
            with_unclaimed,
        }
    }

    /// The unit as if this row were its only one.
    fn supposing(&self, row: Achievement) -> Computed<'a> {
        Computed {
            vocabulary: self.vocabulary,
            applicant: self.applicant,
            policy: self.policy,
            asked: &[],
            by: self.by,
            evaluated: Applicant { achievements: vec![row], ..bare(self.applicant) },
            claiming: 1,
            places: vec![Some(0)],
            repeats: vec![None],
            result: None,
            with_unclaimed: None,
        }
    }

    /// True if money is asked for, or was given, for this row; by applicant, for any of its rows.
    fn asks(&self, row: usize, which: &[Which]) -> bool {
        let some = |row: &Asked| which.iter().any(|which| is_some(which.of(*row)));
        match self.by {
            By::Row => self.asked.get(row).is_some_and(some),
            By::Applicant => self.asked.iter().any(some),
        }
    }

    fn evaluate(&mut self, evaluator: &mut Evaluator<'_>, policies: &[&Policy]) {
        let Some(index) = self.policy.and_then(|policy| policies.iter().position(|known| known.id == policy.id)) else {
            return;
        };
        let mut run = |rows: usize| {
            let unit = FirstRows { unit: &self.evaluated, rows };
            let results = evaluator.evaluate(&unit, &[index]);
            results.into_iter().flatten().next().map(|settled| settled.itemize())
        };
        self.result = run(self.claiming);
        let all = self.evaluated.achievements.len();
        self.with_unclaimed = if all > self.claiming { run(all) } else { None };
    }

    /// What a row came to.
    fn item(&self, row: usize) -> Option<&Item> {
        let place = self.places.get(row).copied().flatten()?;
        let result = if place < self.claiming { &self.result } else { &self.with_unclaimed };
        result.as_ref()?.items.get(place)
    }
}

/// The unit without its rows.
fn bare(applicant: &Applicant) -> Applicant {
    Applicant { name: applicant.name.clone(), facts: applicant.facts.clone(), achievements: Vec::new() }
}

/// True for an amount above 0, or for one that cannot be read.
fn is_some(cell: Cell) -> bool {
    cell != Cell::Blank && cell.amount() != Some(Money::ZERO)
}

/// The first rows of a unit.
struct FirstRows<'u> {
    unit: &'u Applicant,
    rows: usize,
}

impl Unit for FirstRows<'_> {
    fn facts(&self) -> &Facts {
        &self.unit.facts
    }

    fn rows(&self) -> usize {
        self.rows
    }

    fn row(&self, item: usize) -> Cow<'_, Facts> {
        self.unit.row(item)
    }

    fn value(&self, item: usize, fact: FactId) -> Option<Value> {
        self.unit.value(item, fact)
    }
}

/// What makes two rows of one applicant the same achievement: the number of a standard, which is published once; else
/// everything that tells achievements apart. None where neither number nor title is known.
fn likeness(vocabulary: &Vocabulary, facts: &Facts) -> Option<Vec<String>> {
    let known = vocabulary.known();
    let mut key = vec![format!("{:?}", facts.get(known.kind))];
    if let Some(number) = crate::input::standard_number(vocabulary, facts) {
        let dated = has_year(&number);
        key.push(number);
        // Without a year a number stands for every edition of the standard.
        if !dated {
            key.push(format!("{:?}", facts.get(known.date)));
        }
        return Some(key);
    }
    facts.text(known.number).or(facts.text(known.title))?;
    for fact in [known.number, known.title, known.project] {
        key.push(facts.text(fact).map(text::key).unwrap_or_default());
    }
    // Values from lists tell clauses, stages and conditions apart: what they tell apart is paid apart.
    let listed = vocabulary.facts().filter(|(_, fact)| fact.of == Of::Achievement && fact.kind == FactType::Enum);
    let others = listed.map(|(id, _)| id).filter(|fact| ![known.role, known.kind, known.prior_source].contains(fact));
    key.extend(others.chain([known.date, known.quantity]).map(|fact| format!("{:?}", facts.get(fact))));
    Some(key)
}

/// True for a number that ends in the year of its edition: `…-2021`; keys of numbers have no colon.
fn has_year(number: &str) -> bool {
    let tail = number.rsplit('-').next().unwrap_or_default();
    tail.len() == 4 && tail.len() < number.len() && tail.bytes().all(|b| b.is_ascii_digit())
}
