//! The yardstick of docs/performance.md: the `csv` crate reads a file on one thread and does nothing else 只读不算.
//!
//! `cargo run --release --example read_csv -- achievements.csv --buffer 1048576`

use std::fs::File;
use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use clap::Parser;
use csv::{ByteRecord, ReaderBuilder};
use serde_json::json;

/// 只用 csv 库读一遍文件 Reads a file with the csv crate, and prints rows and seconds as JSON.
#[derive(Parser)]
struct Args {
    /// 文件 The file
    file: PathBuf,
    /// 缓冲区字节数（默认为 csv 库的默认值） Bytes of the buffer (default: that of the csv crate)
    #[arg(long, value_name = "BYTES")]
    buffer: Option<usize>,
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let start = Instant::now();
    let mut options = ReaderBuilder::new();
    if let Some(bytes) = args.buffer {
        options.buffer_capacity(bytes);
    }
    let file = File::open(&args.file).with_context(|| args.file.display().to_string())?;
    let mut reader = options.from_reader(file);
    let mut record = ByteRecord::new();
    let (mut rows, mut cells) = (0_u64, 0_u64);
    while reader.read_byte_record(&mut record)? {
        rows += 1;
        cells += record.len() as u64;
    }
    println!("{}", json!({ "rows": rows, "cells": cells, "seconds": start.elapsed().as_secs_f64() }));
    Ok(())
}
