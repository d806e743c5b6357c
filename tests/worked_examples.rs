//! The worked examples beside the clauses of the shipped rule files.

mod support;

use biaobu::policy::examples;
use biaobu::rulefile;
use biaobu::{lang::Lang, rules};

#[test]
fn worked_examples_come_out_as_written() {
    let rules = support::shipped();
    for policy in &rules.policies {
        let outcome = examples::run(&rules.vocabulary, policy);
        let file = rules::shipped().into_iter().find(|file| biaobu::policy::digest(file) == policy.sha256);
        let file = file.expect("the policy was read from a shipped file");
        assert!(outcome.failures.is_empty(), "{}", rulefile::render(&file, &outcome.failures, Lang::En));
        assert!(outcome.run >= policy.clauses.len(), "{}", policy.id);
    }
}
