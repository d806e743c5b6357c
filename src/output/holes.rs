//! Text that many rows share, with holes for what is a row's own: its days. A portfolio of millions of rows comes to some
//! thousand rulings, each of which is put into words once.

use std::rc::Rc;

use hashbrown::HashMap;

use crate::engine::settled::Alike;
use crate::vocabulary::FactId;

/// Holes are characters of a plane that is for private use; the number of the fact follows from which one.
const FIRST: u32 = 0xF_0000;
const LAST: u32 = 0xF_FFFD;

/// A hole for the day of a fact.
pub fn of(fact: FactId) -> String {
    char::from_u32(FIRST + u32::from(fact.0)).map(String::from).unwrap_or_default()
}

/// Text with holes.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// Text, and the fact whose day follows it.
    parts: Vec<(String, FactId)>,
    rest: String,
}

impl Template {
    /// Finds the holes in a text.
    pub fn new(text: &str) -> Self {
        let mut template = Template::default();
        for c in text.chars() {
            match u32::from(c) {
                code @ FIRST..=LAST => {
                    let fact = FactId(u16::try_from(code - FIRST).unwrap_or(u16::MAX));
                    template.parts.push((std::mem::take(&mut template.rest), fact));
                }
                _ => template.rest.push(c),
            }
        }
        template
    }

    /// Text without holes, whatever its characters.
    pub fn plain(text: &str) -> Self {
        Template { parts: Vec::new(), rest: text.to_owned() }
    }

    /// Appends the text, each hole filled by `fill`.
    pub fn write(&self, out: &mut Vec<u8>, mut fill: impl FnMut(FactId, &mut Vec<u8>)) {
        for (text, fact) in &self.parts {
            out.extend(text.as_bytes());
            fill(*fact, out);
        }
        out.extend(self.rest.as_bytes());
    }
}

/// What rows that read alike share, made once for all of them.
pub struct Shared<S> {
    everywhere: HashMap<u64, Rc<S>>,
    rarely: HashMap<u64, Rc<S>>,
    of_unit: Option<Rc<S>>,
}

impl<S> Default for Shared<S> {
    fn default() -> Self {
        Shared { everywhere: HashMap::new(), rarely: HashMap::new(), of_unit: None }
    }
}

impl<S> Shared<S> {
    /// Beyond this all is made again, so that no file can fill the memory.
    const MOST: usize = 12_000;
    /// The same for what few rows share.
    const MOST_RARE: usize = 2_000;

    /// Another unit's year begins.
    pub fn begin_unit(&mut self) {
        self.of_unit = None;
    }

    /// What a row shares with rows like it. `make` is told whether there shall be holes.
    pub fn get(&mut self, alike: Alike, make: impl FnOnce(bool) -> S) -> Rc<S> {
        let (known, most, number) = match alike {
            Alike::Everywhere(number) => (&mut self.everywhere, Self::MOST, number),
            Alike::Rarely(number) => (&mut self.rarely, Self::MOST_RARE, number),
            Alike::InUnit => return Rc::clone(self.of_unit.get_or_insert_with(|| Rc::new(make(false)))),
            Alike::Nowhere => return Rc::new(make(false)),
        };
        if let Some(known) = known.get(&number) {
            return Rc::clone(known);
        }
        if known.len() >= most {
            known.clear();
        }
        let made = Rc::new(make(true));
        known.insert(number, Rc::clone(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_are_filled() {
        let template = Template::new(&format!("a{}，{}b", of(FactId(3)), of(FactId(0))));
        let mut out = Vec::new();
        template.write(&mut out, |fact, out| out.extend(format!("<{}>", fact.0).as_bytes()));
        assert_eq!(String::from_utf8(out).unwrap(), "a<3>，<0>b");
    }
}
