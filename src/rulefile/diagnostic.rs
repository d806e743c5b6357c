//! One struct per mistake in a rule file, and its picture: file, line, caret, hint.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{RuleFile, Span};
use crate::lang::{Lang, Words};

/// What kind of mistake. The code is stable and stands in every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Not TOML.
    Syntax,
    /// A key that this table does not have.
    UnknownKey,
    /// A key that this table needs.
    MissingKey,
    /// A value of another type or form than the key takes.
    WrongValue,
    /// A fact, enum value, kind or subject that the vocabulary does not know.
    UnknownFact,
    /// A clause, category, parameter or table entry that does not exist.
    UnknownReference,
    /// Two entries with one name.
    Duplicate,
    /// A condition that can never hold, or a clause that nothing can select.
    NeverHolds,
    /// Caps or limits that overlap without one containing the other.
    Overlap,
    /// Something without which the rule cannot be trusted: a clause without a window or an example.
    Incomplete,
    /// A worked example that comes out otherwise.
    Example,
    /// Declared and never used.
    Unused,
}

impl Code {
    /// The code as printed.
    pub fn id(self) -> &'static str {
        match self {
            Code::Syntax => "syntax",
            Code::UnknownKey => "unknown-key",
            Code::MissingKey => "missing-key",
            Code::WrongValue => "wrong-value",
            Code::UnknownFact => "unknown-fact",
            Code::UnknownReference => "unknown-reference",
            Code::Duplicate => "duplicate",
            Code::NeverHolds => "never-holds",
            Code::Overlap => "overlap",
            Code::Incomplete => "incomplete",
            Code::Example => "example",
            Code::Unused => "unused",
        }
    }
}

/// How bad it is. An error makes the rule file unusable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// The file can be used, but somebody should look.
    Warning,
}

/// One mistake in a rule file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Bytes of the file's text.
    pub span: Span,
    /// What was found and expected.
    pub message: Words,
    /// What to do.
    pub hint: Words,
}

impl Diagnostic {
    /// True if only the place is another one.
    fn says_the_same(&self, other: &Diagnostic) -> bool {
        (self.code, self.severity, &self.message, &self.hint)
            == (other.code, other.severity, &other.message, &other.hint)
    }
}

/// Of one kind, so many mistakes are shown with the lines that they stand in.
const PICTURES: usize = 5;

/// The page of `diagnostics` for a terminal, without colour, in order of place: one block each; of many mistakes of one
/// kind the first few, and behind them one line for those that say the same.
pub fn render(file: &RuleFile, diagnostics: &[Diagnostic], lang: Lang) -> String {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
    let renderer = Renderer::plain().decor_style(DecorStyle::Ascii);
    let mut page = String::new();
    let mut shown: Vec<(Code, usize)> = Vec::new();
    let mut others: Vec<(&Diagnostic, Vec<String>)> = Vec::new();
    for diagnostic in sorted {
        let place = shown.iter().position(|(code, _)| *code == diagnostic.code);
        let place = place.unwrap_or_else(|| {
            shown.push((diagnostic.code, 0));
            shown.len() - 1
        });
        shown[place].1 += 1;
        if shown[place].1 <= PICTURES {
            page.push_str(&renderer.render(&[picture(file, diagnostic, lang)]));
            page.push_str("\n\n");
            continue;
        }
        let line = file.line(diagnostic.span.start).to_string();
        match others.iter_mut().find(|(other, _)| other.says_the_same(diagnostic)) {
            Some((_, lines)) => lines.push(line),
            None => others.push((diagnostic, vec![line])),
        }
    }
    for (diagnostic, lines) in &others {
        let (name, message, code) = (&file.name, diagnostic.message.get(lang), diagnostic.code.id());
        let severity = if diagnostic.severity == Severity::Error { "error" } else { "warning" };
        let lines = match lang {
            Lang::Zh => format!("第 {} 行", lines.join("、")),
            Lang::En => format!("line {}", lines.join(", ")),
        };
        page.push_str(&format!("{severity}[{code}]: {message}\n   --> {name}: {lines}\n"));
        if !diagnostic.hint.zh.is_empty() {
            page.push_str(&format!("    = help: {}\n", diagnostic.hint.get(lang)));
        }
        page.push('\n');
    }
    page
}

fn picture<'a>(file: &'a RuleFile, diagnostic: &'a Diagnostic, lang: Lang) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let (start, end) = (diagnostic.span.start.min(file.text.len()), diagnostic.span.end.min(file.text.len()));
    let snippet = Snippet::source(file.text.as_str())
        .path(file.name.as_str())
        .annotation(AnnotationKind::Primary.span(start..end.max(start)));
    let group = level.primary_title(diagnostic.message.get(lang)).id(diagnostic.code.id()).element(snippet);
    if diagnostic.hint.zh.is_empty() {
        return group;
    }
    group.element(Level::HELP.message(diagnostic.hint.get(lang)))
}
