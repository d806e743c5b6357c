//! `schema policy` and `schema vocabulary`: a validator that is not ours says of a rule file what biaobu's own reader says.
//! Skipped where Python or its `jsonschema` is missing.

mod common;
mod support;

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use biaobu::policy;
use biaobu::rulefile::{Code, Diagnostic, RuleFile};
use biaobu::vocabulary::Vocabulary;
use common::{biaobu, folder, repository};
use serde_json::{Value, json};
use toml::Value as Toml;

/// Shipped parts of the vocabulary, read once.
struct Reader {
    files: Vec<RuleFile>,
    vocabulary: Vocabulary,
}

impl Reader {
    /// True if biaobu finds nothing wrong with the form of a rule file, false if it does, none if something else is wrong.
    fn accepts(&self, file: RuleFile) -> Option<bool> {
        let (found, unseen): (Vec<Diagnostic>, &[Code]) = if file.is_policy() {
            let found = policy::load(&self.vocabulary, &file).map_or_else(|found| found, |loaded| loaded.warnings);
            (found, &[])
        } else {
            let files = [self.files.as_slice(), &[file]].concat();
            let found = Vocabulary::load(&files)
                .map_or_else(|files| files.into_iter().flat_map(|(_, found)| found).collect(), |_| Vec::new());
            // The schema of the vocabulary knows no fact.
            (found, &[Code::UnknownFact])
        };
        let any = |codes: &[Code]| found.iter().any(|diagnostic| codes.contains(&diagnostic.code));
        (!any(unseen)).then(|| !any(&[Code::UnknownKey, Code::MissingKey, Code::WrongValue, Code::UnknownFact]))
    }
}

/// Dates are texts in JSON.
fn to_json(value: &Toml) -> Value {
    match value {
        Toml::Datetime(day) => json!(day.to_string()),
        Toml::Array(list) => list.iter().map(to_json).collect(),
        Toml::Table(table) => table.iter().map(|(key, value)| (key.clone(), to_json(value))).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[derive(Clone, Debug)]
enum Step {
    Key(String),
    Index(usize),
}

fn places(value: &Toml, at: &[Step], found: &mut Vec<Vec<Step>>) {
    let mut each = |step: Step, value: &Toml| {
        let at = [at, &[step]].concat();
        found.push(at.clone());
        places(value, &at, found);
    };
    match value {
        Toml::Table(table) => table.iter().for_each(|(key, value)| each(Step::Key(key.clone()), value)),
        Toml::Array(list) => list.iter().enumerate().for_each(|(index, value)| each(Step::Index(index), value)),
        _ => {}
    }
}

/// The document with `change` done to the table or list above `at`.
fn changed(document: &Toml, at: &[Step], change: impl Fn(&mut Toml)) -> Toml {
    let mut document = document.clone();
    let above = at[..at.len() - 1].iter().fold(&mut document, |value, step| match step {
        Step::Key(key) => &mut value[key.as_str()],
        Step::Index(index) => &mut value[*index],
    });
    change(above);
    document
}

/// Everything that can be wrong in one place, each with what it is.
fn mutants(document: &Toml) -> Vec<(String, Toml)> {
    let mut all = Vec::new();
    places(document, &[], &mut all);
    // How deep a table of amounts is, no schema can say: as many facts as `by` names.
    let is = |at: &[Step], index: usize, name: &str| matches!(at.get(index), Some(Step::Key(key)) if key == name);
    all.retain(|at| !(is(at, 2, "amount") && (at.len() == 4 || is(at, 3, "by"))));
    let mut mutants = vec![("nothing".to_owned(), document.clone())];
    let others = ["7", "true", "\"x\"", "\"7万元\"", "[]", "[\"x\"]", "{ x = 7 }"];
    for at in &all {
        let name = format!("{at:?}");
        match at.last() {
            Some(Step::Key(key)) => {
                mutants.push((
                    format!("{name} away"),
                    changed(document, at, |above| {
                        above.as_table_mut().unwrap().remove(key);
                    }),
                ));
                mutants.push((
                    format!("{name} renamed"),
                    changed(document, at, |above| {
                        let table = above.as_table_mut().unwrap();
                        let value = table.remove(key).unwrap();
                        table.insert(format!("{key}_x"), value);
                    }),
                ));
            }
            _ => mutants.push((
                format!("{name} twice"),
                changed(document, at, |above| {
                    let list = above.as_array_mut().unwrap();
                    let again = list[0].clone();
                    list.push(again);
                }),
            )),
        }
        // These are the same in every table.
        let plain = |step: &Step| matches!(step, Step::Key(key) if ["id", "cite", "says", "title", "en", "in"].contains(&key.as_str()));
        let others = if at.iter().any(plain) { &others[..1] } else { &others };
        for other in others {
            let value = format!("x = {other}").parse::<toml::Table>().unwrap()["x"].clone();
            mutants.push((
                format!("{name} = {other}"),
                changed(document, at, |above| match at.last() {
                    Some(Step::Key(key)) => above[key.as_str()] = value.clone(),
                    Some(Step::Index(index)) => above[*index] = value.clone(),
                    None => {}
                }),
            ));
        }
    }
    mutants
}

#[test]
fn schemas_of_rule_files_say_what_the_reader_says() {
    if !support::is_there("python3", &["-c", "import jsonschema"]) {
        return;
    }
    let folder = folder::<&str>(&[]);
    let shipped = biaobu::rules::shipped();
    let files: Vec<RuleFile> = shipped.iter().filter(|file| !file.is_policy()).cloned().collect();
    let reader = Reader { vocabulary: Vocabulary::load(&files).expect("the shipped vocabulary loads"), files };
    for of in ["policy", "vocabulary"] {
        let ran = biaobu(folder.path(), &format!("schema {of}"));
        assert_eq!(ran.code, Some(0), "{}", ran.err);
        fs::write(folder.path().join(format!("{of}.json")), ran.out).unwrap();
    }
    let mut lines = String::new();
    let mut line = |schema: &str, what: &str, fine: bool, value: &Toml| {
        let line = json!({ "schema": schema, "what": what, "fine": fine, "value": to_json(value) });
        writeln!(lines, "{line}").unwrap();
    };
    for file in &shipped {
        let schema = if file.is_policy() { "policy" } else { "vocabulary" };
        line(schema, &file.name, true, &Toml::Table(file.text.parse().unwrap()));
    }
    for (schema, name) in [("policy", "every-key.toml"), ("vocabulary", "every-word.toml")] {
        let text = fs::read_to_string(repository(&format!("tests/schema/{name}"))).unwrap();
        for (what, value) in mutants(&Toml::Table(text.parse().unwrap())) {
            let file = RuleFile { name: name.to_owned(), text: toml::to_string(&value).unwrap() };
            // Without its head it is a part of the vocabulary.
            if (schema == "policy") != file.is_policy() {
                continue;
            }
            if let Some(fine) = reader.accepts(file) {
                line(schema, &what, fine, &value);
            }
        }
    }
    fs::write(folder.path().join("lines"), lines).unwrap();
    let script = repository("tests/schema/rules.py");
    let ran = Command::new("python3").arg(script).current_dir(folder.path()).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    assert!(ran.status.success(), "{out}{err}");
}
