//! The rules at hand: those that ship inside the binary, and those of a folder given by the user.

use crate::policy::{self, Policy};
use crate::rulefile::{Diagnostic, RuleFile, Severity};
use crate::vocabulary::Vocabulary;

/// The rule files inside the binary: name and text.
const SHIPPED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/shipped.rs"));

/// The rule files that ship inside the binary.
pub fn shipped() -> Vec<RuleFile> {
    SHIPPED.iter().map(|(name, text)| RuleFile { name: (*name).to_owned(), text: (*text).to_owned() }).collect()
}

/// The vocabulary and the policies, ready for use.
#[derive(Debug)]
pub struct Rules {
    /// The dictionary of facts.
    pub vocabulary: Vocabulary,
    /// The policies, by id.
    pub policies: Vec<Policy>,
}

/// What was found in the rule files, file by file.
#[derive(Debug, Default)]
pub struct Findings(pub Vec<(RuleFile, Vec<Diagnostic>)>);

impl Findings {
    fn add(&mut self, file: &RuleFile, found: Vec<Diagnostic>) {
        if !found.is_empty() {
            self.0.push((file.clone(), found));
        }
    }

    /// True if some file cannot be used.
    pub fn any_errors(&self) -> bool {
        self.0.iter().flat_map(|(_, found)| found).any(|diagnostic| diagnostic.severity == Severity::Error)
    }
}

/// Loads rule files: parts of the vocabulary first, then policies, a later policy replacing an earlier one of the same
/// id. Returns what can be used, if anything, and what was found.
pub fn load(files: &[RuleFile]) -> (Option<Rules>, Findings) {
    let mut findings = Findings::default();
    let (policy_files, vocabulary_files): (Vec<&RuleFile>, Vec<&RuleFile>) =
        files.iter().partition(|file| file.is_policy());
    let vocabulary_files: Vec<RuleFile> = vocabulary_files.into_iter().cloned().collect();
    let vocabulary = match Vocabulary::load(&vocabulary_files) {
        Ok(vocabulary) => vocabulary,
        Err(mistakes) => {
            for (index, found) in mistakes {
                if let Some(file) = vocabulary_files.get(index) {
                    findings.add(file, found);
                }
            }
            return (None, findings);
        }
    };
    let mut policies: Vec<Policy> = Vec::new();
    for file in policy_files {
        match policy::load(&vocabulary, file) {
            Ok(loaded) => {
                findings.add(file, loaded.warnings);
                policies.retain(|known| known.id != loaded.policy.id);
                policies.push(loaded.policy);
            }
            Err(found) => findings.add(file, found),
        }
    }
    policies.sort_by(|one, two| one.id.cmp(&two.id));
    (Some(Rules { vocabulary, policies }), findings)
}
