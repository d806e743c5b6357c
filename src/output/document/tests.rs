//! One small document in every form.

use super::*;

struct Sample;

impl Present for Sample {
    fn document(&self) -> Document {
        let rows = vec![
            vec!["甲<公司>".to_owned(), "1,000.00".to_owned(), "超过封顶线的部分不予支付，见第十五条；".repeat(4)],
            vec!["乙\u{1b}[2J".to_owned(), "20.00".to_owned(), "=1+1".to_owned()],
        ];
        let columns = vec![Column::words("单位"), Column::number("金额（元）"), Column::words("说明")];
        let sum = Some(vec!["合计".to_owned(), "1,020.00".to_owned(), String::new()]);
        let table = Table { caption: "各单位".to_owned(), columns, rows, sum };
        let empty = Table { rows: Vec::new(), sum: None, ..table.clone() };
        let section =
            Section { heading: "差异".to_owned(), notes: vec!["两项".to_owned()], tables: vec![table, empty] };
        Document { title: "核对".to_owned(), lead: vec!["2022 年度".to_owned()], sections: vec![section] }
    }

    fn records(&self) -> Records {
        Records {
            header: vec!["applicant".to_owned(), "note".to_owned()],
            rows: vec![vec!["甲,公司".to_owned(), "=1+1".to_owned()], vec!["-20.00".to_owned(), "-20.00+1".to_owned()]],
        }
    }

    fn json(&self) -> Json {
        serde_json::json!({ "amount": "1000.00" })
    }
}

fn written(form: Form) -> String {
    let mut out = Vec::new();
    write(&Sample, form, Lang::Zh, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_terminal_of_80_columns_shows_all_of_it() {
    let shown = written(Form::Terminal(Look { width: 80, color: false }));
    insta::assert_snapshot!(shown);
    for line in shown.lines() {
        assert!(unicode_width::UnicodeWidthStr::width(line) <= 80, "{line}");
    }
}

#[test]
fn a_page_escapes_what_it_shows_and_leaves_out_empty_tables() {
    let page = written(Form::Html);
    assert!(page.contains("甲&lt;公司&gt;") && !page.contains('\u{1b}'), "{page}");
    assert_eq!(page.matches("<table").count(), 1, "{page}");
    assert!(page.contains("<tbody class=\"sum\">"), "{page}");
}

#[test]
fn records_are_neutralized() {
    assert_eq!(written(Form::Csv(false)), "applicant,note\n\"甲,公司\",'=1+1\n-20.00,'-20.00+1\n");
    assert!(written(Form::Csv(true)).starts_with('\u{feff}'));
}

#[test]
fn json_is_one_document() {
    assert_eq!(written(Form::Json), "{\n  \"amount\": \"1000.00\"\n}\n");
}
