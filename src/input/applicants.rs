//! The applicants file 单位表, and the units that rows are joined to.

use std::collections::HashMap;

use super::cells::{near, shown};
use super::columns::Dictionary;
use super::row::RowReader;
use super::{File, InputError, Invalid, Mistake, Notice, Read, credit_code};
use crate::facts::{Achievement, Applicant, Facts};
use crate::lang::Words;
use crate::text;
use crate::vocabulary::Vocabulary;
use crate::words;

/// One legal unit.
#[derive(Debug, Default)]
struct Unit {
    name: String,
    facts: Facts,
    /// The row of the applicants file that names it.
    row: Option<u64>,
    /// True once a row of achievements names it.
    appeared: bool,
    achievements: Vec<Achievement>,
}

/// All units, found by name or code.
#[derive(Debug, Default)]
pub(super) struct Roster {
    units: Vec<Unit>,
    /// Names and codes under their [`text::key`]. Never walked over.
    index: HashMap<String, usize>,
    /// Units by first appearance in the achievements.
    appeared: Vec<usize>,
    /// The cell and the unit of the row before: rows of one unit usually stand together.
    last: Option<(String, usize)>,
}

impl Roster {
    /// The unit that `cell` names by name or code; a new one where nobody knows it.
    pub fn resolve(&mut self, cell: &str) -> usize {
        if let Some((last, unit)) = &self.last
            && last == cell
        {
            return *unit;
        }
        let key = text::key(cell);
        let unit = match self.index.get(&key) {
            Some(unit) => *unit,
            None => {
                let unit = self.push(Unit { name: cell.to_owned(), ..Unit::default() });
                self.index.insert(key, unit);
                unit
            }
        };
        self.last = Some((cell.to_owned(), unit));
        unit
    }

    /// The one unnamed applicant.
    pub fn nameless(&mut self) -> usize {
        self.push(Unit::default())
    }

    fn push(&mut self, unit: Unit) -> usize {
        self.units.push(unit);
        self.units.len() - 1
    }

    /// The name of a unit as results show it.
    pub fn name(&self, unit: usize) -> &str {
        self.units.get(unit).map_or("", |unit| &unit.name)
    }

    /// Notes that a row of achievements belongs to `unit`.
    pub fn appear(&mut self, unit: usize) {
        if let Some(found) = self.units.get_mut(unit)
            && !found.appeared
        {
            found.appeared = true;
            self.appeared.push(unit);
        }
    }

    /// Adds a readable row.
    pub fn add(&mut self, unit: usize, achievement: Achievement) {
        if let Some(unit) = self.units.get_mut(unit) {
            unit.achievements.push(achievement);
        }
    }

    /// The row of the applicants file that has this name or code.
    fn row_of(&self, name: &str) -> Option<u64> {
        self.index.get(&text::key(name)).and_then(|unit| self.units.get(*unit)).and_then(|unit| unit.row)
    }

    fn register(&mut self, name: &str, code: Option<&str>, facts: Facts, row: u64) {
        let unit = self.push(Unit { name: name.to_owned(), facts, row: Some(row), ..Unit::default() });
        for key in [Some(name), code].into_iter().flatten() {
            self.index.insert(text::key(key), unit);
        }
    }

    /// Units that rows name and the applicants file does not, in one notice: a slip in a name would otherwise make a
    /// unit with a bar one without.
    pub fn strangers(&self, path: &str) -> Option<Notice> {
        /// More names than this are no help, and looking for the nearest of many names takes long.
        const MOST_NAMED: usize = 10;
        const MOST_COMPARED: usize = 2000;
        let known: Vec<&str> = self.units.iter().filter(|u| u.row.is_some()).map(|u| u.name.as_str()).collect();
        let appeared = self.appeared.iter().filter_map(|unit| self.units.get(*unit));
        let strangers: Vec<&str> =
            appeared.filter(|u| u.row.is_none() && !u.name.is_empty()).map(|u| u.name.as_str()).collect();
        if strangers.is_empty() {
            return None;
        }
        let count = strangers.len();
        let mut names = Words::default();
        for (position, name) in strangers.iter().take(MOST_NAMED).enumerate() {
            if position > 0 {
                names.zh.push('、');
                names.en.push_str(", ");
            }
            let near = if known.len() <= MOST_COMPARED { near(name, known.iter().copied()) } else { None };
            let name = shown(name);
            let shown = match near {
                Some(near) => words!(zh: "{name}（是不是“{near}”？）", en: "{name} (did you mean \"{near}\"?)"),
                None => words!(zh: "{name}", en: "{name}"),
            };
            names.zh += &shown.zh;
            names.en += &shown.en;
        }
        if count > MOST_NAMED {
            names.zh.push('等');
            names.en.push_str(", …");
        }
        let (zh, en) = (names.zh, names.en);
        let message = words!(
            zh: "成果表里有 {count} 个单位不在单位表中，其情况按未知处理：{zh}",
            en: "{count} of the achievements' applicants are not in the applicants file, and nothing is known of them: \
                 {en}"
        );
        Some(Notice { path: path.to_owned(), row: None, message })
    }

    /// Units of the applicants file that no row names; many of them in one notice.
    pub fn unused(&self, path: &str, nobody_named: bool) -> Vec<Notice> {
        const MOST_NAMED: usize = 10;
        let unused = self.units.iter().filter(|unit| !unit.appeared);
        let unused: Vec<(u64, &str)> = unused.filter_map(|unit| Some((unit.row?, unit.name.as_str()))).collect();
        let notice = |row, message| Notice { path: path.to_owned(), row, message };
        if unused.len() > MOST_NAMED {
            let (count, first) = (unused.len(), unused.first().map(|(_, name)| shown(name)).unwrap_or_default());
            let message = words!(
                zh: "单位表里有 {count} 个单位没有成果，例如“{first}”",
                en: "{count} units of the applicants file have no achievement, \"{first}\" for example"
            );
            return vec![notice(None, message)];
        }
        let tell = |(row, name): &(u64, &str)| {
            let name = shown(name);
            let message = if nobody_named {
                words!(
                    zh: "成果表没有写申报单位，“{name}”没有用到；如果成果属于它，请加 --applicant {name}",
                    en: "the achievements name no applicant, so \"{name}\" is not used; if they are its own, add \
                         --applicant {name}"
                )
            } else {
                words!(
                    zh: "成果表里没有“{name}”的成果",
                    en: "there is no achievement of \"{name}\""
                )
            };
            notice(Some(*row), message)
        };
        unused.iter().map(tell).collect()
    }

    /// Units with readable rows, by first appearance.
    pub fn into_applicants(mut self) -> Vec<Applicant> {
        let mut applicants = Vec::new();
        for unit in self.appeared {
            let unit = self.units.get_mut(unit).map(std::mem::take).unwrap_or_default();
            if !unit.achievements.is_empty() {
                applicants.push(Applicant { name: unit.name, facts: unit.facts, achievements: unit.achievements });
            }
        }
        applicants
    }
}

/// Reads the applicants file into an empty roster.
pub(super) fn read(dictionary: &Dictionary<'_>, file: File<'_>, roster: &mut Roster) -> Result<Read, InputError> {
    let vocabulary = dictionary.vocabulary;
    let mut reader = RowReader::new(dictionary);
    let mut read = file.start();
    let (mut rows, mut unnamed_column) = (0, false);
    let mut records = file.records()?;
    while let Some(number) = file.next(&mut records)? {
        rows += 1;
        let cells = file.split(&records.cells);
        unnamed_column |= cells.unnamed;
        let mut row = reader.applicant(&cells.facts);
        row.warnings.extend(cells.short);
        let notices = row.warnings.into_iter().map(|message| (Some(number), message));
        let code = row.facts.text(vocabulary.known().code).map(str::to_owned);
        let wrong_code = code.as_deref().and_then(|code| credit_code::check(code).err());
        let notices = notices.chain(wrong_code.map(|message| (Some(number), message)));
        read.notices.extend(notices.map(|(row, message)| Notice { path: file.path.clone(), row, message }));

        let (identity, mut mistakes) = match identify(vocabulary, roster, row.applicant.as_deref(), code.as_deref()) {
            Ok(name) => (Some(name), row.mistakes),
            Err(mistakes) => (None, row.mistakes.into_iter().chain(mistakes).collect()),
        };
        file.complete(vocabulary, number, &mut mistakes);
        mistakes.extend(cells.surplus);
        let readable = mistakes.is_empty();
        if let Some(name) = identity {
            // Name and code of an unreadable row still join the rows of achievements; its other facts are unknown.
            let facts = if readable { row.facts } else { Facts::default() };
            roster.register(name, code.as_deref(), facts, number);
        }
        if !readable {
            let (path, applicant) = (file.path.clone(), row.applicant);
            read.invalid.push(Invalid { path, row: number, applicant, id: None, mistakes, extra: cells.extra });
        }
    }
    Ok(file.finish(rows, unnamed_column, read))
}

/// The name of a unit that has one, and neither whose name nor whose code was there before.
fn identify<'n>(
    vocabulary: &Vocabulary,
    roster: &Roster,
    name: Option<&'n str>,
    code: Option<&str>,
) -> Result<&'n str, Vec<Mistake>> {
    let known = vocabulary.known();
    let Some(name) = name else {
        let fact = vocabulary.fact(known.applicant);
        let zh = &fact.zh;
        let message = words!(
            zh: "“{zh}”是空白的；单位表的每一行都要写单位名称",
            en: "the applicant is blank; every row of the applicants file needs a name"
        );
        return Err(vec![Mistake { column: Some(fact.id.clone()), cell: None, value: String::new(), message }]);
    };
    let mut mistakes = Vec::new();
    for (fact, value) in [(known.applicant, Some(name)), (known.code, code)] {
        let Some((value, row)) = value.and_then(|value| Some((value, roster.row_of(value)?))) else { continue };
        let found = shown(value);
        mistakes.push(Mistake {
            column: Some(vocabulary.fact(fact).id.clone()),
            cell: None,
            value: value.to_owned(),
            message: words!(
                zh: "“{found}”在第 {row} 行已经有了；一个单位只能有一行，请合并",
                en: "\"{found}\" was given on row {row} before; a unit has one row only; merge them"
            ),
        });
    }
    if mistakes.is_empty() { Ok(name) } else { Err(mistakes) }
}
