//! A TOML table that remembers what was asked of it, and values that know where they stand.

use std::cell::RefCell;
use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::{Code, Diagnostic, Severity};
use crate::lang::Words;
use crate::money::{Money, parse_money};
use crate::text;
use crate::words;

/// Bytes of a rule file.
pub type Span = Range<usize>;

/// Where the mistakes of one file are collected.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Diagnostic>>);

impl Problems {
    /// Notes an error; reading goes on.
    pub fn error(&self, code: Code, span: Span, message: Words, hint: Words) {
        self.0.borrow_mut().push(Diagnostic { code, severity: Severity::Error, span, message, hint });
    }

    /// Notes a warning.
    pub fn warning(&self, code: Code, span: Span, message: Words, hint: Words) {
        self.0.borrow_mut().push(Diagnostic { code, severity: Severity::Warning, span, message, hint });
    }

    /// True once an error was noted.
    pub fn any_errors(&self) -> bool {
        self.0.borrow().iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Everything noted.
    pub fn into_inner(self) -> Vec<Diagnostic> {
        self.0.into_inner()
    }
}

/// A value and its place.
#[derive(Clone, Debug)]
pub struct Node<'a, 'p> {
    value: &'a DeValue<'a>,
    span: Span,
    problems: &'p Problems,
}

/// A table, its place, and the keys that were asked for. Call [`Entry::finish`] when done with it.
#[derive(Debug)]
pub struct Entry<'a, 'p> {
    table: &'a DeTable<'a>,
    span: Span,
    problems: &'p Problems,
    asked: RefCell<Vec<String>>,
}

impl<'a, 'p> Entry<'a, 'p> {
    pub(super) fn new(table: &'a DeTable<'a>, span: Span, problems: &'p Problems) -> Self {
        Entry { table, span, problems, asked: RefCell::default() }
    }

    /// Where the table stands (its header or braces).
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The file's collector of mistakes.
    pub fn problems(&self) -> &'p Problems {
        self.problems
    }

    /// The value under `key`, if there is one.
    pub fn get(&self, key: &str) -> Option<Node<'a, 'p>> {
        self.asked.borrow_mut().push(key.to_owned());
        let (_, value) = self.table.iter().find(|(name, _)| name.get_ref() == key)?;
        Some(Node { value: value.get_ref(), span: value.span(), problems: self.problems })
    }

    /// The value under `key`; its absence is an error.
    pub fn need(&self, key: &str) -> Option<Node<'a, 'p>> {
        let found = self.get(key);
        if found.is_none() {
            self.problems.error(
                Code::MissingKey,
                self.span(),
                words!(zh: "这里缺少 `{key}`", en: "`{key}` is missing here"),
                words!(zh: "加上一行 `{key} = …`", en: "add a line `{key} = …`"),
            );
        }
        found
    }

    /// Text under `key`.
    pub fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.text()
    }

    /// Text under `key`; its absence is an error.
    pub fn need_text(&self, key: &str) -> Option<String> {
        self.need(key)?.text()
    }

    /// The tables of the array `[[key]]`, none if absent.
    pub fn entries(&self, key: &str) -> Vec<Entry<'a, 'p>> {
        self.get(key).map(|node| node.list().into_iter().filter_map(|item| item.entry()).collect()).unwrap_or_default()
    }

    /// The texts of an array, or one text, under `key`; none if absent.
    pub fn texts(&self, key: &str) -> Vec<(String, Span)> {
        self.get(key).map(|node| node.texts()).unwrap_or_default()
    }

    /// All keys with their places and values, in the order of the file; counts as having asked for them.
    pub fn pairs(&self) -> Vec<(String, Span, Node<'a, 'p>)> {
        let mut pairs: Vec<_> = self
            .table
            .iter()
            .map(|(name, value)| {
                let node = Node { value: value.get_ref(), span: value.span(), problems: self.problems };
                (name.get_ref().to_string(), name.span(), node)
            })
            .collect();
        pairs.sort_by_key(|(_, span, _)| span.start);
        self.asked.borrow_mut().extend(pairs.iter().map(|(name, _, _)| name.clone()));
        pairs
    }

    /// Every key that nobody asked for is an error, with the nearest key of this table.
    pub fn finish(self) {
        let asked = self.asked.borrow();
        for (name, _) in self.table {
            if asked.iter().any(|key| key == name.get_ref()) {
                continue;
            }
            let found = name.get_ref();
            let hint = match text::nearest(found, asked.iter().map(String::as_str), 3) {
                Some(near) => words!(zh: "是不是 `{near}`？", en: "did you mean `{near}`?"),
                None => {
                    let mut known: Vec<&str> = asked.iter().map(String::as_str).collect();
                    known.sort_unstable();
                    known.dedup();
                    let known = known.join(", ");
                    words!(zh: "这里可用的键：{known}", en: "keys of this table: {known}")
                }
            };
            self.problems.error(
                Code::UnknownKey,
                name.span(),
                words!(zh: "不认识的键 `{found}`", en: "unknown key `{found}`"),
                hint,
            );
        }
    }
}

impl<'a, 'p> Node<'a, 'p> {
    /// Where the value stands.
    pub fn span(&self) -> Span {
        self.span.clone()
    }

    /// The file's collector of mistakes.
    pub fn problems(&self) -> &'p Problems {
        self.problems
    }

    /// Notes that the value is not of the form `expected`.
    pub fn wrong(&self, expected: &Words) {
        let found = match self.value {
            DeValue::String(text) => format!("\"{text}\""),
            other => other.type_str().to_owned(),
        };
        self.problems.error(
            Code::WrongValue,
            self.span(),
            Words::new(
                format!("这里是 {found}，应为{}", expected.zh),
                format!("found {found}, expected {}", expected.en),
            ),
            Words::default(),
        );
    }

    fn expect<T>(&self, value: Option<T>, zh: &str, en: &str) -> Option<T> {
        if value.is_none() {
            self.wrong(&Words::new(zh, en));
        }
        value
    }

    /// True where the value is a table.
    pub fn is_table(&self) -> bool {
        self.value.is_table()
    }

    /// True where the value is a list.
    pub fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// A text.
    pub fn text(&self) -> Option<String> {
        self.expect(self.value.as_str().map(str::to_owned), "文字", "a text in quotes")
    }

    /// The text, where the value is one; nothing is noted where it is not.
    pub fn as_text(&self) -> Option<&str> {
        self.value.as_str()
    }

    /// A whole number.
    pub fn integer(&self) -> Option<i64> {
        let number = self.value.as_integer().and_then(|i| i64::from_str_radix(i.as_str(), i.radix()).ok());
        self.expect(number, "整数", "a whole number")
    }

    /// True or false.
    pub fn boolean(&self) -> Option<bool> {
        self.expect(self.value.as_bool(), "true 或 false", "true or false")
    }

    /// A date: `2021-08-29`, without quotes.
    pub fn date(&self) -> Option<jiff::civil::Date> {
        let date = self.value.as_datetime().filter(|d| d.time.is_none()).and_then(|d| d.date).and_then(|d| {
            jiff::civil::Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?)
                .ok()
        });
        self.expect(date, "日期（不加引号，如 2021-08-29）", "a date without quotes, such as 2021-08-29")
    }

    /// An amount as the texts write it: `"20万元"`.
    pub fn money(&self) -> Option<Money> {
        let money = self.value.as_str().and_then(|text| parse_money(&text::fold(text)));
        self.expect(money.filter(|m| m.exact).map(|m| m.money), "金额（如 \"20万元\"）", "an amount such as \"20万元\"")
    }

    /// A table.
    pub fn entry(&self) -> Option<Entry<'a, 'p>> {
        let table = self.expect(self.value.as_table(), "一组键值 { … }", "a table { … }")?;
        Some(Entry::new(table, self.span(), self.problems))
    }

    /// A list; anything else counts as a list of one.
    pub fn list(&self) -> Vec<Node<'a, 'p>> {
        match self.value {
            DeValue::Array(items) => items
                .iter()
                .map(|item| Node { value: item.get_ref(), span: item.span(), problems: self.problems })
                .collect(),
            _ => vec![self.clone()],
        }
    }

    /// A list of texts, or one text.
    pub fn texts(&self) -> Vec<(String, Span)> {
        self.list().iter().filter_map(|item| Some((item.text()?, item.span()))).collect()
    }

    /// The value as it would stand in a cell of an input file: text, number, date, true or false.
    pub fn cell(&self) -> Option<String> {
        let cell = match self.value {
            DeValue::String(text) => Some(text.to_string()),
            DeValue::Integer(number) => Some(number.as_str().to_owned()),
            DeValue::Boolean(value) => Some(value.to_string()),
            DeValue::Datetime(date) => Some(date.to_string()),
            _ => None,
        };
        self.expect(cell, "一个单元格的内容", "the content of a cell")
    }
}
