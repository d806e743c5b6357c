//! Whole files: what the parts of this module do together.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use crate::facts::Value;
use crate::rulefile::RuleFile;

/// The shipped vocabulary, loaded once.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: OnceLock<Vocabulary> = OnceLock::new();
    VOCABULARY.get_or_init(|| {
        let text = include_str!("../../rules/vocabulary.toml").to_owned();
        Vocabulary::load(&[RuleFile { name: "rules/vocabulary.toml".to_owned(), text }]).unwrap()
    })
}

fn source(name: &str, bytes: impl AsRef<[u8]>) -> Source {
    Source { name: name.to_owned(), bytes: bytes.as_ref().to_vec() }
}

/// Achievements files `a`, `b`, … and, unless empty, the applicants file `units`.
fn read(files: &[&str], units: &str, options: &Options) -> Result<Portfolio, Vec<InputError>> {
    let files: Vec<Source> = ["a", "b", "c"].iter().zip(files).map(|(name, text)| source(name, text)).collect();
    let units = (!units.is_empty()).then(|| source("units", units));
    read_portfolio(vocabulary(), &files, units.as_ref(), options)
}

fn read_one(text: &str) -> Portfolio {
    read(&[text], "", &Options::default()).unwrap()
}

/// `name: id id` of every applicant; a `*` after an id that has warnings.
fn rows(portfolio: &Portfolio) -> String {
    let applicants = portfolio.applicants.iter().map(|applicant| {
        let ids = applicant.achievements.iter().map(|a| {
            let mark = if a.warnings.is_empty() { "" } else { "*" };
            format!(" {}{mark}", a.id)
        });
        format!("{}:{}", applicant.name, ids.collect::<String>())
    });
    applicants.collect::<Vec<_>>().join("; ")
}

/// `path row column=value` of every mistake.
fn invalid(portfolio: &Portfolio) -> String {
    let rows = portfolio.invalid.iter().map(|row| {
        let mistakes = row.mistakes.iter().map(|m| format!(" {}={}", m.column.as_deref().unwrap_or("null"), m.value));
        format!("{}{}{}", row.path, row.row, mistakes.collect::<String>())
    });
    rows.collect::<Vec<_>>().join("; ")
}

fn notices(portfolio: &Portfolio) -> Vec<String> {
    let place = |notice: &Notice| notice.row.map_or_else(|| notice.path.clone(), |row| format!("{}{row}", notice.path));
    portfolio.notices.iter().map(|notice| format!("{}: {}", place(notice), notice.message.en)).collect()
}

#[track_caller]
fn has_notices(portfolio: &Portfolio, parts: &[&str]) {
    let notices = notices(portfolio);
    assert_eq!(notices.len(), parts.len(), "{notices:#?}");
    for (notice, part) in notices.iter().zip(parts) {
        assert!(notice.contains(part), "{notice} / {part}");
    }
}

fn errors(result: Result<Portfolio, Vec<InputError>>) -> String {
    let errors = result.unwrap_err();
    let line = |error: &InputError| error.line.or(error.row).map(|n| n.to_string()).unwrap_or_default();
    errors.iter().map(|e| format!("{}{}: {}", e.path, line(e), e.message.en)).collect::<Vec<_>>().join("; ")
}

#[test]
fn rows_ids_and_units() {
    let text = "编号,申报单位,类别\nA1,甲公司,pilot\n,乙公司,pilot\n\nA1,乙公司,pilot\n ,甲公司,pilot\n";
    let portfolio = read_one(text);
    assert_eq!(rows(&portfolio), "甲公司: A1 row6; 乙公司: row3 A1");
    assert_eq!(invalid(&portfolio), "");
    let file = &portfolio.inputs[0];
    assert_eq!((file.path.as_str(), file.rows, file.encoding), ("a", 4, Encoding::Utf8));
    assert_eq!(read_one("kind\npilot").inputs[0].sha256, crate::policy::digest_of(b"kind\npilot"));
    assert_eq!(crate::policy::digest_of(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    let row = &portfolio.applicants[1].achievements[1];
    assert_eq!((row.row, row.input), (5, 0));
}

#[test]
fn an_id_is_used_once_by_an_applicant_in_a_file() {
    for (rows_below, kept, refused) in [
        ("A,甲,pilot,1\nA,甲,pilot,1\nA,甲,pilot,1", "甲: A", "a3 id=A; a4 id=A"),
        ("A,甲,pilot,1\nA,乙,pilot,1", "甲: A; 乙: A", ""),
        ("A,甲,pilot,1\na,甲,pilot,1", "甲: A a", ""),
        ("A,甲,pilot,1\nＡ,甲,pilot,1", "甲: A", "a3 id=Ａ"),
        // An unreadable row uses up no id.
        ("A,甲,pilot,0\nA,甲,pilot,1", "甲: A", "a2 rank=0"),
        // What a blank id stands for can be taken.
        ("row3,甲,pilot,1\n,甲,pilot,1", "甲: row3", "a3 id="),
        (",甲,pilot,1\nrow2,甲,pilot,1", "甲: row2", "a3 id=row2"),
        ("A,甲,pilot,1\nA,甲,pilot,0", "甲: A", "a3 id=A rank=0"),
    ] {
        let portfolio = read_one(&format!("id,applicant,kind,rank\n{rows_below}"));
        assert_eq!((rows(&portfolio).as_str(), invalid(&portfolio).as_str()), (kept, refused), "{rows_below}");
    }
    let two_files = read(&["id,kind\nA,pilot", "id,kind\nA,pilot"], "", &Options::default()).unwrap();
    assert_eq!((rows(&two_files).as_str(), invalid(&two_files).as_str()), (": A A", ""));
}

#[test]
fn every_mistake_of_a_row_in_the_order_of_columns() {
    let text = "date,id,applicant,kind,subject,flags,rank,备注\n\
                2021-02-30,A,甲,project,forum,filled,0,说明,,多\n\
                ,B,,pilot,,,,\n";
    let portfolio = read_one(text);
    assert_eq!(invalid(&portfolio), "a2 date=2021-02-30 subject=forum flags=filled rank=0 null=,多; a3 applicant=");
    let row = &portfolio.invalid[0];
    assert_eq!((row.applicant.as_deref(), row.id.as_deref()), (Some("甲"), Some("A")));
    assert_eq!(row.extra, [("备注".to_owned(), "说明".to_owned())]);
    let blank = &portfolio.invalid[1];
    assert_eq!((blank.applicant.as_deref(), blank.id.as_deref()), (None, Some("B")));
}

#[test]
fn too_many_and_too_few_cells() {
    let portfolio = read_one("kind,rank,备注\npilot,1,x,,\npilot\npilot,1\npilot,1,\npilot,1,x,y,z,\n");
    assert_eq!(rows(&portfolio), ": row2 row3* row4* row5");
    assert_eq!(invalid(&portfolio), "a6 null=y,z");
    assert!(portfolio.applicants[0].achievements[1].warnings[0].en.contains("only 1 cells of the header's 3"));
    // Columns without a header need not be there.
    assert_eq!(rows(&read_one("kind,rank,,\npilot,1\n")), ": row2");
}

#[test]
fn what_the_dictionary_does_not_know_is_kept() {
    let portfolio = read_one("备注,kind,,rankk,备注, \n a ,pilot,,2,b,\n,pilot,c,,,\n");
    let extra = |index: usize| {
        let pairs = portfolio.applicants[0].achievements[index].extra.iter();
        pairs.map(|(header, cell)| format!("{header}={cell}")).collect::<Vec<_>>().join("|")
    };
    assert_eq!(extra(0), "备注= a |rankk=2|备注 (2)=b");
    assert_eq!(extra(1), "备注=|column 3=c|rankk=|备注 (2)=");
    has_notices(&portfolio, &["a: the dictionary has no column \"rankk\", which resembles \"rank\"", "no header"]);
}

#[test]
fn files_that_cannot_be_read_are_all_named() {
    let found = errors(read(&["", "id\n1", "kind\n\"open"], "code\n1", &Options::default()));
    for part in ["a: the file is empty", "b: the header has no column `kind`", "c2: the double quote", "units: "] {
        assert!(found.contains(part), "{part}: {found}");
    }
    let forced = Options { encoding: Some(Encoding::Utf16), ..Options::default() };
    assert!(errors(read(&["kind"], "", &forced)).contains("column `kind`"));
}

#[test]
fn notices_about_files() {
    let gbk = encoding_rs::GB18030.encode("类别\n试点示范").0.into_owned();
    let portfolio = read_portfolio(vocabulary(), &[source("gbk.csv", gbk)], None, &Options::default()).unwrap();
    has_notices(&portfolio, &["gbk.csv: read as GB18030"]);
    assert_eq!(rows(&portfolio), ": row2");
    let header_only = read_one("\u{feff}kind,rank\n,\n");
    has_notices(&header_only, &["no row below it"]);
    assert_eq!((header_only.inputs[0].encoding, header_only.inputs[0].rows), (Encoding::Utf8Bom, 0));
    assert!(header_only.applicants.is_empty());
}

/// What a file is shows only in its last block: it is read again from the beginning, as if it had been seen at once.
#[test]
fn encodings_that_show_late() {
    let gbk = |text: &str| encoding_rs::GB18030.encode(text).0.into_owned();
    let rows = |cell: &str, count: usize| format!("pilot,{cell}\n").repeat(count);
    let long = 200_000;
    let stream = |name: &'static str, bytes: &'static [u8], again: bool| {
        let open = move || -> io::Result<Bytes<'static>> { Ok(Box::new(bytes)) };
        if again { Stream::file(name.to_owned(), open) } else { Stream::pipe(name.to_owned(), open) }
    };
    let ascii_first = [rows("a", long).into_bytes(), gbk("pilot,标准\n")].concat();
    let utf8_first = [rows("中中", 9).into_bytes(), rows("a", long).into_bytes(), gbk("pilot,标准\n")].concat();
    let neither = [rows("中", 9).into_bytes(), rows("a", long).into_bytes(), gbk("pilot,标准\n")].concat();
    let mistakes = read_portfolio(
        vocabulary(),
        &[source("late.csv", [b"kind,title\n".as_slice(), &neither].concat())],
        None,
        &Options::default(),
    );
    assert!(errors(mistakes).contains("neither UTF-8 nor GB18030"));
    for (body, again, expected) in [
        (&ascii_first, true, Some("标准")),
        (&ascii_first, false, Some("标准")),
        (&utf8_first, true, Some("标准")),
        (&utf8_first, false, None),
    ] {
        let bytes: &'static [u8] = [b"kind,title\n".as_slice(), body].concat().leak();
        for threads in [1, 3] {
            let options = Options { threads, ..Options::default() };
            let read = read_ledger(vocabulary(), &[stream("late.csv", bytes, again)], None, &options);
            match (read, expected) {
                (Ok(ledger), Some(title)) => {
                    let portfolio = ledger.into_portfolio();
                    let last = portfolio.applicants[0].achievements.last().unwrap();
                    assert_eq!(last.facts.text(vocabulary().known().title), Some(title));
                    let file = &portfolio.inputs[0];
                    assert_eq!((file.encoding, file.rows), (Encoding::Gb18030, last.row - 1));
                }
                (Err(errors), None) => assert!(errors[0].message.en.contains("--encoding"), "{errors:?}"),
                (read, _) => panic!("{again} {read:?}"),
            }
        }
    }
}

#[test]
fn one_unnamed_applicant() {
    let units = "applicant,code,region\n甲公司,91350100M000100Y43,福州市\n";
    let named = |name: &str| Options { applicant: Some(name.to_owned()), ..Options::default() };
    for (files, units, options, expected) in [
        (&["kind\npilot"][..], "", Options::default(), ": row2"),
        (&["kind,applicant\npilot, \n", "kind\npilot\n"], "", Options::default(), ": row2 row2"),
        (&["kind\npilot"], "", named(" 丙 "), "丙: row2"),
        (&["kind\npilot"], units, named("甲公司"), "甲公司: row2"),
        (&["kind\npilot"], units, named("91350100m000100y43"), "甲公司: row2"),
        (&["kind\npilot"], "", named(" "), ": row2"),
        // A name in one file only makes the blank ones of the other invalid.
        (&["kind\npilot", "kind,applicant\npilot,甲"], "", Options::default(), "甲: row2"),
    ] {
        let portfolio = read(files, units, &options).unwrap();
        assert_eq!(rows(&portfolio), expected, "{files:?} {options:?}");
        let region = vocabulary().known().region;
        assert_eq!(portfolio.applicants[0].facts.text(region).is_some(), expected.starts_with("甲公司"));
    }
    let unnamed = read(&["kind\npilot"], units, &Options::default()).unwrap();
    has_notices(&unnamed, &["units2: the achievements name no applicant"]);
    let mixed = read(&["kind\npilot", "kind,applicant\npilot,甲"], "", &Options::default()).unwrap();
    assert_eq!(invalid(&mixed), "a2 applicant=");
    // Even an unreadable row names its applicant.
    let unreadable = read_one("kind,applicant\nnothing,甲\npilot,\n");
    assert_eq!(invalid(&unreadable), "a2 kind=nothing; a3 applicant=");
    let both = errors(read(&["kind\npilot", "kind,applicant\n,\npilot,\npilot,甲"], "", &named("丙")));
    assert!(both.starts_with("b4: row 4 names its applicant"), "{both}");
}

#[test]
fn names_and_codes_join() {
    let units = "申报单位,code,注册地\n甲 公司,91350100M000100Y43,福州市\n乙,,厦门市\n";
    let text = "id,applicant,kind\n\
                1,丙,pilot\n2,91350100m000100y43,pilot\n3,甲　公司,pilot\n4,（丙）,pilot\n5, 丙,pilot\n6,(丙),pilot\n\
                7,９1350100M000100Y43,pilot\n";
    let portfolio = read(&[text], units, &Options::default()).unwrap();
    assert_eq!(rows(&portfolio), "丙: 1 5; 甲 公司: 2 3 7; （丙）: 4 6");
    has_notices(&portfolio, &["2 of the achievements' applicants are not in", "units3: there is no achievement of"]);
    assert_eq!(portfolio.applicants[1].facts.text(vocabulary().known().region), Some("福州市"));
    assert_eq!(portfolio.applicants[0].facts.iter().count(), 0);
    let apart = read(&[text], "", &Options::default()).unwrap();
    assert_eq!(rows(&apart), "丙: 1 5; 91350100m000100y43: 2 7; 甲　公司: 3; （丙）: 4 6");
    let slip = read(&["applicant,kind\n甲公思,pilot"], "applicant\n甲公司\n", &Options::default()).unwrap();
    assert!(notices(&slip)[0].contains("did you mean \"甲公司\""), "{:?}", notices(&slip));
}

#[test]
fn the_applicants_file() {
    let units = "applicant,code,region,fraud_on,investigating\n\
                 甲,91350100M000100Y43,天津市,,否\n\
                 乙,91350100M000100Y44,,2016/5/9,\n\
                 甲,,,,\n\
                 丙,91350100m000100y43,,,\n\
                 ,,北京市,,\n\
                 丁,,某市,2021-02-30,也许\n\
                 ,,,,\n\
                 戊\n\
                 己,,,,,多\n";
    let text = "applicant,kind\n甲,pilot\n乙,pilot\n丙,pilot\n丁,pilot\n戊,pilot\n";
    let portfolio = read(&[text], units, &Options::default()).unwrap();
    assert_eq!(rows(&portfolio), "甲: row2; 乙: row3; 丙: row4; 丁: row5; 戊: row6");
    assert_eq!(
        invalid(&portfolio),
        "units4 applicant=甲; units5 code=91350100m000100y43; units6 applicant=; \
         units7 fraud_on=2021-02-30 investigating=也许; units10 null=多"
    );
    has_notices(
        &portfolio,
        &[
            "units3: the check character",
            "units7: \"丁\": cells of its row that cannot be read count as unknown; the others are used",
            "units9: this row has only 1 cells",
            "units10: \"己\": its row has more cells than the header",
            "units: 1 of the achievements' applicants are not in the applicants file, and nothing is known of them: 丙",
            "units10: there is no achievement of \"己\"",
        ],
    );
    let known = vocabulary().known();
    let facts = |index: usize| portfolio.applicants[index].facts.iter().count();
    // Of 丁 the region could be read.
    assert_eq!((0..5).map(facts).collect::<Vec<_>>(), [3, 2, 0, 1, 0]);
    assert_eq!(portfolio.applicants[0].facts.text(known.region), Some("天津市"));
    assert_eq!(
        portfolio.inputs.iter().map(|f| (f.path.as_str(), f.rows)).collect::<Vec<_>>(),
        [("a", 5), ("units", 8)]
    );
}

#[test]
fn applicants_stand_by_first_appearance() {
    let text = "applicant,kind\n甲,nothing\n乙,pilot\n丙,nothing\n甲,pilot\n";
    assert_eq!(rows(&read_one(text)), "甲: row5; 乙: row3");
    let units = "applicant\n乙\n甲\n";
    let portfolio =
        read(&["applicant,kind\n甲,pilot", "applicant,kind\n乙,pilot\n甲,pilot"], units, &Options::default());
    assert_eq!(rows(&portfolio.unwrap()), "甲: row2 row3; 乙: row2");
}

#[test]
fn strict_is_an_error_at_the_first_invalid_row() {
    let strict = Options { strict: true, ..Options::default() };
    let found = errors(read(&["kind,rank,date\npilot,1,\npilot,0,x\npilot,0,\n"], "", &strict));
    assert!(found.starts_with("a3: row 3: column `rank`") && found.contains("; a3: row 3: column `date`"), "{found}");
    assert!(!found.contains("row 4"), "{found}");
    assert!(read(&["kind\npilot\n"], "", &strict).is_ok());
}

#[test]
fn rows_alike() {
    for (rows_below, expected) in [
        ("甲,standard,GB/T 1,x,2021-1-1\n甲,standard,gb/t1,X,2021年1月1日", "甲: row2* row3*"),
        ("甲,standard,GB/T 1—2020,x,\n甲,standard,GB/T 1-2020,x,", "甲: row2* row3*"),
        ("甲,pilot,,x,\n甲,pilot,,x,", "甲: row2* row3*"),
        ("甲,pilot,,,2021-1-1\n甲,pilot,,,2021-1-1", "甲: row2 row3"),
        ("甲,pilot,,x,\n甲,leader,,x,", "甲: row2 row3"),
        ("甲,pilot,,x,2021-1-1\n甲,pilot,,x,2021-1-2", "甲: row2 row3"),
        ("甲,pilot,1,x,\n甲,pilot,2,x,", "甲: row2 row3"),
        ("甲,pilot,1,,\n乙,pilot,1,,", "甲: row2; 乙: row3"),
        ("甲,standard,GB 1,,\n乙,standard,GB1,,\n甲,standard,GB 1,y,", "甲: row2* row4*; 乙: row3*"),
        ("甲,standard,GB 1,,\n甲,standard,GB 1,y,", "甲: row2 row3"),
        ("甲,standard,,x,\n乙,standard,,x,", "甲: row2; 乙: row3"),
    ] {
        let text = format!("applicant,kind,number,title,date\n{rows_below}");
        assert_eq!(rows(&read_one(&text)), expected, "{rows_below}");
    }
    let three = read_one("kind,title\npilot,x\npilot,x\npilot,x\n");
    let named: Vec<&str> = three.applicants[0].achievements.iter().map(|a| a.warnings[0].en.as_str()).collect();
    for (warning, row) in named.iter().zip(["row 3", "row 2", "row 2"]) {
        assert!(warning.contains(row), "{warning}");
    }
    let files = read(&["kind,title\npilot,x", "kind,title\npilot,x"], "", &Options::default()).unwrap();
    assert!(files.applicants[0].achievements[0].warnings[0].en.contains("row 2 of b"));
}

#[test]
fn parts_of_a_fen_warn_on_the_row() {
    assert_eq!(rows(&read_one("kind,cost\npilot,1.005\npilot,1.00\n")), ": row2* row3");
}

/// Row by row: 3 level, 4 subject, 6 and 7 flags, 8 id, 10 date, 11 cost, 12 rank, 15 level and date, 16 applicant, 17 two
/// cells too many, 18 and 19 kind, 20 quantity, 21 local ranks, 22 prior source, 23 adopters. Row 13 is blank.
#[test]
fn a_file_with_every_mistake() {
    let bytes = include_bytes!("../../tests/data/mistakes.csv");
    let portfolio = read_portfolio(vocabulary(), &[source("m", bytes)], None, &Options::default()).unwrap();
    let found: Vec<u64> = portfolio.invalid.iter().map(|row| row.row).collect();
    assert_eq!(found, [3, 4, 6, 7, 8, 10, 11, 12, 15, 16, 17, 18, 19, 20, 21, 22, 23]);
    assert_eq!(
        rows(&portfolio),
        "天津蓝汐海洋装备股份有限公司: M-01 M-04 row14; 天津沽澜检测技术研究院: M-01 M-21 M-22"
    );
    assert_eq!(portfolio.inputs[0].rows, 23);
    has_notices(&portfolio, &["positon", "rankk"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the bytes are, reading ends without a panic, and every row comes back once.
    #[test]
    fn any_bytes(
        first in prop::collection::vec(any::<u8>(), 0..300),
        second in prop::collection::vec(any::<u8>(), 0..100),
        strict in any::<bool>(),
        forced in prop::option::of(prop::sample::select(vec![
            Encoding::Utf8, Encoding::Utf8Bom, Encoding::Gb18030, Encoding::Utf16,
        ])),
    ) {
        let options = Options { encoding: forced, strict, ..Options::default() };
        let files = [source("a", &first), source("b", [b"kind,applicant\n".as_slice(), &first].concat())];
        let units = source("units", [b"applicant,code,type\n".as_slice(), &second].concat());
        let _ = read_portfolio(vocabulary(), &files, Some(&units), &options);
        let _ = read_portfolio(vocabulary(), &files[1..], None, &options);
    }

    /// An id counts once for each unit and file: the first readable row with it stands, however ids are written.
    #[test]
    fn ids_are_told_apart(
        rows in prop::collection::vec((0..2usize, 0..2usize, "|A1|Ａ1| a1|row[2-9]|x y|x  y|长编号长编号|[a-c]{1,14}", any::<bool>()), 1..40),
    ) {
        let mut files = ["id,applicant,kind,date\n".to_owned(), "id,applicant,kind,date\n".to_owned()];
        let mut lines = [1u64; 2];
        let mut used = std::collections::BTreeSet::new();
        let (mut counted, mut refused) = (Vec::new(), Vec::new());
        for (file, unit, id, readable) in &rows {
            let date = if *readable { "2021-05-01" } else { "soon" };
            files[*file] += &format!("{id},{},standard,{date}\n", ["甲", "乙"][*unit]);
            lines[*file] += 1;
            let named = if id.trim().is_empty() { format!("row{}", lines[*file]) } else { crate::text::fold(id) };
            let place = (*file, lines[*file]);
            match *readable && used.insert((*file, *unit, named)) {
                true => counted.push(place),
                false => refused.push(place),
            }
        }
        let read = read(&[&files[0], &files[1]], "", &Options::default()).unwrap();
        let achievements = read.applicants.iter().flat_map(|unit| &unit.achievements);
        let mut found: Vec<(usize, u64)> = achievements.map(|row| (row.input, row.row)).collect();
        let mut invalid: Vec<(usize, u64)> =
            read.invalid.iter().map(|row| (usize::from(row.path == "b"), row.row)).collect();
        for places in [&mut found, &mut invalid, &mut counted, &mut refused] {
            places.sort_unstable();
        }
        prop_assert_eq!((found, invalid), (counted, refused));
    }

    /// Cells that nearly make sense, under every header.
    #[test]
    fn any_cells(rows in prop::collection::vec(
        prop::collection::vec(
            "(pilot|standard|event|forum|filed;!?filed|!|;|[0-9]{1,12}(\\.0)?|20[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,3}日?|[0-9,]{1,20}\\.?[0-9]{0,30}[千万亿]?元?|GB/T 1|地方标准|\\PC{0,6}|\"[a,\r\n]{0,3}\"?|)",
            0..40,
        ),
        0..8,
    )) {
        let facts = vocabulary().facts().filter(|(_, fact)| fact.of == Of::Achievement);
        let header: Vec<&str> = facts.map(|(_, fact)| fact.id.as_str()).collect();
        let text = std::iter::once(header.join(","))
            .chain(rows.iter().map(|cells| cells.join(",")))
            .collect::<Vec<_>>()
            .join("\n");
        if let Ok(portfolio) = read(&[&text], "", &Options::default()) {
            let readable: usize = portfolio.applicants.iter().map(|a| a.achievements.len()).sum();
            prop_assert_eq!((readable + portfolio.invalid.len()) as u64, portfolio.inputs[0].rows);
            for row in portfolio.applicants.iter().flat_map(|a| &a.achievements) {
                prop_assert!(matches!(row.facts.get(vocabulary().known().kind), Some(Value::Code(_))));
            }
            for row in &portfolio.invalid {
                prop_assert!(!row.mistakes.is_empty());
                prop_assert!(row.mistakes.iter().all(|m| !m.message.zh.is_empty() && !m.message.en.is_empty()));
            }
        }
    }

    /// What is quoted by the rules comes back as it was.
    #[test]
    fn cells_come_back(cells in prop::collection::vec(prop::collection::vec("[a\",;\t\r\n是]{1,6}", 3), 1..6)) {
        let quote = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
        let lines = cells.iter().map(|row| format!("pilot,{}", row.iter().map(quote).collect::<Vec<_>>().join(",")));
        let text = format!("kind,x1x,x2x,x3x\r\n{}", lines.collect::<Vec<_>>().join("\r\n"));
        let portfolio = read_one(&text);
        let found: Vec<Vec<String>> = portfolio.applicants[0]
            .achievements
            .iter()
            .map(|row| row.extra.iter().map(|(_, cell)| cell.clone()).collect())
            .collect();
        prop_assert_eq!(found, cells);
    }
}
