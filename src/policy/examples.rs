//! Worked examples 算例: rows in the words of an input file, read and evaluated as a user's rows are.

use super::Policy;
use super::model::{Example, ExampleRow};
use crate::engine::{self, Application, result::PolicyResult};
use crate::facts::Applicant;
use crate::input;
use crate::lang::Words;
use crate::rulefile::{Code, Diagnostic, Severity, Span};
use crate::vocabulary::Vocabulary;
use crate::words;

/// How many examples were run, and what is wrong with them.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Examples run.
    pub run: usize,
    /// Examples that come out otherwise.
    pub failures: Vec<Diagnostic>,
}

/// Runs every worked example of a policy.
pub fn run(vocabulary: &Vocabulary, policy: &Policy) -> Outcome {
    let mut outcome = Outcome::default();
    for example in all(policy) {
        outcome.run += 1;
        outcome.failures.extend(check(vocabulary, policy, example));
    }
    outcome
}

/// True if every worked example comes out as written; stops at the first that does not.
pub fn pass(vocabulary: &Vocabulary, policy: &Policy) -> bool {
    all(policy).all(|example| check(vocabulary, policy, example).is_empty())
}

fn all(policy: &Policy) -> impl Iterator<Item = &Example> {
    policy.clauses.iter().flat_map(|clause| &clause.examples).chain(&policy.examples)
}

fn failure(span: &Span, message: Words) -> Diagnostic {
    Diagnostic {
        code: Code::Example,
        severity: Severity::Error,
        span: span.clone(),
        message,
        hint: words!(
            zh: "对照正文，改算例或改条款",
            en: "compare with the official text and correct the example or the clause"
        ),
    }
}

fn check(vocabulary: &Vocabulary, policy: &Policy, example: &Example) -> Vec<Diagnostic> {
    let name = &example.name;
    let applicant = match read(vocabulary, example) {
        Ok(applicant) => applicant,
        Err((span, message)) => {
            return vec![failure(
                &span,
                words!(zh: "算例“{name}”读不出：{m}", en: "example \"{name}\" cannot be read: {n}", m = &message.zh, n = &message.en),
            )];
        }
    };
    let applications = applications(example);
    let results = engine::run(vocabulary, policy, &applicant, &applications);
    let Some(result) = results.last() else {
        return vec![failure(&example.span, words!(zh: "算例“{name}”没有年度", en: "example \"{name}\" has no year"))];
    };
    let mut failures = Vec::new();
    let mut expect = |span: &Span, what: &str, wanted: Option<String>, found: String| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
            failures.push(failure(
                span,
                words!(
                    zh: "算例“{name}”：{what} 应为 {wanted}，算出 {found}",
                    en: "example \"{name}\": {what} should be {wanted}, computed {found}"
                ),
            ));
        }
    };
    for (index, row) in example.rows.iter().enumerate() {
        expect_row(vocabulary, policy, result, index, row, &mut expect);
    }
    for (result, total) in results.iter().zip(&example.totals) {
        let year = result.year;
        expect(&example.span, &format!("total {year}"), Some(total.to_string()), result.total.to_string());
    }
    expect(&example.span, "total", example.total.map(|m| m.to_string()), result.total.to_string());
    expect(&example.span, "potential", example.potential.map(|m| m.to_string()), result.potential_total.to_string());
    failures
}

fn expect_row(
    vocabulary: &Vocabulary,
    policy: &Policy,
    result: &PolicyResult,
    index: usize,
    row: &ExampleRow,
    expect: &mut impl FnMut(&Span, &str, Option<String>, String),
) {
    let Some(item) = result.items.get(index) else { return };
    let span = &row.span;
    expect(span, "pays", row.pays.map(|m| m.to_string()), item.amount.to_string());
    let nature = item.clause.map(|clause| policy.clauses[clause].nature.id().to_owned()).unwrap_or_default();
    expect(span, "nature", row.nature.map(|nature| nature.id().to_owned()), nature);
    expect(span, "base", row.base.map(|m| m.to_string()), item.base.to_string());
    expect(span, "status", row.status.clone(), item.status.id().to_owned());
    // An example beside a clause that pays must be paid by that clause.
    let decides = row.clause.clone().filter(|_| row.rule_stated || row.pays.is_some_and(|pays| !pays.is_zero()));
    let rule = item.clause.map(|clause| policy.clauses[clause].id.clone()).unwrap_or_default();
    expect(span, "rule", decides, rule);
    let mut missing: Vec<String> = item
        .missing
        .iter()
        .map(|missing| match missing {
            engine::result::Missing::Fact(fact) => vocabulary.fact(*fact).id.clone(),
            engine::result::Missing::Clause => "clause".to_owned(),
        })
        .collect();
    missing.sort();
    let wanted = row.missing.clone().map(|mut wanted| {
        wanted.sort();
        wanted.join(", ")
    });
    expect(span, "missing", wanted, missing.join(", "));
}

fn read(vocabulary: &Vocabulary, example: &Example) -> Result<Applicant, (Span, Words)> {
    let first = |mistakes: Vec<input::Mistake>| {
        mistakes.into_iter().next().map(|mistake| {
            let column = mistake.column.unwrap_or_default();
            let (zh, en) = (mistake.message.zh, mistake.message.en);
            words!(zh: "{column}：{zh}", en: "{column}: {en}")
        })
    };
    let mut applicant = if example.applicant.is_empty() {
        Applicant::default()
    } else {
        input::read_applicant_row(vocabulary, &example.applicant)
            .map_err(|mistakes| (example.span.clone(), first(mistakes).unwrap_or_default()))?
    };
    for (index, row) in example.rows.iter().enumerate() {
        let mut achievement = input::read_row(vocabulary, &row.cells)
            .map_err(|mistakes| (row.span.clone(), first(mistakes).unwrap_or_default()))?;
        achievement.row = index as u64 + 2;
        applicant.achievements.push(achievement);
    }
    Ok(applicant)
}

/// The applications that an example speaks of, one per year.
pub fn applications(example: &Example) -> Vec<Application> {
    let (on, parameters) = (example.on, example.parameters.iter().cloned().collect());
    let once = Application { year: 0, on, parameters, ignore_validity: false, calls: example.calls };
    once.in_years(example.year..=example.to_year)
}
