//! One cell → one value (contract section 1).

use std::borrow::Cow;

use jiff::civil::Date;

use super::Mistake;
use super::columns::Dictionary;
use super::table::is_blank;
use crate::facts::Value;
use crate::lang::Words;
use crate::money::{Money, parse_money};
use crate::text;
use crate::vocabulary::{EnumValue, Fact, FactId, FactType, ValueId, Vocabulary};
use crate::words;

/// Reads one cell of the column `fact`; `None` for a blank cell. What was read but looks odd comes as words beside the
/// value. The columns of flags hold several facts and are read with their row.
///
/// # Errors
/// The cell cannot be read as the column wants it.
pub fn read_cell(vocabulary: &Vocabulary, fact: FactId, cell: &str) -> Result<Option<(Value, Vec<Words>)>, Mistake> {
    if is_blank(cell) {
        return Ok(None);
    }
    let fact = vocabulary.fact(fact);
    let plain = |value: Option<Value>, expected: fn() -> Words| match value {
        Some(value) => Ok(Some((value, Vec::new()))),
        None => Err(unreadable(fact, cell, &expected(), None)),
    };
    match fact.kind {
        FactType::Text => plain(Some(Value::Text(cell.trim().into())), Words::default),
        FactType::Enum => match fact.value(cell) {
            Some(value) => plain(Some(value.clone()), Words::default),
            None => Err(unknown_value(fact, cell, fact.values.iter())),
        },
        FactType::Integer => integer(fact, cell).map(|number| Some((Value::Integer(number), Vec::new()))),
        FactType::Integers => integers(fact, cell).map(|numbers| Some((Value::Integers(numbers), Vec::new()))),
        FactType::Date => date(fact, cell).map(|date| Some((Value::Date(date), Vec::new()))),
        FactType::Money => money(fact, cell).map(Some),
        FactType::Boolean => plain(boolean(cell).map(Value::Bool), || words!(zh: "“是”或“否”", en: "yes or no")),
        FactType::Flags => Err(unreadable(
            fact,
            cell,
            &words!(zh: "整行一起读取的标记", en: "flags, which are read with their whole row"),
            None,
        )),
    }
}

/// Reads the column of flags: each flag named, and whether it holds. A flag named twice alike counts once.
pub(super) fn read_flags(
    dictionary: &Dictionary<'_>,
    column: FactId,
    cell: &str,
) -> Result<Vec<(FactId, bool)>, Mistake> {
    let fact = dictionary.vocabulary.fact(column);
    let mut flags: Vec<(FactId, bool)> = Vec::new();
    for piece in pieces(&text::fold(cell)) {
        let (name, holds) = piece.strip_prefix('!').map_or((piece, true), |name| (name.trim(), false));
        let Some(flag) = dictionary.flag(name) else {
            return Err(unknown_flag(dictionary, fact, cell, piece, name));
        };
        match flags.iter().find(|(known, _)| *known == flag) {
            Some((_, before)) if *before != holds => return Err(both_ways(dictionary, column, flag, cell)),
            Some(_) => {}
            None => flags.push((flag, holds)),
        }
    }
    if flags.is_empty() {
        return Err(unreadable(fact, cell, &words!(zh: "用分号隔开的标记", en: "flags separated by semicolons"), None));
    }
    Ok(flags)
}

/// A flag that one row claims and denies.
pub(super) fn both_ways(dictionary: &Dictionary<'_>, column: FactId, flag: FactId, cell: &str) -> Mistake {
    let flag = dictionary.vocabulary.fact(flag);
    let (id, zh) = (&flag.id, &flag.zh);
    Mistake {
        column: Some(dictionary.vocabulary.fact(column).id.clone()),
        cell: None,
        value: cell.to_owned(),
        message: words!(
            zh: "标记“{zh}”（{id}）既写了是又写了否；请只留一个",
            en: "the flag `{id}` is given both as true and as false; keep one of them"
        ),
    }
}

fn unknown_flag(dictionary: &Dictionary<'_>, fact: &Fact, cell: &str, piece: &str, name: &str) -> Mistake {
    let flags: Vec<&Fact> = dictionary.vocabulary.facts().map(|(_, fact)| fact).filter(|fact| fact.flag).collect();
    let labels = flags.iter().flat_map(|flag| [&flag.id, &flag.zh].into_iter().chain(&flag.also));
    let near = near(name, labels.map(String::as_str));
    let zh = flags.iter().map(|flag| flag.zh.as_str()).collect::<Vec<_>>().join("、");
    let en = flags.iter().map(|flag| flag.id.as_str()).collect::<Vec<_>>().join(", ");
    let expected = words!(zh: "以下标记：{zh}", en: "flags among {en}");
    let mut mistake = unreadable(fact, piece, &expected, near);
    mistake.value = cell.to_owned();
    mistake
}

/// Sees to it that a subject belongs to the row's kind. A word that names subjects of several kinds is read as the one
/// of this kind.
pub(super) fn subject_of_kind(
    vocabulary: &Vocabulary,
    kind: ValueId,
    subject: Value,
    cell: &str,
) -> Result<Value, Mistake> {
    let known = vocabulary.known();
    let fact = vocabulary.fact(known.subject);
    let of_kind = |value: &ValueId| {
        fact.values.get(usize::from(value.0)).is_some_and(|v| v.of_kind.is_none() || v.of_kind == Some(kind))
    };
    let open: Vec<ValueId> = match &subject {
        Value::Code(value) if of_kind(value) => return Ok(subject),
        Value::OneOf(values) => values.iter().copied().filter(of_kind).collect(),
        _ => {
            let folded = text::key(cell);
            let names = |value: &ValueId| {
                let value = &fact.values[usize::from(value.0)];
                [&value.id, &value.zh].into_iter().chain(&value.also).any(|label| text::key(label) == folded)
            };
            vocabulary.values_for(known.subject, Some(kind)).filter(names).collect()
        }
    };
    match open.as_slice() {
        [] => Err(foreign_subject(vocabulary, kind, cell)),
        [only] => Ok(Value::Code(*only)),
        _ => Ok(Value::OneOf(open.into())),
    }
}

/// A subject that is none of the kind's.
pub(super) fn foreign_subject(vocabulary: &Vocabulary, kind: ValueId, cell: &str) -> Mistake {
    let known = vocabulary.known();
    let fact = vocabulary.fact(known.subject);
    let kind_value = &vocabulary.fact(known.kind).values[usize::from(kind.0)];
    let (kind_id, kind_zh) = (&kind_value.id, &kind_value.zh);
    let own: Vec<_> =
        vocabulary.values_for(known.subject, Some(kind)).map(|value| &fact.values[usize::from(value.0)]).collect();
    if own.is_empty() {
        let found = shown(cell);
        return Mistake {
            column: Some(fact.id.clone()),
            cell: None,
            value: cell.to_owned(),
            message: words!(
                zh: "类别“{kind_zh}”没有事项，却写了“{found}”；请改正类别，或把事项留空",
                en: "the kind `{kind_id}` has no subjects, yet the cell says \"{found}\"; correct the kind, or leave \
                     the subject blank"
            ),
        };
    }
    let mut mistake = unknown_value(fact, cell, own.iter().copied());
    mistake.message.zh += &format!("（类别是“{kind_zh}”）");
    mistake.message.en += &format!(" (the kind is `{kind_id}`)");
    mistake
}

/// A label that the enum does not know; `values` are those that it could have been.
pub(super) fn unknown_value<'v>(
    fact: &Fact,
    cell: &str,
    values: impl Iterator<Item = &'v EnumValue> + Clone,
) -> Mistake {
    /// More values than this are no help in a message.
    const MOST_LISTED: usize = 30;
    let of_value = |value: &'v EnumValue| [&value.id, &value.zh].into_iter().chain(&value.also);
    let own = values.clone().flat_map(of_value).map(String::as_str);
    let open = fact.ambiguous.iter().flat_map(|ambiguous| ambiguous.labels.iter().map(String::as_str));
    let near = near(cell, own.chain(open)).filter(|near| {
        let others = values.clone().filter(|value| !of_value(value).any(|label| label == near));
        is_slip(cell, near, others.flat_map(of_value).map(String::as_str))
    });
    let expected = if values.clone().count() > MOST_LISTED {
        words!(
            zh: "所属类别的{name}（biaobu template 给出的 Excel 模板列有）",
            en: "a {id} of its kind (the workbook of biaobu template lists them)",
            name = &fact.zh,
            id = &fact.id
        )
    } else {
        let zh = values.clone().map(|value| value.zh.as_str()).collect::<Vec<_>>().join("、");
        let en = values.map(|value| value.id.as_str()).collect::<Vec<_>>().join(", ");
        words!(zh: "{zh} 之一", en: "one of {en}")
    };
    unreadable(fact, cell, &expected, near)
}

/// "The column says X, expected is Y; did you mean Z?"
fn unreadable(fact: &Fact, cell: &str, expected: &Words, near: Option<&str>) -> Mistake {
    let (id, zh, found) = (&fact.id, &fact.zh, shown(cell));
    let (expected_zh, expected_en) = (&expected.zh, &expected.en);
    let advice = match near {
        Some(near) => words!(zh: "是不是“{near}”？", en: "did you mean \"{near}\"?"),
        None => words!(zh: "请改正；不知道就留空", en: "correct it, or leave it blank if it is not known"),
    };
    let (advice_zh, advice_en) = (advice.zh, advice.en);
    Mistake {
        column: Some(id.clone()),
        cell: None,
        value: cell.to_owned(),
        message: words!(
            zh: "“{zh}”列读不懂“{found}”，应为{expected_zh}；{advice_zh}",
            en: "column `{id}` cannot be \"{found}\"; expected {expected_en}; {advice_en}"
        ),
    }
}

/// The candidate that `found` was probably meant to be: at most one edit away, or two where either is long enough
/// (four letters) for two edits to be a slip and not another word.
pub(super) fn near<'a>(found: &str, candidates: impl Iterator<Item = &'a str> + Clone) -> Option<&'a str> {
    /// No name is longer: nothing this long is a slip of one, and comparing a cell of megabytes takes minutes.
    const LONGEST: usize = 200;
    if found.chars().nth(LONGEST).is_some() {
        return None;
    }
    let long = |word: &str| word.chars().nth(3).is_some();
    let found_is_long = long(found.trim());
    text::nearest(found, candidates.clone(), 1)
        .or_else(|| text::nearest(found, candidates.filter(|candidate| found_is_long || long(candidate)), 2))
}

/// True unless `found` is a short Chinese word that may as well mean something else: such a word differs in a third or a
/// half of it from the label that it is near to, and a hint at the wrong level is worse than none.
fn is_slip<'a>(found: &str, near: &str, mut others: impl Iterator<Item = &'a str>) -> bool {
    let (found, near) = (text::key(found), text::key(near));
    let count = |word: &str| word.chars().count();
    if found.is_ascii() || count(&found) > 3 {
        return true;
    }
    count(&found) == count(&near) && !others.any(|other| text::nearest(&found, [other], 1).is_some())
}

/// A cell as messages show it: on one line, and not too long.
pub(super) fn shown(cell: &str) -> Cow<'_, str> {
    const LONGEST: usize = 40;
    let single = |before: char, c: char| !c.is_whitespace() || c == ' ' && before != ' ';
    let mut before = ' ';
    if cell.len() <= LONGEST
        && !cell.ends_with(' ')
        && cell.chars().all(|c| single(std::mem::replace(&mut before, c), c))
    {
        return Cow::Borrowed(cell);
    }
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return Cow::Owned(line);
    }
    Cow::Owned(line.chars().take(LONGEST).chain(['…']).collect())
}

/// The non-blank parts of a list, whichever of the usual signs separates them. The text is folded already.
fn pieces(folded: &str) -> impl Iterator<Item = &str> {
    folded.split([';', ',', '、']).map(str::trim).filter(|piece| !piece.is_empty())
}

fn integer(fact: &Fact, cell: &str) -> Result<i64, Mistake> {
    whole_number(&text::fold(cell), fact.min).ok_or_else(|| {
        let (least, most) = (fact.min, u32::MAX);
        unreadable(
            fact,
            cell,
            &words!(zh: " {least} 到 {most} 之间的整数", en: "a whole number from {least} to {most}"),
            None,
        )
    })
}

fn integers(fact: &Fact, cell: &str) -> Result<Box<[i64]>, Mistake> {
    let folded = text::fold(cell);
    let numbers: Option<Vec<i64>> = pieces(&folded).map(|piece| whole_number(piece, fact.min)).collect();
    match numbers {
        Some(mut numbers) if !numbers.is_empty() => {
            numbers.sort_unstable();
            numbers.dedup();
            Ok(numbers.into())
        }
        _ => {
            let least = fact.min;
            let expected = words!(
                zh: "用分号隔开的整数（不小于 {least}），例如 1;3",
                en: "whole numbers of at least {least}, separated by semicolons, such as 1;3"
            );
            Err(unreadable(fact, cell, &expected, None))
        }
    }
}

/// Digits, as far as `.0` the way spreadsheets write whole numbers.
fn whole_number(folded: &str, least: i64) -> Option<i64> {
    let digits = match folded.split_once('.') {
        Some((digits, fraction)) if !fraction.is_empty() && fraction.bytes().all(|b| b == b'0') => digits,
        Some(_) => return None,
        None => folded,
    };
    let number: u32 = only_digits(digits)?.parse().ok()?;
    Some(i64::from(number)).filter(|number| *number >= least)
}

fn only_digits(text: &str) -> Option<&str> {
    (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(text)
}

fn boolean(cell: &str) -> Option<bool> {
    match text::key(cell).as_str() {
        "是" | "true" | "yes" | "1" => Some(true),
        "否" | "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

fn money(fact: &Fact, cell: &str) -> Result<(Value, Vec<Words>), Mistake> {
    let Some(parsed) = parse_money(&text::fold(cell)) else {
        // 亿元 = 10^10 fen
        let most = Money::LARGEST_INPUT.fen() / 10_000_000_000;
        let expected = words!(
            zh: "不为负、不超过 {most} 亿元的金额，例如 350000、350,000.50、35万元",
            en: "an amount from 0 to {most}亿元, such as 350000, 350,000.50 or 35万元"
        );
        return Err(unreadable(fact, cell, &expected, None));
    };
    let mut warnings = Vec::new();
    if !parsed.exact {
        let (id, zh, found, money) = (&fact.id, &fact.zh, shown(cell), parsed.money);
        warnings.push(words!(
            zh: "“{zh}”列的“{found}”不足一分的部分已舍去，按 {money} 元计",
            en: "column `{id}`: parts of a fen in \"{found}\" were cut off; it counts as {money} yuan"
        ));
    }
    Ok((Value::Money(parsed.money), warnings))
}

fn date(fact: &Fact, cell: &str) -> Result<Date, Mistake> {
    let folded = text::fold(cell);
    let expected = match day_of(&folded) {
        Some((year, month, day)) => match (FIRST_YEAR..=LAST_YEAR).contains(&year) {
            true => match Date::new(year, month, day) {
                Ok(date) => return Ok(date),
                Err(_) => words!(zh: "日历上有的一天", en: "a day that the calendar has"),
            },
            false => words!(
                zh: " {FIRST_YEAR} 年到 {LAST_YEAR} 年之间的日期",
                en: "a day between {FIRST_YEAR} and {LAST_YEAR}"
            ),
        },
        None => words!(
            zh: "日期，例如 2021-06-30、2021/6/30、2021.6.30、2021年6月30日、20210630",
            en: "a date such as 2021-06-30, 2021/6/30, 2021.6.30, 2021年6月30日 or 20210630"
        ),
    };
    Err(unreadable(fact, cell, &expected, None))
}

/// Years outside are slips of the pen (and would leave the range of date arithmetic).
pub(super) const FIRST_YEAR: i16 = 1900;
pub(super) const LAST_YEAR: i16 = 2199;

/// Year, month and day as written, in one of the forms of the contract, with or without a time of day.
fn day_of(folded: &str) -> Option<(i16, i8, i8)> {
    let (day, time) = folded.split_once([' ', 'T']).map_or((folded, None), |(day, time)| (day, Some(time)));
    if !time.is_none_or(is_time_of_day) {
        return None;
    }
    let (year, month, day) = if let Some(parts) = day.strip_suffix('日') {
        let (year, rest) = parts.split_once('年')?;
        let (month, day) = rest.split_once('月')?;
        (year, month, day)
    } else if let Some(digits) = only_digits(day) {
        if digits.len() != 8 {
            return None;
        }
        (&digits[..4], &digits[4..6], &digits[6..])
    } else {
        let separator = day.chars().find(|c| matches!(c, '-' | '/' | '.'))?;
        let mut parts = day.split(separator);
        let found = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        found
    };
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    Some((only_digits(year)?.parse().ok()?, only_digits(month)?.parse().ok()?, only_digits(day)?.parse().ok()?))
}

/// `0:00`, `14:30:00`, `14:30:00.000`.
fn is_time_of_day(text: &str) -> bool {
    let mut parts = text.split(':');
    let below = |part: Option<&str>, limit: u8| {
        let part = part.and_then(only_digits).filter(|digits| digits.len() <= 2);
        part.and_then(|digits| digits.parse::<u8>().ok()).is_some_and(|number| number < limit)
    };
    let clock = below(parts.next(), 24) && below(parts.next(), 60);
    let seconds = parts.next().is_none_or(|seconds| match seconds.split_once('.') {
        Some((whole, fraction)) => below(Some(whole), 60) && only_digits(fraction).is_some(),
        None => below(Some(seconds), 60),
    });
    clock && seconds && parts.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;

    /// The value as a short word, or `!` and the English message.
    fn read(column: &str, cell: &str) -> String {
        let vocabulary = vocabulary();
        let fact = vocabulary.find(column).unwrap();
        match read_cell(vocabulary, fact, cell) {
            Ok(None) => "blank".to_owned(),
            Ok(Some((value, warnings))) => {
                let value = match value {
                    Value::Code(code) => vocabulary.value_name(fact, code).to_owned(),
                    Value::OneOf(codes) => {
                        codes.iter().map(|code| vocabulary.value_name(fact, *code)).collect::<Vec<_>>().join("|")
                    }
                    Value::Integer(number) => number.to_string(),
                    Value::Integers(numbers) => format!("{numbers:?}"),
                    Value::Date(date) => date.to_string(),
                    Value::Money(money) => money.to_string(),
                    Value::Text(text) => text.into(),
                    Value::Bool(value) => value.to_string(),
                };
                format!("{value}{}", if warnings.is_empty() { "" } else { " (warned)" })
            }
            Err(mistake) => {
                assert_eq!((mistake.column.as_deref(), mistake.value.as_str()), (Some(column), cell));
                assert!(mistake.message.zh.contains(&*shown(cell)), "{}", mistake.message);
                format!("!{}", mistake.message.en)
            }
        }
    }

    #[track_caller]
    fn reads(column: &str, cases: &[(&str, &str)]) {
        for (cell, expected) in cases {
            assert_eq!(read(column, cell), *expected, "{column} {cell:?}");
        }
    }

    #[track_caller]
    fn refuses(column: &str, part: &str, cells: &[&str]) {
        for cell in cells {
            let found = read(column, cell);
            assert!(found.starts_with('!') && found.contains(part), "{column} {cell:?}: {found}");
        }
    }

    #[test]
    fn dates() {
        let day = "2021-06-03";
        for cell in [
            "2021-06-03",
            "2021-6-3",
            "2021/6/3",
            "2021/06/03",
            "2021.6.3",
            "2021年6月3日",
            "2021年06月03日",
            "20210603",
            "２０２１－０６－０３",
            "２０２１／６／３",
            " 2021-06-03 ",
            "2021-06-03 00:00:00",
            "2021/6/3 0:00",
            "2021-06-03T14:30:00.000",
            "2021年6月3日 14:30",
        ] {
            assert_eq!(read("date", cell), day, "{cell:?}");
        }
        reads(
            "date",
            &[("", "blank"), ("\u{3000}", "blank"), ("2020-02-29", "2020-02-29"), ("1900-1-1", "1900-01-01")],
        );
        refuses(
            "date",
            "a date such as",
            &[
                "2021-06",
                "2021",
                "2021年6月",
                "2021年6月3",
                "21-6-3",
                "2021-06/03",
                "2021-06-03-01",
                "2021-006-03",
                "2021-06-003",
                "202163",
                "44377",
                "6/30/2021",
                "2021-+6-03",
                "-2021-06-03",
                "2021-06-03 25:00",
                "2021-06-03 10",
                "2021-06-03 10:00 am",
                "去年",
                "2021--06",
            ],
        );
        refuses("date", "the calendar", &["2021-02-30", "2021-13-01", "2021-00-10", "2021-06-00", "2021-02-29"]);
        refuses("date", "between 1900 and 2199", &["1899-12-31", "2200-01-01", "0000-01-01"]);
        reads("date", &[("2199-12-31", "2199-12-31")]);
    }

    #[test]
    fn whole_numbers() {
        reads(
            "rank",
            &[("1", "1"), ("１２", "12"), ("3.0", "3"), ("3.00", "3"), ("007", "7"), ("4294967295", "4294967295")],
        );
        refuses(
            "rank",
            "from 1 to",
            &["0", "-1", "+1", "2.5", "1.", ".0", "1e3", "第一", "4294967296", "99999999999999999999", "1 2", "1,000"],
        );
        reads("adopters", &[("0", "0"), ("", "blank")]);
        refuses("adopters", "from 0 to", &["十余家"]);
    }

    #[test]
    fn lists_of_whole_numbers() {
        reads(
            "local_ranks",
            &[("1;3", "[1, 3]"), ("3；1；1", "[1, 3]"), ("2、1,4，3", "[1, 2, 3, 4]"), ("5;", "[5]"), ("2.0", "[2]")],
        );
        refuses("local_ranks", "at least 1", &["1;二", "0;1", ";", "1 2", "1-3"]);
    }

    #[test]
    fn amounts() {
        reads(
            "cost",
            &[
                ("350000", "350000.00"),
                ("350,000.50", "350000.50"),
                ("３５万元", "350000.00"),
                ("0", "0.00"),
                ("1.005", "1.00 (warned)"),
                ("1.500", "1.50"),
                ("", "blank"),
            ],
        );
        refuses("cost", "an amount", &["-5万", "35,00", "约5万", "万", "5万美元", "1000001亿"]);
    }

    #[test]
    fn yes_and_no() {
        reads("filed", &[("是", "true"), ("TRUE", "true"), ("Yes", "true"), ("１", "true"), ("", "blank")]);
        reads("investigating", &[("否", "false"), ("false", "false"), ("NO", "false"), ("0", "false")]);
        refuses("filed", "yes or no", &["2", "有", "-"]);
    }

    #[test]
    fn labels_in_both_languages_folded() {
        reads(
            "level",
            &[
                ("national", "national"),
                ("NATIONAL", "national"),
                ("国家", "national"),
                (" 国家标准 ", "national"),
                ("ｎａｔｉｏｎａｌ", "national"),
                ("地方标准", "provincial|municipal"),
                ("", "blank"),
            ],
        );
        reads("grade", &[("5a", "5A"), ("５Ａ级", "5A")]);
        reads("role", &[("牵头", "lead")]);
        refuses("level", "expected one of international, national", &["省标准化", "二等奖", "?"]);
    }

    #[test]
    fn the_nearest_label_is_named() {
        for (column, cell, near) in [
            ("level", "nationel", Some("national")),
            ("level", "省标", Some("省级")),
            ("level", "国际标准x", Some("国际标准")),
            ("level", "地方标淮", Some("地方标准")),
            ("role", "牵投", Some("牵头")),
            ("role", "主办", Some("主导")),
            ("role", "协办单位", None),
            ("role", "出席", None),
        ] {
            let found = read(column, cell);
            match near {
                Some(near) => assert!(found.ends_with(&format!("did you mean \"{near}\"?")), "{cell}: {found}"),
                None => assert!(found.contains("leave it blank"), "{cell}: {found}"),
            }
        }
    }

    #[test]
    fn text_stays_as_written() {
        reads("number", &[("　ＧＢ／Ｔ　１ ", "ＧＢ／Ｔ　１")]);
        reads("title", &[("\u{200b} ", "blank"), ("a\nb", "a\nb")]);
    }

    #[test]
    fn long_cells_are_cut_in_messages() {
        assert_eq!(shown("a\n b"), "a b");
        assert_eq!(shown(&"长".repeat(50)), "长".repeat(40) + "…");
    }
}
