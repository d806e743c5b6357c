//! Money 金额: exact yuan, held as whole fen (分, 0.01 yuan). Never a float.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Sub};

use rust_decimal::RoundingStrategy;
use rust_decimal::prelude::{Decimal, ToPrimitive};

/// An amount of money in fen (分). Arithmetic cannot overflow: input is bounded by [`Money::LARGEST_INPUT`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i128);

impl Money {
    /// 0.00 yuan.
    pub const ZERO: Money = Money(0);
    /// The largest amount that a cell or a rule may name: one trillion yuan (万亿元).
    pub const LARGEST_INPUT: Money = Money(100_000_000_000_000);

    /// `fen` hundredths of a yuan.
    pub const fn from_fen(fen: i128) -> Self {
        Money(fen)
    }

    /// Hundredths of a yuan.
    pub const fn fen(self) -> i128 {
        self.0
    }

    /// True for 0.00.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// `self - other`, but never below 0.00.
    pub fn saturating_sub(self, other: Money) -> Money {
        Money((self.0 - other.0).max(0))
    }

    /// The amount in 万元 without trailing zeros, as the official texts write amounts: `7.5万元`, `300元`.
    pub fn in_wan(self) -> String {
        if self.0.abs() < 100_000 && self.0 != 0 {
            return format!("{}元", Decimal::from_i128_with_scale(self.0, 2).normalize());
        }
        // 万元 = 10^6 fen
        format!("{}万元", Decimal::from_i128_with_scale(self.0, 6).normalize())
    }

    /// The amount in 万元 without unit or trailing zeros, for a column that names the unit: `7.5`.
    pub fn in_wan_number(self) -> String {
        Decimal::from_i128_with_scale(self.0, 6).normalize().to_string()
    }

    /// The amount with thousands separators: `1,234,567.80`.
    pub fn grouped(self) -> String {
        let plain = self.to_string();
        let (whole, cents) = plain.split_at(plain.len() - 3);
        let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |d| ("-", d));
        let mut grouped = String::new();
        for (position, digit) in digits.chars().enumerate() {
            if position > 0 && (digits.len() - position) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        format!("{sign}{grouped}{cents}")
    }
}

/// Two decimals, no separators: `200000.00`, the form of the JSON result (contract section 4).
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}

impl serde::Serialize for Money {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Add for Money {
    type Output = Money;
    fn add(self, other: Money) -> Money {
        Money(self.0 + other.0)
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Money) {
        self.0 += other.0;
    }
}

impl Sub for Money {
    type Output = Money;
    fn sub(self, other: Money) -> Money {
        Money(self.0 - other.0)
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Money>>(amounts: I) -> Money {
        amounts.fold(Money::ZERO, Add::add)
    }
}

/// A share of an amount: `50%` is 50/100, a third is 1/3. Kept as a fraction, since a third has no decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share {
    numerator: i128,
    denominator: i128,
}

impl Share {
    /// The whole.
    pub const ONE: Share = Share { numerator: 1, denominator: 1 };

    /// `numerator / denominator`; a denominator of 0 counts as 1.
    pub fn new(numerator: u32, denominator: u32) -> Self {
        Share { numerator: numerator.into(), denominator: denominator.max(1).into() }
    }

    /// This share of another share.
    pub fn times(self, other: Share) -> Share {
        Share { numerator: self.numerator * other.numerator, denominator: self.denominator * other.denominator }
    }

    /// Reads `50%` or `12.5%`: above 0, at most 100.
    pub fn parse(text: &str) -> Option<Share> {
        let percent: Decimal = text.strip_suffix('%')?.trim().parse().ok()?;
        let percent = percent.normalize();
        if percent <= Decimal::ZERO || percent > Decimal::ONE_HUNDRED || percent.scale() > 6 {
            return None;
        }
        Some(Share { numerator: percent.mantissa(), denominator: 100 * 10i128.pow(percent.scale()) })
    }

    /// In lowest terms, for scripts: `3/10`, the whole is `1/1`.
    pub fn fraction(self) -> String {
        let (mut divisor, mut rest) = (self.denominator, self.numerator);
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        format!("{}/{}", self.numerator / divisor, self.denominator / divisor)
    }

    /// This share of `amount`, rounded down to the fen (contract section 3: each amount is rounded down at the end
    /// of its own step).
    pub fn of(self, amount: Money) -> Money {
        Money((amount.0 * self.numerator).div_euclid(self.denominator))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let percent =
            Decimal::from_i128_with_scale(self.numerator * 100, 0) / Decimal::from_i128_with_scale(self.denominator, 0);
        if percent.normalize().scale() <= 6 {
            write!(f, "{}%", percent.normalize())
        } else {
            write!(f, "{}/{}", self.numerator, self.denominator)
        }
    }
}

/// What reading an amount found besides the amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParsedMoney {
    /// The amount, rounded down to the fen.
    pub money: Money,
    /// False where parts of a fen were cut off.
    pub exact: bool,
}

/// Reads an amount as people write it: `350000`, `350,000.50`, `35万`, `35万元`, `5千元`, `1.2亿`. The text is expected
/// NFKC-folded. Negative, ungrouped (`35,00`) and larger than [`Money::LARGEST_INPUT`] are refused.
pub fn parse_money(text: &str) -> Option<ParsedMoney> {
    let text = text.trim();
    let text = text.strip_suffix('元').unwrap_or(text).trim_end();
    let (digits, unit) = match text.chars().last()? {
        '亿' => (text.trim_end_matches('亿'), 100_000_000i64),
        '万' => (text.trim_end_matches('万'), 10_000),
        '千' => (text.trim_end_matches('千'), 1_000),
        _ => (text, 1),
    };
    let digits = digits.trim_end();
    if text.chars().filter(|c| matches!(c, '亿' | '万' | '千')).count() > 1 {
        return None;
    }
    let plain = without_separators(digits)?;
    let yuan: Decimal = plain.parse().ok()?;
    let fen = yuan.checked_mul(Decimal::from(unit))?.checked_mul(Decimal::ONE_HUNDRED)?;
    let whole = fen.round_dp_with_strategy(0, RoundingStrategy::ToZero);
    let money = Money(whole.to_i128()?);
    if money > Money::LARGEST_INPUT || money < Money::ZERO {
        return None;
    }
    Some(ParsedMoney { money, exact: whole == fen })
}

/// Digits with an optional fraction and, if any, commas at every third place.
fn without_separators(digits: &str) -> Option<String> {
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let groups: Vec<&str> = whole.split(',').collect();
    let all_digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    if !groups.iter().all(|group| all_digits(group)) || !fraction.is_none_or(all_digits) {
        return None;
    }
    if groups.len() > 1 && (groups[0].len() > 3 || groups[1..].iter().any(|group| group.len() != 3)) {
        return None;
    }
    let mut plain = groups.concat();
    if let Some(fraction) = fraction {
        plain.push('.');
        plain.push_str(fraction);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn reads(text: &str, yuan: &str) {
        assert_eq!(parse_money(text).map(|parsed| parsed.money.to_string()).as_deref(), Some(yuan), "{text}");
    }

    #[test]
    fn amounts_as_people_write_them() {
        reads("350000", "350000.00");
        reads("350,000.50", "350000.50");
        reads("35万", "350000.00");
        reads("7.5万元", "75000.00");
        reads("5千元", "5000.00");
        reads("0", "0.00");
        reads("1.2亿", "120000000.00");
        for refused in ["-5万", "35,00", "", "万", "35万千", "1e5", "三万", "99999999999999", "+5", "1.", ".5"] {
            assert_eq!(parse_money(refused), None, "{refused}");
        }
    }

    #[test]
    fn parts_of_a_fen_are_cut_and_told() {
        let parsed = parse_money("0.019").unwrap();
        assert_eq!((parsed.money, parsed.exact), (Money::from_fen(1), false));
    }

    #[test]
    fn a_third_is_rounded_down_once() {
        let third_of_30_percent = Share::parse("30%").unwrap().times(Share::new(1, 3));
        assert_eq!(third_of_30_percent.of(Money::from_fen(40_000_001)).to_string(), "40000.00");
        let seven = Share::parse("30%").unwrap().times(Share::new(1, 7));
        assert_eq!(seven.of(parse_money("100万").unwrap().money).to_string(), "42857.14");
    }

    #[test]
    fn fractions_are_in_lowest_terms() {
        let fraction = |percent: &str| Share::parse(percent).unwrap().fraction();
        assert_eq!([fraction("50%"), fraction("12.5%"), fraction("100%")], ["1/2", "1/8", "1/1"]);
        assert_eq!(Share::parse("30%").unwrap().times(Share::new(1, 3)).fraction(), "1/10");
        assert_eq!((Share::ONE.fraction(), Share::new(0, 7).fraction()), ("1/1".to_owned(), "0/1".to_owned()));
    }

    #[test]
    fn shown_as_the_texts_write_them() {
        assert_eq!(parse_money("7.5万").unwrap().money.in_wan(), "7.5万元");
        assert_eq!(parse_money("300").unwrap().money.in_wan(), "300元");
        assert_eq!(parse_money("5千").unwrap().money.in_wan(), "0.5万元");
        assert_eq!(parse_money("1234567.8").unwrap().money.grouped(), "1,234,567.80");
        assert_eq!(Money::ZERO.in_wan(), "0万元");
    }
}
