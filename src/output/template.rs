//! An empty input file: headers, one example row that is paid, and, in a workbook, what may stand in each column.
//!
//! Headers and values come from the vocabulary, the example row from the policies' own worked examples.

use std::collections::BTreeSet;
use std::io::{self, Write};

use rust_xlsxwriter::{
    ColNum, DataValidation, DataValidationErrorStyle, DataValidationRule, ExcelDateTime, Format, FormatAlign, Formula,
    IgnoreError, Note, Workbook, Worksheet, XlsxError,
};

use super::xlsx;
use crate::engine::result::Status;
use crate::engine::{self, Application};
use crate::facts::{Applicant, Facts, Value};
use crate::input;
use crate::lang::Lang;
use crate::policy::Policy;
use crate::policy::model::Example;
use crate::vocabulary::{Fact, FactId, FactType, Of, ValueId, Vocabulary};

/// What to write a template for.
pub struct Template<'a> {
    /// Columns and their values.
    pub vocabulary: &'a Vocabulary,
    /// The policies whose columns are wanted; none: every column.
    pub policies: Vec<&'a Policy>,
    /// Where the example row is taken from where no policy is named.
    pub examples: &'a [Policy],
    /// Chinese headers and values, or English ids.
    pub lang: Lang,
}

/// Id of the example row, which is to be deleted.
const EXAMPLE_ID: &str = "示例-1";

/// Writes the achievements' header and the example row as CSV, with a byte order mark: it is meant for Excel.
///
/// # Errors
/// What the writer reports.
pub fn write_csv(template: &Template<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = template.columns(Of::Achievement);
    let example = template.example();
    out.write_all("\u{feff}".as_bytes())?;
    let mut writer = ::csv::Writer::from_writer(out);
    writer.write_record(columns.iter().map(|(_, fact)| template.label(fact)))?;
    if let Some(example) = &example {
        writer.write_record(columns.iter().map(|(id, _)| template.cell(*id, &example.row)))?;
    }
    writer.flush()
}

/// Writes the workbook: achievements, applicants, how to fill them in, and every value that a column may have.
///
/// # Errors
/// What the writer reports.
pub fn write_xlsx(template: &Template<'_>, out: &mut dyn Write) -> io::Result<()> {
    let bytes = template.book().map_err(|error| match error {
        XlsxError::IoError(error) => error,
        other => io::Error::other(other),
    })?;
    out.write_all(&bytes)
}

/// The example: a row that is paid, its unit, and by what.
struct Shown {
    row: Facts,
    applicant: Facts,
    policy: String,
    year: i16,
}

/// Where the values of one enum column stand on the sheet of definitions: first and last row as Excel counts.
type Place = (FactId, u32, u32);

impl Template<'_> {
    fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    fn label<'f>(&self, fact: &'f Fact) -> &'f str {
        self.pick(&fact.zh, &fact.id)
    }

    fn value<'v>(&self, fact: &'v Fact, value: ValueId) -> &'v str {
        let value = &fact.values[usize::from(value.0)];
        self.pick(&value.zh, &value.id)
    }

    /// The facts that the policies look at; none where every one is wanted.
    fn used(&self) -> Option<BTreeSet<FactId>> {
        let known = self.vocabulary.known();
        let facts = self.policies.iter().flat_map(|policy| policy.facts(known));
        (!self.policies.is_empty()).then(|| facts.collect())
    }

    /// The columns of one of the two tables, in the order of the vocabulary.
    fn columns(&self, of: Of) -> Vec<(FactId, &Fact)> {
        let known = self.vocabulary.known();
        let used = self.used();
        let always = match of {
            Of::Achievement => {
                vec![known.id, known.applicant, known.kind, known.title, known.number, known.date]
            }
            Of::Applicant => vec![known.applicant, known.code],
        };
        let in_table = |id: FactId, fact: &Fact| !fact.flag && (fact.of == of || always.contains(&id));
        let asked = |id: FactId| match &used {
            None => true,
            Some(used) => used.contains(&id) || (id == known.flags && !self.flags().is_empty()),
        };
        let facts = self.vocabulary.facts();
        let facts = facts.filter(|(id, fact)| in_table(*id, fact) && (always.contains(id) || asked(*id)));
        facts.collect()
    }

    /// The flags that may be named.
    fn flags(&self) -> Vec<&Fact> {
        let used = self.used();
        let asked = |id: &FactId| used.as_ref().is_none_or(|used| used.contains(id));
        self.vocabulary.facts().filter(|(id, fact)| fact.flag && asked(id)).map(|(_, fact)| fact).collect()
    }

    /// The first worked example that is one row, needs no more than a unit of the region, and is paid without a doubt.
    fn example(&self) -> Option<Shown> {
        let policies: Vec<&Policy> =
            if self.policies.is_empty() { self.examples.iter().collect() } else { self.policies.clone() };
        policies.into_iter().find_map(|policy| {
            let examples = policy.clauses.iter().flat_map(|clause| &clause.examples);
            let single = |example: &&Example| {
                example.rows.len() == 1
                    && example.applicant.is_empty()
                    && example.year == example.to_year
                    && example.on.is_none()
                    && example.parameters.is_empty()
                    && !example.calls
            };
            examples.filter(single).find_map(|example| self.shown(policy, example))
        })
    }

    fn shown(&self, policy: &Policy, example: &Example) -> Option<Shown> {
        let known = self.vocabulary.known();
        let text = |text: &str| Value::Text(text.into());
        let mut row = input::read_row(self.vocabulary, &example.rows.first()?.cells).ok()?;
        row.facts.set(known.id, text(EXAMPLE_ID));
        row.facts.set(known.applicant, text(self.pick("示例公司", "Example Company")));
        row.facts.set(known.title, text(self.pick("示例，填写前请删除本行", "example: delete this row")));
        let mut applicant = Applicant::default();
        applicant.facts.set(known.applicant, text(self.pick("示例公司", "Example Company")));
        applicant.facts.set(known.region, text(policy.region.first()?));
        applicant.achievements.push(row.clone());
        let application = Application { year: example.year, ..Application::default() };
        let results = engine::run(self.vocabulary, policy, &applicant, &[application]);
        let item = results.first()?.items.first()?;
        let clear = row.warnings.is_empty() && item.warnings.is_empty() && item.missing.is_empty();
        (item.status == Status::Awarded && !item.amount.is_zero() && clear).then(|| Shown {
            row: row.facts,
            applicant: applicant.facts,
            policy: policy.id.clone(),
            year: example.year,
        })
    }

    /// A fact as its column has it; flags stand together in theirs.
    fn cell(&self, id: FactId, facts: &Facts) -> String {
        let fact = self.vocabulary.fact(id);
        if fact.kind == FactType::Flags {
            let flags = self.vocabulary.facts().filter(|(_, fact)| fact.flag);
            let set = flags.filter_map(|(id, fact)| Some((self.label(fact), facts.boolean(id)?)));
            let named = set.map(|(label, holds)| format!("{}{label}", if holds { "" } else { "!" }));
            return named.collect::<Vec<_>>().join(";");
        }
        match facts.get(id) {
            None => String::new(),
            Some(Value::Code(code)) => self.value(fact, *code).to_owned(),
            // The one word that leaves these values open.
            Some(Value::OneOf(codes)) => {
                let word = fact.ambiguous.iter().find(|word| word.means.as_slice() == &**codes);
                word.and_then(|word| word.labels.first()).cloned().unwrap_or_default()
            }
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Integers(numbers)) => numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(";"),
            Some(Value::Date(date)) => date.to_string(),
            Some(Value::Money(money)) => money.to_string(),
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Bool(holds)) => self.yes_or_no(*holds).to_owned(),
        }
    }

    fn yes_or_no(&self, holds: bool) -> &'static str {
        if holds { self.pick("是", "yes") } else { self.pick("否", "no") }
    }

    fn book(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        workbook.set_properties(&xlsx::properties(self.pick("标补填报模板", "biaobu: template")));
        let example = self.example();
        let (definitions, places) = self.definitions()?;
        let achievements = self.pick("成果", "achievements");
        let row = example.as_ref().map(|shown| &shown.row);
        workbook.push_worksheet(self.table(achievements, Of::Achievement, row, &places)?);
        let applicant = example.as_ref().map(|shown| &shown.applicant);
        workbook.push_worksheet(self.table(self.pick("单位", "applicants"), Of::Applicant, applicant, &places)?);
        workbook.push_worksheet(self.guide(example.as_ref())?);
        workbook.push_worksheet(definitions);
        workbook.save_to_buffer()
    }

    /// One of the two tables to fill in.
    fn table(&self, name: &str, of: Of, example: Option<&Facts>, places: &[Place]) -> Result<Worksheet, XlsxError> {
        const LAST_ROW: u32 = 1_048_575;
        let mut sheet = Worksheet::new();
        sheet.set_name(name)?;
        sheet.set_default_note_author("biaobu");
        sheet.set_row_height(0, xlsx::HEADER_HEIGHT)?;
        for (column, (id, fact)) in (0..).zip(self.columns(of)) {
            let label = self.label(fact);
            let shown = example.map(|facts| self.cell(id, facts)).unwrap_or_default();
            sheet.write_string_with_format(0, column, label, &xlsx::header())?;
            let about = self.about(of, id, fact).join("\n");
            let note = Note::new(about).add_author_prefix(false).set_width(300).set_height(160);
            sheet.insert_note(0, column, &note)?;
            let widest = xlsx::shown_width(label).max(xlsx::shown_width(&shown));
            sheet.set_column_width(column, xlsx::width_of(widest))?;
            let format = self.format(fact);
            sheet.set_column_format(column, &format)?;
            if let Some(validation) = self.validation(id, fact, places)? {
                sheet.add_data_validation(1, column, LAST_ROW, column, &validation)?;
            }
            let format = format.set_italic().set_font_color(0x80_8080);
            match example.and_then(|facts| facts.get(id)) {
                Some(Value::Date(date)) => sheet.write_datetime_with_format(1, column, date, &format)?,
                Some(Value::Integer(number)) => {
                    sheet.write_number_with_format(1, column, xlsx::float(i128::from(*number), 1), &format)?
                }
                Some(Value::Money(money)) => {
                    sheet.write_number_with_format(1, column, xlsx::float(money.fen(), 100), &format)?
                }
                _ => sheet.write_string_with_format(1, column, shown, &format)?,
            };
        }
        // Ids and the like are text on purpose.
        let last_column = ColNum::try_from(self.columns(of).len() - 1).unwrap_or(ColNum::MAX);
        sheet.ignore_error_range(1, 0, LAST_ROW, last_column, IgnoreError::NumberStoredAsText)?;
        sheet.set_freeze_panes(1, 0)?;
        sheet.set_repeat_rows(0, 0)?;
        sheet.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        Ok(sheet)
    }

    /// Everything but numbers and days is text, so that Excel leaves ids, numbers and lists of ranks alone.
    fn format(&self, fact: &Fact) -> Format {
        Format::new().set_num_format(match fact.kind {
            FactType::Date => "yyyy-mm-dd",
            FactType::Integer => "0",
            FactType::Money => "#,##0.00",
            FactType::Text | FactType::Enum | FactType::Integers | FactType::Boolean | FactType::Flags => "@",
        })
    }

    /// What Excel asks of a cell. It warns and does not refuse: more spellings are read than a list can hold.
    fn validation(&self, id: FactId, fact: &Fact, places: &[Place]) -> Result<Option<DataValidation>, XlsxError> {
        let new = DataValidation::new;
        let validation = match fact.kind {
            FactType::Enum => match places.iter().find(|(place, ..)| *place == id) {
                None => return Ok(None),
                Some((_, first, last)) => {
                    let labels = self.choices(fact);
                    let in_cell = labels.iter().all(|label| !label.contains([',', '"']))
                        && labels.join(",").encode_utf16().count() <= 255;
                    if in_cell {
                        new().allow_list_strings(&labels)?
                    } else {
                        let sheet = self.definitions_name();
                        new().allow_list_formula(Formula::new(format!("'{sheet}'!$B${first}:$B${last}")))
                    }
                }
            },
            FactType::Boolean => new().allow_list_strings(&[self.yes_or_no(true), self.yes_or_no(false)])?,
            FactType::Integer => {
                let least = i32::try_from(fact.min).unwrap_or_default();
                new().allow_whole_number(DataValidationRule::GreaterThanOrEqualTo(least))
            }
            FactType::Date => {
                let from = ExcelDateTime::from_ymd(1949, 10, 1)?;
                let to = ExcelDateTime::from_ymd(2199, 12, 31)?;
                new().allow_date(DataValidationRule::Between(from, to))
            }
            FactType::Text | FactType::Integers | FactType::Money | FactType::Flags => return Ok(None),
        };
        let message = self.pick("请核对：与本列的要求不符，见表头批注。", "Please check: see the note of the header.");
        let validation = validation.set_error_style(DataValidationErrorStyle::Warning);
        Ok(Some(validation.set_error_title(self.label(fact))?.set_error_message(message)?))
    }

    /// The words that a drop-down offers.
    fn choices<'f>(&self, fact: &'f Fact) -> Vec<&'f str> {
        let values = fact.values.iter().map(|value| self.pick(&value.zh, &value.id));
        let open = fact.ambiguous.iter().filter_map(|word| word.labels.first()).map(String::as_str);
        values.chain(open).collect()
    }

    /// What a column holds, in lines.
    fn about(&self, of: Of, id: FactId, fact: &Fact) -> Vec<String> {
        let zh = self.lang == Lang::Zh;
        let mut lines = vec![format!("{}（{}）：{}", fact.zh, fact.id, self.kind_of_cells(fact))];
        if !zh {
            lines[0] = format!("{} ({}): {}", fact.id, fact.zh, self.kind_of_cells(fact));
        }
        if zh && !fact.note.is_empty() {
            lines.push(format!("{}。", fact.note));
        }
        if let Some(allowed) = self.allowed(fact) {
            lines.push(format!("{}{allowed}", self.pick("可填：", "allowed: ")));
        }
        lines.push(self.blank(of, id).to_owned());
        lines
    }

    /// The values of a column, where they are few.
    fn allowed(&self, fact: &Fact) -> Option<String> {
        const FEW: usize = 30;
        let choices = match fact.kind {
            FactType::Enum => self.choices(fact),
            FactType::Flags => self.flags().into_iter().map(|flag| self.label(flag)).collect(),
            FactType::Boolean => vec![self.yes_or_no(true), self.yes_or_no(false)],
            _ => return None,
        };
        Some(if choices.len() <= FEW {
            choices.join(self.pick("、", ", "))
        } else {
            let (sheet, count) = (self.definitions_name(), choices.len());
            match self.lang {
                Lang::Zh => format!("{count} 种，见“{sheet}”表"),
                Lang::En => format!("{count} values, see the sheet \"{sheet}\""),
            }
        })
    }

    /// What the cells of a column look like, with an example.
    fn kind_of_cells(&self, fact: &Fact) -> String {
        let min = fact.min;
        let (zh, en) = match fact.kind {
            FactType::Text => ("文字", "text"),
            FactType::Enum => ("从下拉列表中选一个", "one of the list"),
            FactType::Integers => ("用分号隔开的整数，例：1;3", "whole numbers separated by semicolons, such as 1;3"),
            FactType::Date => ("日期，例：2021-06-30", "a date such as 2021-06-30"),
            FactType::Money => ("金额，单位元，也可写35万", "an amount in yuan, such as 350000"),
            FactType::Boolean => ("是或否", "yes or no"),
            FactType::Flags => (
                "用分号隔开的标记，前加!表示否，例：已备案;!政府采信",
                "flags separated by semicolons, with ! for no, such as filed;!gov_use",
            ),
            FactType::Integer => {
                return match self.lang {
                    Lang::Zh => format!("整数，不小于{min}"),
                    Lang::En => format!("a whole number, {min} or more"),
                };
            }
        };
        self.pick(zh, en).to_owned()
    }

    /// What an empty cell of a column means.
    fn blank(&self, of: Of, id: FactId) -> &'static str {
        let known = self.vocabulary.known();
        if id == known.kind || (of == Of::Applicant && id == known.applicant) {
            return self.pick("必填。", "Required.");
        }
        if id == known.id {
            return self.pick("空白时按行号编号。", "Blank: numbered by row.");
        }
        if id == known.applicant {
            return self
                .pick("只有一个单位时可以全部空白。", "May be blank in every row if there is one applicant only.");
        }
        if id == known.quantity {
            return self.pick("空白按1计。", "Blank counts as 1.");
        }
        self.pick("空白表示不知道，不是“否”，也不是0。", "Blank means unknown: never no, and never zero.")
    }

    fn definitions_name(&self) -> &'static str {
        self.pick("定义", "definitions")
    }

    /// How to fill in the tables: what to do first, then every column.
    fn guide(&self, example: Option<&Shown>) -> Result<Worksheet, XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.pick("填写说明", "how to fill in"))?;
        let wrapped = Format::new().set_text_wrap().set_align(FormatAlign::Top).set_num_format("@");
        let mut row = 0;
        for line in self.first_words(example) {
            sheet.write_string_with_format(row, 0, line, &Format::new().set_num_format("@"))?;
            row += 1;
        }
        row += 1;
        let heads = match self.lang {
            Lang::Zh => ["表", "列", "英文列名", "填什么", "可填的值", "空白的意思", "说明"],
            Lang::En => ["table", "column", "Chinese header", "cells", "allowed", "blank", "note"],
        };
        for (column, head) in (0..).zip(heads) {
            sheet.write_string_with_format(row, column, head, &xlsx::header())?;
        }
        for (of, table) in
            [(Of::Achievement, self.pick("成果", "achievements")), (Of::Applicant, self.pick("单位", "applicants"))]
        {
            for (id, fact) in self.columns(of) {
                row += 1;
                let other = self.pick(&fact.id, &fact.zh);
                let (cells, allowed) = (self.kind_of_cells(fact), self.allowed(fact).unwrap_or_default());
                let note = self.pick(&fact.note, "");
                let cells = [table, self.label(fact), other, &cells, &allowed, self.blank(of, id), note];
                for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                    sheet.write_string_with_format(row, column, cell, &wrapped)?;
                }
            }
        }
        for (column, width) in (0..).zip([14.0, 22.0, 22.0, 34.0, 60.0, 40.0, 40.0]) {
            sheet.set_column_width(column, width)?;
        }
        Ok(sheet)
    }

    fn first_words(&self, example: Option<&Shown>) -> Vec<String> {
        let mut lines: Vec<String> = match self.lang {
            Lang::Zh => vec![
                format!("每项成果一行，填在“成果”表；编号为“{EXAMPLE_ID}”的一行是示例，填写前请删除。"),
                "空白表示不知道，不是“否”，也不是0；不要为凑满而填。表头可以增加自己的列，原样保留在结果里。"
                    .to_owned(),
                "“单位”表给出各单位的注册地等，据此选择政策；没有的可以删去。".to_owned(),
            ],
            Lang::En => vec![
                format!(
                    "One achievement per row on the sheet \"achievements\". The row {EXAMPLE_ID} is an example: delete it."
                ),
                "Blank means unknown: never no, and never zero. Columns of your own are kept and handed on.".to_owned(),
                "The sheet \"applicants\" has the units' region and the like, by which policies are picked.".to_owned(),
            ],
        };
        if let Some(Shown { policy, year, .. }) = example {
            let said = match self.lang {
                Lang::Zh => {
                    format!("示例行按政策 {policy} {year}年度可以得到资助（--policy {policy} --year {year}）。")
                }
                Lang::En => format!("The example is paid by {policy} in {year} (--policy {policy} --year {year})."),
            };
            lines.push(said);
        }
        if !self.policies.is_empty() {
            let ids: Vec<&str> = self.policies.iter().map(|policy| policy.id.as_str()).collect();
            let ids = ids.join(self.pick("、", ", "));
            lines.push(match self.lang {
                Lang::Zh => format!("只有这些政策用到的列：{ids}。"),
                Lang::En => format!("Only the columns that these policies look at: {ids}."),
            });
        }
        lines
    }

    /// Every value of every list: column, what to fill in, the other name, further spellings, and whose subject it is.
    fn definitions(&self) -> Result<(Worksheet, Vec<Place>), XlsxError> {
        let mut sheet = Worksheet::new();
        sheet.set_name(self.definitions_name())?;
        let heads = match self.lang {
            Lang::Zh => ["列", "填写", "英文", "也可写作", "属于类别", "说明"],
            Lang::En => ["column", "value", "Chinese", "also read", "of kind", "note"],
        };
        for (column, head) in (0..).zip(heads) {
            sheet.write_string_with_format(0, column, head, &xlsx::header())?;
        }
        let (mut row, mut places) = (0, Vec::new());
        let text = Format::new().set_num_format("@");
        let mut line = |cells: [&str; 6]| -> Result<u32, XlsxError> {
            row += 1;
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string_with_format(row, column, cell, &text)?;
            }
            Ok(row + 1)
        };
        let columns = self.columns(Of::Achievement).into_iter().chain(self.columns(Of::Applicant));
        for (id, fact) in columns.filter(|(_, fact)| fact.kind == FactType::Enum) {
            let mut rows = Vec::new();
            for (value_id, value) in (0u16..).map(ValueId).zip(&fact.values) {
                let also = value.also.join(self.pick("、", ", "));
                let kinds = self.vocabulary.fact(self.vocabulary.known().kind);
                let kind = value.of_kind.map(|kind| self.value(kinds, kind)).unwrap_or_default();
                let defaults = self.taken_as(id, value_id);
                let (name, other) = (self.pick(&value.zh, &value.id), self.pick(&value.id, &value.zh));
                rows.push(line([self.label(fact), name, other, &also, kind, &defaults])?);
            }
            for word in &fact.ambiguous {
                let also = word.labels.iter().skip(1).map(String::as_str).collect::<Vec<_>>();
                let means: Vec<&str> = word.means.iter().map(|value| self.value(fact, *value)).collect();
                let means = format!("{}{}", self.pick("可能是：", "may mean: "), means.join(self.pick("、", ", ")));
                let name = word.labels.first().map_or("", String::as_str);
                rows.push(line([self.label(fact), name, "", &also.join(self.pick("、", ", ")), "", &means])?);
            }
            if let (Some(first), Some(last)) = (rows.first(), rows.last()) {
                places.push((id, *first, *last));
            }
        }
        let column = self.label(self.vocabulary.fact(self.vocabulary.known().flags));
        for flag in self.flags() {
            let also = flag.also.join(self.pick("、", ", "));
            line([column, self.label(flag), self.pick(&flag.id, &flag.zh), &also, "", &flag.note])?;
        }
        for (column, width) in (0..).zip([16.0, 36.0, 30.0, 40.0, 22.0, 40.0]) {
            sheet.set_column_width(column, width)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofilter(0, 0, row.max(1), 5)?;
        Ok((sheet, places))
    }

    /// For which kinds a blank cell of the column means this value.
    fn taken_as(&self, fact: FactId, value: ValueId) -> String {
        let kind_fact = self.vocabulary.known().kind;
        let kinds = self.vocabulary.values_for(kind_fact, None);
        let kinds = kinds.filter(|kind| self.vocabulary.default_of(*kind, fact) == Some(value));
        let names: Vec<&str> = kinds.map(|kind| self.value(self.vocabulary.fact(kind_fact), kind)).collect();
        if names.is_empty() {
            return String::new();
        }
        let names = names.join(self.pick("、", ", "));
        match self.lang {
            Lang::Zh => format!("类别为{names}时，空白按此"),
            Lang::En => format!("what a blank means for {names}"),
        }
    }
}
