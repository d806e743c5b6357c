//! A list that grows without being copied: there may be tens of millions of rows.

use std::ops::Index;

/// Items in segments of the same length.
#[derive(Debug)]
pub(super) struct Segments<T> {
    segments: Vec<Vec<T>>,
}

impl<T: Copy> Segments<T> {
    const LENGTH: usize = 1 << 15;

    pub fn new() -> Self {
        Segments { segments: Vec::new() }
    }

    pub fn len(&self) -> usize {
        self.segments.last().map_or(0, |last| (self.segments.len() - 1) * Self::LENGTH + last.len())
    }

    pub fn push(&mut self, item: T) {
        if self.segments.last().is_none_or(|last| last.len() == Self::LENGTH) {
            // The first one stays small, as most lists do.
            let capacity = if self.segments.is_empty() { 0 } else { Self::LENGTH };
            self.segments.push(Vec::with_capacity(capacity));
        }
        if let Some(last) = self.segments.last_mut() {
            last.push(item);
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.segments.iter().flatten()
    }

    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.segments.iter_mut().flatten()
    }

    /// The items from `from` on.
    pub fn behind(&self, from: usize) -> impl Iterator<Item = T> {
        (from..self.len()).map(|index| self[index])
    }

    /// Drops the items from `from` on.
    pub fn truncate(&mut self, from: usize) {
        self.segments.truncate(from.div_ceil(Self::LENGTH));
        if let Some(last) = self.segments.last_mut().filter(|_| !from.is_multiple_of(Self::LENGTH)) {
            last.truncate(from % Self::LENGTH);
        }
    }
}

impl<T> Index<usize> for Segments<T> {
    type Output = T;

    fn index(&self, index: usize) -> &T {
        &self.segments[index / (1 << 15)][index % (1 << 15)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_one_list() {
        let mut list = Segments::new();
        let count = 2 * Segments::<usize>::LENGTH + 3;
        (0..count).for_each(|item| list.push(item));
        assert_eq!((list.len(), list[count - 1], list[Segments::<usize>::LENGTH]), (count, count - 1, 1 << 15));
        assert!(list.iter().copied().eq(0..count) && list.behind(count - 2).eq(count - 2..count));
        for from in [count - 1, 2 << 15, (2 << 15) - 1, 1, 0] {
            list.truncate(from);
            assert_eq!(list.len(), from);
            assert!(list.iter().copied().eq(0..from));
        }
    }
}
