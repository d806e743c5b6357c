//! The replay script and the schema of results: programs that share nothing with biaobu come to the same, and tell when a
//! result was tampered with. Skipped where Python is missing.

mod common;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::{Ran, biaobu, collect, folder, identical, repository};
use serde_json::{Value, json};

fn python(modules: &str) -> bool {
    support::is_there("python3", &["-c", modules])
}

fn replay(folder: &Path, file: &str) -> Ran {
    let ran = Command::new("python3").arg(repository("docs/replay.py")).arg(file).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: ran.status.code(), out: text(ran.stdout), err: text(ran.stderr) }
}

#[test]
fn every_fixture_replays() {
    if !python("import json") {
        return;
    }
    let folder = common::fixtures();
    for (name, _) in common::runs() {
        let ran = replay(folder.path(), &name);
        assert_eq!(ran.code, Some(0), "{name}\n{}{}", ran.out, ran.err);
        assert!(ran.out.contains("contradictions: 0"), "{}", ran.out);
    }
}

#[test]
fn the_script_names_what_was_tampered_with() {
    if !python("import json") {
        return;
    }
    let folder = common::fixtures();
    let path = folder.path();
    let document: Value = serde_json::from_slice(&fs::read(path.join("0-zh.json")).unwrap()).unwrap();
    // Every amount and figure of every step, sum and cap: none of them can change alone.
    let mut pointers = Vec::new();
    collect(&document["results"], String::new(), &mut pointers);
    // Of intervals nothing is said but that they hold the amounts.
    let free = ["/answer/from", "/answer/to", "/possible/amount"];
    pointers.retain(|pointer| {
        let value = document["results"].pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        value.ends_with("0.00") && !free.iter().any(|free| pointer.ends_with(free))
    });
    let mut ops = std::collections::HashSet::new();
    for (index, pointer) in pointers.iter().enumerate() {
        let item = pointer.rsplit_once('/').and_then(|(parent, _)| document["results"].pointer(parent)).unwrap();
        let op = item["op"].as_str().or(item["status"].as_str()).unwrap_or("sum").to_owned();
        let kind = format!("{op} {}", pointer.rsplit('/').next().unwrap());
        // The base of an unpaid item is what it would be: no step leads there. Received money above the amount, a
        // maximum above it and the like say no more than that.
        let unpaid = ["ineligible", "undetermined"].contains(&op.as_str()) && kind.ends_with("base");
        // A cap that cuts nothing might be higher as well.
        let idle = kind.ends_with(" limit") && item["before"] == item["after"];
        if unpaid || idle || !(ops.insert(kind) || index % 40 == 0) {
            continue;
        }
        let mut changed = document.clone();
        let value = changed["results"].pointer_mut(pointer).unwrap();
        // Less by one fen or more; what is 0.00 becomes more.
        let text = value.as_str().unwrap().to_owned();
        let other = if text == "0.00" {
            "0.01".to_owned()
        } else {
            format!("{}9.99", text[..text.len() - 4].trim_end_matches('1'))
        };
        *value = json!(other.trim_start_matches('0').to_owned());
        if value.as_str().unwrap().starts_with('.') {
            *value = json!(other);
        }
        fs::write(path.join("t.json"), serde_json::to_vec(&changed).unwrap()).unwrap();
        let ran = replay(path, "t.json");
        assert_eq!(ran.code, Some(1), "{pointer} {text} {other}\n{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("contradictions: 0"));
    }
    for op in ["base", "share", "quantity", "bonus", "cost_limit", "prior_money", "cap", "maximum"] {
        assert!(ops.iter().any(|kind| kind.starts_with(op)), "{op}: {ops:?}");
    }
    for (bytes, file) in [("", "empty"), ("[]", "list"), ("{\"schema\":\"biaobu.result/1\"}", "half"), ("id\n1", "csv")]
    {
        fs::write(path.join(file), bytes).unwrap();
        assert_eq!(replay(path, file).code, Some(2), "{file}");
    }
    assert_eq!(replay(path, "none").code, Some(2));
}

#[test]
fn lines_are_replayed_as_well() {
    if !python("import json") {
        return;
    }
    let folder = common::fixtures();
    let args = "estimate portfolio.csv --applicants applicants.csv --year 2022 --format ndjson -o lines";
    assert_eq!(biaobu(folder.path(), args).code, Some(0));
    let ran = replay(folder.path(), "lines");
    assert_eq!(ran.code, Some(0), "{}", ran.err);
    assert!(ran.out.contains("14 results, 162 items"), "{}", ran.out);
}

/// An independent validator, on every fixture's result; what is taken away or misshapen is refused.
#[test]
fn results_have_the_form_of_the_schema() {
    if !python("import jsonschema; jsonschema.Draft202012Validator") {
        return;
    }
    let folder = common::fixtures();
    let args = "portfolio.csv mistakes.csv --applicants applicants.csv --policy all --year 2021..2022 --format ndjson";
    assert_eq!(biaobu(folder.path(), &format!("estimate {args} -o lines")).code, Some(1));
    let schema = biaobu(folder.path(), "schema result");
    assert_eq!(schema.code, Some(0));
    fs::write(folder.path().join("schema.json"), schema.out).unwrap();
    validate(folder.path(), &common::runs().into_iter().map(|(name, _)| name).collect::<Vec<_>>());
}

/// The cases computed by hand, which have what fixtures lack.
#[test]
fn the_cases_have_the_form_of_the_schema_and_replay() {
    if !python("import jsonschema; jsonschema.Draft202012Validator") {
        return;
    }
    let folder = folder::<&str>(&[]);
    let path = folder.path();
    fs::write(path.join("schema.json"), biaobu(path, "schema result").out).unwrap();
    let mut names = Vec::new();
    for policy in biaobu::rules::shipped() {
        let id = policy.name.trim_start_matches("rules/").trim_end_matches(".toml").to_owned();
        let Ok(cases) = fs::read(repository(&format!("tests/cases/{id}.json"))) else { continue };
        let cases: Vec<Value> = serde_json::from_slice(&cases).unwrap();
        for (index, case) in cases.iter().enumerate() {
            let text = |key: &str| case[key].as_str();
            fs::write(path.join("a.csv"), text("achievements").unwrap()).unwrap();
            let mut args = vec!["estimate", "a.csv", "--policy", &id, "--format", "json", "-o"];
            let name = format!("{id}-{index}.json");
            args.push(&name);
            if let Some(applicants) = text("applicants") {
                fs::write(path.join("u.csv"), applicants).unwrap();
                args.extend(["--applicants", "u.csv"]);
            }
            args.extend(case["args"].as_array().unwrap().iter().filter_map(Value::as_str));
            if index % 2 == 1 {
                args.extend(["--lang", "en"]);
            }
            let ran = common::command(path, "").args(&args).output().unwrap();
            if path.join(&name).exists() {
                assert!(matches!(ran.status.code(), Some(0 | 1)), "{args:?}");
                // A tenth of them is enough, for time.
                if index % 10 == 0 {
                    identical(path, &name);
                }
                names.push(name);
            }
        }
    }
    assert!(names.len() > 300, "{}", names.len());
    validate(path, &names);
    // All in one process: there are hundreds.
    let each = "import sys\nsys.path.insert(0, sys.argv[1])\nimport replay\nfor name in sys.argv[2:]:\n  sys.argv = ['', name]\n  \
                assert replay.main() == 0, name";
    let scripts = repository("docs").display().to_string();
    let mut python = Command::new("python3");
    python.args(["-B", "-c", each, &scripts]).args(&names).current_dir(path);
    let ran = python.output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{said}{}", String::from_utf8_lossy(&ran.stderr));
    assert_eq!(said.lines().filter(|line| line.ends_with("contradictions: 0")).count(), names.len());
}

fn validate(folder: &Path, names: &[String]) {
    let script = repository("tests/schema/check.py");
    let ran = Command::new("python3").arg(script).args(names).current_dir(folder).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}{err}");
}
