//! Excel workbook: summary, items, caps, assumptions, unreadable rows. The same input gives the same bytes.
//!
//! The summary's sums are formulas over the items, looked up by the number of the result: a name may begin with an
//! operator, hold a wildcard or be longer than a lookup allows. Their cached values are the amounts computed here.

use std::io::{self, Write};

use jiff::civil::Date;
use rust_xlsxwriter::{
    ColNum, Color, DocProperties, Format, FormatAlign, FormatBorder, Formula, IgnoreError, RowNum, Workbook, Worksheet,
    XlsxError,
};
use unicode_width::UnicodeWidthStr;

use super::csv::{extra_headers, fill_extra};
use super::words::{Sentences, Speaker};
use super::{Evaluation, Report, when};
use crate::engine::result::{Item, Reason, Status};
use crate::facts::Achievement;
use crate::lang::{Lang, Words};
use crate::money::Money;
use crate::policy::model::Nature;
use crate::words;

/// Rows of a sheet below its header, as Excel has them.
const ROWS_PER_SHEET: RowNum = 1_048_575;
/// Columns of a sheet.
const COLUMNS_PER_SHEET: usize = 16_384;
/// What a cell can hold, in UTF-16 units.
const LONGEST_TEXT: usize = 32_767;

/// Where the workbook changes its ways; tests make them small.
#[derive(Clone, Copy)]
struct Limits {
    /// Rows after which a sheet is continued on the next.
    rows_per_sheet: RowNum,
    /// Items from which finished rows wait in a temporary file instead of in memory.
    large: usize,
    /// Results times items up to which sums are formulas; a spreadsheet would need minutes for more.
    lookups: usize,
}

const LIMITS: Limits = Limits { rows_per_sheet: ROWS_PER_SHEET, large: 20_000, lookups: 50_000_000 };

/// Why the report does not fit into a workbook, if it does not: it has more columns than a sheet.
pub fn refused(report: &Report<'_>) -> Option<Words> {
    let columns = ITEMS.len() + extra_headers(report).len();
    (columns > COLUMNS_PER_SHEET).then(|| {
        words!(
            zh: "结果有 {columns} 列，Excel 最多 {COLUMNS_PER_SHEET} 列；请用 --format csv，或删去不需要的列",
            en: "the result has {columns} columns and Excel takes {COLUMNS_PER_SHEET}; use --format csv, or drop columns"
        )
    })
}

/// Writes the workbook. Results are evaluated one by one; the finished file is in memory before it is handed on.
///
/// # Errors
/// What the writer reports, or the temporary file of a large workbook.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_within(report, LIMITS, out)
}

fn write_within(report: &Report<'_>, limits: Limits, out: &mut dyn Write) -> io::Result<()> {
    let bytes = book(report, limits).map_err(|error| match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    })?;
    out.write_all(&bytes)
}

/// The creation date of every workbook: the clock would make equal results unequal files.
pub(super) fn properties(title: &str) -> DocProperties {
    let properties = DocProperties::new().set_title(title).set_author("").set_comment("biaobu");
    properties.set_creation_datetime(&jiff::civil::date(2000, 1, 1))
}

fn book(report: &Report<'_>, limits: Limits) -> Result<Vec<u8>, XlsxError> {
    let zh = report.lang == Lang::Zh;
    let per_policy = report.years.len();
    let jobs = report.jobs.iter();
    let items: usize = jobs.map(|job| job.applicant.achievements.len() * job.policies.len() * per_policy).sum();
    let large = items > limits.large;
    let mut book =
        Book { workbook: Workbook::new(), looks: Looks::new(), rows_per_sheet: limits.rows_per_sheet, large };
    book.workbook.set_properties(&properties(if zh { "标补测算结果" } else { "biaobu: estimate" }));
    book.workbook.use_zip_large_file(large);

    let extra = extra_headers(report);
    let mut sheets = Sheets {
        items: Pages::new(report.lang.pick("明细", "Items"), report.lang, &ITEMS, &extra),
        caps: Pages::new(report.lang.pick("封顶", "Caps"), report.lang, &CAPS, &[]),
        assumptions: Pages::new(
            report.lang.pick("假定与缺项", "Assumptions, missing facts"),
            report.lang,
            &ASSUMPTIONS,
            &[],
        ),
    };
    let mut lines = Vec::new();
    for (number, evaluation) in (1u64..).zip(report.evaluations()) {
        sheets.add(&mut book, report, number, &evaluation, &extra)?;
        lines.push(Line::new(report, number, &evaluation));
    }
    let mut invalid = Pages::new(report.lang.pick("读不出的行", "Invalid rows"), report.lang, &INVALID, &extra);
    unreadable(&mut book, report, &mut invalid, &extra)?;
    let mut summary = Pages::new(report.lang.pick("汇总", "Summary"), report.lang, &SUMMARY, &[]);
    let formulas = lines.len().saturating_mul(items) <= limits.lookups;
    summarize(&mut book, report.lang, &lines, formulas.then_some(&sheets.items), &mut summary)?;
    for pages in [summary, sheets.items, sheets.caps, sheets.assumptions, invalid] {
        pages.finish(&mut book)?;
    }
    book.workbook.save_to_buffer()
}

/// The headers of a sheet in both languages.
type Headers = [(&'static str, &'static str)];

const ITEMS: [(&str, &str); 24] = [
    ("结果序号", "result"),
    ("申报单位", "applicant"),
    ("政策", "policy"),
    ("年度", "year"),
    ("申请日", "on"),
    ("编号", "id"),
    ("行", "row"),
    ("名称", "title"),
    ("结果", "status"),
    ("条款", "clause"),
    ("规则", "rule"),
    ("资金类别", "category"),
    ("金额性质", "nature"),
    ("基数（元）", "base (yuan)"),
    ("金额（元）", "amount (yuan)"),
    ("金额（万元）", "amount (10,000 yuan)"),
    ("可能金额（元）", "possible (yuan)"),
    ("缺项", "missing"),
    ("并入", "same_as"),
    ("原因", "reasons"),
    ("假定", "assumptions"),
    ("提醒", "warnings"),
    ("文件", "path"),
    ("结论", "answer"),
];

/// Columns of [`ITEMS`] that the summary's formulas look at.
const RESULT: ColNum = 0;
const STATUS: ColNum = 8;
const NATURE: ColNum = 12;
const AMOUNT: ColNum = 14;

const CAPS: [(&str, &str); 12] = [
    ("结果序号", "result"),
    ("申报单位", "applicant"),
    ("政策", "policy"),
    ("年度", "year"),
    ("条款", "clause"),
    ("封顶", "cap"),
    ("规则", "scope"),
    ("上限（元）", "limit (yuan)"),
    ("已提高", "raised"),
    ("先前年度已用（元）", "used before (yuan)"),
    ("封顶前（元）", "before (yuan)"),
    ("封顶后（元）", "after (yuan)"),
];

const ASSUMPTIONS: [(&str, &str); 10] = [
    ("结果序号", "result"),
    ("申报单位", "applicant"),
    ("政策", "policy"),
    ("年度", "year"),
    ("编号", "id"),
    ("假定或缺项", "assumed or missing"),
    ("条款", "clause"),
    ("事实", "fact"),
    ("视为", "as"),
    ("说明", "note"),
];

const INVALID: [(&str, &str); 7] = [
    ("文件", "path"),
    ("行", "row"),
    ("申报单位", "applicant"),
    ("编号", "id"),
    ("列", "column"),
    ("单元格", "value"),
    ("说明", "message"),
];

const SUMMARY: [(&str, &str); 20] = [
    ("结果序号", "result"),
    ("申报单位", "applicant"),
    ("政策", "policy"),
    ("政策名称", "title"),
    ("年度", "year"),
    ("申请日", "on"),
    ("总额（元）", "total (yuan)"),
    ("总额（万元）", "total (10,000 yuan)"),
    ("定额（元）", "fixed (yuan)"),
    ("上限（元）", "ceiling (yuan)"),
    ("资料补齐后可能（元）", "potential (yuan)"),
    ("项数", "items"),
    ("全额", "awarded"),
    ("减额", "reduced"),
    ("未入选", "not selected"),
    ("重复", "duplicate"),
    ("不符合", "ineligible"),
    ("待定", "undetermined"),
    ("不在列", "unmatched"),
    ("说明", "note"),
];

/// Columns of [`SUMMARY`] that are summed in its last line, and the one that holds the total.
const FIRST_SUM: ColNum = 6;
const LAST_SUM: ColNum = 18;
const TOTAL: ColNum = 6;

/// What a cell holds.
enum Cell {
    Empty,
    Text(String),
    Status(Status, &'static str),
    Integer(u64),
    Money(Money),
    Date(Date),
    /// A formula, the value that it has, and how it looks.
    Formula(String, String, Look),
}

impl Cell {
    fn text(text: impl Into<String>) -> Cell {
        Cell::Text(text.into())
    }

    /// How many lines it takes in a column of the greatest width.
    fn lines(&self) -> usize {
        match self {
            Cell::Text(text) => text.lines().map(|line| line.width().div_ceil(WIDEST).max(1)).sum(),
            _ => 1,
        }
    }

    fn money(money: Option<Money>) -> Cell {
        money.map_or(Cell::Empty, Cell::Money)
    }
}

/// How a computed number looks.
#[derive(Clone, Copy)]
enum Look {
    Money,
    Wan,
    Integer,
}

/// The formats of all cells.
struct Looks {
    header: Format,
    text: Format,
    integer: Format,
    money: Format,
    wan: Format,
    date: Format,
    /// In the order of [`Status::ALL`].
    statuses: [Format; 7],
}

impl Looks {
    fn new() -> Looks {
        let plain = Format::new().set_align(FormatAlign::Top);
        // Light enough to be read in black and white.
        let fill = |rgb: u32| plain.clone().set_num_format("@").set_background_color(Color::RGB(rgb));
        Looks {
            header: header(),
            text: plain.clone().set_num_format("@").set_text_wrap(),
            integer: plain.clone().set_num_format("0").set_align(FormatAlign::Center),
            money: plain.clone().set_num_format("#,##0.00"),
            wan: plain.clone().set_num_format("#,##0.0000"),
            date: plain.clone().set_num_format("yyyy-mm-dd"),
            statuses: [0xE2_EFDA, 0xFF_F2CC, 0xED_EDED, 0xED_EDED, 0xFC_E4D6, 0xDD_EBF7, 0xF5_F5F5].map(fill),
        }
    }

    fn of(&self, look: Look) -> &Format {
        match look {
            Look::Money => &self.money,
            Look::Wan => &self.wan,
            Look::Integer => &self.integer,
        }
    }
}

/// How high a header is, in points.
pub(super) const HEADER_HEIGHT: u32 = 20;

/// How the header of a sheet looks.
pub(super) fn header() -> Format {
    let header = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
    header.set_background_color(Color::RGB(0xD9_E1F2)).set_border_bottom(FormatBorder::Thin).set_num_format("@")
}

/// The workbook in the making.
struct Book {
    workbook: Workbook,
    looks: Looks,
    rows_per_sheet: RowNum,
    large: bool,
}

impl Book {
    fn sheet(&mut self) -> Result<Worksheet, XlsxError> {
        if self.large { self.workbook.new_worksheet_with_low_memory() } else { Ok(Worksheet::new()) }
    }
}

/// One table, on as many sheets as it needs.
struct Pages {
    name: String,
    headers: Vec<String>,
    widths: Vec<usize>,
    /// Full sheets, with the number of their rows below the header.
    full: Vec<(Worksheet, RowNum)>,
    /// The sheet that is being written.
    current: Option<(Worksheet, RowNum)>,
    /// Rows of the last sheet that the filter leaves alone.
    unfiltered: RowNum,
}

/// Columns are at most so wide; longer text is wrapped.
const WIDEST: usize = 50;
/// Rows are at most so high; the rest of a longer text is seen when its cell is entered.
const MOST_LINES: usize = 12;
/// Points that a line takes.
const LINE_HEIGHT: u32 = 15;

impl Pages {
    fn new(name: &str, lang: Lang, headers: &Headers, extra: &[String]) -> Pages {
        let own = headers.iter().map(|(zh, en)| lang.pick(zh, en).to_owned());
        let headers: Vec<String> = own.chain(extra.iter().cloned()).collect();
        let widths = headers.iter().map(|header| shown_width(header)).collect();
        Pages { name: name.to_owned(), headers, widths, full: Vec::new(), current: None, unfiltered: 0 }
    }

    /// `明细`, `明细 2`, ...
    fn page_name(&self, page: usize) -> String {
        if page == 0 { self.name.clone() } else { format!("{} {}", self.name, page + 1) }
    }

    /// Adds one row.
    fn row(&mut self, book: &mut Book, cells: &[Cell]) -> Result<(), XlsxError> {
        let (mut sheet, rows) = match self.current.take() {
            Some((sheet, rows)) if rows < book.rows_per_sheet => (sheet, rows),
            Some(full) => {
                self.full.push(full);
                (self.start(book)?, 0)
            }
            None => (self.start(book)?, 0),
        };
        let row = rows + 1;
        for ((column, cell), width) in (0..).zip(cells).zip(&mut self.widths) {
            *width = (*width).max(put(&mut sheet, &book.looks, row, column, cell)?);
        }
        // Excel would fit the height itself when it opens the file; not every program does.
        let lines = cells.iter().map(Cell::lines).max().unwrap_or(1);
        if lines > 1 {
            sheet.set_row_height(row, u32::try_from(lines.min(MOST_LINES)).unwrap_or(1) * LINE_HEIGHT)?;
        }
        self.current = Some((sheet, row));
        Ok(())
    }

    /// The number that a formula gives to the row that comes next.
    fn next_row(&self, book: &Book) -> RowNum {
        match &self.current {
            Some((_, rows)) if *rows < book.rows_per_sheet => rows + 2,
            _ => 2,
        }
    }

    fn start(&self, book: &mut Book) -> Result<Worksheet, XlsxError> {
        let mut sheet = book.sheet()?;
        sheet.set_name(self.page_name(self.full.len()))?;
        sheet.set_row_height(0, HEADER_HEIGHT)?;
        for (column, header) in (0..).zip(&self.headers) {
            sheet.write_string_with_format(0, column, fitting(header), &book.looks.header)?;
        }
        Ok(sheet)
    }

    /// `'明细'!$O$2:$O$163` for each sheet of the table.
    fn ranges(&self, column: ColNum) -> Vec<String> {
        let rows = self.full.iter().chain(&self.current).map(|(_, rows)| *rows);
        let letter = rust_xlsxwriter::column_number_to_name(column);
        let range = |(page, rows): (usize, RowNum)| {
            let (name, last) = (self.page_name(page), rows.max(1) + 1);
            format!("'{name}'!${letter}$2:${letter}${last}")
        };
        rows.enumerate().map(range).collect()
    }

    /// Puts the sheets into the workbook.
    fn finish(mut self, book: &mut Book) -> Result<(), XlsxError> {
        let (last, rows) = match self.current.take() {
            Some(current) => current,
            None => (self.start(book)?, 0),
        };
        let last = (last, rows.saturating_sub(self.unfiltered));
        for (mut sheet, rows) in std::mem::take(&mut self.full).into_iter().chain([last]) {
            for (column, width) in (0..).zip(&self.widths) {
                sheet.set_column_width(column, width_of(*width))?;
            }
            let last_column = ColNum::try_from(self.headers.len() - 1).unwrap_or(ColNum::MAX);
            sheet.autofilter(0, 0, rows.max(1), last_column)?;
            sheet.ignore_error_range(1, 0, rows.max(1), last_column, IgnoreError::NumberStoredAsText)?;
            sheet.set_freeze_panes(1, 0)?;
            sheet.set_repeat_rows(0, 0)?;
            sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
            book.workbook.push_worksheet(sheet);
        }
        Ok(())
    }
}

/// How wide a text is in columns: a Chinese character counts two.
pub(super) fn shown_width(text: &str) -> usize {
    text.lines().map(UnicodeWidthStr::width).max().unwrap_or_default()
}

/// The width of a column for its widest text, with room for the filter's button.
pub(super) fn width_of(widest: usize) -> f64 {
    f64::from(u32::try_from(widest.clamp(6, WIDEST)).unwrap_or_default()) + 3.0
}

/// Writes a cell and returns how wide it is.
fn put(sheet: &mut Worksheet, looks: &Looks, row: RowNum, column: ColNum, cell: &Cell) -> Result<usize, XlsxError> {
    Ok(match cell {
        Cell::Empty => 0,
        Cell::Text(text) if text.is_empty() => 0,
        Cell::Text(text) => {
            sheet.write_string_with_format(row, column, fitting(text), &looks.text)?;
            shown_width(text)
        }
        Cell::Status(status, label) => {
            let place = Status::ALL.iter().position(|known| known == status).unwrap_or_default();
            sheet.write_string_with_format(row, column, *label, &looks.statuses[place])?;
            label.width()
        }
        Cell::Integer(number) => {
            sheet.write_number_with_format(row, column, float(i128::from(*number), 1), &looks.integer)?;
            number.to_string().len()
        }
        Cell::Money(money) => {
            sheet.write_number_with_format(row, column, float(money.fen(), 100), &looks.money)?;
            money.grouped().len()
        }
        // Excel has no days before 1900.
        Cell::Date(date) if !(1900..=9999).contains(&date.year()) => {
            sheet.write_string_with_format(row, column, date.to_string(), &looks.text)?;
            10
        }
        Cell::Date(date) => {
            sheet.write_datetime_with_format(row, column, date, &looks.date)?;
            10
        }
        Cell::Formula(formula, result, look) => {
            let formula = Formula::new(formula).set_result(result);
            sheet.write_formula_with_format(row, column, formula, looks.of(*look))?;
            result.len() + 4
        }
    })
}

/// The last moment: a cell has nothing but floats.
#[allow(clippy::cast_precision_loss, reason = "a double holds 15 digits, all that Excel shows")]
pub(super) fn float(number: i128, parts: u32) -> f64 {
    number as f64 / f64::from(parts)
}

/// The text, or as much of it as a cell holds, with a note that it goes on.
pub(super) fn fitting(text: &str) -> String {
    const CUT: &str = "……（过长，已截断，全文见 CSV 或 JSON / cut: see CSV or JSON）";
    let length = |text: &str| text.encode_utf16().count();
    if length(text) <= LONGEST_TEXT {
        return text.to_owned();
    }
    let mut left = LONGEST_TEXT - length(CUT);
    let fits = |c: &char| {
        let taken = left.checked_sub(c.len_utf16());
        left = taken.unwrap_or_default();
        taken.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    format!("{kept}{CUT}")
}

/// The sheets that results are added to as they come.
struct Sheets {
    items: Pages,
    caps: Pages,
    assumptions: Pages,
}

/// `result`, `applicant`, `policy`, `year`: how the rows of all sheets begin.
fn whose(number: u64, evaluation: &Evaluation<'_>) -> Vec<Cell> {
    vec![
        Cell::Integer(number),
        Cell::text(&evaluation.applicant.name),
        Cell::text(&evaluation.policy.id),
        Cell::Integer(year(evaluation)),
    ]
}

fn year(evaluation: &Evaluation<'_>) -> u64 {
    u64::try_from(evaluation.result.year).unwrap_or_default()
}

impl Sheets {
    fn add(
        &mut self,
        book: &mut Book,
        report: &Report<'_>,
        number: u64,
        evaluation: &Evaluation<'_>,
        extra: &[String],
    ) -> Result<(), XlsxError> {
        let speaker = report.speaker(evaluation.policy);
        for (item, row) in evaluation.result.items.iter().zip(&evaluation.applicant.achievements) {
            self.item(book, report, &speaker, number, evaluation, (item, row), extra)?;
        }
        for used in &evaluation.result.caps {
            let cap = &evaluation.policy.caps[used.cap];
            let mut cells = whose(number, evaluation);
            cells.extend([
                Cell::text(&*cap.cite),
                Cell::text(cap.title.get(report.lang)),
                Cell::text(&cap.id),
                used.limit.map_or_else(|| Cell::text(report.lang.pick("不限", "no limit")), Cell::Money),
                Cell::text(match used.raised {
                    true => report.lang.pick("是", "yes"),
                    false => report.lang.pick("否", "no"),
                }),
                Cell::Money(used.used),
                Cell::Money(used.before),
                Cell::Money(used.after),
            ]);
            self.caps.row(book, &cells)?;
        }
        self.assumptions(book, report, &speaker, number, evaluation)
    }

    #[allow(clippy::too_many_arguments, reason = "one row of one sheet needs all of them")]
    fn item(
        &mut self,
        book: &mut Book,
        report: &Report<'_>,
        speaker: &Speaker<'_>,
        number: u64,
        evaluation: &Evaluation<'_>,
        (item, row): (&Item, &Achievement),
        extra: &[String],
    ) -> Result<(), XlsxError> {
        let (policy, result) = (evaluation.policy, &evaluation.result);
        let clause = item.clause.map(|index| &policy.clauses[index]);
        let said = Sentences::new(speaker, result, evaluation.applicant, item, row);
        let separator = report.lang.pick("；", "; ");
        let missing = speaker.list(item.missing.iter().map(|missing| speaker.missing(*missing)));
        let same_as = item.same_as.and_then(|index| evaluation.applicant.achievements.get(index));
        let or_empty = |text: Option<&str>| text.map_or(Cell::Empty, Cell::text);
        let amount_cell = format!("{}{}", rust_xlsxwriter::column_number_to_name(AMOUNT), self.items.next_row(book));
        let mut cells = whose(number, evaluation);
        cells.extend([
            result.on.map_or(Cell::Empty, Cell::Date),
            Cell::text(&row.id),
            Cell::Integer(row.row),
            Cell::text(row.facts.text(report.vocabulary.known().title).unwrap_or_default()),
            Cell::Status(item.status, speaker.status(item.status)),
            or_empty(item.cite.as_deref().or(clause.map(|clause| &*clause.cite))),
            or_empty(clause.map(|clause| clause.id.as_str())),
            clause.map_or(Cell::Empty, |clause| Cell::text(policy.categories[clause.category].title.get(report.lang))),
            clause.map_or(Cell::Empty, |clause| Cell::text(speaker.nature(clause.nature))),
            Cell::Money(item.base),
            Cell::Money(item.amount),
            Cell::Formula(format!("{amount_cell}/10000"), item.amount.in_wan_number(), Look::Wan),
            Cell::money(item.possible.map(|(_, amount)| amount)),
            Cell::Text(missing),
            or_empty(same_as.map(|row| row.id.as_str())),
            Cell::Text(said.reasons.join(separator)),
            Cell::Text(said.assumptions.join(separator)),
            Cell::Text(said.warnings.join(separator)),
            or_empty(report.portfolio.inputs.get(row.input).map(|input| input.path.as_str())),
            Cell::Text(speaker.answer(item)),
        ]);
        cells.extend(extra_cells(extra, &row.extra));
        self.items.row(book, &cells)
    }

    fn assumptions(
        &mut self,
        book: &mut Book,
        report: &Report<'_>,
        speaker: &Speaker<'_>,
        number: u64,
        evaluation: &Evaluation<'_>,
    ) -> Result<(), XlsxError> {
        let (result, applicant) = (&evaluation.result, evaluation.applicant);
        let of_items = result.items.iter().zip(&applicant.achievements);
        let of_items = of_items.flat_map(|(item, row)| item.assumptions.iter().map(|said| (row.id.as_str(), said)));
        for (id, assumption) in result.assumptions.iter().map(|said| ("", said)).chain(of_items) {
            let (fact, value) = speaker.assumption_parts(assumption);
            let mut cells = whose(number, evaluation);
            cells.extend([
                Cell::text(id),
                Cell::text(report.lang.pick("假定", "assumed")),
                Cell::text(&*assumption.cite),
                Cell::text(fact),
                Cell::text(value),
                Cell::Text(speaker.assumption(assumption, when(result))),
            ]);
            self.assumptions.row(book, &cells)?;
        }
        for (item, row) in result.items.iter().zip(&applicant.achievements) {
            for missing in &item.missing {
                let mut cells = whose(number, evaluation);
                cells.extend([
                    Cell::text(&row.id),
                    Cell::text(report.lang.pick("缺项", "missing")),
                    item.clause.map_or(Cell::Empty, |clause| Cell::text(&*evaluation.policy.clauses[clause].cite)),
                    Cell::text(speaker.missing_id(*missing)),
                    Cell::Empty,
                    Cell::Text(speaker.reason(&Reason::Unknown(vec![*missing]), result, applicant, row)),
                ]);
                self.assumptions.row(book, &cells)?;
            }
        }
        Ok(())
    }
}

fn extra_cells(headers: &[String], extra: &[(String, String)]) -> impl Iterator<Item = Cell> {
    let mut cells = vec![String::new(); headers.len()];
    fill_extra(&mut cells, headers, extra);
    cells.into_iter().map(Cell::Text)
}

fn unreadable(book: &mut Book, report: &Report<'_>, pages: &mut Pages, extra: &[String]) -> Result<(), XlsxError> {
    for row in &report.portfolio.invalid {
        for mistake in &row.mistakes {
            let or_empty = |text: &Option<String>| text.as_ref().map_or(Cell::Empty, Cell::text);
            let mut cells = vec![
                Cell::text(&row.path),
                Cell::Integer(row.row),
                or_empty(&row.applicant),
                or_empty(&row.id),
                Cell::Text(mistake.place()),
                Cell::text(&mistake.value),
                Cell::text(mistake.message.get(report.lang)),
            ];
            cells.extend(extra_cells(extra, &row.extra));
            pages.row(book, &cells)?;
        }
    }
    Ok(())
}

/// What the summary says of one result.
struct Line {
    number: u64,
    applicant: String,
    policy: String,
    title: String,
    year: u64,
    on: Option<Date>,
    total: Money,
    fixed: Money,
    ceiling: Money,
    potential: Money,
    items: usize,
    /// In the order of [`Status::ALL`].
    counts: [usize; 7],
    note: String,
}

impl Line {
    fn new(report: &Report<'_>, number: u64, evaluation: &Evaluation<'_>) -> Line {
        let (policy, result) = (evaluation.policy, &evaluation.result);
        let speaker = report.speaker(policy);
        let mut notes: Vec<String> = speaker.not_in_force(result, evaluation.applicant).into_iter().collect();
        notes.extend(speaker.call(result));
        notes.extend(result.barred_by.iter().map(|barred| speaker.barred(barred)));
        Line {
            number,
            applicant: evaluation.applicant.name.clone(),
            policy: policy.id.clone(),
            title: policy.title.get(report.lang).to_owned(),
            year: year(evaluation),
            on: result.on,
            total: result.total,
            fixed: result.fixed_total,
            ceiling: result.ceiling_total,
            potential: result.potential_total,
            items: result.items.len(),
            counts: Status::ALL.map(|status| result.items.iter().filter(|item| item.status == status).count()),
            note: notes.join(report.lang.pick("；", "; ")),
        }
    }
}

/// Writes one line per result and the sums; as formulas where `items` are given to look at.
fn summarize(
    book: &mut Book,
    lang: Lang,
    lines: &[Line],
    items: Option<&Pages>,
    summary: &mut Pages,
) -> Result<(), XlsxError> {
    let look_up = |function: &str, row: RowNum, sums: Option<ColNum>, also: Option<(ColNum, &str)>| {
        let items = items?;
        let (numbers, sums) = (items.ranges(RESULT), sums.map(|column| items.ranges(column)));
        let also = also.map(|(column, label)| (items.ranges(column), label));
        let of_page = |page: usize| {
            let sums = sums.as_ref().map(|ranges| format!("{},", ranges[page])).unwrap_or_default();
            let also = also.as_ref().map(|(ranges, label)| format!(",{},\"{label}\"", ranges[page]));
            format!("{function}({sums}{},$A{row}{})", numbers[page], also.unwrap_or_default())
        };
        let pages: Vec<String> = (0..numbers.len()).map(of_page).collect();
        (!pages.is_empty()).then(|| pages.join("+"))
    };
    let sum = |row, also, money: Money| match look_up("SUMIFS", row, Some(AMOUNT), also) {
        Some(formula) => Cell::Formula(formula, money.to_string(), Look::Money),
        None => Cell::Money(money),
    };
    let count = |row, also, count: usize| match look_up("COUNTIFS", row, None, also) {
        Some(formula) => Cell::Formula(formula, count.to_string(), Look::Integer),
        None => Cell::Integer(count as u64),
    };
    let total_letter = rust_xlsxwriter::column_number_to_name(TOTAL);
    let in_wan =
        |row, money: Money| Cell::Formula(format!("{total_letter}{row}/10000"), money.in_wan_number(), Look::Wan);
    let natures = [Nature::Fixed, Nature::Ceiling].map(|nature| super::words::nature(lang, nature));
    let statuses = Status::ALL.map(|status| super::words::status(lang, status));
    for line in lines {
        let row = summary.next_row(book);
        let mut cells = vec![
            Cell::Integer(line.number),
            Cell::text(&line.applicant),
            Cell::text(&line.policy),
            Cell::text(&line.title),
            Cell::Integer(line.year),
            line.on.map_or(Cell::Empty, Cell::Date),
            sum(row, None, line.total),
            in_wan(row, line.total),
            sum(row, Some((NATURE, natures[0])), line.fixed),
            sum(row, Some((NATURE, natures[1])), line.ceiling),
            Cell::Money(line.potential),
            count(row, None, line.items),
        ];
        let counts = statuses.iter().zip(line.counts);
        cells.extend(counts.map(|(status, number)| count(row, Some((STATUS, *status)), number)));
        cells.push(Cell::text(&line.note));
        summary.row(book, &cells)?;
    }
    if lines.is_empty() {
        return Ok(());
    }
    // The sums stand apart from the lines, so that filtering and sorting leave them alone.
    let ranges: Vec<String> = (FIRST_SUM..=LAST_SUM).map(|column| summary.ranges(column).join(",")).collect();
    summary.row(book, &[])?;
    summary.unfiltered = 2;
    let money = |amount: fn(&Line) -> Money| lines.iter().map(amount).sum::<Money>();
    let sums =
        [money(|line| line.total), money(|line| line.fixed), money(|line| line.ceiling), money(|line| line.potential)];
    let mut cells: Vec<Cell> = (0..FIRST_SUM).map(|_| Cell::Empty).collect();
    cells[1] = Cell::text(lang.pick("合计", "sum"));
    let counts = std::iter::once(lines.iter().map(|line| line.items).sum())
        .chain((0..statuses.len()).map(|place| lines.iter().map(|line| line.counts[place]).sum()));
    let results = [
        (sums[0].to_string(), Look::Money),
        (sums[0].in_wan_number(), Look::Wan),
        (sums[1].to_string(), Look::Money),
        (sums[2].to_string(), Look::Money),
        (sums[3].to_string(), Look::Money),
    ];
    let results = results.into_iter().chain(counts.map(|count: usize| (count.to_string(), Look::Integer)));
    cells.extend(
        ranges.iter().zip(results).map(|(range, (result, look))| Cell::Formula(format!("SUM({range})"), result, look)),
    );
    summary.row(book, &cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_visibly() {
        let whole = "标".repeat(LONGEST_TEXT);
        assert_eq!(fitting(&whole), whole);
        for long in [whole + "准", "𠀀".repeat(LONGEST_TEXT)] {
            let cut = fitting(&long);
            assert!(cut.encode_utf16().count() <= LONGEST_TEXT && cut.contains("已截断"));
            assert!(cut.starts_with(&long[..300]));
        }
    }

    /// A table that is longer than a sheet goes on, and formulas look at all of its sheets.
    #[test]
    fn full_sheets_are_continued() {
        for large in [false, true] {
            let looks = Looks::new();
            let mut book = Book { workbook: Workbook::new(), looks, rows_per_sheet: 2, large };
            let mut pages = Pages::new("明细", Lang::Zh, &CAPS, &[]);
            assert_eq!(pages.next_row(&book), 2);
            for (number, next) in (0..5).zip([3, 2, 3, 2, 3]) {
                pages.row(&mut book, &[Cell::Integer(number)]).unwrap();
                assert_eq!(pages.next_row(&book), next);
            }
            let ranges = ["'明细'!$A$2:$A$3", "'明细 2'!$A$2:$A$3", "'明细 3'!$A$2:$A$2"];
            assert_eq!(pages.ranges(RESULT), ranges);
            pages.finish(&mut book).unwrap();
            let names: Vec<String> = book.workbook.worksheets().iter().map(|sheet| sheet.name()).collect();
            assert_eq!(names, ["明细", "明细 2", "明细 3"]);
            assert!(book.workbook.save_to_buffer().unwrap().starts_with(b"PK"));
        }
    }
}
