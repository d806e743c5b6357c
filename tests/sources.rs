//! The shipped rules against the official texts, where these are at hand beside the repository.

mod support;

use std::path::Path;

use biaobu::policy::{digest_of, source};

#[test]
fn every_figure_stands_in_its_clause_and_every_amount_is_used() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/sources");
    let rules = support::shipped();
    for policy in &rules.policies {
        let Ok(text) = std::fs::read_to_string(folder.join(&policy.source)) else {
            eprintln!("{}: the official text is not at hand, not compared", policy.id);
            continue;
        };
        let coverage = source::compare(policy, &text);
        assert!(coverage.unfounded.is_empty() && coverage.open.is_empty(), "{}: {coverage:?}", policy.id);
        assert!(coverage.clauses > 0, "{}", policy.id);
        assert_eq!(digest_of(text.as_bytes()), policy.source_sha256, "{}", policy.id);
    }
}
