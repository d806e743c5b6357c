//! Achievements files 成果表: rows joined to units.

use std::collections::HashMap;

use super::applicants::Roster;
use super::cells::shown;
use super::columns::Dictionary;
use super::row::RowReader;
use super::{File, InputError, Invalid, Mistake, Read};
use crate::facts::Achievement;
use crate::text;
use crate::words;

/// Reads one achievements file after the other into the same units.
pub(super) struct Reader<'d> {
    dictionary: &'d Dictionary<'d>,
    rows: RowReader<'d>,
    roster: Roster,
    /// The unit of every row, where no row names one.
    unnamed: Option<usize>,
}

impl<'d> Reader<'d> {
    pub fn new(dictionary: &'d Dictionary<'d>, roster: Roster, unnamed: Option<usize>) -> Self {
        Reader { dictionary, rows: RowReader::new(dictionary), roster, unnamed }
    }

    pub fn into_roster(self) -> Roster {
        self.roster
    }

    /// Reads the file that is number `input`.
    pub fn read(&mut self, file: File<'_>, input: usize) -> Result<Read, InputError> {
        let mut read = file.start();
        let mut ids = HashMap::new();
        let (mut rows, mut unnamed_column) = (0, false);
        let mut records = file.records()?;
        while let Some(number) = file.next(&mut records)? {
            rows += 1;
            let cells = file.split(&records.cells);
            unnamed_column |= cells.unnamed;
            let mut row = self.rows.achievement(&cells.facts);
            row.warnings.extend(cells.short);
            let id = row.id.clone().unwrap_or_else(|| format!("row{number}"));
            let unit = self.unnamed.or_else(|| row.applicant.as_deref().map(|name| self.roster.resolve(name)));
            match unit {
                Some(unit) => {
                    self.roster.appear(unit);
                    row.mistakes.extend(self.used_before(&ids, unit, &id, row.id.as_deref()));
                }
                None => row.mistakes.push(self.nobody()),
            }
            file.complete(self.dictionary.vocabulary, number, &mut row.mistakes);
            row.mistakes.extend(cells.surplus);
            match unit {
                Some(unit) if row.mistakes.is_empty() => {
                    ids.insert((unit, text::fold(&id)), number);
                    row.facts.shrink();
                    let (facts, extra, warnings) = (row.facts, cells.extra, row.warnings);
                    self.roster.add(unit, Achievement { id, row: number, input, facts, extra, warnings });
                }
                _ => read.invalid.push(Invalid {
                    path: file.path.clone(),
                    row: number,
                    applicant: unit.map(|unit| self.roster.name(unit).to_owned()).filter(|name| !name.is_empty()),
                    id: row.id,
                    mistakes: row.mistakes,
                    extra: cells.extra,
                }),
            }
        }
        Ok(file.finish(rows, unnamed_column, read))
    }

    /// A mistake where a readable row of the unit used the id in this file before: that row stands. An unreadable row
    /// uses up no id, so that its corrected copy below it counts.
    fn used_before(
        &self,
        ids: &HashMap<(usize, String), u64>,
        unit: usize,
        id: &str,
        written: Option<&str>,
    ) -> Option<Mistake> {
        let before = ids.get(&(unit, text::fold(id)))?;
        let column = self.dictionary.vocabulary.known().id;
        let found = shown(id);
        let message = match written {
            Some(_) => words!(
                zh: "编号“{found}”在第 {before} 行已经用过；同一单位的编号不能重复，请改一个",
                en: "the id \"{found}\" was used on row {before} before; ids of one applicant must differ; change it"
            ),
            None => words!(
                zh: "编号空白的行记作“{found}”，而第 {before} 行已经用了这个编号；请填上编号",
                en: "a row without an id is called \"{found}\", which row {before} uses already; fill in an id"
            ),
        };
        Some(Mistake {
            column: Some(self.dictionary.vocabulary.fact(column).id.clone()),
            cell: None,
            value: written.unwrap_or_default().to_owned(),
            message,
        })
    }

    /// A blank applicant where other rows have names.
    fn nobody(&self) -> Mistake {
        let vocabulary = self.dictionary.vocabulary;
        let fact = vocabulary.fact(vocabulary.known().applicant);
        let (id, zh) = (&fact.id, &fact.zh);
        Mistake {
            column: Some(id.clone()),
            cell: None,
            value: String::new(),
            message: words!(
                zh: "“{zh}”是空白的，而其他行写了单位；请填上",
                en: "column `{id}` is blank, while other rows name their applicant; fill it in"
            ),
        }
    }
}
