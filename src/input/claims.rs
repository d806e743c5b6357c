//! The amounts of a claims file 申报表: what each row claims (申报金额) and what was granted (核定金额). They are no facts:
//! `estimate` hands them on as extra columns like any other, `audit` reads them here.

use std::collections::HashMap;

use super::cells::{near, shown};
use super::{InputError, Invalid, Mistake, Notice, Portfolio};
use crate::money::{Money, parse_money};
use crate::text;
use crate::words;

/// Which of the two amounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Which {
    Claimed,
    Granted,
}

/// Spellings of the headers; the first two of each are shown in messages.
const CLAIMED: [&str; 8] =
    ["claimed", "申报金额", "申请金额", "申报额", "申请额", "申报资金", "申请资金", "claimed_amount"];
const GRANTED: [&str; 8] =
    ["granted", "核定金额", "核准金额", "审定金额", "核定额", "批准金额", "拨付金额", "granted_amount"];

/// How a header names the unit of its plain numbers, and what they are multiplied by.
const UNITS: [(&str, i128); 12] = [
    ("(万元)", 10_000),
    ("(万)", 10_000),
    ("(单位:万元)", 10_000),
    ("(人民币万元)", 10_000),
    ("/万元", 10_000),
    ("/万", 10_000),
    ("_wan", 10_000),
    ("(元)", 1),
    ("(单位:元)", 1),
    ("(人民币元)", 1),
    ("/元", 1),
    ("", 1),
];

/// What one row asks for, or was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is written.
    #[default]
    Blank,
    /// This much.
    Amount(Money),
    /// Something that is no amount.
    Unreadable,
}

impl Cell {
    /// The amount, if one is written.
    pub fn amount(self) -> Option<Money> {
        match self {
            Cell::Amount(amount) => Some(amount),
            Cell::Blank | Cell::Unreadable => None,
        }
    }
}

/// The amounts of one row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// 申报金额
    pub claimed: Cell,
    /// 核定金额
    pub granted: Cell,
}

/// The amounts of a portfolio.
#[derive(Clone, Debug, Default)]
pub struct Claims {
    /// By applicant, then by row, as in the portfolio.
    pub rows: Vec<Vec<Asked>>,
    /// By unreadable row, as in the portfolio.
    pub invalid: Vec<Asked>,
    /// Rows with an amount that cannot be read, by file and row.
    pub mistakes: Vec<Invalid>,
    /// What looks odd about the columns.
    pub notices: Vec<Notice>,
    /// True if there is a column of granted amounts.
    pub has_granted: bool,
}

/// True for a header of an amount, so that it is no slip of another one.
pub(super) fn is_header(header: &str) -> bool {
    column(header).is_some()
}

/// What a header names: which amount, and what a plain number in it is multiplied by (`申报金额（万元）`).
fn column(header: &str) -> Option<(Which, i128)> {
    let (name, unit) = without_unit(header);
    let which = [(Which::Claimed, CLAIMED), (Which::Granted, GRANTED)];
    which.iter().find(|(_, names)| names.contains(&name.as_str())).map(|(which, _)| (*which, unit))
}

/// The header without spaces and without the unit that it names, and what a plain number is multiplied by.
fn without_unit(header: &str) -> (String, i128) {
    let key: String = text::key(header).chars().filter(|c| !c.is_whitespace()).collect();
    let found = UNITS.iter().find_map(|(suffix, unit)| key.strip_suffix(suffix).map(|name| (name.to_owned(), *unit)));
    found.unwrap_or((key, 1))
}

/// The header as it stands in the file: the reader tells a second column of one name apart by a number.
fn without_number(header: &str) -> &str {
    let numbered = header.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    numbered.filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit())).map_or(header, |(name, _)| name)
}

/// Finds and reads the amounts.
///
/// # Errors
/// There is no column of claimed amounts, or there are two columns of one amount.
pub fn read_claims(portfolio: &Portfolio) -> Result<Claims, Vec<InputError>> {
    let mut reader = Reader { portfolio, headers: HashMap::new(), errors: Vec::new(), claims: Claims::default() };
    reader.files()?;
    let mut rows = Vec::with_capacity(portfolio.applicants.len());
    for applicant in &portfolio.applicants {
        let mut of_applicant = Vec::with_capacity(applicant.achievements.len());
        for row in &applicant.achievements {
            let path = portfolio.inputs.get(row.input).map_or("", |file| file.path.as_str());
            let whose = Some(applicant.name.as_str()).filter(|name| !name.is_empty());
            of_applicant.push(reader.row((path, row.row), (whose, Some(row.id.as_str())), &row.extra));
        }
        rows.push(of_applicant);
    }
    let mut invalid = Vec::with_capacity(portfolio.invalid.len());
    for row in &portfolio.invalid {
        let whose = (row.applicant.as_deref(), row.id.as_deref());
        invalid.push(reader.row((&row.path, row.row), whose, &row.extra));
    }
    let mut claims = reader.claims;
    claims.mistakes.sort_by_key(|row| {
        let file = portfolio.inputs.iter().position(|file| file.path == row.path);
        (file.unwrap_or(usize::MAX), row.row)
    });
    Ok(Claims { rows, invalid, ..claims })
}

struct Reader<'p> {
    portfolio: &'p Portfolio,
    /// What each header means: looked up once, not once per row.
    headers: HashMap<&'p str, Option<(Which, i128)>>,
    errors: Vec<InputError>,
    claims: Claims,
}

impl<'p> Reader<'p> {
    /// Looks at the headers of every file: all of a file's rows have the same.
    fn files(&mut self) -> Result<(), Vec<InputError>> {
        let portfolio = self.portfolio;
        let mut of_files: Vec<Option<&'p [(String, String)]>> = vec![None; portfolio.inputs.len()];
        let mut see = |input: usize, extra: &'p Vec<(String, String)>| {
            if let Some(slot) = of_files.get_mut(input) {
                // A column without a header stands only in rows where it has content.
                *slot = Some(slot.filter(|known| known.len() >= extra.len()).unwrap_or(extra));
            }
        };
        for row in portfolio.applicants.iter().flat_map(|applicant| &applicant.achievements) {
            see(row.input, &row.extra);
        }
        for row in portfolio.invalid.iter().filter(|row| !row.is_unit) {
            if let Some(input) = portfolio.inputs.iter().position(|file| file.path == row.path) {
                see(input, &row.extra);
            }
        }
        let mut without: Vec<(&str, Option<&str>)> = Vec::new();
        let mut any = false;
        for (file, extra) in portfolio.inputs.iter().zip(&of_files) {
            let Some(extra) = extra else { continue };
            let mut found: [Option<&str>; 2] = [None, None];
            for (header, _) in *extra {
                let name = without_number(header);
                let meant = column(name);
                self.headers.insert(header.as_str(), meant);
                let Some((which, _)) = meant else { continue };
                if let Some(first) = found[which as usize].replace(name) {
                    self.errors.push(twice(&file.path, first, name));
                }
            }
            let slip = |names: &'static [&'static str]| {
                let odd = extra.iter().map(|(header, _)| header.as_str()).filter(|header| column(header).is_none());
                odd.clone().find_map(|header| {
                    near(&without_unit(header).0, names.iter().copied()).map(|meant| (header, meant))
                })
            };
            let [claimed, granted] = found;
            self.claims.has_granted |= granted.is_some();
            any |= claimed.is_some();
            match claimed {
                Some(_) => {}
                None => without.push((&file.path, slip(&CLAIMED).map(|(header, _)| header))),
            }
            if let (None, Some((header, meant))) = (granted, slip(&GRANTED)) {
                let found = shown(header);
                self.claims.notices.push(Notice {
                    path: file.path.clone(),
                    row: None,
                    message: words!(
                        zh: "“{found}”像是“{meant}”；如果是核定的金额，请改正表头，否则不核对它",
                        en: "\"{found}\" resembles \"{meant}\"; if these are the granted amounts, correct the header; \
                             otherwise they are not audited"
                    ),
                });
            }
        }
        for (path, nearest) in without {
            if !any {
                self.errors.push(no_claims(path, nearest));
            } else if !portfolio.inputs.iter().any(|file| file.path == path && file.rows == 0) {
                self.claims.notices.push(Notice {
                    path: path.to_owned(),
                    row: None,
                    message: words!(
                        zh: "没有“申报金额”（claimed）列，其中各行都按没有申报看待",
                        en: "there is no column `claimed`: its rows count as not claimed"
                    ),
                });
            }
        }
        if self.errors.is_empty() { Ok(()) } else { Err(std::mem::take(&mut self.errors)) }
    }

    fn row(
        &mut self,
        (path, number): (&str, u64),
        (applicant, id): (Option<&str>, Option<&str>),
        extra: &[(String, String)],
    ) -> Asked {
        let mut asked = Asked::default();
        let mut mistakes = Vec::new();
        for (header, cell) in extra {
            let Some(Some((which, unit))) = self.headers.get(header.as_str()) else { continue };
            let read = read(cell, *unit);
            if read == Cell::Unreadable {
                mistakes.push(unreadable(header, cell));
            }
            match which {
                Which::Claimed => asked.claimed = read,
                Which::Granted => asked.granted = read,
            }
        }
        if !mistakes.is_empty() {
            self.claims.mistakes.push(Invalid {
                path: path.to_owned(),
                row: number,
                applicant: applicant.map(str::to_owned),
                id: id.map(str::to_owned),
                mistakes,
                ..Invalid::default()
            });
        }
        asked
    }
}

/// An amount, in units of `unit` yuan where the cell names none.
fn read(cell: &str, unit: i128) -> Cell {
    let folded = text::folded(cell);
    if folded.is_empty() {
        return Cell::Blank;
    }
    let plain = folded.chars().last().is_some_and(|last| last.is_ascii_digit());
    let worded;
    let text = if plain && unit > 1 {
        worded = format!("{folded}万");
        worded.as_str()
    } else {
        &folded
    };
    match parse_money(text).filter(|parsed| parsed.exact) {
        Some(parsed) => Cell::Amount(parsed.money),
        None => Cell::Unreadable,
    }
}

fn unreadable(header: &str, cell: &str) -> Mistake {
    let found = shown(cell);
    Mistake {
        column: Some(header.to_owned()),
        cell: None,
        value: cell.to_owned(),
        message: words!(
            zh: "“{found}”不是金额；应写成 350000、350,000.50 或 35万元，最多到分，没有申报就留空",
            en: "\"{found}\" is no amount; expected 350000, 350,000.50 or 35万元, with two decimals at most, or nothing \
                 where nothing is claimed"
        ),
    }
}

fn twice(path: &str, first: &str, second: &str) -> InputError {
    let (first, second) = (shown(first), shown(second));
    let message = words!(
        zh: "“{first}”和“{second}”两列是同一种金额；请只留一列，另一列改个表头",
        en: "the columns \"{first}\" and \"{second}\" hold the same amount; keep one of them, and give the other one \
             another header"
    );
    InputError { path: path.to_owned(), line: None, row: None, message }
}

fn no_claims(path: &str, nearest: Option<&str>) -> InputError {
    let message = match nearest.map(shown) {
        Some(near) => words!(
            zh: "表头里没有“申报金额”（claimed）列；最接近的是“{near}”，请改正",
            en: "the header has no column `claimed`; the nearest is \"{near}\"; correct it"
        ),
        None => words!(
            zh: "表头里没有“申报金额”（claimed）列，没有可以核对的金额；请给成果表加上这一列，每行写申报的金额；核定的金额\
                 写在“核定金额”（granted）列",
            en: "the header has no column `claimed`, so that there is nothing to audit; add it to the \
                 achievements file, with the amount that each row claims; granted amounts go into `granted`"
        ),
    };
    InputError { path: path.to_owned(), line: None, row: None, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_amounts() {
        for (header, expected) in [
            ("claimed", Some((Which::Claimed, 1))),
            (" Ｃｌａｉｍｅｄ ", Some((Which::Claimed, 1))),
            ("申报金额（元）", Some((Which::Claimed, 1))),
            ("申请金额（万元）", Some((Which::Claimed, 10_000))),
            ("核定金额 (万元)", Some((Which::Granted, 10_000))),
            ("申报金额/万元", Some((Which::Claimed, 10_000))),
            ("申报金额／元", Some((Which::Claimed, 1))),
            ("申报金额(万)", Some((Which::Claimed, 10_000))),
            ("申 报 金 额（ 万元 ）", Some((Which::Claimed, 10_000))),
            ("核定金额（单位：万元）", Some((Which::Granted, 10_000))),
            ("申报单位", None),
            ("claim", None),
        ] {
            assert_eq!(column(header), expected, "{header}");
        }
        assert_eq!(without_number("claimed (2)"), "claimed");
        assert_eq!(without_number("申报金额 (元)"), "申报金额 (元)");
    }

    #[test]
    fn amounts_of_cells() {
        let yuan = |yuan: i128| Cell::Amount(Money::from_fen(yuan * 100));
        for (cell, unit, expected) in [
            ("", 1, Cell::Blank),
            (" \u{3000}", 1, Cell::Blank),
            ("0", 1, yuan(0)),
            ("350,000", 1, yuan(350_000)),
            ("７．５万元", 1, yuan(75_000)),
            ("7.5", 10_000, yuan(75_000)),
            ("75000元", 10_000, yuan(75_000)),
            ("7.5万", 10_000, yuan(75_000)),
            ("-5", 1, Cell::Unreadable),
            ("无", 1, Cell::Unreadable),
            ("0.005", 1, Cell::Unreadable),
            ("1e6", 1, Cell::Unreadable),
            ("9".repeat(400).as_str(), 1, Cell::Unreadable),
        ] {
            assert_eq!(read(cell, unit), expected, "{cell} {unit}");
        }
    }
}
