//! The command line (contract section 5): thin. One file per command; [`args`] says what can be typed, [`files`]
//! reads and writes, [`request`] turns arguments into what the library takes.
//!
//! Exit codes: 0 done; 1 done, but there is something to look at; 2 it could not be done, with nothing written.

mod about;
mod args;
mod audit;
mod check;
mod compare;
mod diff;
mod estimate;
mod explain;
mod files;
mod plan;
mod policies;
mod request;
mod schema;
mod seen;
mod shown;
mod template;
mod verify;

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use biaobu::lang::Lang;
use biaobu::output::terminal;

/// How a command that could be carried out ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// Nothing to look at.
    Clean,
    /// Invalid rows, failed checks and the like.
    LookAtIt,
}

pub fn main() -> ExitCode {
    let args = Args::parse();
    let lang = args.lang.map_or_else(locale, Lang::from);
    let Some(command) = &args.command else {
        return finish(about::start(lang));
    };
    let outcome = match command {
        Command::Estimate(estimate) => estimate::run(estimate, &args.rules, lang),
        Command::Explain(explain) => explain::run(explain, &args.rules, lang),
        Command::Audit(audit) => audit::run(audit, &args.rules, lang),
        Command::Compare(compare) => compare::run(compare, &args.rules, lang),
        Command::Diff(diff) => diff::run(diff, &args.rules, lang),
        Command::Plan(plan) => plan::run(plan, &args.rules, lang),
        Command::Policies(policies) => policies::list(policies, &args.rules, lang),
        Command::Show(show) => policies::show(show, &args.rules, lang),
        Command::Template(template) => template::run(template, &args.rules, lang),
        Command::Check(check) => check::run(check, &args.rules, lang),
        Command::Verify(verify) => verify::run(verify, &args.rules, lang),
        Command::Schema(schema) => schema::run(schema, &args.rules, lang),
        Command::Completions(completions) => about::completions(completions.shell, lang),
        Command::Man => about::manual(lang),
    };
    finish(outcome)
}

fn finish(outcome: anyhow::Result<Done>) -> ExitCode {
    match outcome {
        Ok(Done::Clean) => ExitCode::SUCCESS,
        Ok(Done::LookAtIt) => ExitCode::from(1),
        Err(error) if closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&format!("biaobu: {error:#}"));
            ExitCode::from(2)
        }
    }
}

/// Words to standard error. That nobody reads them is no reason to stop.
fn tell(words: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", terminal::lines(words));
}

/// A reader that has seen enough is not an error (contract section 5).
fn closed_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| cause.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe))
}

/// The language of the locale; Chinese where it names neither Chinese nor English.
fn locale() -> Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().filter_map(|name| std::env::var(name).ok());
    match named.into_iter().find(|value| !value.is_empty()) {
        Some(value) if value.to_lowercase().starts_with("en") => Lang::En,
        _ => Lang::Zh,
    }
}

/// The width of the terminal, 80 where there is none.
fn terminal_width() -> usize {
    terminal_size::terminal_size().map_or(80, |(width, _)| usize::from(width.0))
}
