//! Workbooks (.xlsx, .xlsb, .xls, .ods): one sheet as CSV text, so that everything after is the same for all files.
//! Row r of the sheet is record r of the text: blank rows and what stands above the header become empty lines.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

use calamine::{Data, DataRef, Dimensions, ExcelDateTime, Reader as _, Sheets};
use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use rust_decimal::Decimal;

use super::columns::Dictionary;
use super::decode::Encoding;
use crate::lang::Words;
use crate::text;
use crate::vocabulary::{FactId, Of};
use crate::words;

/// A file that unpacks to more than this is refused: nobody's list of achievements is so long.
const MOST_BYTES: u64 = 1 << 30;
/// A cell farther to the right is refused.
const MOST_COLUMNS: u32 = 1_000;
/// The header is looked for in so many rows.
const MOST_TITLE_ROWS: u32 = 20;

/// One sheet that was read.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name in the workbook.
    pub name: String,
    /// Which kind of workbook.
    pub encoding: Encoding,
    /// Its cells as CSV.
    pub text: String,
    /// Cells that cannot be trusted, by row.
    pub faults: BTreeMap<u64, Vec<Fault>>,
    /// What looks odd about the sheet.
    pub notices: Vec<Words>,
}

/// A cell that cannot be trusted.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    /// Counted from 0.
    pub column: usize,
    pub value: String,
    pub message: Words,
}

/// True if the bytes are those of a workbook, or of another file of the same packing.
pub(super) fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || is_compound(bytes)
}

/// The packing of .xls, and of .xlsx files with a password.
fn is_compound(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
}

type Book<'b> = Sheets<Cursor<&'b [u8]>>;

fn open(bytes: &[u8]) -> Result<(Book<'_>, Encoding), Words> {
    if !is_compound(bytes) {
        refuse_bomb(bytes)?;
    }
    let book = calamine::open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(|error| {
        if is_compound(bytes) {
            words!(
                zh: "读不了这个工作簿（{error}）；有密码的，请先去掉密码，再另存为 .xlsx",
                en: "the workbook cannot be read ({error}); if it has a password, take it away and save it as .xlsx"
            )
        } else {
            words!(
                zh: "读不了这个工作簿（{error}）；请在 Excel 里打开，另存为 .xlsx 或 CSV",
                en: "the workbook cannot be read ({error}); open it in Excel and save it as .xlsx or CSV"
            )
        }
    })?;
    let encoding = match &book {
        Sheets::Xls(_) => Encoding::Xls,
        Sheets::Ods(_) => Encoding::Ods,
        Sheets::Xlsx(_) | Sheets::Xlsb(_) => Encoding::Xlsx,
    };
    Ok((book, encoding))
}

/// Refuses an archive that unpacks to more than anybody needs. Worksheets are streamed and counted when they are
/// read; the other parts are held in memory, so that they are unpacked once to see their true size.
fn refuse_bomb(bytes: &[u8]) -> Result<(), Words> {
    let broken = |error: &dyn std::fmt::Display| {
        words!(
            zh: "文件损坏或不是工作簿（{error}）；请重新保存或另存为 CSV",
            en: "the file is damaged or no workbook ({error}); save it anew, or as CSV"
        )
    };
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(&error))?;
    let mut total = 0u64;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| broken(&error))?;
        let streamed =
            part.name().is_ok_and(|name| name.starts_with("xl/worksheets/") || name.starts_with("xl/media/"));
        let size = if streamed {
            part.size()
        } else {
            io::copy(&mut part.take(MOST_BYTES + 1), &mut io::sink()).map_err(|error| broken(&error))?
        };
        total = total.saturating_add(size);
        if total > MOST_BYTES {
            return Err(too_large());
        }
    }
    Ok(())
}

fn too_large() -> Words {
    let limit = MOST_BYTES >> 30;
    words!(
        zh: "展开后超过 {limit} GiB，不读；请拆成几个文件，或另存为 CSV",
        en: "it unpacks to more than {limit} GiB and is not read; split it, or save it as CSV"
    )
}

/// True if the workbook has a sheet that is named as a table of applicants.
pub(super) fn has_applicants(bytes: &[u8]) -> bool {
    open(bytes).is_ok_and(|(book, _)| book.sheet_names().iter().any(|name| is_named(name, Of::Applicant)))
}

fn is_named(sheet: &str, of: Of) -> bool {
    let names = match of {
        Of::Achievement => ["成果", "achievements"],
        Of::Applicant => ["单位", "applicants"],
    };
    names.contains(&text::key(sheet).as_str())
}

/// Reads the sheet `wanted`, or the one that is named as a table of these rows, or the first.
///
/// # Errors
/// Why the workbook cannot be read, or has no such sheet.
pub(super) fn read(dictionary: &Dictionary<'_>, of: Of, bytes: &[u8], wanted: Option<&str>) -> Result<Sheet, Words> {
    let (mut book, encoding) = open(bytes)?;
    let names = book.sheet_names();
    let named = names.iter().find(|name| match wanted {
        Some(wanted) => text::key(name) == text::key(wanted),
        None => is_named(name, of),
    });
    let name = match (named, wanted) {
        (Some(name), _) => name.clone(),
        (None, Some(wanted)) => {
            let list = names.join("、");
            return Err(words!(
                zh: "没有工作表“{wanted}”；有：{list}",
                en: "there is no sheet \"{wanted}\"; there are: {list}"
            ));
        }
        (None, None) => {
            let other = match of {
                Of::Achievement => Of::Applicant,
                Of::Applicant => Of::Achievement,
            };
            let first = names.iter().find(|name| !is_named(name, other)).or(names.first());
            first.cloned().ok_or_else(|| words!(zh: "工作簿里没有工作表", en: "the workbook has no sheet"))?
        }
    };
    let mut grid = Grid::default();
    each_cell(&mut book, &name, &mut |row, column, cell| grid.put(row, column, cell))?;
    let merged = merged(&mut book, &name);
    let mut sheet = grid.into_sheet(dictionary, of, &name, encoding, &merged);
    // A second table of achievements that nobody reads must not vanish without a word.
    let others = names.iter().filter(|other| **other != name && !is_named(other, Of::Applicant));
    for other in others.filter(|_| of == Of::Achievement) {
        let mut head = Grid::default();
        let looked = each_cell(&mut book, other, &mut |row, column, cell| {
            if row < MOST_TITLE_ROWS { head.put(row, column, cell) } else { Ok(()) }
        });
        if looked.is_ok() && head.is_table(dictionary) {
            sheet.notices.push(words!(
                zh: "只读了工作表“{name}”；“{other}”也像成果表，没有读，可用 --sheet {other} 指定",
                en: "only the sheet \"{name}\" is read; \"{other}\" looks like a table too and is not; --sheet {other} \
                     takes it"
            ));
        }
    }
    Ok(sheet)
}

/// A cell as text, and whether Excel holds it as a number.
#[derive(Clone, Debug, Default)]
struct Cell {
    text: String,
    number: bool,
    /// Why the text cannot be trusted.
    fault: Option<Words>,
}

impl Cell {
    fn text(text: String) -> Cell {
        Cell { text, ..Cell::default() }
    }

    fn number(value: f64) -> Cell {
        Cell { text: number(value), number: true, fault: None }
    }

    fn moment(moment: &ExcelDateTime) -> Cell {
        match day(moment) {
            Some(day) if moment.is_datetime() => Cell::text(day.to_string()),
            _ => Cell::number(moment.as_f64()),
        }
    }

    fn error(error: &dyn std::fmt::Display) -> Cell {
        let text = error.to_string();
        let fault = words!(
            zh: "公式出错（{text}）；请改正公式，或填上值",
            en: "the formula failed ({text}); correct it, or type the value"
        );
        Cell { text, number: false, fault: Some(fault) }
    }

    fn of(data: &DataRef<'_>) -> Cell {
        match data {
            DataRef::Empty => Cell::default(),
            DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
                Cell::text(iso_day(text).unwrap_or_else(|| text.clone()))
            }
            DataRef::SharedString(text) => Cell::text((*text).to_owned()),
            DataRef::Bool(value) => Cell::text(value.to_string()),
            // Excel holds every number as a float; integers beyond its digits are as lost as it left them.
            DataRef::Int(value) => Cell { text: value.to_string(), number: true, fault: None },
            DataRef::Float(value) => Cell::number(*value),
            DataRef::DateTime(moment) => Cell::moment(moment),
            DataRef::Error(error) => Cell::error(error),
        }
    }
}

/// `2021-06-30T00:00:00`, as OpenDocument writes a day; other texts are left alone.
fn iso_day(text: &str) -> Option<String> {
    let (day, _) = text.split_once('T')?;
    day.parse::<Date>().ok().map(|day| day.to_string())
}

/// The day of a serial number, rounded to the second, so that a float just below midnight is the next day.
fn day(moment: &ExcelDateTime) -> Option<Date> {
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let next = (hour, minute, second) == (23, 59, 59) && milli >= 500;
    let days: Span = i64::from(next).days();
    date.checked_add(days).ok()
}

/// A number in the 15 digits that Excel shows: `7.5`, not `7.499999999999999`.
fn number(value: f64) -> String {
    let written = format!("{value:.14e}");
    let decimal = Decimal::from_scientific(&written).ok().filter(|_| value.is_finite());
    decimal.map_or_else(|| value.to_string(), |decimal| decimal.normalize().to_string())
}

type Visit<'v> = &'v mut dyn FnMut(u32, u32, Cell) -> Result<(), Words>;

/// Every cell with content, row by row.
fn each_cell(book: &mut Book<'_>, sheet: &str, visit: Visit<'_>) -> Result<(), Words> {
    let unreadable = |error: &dyn std::fmt::Display| {
        words!(
            zh: "读不了工作表“{sheet}”（{error}）；请在 Excel 里打开后重新保存",
            en: "the sheet \"{sheet}\" cannot be read ({error}); open the file in Excel and save it anew"
        )
    };
    if let Sheets::Xlsx(book) = book {
        let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| unreadable(&error))?;
        while let Some(found) = cells.next_cell_with_formula().map_err(|error| unreadable(&error))? {
            let mut cell = Cell::of(&found.value);
            if cell.text.is_empty() && found.formula.is_some_and(|formula| formula != "\"\"") {
                cell.fault = Some(words!(
                    zh: "公式没有保存结果；请在 Excel 里打开、重新计算并保存，或填上值",
                    en: "the formula has no saved result; open the file in Excel, recalculate and save it, or type the \
                         value"
                ));
            }
            if !cell.text.is_empty() || cell.fault.is_some() {
                visit(found.pos.0, found.pos.1, cell)?;
            }
        }
        return Ok(());
    }
    let range = book.worksheet_range(sheet).map_err(|error| unreadable(&error))?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, data) in range.used_cells() {
        let cell = Cell::of(&borrowed(data));
        let place = |start: u32, offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
        visit(place(first_row, row), place(first_column, column), cell)?;
    }
    Ok(())
}

fn borrowed(data: &Data) -> DataRef<'_> {
    match data {
        Data::Empty => DataRef::Empty,
        Data::Int(value) => DataRef::Int(*value),
        Data::Float(value) => DataRef::Float(*value),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(value) => DataRef::Bool(*value),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
    }
}

/// Merged regions, where the format tells of them.
fn merged(book: &mut Book<'_>, sheet: &str) -> Vec<Dimensions> {
    match book {
        Sheets::Xlsx(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        Sheets::Xls(book) => book.merge_cells_by_sheet_name(sheet).unwrap_or_default(),
        Sheets::Xlsb(_) | Sheets::Ods(_) => Vec::new(),
    }
}

/// The cells with content, by row and column, both counted from 0.
#[derive(Default)]
struct Grid {
    rows: BTreeMap<u32, Vec<(u32, Cell)>>,
    bytes: u64,
}

impl Grid {
    fn put(&mut self, row: u32, column: u32, cell: Cell) -> Result<(), Words> {
        if column >= MOST_COLUMNS {
            let place = place(u64::from(row) + 1, column as usize);
            return Err(words!(
                zh: "{place} 有内容，而只读前 {MOST_COLUMNS} 列；请删去多余的列",
                en: "{place} has content, but only the first {MOST_COLUMNS} columns are read; delete the others"
            ));
        }
        self.bytes += cell.text.len() as u64 + 8;
        if self.bytes > MOST_BYTES {
            return Err(too_large());
        }
        self.rows.entry(row).or_default().push((column, cell));
        Ok(())
    }

    /// The first of the upper rows that names the most columns, two at least.
    fn header(&self, dictionary: &Dictionary<'_>, of: Of) -> Option<u32> {
        let known = |cells: &[(u32, Cell)]| {
            cells.iter().filter(|(_, cell)| dictionary.header(of, &cell.text).is_some()).count()
        };
        let upper = self.rows.range(..MOST_TITLE_ROWS).map(|(row, cells)| (*row, known(cells)));
        let best = upper.filter(|(_, known)| *known >= 2).max_by_key(|(row, known)| (*known, std::cmp::Reverse(*row)));
        best.map(|(row, _)| row)
    }

    /// True for a header of achievements: their kind, and what a mere list of definitions has not.
    fn is_table(&self, dictionary: &Dictionary<'_>) -> bool {
        let known = dictionary.vocabulary.known();
        let Some(header) = self.header(dictionary, Of::Achievement).and_then(|row| self.rows.get(&row)) else {
            return false;
        };
        let names =
            |fact: FactId| header.iter().any(|(_, cell)| dictionary.header(Of::Achievement, &cell.text) == Some(fact));
        names(known.kind) && [known.id, known.applicant, known.date, known.title].into_iter().any(names)
    }

    fn into_sheet(
        mut self,
        dictionary: &Dictionary<'_>,
        of: Of,
        name: &str,
        encoding: Encoding,
        merged: &[Dimensions],
    ) -> Sheet {
        let mut sheet = Sheet {
            name: name.to_owned(),
            encoding,
            text: String::new(),
            faults: BTreeMap::new(),
            notices: Vec::new(),
        };
        let header = self.header(dictionary, of).or(self.rows.keys().next().copied());
        let Some(header) = header else { return sheet };
        sheet.notices.extend(self.spread(header, merged));
        let exact = self.exact_columns(dictionary, of, header);
        // A sheet has no short rows: a cell that is not there is blank.
        let width = self.rows.get(&header).and_then(|cells| cells.iter().map(|(column, _)| column + 1).max());
        let mut line = 0;
        for (row, mut cells) in self.rows.into_iter().filter(|(row, _)| *row >= header) {
            while line < row {
                sheet.text.push('\n');
                line += 1;
            }
            line += 1;
            cells.sort_by_key(|(column, _)| *column);
            let mut written = 0;
            for (column, cell) in cells {
                while written < column {
                    sheet.text.push(',');
                    written += 1;
                }
                let digits_lost = (row > header && cell.number)
                    .then(|| exact.iter().find(|(place, _)| *place == column))
                    .flatten()
                    .map(|(_, label)| lost_digits(label, &cell.text));
                if let Some(message) = cell.fault.or(digits_lost) {
                    let fault = Fault { column: column as usize, value: cell.text.clone(), message };
                    sheet.faults.entry(u64::from(row) + 1).or_default().push(fault);
                }
                quote(&cell.text, &mut sheet.text);
            }
            let missing = width.unwrap_or_default().saturating_sub(written + 1);
            sheet.text.extend(std::iter::repeat_n(',', missing as usize));
            sheet.text.push('\n');
        }
        sheet
    }

    /// Fills what is merged over several rows below the header into each of them that has content of its own.
    fn spread(&mut self, header: u32, merged: &[Dimensions]) -> Option<Words> {
        let mut first = None;
        for region in merged.iter().filter(|region| region.start.0 > header && region.end.0 > region.start.0) {
            let column = region.start.1;
            let at = |cells: &[(u32, Cell)]| cells.iter().find(|(place, _)| *place == column).cloned();
            let Some((_, cell)) = self.rows.get(&region.start.0).and_then(|cells| at(cells)) else { continue };
            for (_, cells) in self.rows.range_mut(region.start.0 + 1..=region.end.0) {
                if at(cells).is_none() {
                    cells.push((column, cell.clone()));
                    self.bytes += cell.text.len() as u64;
                }
            }
            let from = place(u64::from(region.start.0) + 1, column as usize);
            first.get_or_insert((from, place(u64::from(region.end.0) + 1, column as usize)));
        }
        first.map(|(from, to)| {
            words!(
                zh: "合并的单元格（如 {from}:{to}）按其中每一行都写有同样内容读取",
                en: "merged cells (such as {from}:{to}) are read as if every row of them said the same"
            )
        })
    }

    /// Columns whose digits must all be there: ids and codes.
    fn exact_columns(&self, dictionary: &Dictionary<'_>, of: Of, header: u32) -> Vec<(u32, String)> {
        let known = dictionary.vocabulary.known();
        // A unit may be named by its code.
        let exact: [FactId; 3] = [known.id, known.code, known.applicant];
        let cells = self.rows.get(&header).map(Vec::as_slice).unwrap_or_default();
        cells
            .iter()
            .filter(|(_, cell)| dictionary.header(of, &cell.text).is_some_and(|fact| exact.contains(&fact)))
            .map(|(column, cell)| (*column, cell.text.clone()))
            .collect()
    }
}

fn lost_digits(label: &str, value: &str) -> Words {
    words!(
        zh: "“{label}”存成了数字（{value}），前面的零和15位以后的数字可能已经丢失；请把这一列设为文本格式，再重新填写",
        en: "\"{label}\" is stored as a number ({value}): leading zeros, and digits after the 15th, may be lost already; \
             format the column as text and type it anew"
    )
}

/// Quoted where a CSV reader or the detection of its delimiter would mistake it.
fn quote(cell: &str, out: &mut String) {
    if cell.contains(['"', ',', ';', '\t', '\r', '\n']) {
        out.push('"');
        out.push_str(&cell.replace('"', "\"\""));
        out.push('"');
    } else {
        out.push_str(cell);
    }
}

/// `D7`: the column counted from 0, the row from 1.
pub(super) fn place(row: u64, column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        let digit = u8::try_from((rest - 1) % 26).unwrap_or_default();
        letters.push(char::from(b'A' + digit));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{row}")
}
