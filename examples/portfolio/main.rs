//! Writes invented achievements files of any size, for trials and benchmarks 生成试验用的成果表.
//!
//! `cargo run --release --example portfolio -- --rows 1000000 -o achievements.csv`
//!
//! The same options give the same bytes on any machine.

mod generator;

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use clap::Parser;
use encoding_rs::GB18030;
use generator::{Generator, Settings};

/// 生成试验用的成果表 Writes an invented achievements file.
#[derive(Parser)]
struct Args {
    /// 行数 Rows below the header
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// 单位数（默认为行数的十分之一） Units that share the rows (default: a tenth of the rows)
    #[arg(long)]
    applicants: Option<u64>,
    /// 种子 Another seed, another file
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// 输出文件，- 为标准输出 File to write, - for standard output
    #[arg(short, long, default_value = "-", value_name = "FILE")]
    output: PathBuf,
    /// 同一单位的各行排在一起，单位按在未排序文件中首次出现的先后
    /// The same rows, those of one unit together, units and their rows in the order of the unsorted file
    #[arg(long)]
    sorted: bool,
    /// 有错误的行所占比例 Share of rows with a mistake, such as 0.01
    #[arg(long, default_value = "0", value_parser = share, value_name = "SHARE")]
    bad: u32,
    /// 名称含逗号、引号或换行的行所占比例 Share of rows with a comma, a quote or a line break in the title
    #[arg(long, default_value = "0", value_parser = share, value_name = "SHARE")]
    quotes: u32,
    /// 用 GB18030 编码（默认 UTF-8） Encode as GB18030 instead of UTF-8
    #[arg(long)]
    gbk: bool,
    /// 另写一份单位表 Also write the applicants file
    #[arg(long, value_name = "FILE")]
    applicants_file: Option<PathBuf>,
}

/// A share as so many of a million, since whole numbers are alike on every machine.
fn share(text: &str) -> Result<u32, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok((share * 1e6).round() as u32),
        _ => Err("a share from 0 to 1".to_owned()),
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let applicants = args.applicants.unwrap_or((args.rows / 10).max(1));
    let settings = Settings { rows: args.rows, applicants, seed: args.seed, bad: args.bad, quotes: args.quotes };
    let generator = Generator::new(settings).map_err(|message| anyhow!(message))?;
    if let Some(path) = &args.applicants_file {
        let mut file = Output::create(path, args.gbk)?;
        let written = file.write(generator.applicants_header(), 0..generator.applicants(), |unit, text| {
            generator.write_applicant(unit, text);
        });
        written.with_context(|| path.display().to_string())?;
    }
    let mut file = Output::create(&args.output, args.gbk)?;
    let mut rows = generator.rows();
    match file.write(generator.header(), generator.order(args.sorted), |row, text| rows.write(row, text)) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.with_context(|| args.output.display().to_string()),
    }
}

/// A file in its encoding.
struct Output {
    out: Box<dyn Write>,
    gbk: bool,
}

impl Output {
    fn create(path: &Path, gbk: bool) -> anyhow::Result<Output> {
        let out: Box<dyn Write> = if path == Path::new("-") {
            Box::new(io::stdout().lock())
        } else {
            Box::new(File::create(path).with_context(|| path.display().to_string())?)
        };
        Ok(Output { out: Box::new(BufWriter::new(out)), gbk })
    }

    /// Writes the header and all lines, in pieces of about a megabyte.
    fn write(
        &mut self,
        header: String,
        lines: impl Iterator<Item = u64>,
        mut line: impl FnMut(u64, &mut String),
    ) -> io::Result<()> {
        const PIECE: usize = 1 << 20;
        let mut text = header;
        for number in lines {
            line(number, &mut text);
            if text.len() >= PIECE {
                self.encode(&text)?;
                text.clear();
            }
        }
        self.encode(&text)?;
        self.out.flush()
    }

    fn encode(&mut self, text: &str) -> io::Result<()> {
        if self.gbk { self.out.write_all(&GB18030.encode(text).0) } else { self.out.write_all(text.as_bytes()) }
    }
}
