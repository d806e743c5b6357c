//! Flat records as CSV, cells neutralized as everywhere.

use std::io::{self, Write};

use super::Records;
use crate::output::csv::write_line;

pub(super) fn write(records: &Records, excel: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = if excel { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    write_line(&records.header, &mut bytes);
    for row in &records.rows {
        debug_assert_eq!(row.len(), records.header.len());
        write_line(row, &mut bytes);
    }
    out.write_all(&bytes)
}
