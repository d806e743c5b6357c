//! Bytes → facts: achievements files and the applicants file (contract section 1).
//!
//! The way of one file: `decode` makes text of its bytes (`workbook` of a sheet), `table` makes records of the text, `columns` matches the
//! header, `cells` and `row` read the cells, `achievements` and `applicants` join the rows to units. Nothing is
//! dropped: what cannot be read comes back as [`Invalid`], with every mistake of the row.

mod achievements;
mod alike;
mod applicants;
mod cells;
mod columns;
pub mod credit_code;
mod decode;
mod row;
mod table;
mod workbook;

pub use cells::read_cell;
pub use decode::{Encoding, UnknownEncoding};
pub use row::{read_applicant_row, read_row};

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use crate::facts::Applicant;
use crate::lang::Words;
use crate::vocabulary::{FactId, Of, Vocabulary};
use crate::words;

use achievements::Reader;
use applicants::Roster;
use columns::{Column, Columns, Dictionary};
use table::{BrokenTable, Records, Table, is_blank};
use workbook::Fault;

/// One input file: its bytes were read by the caller, since the library does no I/O.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as given, shown in messages and results; `-` for standard input.
    pub name: String,
    /// The whole file.
    pub bytes: Vec<u8>,
}

/// How to read the input.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `--encoding`: taken for every file, instead of detecting it.
    pub encoding: Option<Encoding>,
    /// `--applicant`: name or code of the one applicant that the rows do not name.
    pub applicant: Option<String>,
    /// `--sheet`: the sheet of workbooks that lists the achievements.
    pub sheet: Option<String>,
    /// `--strict`: the first invalid row is an error.
    pub strict: bool,
}

/// Everything that was read (contract section 1).
#[derive(Clone, Debug, Default)]
pub struct Portfolio {
    /// By first appearance; only those with at least one readable row.
    pub applicants: Vec<Applicant>,
    /// Unreadable rows, by file and row.
    pub invalid: Vec<Invalid>,
    /// Achievements files in the order given, then the applicants file.
    pub inputs: Vec<InputFile>,
    /// What looks odd about files, not rows of achievements.
    pub notices: Vec<Notice>,
}

/// One file that was read (contract section 4, `inputs`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// The name of the [`Source`].
    pub path: String,
    /// Of the raw bytes, in hexadecimal digits.
    pub sha256: String,
    /// Records below the header that are not blank, readable or not.
    pub rows: u64,
    /// How the bytes were read.
    pub encoding: Encoding,
    /// The sheet, of a workbook.
    pub sheet: Option<String>,
}

/// One unreadable row (contract section 4, `invalid`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// The name of the [`Source`].
    pub path: String,
    /// As a spreadsheet counts.
    pub row: u64,
    /// The unit, under the name of the results, unless the cell is blank.
    pub applicant: Option<String>,
    /// The cell of the column `id`, unless blank.
    pub id: Option<String>,
    /// At least one, in the order of the columns.
    pub mistakes: Vec<Mistake>,
    /// Columns that the vocabulary does not know: header and cell, in the order of the file.
    pub extra: Vec<(String, String)>,
}

/// One thing that makes a row unreadable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// English id of the column; `None` for cells beyond the header.
    pub column: Option<String>,
    /// Where in a workbook: `成果!D7`.
    pub cell: Option<String>,
    /// The cell as found.
    pub value: String,
    /// What was found, what is expected, and what to do.
    pub message: Words,
}

impl Mistake {
    /// The column and, in a workbook, the cell; empty for cells beyond the header.
    pub fn place(&self) -> String {
        self.column.iter().chain(&self.cell).map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

/// Something odd that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The file.
    pub path: String,
    /// The row, if it is about one.
    pub row: Option<u64>,
    /// What is odd, and what to do.
    pub message: Words,
}

/// Why the input cannot be read at all (exit code 2).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {message}")]
pub struct InputError {
    /// The file.
    pub path: String,
    /// The line of its text, where that is known.
    pub line: Option<u64>,
    /// The row, where the error is about one.
    pub row: Option<u64>,
    /// What is wrong, and what to do.
    pub message: Words,
}

/// Reads achievements files and, if there is one, the applicants file.
///
/// # Errors
/// The mistakes of all files that cannot be read as a whole; with [`Options::strict`], those of the first invalid row.
pub fn read_portfolio(
    vocabulary: &Vocabulary,
    achievements: &[Source],
    applicants: Option<&Source>,
    options: &Options,
) -> Result<Portfolio, Vec<InputError>> {
    let dictionary = Dictionary::new(vocabulary);
    let mut errors = Vec::new();
    let mut open = |source, of| File::open(&dictionary, source, of, options).map_err(|e| errors.extend(e)).ok();
    let files: Vec<File<'_>> = achievements.iter().filter_map(|source| open(source, Of::Achievement)).collect();
    // A workbook may bring its own sheet of applicants.
    let brings = |source: &&Source| workbook::is_workbook(&source.bytes) && workbook::has_applicants(&source.bytes);
    let own: Vec<&Source> = achievements.iter().filter(brings).collect();
    let taken = applicants.or(own.first().copied());
    let units = taken.and_then(|source| open(source, Of::Applicant));
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut portfolio = read_files(&dictionary, files, units, options).map_err(|error| vec![error])?;
    if let Some(taken) = taken {
        let unread = own.iter().filter(|source| source.name != taken.name);
        portfolio.notices.extend(unread.map(|source| sheet_not_read(source, taken)));
    }
    match portfolio.invalid.first() {
        Some(first) if options.strict => Err(first.mistakes.iter().map(|mistake| strictly(first, mistake)).collect()),
        _ => Ok(portfolio),
    }
}

/// The applicants of one file are taken; those of another one must not vanish without a word.
fn sheet_not_read(source: &Source, taken: &Source) -> Notice {
    let name = &taken.name;
    let message = words!(
        zh: "工作簿里的单位表没有读，单位情况取自 {name}；请并成一张单位表，用 --applicants 指定",
        en: "its sheet of applicants is not read, since they are taken from {name}; put them into one table and give it by \
             --applicants"
    );
    Notice { path: source.name.clone(), row: None, message }
}

fn read_files(
    dictionary: &Dictionary<'_>,
    files: Vec<File<'_>>,
    units: Option<File<'_>>,
    options: &Options,
) -> Result<Portfolio, InputError> {
    let mut roster = Roster::default();
    let units = match units {
        Some(file) => Some(applicants::read(dictionary, file, &mut roster)?),
        None => None,
    };
    let unnamed = unnamed_applicant(&files, &mut roster, options)?;
    let mut portfolio = Portfolio::default();
    let mut reader = Reader::new(dictionary, roster, unnamed);
    for (input, file) in files.into_iter().enumerate() {
        let read = reader.read(file, input)?;
        portfolio.add(read);
    }
    let roster = reader.into_roster();
    if let Some(read) = units {
        let path = read.file.path.clone();
        portfolio.add(read);
        portfolio.notices.extend(roster.strangers(&path));
        portfolio.notices.extend(roster.unused(&path, unnamed.is_some()));
    }
    portfolio.applicants = roster.into_applicants();
    let paths: Vec<&str> = portfolio.inputs.iter().map(|file| file.path.as_str()).collect();
    alike::warn(dictionary.vocabulary, &paths, &mut portfolio.applicants);
    Ok(portfolio)
}

impl Portfolio {
    fn add(&mut self, read: Read) {
        self.inputs.push(read.file);
        self.invalid.extend(read.invalid);
        self.notices.extend(read.notices);
    }
}

/// The unit of all rows, if none of them names one: the contract allows a blank applicant only then.
fn unnamed_applicant(files: &[File<'_>], roster: &mut Roster, options: &Options) -> Result<Option<usize>, InputError> {
    let given = options.applicant.as_deref().filter(|name| !is_blank(name));
    for file in files {
        let Some(row) = file.first_row_with_applicant()? else { continue };
        let Some(given) = given else { return Ok(None) };
        let message = words!(
            zh: "第 {row} 行写有申报单位，不能再用 --applicant {given}；请去掉这个选项，或清空申报单位一列",
            en: "row {row} names its applicant, so --applicant {given} cannot be used; drop the option, or clear the \
                 column applicant"
        );
        return Err(InputError { path: file.path.clone(), line: None, row: Some(row), message });
    }
    Ok(Some(match given {
        Some(name) => roster.resolve(name.trim()),
        None => roster.nameless(),
    }))
}

fn strictly(row: &Invalid, mistake: &Mistake) -> InputError {
    let (number, message) = (row.row, &mistake.message);
    let (zh, en) = (&message.zh, &message.en);
    InputError {
        path: row.path.clone(),
        line: None,
        row: Some(number),
        message: words!(zh: "第 {number} 行：{zh}", en: "row {number}: {en}"),
    }
}

/// A file of which the header could be read.
struct File<'a> {
    path: String,
    sha256: String,
    encoding: Encoding,
    table: Table<'a>,
    columns: Columns,
    applicant: FactId,
    sheet: Option<String>,
    /// Cells of a workbook that cannot be trusted, by row.
    faults: BTreeMap<u64, Vec<Fault>>,
    /// What looks odd about the sheet.
    notices: Vec<Words>,
}

/// What reading a file's rows gave besides the rows.
struct Read {
    file: InputFile,
    invalid: Vec<Invalid>,
    notices: Vec<Notice>,
}

impl<'a> File<'a> {
    fn open(
        dictionary: &Dictionary<'_>,
        source: &'a Source,
        of: Of,
        options: &Options,
    ) -> Result<File<'a>, Vec<InputError>> {
        let path = source.name.clone();
        let error = |line, message| InputError { path: path.clone(), line, row: None, message };
        let wrong = |words| vec![error(None, words)];
        let (mut sheet, mut faults, mut notices) = (None, BTreeMap::new(), Vec::new());
        let (text, encoding) = if workbook::is_workbook(&source.bytes) {
            let wanted = options.sheet.as_deref().filter(|_| of == Of::Achievement);
            let read = workbook::read(dictionary, of, &source.bytes, wanted).map_err(wrong)?;
            (sheet, faults, notices) = (Some(read.name), read.faults, read.notices);
            (Cow::Owned(read.text), read.encoding)
        } else {
            if options.sheet.is_some() && of == Of::Achievement {
                notices.push(words!(
                    zh: "不是工作簿，没有工作表，--sheet 对它不起作用",
                    en: "this is no workbook and has no sheets: --sheet says nothing of it"
                ));
            }
            decode::decode(&source.bytes, options.encoding).map_err(wrong)?
        };
        let table = Table::open(text).map_err(|broken| vec![error(broken.line, broken.message)])?;
        let columns = Columns::new(dictionary, of, &table.header).map_err(|mistakes| {
            let mistakes = header_below(dictionary, of, &table).map_or(mistakes, |words| vec![words]);
            mistakes.into_iter().map(|words| error(None, words)).collect::<Vec<_>>()
        })?;
        let applicant = dictionary.vocabulary.known().applicant;
        Ok(File { path, sha256: sha256(&source.bytes), encoding, table, columns, applicant, sheet, faults, notices })
    }

    fn broken(&self, broken: BrokenTable) -> InputError {
        InputError { path: self.path.clone(), line: broken.line, row: None, message: broken.message }
    }

    fn records(&self) -> Result<Records<'_>, InputError> {
        self.table.records().map_err(|broken| self.broken(broken))
    }

    fn next(&self, records: &mut Records<'_>) -> Result<Option<u64>, InputError> {
        records.next().map_err(|broken| self.broken(broken))
    }

    /// Usually the first row, so that this does not read the file twice.
    fn first_row_with_applicant(&self) -> Result<Option<u64>, InputError> {
        let Some(column) = self.columns.position(self.applicant) else { return Ok(None) };
        let mut records = self.records()?;
        while let Some(row) = self.next(&mut records)? {
            if records.cells.get(column).is_some_and(|cell| !is_blank(cell)) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// The cells of a record by what their columns hold.
    fn split<'r>(&self, record: &'r csv::StringRecord) -> Cells<'r> {
        let mut cells = Cells { extra: Vec::with_capacity(self.columns.extra()), ..Cells::default() };
        for (index, cell) in record.iter().enumerate() {
            match self.columns.get(index) {
                Some(Column::Fact(fact)) => cells.facts.push((*fact, cell)),
                Some(Column::Extra(name)) => cells.extra.push((name.clone(), cell.to_owned())),
                Some(Column::Unnamed(name)) if !is_blank(cell) => {
                    cells.extra.push((name.clone(), cell.to_owned()));
                    cells.unnamed = true;
                }
                _ => {}
            }
        }
        if record.len() > self.columns.len() {
            cells.surplus = self.surplus(record);
        }
        cells.short = (record.len() < self.columns.named()).then(|| self.short(record.len()));
        cells
    }

    /// Cells beyond the header: a comma too many has shifted the row, so that none of its cells can be trusted.
    fn surplus(&self, record: &csv::StringRecord) -> Option<Mistake> {
        let beyond: Vec<&str> = record.iter().skip(self.columns.len()).collect();
        let last = beyond.iter().rposition(|cell| !is_blank(cell))?;
        let (cells, columns) = (self.columns.len() + last + 1, self.columns.len());
        Some(Mistake {
            column: None,
            cell: None,
            value: beyond[..=last].join(","),
            message: words!(
                zh: "这一行有 {cells} 格，表头只有 {columns} 列；单元格里有分隔符时，请给整格加上双引号",
                en: "this row has {cells} cells, but the header only {columns} columns; put double quotes around a \
                     cell that contains the delimiter"
            ),
        })
    }

    fn short(&self, cells: usize) -> Words {
        let columns = self.columns.named();
        words!(
            zh: "这一行只有 {cells} 格，表头有 {columns} 列；缺的按空白处理，请核对",
            en: "this row has only {cells} cells of the header's {columns}; the missing ones count as blank; check it"
        )
    }

    /// The mistakes of a row in the order of the columns, those without a column last; for a workbook with its cells
    /// that cannot be trusted, and the place of each.
    fn complete(&self, vocabulary: &Vocabulary, row: u64, mistakes: &mut Vec<Mistake>) {
        let position = |mistake: &Mistake| {
            let fact = mistake.column.as_deref().and_then(|column| vocabulary.find(column));
            fact.and_then(|fact| self.columns.position(fact))
        };
        for fault in self.faults.get(&row).into_iter().flatten() {
            // What else is wrong with such a cell follows from this.
            mistakes.retain(|mistake| position(mistake) != Some(fault.column));
            let column = match self.columns.get(fault.column) {
                Some(Column::Fact(fact)) => Some(vocabulary.fact(*fact).id.clone()),
                Some(Column::Extra(name) | Column::Unnamed(name)) => Some(name.clone()),
                None => None,
            };
            let cell = self.cell(row, Some(fault.column));
            mistakes.push(Mistake { column, cell, value: fault.value.clone(), message: fault.message.clone() });
        }
        for mistake in mistakes.iter_mut().filter(|mistake| mistake.cell.is_none()) {
            mistake.cell = self.cell(row, position(mistake));
        }
        mistakes.sort_by_key(|mistake| position(mistake).unwrap_or(usize::MAX));
    }

    /// `成果!D7`, in a workbook.
    fn cell(&self, row: u64, column: Option<usize>) -> Option<String> {
        let (sheet, column) = (self.sheet.as_ref()?, column?);
        Some(format!("{sheet}!{}", workbook::place(row, column)))
    }

    /// The end of reading: what is to be told of the file.
    fn finish(self, rows: u64, unnamed_column: bool, mut rest: Read) -> Read {
        let mut notices: Vec<Words> = Vec::new();
        notices.extend(self.notices);
        if !matches!(self.encoding, Encoding::Utf8 | Encoding::Utf8Bom) && !self.encoding.is_workbook() {
            let name = self.encoding.name();
            notices.push(words!(
                zh: "按 {name} 编码读取；如有乱码，请用 --encoding 指明编码",
                en: "read as {name}; if characters are garbled, name the encoding with --encoding"
            ));
        }
        notices.extend(self.columns.notices);
        if rows == 0 {
            notices.push(words!(
                zh: "只有表头，没有数据行",
                en: "there is a header and no row below it"
            ));
        }
        if unnamed_column {
            notices.push(words!(
                zh: "有内容的列没有表头，按“column 列号”作为附加列保留；请补上表头",
                en: "a column with content has no header; it is kept as an extra column named \"column\" and its \
                     number; give it a header"
            ));
        }
        let of_file = notices.into_iter().map(|message| Notice { path: self.path.clone(), row: None, message });
        rest.notices.splice(0..0, of_file);
        rest.file.rows = rows;
        rest
    }

    fn start(&self) -> Read {
        let file = InputFile {
            path: self.path.clone(),
            sha256: self.sha256.clone(),
            rows: 0,
            encoding: self.encoding,
            sheet: self.sheet.clone(),
        };
        Read { file, invalid: Vec::new(), notices: Vec::new() }
    }
}

/// The advice where a title stands above the header: the first record is none, and one of the next few is.
fn header_below(dictionary: &Dictionary<'_>, of: Of, table: &Table<'_>) -> Option<Words> {
    const MOST_LINES: usize = 10;
    let known = |cells: &mut dyn Iterator<Item = &str>| cells.filter(|c| dictionary.header(of, c).is_some()).count();
    if known(&mut table.header.iter().map(String::as_str)) > 0 {
        return None;
    }
    let mut records = table.records().ok()?;
    for _ in 0..MOST_LINES {
        let row = records.next().ok()??;
        if known(&mut records.cells.iter()) > 1 {
            return Some(words!(
                zh: "第一行应为表头，而第 {row} 行才像是表头；请删去它上面的标题行",
                en: "the first row should be the header, but row {row} looks like it; delete the title above it"
            ));
        }
    }
    None
}

/// The cells of one record.
#[derive(Default)]
struct Cells<'r> {
    facts: Vec<(FactId, &'r str)>,
    extra: Vec<(String, String)>,
    /// True where a column without a header has content.
    unnamed: bool,
    /// A mistake where there are cells beyond the header.
    surplus: Option<Mistake>,
    /// A warning where cells are missing.
    short: Option<Words>,
}

fn sha256(bytes: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests;
