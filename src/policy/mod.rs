//! Policies 政策: a TOML rule file, checked and compiled (contract section 2).
//!
//! [`load`] turns a rule file into a [`Policy`] or says everything that is wrong with it; [`lint`] looks for what
//! is well-formed and still cannot be meant; [`examples`] runs the worked examples.

pub mod calendar;
pub mod examples;
mod lint;
mod load;
pub mod model;
mod phrase;
pub mod schema;
pub mod source;
mod uses;

use jiff::civil::Date;
use sha2::{Digest, Sha256};

pub use model::Policy;

use crate::rulefile::{Diagnostic, RuleFile, Severity};
use crate::vocabulary::Vocabulary;

/// A policy and what is doubtful about its file.
#[derive(Debug)]
pub struct Loaded {
    /// The compiled policy.
    pub policy: Policy,
    /// Warnings; errors would have kept it from loading.
    pub warnings: Vec<Diagnostic>,
}

/// Reads, checks and compiles one rule file.
///
/// # Errors
/// Every mistake found, with its place. The file is then unusable.
pub fn load(vocabulary: &Vocabulary, file: &RuleFile) -> Result<Loaded, Vec<Diagnostic>> {
    let (policy, mut found) = load::read(vocabulary, file);
    if let Some(policy) = &policy {
        let complete = !is_broken(&found);
        found.extend(lint::lint(vocabulary, policy, complete));
    }
    let broken = is_broken(&found);
    match policy {
        Some(policy) if !broken => Ok(Loaded { policy, warnings: found }),
        _ => Err(found),
    }
}

/// The SHA-256 of a rule file, in hex: `policy_sha256` of a result.
pub fn digest(file: &RuleFile) -> String {
    digest_of(file.text.as_bytes())
}

/// A SHA-256 in hex.
pub fn digest_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_broken(found: &[Diagnostic]) -> bool {
    found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
}

impl Policy {
    /// True if the policy is in force on `day`.
    pub fn in_force_on(&self, day: Date) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }

    /// The application date D of `year` where none is given (contract section 3.1): the policy's own day of the year
    /// if it is in force then, else the last day of the year on which it is in force; none if there is no such day.
    pub fn application_date(&self, year: i16) -> Option<Date> {
        if let Some((month, day)) = self.application_day
            && let Some(day) = Date::new(year, month, day).ok().filter(|day| self.in_force_on(*day))
        {
            return Some(day);
        }
        let last = Date::new(year, 12, 31).ok()?;
        let last = self.until.map_or(last, |until| last.min(until));
        (last.year() == year && self.in_force_on(last)).then_some(last)
    }

    /// The call of an application year, if one is known.
    pub fn call_of(&self, year: i16) -> Option<&model::Call> {
        self.calls.iter().find(|call| call.year == year)
    }

    /// The policy as the call of `year` applies it: its windows replace the clauses' own on the same fact, its other
    /// conditions are added. None without a call.
    pub fn under_call(&self, year: i16) -> Option<Policy> {
        let call = self.call_of(year)?;
        let mut called = self.clone();
        for (on, condition) in &call.conditions {
            for clause in on {
                let conditions = &mut called.clauses[*clause].conditions;
                if let model::Test::Within(fact, _) = condition.test {
                    conditions.retain(|own| !matches!(own.test, model::Test::Within(other, _) if other == fact));
                }
                conditions.push(condition.clone());
            }
        }
        Some(called)
    }

    /// True if a unit registered in `region` is the policy's: one of its names occurs in it (contract section 3.2).
    pub fn covers(&self, region: &str) -> bool {
        let region = crate::text::key(region);
        self.region.iter().any(|name| region.contains(&crate::text::key(name)))
    }
}
