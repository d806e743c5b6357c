//! One row → the facts of one achievement or one applicant. Rows of files and worked examples of rule files both go
//! through here.

use std::collections::HashMap;

use super::Mistake;
use super::cells::{both_ways, foreign_subject, read_cell, read_flags, shown, subject_of_kind};
use super::columns::Dictionary;
use super::table::is_blank;
use crate::facts::{Achievement, Applicant, Facts, Value};
use crate::lang::Words;
use crate::text;
use crate::vocabulary::{Fact, FactId, FactType, Inference, Of, ValueId, Vocabulary};
use crate::words;

/// What the cells of one row say.
#[derive(Debug, Default)]
pub(super) struct Row {
    pub facts: Facts,
    /// The cell of the column `id`, trimmed, unless blank.
    pub id: Option<String>,
    /// The cell of the column `applicant`, trimmed, unless blank.
    pub applicant: Option<String>,
    pub warnings: Vec<Words>,
    /// In the order of the cells.
    pub mistakes: Vec<Mistake>,
}

/// Reads rows, and remembers the labels it has read.
pub(super) struct RowReader<'d> {
    dictionary: &'d Dictionary<'d>,
    /// By fact: what its labels mean. Files repeat few labels often, right ones as well as wrong ones.
    labels: Vec<HashMap<String, Result<Value, Mistake>>>,
}

impl<'d> RowReader<'d> {
    pub fn new(dictionary: &'d Dictionary<'d>) -> Self {
        let labels = dictionary.vocabulary.facts().map(|_| HashMap::new()).collect();
        RowReader { dictionary, labels }
    }

    /// Reads the cells of an achievement: those of its kind, then what one cell says about another.
    pub fn achievement(&mut self, cells: &[(FactId, &str)]) -> Row {
        let vocabulary = self.dictionary.vocabulary;
        let known = vocabulary.known();
        let kind = cells.iter().find(|(fact, _)| *fact == known.kind).and_then(|(_, cell)| self.kind(cell).ok());
        let mut row = Row::default();
        for (fact, cell) in cells {
            if *fact == known.kind {
                match self.kind(cell) {
                    Ok(kind) => row.facts.set(*fact, Value::Code(kind)),
                    Err(mistake) => row.mistakes.push(mistake),
                }
            } else {
                self.cell(*fact, cell, kind, &mut row);
            }
        }
        if !cells.iter().any(|(fact, _)| *fact == known.kind) {
            row.mistakes.push(missing_kind(vocabulary, ""));
        }
        for inference in vocabulary.inferences().iter().filter(|inference| Some(inference.kind) == kind) {
            infer(vocabulary, inference, &mut row);
        }
        row
    }

    /// Reads the cells of an applicant.
    pub fn applicant(&mut self, cells: &[(FactId, &str)]) -> Row {
        let mut row = Row::default();
        for (fact, cell) in cells {
            self.cell(*fact, cell, None, &mut row);
        }
        row
    }

    /// The kind of a row, which every row must have.
    fn kind(&mut self, cell: &str) -> Result<ValueId, Mistake> {
        let vocabulary = self.dictionary.vocabulary;
        match self.value(vocabulary.known().kind, cell)? {
            Some((Value::Code(kind), _)) => Ok(kind),
            _ => Err(missing_kind(vocabulary, cell)),
        }
    }

    fn cell(&mut self, fact: FactId, cell: &str, kind: Option<ValueId>, row: &mut Row) {
        if is_blank(cell) {
            return;
        }
        let vocabulary = self.dictionary.vocabulary;
        let known = vocabulary.known();
        if fact == known.id {
            row.id = Some(cell.trim().to_owned());
        } else if fact == known.applicant {
            row.applicant = Some(cell.trim().to_owned());
        } else if vocabulary.fact(fact).kind == FactType::Flags {
            match read_flags(self.dictionary, fact, cell) {
                Ok(flags) => flags.into_iter().for_each(|(flag, holds)| self.flag(fact, flag, holds, cell, row)),
                Err(mistake) => row.mistakes.push(mistake),
            }
        } else {
            match (self.value(fact, cell), kind) {
                (Err(_), Some(kind)) if fact == known.subject => {
                    row.mistakes.push(foreign_subject(vocabulary, kind, cell));
                }
                (Err(mistake), _) => row.mistakes.push(mistake),
                (Ok(None), _) => {}
                (Ok(Some((value, _))), Some(kind)) if fact == known.subject => {
                    match subject_of_kind(vocabulary, kind, value, cell) {
                        Ok(subject) => row.facts.set(fact, subject),
                        Err(mistake) => row.mistakes.push(mistake),
                    }
                }
                (Ok(Some((Value::Bool(holds), _))), _) if vocabulary.fact(fact).flag => {
                    self.flag(fact, fact, holds, cell, row);
                }
                (Ok(Some((value, warnings))), _) => {
                    row.facts.set(fact, value);
                    row.warnings.extend(warnings);
                }
            }
        }
    }

    /// A flag may stand in the column of flags and in a column of its own, if both say the same.
    fn flag(&self, column: FactId, flag: FactId, holds: bool, cell: &str, row: &mut Row) {
        match row.facts.boolean(flag) {
            Some(before) if before != holds => {
                row.mistakes.push(both_ways(self.dictionary, column, flag, cell));
            }
            _ => row.facts.set(flag, Value::Bool(holds)),
        }
    }

    /// [`read_cell`], remembering labels.
    fn value(&mut self, fact: FactId, cell: &str) -> Result<Option<(Value, Vec<Words>)>, Mistake> {
        /// Different spellings beyond this are not remembered, so that a broken file cannot fill the memory.
        const MOST_LABELS: usize = 4096;
        let vocabulary = self.dictionary.vocabulary;
        let labels = match self.labels.get_mut(usize::from(fact.0)) {
            Some(labels) if vocabulary.fact(fact).kind == FactType::Enum => labels,
            _ => return read_cell(vocabulary, fact, cell),
        };
        if let Some(known) = labels.get(cell) {
            return known.clone().map(|value| Some((value, Vec::new())));
        }
        let read = read_cell(vocabulary, fact, cell);
        if labels.len() < MOST_LABELS {
            match &read {
                Ok(Some((value, _))) => labels.insert(cell.to_owned(), Ok(value.clone())),
                Ok(None) => None,
                Err(mistake) => labels.insert(cell.to_owned(), Err(mistake.clone())),
            };
        }
        read
    }
}

fn missing_kind(vocabulary: &Vocabulary, cell: &str) -> Mistake {
    let fact = vocabulary.fact(vocabulary.known().kind);
    let (id, zh) = (&fact.id, &fact.zh);
    let example = fact.values.first().map(|value| (value.id.as_str(), value.zh.as_str()));
    let (example_id, example_zh) = example.unwrap_or_default();
    Mistake {
        column: Some(id.clone()),
        cell: None,
        value: cell.to_owned(),
        message: words!(
            zh: "“{zh}”是必填的，这一行没有；请填上，例如“{example_zh}”",
            en: "column `{id}` is required and this row has none; fill it in, for example with \"{example_id}\""
        ),
    }
}

/// Reads one fact off another, such as a standard's level off its number (contract section 1). What the column says
/// itself goes before what is inferred.
fn infer(vocabulary: &Vocabulary, inference: &Inference, row: &mut Row) {
    let Some(number) = row.facts.text(inference.from) else { return };
    let inferred = inference.infer(number);
    let fact = vocabulary.fact(inference.to);
    let warning = match (row.facts.get(inference.to), inferred) {
        (None, Some(value)) => {
            row.facts.set(inference.to, Value::Code(value));
            return;
        }
        (Some(Value::OneOf(open)), Some(value)) if open.contains(&value) => {
            row.facts.set(inference.to, Value::Code(value));
            return;
        }
        (Some(Value::OneOf(open)), _) => undecided(fact, open, number),
        (Some(Value::Code(given)), Some(value)) if *given != value => contradicted(fact, *given, value, number),
        _ => return,
    };
    row.warnings.push(warning);
}

fn undecided(fact: &Fact, open: &[ValueId], number: &str) -> Words {
    let values: Vec<_> = open.iter().filter_map(|value| fact.values.get(usize::from(value.0))).collect();
    let all_zh = values.iter().map(|value| value.zh.as_str()).collect::<Vec<_>>().join("、");
    let all_en = values.iter().map(|value| value.id.as_str()).collect::<Vec<_>>().join(", ");
    let (id, zh, number) = (&fact.id, &fact.zh, shown(number));
    words!(
        zh: "由“{number}”定不出“{zh}”是{all_zh}中的哪一个，都按可能计算；请改正号码，或写明“{zh}”",
        en: "\"{number}\" does not tell which of {all_en} the column `{id}` means, so each is tried; correct the \
             number, or name the {id}"
    )
}

fn contradicted(fact: &Fact, given: ValueId, inferred: ValueId, number: &str) -> Words {
    let name = |value: ValueId| fact.values.get(usize::from(value.0)).map(|v| (v.id.as_str(), v.zh.as_str()));
    let ((given_id, given_zh), (inferred_id, inferred_zh)) =
        (name(given).unwrap_or_default(), name(inferred).unwrap_or_default());
    let (id, zh, number) = (&fact.id, &fact.zh, shown(number));
    words!(
        zh: "“{zh}”写的是“{given_zh}”，而“{number}”是“{inferred_zh}”的号码；以“{zh}”列为准，请核对",
        en: "column `{id}` says {given_id}, but the number \"{number}\" is {inferred_id}; the column counts; check it"
    )
}

/// Reads a worked example as the row of a file: header in English or Chinese, and cell. The `id` is blank unless
/// given; `row` and `input` are 0.
///
/// # Errors
/// Everything for which the row would be invalid in a file, and headers that the vocabulary does not know.
pub fn read_row(vocabulary: &Vocabulary, cells: &[(String, String)]) -> Result<Achievement, Vec<Mistake>> {
    let dictionary = Dictionary::new(vocabulary);
    let (cells, mut mistakes) = columns_of(&dictionary, Of::Achievement, cells);
    let row = RowReader::new(&dictionary).achievement(&cells);
    mistakes.extend(row.mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    let id = row.id.unwrap_or_default();
    Ok(Achievement { id, row: 0, input: 0, facts: row.facts, extra: Vec::new(), warnings: row.warnings })
}

/// Reads the applicant of a worked example as the row of an applicants file; its name may be missing.
///
/// # Errors
/// As for [`read_row`].
pub fn read_applicant_row(vocabulary: &Vocabulary, cells: &[(String, String)]) -> Result<Applicant, Vec<Mistake>> {
    let dictionary = Dictionary::new(vocabulary);
    let (cells, mut mistakes) = columns_of(&dictionary, Of::Applicant, cells);
    let row = RowReader::new(&dictionary).applicant(&cells);
    mistakes.extend(row.mistakes);
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Applicant { name: row.applicant.unwrap_or_default(), facts: row.facts, achievements: Vec::new() })
}

fn columns_of<'a>(
    dictionary: &Dictionary<'_>,
    of: Of,
    cells: &'a [(String, String)],
) -> (Vec<(FactId, &'a str)>, Vec<Mistake>) {
    let mut found: Vec<(FactId, &str)> = Vec::new();
    let mut mistakes = Vec::new();
    for (header, cell) in cells {
        let message = match dictionary.header(of, header) {
            Some(fact) if found.iter().all(|(known, _)| *known != fact) => {
                found.push((fact, cell));
                continue;
            }
            Some(_) => words!(
                zh: "“{header}”写了两次；请只留一个",
                en: "\"{header}\" is given twice; keep one of them"
            ),
            None => match dictionary.near_header(of, header) {
                Some(near) => words!(
                    zh: "词典里没有列“{header}”；是不是“{near}”？",
                    en: "the dictionary has no column \"{header}\"; did you mean \"{near}\"?"
                ),
                None => words!(
                    zh: "词典里没有列“{header}”；可用的列见 rules/vocabulary.toml",
                    en: "the dictionary has no column \"{header}\"; rules/vocabulary.toml lists the columns"
                ),
            },
        };
        mistakes.push(Mistake { column: Some(text::fold(header)), cell: None, value: cell.clone(), message });
    }
    (found, mistakes)
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;

    /// `header=cell|header=cell` as cells of a row.
    fn cells(row: &str) -> Vec<(String, String)> {
        let pairs = row.split('|').filter_map(|pair| pair.split_once('='));
        pairs.map(|(header, cell)| (header.to_owned(), cell.to_owned())).collect()
    }

    fn facts_of(facts: &Facts) -> String {
        let vocabulary = vocabulary();
        let name = |fact, code| vocabulary.value_name(fact, code);
        let facts = facts.iter().map(|(fact, value)| match value {
            Value::Code(code) => name(fact, *code).to_owned(),
            Value::OneOf(codes) => codes.iter().map(|code| name(fact, *code)).collect::<Vec<_>>().join("/"),
            Value::Bool(holds) => format!("{}{}", if *holds { "" } else { "!" }, vocabulary.fact(fact).id),
            Value::Text(text) => text.to_string(),
            other => format!("{other:?}"),
        });
        facts.collect::<Vec<_>>().join(" ")
    }

    /// The facts and the warnings, or `!column` of each mistake.
    fn read(row: &str) -> (String, String) {
        match read_row(vocabulary(), &cells(row)) {
            Ok(achievement) => {
                let warnings: Vec<_> = achievement.warnings.into_iter().map(|warning| warning.en).collect();
                (facts_of(&achievement.facts), warnings.join("; "))
            }
            Err(mistakes) => {
                let columns: Vec<_> = mistakes.iter().map(|m| format!("!{}", m.column.as_deref().unwrap())).collect();
                (columns.join(" "), mistakes.into_iter().map(|m| m.message.en).collect::<Vec<_>>().join("; "))
            }
        }
    }

    #[test]
    fn levels_are_read_off_numbers() {
        for (number, level) in [
            ("GB 1-2020", "national"),
            ("GB/T 1234-2021", "national"),
            ("GB/Z 1-2021", "national"),
            ("ｇｂ／ｔ１２３４－２０２１", "national"),
            ("ISO 9001:2015", "international"),
            ("ISO/IEC 27001", "international"),
            ("IEC TS 1", "international"),
            ("ITU-T X.1", "international"),
            ("DB11/T 12-2020", "provincial"),
            ("DB3502/T 88-2022", "municipal"),
            ("T/CAS 1-2021", "group"),
            ("Q/ABC 1", "enterprise"),
            ("HY/T 0330-2021", "industry"),
            ("JB 1-2020", "industry"),
            ("DB 12", ""),
            ("某标准", ""),
        ] {
            let expected = format!("standard {number}{}{level}", if level.is_empty() { "" } else { " " });
            assert_eq!(read(&format!("kind=standard|number={number}")), (expected, String::new()), "{number}");
            assert_eq!(read(&format!("kind=award|number={number}")).0, format!("award {number}"));
        }
    }

    #[test]
    fn given_levels_and_numbers() {
        for (row, level, warning) in [
            ("level=地方标准|number=DB3502/T 1", "municipal", ""),
            ("number=DB35/T 1|level=地方标准", "provincial", ""),
            ("level=地方标准", "provincial/municipal", ""),
            ("level=地方标准|number=T/CAS 1", "provincial/municipal", "each is tried"),
            ("level=地方标准|number=某", "provincial/municipal", "each is tried"),
            ("level=regional|number=DB12/T 1", "regional", "the column counts"),
            ("level=national|number=GB 1", "national", ""),
            ("level=national|number=某", "national", ""),
        ] {
            let (facts, warnings) = read(&format!("kind=standard|{row}"));
            assert!(facts.split(' ').any(|word| word == level), "{row}: {facts}");
            assert_eq!(warnings.is_empty(), warning.is_empty(), "{row}: {warnings}");
            assert!(warnings.contains(warning), "{row}: {warnings}");
        }
        assert_eq!(read("kind=pilot|level=地方标准|number=DB12/T 1").1, "");
    }

    #[test]
    fn flags() {
        for (row, expected) in [
            ("flags=filed;政府采信", "filed gov_use"),
            ("flags=！filed、 ! medical，适用本区；", "!filed !medical covers_area"),
            ("flags=filed,已备案,filed", "filed"),
            ("filed=是|已备案", "filed"),
            ("filed=是|flags=filed;gov_use", "filed gov_use"),
            ("filed=0|flags=!filed", "!filed"),
            ("flags=", ""),
            ("filed=", ""),
            ("flags=filled", "!flags"),
            ("flags=filed;!filed", "!flags"),
            ("filed=是|flags=!filed", "!flags"),
            ("flags=!filed|已备案=yes", "!filed"),
            ("flags=;", "!flags"),
            ("flags=!", "!flags"),
            ("flags=!!filed", "!flags"),
            ("flags=rank", "!flags"),
            ("filed=maybe", "!filed"),
        ] {
            let (found, message) = read(&format!("kind=pilot|{row}"));
            let found = found.strip_prefix("pilot").unwrap_or(&found).trim();
            assert_eq!(found, expected, "{row}: {message}");
        }
        assert!(read("kind=pilot|flags=filled").1.contains("did you mean \"filed\""));
        assert!(read("kind=pilot|flags=filed;!filed").1.contains("both as true and as false"));
        assert!(read("kind=pilot|flags=!filed|filed=yes").1.contains("both as true and as false"));
    }

    #[test]
    fn kinds_and_subjects() {
        for (row, expected, part) in [
            ("kind=event|subject=forum", "event forum", ""),
            ("事项=年会论坛|类别=会议活动", "forum event", ""),
            ("kind=project|subject=forum", "!subject", "the kind is `project`"),
            ("kind=event|subject=forums", "!subject", "did you mean \"forum\""),
            ("kind=standard|subject=forum", "!subject", "`standard` has no subjects"),
            ("kind=pilot|subject=无此", "!subject", "`pilot` has no subjects"),
            ("kind=event|subject=无此", "!subject", "expected one of conference, forum;"),
            ("kind=无此|subject=无此", "!kind !subject", ""),
            ("kind=", "!kind", "required"),
            ("title=x", "!kind", "required"),
            ("kind=标准修编", "!kind", "expected one of standard, committee"),
            ("kind=标准制修汀", "!kind", "did you mean \"标准制修订\""),
            ("kind=nothing|subject=forum|rank=0|date=x", "!kind !rank !date", "from 1"),
        ] {
            let (found, message) = read(row);
            assert_eq!(found, expected, "{row}: {message}");
            assert!(message.contains(part), "{row}: {message}");
        }
    }

    /// A short Chinese word that differs in half of it from a label may as well mean another one.
    #[test]
    fn hints_are_for_slips_only() {
        for (row, hint) in [
            ("kind=standard|level=国标", None),
            ("kind=standard|level=国傢", None),
            ("kind=standard|action=制修订", None),
            ("kind=standard|role=参于", Some("参与")),
            ("kind=standard|role=lea", Some("lead")),
            ("kind=standard|level=省标", Some("省级")),
            ("kind=award|grade=一等将", Some("一等奖")),
        ] {
            let message = read(row).1;
            let found = message.split_once("did you mean \"").and_then(|(_, rest)| rest.split('"').next());
            assert_eq!(found, hint, "{row}: {message}");
        }
    }

    #[test]
    fn headers_of_examples() {
        for (row, expected, part) in [
            ("kind=pilot|rnak=1", "!rnak", "did you mean \"rank\""),
            ("kind=pilot|实际费用（万元）=1", "!实际费用(万元)", "did you mean \"实际费用\""),
            ("kind=pilot|备注说明=1", "!备注说明", "lists the columns"),
            ("kind=pilot|date=2021-01-01|日期=2021-01-01", "!日期", "twice"),
            ("kind=pilot|region=天津", "!region", "no column"),
        ] {
            let (found, message) = read(row);
            assert!(found == expected && message.contains(part), "{row}: {found} {message}");
        }
        let named = read_row(vocabulary(), &cells("kind=pilot|id= A1 |applicant=甲")).unwrap();
        assert_eq!((named.id.as_str(), facts_of(&named.facts).as_str()), ("A1", "pilot"));
    }

    #[test]
    fn applicants_of_examples() {
        let read = |row| read_applicant_row(vocabulary(), &cells(row));
        let unit = read("申报单位= 甲公司 |region=天津市|单位类型=机关|investigating=是").unwrap();
        assert_eq!((unit.name.as_str(), facts_of(&unit.facts).as_str()), ("甲公司", "天津市 government investigating"));
        assert_eq!(read("region=天津市").unwrap().name, "");
        for (row, column) in [("type=x", "type"), ("kind=pilot", "kind"), ("fraud_on=2021-02-30", "fraud_on")] {
            assert_eq!(read(row).unwrap_err()[0].column.as_deref(), Some(column), "{row}");
        }
    }
}
