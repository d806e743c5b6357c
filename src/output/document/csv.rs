//! Flat records as CSV, cells neutralized as everywhere, but for differences below zero: a number is no formula, and a
//! sheet has to add them up.

use std::io::{self, Write};

use super::Records;
use crate::output::csv::{write_cell, write_line};

pub(super) fn write(records: &Records, excel: bool, out: &mut dyn Write) -> io::Result<()> {
    let mut bytes = if excel { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    write_line(&records.header, &mut bytes);
    for row in &records.rows {
        debug_assert_eq!(row.len(), records.header.len());
        for (place, cell) in row.iter().enumerate() {
            if place > 0 {
                bytes.push(b',');
            }
            if is_amount_below_zero(cell) {
                bytes.extend(cell.as_bytes());
            } else {
                write_cell(cell, &mut bytes);
            }
        }
        bytes.push(b'\n');
    }
    out.write_all(&bytes)
}

/// `-20.00`, and nothing else.
fn is_amount_below_zero(cell: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let amount = cell.strip_prefix('-').and_then(|amount| amount.split_once('.'));
    amount.is_some_and(|(yuan, fen)| digits(yuan) && digits(fen) && fen.len() == 2)
}
