//! Warnings about rows that look like one achievement written twice, and about standards that several applicants claim
//! (contract section 3: a shared standard number is a warning).

use hashbrown::HashMap;
use jiff::civil::Date;

use super::cells::shown;
use crate::facts::Facts;
use crate::lang::{Lang, Words};
use crate::text;
use crate::vocabulary::{ValueId, Vocabulary};
use crate::words;

/// A row's place: which input file, and its number there.
pub(super) type RowPlace = (usize, u64);

/// What makes two rows of one applicant alike.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    kind: Option<ValueId>,
    date: Option<Date>,
    number: String,
    title: String,
}

/// Nothing where neither number nor title is known.
fn likeness(vocabulary: &Vocabulary, facts: &Facts) -> Option<Likeness> {
    let known = vocabulary.known();
    let (number, title) = (facts.text(known.number), facts.text(known.title));
    number.or(title)?;
    Some(Likeness {
        kind: facts.code(known.kind),
        date: facts.date(known.date),
        number: number.map(number_key).unwrap_or_default(),
        title: title.map(text::key).unwrap_or_default(),
    })
}

/// For each of these rows of one applicant, the first other one that is like it.
pub(super) fn twins(vocabulary: &Vocabulary, rows: &[(RowPlace, Facts)]) -> Vec<Option<RowPlace>> {
    let keys: Vec<Option<Likeness>> = rows.iter().map(|(_, facts)| likeness(vocabulary, facts)).collect();
    let mut firsts: HashMap<&Likeness, (RowPlace, Option<RowPlace>)> = HashMap::new();
    for (key, (place, _)) in keys.iter().zip(rows) {
        let Some(key) = key else { continue };
        let (first, second) = firsts.entry(key).or_insert((*place, None));
        if first != place {
            second.get_or_insert(*place);
        }
    }
    let other = |(key, (place, _)): (&Option<Likeness>, &(RowPlace, Facts))| {
        let (first, second) = firsts.get(key.as_ref()?)?;
        if first == place { *second } else { Some(*first) }
    };
    keys.iter().zip(rows).map(other).collect()
}

/// The warning on a row that is like the one on row `row`, of another file if `path` is given.
pub(super) fn twin(row: u64, path: Option<&str>) -> Words {
    let (zh, en) = path.map_or_else(Default::default, |path| (format!("{path} "), format!(" of {path}")));
    words!(
        zh: "与{zh}第 {row} 行的类别、标准号、名称和日期都相同，可能是重复填写；请核对",
        en: "kind, number, title and date are those of row {row}{en}; it may have been entered twice; check it"
    )
}

/// Appends the warning on a standard that the unit `other` claims as well, in one language: there may be millions.
pub(super) fn shared(number: &str, other: &str, lang: Lang, out: &mut String) {
    let (number, name) = (shown(number), shown(other));
    let parts = match lang {
        Lang::Zh => ["标准“", &*number, "”也由“", &*name, "”申报；各单位分别计算，请核对排名和本地单位排名"],
        Lang::En => [
            "the standard \"",
            &*number,
            "\" is claimed by \"",
            &*name,
            "\" as well; applicants are computed apart; check rank and local ranks",
        ],
    };
    parts.into_iter().for_each(|part| out.push_str(part));
}

/// The number of a standard, short ones without memory of their own: there are as many as rows.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum NumberKey {
    Short([u8; NumberKey::SHORT]),
    Long(Box<str>),
}

impl NumberKey {
    const SHORT: usize = 23;

    pub fn new(number: &str) -> NumberKey {
        let mut short = [0; Self::SHORT];
        // Most numbers are short, of visible ASCII and spaces; for these it is the same as the long way.
        for (place, byte) in number.bytes().filter(|byte| *byte != b' ').enumerate() {
            match short.get_mut(place) {
                Some(slot) if byte == b':' => *slot = b'-',
                Some(slot) if byte.is_ascii_graphic() => *slot = byte.to_ascii_lowercase(),
                _ => return Self::of_key(&number_key(number)),
            }
        }
        NumberKey::Short(short)
    }

    fn of_key(key: &str) -> NumberKey {
        let mut short = [0; Self::SHORT];
        match short.get_mut(..key.len()) {
            Some(slot) => {
                slot.copy_from_slice(key.as_bytes());
                NumberKey::Short(short)
            }
            None => NumberKey::Long(key.into()),
        }
    }
}

/// A number of a standard among those that were noted.
pub(super) type NumberId = u32;

/// In place of a number: the row has none, or none that a standard's is.
pub(super) const NO_NUMBER: NumberId = NumberId::MAX;

/// Which applicants claim each standard: the first two, by place among the applicants.
#[derive(Debug, Default)]
pub(super) struct Claimants {
    numbers: HashMap<NumberKey, NumberId>,
    /// By number; [`Claimants::NOBODY`] where there is no first, or no second.
    claims: Vec<(u32, u32)>,
}

impl Claimants {
    const NOBODY: u32 = u32::MAX;

    /// Notes that the unit at `place` claims a standard.
    pub fn note(&mut self, number: NumberKey, place: u32) -> NumberId {
        // Rows of four billion standards do not fit into any memory.
        let next = self.claims.len() as NumberId;
        let number = *self.numbers.entry(number).or_insert(next);
        if number == next {
            self.claims.push((Self::NOBODY, Self::NOBODY));
        }
        self.note_again(number, place);
        number
    }

    /// The same for a number that was noted before.
    pub fn note_again(&mut self, number: NumberId, place: u32) {
        let Some((first, second)) = self.claims.get_mut(number as usize) else { return };
        match place.cmp(first) {
            std::cmp::Ordering::Less => (*first, *second) = (place, *first),
            std::cmp::Ordering::Equal => {}
            std::cmp::Ordering::Greater => *second = place.min(*second),
        }
    }

    /// Forgets who claims what, but not the numbers.
    pub fn forget(&mut self) {
        self.claims.fill((Self::NOBODY, Self::NOBODY));
    }

    /// The first other unit that claims it.
    pub fn other(&self, number: NumberId, place: u32) -> Option<u32> {
        let (first, second) = *self.claims.get(number as usize)?;
        Some(if first == place { second } else { first }).filter(|other| *other != Self::NOBODY)
    }
}

/// The number of a standard as rows are compared by it: of kinds for which the vocabulary reads something off it.
pub fn standard_number(vocabulary: &Vocabulary, facts: &Facts) -> Option<String> {
    let known = vocabulary.known();
    let kind = facts.code(known.kind)?;
    let mut inferences = vocabulary.inferences().iter();
    let has = inferences.any(|inference| inference.from == known.number && inference.kind == kind);
    facts.text(known.number).filter(|_| has).map(number_key)
}

/// A number without what is written now one way, now another: spaces, case, the length of dashes, colon or dash before
/// the year.
pub fn number_key(number: &str) -> String {
    let key = text::key(number);
    let dashes = |c| if matches!(c, ':' | '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
    key.chars().filter(|c| !c.is_whitespace()).map(dashes).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn keys_of_numbers_are_alike_as_the_numbers_are(
            one in "[A-Ca-c1 \t/．：:－—-]{0,30}",
            other in "[A-Ca-c1 \t/．：:－—-]{0,30}",
        ) {
            prop_assert_eq!(NumberKey::new(&one) == NumberKey::new(&other), number_key(&one) == number_key(&other));
            let same: String = one.chars().map(|c| c.to_ascii_uppercase()).chain([' ']).collect();
            prop_assert_eq!(NumberKey::new(&same), NumberKey::new(&one));
        }

        #[test]
        fn the_first_other_claimant(places in prop::collection::vec(0u32..5, 1..12)) {
            let mut claimants = Claimants::default();
            let number = claimants.note(NumberKey::new("GB 1"), places[0]);
            places.iter().for_each(|place| _ = claimants.note(NumberKey::new("gb1"), *place));
            for again in [false, true] {
                for place in &places {
                    let other = places.iter().filter(|other| *other != place).min().copied();
                    prop_assert_eq!(claimants.other(number, *place), other, "{}", again);
                }
                claimants.forget();
                prop_assert_eq!(claimants.other(number, places[0]), None);
                places.iter().for_each(|place| claimants.note_again(number, *place));
            }
            prop_assert_eq!(claimants.other(NO_NUMBER, places[0]), None);
        }
    }
}
