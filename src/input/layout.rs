//! How rows are kept in memory: what few rows share as shapes, what is a row's own as bytes.
//!
//! A *shape* is everything that a row says by enums, numbers and flags: files repeat them. A row's own are its days, its
//! texts, its amounts of money, and its cells under headers that nobody knows.

use jiff::civil::Date;

use crate::facts::{Facts, Value};
use crate::money::Money;
use crate::vocabulary::{FactId, FactType, Of, Vocabulary};

/// Which facts are a row's own, and where they stand.
#[derive(Debug)]
pub(super) struct Layout {
    own: Vec<Option<Own>>,
    pub days: Vec<FactId>,
    pub texts: Vec<FactId>,
    pub money: Vec<FactId>,
}

/// A fact that is a row's own: its place among those of its type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Day(usize),
    Text(usize),
    Money(usize),
}

impl Layout {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let mut layout = Layout { own: Vec::new(), days: Vec::new(), texts: Vec::new(), money: Vec::new() };
        let applicant = vocabulary.known().applicant;
        for (id, fact) in vocabulary.facts() {
            let own = match fact.kind {
                _ if fact.of == Of::Applicant || id == applicant => None,
                FactType::Date => Some(Own::Day(push(&mut layout.days, id))),
                FactType::Text => Some(Own::Text(push(&mut layout.texts, id))),
                FactType::Money => Some(Own::Money(push(&mut layout.money, id))),
                FactType::Enum | FactType::Integer | FactType::Integers | FactType::Boolean | FactType::Flags => None,
            };
            layout.own.push(own);
        }
        layout
    }

    /// The place of a fact, if it is a row's own.
    pub fn own(&self, fact: FactId) -> Option<Own> {
        self.own.get(usize::from(fact.0)).copied().flatten()
    }
}

fn push(facts: &mut Vec<FactId>, fact: FactId) -> usize {
    facts.push(fact);
    facts.len() - 1
}

/// Appends a row's own facts: days, which amounts there are, the amounts, then texts, then what is extra.
pub(super) fn write<'c>(
    bytes: &mut Vec<u8>,
    days: &[Option<Date>],
    cells: impl Iterator<Item = &'c str>,
    money: &[Option<Money>],
    extra: impl Iterator<Item = &'c str>,
) {
    for day in days {
        bytes.extend(day.map_or(0, pack).to_le_bytes());
    }
    bytes.push(u8::from(money.iter().any(Option::is_some)));
    if money.iter().any(Option::is_some) {
        for money in money {
            match money.map(|money| money.fen().to_le_bytes()) {
                Some(fen) => write_bytes(bytes, &fen),
                None => write_bytes(bytes, &[]),
            }
        }
    }
    cells.for_each(|cell| write_bytes(bytes, cell.as_bytes()));
    extra.for_each(|cell| write_bytes(bytes, cell.as_bytes()));
}

/// A length below this is one byte.
const LONG: u8 = u8::MAX;

/// Appends a length and the bytes.
pub(super) fn write_bytes(bytes: &mut Vec<u8>, content: &[u8]) {
    match u8::try_from(content.len()) {
        Ok(length) if length < LONG => bytes.push(length),
        _ => {
            bytes.push(LONG);
            // A record is never as long as that.
            bytes.extend(u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }
    bytes.extend(content);
}

/// Takes what [`write_bytes`] appended off the front.
pub(super) fn read_bytes<'b>(bytes: &mut &'b [u8]) -> &'b [u8] {
    let Some((first, rest)) = bytes.split_first() else { return &[] };
    let (length, rest) = match (*first, rest.split_first_chunk::<4>()) {
        (LONG, Some((length, rest))) => (u32::from_le_bytes(*length) as usize, rest),
        (length, _) => (usize::from(length), rest),
    };
    let (content, rest) = rest.split_at_checked(length).unwrap_or_default();
    *bytes = rest;
    content
}

/// A row's own facts as [`write`] put them down.
#[derive(Clone, Copy)]
pub(super) struct OwnFacts<'b> {
    pub layout: &'b Layout,
    pub bytes: &'b [u8],
}

impl<'b> OwnFacts<'b> {
    pub fn day(self, index: usize) -> Option<Date> {
        let bytes = self.bytes.get(4 * index..)?.first_chunk::<4>()?;
        unpack(u32::from_le_bytes(*bytes))
    }

    /// What stands behind the days: whether there are amounts, and the rest.
    fn behind_days(self) -> (bool, &'b [u8]) {
        let rest = self.bytes.get(4 * self.layout.days.len()..).unwrap_or_default();
        rest.split_first().map_or((false, rest), |(first, rest)| (*first != 0, rest))
    }

    pub fn has_money(self) -> bool {
        self.behind_days().0
    }

    /// Texts and what is extra, one by one.
    fn texts(self) -> impl Iterator<Item = &'b [u8]> {
        let (money, mut rest) = self.behind_days();
        if money {
            self.layout.money.iter().for_each(|_| _ = read_bytes(&mut rest));
        }
        std::iter::repeat_with(move || read_bytes(&mut rest))
    }

    /// A text; none where it is blank.
    pub fn text(self, index: usize) -> Option<&'b str> {
        self.texts().nth(index).and_then(as_text).filter(|text| !text.is_empty())
    }

    pub fn money(self, index: usize) -> Option<Money> {
        let (money, mut rest) = self.behind_days();
        let mut amounts = std::iter::repeat_with(|| read_bytes(&mut rest));
        if money { as_money(amounts.nth(index)?) } else { None }
    }

    /// The cells of `count` extra columns.
    pub fn extra(self, count: usize) -> impl Iterator<Item = &'b str> {
        self.texts().skip(self.layout.texts.len()).take(count).map(|cell| as_text(cell).unwrap_or_default())
    }

    /// Sets all of them in `facts`, but for `except`.
    pub fn add_to(self, facts: &mut Facts, except: FactId) {
        for (index, fact) in self.layout.days.iter().enumerate() {
            if let Some(day) = self.day(index) {
                facts.set(*fact, Value::Date(day));
            }
        }
        for (fact, text) in self.layout.texts.iter().zip(self.texts()) {
            if let Some(text) = as_text(text).filter(|text| !text.is_empty() && *fact != except) {
                facts.set(*fact, Value::Text(text.into()));
            }
        }
        for (index, fact) in self.layout.money.iter().enumerate().filter(|_| self.has_money()) {
            if let Some(money) = self.money(index) {
                facts.set(*fact, Value::Money(money));
            }
        }
    }
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

fn as_money(bytes: &[u8]) -> Option<Money> {
    Some(Money::from_fen(i128::from_le_bytes(bytes.try_into().ok()?)))
}

fn pack(day: Date) -> u32 {
    // Years of input lie between 1900 and 2199.
    u32::from(day.year().unsigned_abs()) << 9
        | u32::from(day.month().unsigned_abs()) << 5
        | u32::from(day.day().unsigned_abs())
}

fn unpack(packed: u32) -> Option<Date> {
    if packed == 0 {
        return None;
    }
    let part = |shift: u32, bits: u32| (packed >> shift) & ((1 << bits) - 1);
    Date::new(part(9, 16) as i16, part(5, 4) as i8, part(0, 5) as i8).ok()
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;

    #[test]
    fn what_is_written_comes_back() {
        let layout = Layout::new(vocabulary());
        let (known, long) = (vocabulary().known(), "长".repeat(200));
        let day = Date::new(2199, 12, 31).ok();
        let days: Vec<_> = layout.days.iter().enumerate().map(|(index, _)| day.filter(|_| index == 1)).collect();
        let texts = layout.texts.iter().map(|fact| match *fact {
            fact if fact == known.id => "A1",
            fact if fact == known.title => long.as_str(),
            _ => "",
        });
        let money: Vec<_> = layout.money.iter().map(|_| Some(Money::LARGEST_INPUT)).collect();
        let mut bytes = Vec::new();
        write(&mut bytes, &days, texts, &money, ["", "x"].into_iter());
        let own = OwnFacts { layout: &layout, bytes: &bytes };
        assert_eq!((own.day(0), own.day(1), own.money(0)), (None, day, Some(Money::LARGEST_INPUT)));
        assert_eq!(own.extra(2).collect::<Vec<_>>(), ["", "x"]);
        let mut facts = Facts::none();
        own.add_to(&mut facts, known.id);
        assert_eq!((facts.text(known.title), facts.text(known.id)), (Some(long.as_str()), None));
        assert_eq!(facts.iter().count(), 1 + 1 + layout.money.len());
        let Some(Own::Text(title)) = layout.own(known.title) else { panic!("a title is a text") };
        assert_eq!(own.text(title), Some(long.as_str()));
        assert_eq!(layout.own(known.kind), None);
    }
}
