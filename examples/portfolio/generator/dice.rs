//! Chance that comes out alike on every machine: all of it is integers from ChaCha8, whose bytes are fixed for ever.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// What a stream of numbers is for. Streams of different purposes have nothing to do with one another, so that rows stay
/// as they are when mistakes are added.
#[derive(Clone, Copy)]
pub enum Purpose {
    /// How many rows a unit has.
    Size = 1,
    /// Name and place of a unit.
    Unit = 2,
    /// What the applicants file says of a unit.
    UnitFacts = 3,
    /// A standard that several units drafted.
    Standard = 4,
    /// The cells of a row.
    Row = 5,
    /// Mistakes put into a row.
    Mistake = 6,
    /// Titles that need quotes.
    Quotes = 7,
    /// The order of rows, of names and of standards.
    Order = 8,
}

/// A stream of random choices.
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The stream that belongs to `index`.
    pub fn new(seed: u64, purpose: Purpose, index: u64) -> Dice {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = purpose as u8;
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(index);
        Dice(rng)
    }

    /// A number below `end`.
    pub fn below(&mut self, end: u32) -> u32 {
        // The high word of the product: below `end`, whatever was drawn.
        ((u64::from(self.0.next_u32()) * u64::from(end)) >> 32) as u32
    }

    /// True for so many of a hundred.
    pub fn percent(&mut self, share: u32) -> bool {
        self.below(100) < share
    }

    /// True for so many of a million.
    pub fn per_million(&mut self, share: u32) -> bool {
        self.below(1_000_000) < share
    }

    /// One of several, each as likely as the other.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len() as u32) as usize]
    }

    /// The place of one of several by their weights.
    pub fn place(&mut self, weights: impl Iterator<Item = u32> + Clone) -> usize {
        let drawn = self.below(weights.clone().sum());
        let sums = weights.scan(0, |sum, weight| {
            *sum += weight;
            Some(*sum)
        });
        sums.take_while(|sum| *sum <= drawn).count()
    }

    /// One of several by their weights.
    pub fn weighted<T: Copy>(&mut self, items: &[(u32, T)]) -> T {
        items[self.place(items.iter().map(|(weight, _)| *weight))].1
    }
}

/// A shuffled order of `0..size` that needs no memory and can be walked both ways: a Feistel network over the next
/// power of four, stepped until it falls into the range again.
pub struct Shuffle {
    size: u64,
    half: u32,
    keys: [u64; 4],
}

impl Shuffle {
    /// Another order for every `which`.
    pub fn new(seed: u64, which: u64, size: u64) -> Shuffle {
        let mut dice = Dice::new(seed, Purpose::Order, which);
        let keys = std::array::from_fn(|_| dice.0.next_u64());
        let bits = u64::BITS - size.saturating_sub(1).leading_zeros();
        Shuffle { size, half: bits.div_ceil(2).max(1), keys }
    }

    /// Where `index` comes to stand.
    pub fn forward(&self, index: u64) -> u64 {
        self.walk(index, |at| {
            let (mut left, mut right) = self.halves(at);
            for key in self.keys {
                (left, right) = (right, left ^ self.round(right, key));
            }
            (left << self.half) | right
        })
    }

    /// What came to stand at `place`.
    pub fn backward(&self, place: u64) -> u64 {
        self.walk(place, |at| {
            let (mut left, mut right) = self.halves(at);
            for key in self.keys.into_iter().rev() {
                (left, right) = (right ^ self.round(left, key), left);
            }
            (left << self.half) | right
        })
    }

    fn walk(&self, from: u64, step: impl Fn(u64) -> u64) -> u64 {
        let mut at = step(from);
        while at >= self.size {
            at = step(at);
        }
        at
    }

    fn halves(&self, at: u64) -> (u64, u64) {
        (at >> self.half, at & self.mask())
    }

    fn mask(&self) -> u64 {
        (1 << self.half) - 1
    }

    fn round(&self, half: u64, key: u64) -> u64 {
        let mixed = (half ^ key).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 32) & self.mask()
    }
}
