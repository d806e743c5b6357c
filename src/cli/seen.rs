//! Which applicants a grouped file has had: all of them, however many, in little memory.

use std::collections::HashSet;
use std::io::{self, BufReader, BufWriter, Read, Seek as _, Write as _};

/// Hashes of names. Those that no longer fit into memory go to temporary files, each in order.
#[derive(Default)]
pub struct Seen {
    latest: HashSet<u128>,
    runs: Vec<std::fs::File>,
}

impl Seen {
    /// So many are kept in memory.
    const MOST: usize = 1_500_000;

    /// True if the hash was seen before, as far as memory goes; remembers it.
    pub fn again(&mut self, hash: u128) -> io::Result<bool> {
        if self.latest.len() >= Self::MOST {
            self.put_aside()?;
        }
        Ok(!self.latest.insert(hash))
    }

    fn put_aside(&mut self) -> io::Result<()> {
        let mut hashes: Vec<u128> = self.latest.drain().collect();
        hashes.sort_unstable();
        let mut out = BufWriter::new(tempfile::tempfile()?);
        for hash in hashes {
            out.write_all(&hash.to_le_bytes())?;
        }
        self.runs.push(out.into_inner().map_err(io::IntoInnerError::into_error)?);
        Ok(())
    }

    /// True if some hash was seen twice, so far apart that it did not show before.
    pub fn again_in_files(&mut self) -> io::Result<bool> {
        if self.runs.is_empty() {
            return Ok(false);
        }
        self.put_aside()?;
        let mut readers = Vec::new();
        for run in &mut self.runs {
            run.rewind()?;
            readers.push(BufReader::new(run));
        }
        let mut heads: Vec<Option<u128>> = readers.iter_mut().map(next).collect::<io::Result<_>>()?;
        let mut last = None;
        while let Some((index, least)) =
            heads.iter().enumerate().filter_map(|(index, head)| Some((index, (*head)?))).min_by_key(|(_, head)| *head)
        {
            if last == Some(least) {
                return Ok(true);
            }
            last = Some(least);
            heads[index] = next(&mut readers[index])?;
        }
        Ok(false)
    }
}

fn next(reader: &mut impl Read) -> io::Result<Option<u128>> {
    let mut bytes = [0; 16];
    match reader.read_exact(&mut bytes) {
        Ok(()) => Ok(Some(u128::from_le_bytes(bytes))),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_comes_again_is_found_however_far_away() {
        for again in [None, Some(0), Some(7), Some(19)] {
            let mut seen = Seen::default();
            let mut found = false;
            for hash in (0..20).chain(again) {
                found |= seen.again(hash).unwrap();
                if seen.latest.len() == 6 {
                    seen.put_aside().unwrap();
                }
            }
            found |= seen.again_in_files().unwrap();
            assert_eq!(found, again.is_some(), "{again:?}");
        }
    }
}
