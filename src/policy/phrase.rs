//! The small phrases of rule files: windows, ranges and amounts, read as a person would write them.

use jiff::civil::Date;

use super::model::Window;
use crate::money::{Money, Share, parse_money};
use crate::text;

/// The window phrases, for messages.
pub const WINDOWS: &str = "\"the previous year\", \"the previous year or this year\", \"this year\", \"the 3 previous years\", \
     \"3 years before application\", \"at least 1 year before application\", \"since 2020-10-09\", \"2022-01-01 to 2022-12-31\", \
     \"the days in force\", \"up to application\", \"10-01 of the previous year to 09-30\"";

/// Reads a window phrase.
pub fn window(phrase: &str) -> Option<Window> {
    let words: Vec<&str> = phrase.split_whitespace().collect();
    match words.as_slice() {
        ["the", "previous", "year"] => Some(Window::Years(-1, -1)),
        ["the", "previous", "year", "or", "this", "year"] => Some(Window::Years(-1, 0)),
        ["this", "year"] => Some(Window::Years(0, 0)),
        ["the", years, "previous", "years"] => Some(Window::Years(-years.parse::<i16>().ok().filter(|n| *n > 0)?, -1)),
        [years, "years" | "year", "before", "application"] => Some(Window::LastYears(positive(years)?)),
        ["at", "least", years, "years" | "year", "before", "application"] => {
            Some(Window::AtLeastYearsBefore(positive(years)?))
        }
        ["since", day] => Some(Window::Since(day.parse::<Date>().ok()?)),
        ["the", "days", "in", "force"] => Some(Window::InForce),
        ["up", "to", "application"] => Some(Window::UpToApplication),
        [from, "to", to] => {
            let (from, to) = (from.parse::<Date>().ok()?, to.parse::<Date>().ok()?);
            (from <= to).then_some(Window::Between(from, to))
        }
        [from, "of", "the", "previous", "year", "to", to] => {
            Some(Window::Season { from: month_day(from)?, to: month_day(to)?, first: None })
        }
        _ => None,
    }
}

fn positive(number: &str) -> Option<i16> {
    number.parse().ok().filter(|number| *number > 0)
}

/// Reads `09-30`.
pub fn month_day(text: &str) -> Option<(i8, i8)> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    Date::new(2023, month, day).ok()?;
    Some((month, day))
}

/// An amount as a rule file writes it, references not yet resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmountPhrase {
    /// `50% of`; the whole where there is none.
    pub share: Share,
    /// What it is a share of.
    pub of: Target,
    /// `, at most 100万元`.
    pub at_most: Option<Money>,
}

/// What an amount is a share of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A sum.
    Money(Money),
    /// A name: a path in the same table, a clause, a clause and a path in it, a money fact, or a parameter.
    Name(String),
    /// `case by case`, with the sum it is taken as in what is possible.
    CaseByCase(Money),
}

/// The forms of an amount, for messages.
pub const AMOUNTS: &str = "\"20万元\", \"50% of lead.formulate\", \"50% of 30万元\", \"30% of cost, at most 100万元\", \
     \"cost, at most 20万元\", \"case by case\", \"case by case, taken as 100万元\"";

/// Reads an amount phrase.
pub fn amount(phrase: &str) -> Option<AmountPhrase> {
    let phrase = text::fold(phrase);
    if let Some(rest) = phrase.strip_prefix("case by case") {
        let taken_as = match rest.trim() {
            "" => Money::ZERO,
            rest => exact_money(rest.strip_prefix(',')?.trim().strip_prefix("taken as ")?)?,
        };
        return Some(AmountPhrase { share: Share::ONE, of: Target::CaseByCase(taken_as), at_most: None });
    }
    let (main, at_most) = match phrase.split_once(", at most ") {
        Some((main, most)) => (main, Some(exact_money(most)?)),
        None => (phrase.as_str(), None),
    };
    let (share, of) = match main.split_once(" of ") {
        Some((share, of)) => (Share::parse(share)?, of.trim()),
        None => (Share::ONE, main.trim()),
    };
    let of = match exact_money(of) {
        Some(money) => Target::Money(money),
        None if is_name(of) => Target::Name(of.to_owned()),
        None => return None,
    };
    Some(AmountPhrase { share, of, at_most })
}

/// An amount without parts of a fen; bare numbers are refused, since a rule file names the unit.
fn exact_money(text: &str) -> Option<Money> {
    let named_unit = text.ends_with('元') || text.ends_with('万');
    parse_money(text).filter(|parsed| parsed.exact && named_unit).map(|parsed| parsed.money)
}

fn is_name(text: &str) -> bool {
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_read_as_written() {
        assert_eq!(window("the previous year"), Some(Window::Years(-1, -1)));
        assert_eq!(window("the 3 previous years"), Some(Window::Years(-3, -1)));
        assert_eq!(window("2 years before application"), Some(Window::LastYears(2)));
        assert_eq!(window("at least 1 year before application"), Some(Window::AtLeastYearsBefore(1)));
        assert_eq!(
            window("10-01 of the previous year to 09-30"),
            Some(Window::Season { from: (10, 1), to: (9, 30), first: None })
        );
        for refused in
            ["previous year", "0 years before application", "since yesterday", "13-01 of the previous year to 09-30"]
        {
            assert_eq!(window(refused), None, "{refused}");
        }
    }

    #[test]
    fn amounts_read_as_written() {
        let wan = |n: i128| Money::from_fen(n * 1_000_000);
        assert_eq!(amount("20万元").unwrap().of, Target::Money(wan(20)));
        assert_eq!(amount("50% of lead.formulate").unwrap().of, Target::Name("lead.formulate".into()));
        let cost = amount("30% of cost, at most 100万元").unwrap();
        assert_eq!((cost.of, cost.at_most), (Target::Name("cost".into()), Some(wan(100))));
        assert_eq!(amount("case by case, taken as 100万元").unwrap().of, Target::CaseByCase(wan(100)));
        for refused in ["20", "20万 30万", "0% of cost", "half of cost", "case by case 3"] {
            assert_eq!(amount(refused), None, "{refused}");
        }
    }
}
