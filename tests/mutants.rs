//! Mutation test of the shipped rule files: changing any one figure, date, unit of time, source, effect or treatment of
//! the unknown must be noticed by the loader or by a worked example. A survivor is a figure that nothing proves.

mod support;

use biaobu::policy::{self, examples};
use biaobu::rulefile::RuleFile;
use biaobu::rules;
use biaobu::vocabulary::Vocabulary;
use support::mutants::mutants;

#[test]
fn no_figure_of_a_rule_file_can_change_unnoticed() {
    let rules = support::shipped();
    let mut survivors = Vec::new();
    let mut tried = 0;
    for file in rules::shipped().into_iter().filter(RuleFile::is_policy) {
        for mutant in mutants(&file) {
            tried += 1;
            let explained = EXPLAINED
                .iter()
                .any(|(name, line, _)| file.name.ends_with(name) && (mutant.line == *line || mutant.change == *line));
            if !explained && survives(&rules.vocabulary, &mutant.file) {
                survivors.push(format!("{}: {} -> {}", file.name, mutant.line.trim(), mutant.change));
            }
        }
    }
    assert!(survivors.is_empty(), "{} of {tried} survive:\n{}", survivors.len(), survivors.join("\n"));
    assert!(tried > 250, "{tried}");
}

fn survives(vocabulary: &Vocabulary, file: &RuleFile) -> bool {
    match policy::load(vocabulary, file) {
        Ok(loaded) => examples::pass(vocabulary, &loaded.policy),
        Err(_) => false,
    }
}

/// Figures that nothing can prove, and why: a line as it stands (any change of it) or as it is changed.
const EXPLAINED: &[(&str, &str, &str)] = &[
    (
        "xiamen-2020.toml",
        "within = \"5 years before application\"",
        "the policy pays only from 2020-10-09 on and ends on 2025-10-08, so that the five years never cut anything off",
    ),
    (
        "zhengzhou-2019.toml",
        "over    = \"3 years\"",
        "how many years a cap spans matters only in a run over several years, and a worked example is of one year",
    ),
    (
        "weihai-2019.toml",
        "share = \"50%\"",
        "which treasury bears the bill (1:1) is for information: no amount that an example can state depends on it",
    ),
    (
        "beijing-2020.toml",
        "one_unit = true",
        "only an audit looks at it; proved by tests/audit.rs, which_policies_let_one_unit_only_apply",
    ),
    (
        "weihai-2019.toml",
        "one_unit = true",
        "only an audit looks at it; proved by tests/audit.rs, which_policies_let_one_unit_only_apply",
    ),
    (
        "tianjin-2021.toml",
        "year       = 2023",
        "the call repeats the general window of that year, so that a result is the same without it",
    ),
    (
        "tianjin-2021.toml",
        "year       = 2024",
        "the call repeats the general window of that year, so that a result is the same without it",
    ),
    (
        "weihai-2019.toml",
        "year       = 2021",
        "the call repeats the general window of that year, so that a result is the same without it",
    ),
    (
        "weihai-2019.toml",
        "year  = 2022",
        "the call repeats the general window of that year, so that a result is the same without it",
    ),
    (
        "weihai-2019.toml",
        "within = \"2020-01-01 to 2022-12-31\"",
        "nothing dated after the application counts, and that is at the latest on the last day of the call's year",
    ),
    (
        "weihai-2019.toml",
        "within = \"2021-01-01 to 2022-12-31\"",
        "nothing dated after the application counts, and that is at the latest on the last day of the call's year",
    ),
    (
        "weihai-2019.toml",
        "within = \"2021-01-01 to 2023-12-31\"",
        "nothing dated after the application counts, and that is at the latest on the last day of the call's year",
    ),
    (
        "weihai-2019.toml",
        "within = \"2022-01-01 to 2023-12-31\"",
        "nothing dated after the application counts, and that is at the latest on the last day of the call's year",
    ),
    (
        "liaocheng-2021.toml",
        "application_day = \"09-30\"",
        "the window ends on that day too, so that a later day of application pays for nothing more",
    ),
    (
        "liaocheng-2021.toml",
        "  \"500元\",",
        "of tiers among which a reviewer chooses the highest counts, and this is a lower one",
    ),
    (
        "liaocheng-2021.toml",
        "  \"300元\",",
        "of tiers among which a reviewer chooses the highest counts, and this is a lower one",
    ),
    (
        "huangpu-2019.toml",
        "needs    = [{ cite = \"第十条（四）\", says = \"通过验收\", fact = \"stage\", is = \"accepted\", unknown = \"assumed\" }]",
        "the two halves are equal and the start comes first, so that a blank stage is paid by the start either way",
    ),
];
