//! Facts 事实: what is known of one achievement or one applicant. Unknown is not false and not zero: it is absent.

use jiff::civil::Date;

use crate::lang::Words;
use crate::money::Money;
use crate::vocabulary::{FactId, ValueId};

/// What one fact says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// One value of an enum.
    Code(ValueId),
    /// An enum cell that leaves several values open (`地方标准`).
    OneOf(Box<[ValueId]>),
    /// A whole number.
    Integer(i64),
    /// Whole numbers, ascending, each once.
    Integers(Box<[i64]>),
    /// A day.
    Date(Date),
    /// An amount.
    Money(Money),
    /// Free text, as written, trimmed.
    Text(Box<str>),
    /// A flag or a yes-or-no column.
    Bool(bool),
}

/// The known facts of one achievement or applicant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts(Vec<(FactId, Value)>);

impl Facts {
    /// Nothing known.
    pub const fn none() -> Self {
        Facts(Vec::new())
    }

    /// What is known of `fact`, if anything.
    pub fn get(&self, fact: FactId) -> Option<&Value> {
        self.0.iter().find(|(id, _)| *id == fact).map(|(_, value)| value)
    }

    /// Sets a fact, replacing what was known.
    pub fn set(&mut self, fact: FactId, value: Value) {
        match self.0.iter_mut().find(|(id, _)| *id == fact) {
            Some(slot) => slot.1 = value,
            None => self.0.push((fact, value)),
        }
    }

    /// The same without what is known of `fact`.
    pub fn without(&self, fact: FactId) -> Facts {
        Facts(self.0.iter().filter(|(id, _)| *id != fact).cloned().collect())
    }

    /// Gives back memory that no fact uses, once all are set: there may be millions of rows.
    pub fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }

    /// Everything known.
    pub fn iter(&self) -> impl Iterator<Item = (FactId, &Value)> {
        self.0.iter().map(|(id, value)| (*id, value))
    }

    /// The whole number known of `fact`.
    pub fn integer(&self, fact: FactId) -> Option<i64> {
        match self.get(fact) {
            Some(Value::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// The amount known of `fact`.
    pub fn money(&self, fact: FactId) -> Option<Money> {
        match self.get(fact) {
            Some(Value::Money(money)) => Some(*money),
            _ => None,
        }
    }

    /// The day known of `fact`.
    pub fn date(&self, fact: FactId) -> Option<Date> {
        match self.get(fact) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        }
    }

    /// The text known of `fact`.
    pub fn text(&self, fact: FactId) -> Option<&str> {
        match self.get(fact) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The single enum value known of `fact`.
    pub fn code(&self, fact: FactId) -> Option<ValueId> {
        match self.get(fact) {
            Some(Value::Code(code)) => Some(*code),
            _ => None,
        }
    }

    /// The truth known of `fact`.
    pub fn boolean(&self, fact: FactId) -> Option<bool> {
        match self.get(fact) {
            Some(Value::Bool(value)) => Some(*value),
            _ => None,
        }
    }
}

/// One readable input row 一项成果.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Achievement {
    /// The `id` column, or `row<N>`.
    pub id: String,
    /// Row in its file as a spreadsheet counts: the header is 1.
    pub row: u64,
    /// Which of the input files, counted from 0.
    pub input: usize,
    /// What the cells say.
    pub facts: Facts,
    /// Columns that the vocabulary does not know: header and cell, in the order of the file.
    pub extra: Vec<(String, String)>,
    /// What reading the row found odd.
    pub warnings: Vec<Words>,
}

/// One legal unit 申报单位 and its rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applicant {
    /// The name shown in results; empty for the one unnamed applicant.
    pub name: String,
    /// What the applicants file says of it; empty without one.
    pub facts: Facts,
    /// Its achievements in order of input and row.
    pub achievements: Vec<Achievement>,
}
