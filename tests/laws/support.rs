//! What all laws need: the shipped rules, and cases that are the same in every run.

use std::env;
use std::sync::LazyLock;

use biaobu::engine::result::PolicyResult;
use biaobu::engine::{self, Application};
use biaobu::facts::Applicant;
use biaobu::policy::Policy;
use biaobu::rules::{self, Rules};
use biaobu::vocabulary::{FactId, ValueId, Vocabulary};
use proptest::prelude::ProptestConfig;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{RngSeed, TestRunner};

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let (rules, findings) = rules::load(&rules::shipped());
    assert!(!findings.any_errors(), "the shipped rules load");
    rules.expect("the shipped rules load")
});

pub fn vocabulary() -> &'static Vocabulary {
    &RULES.vocabulary
}

/// The shipped policies, by id.
pub fn shipped() -> &'static [Policy] {
    &RULES.policies
}

pub fn policy(id: &str) -> &'static Policy {
    shipped().iter().find(|policy| policy.id == id).expect("a shipped policy")
}

pub fn fact(id: &str) -> FactId {
    vocabulary().find(id).expect("a fact of the vocabulary")
}

pub fn value(fact: FactId, id: &str) -> ValueId {
    vocabulary().fact(fact).value_id(id).expect("a value of the fact")
}

pub fn evaluate(policy: &Policy, applicant: &Applicant, application: &Application) -> PolicyResult {
    engine::evaluate(vocabulary(), policy, applicant, application)
}

/// `cases` random cases, the same in every run unless the environment asks for others.
pub fn cases(cases: u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    let rng_seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(20_210_829),
        asked => asked,
    };
    let cases = if env::var_os("PROPTEST_CASES").is_some() { usual.cases } else { cases };
    ProptestConfig { cases, rng_seed, failure_persistence: None, max_shrink_iters: 4000, ..usual }
}

/// Some values of a strategy, without a law.
pub fn samples<S: Strategy>(strategy: &S, count: u32) -> Vec<S::Value> {
    let mut runner = TestRunner::new(cases(count));
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("the strategy refuses nothing").current()).collect()
}

/// The head of an invented policy.
pub const POLICY: &str = r#"
[policy]
id          = "invented-2020"
title       = "试验办法"
en          = "Invented"
issuer      = "某局"
level       = "municipal"
region      = ["某市"]
region_cite = "第一条"
in_force    = { from = 2020-01-01, cite = "第二条" }
source      = "invented.txt"
"#;
