//! `biaobu verify`: a saved result, computed again from what it names.

mod find;

use std::fs;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use biaobu::lang::{Lang, Words};
use biaobu::output::json;
use biaobu::output::verification::{self, Verification};
use biaobu::policy;
use biaobu::request::{GivenRules, Request};
use biaobu::rulefile::RuleFile;
use biaobu::rules;
use biaobu::verify::compare::{self, Circumstances};
use biaobu::verify::{consistency, document, older};
use biaobu::words;
use serde_json::Value as Json;

use super::args::{Inputs, Verify, VerifyFormat, Years};
use super::request::{self, say};
use super::{Done, files, tell, terminal_width};
use find::{Files, Found};

pub fn run(args: &Verify, folders: &[PathBuf], lang: Lang) -> Result<Done> {
    let name = args.result.display().to_string();
    let wrong = |words: &Words| anyhow!("{}: {}", verification::file_name(&name, lang), words.get(lang));
    let saved = document::read(&bytes_of(&args.result, lang)?).map_err(|refused| wrong(&refused.0))?;
    let contradictions = consistency::contradictions(&saved);
    let computed = saved_request(&saved, lang)
        .map_err(|words| wrong(&words))
        .and_then(|asked| recompute(args, folders, &saved, asked, lang));
    let mut computed = match computed {
        Ok(computed) => computed,
        Err(error) => {
            // What contradicts itself is named all the same.
            for line in verification::contradiction_lines(&contradictions, lang) {
                tell(&line);
            }
            return Err(error);
        }
    };
    compare::blame(&mut computed.differences, &contradictions);
    let verification = Verification {
        path: name,
        results: saved["results"].as_array().map_or(0, Vec::len),
        files: computed.found.iter().map(Found::told).collect(),
        request_known: computed.request_known,
        changed: computed.changed,
        differences: computed.differences,
        contradictions,
    };
    let read = computed.found.iter().map(|found| &found.at).chain([&args.result]);
    files::spare(args.output.as_deref(), read, lang)?;
    files::write(args.output.as_deref(), lang, |out| match args.format() {
        VerifyFormat::Table => verification::table(&verification, terminal_width(), lang, out),
        VerifyFormat::Json => verification::json(&verification, lang, out),
    })?;
    Ok(if verification.is_identical() { Done::Clean } else { Done::LookAtIt })
}

fn bytes_of(path: &Path, lang: Lang) -> Result<Vec<u8>> {
    if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes)?;
        return Ok(bytes);
    }
    let name = path.display();
    if path.is_dir() {
        bail!(say(
            lang,
            &words!(zh: "{name}: 这是目录，应为结果文件", en: "{name}: this is a folder, expected a result file")
        ));
    }
    fs::read(path).map_err(|error| files::unreadable(&name.to_string(), error, lang))
}

/// What the result says it was asked for with; of an older one, what it may have been.
struct Asked {
    candidates: Vec<Request>,
    known: bool,
}

fn saved_request(saved: &Json, lang: Lang) -> Result<Asked, Words> {
    if let Some(request) = saved.get("request") {
        let request = Request::from_json(request).map_err(|bad| {
            let (key, expected) = (bad.key, bad.expected);
            let (zh, en) = (expected.zh, expected.en);
            words!(
                zh: "request.{key}：{zh}；文件多半被改动，请重新保存结果",
                en: "request.{key}: {en}; most likely the file was edited: save the result again"
            )
        })?;
        return Ok(Asked { candidates: vec![request], known: true });
    }
    let candidates = older::candidates(saved);
    if candidates.is_empty() {
        return Err(words!(
            zh: "结果里没有“request”，也没有可据以推断年度和输入文件的内容，无法重算",
            en: "the result has no `request`, and nothing from which years and input files could be gathered; it cannot be computed again"
        ));
    }
    tell(&say(
        lang,
        &words!(
            zh: "结果里没有“request”（旧版本）：年度、政策和日期按结果推断；参数、--encoding、--rules 无从得知",
            en: "the result has no `request` (an older version): years, policies and date are gathered from it; parameters, --encoding and --rules cannot be known"
        ),
    ));
    Ok(Asked { candidates, known: false })
}

/// A result computed anew, and how it differs.
struct Computed {
    found: Vec<Found>,
    request_known: bool,
    changed: Circumstances,
    differences: Vec<compare::Difference>,
}

fn recompute(args: &Verify, folders: &[PathBuf], saved: &Json, asked: Asked, lang: Lang) -> Result<Computed> {
    let places = Files::new(args.inputs.as_deref(), &args.result, lang)?;
    let first = asked.candidates.first().context("a request")?;
    let given = rule_files(&places, first, folders, args.output.as_deref(), lang)?;
    let found = find::inputs(&places, saved, first, lang)?;
    for line in found.iter().filter_map(|found| found.note(lang)) {
        tell(&line);
    }
    let mut best: Option<Computed> = None;
    let mut failure = None;
    for candidate in &asked.candidates {
        match one(saved, candidate, &found, given.clone(), asked.known, lang) {
            Ok(computed) => {
                if best.as_ref().is_none_or(|best| computed.1.len() < best.differences.len()) {
                    let (changed, differences) = computed;
                    best = Some(Computed { found: Vec::new(), request_known: asked.known, changed, differences });
                }
            }
            Err(error) => drop(failure.get_or_insert(error)),
        }
        if best.as_ref().is_some_and(|best| best.differences.is_empty()) {
            break;
        }
    }
    match (best, failure) {
        (Some(best), _) => Ok(Computed { found, ..best }),
        (None, failure) => {
            // A file that cannot be read any more may be so because it is another one.
            for line in found.iter().filter_map(|found| verification::input_line(&found.told(), lang)) {
                tell(&line);
            }
            Err(failure.unwrap_or_else(|| anyhow!("-")))
        }
    }
}

/// The rule files given now; else those that the result names, where they are still to be found.
fn rule_files(
    places: &Files,
    asked: &Request,
    folders: &[PathBuf],
    output: Option<&Path>,
    lang: Lang,
) -> Result<Vec<RuleFile>> {
    // The same file in another folder is the same file.
    let known = |file: &RuleFile| {
        let digest = policy::digest(file);
        let same = |known: &&GivenRules| known.sha256 == digest && bare(&known.path) == bare(&file.name);
        asked.rules.iter().find(same).map(|known| known.path.clone())
    };
    if !folders.is_empty() {
        let mut given = files::rule_files(folders, lang)?;
        files::spare(output, given.iter().map(|file| &file.name), lang)?;
        for file in &mut given {
            if let Some(path) = known(file) {
                file.name = path;
            }
        }
        return Ok(given);
    }
    let mut given = Vec::new();
    for wanted in &asked.rules {
        let Some(path) = places.rule_file(&wanted.path) else {
            let path = &wanted.path;
            tell(&say(
                lang,
                &words!(
                    zh: "{path}: 结果所用的规则文件不在了，改用随程序发布的规则；请用 --rules 指出它",
                    en: "{path}: the rule file of the result is not there any more, so that the shipped rules are taken; name it by --rules"
                ),
            ));
            continue;
        };
        files::spare(output, [&path], lang)?;
        for mut file in files::rule_files(&[path], lang)? {
            file.name.clone_from(&wanted.path);
            given.push(file);
        }
    }
    Ok(given)
}

/// The name of a file without its folders.
fn bare(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Computes the result anew as one request asks for it.
fn one(
    saved: &Json,
    asked: &Request,
    found: &[Found],
    given: Vec<RuleFile>,
    known: bool,
    lang: Lang,
) -> Result<(Circumstances, Vec<compare::Difference>)> {
    let mut all = rules::shipped();
    all.extend_from_slice(&given);
    // What is wrong with them is told where they are loaded for good.
    let loaded = rules::load(&all).0;
    let policies = loaded.iter().flat_map(|loaded| &loaded.policies);
    let at_hand: Vec<(&str, &str)> = policies.map(|policy| (policy.id.as_str(), policy.sha256.as_str())).collect();
    let is_there = |id: &&String| matches!(id.as_str(), "auto" | "all") || at_hand.iter().any(|(known, _)| known == id);
    let mut policies: Vec<String> = asked.policies.iter().filter(is_there).cloned().collect();
    let none_left = policies.is_empty();
    if none_left {
        policies.push("all".to_owned());
    }
    let located = |name: &String| -> Result<PathBuf> {
        let found = found.iter().find(|found| found.name == *name);
        found.map(|found| found.at.clone()).ok_or_else(|| find::unnamed(name, lang))
    };
    let inputs = Inputs {
        achievements: asked.achievements.iter().map(located).collect::<Result<_>>()?,
        applicants: asked.applicants.as_ref().map(located).transpose()?,
        applicant: asked.applicant.clone(),
        policy: policies,
        year: Some(Years(asked.years.clone())),
        on: asked.on,
        parameters: asked.parameters.iter().map(|(name, amount)| (name.clone(), *amount)).collect(),
        ignore_validity: asked.ignore_validity,
        calls: asked.calls,
        strict: false,
        sheet: asked.sheet.clone(),
        threads: None,
        encoding: asked.encoding,
    };
    let mut prepared = request::prepare_with(&inputs, &[], given, lang)?;
    prepared.name_inputs(&asked.achievements, asked.applicants.as_ref());
    let portfolio = prepared.portfolio_quietly(lang)?;
    let (mut report, _) = prepared.report(&portfolio, asked.lang)?;
    if none_left {
        report.jobs.clear();
    }
    let mut bytes = Vec::new();
    if known {
        // Policies that are gone were asked for all the same.
        let request = Request { policies: asked.policies.clone(), ..prepared.request(asked.lang) };
        json::write_with_request(&report, &request, &mut bytes)?;
    } else {
        json::write(&report, &mut bytes)?;
    }
    let recomputed: Json = serde_json::from_slice(&bytes)?;
    drop(bytes);
    let changed = Circumstances::of(saved, &recomputed, &at_hand);
    let differences = compare::differences(saved, &recomputed, &changed);
    Ok((changed, differences))
}
