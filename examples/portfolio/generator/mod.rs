//! Invented achievements files of any size, as a city's applicants might hand them in.
//!
//! Every row is drawn from the seed and its own number alone. So a file needs next to no memory, the sorted file has the
//! same rows as the unsorted one, and mistakes change only the rows that have them.

mod dice;
mod kinds;
mod rows;
mod units;
mod words;

use dice::Shuffle;
use rows::{RowWriter, Rows};
use units::Units;

/// What is to be generated.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Rows below the header.
    pub rows: u64,
    /// Units that share them; each has at least one row.
    pub applicants: u64,
    /// Another seed, another file.
    pub seed: u64,
    /// Of a million rows, how many have a mistake.
    pub bad: u32,
    /// Of a million rows, how many have a title that needs quotes.
    pub quotes: u32,
}

/// A file that can be written row by row.
pub struct Generator {
    units: Units,
    rows: Rows,
    /// From a row's place in the unsorted file to its number.
    order: Shuffle,
}

impl Generator {
    /// Shares out the rows among the units.
    ///
    /// # Errors
    /// There are fewer rows than units, or no units.
    pub fn new(settings: Settings) -> Result<Generator, String> {
        let Settings { rows, applicants, seed, .. } = settings;
        if applicants == 0 || rows < applicants || rows > u64::from(u32::MAX) {
            return Err(format!("{rows} rows cannot be shared out to {applicants} applicants, one or more to each"));
        }
        Ok(Generator {
            units: Units::new(seed, applicants, rows),
            rows: Rows::new(settings),
            order: Shuffle::new(seed, 0, rows),
        })
    }

    /// The numbers of all rows in the order of the file. Sorted, the rows of a unit stand together; the units come as
    /// they first appear in the unsorted file, and so do the rows of each.
    pub fn order(&self, sorted: bool) -> Box<dyn Iterator<Item = u64> + '_> {
        if !sorted {
            return Box::new((0..self.rows.count()).map(|place| self.order.forward(place)));
        }
        let places = |unit| self.units.rows(unit).map(|row| self.order.backward(row));
        let mut units: Vec<(u64, u64)> =
            (0..self.units.count()).filter_map(|unit| Some((places(unit).min()?, unit))).collect();
        units.sort_unstable();
        Box::new(units.into_iter().flat_map(move |(_, unit)| {
            let mut places: Vec<u64> = places(unit).collect();
            places.sort_unstable();
            places.into_iter().map(|place| self.order.forward(place))
        }))
    }

    /// The header with its line break.
    pub fn header(&self) -> String {
        rows::HEADERS.join(",") + "\n"
    }

    /// Writes rows by their numbers.
    pub fn rows(&self) -> RowWriter<'_> {
        RowWriter::new(&self.rows, &self.units)
    }

    /// The header of the applicants file with its line break.
    pub fn applicants_header(&self) -> String {
        units::HEADERS.join(",") + "\n"
    }

    /// How many units there are.
    pub fn applicants(&self) -> u64 {
        self.units.count()
    }

    /// Writes one unit's line of the applicants file.
    pub fn write_applicant(&self, unit: u64, out: &mut String) {
        self.units.write(unit, out);
    }
}
