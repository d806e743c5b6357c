//! Rows of achievements 成果: most are standards, the others come from the patterns of [`super::kinds`].

use std::fmt::Write;

use super::Settings;
use super::dice::{Dice, Purpose, Shuffle};
use super::kinds::{PATTERNS, Pattern};
use super::units::{Unit, Units};
use super::words::{ASSOCIATIONS, INDUSTRIES, INDUSTRY_STANDARDS, Label, Place, TOPICS, label};

/// Headers of the achievements file 成果表.
pub const HEADERS: [&str; COLUMNS] = [
    "编号",
    "申报单位",
    "类别",
    "事项",
    "名称",
    "标准号",
    "级别",
    "制修订",
    "角色",
    "起草单位排名",
    "本地单位排名",
    "机构",
    "职务",
    "等级",
    "阶段",
    "日期",
    "实施日期",
    "系列",
    "项目标识",
    "数量",
    "实际费用",
    "采用单位数",
    "已获资助金额",
    "已获资助来源",
    "标记",
];

const COLUMNS: usize = 25;

/// The columns in the order of [`HEADERS`].
#[derive(Clone, Copy)]
enum Column {
    Id,
    Applicant,
    Kind,
    Subject,
    Title,
    Number,
    Level,
    Action,
    Role,
    Rank,
    LocalRanks,
    Body,
    Position,
    Grade,
    Stage,
    Date,
    Implemented,
    Series,
    Project,
    Quantity,
    Cost,
    Adopters,
    PriorAmount,
    PriorSource,
    Flags,
}

/// Of a thousand rows, how many are standards.
const STANDARDS: u32 = 575;

/// Drafting units of one standard that could claim it; a good half of the seats is in the file.
const SEATS: u64 = 4;

const STANDARD: Label = label("标准制修订", "standard");
const FORMULATE: Label = label("制定", "formulate");
const REVISE: Label = label("修订", "revise");
const LEAD: Label = label("主导", "lead");
const PARTICIPATE: Label = label("参与", "participate");
const ASSIST: Label = label("协助", "assist");

/// What rows are drawn from.
pub struct Rows {
    settings: Settings,
    /// From rows to seats on standards, so that a seat is taken once.
    seats: Shuffle,
}

impl Rows {
    pub fn new(settings: Settings) -> Rows {
        Rows { settings, seats: Shuffle::new(settings.seed, 2, settings.rows) }
    }

    /// How many rows there are.
    pub fn count(&self) -> u64 {
        self.settings.rows
    }
}

/// Writes row after row into the same cells.
pub struct RowWriter<'a> {
    rows: &'a Rows,
    units: &'a Units,
    seed: u64,
    cells: [String; COLUMNS],
}

impl<'a> RowWriter<'a> {
    pub fn new(rows: &'a Rows, units: &'a Units) -> RowWriter<'a> {
        RowWriter { rows, units, seed: rows.settings.seed, cells: Default::default() }
    }

    /// Writes one row with its line break.
    pub fn write(&mut self, row: u64, out: &mut String) {
        self.cells.iter_mut().for_each(String::clear);
        let index = self.units.owner(row);
        let (unit, own) = (self.units.unit(index), self.units.rows(index));
        let mut dice = Dice::new(self.seed, Purpose::Row, row);
        self.id(&unit, row - own.start);
        self.set(Column::Applicant, &unit.name);
        if dice.below(1000) < STANDARDS {
            self.standard(row, &unit, &mut dice);
        } else {
            let pattern = dice.place(PATTERNS.iter().map(|pattern| pattern.weight));
            self.other(&PATTERNS[pattern], &unit, &mut dice);
        }
        self.money_received(&unit, &mut dice);
        self.quotes(row);
        let before = row.checked_sub(1).filter(|before| own.contains(before)).map(|before| before - own.start);
        self.mistake(row, &unit, before);
        self.join(out);
    }

    fn cell(&mut self, column: Column) -> &mut String {
        &mut self.cells[column as usize]
    }

    fn set(&mut self, column: Column, text: &str) {
        self.cell(column).push_str(text);
    }

    fn label(&mut self, column: Column, unit: &Unit, label: Label) {
        self.set(column, if unit.english { label.en } else { label.zh });
    }

    fn number(&mut self, column: Column, number: impl std::fmt::Display) {
        // Writing to a string cannot fail.
        let _ = write!(self.cell(column), "{number}");
    }

    /// Running numbers of the unit: never twice.
    fn id(&mut self, unit: &Unit, number: u64) {
        let ((prefix, digits), number) = (unit.id_style, number + 1);
        let _ = write!(self.cell(Column::Id), "{prefix}{number:0digits$}");
    }

    fn standard(&mut self, row: u64, unit: &Unit, dice: &mut Dice) {
        let seat = self.rows.seats.forward(row);
        let standard = Standard::new(self.seed, seat / SEATS, unit);
        let rank = standard.rank(seat % SEATS);
        self.label(Column::Kind, unit, STANDARD);
        self.set(Column::Title, &standard.title);
        if dice.percent(93) {
            match dice.below(100) {
                0 => self.set(Column::Number, &standard.number.replace(' ', "")),
                1 => self.set(Column::Number, &standard.number.replace('-', "—")),
                _ => self.set(Column::Number, &standard.number),
            }
        }
        match dice.below(100) {
            0..10 => {}
            10..15 if !unit.english => self.set(Column::Level, standard.level.also),
            _ => self.label(Column::Level, unit, standard.level.label),
        }
        if dice.percent(96) {
            self.label(Column::Action, unit, if standard.revised { REVISE } else { FORMULATE });
        }
        self.role(rank, 55, 86, unit, dice);
        if dice.percent(unit.place.local_ranks) {
            self.local_ranks(rank, dice);
        }
        if dice.percent(98) {
            self.date(Column::Date, standard.published, dice);
        }
        if dice.percent(30) {
            self.date(Column::Implemented, standard.implemented, dice);
        }
        if dice.percent(3) {
            let object = dice.pick(unit.industry.objects);
            let _ = write!(self.cell(Column::Series), "{object}系列");
        }
        if dice.percent(1) {
            self.project(unit, dice);
        }
        if dice.percent(8) {
            let thousands = 20 + dice.below(600);
            self.money(Column::Cost, thousands, dice);
        }
        if standard.level.id == Level::Group && dice.percent(30) {
            let adopters = dice.below(20);
            self.number(Column::Adopters, adopters);
        }
        let flags: &[Label] = match standard.level.id {
            Level::Group if unit.place.group_pilot && dice.percent(30) => &[
                label("省团体标准试点", "shandong_pilot"),
                label("省团体标准试点;团体标准平台公开", "shandong_pilot;group_platform"),
            ],
            Level::Group => &[
                label("团体标准平台公开", "group_platform"),
                label("团体标准平台公开;政府采信", "group_platform;gov_use"),
                label("!政府采信", "!gov_use"),
                label("专家评审通过", "expert_review"),
            ],
            Level::Industry => &[
                label("已备案", "filed"),
                label("已备案", "filed"),
                label("!已备案", "!filed"),
                label("药品医疗器械", "medical"),
            ],
            Level::Local => &[
                label("适用本区", "covers_area"),
                label("第一起草单位为行政单位", "government_first"),
                label("!适用本区", "!covers_area"),
            ],
            Level::Other => &[label("自有知识产权", "proprietary_ip"), label("药品医疗器械", "medical")],
        };
        if dice.percent(if standard.level.id == Level::Other { 2 } else { 9 }) {
            let flag = *dice.pick(flags);
            self.label(Column::Flags, unit, flag);
        }
    }

    fn other(&mut self, pattern: &Pattern, unit: &Unit, dice: &mut Dice) {
        self.label(Column::Kind, unit, pattern.kind);
        if let Some(subject) = pattern.subject {
            self.label(Column::Subject, unit, subject);
        }
        let object = dice.pick(unit.industry.objects);
        self.set(Column::Title, object);
        self.set(Column::Title, pattern.title);
        for (column, labels, filled) in [
            (Column::Level, pattern.levels, 92),
            (Column::Body, pattern.bodies, 96),
            (Column::Position, pattern.positions, 90),
            (Column::Grade, pattern.grades, 97),
            (Column::Stage, pattern.stages, 90),
        ] {
            if !labels.is_empty() && dice.percent(filled) {
                let drawn = *dice.pick(labels);
                self.label(column, unit, drawn);
            }
        }
        if pattern.ranked > 0 {
            let rank = *dice.pick(&[1, 1, 1, 1, 2, 3]);
            self.role(rank, pattern.ranked * 2 / 3, pattern.ranked, unit, dice);
        }
        if dice.percent(98) {
            let day = Day::draw(dice);
            self.date(Column::Date, day, dice);
        }
        if dice.percent(4) {
            self.project(unit, dice);
        }
        if dice.percent(pattern.quantity.0) {
            let quantity = 1 + dice.below(pattern.quantity.1);
            self.number(Column::Quantity, quantity);
        }
        if dice.percent(pattern.cost.0) {
            let thousands = 5 + dice.below(pattern.cost.1);
            self.money(Column::Cost, thousands, dice);
        }
        if dice.percent(pattern.flags.0) {
            let flag = *dice.pick(pattern.flags.1);
            self.label(Column::Flags, unit, flag);
        }
    }

    /// Role and rank never disagree; of a hundred rows so many have them.
    fn role(&mut self, rank: u32, roles: u32, ranks: u32, unit: &Unit, dice: &mut Dice) {
        if dice.percent(roles) {
            match (rank, dice.below(10)) {
                (1, 0) if !unit.english => self.set(Column::Role, "牵头"),
                (1, 1) if !unit.english => self.set(Column::Role, "主持"),
                (1, _) => self.label(Column::Role, unit, LEAD),
                (_, 0) => self.label(Column::Role, unit, ASSIST),
                _ => self.label(Column::Role, unit, PARTICIPATE),
            }
        }
        if dice.percent(ranks) {
            self.number(Column::Rank, rank);
        }
    }

    /// The unit's own rank and some others, ascending.
    fn local_ranks(&mut self, own: u32, dice: &mut Dice) {
        for rank in 1..=own + 2 {
            if rank == own || dice.percent(30) {
                let list = self.cell(Column::LocalRanks);
                if !list.is_empty() {
                    list.push(';');
                }
                self.number(Column::LocalRanks, rank);
            }
        }
    }

    fn project(&mut self, unit: &Unit, dice: &mut Dice) {
        let object = dice.pick(unit.industry.objects);
        let _ = write!(self.cell(Column::Project), "{object}项目");
    }

    fn money_received(&mut self, unit: &Unit, dice: &mut Dice) {
        if !dice.percent(3) {
            return;
        }
        let thousands = 10 + dice.below(200);
        self.money(Column::PriorAmount, thousands, dice);
        if dice.percent(90) {
            let source = *dice.pick(&[
                label("国家", "national"),
                label("省级", "provincial"),
                label("市级", "municipal"),
                label("市级", "municipal"),
                label("区级", "district"),
                label("区级", "district"),
            ]);
            self.label(Column::PriorSource, unit, source);
        }
    }

    /// An amount as people write it.
    fn money(&mut self, column: Column, thousands: u32, dice: &mut Dice) {
        let (ten_thousands, rest) = (thousands / 10, thousands % 10);
        let cell = self.cell(column);
        let _ = match dice.below(4) {
            0 => write!(cell, "{ten_thousands}.{rest}万"),
            1 => write!(cell, "{ten_thousands}.{rest}万元"),
            2 => write!(cell, "{thousands}000"),
            _ => write!(cell, "{thousands}000.00"),
        };
    }

    fn date(&mut self, column: Column, day: Day, dice: &mut Dice) {
        let Day { year, month, day } = day;
        let cell = self.cell(column);
        let _ = match dice.below(100) {
            0..2 => write!(cell, "{year}/{month}/{day}"),
            2 => write!(cell, "{year}.{month}.{day}"),
            3 => write!(cell, "{year}年{month}月{day}日"),
            4 => write!(cell, "{year}{month:02}{day:02}"),
            _ => write!(cell, "{year}-{month:02}-{day:02}"),
        };
    }

    /// Titles with a comma, a quote or a line break, as cells of spreadsheets have.
    fn quotes(&mut self, row: u64) {
        let mut dice = Dice::new(self.seed, Purpose::Quotes, row);
        if dice.per_million(self.rows.settings.quotes) {
            let addition = *dice.pick(&["（试行, 2021年版）", "\"领先\"系列", "\n（代替旧版）", ",\"第1部分\"\n总则"]);
            self.set(Column::Title, addition);
        }
    }

    /// Something that makes the row unreadable. `before`: the running number of another row of the unit.
    fn mistake(&mut self, row: u64, unit: &Unit, before: Option<u64>) {
        let mut dice = Dice::new(self.seed, Purpose::Mistake, row);
        if !dice.per_million(self.rows.settings.bad) {
            return;
        }
        let (column, text) = match (dice.below(10), before) {
            (0, Some(before)) => {
                self.cell(Column::Id).clear();
                return self.id(unit, before);
            }
            (0 | 1, _) => (Column::Level, "省标"),
            (2, _) => (Column::Date, "2021-02-30"),
            (3, _) => (Column::Date, "去年底"),
            (4, _) => (Column::Flags, "已备按"),
            (5, _) => (Column::Rank, "第二"),
            (6, _) => (Column::Kind, "标准修编"),
            (7, _) => (Column::Kind, ""),
            (8, _) => (Column::Subject, "不明事项"),
            (_, _) => (Column::Cost, "若干"),
        };
        self.cell(column).clear();
        self.set(column, text);
    }

    fn join(&self, out: &mut String) {
        for (column, cell) in self.cells.iter().enumerate() {
            if column > 0 {
                out.push(',');
            }
            if column == Column::Title as usize && cell.contains([',', '"', '\n']) {
                out.push('"');
                out.push_str(&cell.replace('"', "\"\""));
                out.push('"');
            } else {
                out.push_str(cell);
            }
        }
        out.push('\n');
    }
}

/// A day of the calendar.
#[derive(Clone, Copy)]
struct Day {
    year: u32,
    month: u32,
    day: u32,
}

impl Day {
    /// Somewhere in 2018 to 2024, mostly in the middle.
    fn draw(dice: &mut Dice) -> Day {
        const YEARS: &[(u32, u32)] =
            &[(8, 2018), (12, 2019), (16, 2020), (22, 2021), (18, 2022), (14, 2023), (10, 2024)];
        let (year, month) = (dice.weighted(YEARS), 1 + dice.below(12));
        let days = match month {
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        Day { year, month, day: 1 + dice.below(days) }
    }

    /// The first of a month some months later.
    fn later(self, months: u32) -> Day {
        let months = self.month - 1 + months;
        Day { year: self.year + months / 12, month: months % 12 + 1, day: 1 }
    }
}

/// What rows need to know of a level 级别.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Group,
    Industry,
    Local,
    Other,
}

#[derive(Clone, Copy)]
struct LevelCell {
    id: Level,
    label: Label,
    /// Another spelling that the dictionary accepts.
    also: &'static str,
    number: fn(u64, &Place, &mut Dice) -> String,
}

const fn level(id: Level, label: Label, also: &'static str, number: fn(u64, &Place, &mut Dice) -> String) -> LevelCell {
    LevelCell { id, label, also, number }
}

/// Of a thousand standards, how many of each level, and how their numbers are made (without the year).
const LEVELS: &[(u32, LevelCell)] = &[
    (370, level(Level::Other, label("国家", "national"), "国家标准", national_number)),
    (240, level(Level::Industry, label("行业", "industry"), "行业标准", industry_number)),
    (185, level(Level::Group, label("团体", "group"), "团体标准", group_number)),
    (
        85,
        level(Level::Local, label("省级", "provincial"), "地方标准", |n, place, _| {
            local_number(place.provincial, n)
        }),
    ),
    (50, level(Level::Local, label("市级", "municipal"), "市", |n, place, _| local_number(place.municipal, n))),
    (50, level(Level::Other, label("国际", "international"), "国际标准", international_number)),
    (
        8,
        level(Level::Other, label("区域", "regional"), "区域标准", |n, place, _| {
            local_number(place.provincial, n)
        }),
    ),
    (12, level(Level::Other, label("企业", "enterprise"), "企业标准", enterprise_number)),
];

/// A number below `end`, and the part of the standard when these are used up.
fn with_part(prefix: &str, number: u64, end: u64, separator: char) -> String {
    match number / end {
        0 => format!("{prefix} {:04}", number % end + 1),
        part => format!("{prefix} {:04}{separator}{part}", number % end + 1),
    }
}

fn national_number(number: u64, _: &Place, dice: &mut Dice) -> String {
    const PREFIXES: &[(u32, &str)] = &[(92, "GB/T"), (6, "GB"), (2, "GB/Z")];
    with_part(dice.weighted(PREFIXES), number, 60_000, '.')
}

fn international_number(number: u64, _: &Place, dice: &mut Dice) -> String {
    const PREFIXES: &[(u32, &str)] = &[(60, "ISO"), (32, "IEC"), (8, "ISO/IEC")];
    with_part(dice.weighted(PREFIXES), number, 90_000, '-')
}

fn industry_number(number: u64, _: &Place, _: &mut Dice) -> String {
    let prefixes = INDUSTRY_STANDARDS.len() as u64;
    format!("{} {:04}", INDUSTRY_STANDARDS[(number % prefixes) as usize], number / prefixes + 1)
}

fn group_number(number: u64, _: &Place, _: &mut Dice) -> String {
    let associations = ASSOCIATIONS.len() as u64;
    format!("T/{} {:03}", ASSOCIATIONS[(number % associations) as usize], number / associations + 1)
}

fn local_number(prefix: &str, number: u64) -> String {
    with_part(&format!("{prefix}/T"), number, 9_000, '.')
}

fn enterprise_number(number: u64, _: &Place, dice: &mut Dice) -> String {
    let letters: String = (0..4).map(|_| char::from(b'A' + dice.below(26) as u8)).collect();
    format!("Q/{letters} {:03}", number % 900 + 1)
}

/// A standard, the same for every unit that drafted it. Local ones are another standard in every place.
struct Standard {
    level: LevelCell,
    title: String,
    number: String,
    revised: bool,
    published: Day,
    implemented: Day,
    /// Ranks between the first unit and the others that are not in the file.
    gap: u32,
}

impl Standard {
    fn new(seed: u64, index: u64, unit: &Unit) -> Standard {
        let mut dice = Dice::new(seed, Purpose::Standard, index);
        let level = dice.weighted(LEVELS);
        let local = matches!(level.label.en, "provincial" | "municipal" | "regional");
        let objects = dice.pick(INDUSTRIES).objects;
        let object = *dice.pick(objects);
        let topic = dice.below(TOPICS.len() as u32) as usize + if local { unit.place_index } else { 0 };
        let topic = TOPICS[topic % TOPICS.len()];
        let title = match dice.below(100) {
            0..12 => format!("{object} 第{}部分：{topic}", 1 + dice.below(6)),
            12..30 => format!("{object} {topic}"),
            _ => format!("{object}{topic}"),
        };
        let published = Day::draw(&mut dice);
        let mut number = (level.number)(index, unit.place, &mut dice);
        let year = if level.label.en == "international" { ':' } else { '-' };
        let _ = write!(number, "{year}{}", published.year);
        Standard {
            level,
            title,
            number,
            revised: dice.percent(28),
            published,
            implemented: published.later(1 + dice.below(8)),
            gap: *dice.pick(&[0, 0, 0, 1, 2, 4]),
        }
    }

    /// Rank of a seat 排名: other seats, other ranks.
    fn rank(&self, seat: u64) -> u32 {
        if seat == 0 { 1 } else { 1 + seat as u32 + self.gap }
    }
}
