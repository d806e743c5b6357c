//! The recipe for Spark gives what one machine gives: `tests/spark/check.py` compares. Skipped, with a word, where
//! Spark or Java is missing; `.ci/run` installs them.

mod support;

use std::process::Command;

#[test]
fn spark_gives_what_one_machine_gives() {
    if !support::is_there("java", &["-version"]) || !support::is_there("python3", &["-c", "import pyspark"]) {
        return;
    }
    let check = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/spark/check.py");
    let run = Command::new("python3").args(["-B", check, env!("CARGO_BIN_EXE_biaobu")]).output().expect("python runs");
    let (found, log) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success(), "{found}\n{log}");
}

/// The recipe finds the columns that it looks at under every header that biaobu takes for them.
#[test]
fn the_recipe_knows_the_headers_of_the_vocabulary() {
    let recipe = String::from_utf8(support::file("recipes/biaobu_spark.py").bytes).expect("UTF-8");
    let vocabulary = support::shipped().vocabulary;
    for id in ["id", "applicant", "code"] {
        let fact = vocabulary.fact(vocabulary.find(id).expect("a column"));
        let headers: Vec<String> =
            [&fact.id, &fact.zh].into_iter().chain(&fact.also).map(|header| format!("'{header}'")).collect();
        let line = format!("\n{} = ({})\n", id.to_uppercase(), headers.join(", "));
        assert!(recipe.contains(&line), "expected {line}");
    }
}
