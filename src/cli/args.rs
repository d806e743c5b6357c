//! What can be typed. Only validated here; [`super::request`] gives it meaning.

use std::path::{Path, PathBuf};

use biaobu::input::Encoding;
use biaobu::lang::Lang;
use biaobu::money::{Money, parse_money};
use biaobu::text;
use clap::{Parser, Subcommand, ValueEnum};
use jiff::civil::Date;

/// 标补：企业能拿哪些标准化补贴，多少，依据哪一条，为什么不是更多。
/// Which standardization subsidies a company can claim, how much, by which clause, and why not more.
#[derive(Parser, Debug)]
#[command(name = "biaobu", version)]
pub struct Args {
    /// 输出语言 Language of words (default: from the locale, else zh)
    #[arg(long, global = true, value_enum)]
    pub lang: Option<LangArg>,
    /// 规则目录，补充或替换随程序发布的规则 Folder of rule files that add to or replace the shipped ones
    #[arg(long, global = true, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// 测算：逐项列出能拿多少 Itemized awards for one company or a portfolio
    ///
    /// 例 Example: biaobu estimate 成果.csv --applicants 单位.csv --year 2022
    Estimate(Estimate),
    /// 说明一项：每一步、每个条件 One item, every step and condition, in sentences
    ///
    /// 例 Example: biaobu explain 成果.csv --policy tianjin-2021 --year 2022 --item A1
    Explain(Explain),
    /// 核对申报：申报、核定与应得逐项对照 Claimed and granted amounts against what the policies come to
    ///
    /// 例 Example: biaobu audit 申报.csv --applicants 单位.csv --year 2022
    Audit(Audit),
    /// 各地比较：同样的成果在每份政策下各得多少 The same achievements under every policy, as if registered there
    ///
    /// 例 Example: biaobu compare 成果.csv --year 2022
    Compare(Compare),
    /// 两份政策的差别：条款、金额；给出成果时算出每项差多少
    /// What changed between two rule files, in clauses and, for given achievements, in money
    ///
    /// 例 Example: biaobu diff tianjin-2021 草案.toml 成果.csv --year 2022
    Diff(Diff),
    /// 规划：空白资料与再添一项值多少、离封顶多远、什么何时到期
    /// What unknown facts and further achievements are worth, what is left of caps, what closes when
    ///
    /// 例 Example: biaobu plan 成果.csv --policy tianjin-2021 --year 2022
    Plan(Plan),
    /// 列出政策 The policies at hand
    ///
    /// 例 Example: biaobu policies --on 2022-12-31
    Policies(Policies),
    /// 展示一份政策的条款与金额 One policy as a readable list of clauses and amounts
    ///
    /// 例 Example: biaobu show beijing-2020
    Show(Show),
    /// 填报模板：表头、下拉列表、说明和一行示例 An empty input file with headers, notes, drop-downs and an example
    ///
    /// 例 Example: biaobu template -o 成果.xlsx --policy xiamen-2020
    Template(Template),
    /// 检查规则文件与算例 Lints rule files and runs their worked examples
    ///
    /// 例 Example: biaobu check my-rules/
    Check(Check),
    /// 复核：重算保存的结果，逐项指出不同及原因 Recomputes a saved result and names every difference and its cause
    ///
    /// 例 Example: biaobu verify 结果.json --inputs 资料/
    Verify(Verify),
    /// 规则文件、词典或结果文件的 JSON Schema The JSON Schema of a policy, of the vocabulary or of a result
    ///
    /// 例 Example: biaobu schema policy > policy.schema.json
    Schema(Schema),
    /// 命令行补全脚本 Completions for a shell
    ///
    /// 例 Example: biaobu completions bash > ~/.local/share/bash-completion/completions/biaobu
    Completions(Completions),
    /// 手册页 The manual page
    ///
    /// 例 Example: biaobu man > biaobu.1
    Man,
}

/// What every command that reads achievements takes.
#[derive(clap::Args, Debug)]
pub struct Inputs {
    /// 成果文件（CSV、Excel、ODS），- 为标准输入 Achievements files (CSV, Excel, ODS), - for standard input
    #[arg(value_name = "ACHIEVEMENTS")]
    pub achievements: Vec<PathBuf>,
    /// 单位文件；工作簿里有“单位”表的可以不写 Applicants file; a workbook may have its own sheet 单位
    #[arg(long, value_name = "FILE")]
    pub applicants: Option<PathBuf>,
    /// 成果文件没有单位一列时的单位名称 Name of the one applicant where the file names none
    #[arg(long, value_name = "NAME")]
    pub applicant: Option<String>,
    /// 政策编号，可多个；auto 按注册地，all 全部 Policy ids; auto: by region; all: every policy
    #[arg(long, value_name = "ID|auto|all", num_args = 1.., value_delimiter = ',')]
    pub policy: Vec<String>,
    /// 申请年度，或逐年测算的起止年度 Application year, or a run over several years
    #[arg(long, value_name = "YEAR|FROM..TO", value_parser = parse_years)]
    pub year: Option<Years>,
    /// 申请日 Application date (default: the last day of the year in force)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub on: Option<Date>,
    /// 参数，如 fund_total=4000万 A parameter such as the year's fund
    #[arg(long = "param", value_name = "NAME=AMOUNT", value_parser = parse_param)]
    pub parameters: Vec<(String, Money)>,
    /// 不在有效期内也计算，并注明 Compute although the policy is not in force, and say so
    #[arg(long)]
    pub ignore_validity: bool,
    /// 按年度申报通知的期间计算 Let the yearly calls replace the general windows
    #[arg(long)]
    pub calls: bool,
    /// 有一行读不出就停止 Stop at the first unreadable row (exit code 2)
    #[arg(long)]
    pub strict: bool,
    /// 工作簿里写成果的工作表（默认名为“成果”的，否则第一张） The workbook's sheet of achievements (default: 成果 or the first)
    #[arg(long, value_name = "NAME")]
    pub sheet: Option<String>,
    /// 线程数（默认按机器的核数），只影响快慢 Threads (default: as many as the machine has); results never change with it
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    pub threads: Option<usize>,
    /// 文件编码 utf-8、gb18030、utf-16（默认自动识别） Encoding of the files (default: detected)
    #[arg(long, value_name = "ENCODING", value_parser = parse_encoding)]
    pub encoding: Option<Encoding>,
}

#[derive(clap::Args, Debug)]
pub struct Estimate {
    #[command(flatten)]
    pub inputs: Inputs,
    /// 输出格式（默认按 -o 的文件名，否则为 table） Format of the result (default: by the name of the file, else table)
    #[arg(long = "format", value_enum, value_name = "FORMAT")]
    pub asked: Option<Format>,
    /// 每个单位、政策、年度只要一行合计（csv、ndjson、json） One line per applicant, policy and year (csv, ndjson, json)
    #[arg(long)]
    pub summary: bool,
    /// 同一单位的行都在一起：边读边算，文件多长都只用很少内存（csv、ndjson）
    /// The rows of each applicant stand together: computed while reading, in little memory whatever the length (csv, ndjson)
    #[arg(long)]
    pub grouped: bool,
    /// 读不出的行全部写入这个 CSV 文件 File for all unreadable rows, as CSV
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,
    /// 与 --format csv 同用：文件开头加 BOM，Excel 直接打开不乱码 With --format csv: begin with a BOM, for Excel
    #[arg(long)]
    pub excel: bool,
    /// 输出文件，- 为标准输出 File to write, - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// 表格是否用颜色（默认只在终端，并遵从 NO_COLOR） Colours in the table (default: on a terminal, unless NO_COLOR)
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
}

#[derive(clap::Args, Debug)]
pub struct Audit {
    #[command(flatten)]
    pub inputs: Inputs,
    /// 金额按行核对，还是把各行相加按单位核对 Amounts belong to rows, or are added up per applicant
    #[arg(long, value_enum, default_value = "row")]
    pub by: ByArg,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ByArg {
    Row,
    Applicant,
}

/// How a command beside `estimate` shows what it found.
#[derive(clap::Args, Debug)]
pub struct Shown {
    /// 输出格式（默认按 -o 的文件名，否则为 table） Format of the result (default: by the name of the file, else table)
    #[arg(long = "format", value_enum, value_name = "FORMAT")]
    pub asked: Option<ShownFormat>,
    /// 与 --format csv 同用：文件开头加 BOM，Excel 直接打开不乱码 With --format csv: begin with a BOM, for Excel
    #[arg(long)]
    pub excel: bool,
    /// 输出文件，- 为标准输出 File to write, - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShownFormat {
    Table,
    Json,
    Csv,
    Html,
}

#[derive(clap::Args, Debug)]
pub struct Template {
    /// 格式；不写时看 -o 的扩展名：.csv 为 csv，其他为 xlsx；没有 -o 时为 csv
    /// Format; by default as -o is named: csv for .csv, else xlsx; without -o, csv
    #[arg(long = "format", value_enum, value_name = "FORMAT")]
    pub asked: Option<TemplateFormat>,
    /// 只要这些政策用到的列，可多个 Only the columns that these policies look at
    #[arg(long, value_name = "ID", num_args = 1.., value_delimiter = ',')]
    pub policy: Vec<String>,
    /// 输出文件，- 为标准输出 File to write, - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub struct Explain {
    #[command(flatten)]
    pub inputs: Inputs,
    /// 成果编号 Id of the item
    #[arg(long, value_name = "ID")]
    pub item: String,
}

#[derive(clap::Args, Debug)]
pub struct Plan {
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(clap::Args, Debug)]
pub struct Compare {
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(clap::Args, Debug)]
pub struct Diff {
    /// 前：政策编号或规则文件 Before: a policy id or a rule file
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// 后：政策编号或规则文件 After: a policy id or a rule file
    #[arg(value_name = "AFTER")]
    pub after: String,
    #[command(flatten)]
    pub inputs: Inputs,
    #[command(flatten)]
    pub shown: Shown,
}

#[derive(clap::Args, Debug)]
pub struct Policies {
    /// 以哪一天判断是否有效 Day for which validity is shown (default: today)
    #[arg(long, value_name = "DATE", value_parser = parse_date)]
    pub on: Option<Date>,
}

#[derive(clap::Args, Debug)]
pub struct Show {
    /// 政策编号 Policy id
    pub policy: String,
}

#[derive(clap::Args, Debug)]
pub struct Check {
    /// 规则文件或目录（默认检查随程序发布的规则） Rule files or folders (default: the shipped rules)
    #[arg(value_name = "RULES")]
    pub files: Vec<PathBuf>,
    /// 正文目录：逐条核对规则里的金额和比例 Folder of the official texts: every figure must stand in its clause
    #[arg(long, value_name = "DIR")]
    pub sources: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
pub struct Verify {
    /// estimate --format json 保存的结果，- 为标准输入 A result saved by estimate --format json, - for standard input
    #[arg(value_name = "RESULT.json")]
    pub result: PathBuf,
    /// 输入文件现在所在的目录：按文件名找，找不到再按 SHA-256 找 Folder of the input files: looked up by name, else by SHA-256
    #[arg(long, value_name = "DIR")]
    pub inputs: Option<PathBuf>,
    /// 输出格式（默认按 -o 的文件名，否则为 table） Format of the report (default: by the name of the file, else table)
    #[arg(long = "format", value_enum, value_name = "FORMAT")]
    pub asked: Option<VerifyFormat>,
    /// 输出文件，- 为标准输出 File to write, - for standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum VerifyFormat {
    Table,
    Json,
}

#[derive(clap::Args, Debug)]
pub struct Schema {
    /// 哪种文件 Of which document
    pub of: SchemaOf,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaOf {
    /// 事实词典：没有 [policy] 的规则文件 The dictionary of facts: a rule file without [policy]
    Vocabulary,
    /// 一份政策的规则文件，含词典的事实与取值 A rule file with one policy, with the facts and values of the dictionary
    Policy,
    /// estimate --format json 的结果，以及 ndjson 的一行 Results of estimate --format json, and a line of ndjson
    Result,
}

#[derive(clap::Args, Debug)]
pub struct Completions {
    /// 哪种命令行 Which shell
    pub shell: clap_complete::Shell,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
pub enum LangArg {
    Zh,
    En,
}

impl From<LangArg> for Lang {
    fn from(lang: LangArg) -> Lang {
        match lang {
            LangArg::Zh => Lang::Zh,
            LangArg::En => Lang::En,
        }
    }
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Table,
    Json,
    Ndjson,
    Csv,
    Markdown,
    Html,
    Xlsx,
}

#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateFormat {
    Csv,
    Xlsx,
}

impl Estimate {
    /// The format to write.
    pub fn format(&self) -> Format {
        self.asked.or_else(|| by_name(self.output.as_deref())).unwrap_or(Format::Table)
    }
}

impl Shown {
    /// The format to write; an error is a format that the name of the file asks for and this command does not have.
    pub fn format(&self) -> Result<ShownFormat, Format> {
        let output = self.output.as_deref();
        match (self.asked.or_else(|| by_name(output)), by_name::<Format>(output)) {
            (Some(format), _) => Ok(format),
            (None, Some(other)) => Err(other),
            (None, None) => Ok(ShownFormat::Table),
        }
    }
}

impl Template {
    /// The format to write: CSV to standard output, else a workbook unless the file is named as CSV.
    pub fn format(&self) -> TemplateFormat {
        let file = self.output.as_deref().filter(|path| *path != Path::new("-"));
        let by_default = if file.is_some() { TemplateFormat::Xlsx } else { TemplateFormat::Csv };
        self.asked.or_else(|| by_name(file)).unwrap_or(by_default)
    }
}

impl Verify {
    /// The format to write.
    pub fn format(&self) -> VerifyFormat {
        self.asked.or_else(|| by_name(self.output.as_deref())).unwrap_or(VerifyFormat::Table)
    }
}

/// The format that the name of a file asks for.
fn by_name<F: ValueEnum>(output: Option<&Path>) -> Option<F> {
    let extension = output?.extension()?.to_str()?.to_lowercase();
    let name = match extension.as_str() {
        "md" => "markdown",
        "htm" => "html",
        "jsonl" => "ndjson",
        other => other,
    };
    F::from_str(name, false).ok()
}

/// The years of `--year`, ascending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Years(pub Vec<i16>);

fn parse_years(text: &str) -> Result<Years, String> {
    let year = |text: &str| text.trim().parse().ok().filter(|year: &i16| biaobu::request::YEARS.contains(year));
    let years = match text.split_once("..") {
        None => year(text).map(|year| year..=year),
        Some((from, to)) => year(from).zip(year(to)).map(|(from, to)| from..=to),
    };
    years
        .map(|years| Years(years.collect()))
        .filter(|years| !years.0.is_empty())
        .ok_or_else(|| "应为年份，如 2022 或 2019..2024 / expected a year such as 2022, or 2019..2024".to_owned())
}

fn parse_threads(text: &str) -> Result<usize, String> {
    const MOST: usize = 256;
    text.parse()
        .ok()
        .filter(|threads| (1..=MOST).contains(threads))
        .ok_or_else(|| format!("应为 1 到 {MOST} 的整数 / expected a whole number from 1 to {MOST}"))
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| "应为日期，如 2022-12-31 / expected a date such as 2022-12-31".to_owned())
}

fn parse_param(text: &str) -> Result<(String, Money), String> {
    let expected = "应为 名称=金额，如 fund_total=4000万 / expected NAME=AMOUNT such as fund_total=4000万";
    let (name, amount) = text.split_once('=').ok_or(expected)?;
    let parsed = parse_money(&text::fold(amount)).filter(|parsed| parsed.exact).ok_or(expected)?;
    Ok((name.trim().to_owned(), parsed.money))
}

fn parse_encoding(text: &str) -> Result<Encoding, String> {
    text.parse().map_err(|unknown: biaobu::input::UnknownEncoding| unknown.0.to_string())
}
