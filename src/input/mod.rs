//! Bytes → facts: achievements files and the applicants file (contract section 1).
//!
//! The way of one file: `blocks` cuts its bytes (`workbook` makes text of a sheet first, `decode` of UTF-16), `table`
//! makes records of a block's text, `columns` matches the header, `cells` and `row` read the cells, `chunk` keeps what
//! they say, and the [`ledger`] joins the rows to `units`. What many rows share is read once (`layout`). Nothing is
//! dropped: what cannot be read comes back as [`Invalid`], with every mistake of the row.

mod achievements;
mod alike;
mod applicants;
mod blocks;
mod cells;
mod chunk;
pub mod claims;
mod columns;
pub mod credit_code;
mod decode;
mod layout;
pub mod ledger;
pub mod page;
mod plain;
mod row;
mod segments;
mod table;
mod units;
mod workbook;

pub use achievements::{Rest, read_grouped, read_ledger};
pub use alike::{number_key, standard_number};
pub use cells::read_cell;
pub use decode::{Encoding, UnknownEncoding};
pub use ledger::Ledger;
pub use page::LedgerUnit;
pub use row::{read_applicant_row, read_row};

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;

use sha2::{Digest, Sha256};

use crate::facts::Applicant;
use crate::lang::Words;
use crate::vocabulary::{FactId, Of, Vocabulary};
use crate::words;

use blocks::{Blocks, Uncut};
use chunk::Plan;
use columns::{Column, Columns, Dictionary};
use layout::Layout;
use table::{Records, is_blank};
use workbook::Fault;

/// Where the bytes of one input file come from: the caller opens it, since the library knows no files.
pub struct Stream<'a> {
    /// The path as given, shown in messages and results; `-` for standard input.
    pub name: String,
    open: Box<dyn Fn() -> io::Result<Bytes<'a>> + 'a>,
    /// True if it can be opened a second time.
    again: bool,
}

/// The bytes of an opened file.
pub type Bytes<'a> = Box<dyn io::Read + Send + 'a>;

impl<'a> Stream<'a> {
    /// A file that `open` opens, each time from the beginning.
    pub fn file(name: String, open: impl Fn() -> io::Result<Bytes<'a>> + 'a) -> Self {
        Stream { name, open: Box::new(open), again: true }
    }

    /// A pipe, which can be opened once only.
    pub fn pipe(name: String, open: impl Fn() -> io::Result<Bytes<'a>> + 'a) -> Self {
        Stream { name, open: Box::new(open), again: false }
    }
}

impl std::fmt::Debug for Stream<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Stream({})", self.name)
    }
}

/// One input file that is in memory.
#[derive(Clone, Debug)]
pub struct Source {
    /// The path as given, shown in messages and results; `-` for standard input.
    pub name: String,
    /// The whole file.
    pub bytes: Vec<u8>,
}

impl Source {
    /// The bytes as a file that can be opened.
    pub fn stream(&self) -> Stream<'_> {
        let bytes = self.bytes.as_slice();
        Stream::file(self.name.clone(), move || Ok(Box::new(bytes)))
    }
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
    /// Threads that read; 0 and 1 are the calling one. It changes nothing but the time.
    pub threads: usize,
    /// Leave out what takes time and shows in few results: SHA-256 sums.
    pub skip_digests: bool,
    /// The only texts to keep, the id apart, where results show none; what is extra is left out as well. None: keep all.
    pub keep: Option<Vec<FactId>>,
    /// Leave out the warnings about standards that several applicants claim, which only itemized results show.
    pub skip_claimants: bool,
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
    /// Whose rows it has: achievements or applicants.
    pub role: Of,
}

/// One unreadable row (contract section 4, `invalid`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid {
    /// The name of the [`Source`].
    pub path: String,
    /// As a spreadsheet counts.
    pub row: u64,
    /// The unit, under the name of the results, unless the cell is blank.
    pub applicant: Option<String>,
    /// The cell of the column `id`, unless blank.
    pub id: Option<String>,
    /// The cell of the column `title`, unless blank.
    pub title: Option<String>,
    /// The cell of the column `number`, unless blank.
    pub number: Option<String>,
    /// At least one, in the order of the columns.
    pub mistakes: Vec<Mistake>,
    /// Columns that the vocabulary does not know: header and cell, in the order of the file.
    pub extra: Vec<(String, String)>,
    /// True for a row of the applicants file.
    pub is_unit: bool,
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
#[derive(Clone, Debug, Default, PartialEq, Eq, thiserror::Error)]
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

/// Reads achievements files and, if there is one, the applicants file, and holds every row in full.
///
/// # Errors
/// As for [`read_ledger`].
pub fn read_portfolio(
    vocabulary: &Vocabulary,
    achievements: &[Source],
    applicants: Option<&Source>,
    options: &Options,
) -> Result<Portfolio, Vec<InputError>> {
    let files: Vec<Stream<'_>> = achievements.iter().map(Source::stream).collect();
    let units = applicants.map(Source::stream);
    Ok(read_ledger(vocabulary, &files, units.as_ref(), options)?.into_portfolio())
}

/// The applicants of one file are taken; those of another one must not vanish without a word.
fn sheet_not_read(path: &str, taken: &str) -> Notice {
    let name = taken;
    let message = words!(
        zh: "工作簿里的单位表没有读，单位情况取自 {name}；请并成一张单位表，用 --applicants 指定",
        en: "its sheet of applicants is not read, since they are taken from {name}; put them into one table and give it by \
             --applicants"
    );
    Notice { path: path.to_owned(), row: None, message }
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
#[derive(Debug)]
struct File {
    path: String,
    /// Which of the input files.
    input: usize,
    /// Whose rows it has.
    role: Of,
    /// As what it is read; while that is being found out, UTF-8.
    encoding: Encoding,
    /// True while any block may show that it is GB18030 after all.
    may_be_gb18030: bool,
    /// True if nobody said what it is.
    guessed: bool,
    delimiter: u8,
    columns: Columns,
    plan: Plan,
    sheet: Option<String>,
    /// Cells of a workbook that cannot be trusted, by row.
    faults: BTreeMap<u64, Vec<Fault>>,
    /// What looks odd about the sheet.
    notices: Vec<Words>,
}

/// An opened file, its header read.
struct Opened<'a> {
    file: File,
    blocks: Blocks<'a>,
    /// The block that begins with the header.
    first: Vec<u8>,
    /// Empty rows before that block.
    rows_before: u64,
    /// Of the raw bytes, where the blocks are not cut from them.
    sha256: Option<String>,
    /// The bytes of a workbook that brings its own sheet of applicants.
    own_units: Option<Vec<u8>>,
}

/// What reading a file's rows gave besides the rows.
struct Read {
    file: InputFile,
    invalid: Vec<Invalid>,
    notices: Vec<Notice>,
}

/// A message of file `path`, about one line of it or about all.
fn error(path: &str, line: Option<u64>, message: Words) -> InputError {
    InputError { path: path.to_owned(), line, row: None, message }
}

fn uncut(path: &str, uncut: Uncut) -> InputError {
    match uncut {
        Uncut::Io(problem) => error(path, None, words!(zh: "读不出：{problem}", en: "cannot be read: {problem}")),
        Uncut::OpenQuote(line) => error(
            path,
            Some(line),
            words!(
                zh: "第 {line} 行的双引号没有结束；请补上结束的双引号，单元格里的双引号要写成两个",
                en: "the double quote that opens on line {line} is never closed; close it, and double every quote \
                     inside a quoted cell"
            ),
        ),
        Uncut::Endless(line) => error(
            path,
            Some(line),
            words!(
                zh: "从第 {line} 行开始的一行太长，多半是双引号没有结束；请补上结束的双引号",
                en: "the record that begins near line {line} is too long; most likely a double quote is not closed; \
                     close it"
            ),
        ),
    }
}

impl<'a> Opened<'a> {
    /// Opens a file and reads its header. `encoding` overrides detection.
    fn new(
        dictionary: &Dictionary<'_>,
        layout: &Layout,
        stream: &Stream<'a>,
        (of, input): (Of, usize),
        (options, encoding): (&Options, Option<Encoding>),
    ) -> Result<Opened<'a>, Vec<InputError>> {
        let path = stream.name.as_str();
        let wrong = |words| vec![error(path, None, words)];
        let cannot = |problem| vec![uncut(path, Uncut::Io(problem))];
        let bytes = (stream.open)().map_err(cannot)?;
        let mut blocks = Blocks::new(bytes, !options.skip_digests);
        let head = blocks.head().map_err(cannot)?;
        let marked = head.starts_with(decode::UTF8_BOM);
        let (mut sheet, mut faults, mut notices) = (None, BTreeMap::new(), Vec::new());
        let (mut sha256, mut own_units) = (None, None);
        let (taken, may_be_gb18030);
        let utf16 = head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF");
        if workbook::is_workbook(head) {
            let (raw, digest) = blocks.all().map_err(cannot)?;
            let wanted = options.sheet.as_deref().filter(|_| of == Of::Achievement);
            let read = workbook::read(dictionary, of, &raw, wanted).map_err(wrong)?;
            (sheet, faults, notices) = (Some(read.name), read.faults, read.notices);
            (taken, may_be_gb18030) = (read.encoding, false);
            sha256 = digest.map(hex);
            blocks = Blocks::new(Box::new(io::Cursor::new(read.text.into_bytes())), false);
            blocks.undivided();
            own_units = (of == Of::Achievement && workbook::has_applicants(&raw)).then_some(raw);
        } else {
            if options.sheet.is_some() && of == Of::Achievement {
                notices.push(words!(
                    zh: "不是工作簿，没有工作表，--sheet 对它不起作用",
                    en: "this is no workbook and has no sheets: --sheet says nothing of it"
                ));
            }
            match encoding {
                None if !utf16 => {
                    (taken, may_be_gb18030) = (if marked { Encoding::Utf8Bom } else { Encoding::Utf8 }, !marked);
                }
                Some(Encoding::Utf8 | Encoding::Utf8Bom) => {
                    (taken, may_be_gb18030) = (if marked { Encoding::Utf8Bom } else { Encoding::Utf8 }, false);
                }
                Some(Encoding::Gb18030) => (taken, may_be_gb18030) = (Encoding::Gb18030, false),
                other => {
                    let (raw, digest) = blocks.all().map_err(cannot)?;
                    let (text, encoding) = decode::decode(&raw, other).map_err(wrong)?;
                    (taken, may_be_gb18030) = (encoding, false);
                    sha256 = digest.map(hex);
                    blocks = Blocks::new(Box::new(io::Cursor::new(text.into_owned().into_bytes())), false);
                }
            }
        }
        let head = blocks.head().map_err(cannot)?;
        // Delimiters, quotes and line ends are bytes of their own in every encoding that comes here.
        let delimiter = table::delimiter_of(&String::from_utf8_lossy(head));
        let mut file = File {
            path: path.to_owned(),
            input,
            role: of,
            encoding: taken,
            may_be_gb18030,
            guessed: options.encoding.is_none() && !marked && !utf16,
            delimiter,
            columns: Columns::default(),
            plan: Plan::default(),
            sheet,
            faults,
            notices,
        };
        let mut rows_before = 0;
        let (first, header) = loop {
            let Some(first) = blocks.next(delimiter).map_err(|problem| vec![uncut(path, problem)])? else {
                return Err(wrong(words!(
                    zh: "文件是空的；第一行应为表头，例如 编号,申报单位,类别,…",
                    en: "the file is empty; its first row should be a header, such as id,applicant,kind,…"
                )));
            };
            let (text, decoded) = chunk::decode(&first, file.encoding_of_blocks());
            file.is_text(decoded).map_err(wrong)?;
            let mut records = Records::new(decode::without_marks(&text), delimiter);
            let mut header = None;
            while header.is_none() && records.next().is_some() {
                if !records.cells().all(is_blank) {
                    header = Some(records.cells().map(str::to_owned).collect::<Vec<_>>());
                }
            }
            match header {
                Some(header) => break (first, header),
                None => rows_before += records.row(),
            }
        };
        file.columns = Columns::new(dictionary, of, &header).map_err(|mistakes| {
            let (text, _) = chunk::decode(&first, file.encoding_of_blocks());
            let below = header_below(dictionary, of, &header, Records::new(decode::without_marks(&text), delimiter));
            let mistakes = below.map_or(mistakes, |words| vec![words]);
            mistakes.into_iter().map(|words| error(path, None, words)).collect::<Vec<_>>()
        })?;
        file.plan = Plan::new(dictionary.vocabulary, layout, &file.columns, options.keep.as_deref());
        Ok(Opened { file, blocks, first, rows_before, sha256, own_units })
    }
}

impl File {
    /// As what blocks have to be read; none while that is being found out.
    fn encoding_of_blocks(&self) -> Option<Encoding> {
        match self.encoding {
            _ if self.may_be_gb18030 => None,
            Encoding::Gb18030 => Some(Encoding::Gb18030),
            // What was something else is UTF-8 by now.
            _ => Some(Encoding::Utf8),
        }
    }

    /// What is wrong with a block that was read so, if anything.
    fn is_text(&self, decoded: chunk::Decoded) -> Result<(), Words> {
        match decoded {
            chunk::Decoded::Binary => Err(decode::binary()),
            chunk::Decoded::Not if self.guessed => Err(decode::neither()),
            chunk::Decoded::Not => {
                let marked = self.encoding == Encoding::Utf8Bom;
                Err(decode::not_in(if marked { Encoding::Utf8 } else { self.encoding }))
            }
            _ => Ok(()),
        }
    }

    /// The cells of a record by what their columns hold.
    fn split<'r>(&self, record: &[&'r str]) -> Cells<'r> {
        let mut cells = Cells::default();
        for (index, cell) in record.iter().copied().enumerate() {
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
    fn surplus(&self, record: &[&str]) -> Option<Mistake> {
        let beyond: Vec<&str> = record.iter().copied().skip(self.columns.len()).collect();
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
    fn finish(&self, encoding: Encoding, rows: u64, unnamed_column: bool, mut rest: Read) -> Read {
        let mut notices: Vec<Words> = Vec::new();
        notices.extend(self.notices.iter().cloned());
        if !matches!(encoding, Encoding::Utf8 | Encoding::Utf8Bom) && !encoding.is_workbook() {
            let name = encoding.name();
            notices.push(words!(
                zh: "按 {name} 编码读取；如有乱码，请用 --encoding 指明编码",
                en: "read as {name}; if characters are garbled, name the encoding with --encoding"
            ));
        }
        notices.extend(self.columns.notices.iter().cloned());
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
        (rest.file.rows, rest.file.encoding) = (rows, encoding);
        rest
    }

    fn start(&self) -> Read {
        let file = InputFile {
            path: self.path.clone(),
            sha256: String::new(),
            rows: 0,
            encoding: self.encoding,
            sheet: self.sheet.clone(),
            role: self.role,
        };
        Read { file, invalid: Vec::new(), notices: Vec::new() }
    }
}

/// The advice where a title stands above the header: the first record is none, and one of the next few is.
fn header_below(dictionary: &Dictionary<'_>, of: Of, header: &[String], mut records: Records<'_>) -> Option<Words> {
    const MOST_LINES: usize = 10;
    let known = |cells: &mut dyn Iterator<Item = &str>| cells.filter(|c| dictionary.header(of, c).is_some()).count();
    if known(&mut header.iter().map(String::as_str)) > 0 {
        return None;
    }
    for _ in 0..=MOST_LINES {
        let row = records.next()?;
        if known(&mut records.cells()) > 1 {
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

fn hex(digest: Sha256) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests;
