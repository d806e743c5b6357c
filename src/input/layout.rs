//! How rows are kept in memory: what few rows share as shapes, what is a row's own as bytes.
//!
//! A *shape* is everything that a row says by enums, numbers and flags: files repeat them. A row's own are its days, its
//! texts, its amounts of money, and its cells under headers that nobody knows.

use jiff::civil::Date;

use crate::facts::{Facts, Value};
use crate::money::Money;
use crate::vocabulary::{FactId, FactType, Of, Vocabulary};

/// Which facts are a row's own, and where they stand: first a bit for each that says whether it is known, then the days
/// that are, the amounts, the texts, and last what is extra.
#[derive(Debug)]
pub(super) struct Layout {
    own: Vec<Option<Own>>,
    /// In the order in which they stand in a row.
    facts: Vec<(FactId, Own)>,
    /// Which bits are those of days, and of amounts of money.
    days: u64,
    money: u64,
    texts: u64,
    /// How many bytes the bits take.
    mask: usize,
}

/// A fact that is a row's own, by the number of its bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
    Day(u32),
    Money(u32),
    Text(u32),
}

impl Layout {
    pub fn new(vocabulary: &Vocabulary) -> Self {
        let applicant = vocabulary.known().applicant;
        let of_kind = |kind: FactType| {
            let own = vocabulary
                .facts()
                .filter(move |(id, fact)| fact.kind == kind && fact.of != Of::Applicant && *id != applicant);
            own.map(move |(id, _)| (id, kind))
        };
        let ordered = of_kind(FactType::Date).chain(of_kind(FactType::Money)).chain(of_kind(FactType::Text));
        let mut layout = Layout {
            own: vec![None; vocabulary.facts().count()],
            facts: Vec::new(),
            days: 0,
            money: 0,
            texts: 0,
            mask: 0,
        };
        // Facts beyond the last bit would be told apart as shapes are.
        for (bit, (id, kind)) in (0..u64::BITS).zip(ordered) {
            let (own, bits) = match kind {
                FactType::Date => (Own::Day(bit), &mut layout.days),
                FactType::Money => (Own::Money(bit), &mut layout.money),
                _ => (Own::Text(bit), &mut layout.texts),
            };
            *bits |= 1 << bit;
            layout.own[usize::from(id.0)] = Some(own);
            layout.facts.push((id, own));
        }
        layout.mask = layout.facts.len().div_ceil(8);
        layout
    }

    /// The place of a fact, if it is a row's own.
    pub fn own(&self, fact: FactId) -> Option<Own> {
        self.own.get(usize::from(fact.0)).copied().flatten()
    }

    /// All facts that are a row's own, in the order in which they are written.
    pub fn facts(&self) -> impl Iterator<Item = (FactId, Own)> + '_ {
        self.facts.iter().copied()
    }

    /// Begins a row: its facts follow by the functions of [`Writing`], in order, then what is extra.
    pub fn begin(&self, bytes: &mut Vec<u8>) -> Writing {
        let at = bytes.len();
        bytes.extend_from_slice(&[0; 8][..self.mask]);
        Writing { at, known: 0 }
    }

    /// Notes which facts were written.
    pub fn end(&self, writing: Writing, bytes: &mut [u8]) {
        let known = writing.known.to_le_bytes();
        if let Some(slot) = bytes.get_mut(writing.at..writing.at + self.mask) {
            slot.copy_from_slice(&known[..self.mask]);
        }
    }
}

/// A row that is being written.
pub(super) struct Writing {
    at: usize,
    known: u64,
}

impl Writing {
    pub fn day(&mut self, bit: u32, day: Date, bytes: &mut Vec<u8>) {
        self.known |= 1 << bit;
        bytes.extend_from_slice(&pack(day).to_le_bytes());
    }

    pub fn money(&mut self, bit: u32, money: Money, bytes: &mut Vec<u8>) {
        self.known |= 1 << bit;
        bytes.extend_from_slice(&money.fen().to_le_bytes());
    }

    pub fn text(&mut self, bit: u32, text: &[u8], bytes: &mut Vec<u8>) {
        self.known |= 1 << bit;
        write_bytes(bytes, text);
    }

    /// Takes back what was written.
    pub fn undo(self, bytes: &mut Vec<u8>) {
        bytes.truncate(self.at);
    }
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
            bytes.extend_from_slice(&u32::try_from(content.len()).unwrap_or(u32::MAX).to_le_bytes());
        }
    }
    bytes.extend_from_slice(content);
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

/// A row's own facts as they were written.
#[derive(Clone, Copy)]
pub(super) struct OwnFacts<'b> {
    pub layout: &'b Layout,
    pub bytes: &'b [u8],
}

impl<'b> OwnFacts<'b> {
    /// How many bytes a day and an amount take.
    const DAY: usize = 4;
    const MONEY: usize = 16;

    /// One bit for each fact that is known.
    fn known(self) -> u64 {
        let mask = self.layout.mask;
        match self.bytes.first_chunk::<8>() {
            // What stands behind the bits is no part of them.
            Some(first) if mask < 8 => u64::from_le_bytes(*first) & ((1 << (8 * mask)) - 1),
            Some(first) => u64::from_le_bytes(*first),
            None => {
                let mut known = [0; 8];
                for (slot, byte) in known.iter_mut().zip(self.bytes).take(mask) {
                    *slot = *byte;
                }
                u64::from_le_bytes(known)
            }
        }
    }

    pub fn day(self, bit: u32) -> Option<Date> {
        let known = self.known();
        if known & (1 << bit) == 0 {
            return None;
        }
        let at = self.layout.mask + Self::DAY * ones(before(known & self.layout.days, bit));
        unpack(u32::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?))
    }

    pub fn has(self, bit: u32) -> bool {
        self.known() & (1 << bit) != 0
    }

    pub fn money(self, bit: u32) -> Option<Money> {
        let known = self.known();
        if known & (1 << bit) == 0 {
            return None;
        }
        let days = Self::DAY * ones(known & self.layout.days);
        let at = self.layout.mask + days + Self::MONEY * ones(before(known & self.layout.money, bit));
        Some(Money::from_fen(i128::from_le_bytes(*self.bytes.get(at..)?.first_chunk()?)))
    }

    /// The texts that are known and what is extra, one by one.
    fn texts(self) -> impl Iterator<Item = &'b [u8]> {
        let known = self.known();
        let days = Self::DAY * ones(known & self.layout.days);
        let at = self.layout.mask + days + Self::MONEY * ones(known & self.layout.money);
        let mut rest = self.bytes.get(at..).unwrap_or_default();
        std::iter::repeat_with(move || read_bytes(&mut rest))
    }

    /// A text; none where it is blank.
    pub fn text(self, bit: u32) -> Option<&'b str> {
        let known = self.known();
        if known & (1 << bit) == 0 {
            return None;
        }
        self.texts().nth(ones(before(known & self.layout.texts, bit))).and_then(as_text)
    }

    /// The cells of `count` extra columns.
    pub fn extra(self, count: usize) -> impl Iterator<Item = &'b str> {
        let texts = ones(self.known() & self.layout.texts);
        self.texts().skip(texts).take(count).map(|cell| as_text(cell).unwrap_or_default())
    }

    pub fn value(self, place: Own) -> Option<Value> {
        match place {
            Own::Day(bit) => self.day(bit).map(Value::Date),
            Own::Money(bit) => self.money(bit).map(Value::Money),
            Own::Text(bit) => self.text(bit).map(|text| Value::Text(text.into())),
        }
    }

    /// Sets all of them in `facts`, but for `except`.
    pub fn add_to(self, facts: &mut Facts, except: FactId) {
        for (fact, place) in self.layout.facts().filter(|(fact, _)| *fact != except) {
            if let Some(value) = self.value(place) {
                facts.set(fact, value);
            }
        }
    }
}

/// The bits below `bit`.
fn before(bits: u64, bit: u32) -> u64 {
    bits & ((1 << bit) - 1)
}

fn ones(bits: u64) -> usize {
    bits.count_ones() as usize
}

fn as_text(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

/// A day as a number that no other day has, and never 0.
pub(super) fn pack(day: Date) -> u32 {
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
        let day = Date::new(2199, 12, 31).unwrap();
        let (mut bytes, mut expected) = (vec![7; 3], Facts::none());
        let mut writing = layout.begin(&mut bytes);
        // Every second fact is known.
        for (index, (fact, own)) in layout.facts().enumerate().filter(|(index, _)| index % 2 == 1) {
            let text = if index % 3 == 0 { long.as_str() } else { "A1" };
            let value = match own {
                Own::Day(bit) => {
                    writing.day(bit, day, &mut bytes);
                    Value::Date(day)
                }
                Own::Money(bit) => {
                    writing.money(bit, Money::LARGEST_INPUT, &mut bytes);
                    Value::Money(Money::LARGEST_INPUT)
                }
                Own::Text(bit) => {
                    writing.text(bit, text.as_bytes(), &mut bytes);
                    Value::Text(text.into())
                }
            };
            expected.set(fact, value);
        }
        write_bytes(&mut bytes, b"");
        write_bytes(&mut bytes, b"x");
        layout.end(writing, &mut bytes);
        let own = OwnFacts { layout: &layout, bytes: &bytes[3..] };
        assert_eq!(own.extra(2).collect::<Vec<_>>(), ["", "x"]);
        for (fact, place) in layout.facts() {
            assert_eq!(own.value(place).as_ref(), expected.get(fact), "{}", vocabulary().fact(fact).id);
        }
        let mut facts = Facts::none();
        own.add_to(&mut facts, known.title);
        assert_eq!(facts, expected.without(known.title));
        assert!(expected.iter().any(|(fact, _)| fact == known.title || fact == known.number));
        assert_eq!(layout.own(known.kind), None);
    }
}
