//! `biaobu template`: an empty input file to fill in.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use biaobu::lang::Lang;
use biaobu::output::template::{self, Template};
use biaobu::words;

use super::args::{self, TemplateFormat};
use super::{Done, files, request};

pub fn run(args: &args::Template, rules: &[PathBuf], lang: Lang) -> Result<Done> {
    let format = args.format();
    if format == TemplateFormat::Xlsx {
        files::refuse_terminal(args.output.as_deref(), lang)?;
    }
    spare_filled_in(args.output.as_deref(), lang)?;
    let rules = request::rules(rules, lang)?;
    let mut policies = Vec::new();
    for name in args.policy.iter().filter(|name| !name.trim().is_empty()) {
        let policy = rules.policies.iter().find(|policy| policy.id == *name);
        policies.push(policy.ok_or_else(|| request::unknown_policy(name, &rules, lang))?);
    }
    let template = Template { vocabulary: &rules.vocabulary, policies, examples: &rules.policies, lang };
    files::write(args.output.as_deref(), lang, |out| match format {
        TemplateFormat::Csv => template::write_csv(&template, out),
        TemplateFormat::Xlsx => template::write_xlsx(&template, out),
    })?;
    Ok(Done::Clean)
}

/// A file of this name may have been filled in already: it is not replaced by an empty one.
fn spare_filled_in(path: Option<&Path>, lang: Lang) -> Result<()> {
    let Some(path) = path.filter(|path| path.is_file()) else { return Ok(()) };
    let name = path.display();
    let message = words!(
        zh: "{name}: 已有这个文件，可能已经填写，不覆盖；请换一个文件名",
        en: "{name}: exists and may be filled in already; it is not replaced; name another file"
    );
    bail!(request::say(lang, &message))
}
