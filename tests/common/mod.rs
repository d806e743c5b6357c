//! Running the program as its users do, in a folder of its own, whatever the locale of the machine.
#![allow(dead_code, reason = "each test file uses its part")]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// What one run left behind.
pub struct Ran {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// A folder with these files.
pub fn folder<T: AsRef<[u8]>>(files: &[(&str, T)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    folder
}

/// The program in `folder`, with arguments separated by spaces, and without a locale: in Chinese.
pub fn command(folder: &Path, args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_biaobu"));
    command.args(args.split_whitespace()).current_dir(folder);
    command.env_remove("LC_ALL").env_remove("LC_MESSAGES").env_remove("LANG");
    command
}

/// Runs it with nothing on standard input.
pub fn biaobu(folder: &Path, args: &str) -> Ran {
    piped(folder, args, b"")
}

/// Runs it with `input` on standard input.
pub fn piped(folder: &Path, args: &str, input: &[u8]) -> Ran {
    let mut command = command(folder, args);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A program that needs no input may be gone already.
    let _ = stdin.write_all(input);
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The document of `--format json`.
pub fn json(ran: &Ran) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// An amount in fen.
pub fn cents(value: &Value, key: &str) -> i64 {
    text(value, key).replace('.', "").parse().unwrap()
}

pub fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value[key].as_array().map_or(&[], Vec::as_slice)
}

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(repository(&format!("fixtures/{name}"))).unwrap()
}

/// What is estimated of the shipped fixtures in these tests: a name for the result, and the arguments.
pub fn runs() -> Vec<(String, String)> {
    let portfolio = "portfolio.csv --applicants applicants.csv";
    let runs = [
        format!("{portfolio} --year 2022 --param fund_total=400万"),
        format!("{portfolio} --policy all --year 2019..2024 --calls"),
        format!("{portfolio} --policy all --year 2021 --ignore-validity"),
        "mistakes.csv --policy all --on 2022-05-31".to_owned(),
        "xiamen-gbk.csv --policy xiamen-2020 --year 2022 --encoding gbk".to_owned(),
        "xiamen-gbk.csv --policy xiamen-2020,beijing-2020 --year 2022".to_owned(),
        "portfolio.csv mistakes.csv --applicants applicants.csv --policy tianjin-2021 --year 2022".to_owned(),
    ];
    let each = runs.iter().enumerate().flat_map(|(index, run)| {
        ["zh", "en"].map(|lang| (format!("{index}-{lang}.json"), format!("{run} --lang {lang}")))
    });
    each.collect()
}

/// The fixtures and their results.
pub fn fixtures() -> TempDir {
    let files = ["portfolio.csv", "applicants.csv", "mistakes.csv", "xiamen-gbk.csv"].map(|name| (name, fixture(name)));
    let folder = folder(&files);
    for (name, args) in runs() {
        let ran = biaobu(folder.path(), &format!("estimate {args} --format json -o {name}"));
        assert!(matches!(ran.code, Some(0 | 1)), "{args}: {}", ran.err);
    }
    folder
}

/// `biaobu verify` finds nothing.
#[track_caller]
pub fn identical(folder: &Path, result: &str) {
    let ran = biaobu(folder, &format!("verify {result} --lang en"));
    assert_eq!(ran.code, Some(0), "{result}\n{}{}", ran.out, ran.err);
    assert!(ran.out.contains("identical"), "{}", ran.out);
}

/// Adds the JSON pointers of everything below a value.
pub fn collect(value: &Value, at: String, pointers: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                pointers.push(at.clone());
                collect(value, at, pointers);
            }
        }
        Value::Array(values) => {
            for (index, value) in values.iter().enumerate() {
                collect(value, format!("{at}/{index}"), pointers);
            }
        }
        _ => {}
    }
}
