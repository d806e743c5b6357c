//! Cells read in a quick way, where they are written as most are: what comes of it is what the ordinary reader reads.

use jiff::civil::Date;

use super::table::is_blank;
use crate::money::Money;
use crate::vocabulary::Inference;

/// What one inference makes of cells, remembered: numbers of standards differ in digits mostly.
pub(super) struct Inferred<'a> {
    inference: &'a Inference,
    blind_to_digits: bool,
    /// Patterns and what they imply, each in the one place that its hash allows; 0 where there is none yet.
    known: Vec<([u64; Inferred::WORDS], u16)>,
}

impl<'a> Inferred<'a> {
    /// Longer patterns are not remembered.
    const WORDS: usize = 3;
    /// A power of two.
    const PLACES: usize = 2048;

    pub fn new(inference: &'a Inference) -> Self {
        let known = vec![([0; Self::WORDS], 0); Self::PLACES];
        Inferred { inference, blind_to_digits: inference.is_blind_to_digits(), known }
    }

    /// 0 for a blank cell, 1 where nothing is implied, else a number of the value.
    pub fn infer(&mut self, cell: &str) -> u16 {
        if is_blank(cell) {
            return 0;
        }
        let afresh = || self.inference.infer(cell).map_or(1, |value| 2 + value.0);
        let mut padded = [0; 8 * Self::WORDS];
        let Some(slot) = padded.get_mut(..cell.len()).filter(|_| self.blind_to_digits) else { return afresh() };
        slot.copy_from_slice(cell.as_bytes());
        let (words, _) = padded.as_chunks::<8>();
        let mut pattern = [0; Self::WORDS];
        let mut hash = 0u64;
        for (slot, word) in pattern.iter_mut().zip(words) {
            *slot = without_digits(u64::from_le_bytes(*word));
            // Any odd number with bits all over mixes well enough for a table of this size.
            hash = (hash ^ *slot).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        }
        let place = hash as usize % Self::PLACES;
        let (known, value) = self.known[place];
        if value != 0 && known == pattern {
            return value;
        }
        let inferred = afresh();
        self.known[place] = (pattern, inferred);
        inferred
    }
}

/// Eight bytes with every ASCII digit as a `0`.
fn without_digits(word: u64) -> u64 {
    let every = |byte: u8| u64::from_le_bytes([byte; 8]);
    let high = every(0x80);
    // A digit differs from `0` by less than ten, so that adding 118 leaves the high bit clear.
    let apart = word ^ every(b'0');
    let others = (((apart & !high) + every(118)) | apart) & high;
    let digits = (!others & high) / 0x80 * 0xFF;
    word & !digits | every(b'0') & digits
}

/// [`str::trim`], quick where there is nothing to trim.
pub(super) fn trimmed(cell: &str) -> &str {
    let is_plain = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = cell.as_bytes();
    let starts = is_plain(bytes.first()) || matches!(bytes.first(), Some(0xE4..=0xE9));
    let last = bytes.len().checked_sub(3).and_then(|at| bytes.get(at));
    let ends = is_plain(bytes.last()) || matches!((last, bytes.last()), (Some(0xE4..=0xE9), Some(0x80..)));
    if starts && ends { cell } else { cell.trim() }
}

/// A day as `2021-06-30`, `2021/06/30` or `2021.06.30`; none for all that is written otherwise.
pub(super) fn plain_day(cell: &[u8]) -> Option<Date> {
    let bytes: &[u8; 10] = cell.try_into().ok()?;
    let digit = |index: usize| Some(i16::from(bytes[index].checked_sub(b'0').filter(|digit| *digit < 10)?));
    if bytes[4] != bytes[7] || !matches!(bytes[4], b'-' | b'/' | b'.') {
        return None;
    }
    let year = digit(0)? * 1000 + digit(1)? * 100 + digit(2)? * 10 + digit(3)?;
    let (month, day) = (digit(5)? * 10 + digit(6)?, digit(8)? * 10 + digit(9)?);
    let within = (super::cells::FIRST_YEAR..=super::cells::LAST_YEAR).contains(&year);
    Date::new(year, month as i8, day as i8).ok().filter(|_| within)
}

/// An amount in yuan as `350000` or `350000.50`; none for all that is written otherwise.
pub(super) fn plain_amount(cell: &[u8]) -> Option<Money> {
    /// As many digits are never too much for an amount of input.
    const DIGITS: usize = 12;
    let (yuan, part) = match cell.iter().position(|byte| *byte == b'.') {
        Some(dot) => (&cell[..dot], &cell[dot + 1..]),
        None => (cell, b"00".as_slice()),
    };
    if yuan.is_empty() || yuan.len() > DIGITS || part.len() != 2 {
        return None;
    }
    let mut fen = 0;
    for byte in yuan.iter().chain(part) {
        fen = fen * 10 + i64::from(byte.checked_sub(b'0').filter(|digit| *digit < 10)?);
    }
    Some(Money::from_fen(i128::from(fen)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::cells::read_cell;
    use super::super::tests::vocabulary;
    use super::*;
    use crate::facts::Value;

    proptest! {
        /// What is read in a quick way is what the ordinary reader reads.
        #[test]
        fn plain_cells_are_read_as_others_are(day in "[12][0-9]{3}[-/.][01][0-9][-/.][0-3][0-9]", amount in "[0-9]{0,14}(\\.[0-9]{0,3})?") {
            let read = |fact, cell: &str| match read_cell(vocabulary(), fact, cell) {
                Ok(Some((value, warnings))) if warnings.is_empty() => Some(value),
                _ => None,
            };
            let known = vocabulary().known();
            prop_assert_eq!(plain_day(day.as_bytes()).map(Value::Date), read(known.date, &day));
            if let Some(plain) = plain_amount(amount.as_bytes()) {
                prop_assert_eq!(Some(Value::Money(plain)), read(known.prior_amount, &amount));
            }
        }
    }

    #[test]
    fn only_digits_are_alike() {
        for byte in 0..=u8::MAX {
            let word = u64::from_le_bytes([b'x', byte, 0, b'7', byte, b'/', b':', 0xE4]);
            let as_zero = if byte.is_ascii_digit() { b'0' } else { byte };
            let expected = u64::from_le_bytes([b'x', as_zero, 0, b'0', as_zero, b'/', b':', 0xE4]);
            assert_eq!(without_digits(word), expected, "{byte}");
        }
    }
}
