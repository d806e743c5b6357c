//! Rulings: steps 3 to 5 on a row, made once for all rows that nothing tells apart. Portfolios repeat themselves: ten
//! million rows come to some thousand different rulings.

use std::rc::Rc;

use hashbrown::HashMap;

use super::Context;
use super::bars::{self, Bars};
use super::compiled::{Compiled, stretch};
use super::select::{self, Decision};
use crate::facts::{Facts, Value};
use crate::vocabulary::ValueId;

/// What makes rulings the same: class of the row, class of the unit, and the stretches of days.
type Key = (u32, u32, u64);

/// The rulings of one policy and application that were made so far. Forgetting them changes nothing but the time.
pub(super) struct Rulings {
    /// Class of each shape, once known.
    of_shape: Vec<Option<Class>>,
    classes: HashMap<(ValueId, Vec<Option<Value>>), u32>,
    /// What step 2 finds for each profile of units, and the class of such units.
    of_profile: HashMap<u32, (Rc<Bars>, u32)>,
    units: HashMap<(bool, Vec<Option<Value>>), u32>,
    made: HashMap<Key, Rc<Decision>>,
    with_money: HashMap<(Key, Vec<Option<Value>>), Rc<Decision>>,
    next_number: u64,
}

#[derive(Clone, Copy)]
struct Class {
    number: u32,
    /// The kind of the rows, which says what rulings on them look at.
    kind: ValueId,
    /// The rulings on it look at days or at money.
    varies: bool,
}

impl Rulings {
    /// Rulings beyond this are not kept, so that no file can fill the memory.
    const MOST: usize = 12_000;
    /// The same for those that look at money: hardly any comes again.
    const MOST_WITH_MONEY: usize = 2_000;

    /// `series` makes the numbers of its rulings differ from those of other series.
    pub fn new(series: u64) -> Self {
        Rulings {
            of_shape: Vec::new(),
            classes: HashMap::new(),
            of_profile: HashMap::new(),
            units: HashMap::new(),
            made: HashMap::new(),
            with_money: HashMap::new(),
            // No evaluator makes so many rulings that two series meet.
            next_number: (series << 40) + 1,
        }
    }

    /// What step 2 finds for the unit.
    pub fn bars(&mut self, context: &Context<'_>, compiled: &Compiled<'_>) -> (Rc<Bars>, u32) {
        let Some(profile) = context.unit.profile() else { return (Rc::new(bars::look(context)), 0) };
        if let Some((bars, class)) = self.of_profile.get(&profile) {
            return (Rc::clone(bars), *class);
        }
        let bars = Rc::new(bars::look(context));
        if self.of_profile.len() >= Self::MOST {
            self.of_profile.clear();
            self.units.clear();
            self.forget();
        }
        let next = self.units.len() as u32;
        let class = *self.units.entry((bars.outsider, compiled.of_unit(context.unit.facts()))).or_insert(next);
        self.of_profile.insert(profile, (Rc::clone(&bars), class));
        (bars, class)
    }

    /// The ruling on a row of a unit of class `unit`, of which no earlier year and no other policy has paid anything.
    pub fn decide(&mut self, context: &Context<'_>, compiled: &Compiled<'_>, unit: u32, item: usize) -> Rc<Decision> {
        let alone = || Rc::new(select::decide(context, item));
        let Some(shape) = context.unit.shape(item) else { return alone() };
        let index = shape as usize;
        let class = match self.of_shape.get(index).copied().flatten() {
            Some(class) => class,
            None => match self.classify(context, compiled, &context.unit.row(item)) {
                Some(class) => {
                    if self.of_shape.len() <= index {
                        self.of_shape.resize(index + 1, None);
                    }
                    self.of_shape[index] = Some(class);
                    class
                }
                None => return alone(),
            },
        };
        let (mut days, mut money) = (0u64, Vec::new());
        if class.varies
            && let Some(looks) = compiled.looks(class.kind)
        {
            for (fact, first_days) in &looks.days {
                let stretches = first_days.len() as u64 + 2;
                let Some(others) = days.checked_mul(stretches) else { return alone() };
                days = others + stretch(first_days, context.unit.day(item, *fact));
            }
            if looks.money.iter().any(|fact| context.unit.has_money(item, *fact)) {
                money = looks.money.iter().map(|fact| context.unit.value(item, *fact)).collect();
            }
        }
        let key = (class.number, unit, days);
        if money.is_empty() {
            if let Some(made) = self.made.get(&key) {
                return Rc::clone(made);
            }
            if self.made.len() >= Self::MOST {
                self.made.clear();
            }
            let made = self.make(context, item, false);
            self.made.insert(key, Rc::clone(&made));
            return made;
        }
        let key = (key, money);
        if let Some(made) = self.with_money.get(&key) {
            return Rc::clone(made);
        }
        if self.with_money.len() >= Self::MOST_WITH_MONEY {
            self.with_money.clear();
        }
        let made = self.make(context, item, true);
        self.with_money.insert(key, Rc::clone(&made));
        made
    }

    fn classify(&mut self, context: &Context<'_>, compiled: &Compiled<'_>, facts: &Facts) -> Option<Class> {
        let kind = facts.code(context.vocabulary.known().kind)?;
        let looks = compiled.looks(kind)?;
        let next = self.classes.len() as u32;
        let number = *self.classes.entry((kind, looks.of_row(facts))).or_insert(next);
        Some(Class { number, kind, varies: !looks.days.is_empty() || !looks.money.is_empty() })
    }

    fn make(&mut self, context: &Context<'_>, item: usize, of_money: bool) -> Rc<Decision> {
        let mut made = select::decide(context, item);
        (made.number, made.of_money) = (self.next_number, of_money);
        self.next_number += 1;
        Rc::new(made)
    }

    fn forget(&mut self) {
        self.made.clear();
        self.with_money.clear();
    }
}
