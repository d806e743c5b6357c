//! Arguments to what the library takes: rules, portfolio, jobs.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use biaobu::engine::Application;
use biaobu::facts::Applicant;
use biaobu::input::{self, InputError, Ledger, Notice, Options, Portfolio, Stream};
use biaobu::lang::{Lang, Words};
use biaobu::money::Money;
use biaobu::output::batch::Batch;
use biaobu::output::{Job, Report, terminal};
use biaobu::policy::{self, Policy};
use biaobu::request::{GivenRules, Request};
use biaobu::rulefile::{self, RuleFile};
use biaobu::rules::{self, Rules};
use biaobu::text;
use biaobu::words;
use jiff::civil::Date;

use super::args::Inputs;
use super::{files, tell};

/// The shipped rules with those of the given folders.
pub fn rules(folders: &[PathBuf], lang: Lang) -> Result<Rules> {
    rules_with(&files::rule_files(folders, lang)?, lang)
}

/// The shipped rules with those of the given files.
pub fn rules_with(given: &[RuleFile], lang: Lang) -> Result<Rules> {
    let mut all = rules::shipped();
    all.extend_from_slice(given);
    let (rules, findings) = rules::load(&all);
    for (file, found) in &findings.0 {
        tell(rulefile::render(file, found, lang).trim_end_matches('\n'));
    }
    match rules {
        Some(rules) if !findings.any_errors() => Ok(rules),
        _ => bail!(say(lang, &words!(zh: "规则文件有错，没有测算", en: "a rule file is broken; nothing was computed"))),
    }
}

/// Achievement files, with those that were typed behind `--policy ID` counted in.
pub struct Asked {
    achievements: Vec<PathBuf>,
    policies: Vec<String>,
}

impl Asked {
    /// True if policies are picked by the region of each unit.
    fn needs_region(&self) -> bool {
        self.policies.iter().any(|name| name == "auto")
    }

    /// `--policy` takes several ids, so that a file may stand behind them: what is no id is a file.
    pub fn new(inputs: &Inputs, rules: &Rules, lang: Lang) -> Result<Asked> {
        let known = |name: &str| matches!(name, "auto" | "all") || rules.policies.iter().any(|p| p.id == name);
        let (mut policies, mut achievements) = (Vec::new(), inputs.achievements.clone());
        // `--policy a, b` leaves a blank name behind the comma.
        for name in inputs.policy.iter().filter(|name| !name.trim().is_empty()) {
            if known(name) {
                policies.push(name.clone());
            } else if !policies.is_empty() && (name == "-" || name.contains(['.', '/', '\\'])) {
                achievements.push(PathBuf::from(name));
            } else {
                return Err(unknown_policy(name, rules, lang));
            }
        }
        if achievements.is_empty() {
            bail!(say(
                lang,
                &words!(zh: "请给出成果文件（CSV、Excel、ODS）", en: "name an achievements file (CSV, Excel, ODS)")
            ));
        }
        if policies.is_empty() {
            policies.push("auto".to_owned());
        }
        Ok(Asked { achievements, policies })
    }
}

/// The error for a policy id that does not exist.
pub fn unknown_policy(name: &str, rules: &Rules, lang: Lang) -> anyhow::Error {
    let ids: Vec<&str> = rules.policies.iter().map(|policy| policy.id.as_str()).collect();
    let near = text::nearest(name, ids.iter().copied(), 3);
    let ids = ids.join(", ");
    anyhow!(say(
        lang,
        &match near {
            Some(near) =>
                words!(zh: "没有政策“{name}”，是不是 {near}？", en: "no policy \"{name}\"; did you mean {near}?"),
            None => words!(zh: "没有政策“{name}”；现有：{ids}", en: "no policy \"{name}\"; there are: {ids}"),
        }
    ))
}

/// The message in one language.
pub fn say(lang: Lang, words: &Words) -> String {
    words.get(lang).to_owned()
}

/// Streams of the input files as asked for.
pub struct Files {
    pub achievements: Vec<Stream<'static>>,
    pub applicants: Option<Stream<'static>>,
}

fn input_files(asked: &Asked, inputs: &Inputs, lang: Lang) -> Result<Files> {
    let is_stdin = |path: &&PathBuf| path.as_os_str() == "-";
    if asked.achievements.iter().chain(&inputs.applicants).filter(is_stdin).count() > 1 {
        bail!(say(lang, &words!(zh: "标准输入（-）只能用一次", en: "standard input (-) can be read once only")));
    }
    let places: Vec<_> = asked.achievements.iter().map(|path| path.canonicalize().ok()).collect();
    for (index, path) in asked.achievements.iter().enumerate() {
        if places[index].is_some() && places[..index].contains(&places[index]) {
            let name = path.display();
            let message = words!(
                zh: "{name}: 这个文件给了不止一次，其中每一行都计了不止一次",
                en: "{name}: this file is given more than once, and each of its rows counts more than once"
            );
            tell(message.get(lang));
        }
    }
    let achievements = asked.achievements.iter().map(|path| files::stream(path, lang)).collect::<Result<_>>()?;
    let applicants = inputs.applicants.as_deref().map(|path| files::stream(path, lang)).transpose()?;
    Ok(Files { achievements, applicants })
}

/// What is wrong with the input, as one error.
pub fn input_errors(errors: &[InputError], lang: Lang) -> anyhow::Error {
    // Line and row stand in the message.
    let line = |error: &InputError| format!("{}: {}", terminal::file_name(&error.path, lang), error.message.get(lang));
    let lines: Vec<String> = errors.iter().map(line).collect();
    anyhow!(lines.join("\nbiaobu: "))
}

/// Tells what looks odd about the files.
pub fn tell_notices(notices: &[Notice], lang: Lang) {
    for notice in notices {
        let row = match (notice.row, lang) {
            (Some(row), Lang::Zh) => format!(" 第{row}行"),
            (Some(row), Lang::En) => format!(" row {row}"),
            (None, _) => String::new(),
        };
        tell(&format!("{}{row}: {}", terminal::file_name(&notice.path, lang), notice.message.get(lang)));
    }
}

/// Tells how many rows could not be read; the result itself lists them.
pub fn unreadable(count: usize, lang: Lang) {
    let message = words!(
        zh: "{count} 行读不出，没有计入；改正后重新运行",
        en: "rows that could not be read and are not counted: {count}; correct them and run again"
    );
    tell(message.get(lang));
}

/// How many threads: as asked, else as many as the machine has.
fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from))
}

/// Application years and date (contract section 3.1); the clock is asked only where neither is given.
fn application(inputs: &Inputs, lang: Lang) -> Result<(Vec<i16>, Option<Date>)> {
    match (&inputs.year, inputs.on) {
        (Some(years), Some(on)) if years.0 != [on.year()] => {
            let years = years.0.iter().map(i16::to_string).collect::<Vec<_>>().join(", ");
            bail!(say(
                lang,
                &words!(zh: "--on {on} 不在 --year {years} 之内，或年度不止一个", en: "--on {on} lies outside --year {years}, or there is more than one year")
            ))
        }
        (Some(years), on) => Ok((years.0.clone(), on)),
        (None, Some(on)) => Ok((vec![on.year()], Some(on))),
        (None, None) => {
            let today = jiff::Zoned::now().date();
            Ok((vec![today.year()], Some(today)))
        }
    }
}

/// The jobs in the order of the result, and the units that no policy at hand covers.
fn jobs<'a>(
    asked: &Asked,
    rules: &'a Rules,
    portfolio: &'a Portfolio,
    lang: Lang,
) -> Result<(Vec<Job<'a>>, Vec<&'a Applicant>)> {
    let region = rules.vocabulary.known().region;
    if asked.needs_region() {
        let homeless = portfolio.applicants.iter().filter(|applicant| applicant.facts.text(region).is_none());
        let homeless: Vec<&str> = homeless.map(|applicant| applicant.name.as_str()).collect();
        if let Some(first) = homeless.first() {
            return Err(no_region(first, homeless.len(), lang));
        }
    }
    let mut jobs = Vec::new();
    let mut uncovered = Vec::new();
    for applicant in &portfolio.applicants {
        let policies = chosen(asked, rules, applicant.facts.text(region));
        if policies.is_empty() {
            uncovered.push(applicant);
        } else {
            let policies = policies.into_iter().map(|policy| &rules.policies[policy]).collect();
            jobs.push(Job { applicant, policies });
        }
    }
    Ok((jobs, uncovered))
}

/// Units for which no policy can be picked: the first, and how many.
pub fn no_region(first: &str, count: usize, lang: Lang) -> anyhow::Error {
    let name = if first.is_empty() {
        say(lang, &words!(zh: "（未具名单位）", en: "(unnamed applicant)"))
    } else {
        first.to_owned()
    };
    anyhow!(say(
        lang,
        &words!(
            zh: "{count} 个单位没有注册地（如 {name}），无法自动选择政策：请用 --policy ID 指定，或用 --applicants 给出注册地",
            en: "{count} units have no region (such as {name}), so that no policy can be picked: give --policy ID, or their region in --applicants"
        )
    ))
}

/// The policies asked for, for one unit, by index: each once, in the order asked; `auto` and `all` by id.
fn chosen(asked: &Asked, rules: &Rules, region: Option<&str>) -> Vec<usize> {
    let mut chosen = Vec::new();
    for name in &asked.policies {
        let fits = |policy: &Policy| match name.as_str() {
            "all" => true,
            "auto" => region.is_some_and(|region| policy.covers(region)),
            id => policy.id == id,
        };
        for (index, _) in rules.policies.iter().enumerate().filter(|(_, policy)| fits(policy)) {
            if !chosen.contains(&index) {
                chosen.push(index);
            }
        }
    }
    chosen
}

/// Parameters by name; one that no policy at hand knows is refused.
fn parameters(inputs: &Inputs, rules: &Rules, lang: Lang) -> Result<BTreeMap<String, Money>> {
    let known: Vec<&str> =
        rules.policies.iter().flat_map(|policy| &policy.parameters).map(|parameter| parameter.id.as_str()).collect();
    for (name, _) in &inputs.parameters {
        if !known.contains(&name.as_str()) {
            let list = known.join(", ");
            bail!(say(
                lang,
                &words!(zh: "没有参数“{name}”；现有：{list}", en: "no parameter \"{name}\"; there are: {list}")
            ));
        }
    }
    Ok(inputs.parameters.iter().cloned().collect())
}

/// Everything that a command over achievements works with, but for the input files themselves.
pub struct Prepared {
    pub rules: Rules,
    /// Rule files given besides the shipped ones.
    given: Vec<RuleFile>,
    asked: Asked,
    files: Files,
    options: Options,
    years: Vec<i16>,
    /// What is the same in every year.
    application: Application,
}

/// Reads rules and opens input files as asked; `output` must be none of the inputs.
pub fn prepare(inputs: &Inputs, output: &[Option<&Path>], folders: &[PathBuf], lang: Lang) -> Result<Prepared> {
    prepare_with(inputs, output, files::rule_files(folders, lang)?, lang)
}

/// The same with rule files that have been read.
pub fn prepare_with(inputs: &Inputs, output: &[Option<&Path>], given: Vec<RuleFile>, lang: Lang) -> Result<Prepared> {
    for output in output {
        files::spare(*output, given.iter().map(|file| Path::new(&file.name)), lang)?;
    }
    let rules = rules_with(&given, lang)?;
    Ok(Prepared { given, ..prepare_under(rules, inputs, output, lang)? })
}

/// Opens input files as asked, under these rules.
pub fn prepare_under(rules: Rules, inputs: &Inputs, output: &[Option<&Path>], lang: Lang) -> Result<Prepared> {
    let asked = Asked::new(inputs, &rules, lang)?;
    let (years, on) = application(inputs, lang)?;
    let parameters = parameters(inputs, &rules, lang)?;
    for output in output {
        files::spare(*output, asked.achievements.iter().chain(&inputs.applicants), lang)?;
    }
    let files = input_files(&asked, inputs, lang)?;
    let options = Options {
        encoding: inputs.encoding,
        applicant: inputs.applicant.clone(),
        sheet: inputs.sheet.clone(),
        strict: inputs.strict,
        threads: threads(inputs.threads),
        ..Options::default()
    };
    let (ignore_validity, calls) = (inputs.ignore_validity, inputs.calls);
    let application = Application { year: 0, on, parameters, ignore_validity, calls };
    Ok(Prepared { rules, given: Vec::new(), asked, files, options, years, application })
}

impl Prepared {
    /// True if a run over several years was asked for.
    pub fn several_years(&self) -> bool {
        self.years.len() > 1
    }

    /// Reads the input files, every row in full; what looks odd about them is told on standard error.
    pub fn portfolio(&self, lang: Lang) -> Result<Portfolio> {
        Ok(self.read(lang, self.options.clone())?.into_portfolio())
    }

    /// Reads the input files for results that are written unit by unit. `sums`: without what only items show;
    /// `digests`: with the SHA-256 sums of the files.
    pub fn ledger(&self, lang: Lang, sums: bool, digests: bool) -> Result<Ledger<'_>> {
        self.read(lang, Options { skip_digests: !digests, ..self.options(sums) })
    }

    fn read(&self, lang: Lang, options: Options) -> Result<Ledger<'_>> {
        let ledger = self.read_quietly(lang, options)?;
        tell_notices(&ledger.notices, lang);
        Ok(ledger)
    }

    fn read_quietly(&self, lang: Lang, options: Options) -> Result<Ledger<'_>> {
        let Files { achievements, applicants } = &self.files;
        input::read_ledger(&self.rules.vocabulary, achievements, applicants.as_ref(), &options)
            .map_err(|errors| input_errors(&errors, lang))
    }

    /// The same without telling what looks odd: whoever saved a result has been told.
    pub fn portfolio_quietly(&self, lang: Lang) -> Result<Portfolio> {
        Ok(self.read_quietly(lang, self.options.clone())?.into_portfolio())
    }

    /// Where a grouped run reads, and how.
    pub fn grouped(&self, summary: bool) -> (&Files, Options) {
        (&self.files, Options { skip_digests: true, ..self.options(summary) })
    }

    /// `sums`: items are not shown.
    fn options(&self, sums: bool) -> Options {
        let known = self.rules.vocabulary.known();
        let named = |policy: &&Policy| {
            self.asked.policies.iter().any(|name| matches!(name.as_str(), "auto" | "all") || *name == policy.id)
        };
        let facts = || self.rules.policies.iter().filter(named).flat_map(|policy| policy.facts(known)).collect();
        // A run over years looks at titles where projects are blank.
        let keep = (sums && self.years.len() == 1).then(facts);
        Options { skip_claimants: sums, keep, ..self.options.clone() }
    }

    /// What was asked for, for the result to say.
    pub fn request(&self, lang: Lang) -> Request {
        let shipped = rules::shipped();
        // A copy of a shipped file changes nothing, and is no rule file of the caller's own.
        let digests: Vec<String> = shipped.iter().map(policy::digest).collect();
        let own: Vec<&RuleFile> = self.given.iter().filter(|file| !digests.contains(&policy::digest(file))).collect();
        let vocabulary = shipped.iter().chain(own.iter().copied()).filter(|file| !file.is_policy());
        let digest = |files: &mut dyn Iterator<Item = &RuleFile>| {
            let each: Vec<String> = files.map(policy::digest).collect();
            policy::digest_of(each.join("\n").as_bytes())
        };
        Request {
            achievements: self.files.achievements.iter().map(|file| file.name.clone()).collect(),
            applicants: self.files.applicants.as_ref().map(|file| file.name.clone()),
            applicant: self.options.applicant.clone(),
            policies: self.asked.policies.clone(),
            years: self.years.clone(),
            on: self.application.on,
            parameters: self.application.parameters.clone(),
            calls: self.application.calls,
            ignore_validity: self.application.ignore_validity,
            sheet: self.options.sheet.clone(),
            encoding: self.options.encoding,
            lang,
            rules: own
                .iter()
                .map(|file| GivenRules { path: file.name.clone(), sha256: policy::digest(file) })
                .collect(),
            vocabulary_sha256: digest(&mut vocabulary.into_iter()),
            shipped_rules_sha256: digest(&mut shipped.iter()),
        }
    }

    /// Names the achievements files and the applicants file as somebody else knew them.
    pub fn name_inputs(&mut self, achievements: &[String], applicants: Option<&String>) {
        for (file, name) in self.files.achievements.iter_mut().zip(achievements) {
            file.name.clone_from(name);
        }
        if let (Some(file), Some(name)) = (&mut self.files.applicants, applicants) {
            file.name.clone_from(name);
        }
    }

    /// The report, and the units that no policy at hand covers.
    pub fn report<'a>(&'a self, portfolio: &'a Portfolio, lang: Lang) -> Result<(Report<'a>, Vec<&'a Applicant>)> {
        let (jobs, uncovered) = jobs(&self.asked, &self.rules, portfolio, lang)?;
        let report = Report {
            vocabulary: &self.rules.vocabulary,
            portfolio,
            jobs,
            years: self.years.clone(),
            on: self.application.on,
            parameters: self.application.parameters.clone(),
            ignore_validity: self.application.ignore_validity,
            calls: self.application.calls,
            lang,
            done: None,
        };
        Ok((report, uncovered))
    }

    /// The policies asked for, whatever the region of a unit, in the order asked; by id where none is named.
    pub fn policies(&self) -> Vec<&Policy> {
        let all = self.asked.policies.iter().any(|name| name == "auto");
        let every = ["all".to_owned()];
        let names = if all { &every[..] } else { &self.asked.policies };
        let asked = Asked { achievements: Vec::new(), policies: names.to_vec() };
        chosen(&asked, &self.rules, None).into_iter().map(|policy| &self.rules.policies[policy]).collect()
    }

    /// One application per year asked for.
    pub fn applications(&self) -> Vec<Application> {
        self.application.in_years(self.years.iter().copied())
    }

    /// What to compute for each unit as it comes.
    pub fn batch(&self, lang: Lang) -> Batch<'_> {
        let (asked, rules) = (&self.asked, &self.rules);
        Batch {
            vocabulary: &self.rules.vocabulary,
            policies: self.rules.policies.iter().collect(),
            choose: Box::new(|region| chosen(asked, rules, region)),
            needs_region: self.asked.needs_region(),
            applications: self.application.in_years(self.years.iter().copied()),
            lang,
            threads: self.options.threads,
        }
    }
}
