//! Ranges of whole numbers, as rule files write places: `1`, `2..5`, `2..`.

/// Whole numbers from `from` to `to`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Smallest.
    pub from: i64,
    /// Largest; none for no end.
    pub to: Option<i64>,
}

impl Range {
    /// Reads `1`, `2..5` (both included) or `2..`.
    pub fn parse(phrase: &str) -> Option<Range> {
        let phrase = phrase.trim();
        let range = match phrase.split_once("..") {
            None => {
                let only = phrase.parse().ok()?;
                Range { from: only, to: Some(only) }
            }
            Some((from, "")) => Range { from: from.trim().parse().ok()?, to: None },
            Some((from, to)) => Range { from: from.trim().parse().ok()?, to: Some(to.trim().parse().ok()?) },
        };
        (range.to.is_none_or(|to| range.from <= to)).then_some(range)
    }

    /// True if `number` lies within.
    pub fn contains(self, number: i64) -> bool {
        number >= self.from && self.to.is_none_or(|to| number <= to)
    }

    /// True if every number of `other` lies within.
    pub fn covers(self, other: Range) -> bool {
        self.from <= other.from && self.to.is_none_or(|to| other.to.is_some_and(|end| end <= to))
    }

    /// True if some number of `other` lies within.
    pub fn meets(self, other: Range) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.to {
            Some(to) if to == self.from => write!(f, "{to}"),
            Some(to) if self.from == i64::MIN => write!(f, "≤{to}"),
            Some(to) => write!(f, "{}–{to}", self.from),
            None => write!(f, "≥{}", self.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_as_written() {
        assert_eq!(Range::parse("1"), Some(Range { from: 1, to: Some(1) }));
        assert_eq!(Range::parse("2..5"), Some(Range { from: 2, to: Some(5) }));
        assert_eq!(Range::parse("2.."), Some(Range { from: 2, to: None }));
        assert_eq!(Range::parse("5..2"), None);
        assert_eq!(Range::parse("lead"), None);
    }

    #[test]
    fn covering_and_meeting() {
        let (open, first) = (Range { from: 1, to: None }, Range { from: 1, to: Some(1) });
        let (to_three, later) = (Range { from: i64::MIN, to: Some(3) }, Range { from: 2, to: None });
        assert!(open.covers(first) && !first.covers(open) && !to_three.covers(later));
        assert!(to_three.meets(later) && !first.meets(later) && open.meets(first));
    }
}
