//! Rule files as text: TOML with the place of every key and value, and diagnostics that point at them.
//!
//! Both the vocabulary and the policies are read through [`Entry`], which remembers which keys were asked for, so
//! that an unknown or misplaced key can never be ignored.

mod diagnostic;
mod entry;

pub use diagnostic::{Code, Diagnostic, Severity, render};
pub use entry::{Entry, Node, Problems, Span};

use toml::de::DeTable;

use crate::words;

/// One rule file: its name as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct RuleFile {
    /// Shown in messages: `rules/tianjin-2021.toml`.
    pub name: String,
    /// The whole text.
    pub text: String,
}

impl RuleFile {
    /// A policy declares itself by the table `[policy]`; every other rule file is a part of the vocabulary.
    pub fn is_policy(&self) -> bool {
        let header = |line: &str| line.split('#').next().unwrap_or_default().split_whitespace().collect::<String>();
        self.text.lines().any(|line| header(line) == "[policy]")
    }

    /// The line, counted from 1, of a byte of the text.
    pub fn line(&self, at: usize) -> usize {
        let before = &self.text.as_bytes()[..at.min(self.text.len())];
        1 + before.iter().filter(|byte| **byte == b'\n').count()
    }

    /// What keeps the file from being TOML.
    pub fn syntax(&self) -> Vec<Diagnostic> {
        let problems = Problems::default();
        self.with_root(&problems, |_| ());
        problems.into_inner()
    }

    /// Parses the TOML. Syntax errors go to `problems`; what could be read is handed to `read`.
    pub(crate) fn with_root<T>(&self, problems: &Problems, read: impl FnOnce(Entry<'_, '_>) -> T) -> T {
        let (root, errors) = DeTable::parse_recoverable(&self.text);
        for error in errors {
            let span = error.span().unwrap_or(0..0);
            let message = error.message();
            problems.error(
                Code::Syntax,
                span,
                words!(zh: "这里不是合法的 TOML：{message}", en: "not valid TOML: {message}"),
                words!(zh: "改正此处的语法", en: "correct the syntax here"),
            );
        }
        let root_table = root.get_ref();
        let entry = Entry::new(root_table, 0..0, problems);
        read(entry)
    }
}
