//! The HTML report in a real browser: it loads without a request and without an error, and shows the totals of the
//! JSON. Skipped, with a word, where there is no Chromium; `.ci/run` installs it.

use std::fs;
use std::process::Command;

use biaobu::money::{Money, parse_money};
use serde_json::Value;

fn estimate(format: &str) -> Vec<u8> {
    let fixture = |name: &str| format!("{}/fixtures/{name}", env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(env!("CARGO_BIN_EXE_biaobu"))
        .args(["estimate", &fixture("portfolio.csv"), "--applicants", &fixture("applicants.csv"), "--year", "2022"])
        .args(["--param", "fund_total=400万", "--lang", "zh", "--format", format])
        .output()
        .expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn the_report_loads_alone_and_shows_the_totals() {
    if !Command::new("chromium").arg("--version").output().is_ok_and(|output| output.status.success()) {
        eprintln!("chromium is not at hand: skipped");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (page, log) = (folder.path().join("report.html"), folder.path().join("net.json"));
    fs::write(&page, estimate("html")).expect("a page");
    let run = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg(format!("--log-net-log={}", log.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("chromium runs");
    let (dom, said) = (String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(!said.contains("CONSOLE"), "the page has something to say to the console: {said}");
    // The browser itself may try to reach its maker; the page may reach nobody.
    let log = fs::read_to_string(&log).unwrap_or_default();
    let urls = log.split("\"url\":\"http").skip(1).filter_map(|rest| rest.split('"').next());
    let by_page: Vec<&str> = urls.filter(|url| !url.contains("google") && !url.contains("gstatic")).collect();
    assert_eq!(by_page, [""; 0]);

    let json: Value = serde_json::from_slice(&estimate("json")).expect("JSON");
    let results = json["results"].as_array().expect("a list");
    let amount = |result: &Value, key: &str| -> Money {
        parse_money(result[key].as_str().unwrap_or_default()).expect("an amount").money
    };
    for result in results {
        for key in ["total", "fixed_total", "ceiling_total", "potential_total"] {
            let shown = amount(result, key).in_wan();
            assert!(dom.contains(&shown), "{} {key}: {shown} is not on the page", result["applicant"]);
        }
    }
    let sum: Money = results.iter().map(|result| amount(result, "total")).sum();
    assert!(dom.contains(&sum.in_wan()), "the sum {sum}");
}
