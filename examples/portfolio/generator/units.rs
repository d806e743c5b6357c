//! Units 申报单位: how many rows each has, its name, and its line in the applicants file.

use std::fmt::Write;

use super::dice::{Dice, Purpose, Shuffle};
use super::words::{BRANDS, INDUSTRIES, Industry, PLACES, Place};

/// Headers of the applicants file 单位表.
pub const HEADERS: [&str; 9] = [
    "申报单位",
    "统一社会信用代码",
    "单位类型",
    "注册地",
    "列入失信日期",
    "标准或质量处罚日期",
    "重大违法处罚日期",
    "骗取资金认定日期",
    "正在接受调查",
];

/// A legal form: ending of the name, type of unit, first digits of the credit code.
type Form = (&'static str, &'static str, &'static str);

const FORMS: &[(u32, Form)] = &[
    (64, ("有限公司", "企业", "91")),
    (12, ("股份有限公司", "企业", "91")),
    (4, ("集团有限公司", "企业", "91")),
    (5, ("研究院", "事业单位", "12")),
    (4, ("研究所", "事业单位", "12")),
    (5, ("检测中心", "事业单位", "12")),
    (5, ("行业协会", "社会团体", "51")),
    (1, ("管理局", "机关", "11")),
];

/// Extra rows of a unit beside those of others: most have few, some a hundred times as many.
const SIZES: &[(u32, (u32, u32))] =
    &[(600, (0, 3)), (240, (3, 12)), (110, (12, 45)), (40, (45, 150)), (9, (150, 450)), (1, (450, 1000))];

/// One unit, as its rows need it.
pub struct Unit {
    /// 申报单位.
    pub name: String,
    /// Where it is.
    pub place: &'static Place,
    /// Its place's number in [`PLACES`].
    pub place_index: usize,
    /// What it does.
    pub industry: &'static Industry,
    /// True if it fills in the English ids of the dictionary.
    pub english: bool,
    /// How it writes the number of a row: prefix and least number of digits.
    pub id_style: (&'static str, usize),
    form: Form,
}

/// All units of a file.
pub struct Units {
    seed: u64,
    count: u64,
    names: Shuffle,
    brands: Vec<char>,
    brand_length: u32,
    /// Where the rows of each unit begin, and the end of the last.
    starts: Vec<u64>,
}

impl Units {
    /// Shares out the rows: at least one to each unit.
    pub fn new(seed: u64, count: u64, rows: u64) -> Units {
        let mut before = vec![0_u64];
        for unit in 0..count {
            let mut dice = Dice::new(seed, Purpose::Size, unit);
            let (least, end) = dice.weighted(SIZES);
            before.push(before[unit as usize] + u64::from(least + dice.below(end - least)));
        }
        let (spare, weights) = (u128::from(rows - count), u128::from(before[count as usize]));
        let spread = |(unit, weight): (usize, u64)| {
            // Without any weight the last unit takes what is left.
            let left = if unit as u64 == count { spare } else { 0 };
            unit as u64 + (spare * u128::from(weight)).checked_div(weights).unwrap_or(left) as u64
        };
        let starts = before.into_iter().enumerate().map(spread).collect();
        let brands: Vec<char> = BRANDS.chars().collect();
        let mut brand_length = 2;
        while (brands.len() as u64).pow(brand_length) < count {
            brand_length += 1;
        }
        let names = Shuffle::new(seed, 1, (brands.len() as u64).pow(brand_length));
        Units { seed, count, names, brands, brand_length, starts }
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The unit to which a row belongs.
    pub fn owner(&self, row: u64) -> u64 {
        self.starts.partition_point(|start| *start <= row) as u64 - 1
    }

    /// The rows of a unit.
    pub fn rows(&self, unit: u64) -> std::ops::Range<u64> {
        self.starts[unit as usize]..self.starts[unit as usize + 1]
    }

    /// Everything about a unit that is drawn.
    pub fn unit(&self, index: u64) -> Unit {
        let mut dice = Dice::new(self.seed, Purpose::Unit, index);
        let place_index = dice.place(PLACES.iter().map(|place| place.share));
        let (place, industry) = (&PLACES[place_index], dice.pick(INDUSTRIES));
        let form = dice.weighted(FORMS);
        let mut name = String::with_capacity(64);
        if dice.percent(22) {
            name.push_str(place.short);
        }
        // The brand has always as many characters, and spells the shuffled number: no two names are alike.
        let mut number = self.names.forward(index);
        for _ in 0..self.brand_length {
            name.push(self.brands[(number % self.brands.len() as u64) as usize]);
            number /= self.brands.len() as u64;
        }
        name.push_str(industry.name);
        name.push_str(form.0);
        let id_style = *dice.pick(&[("", 0), ("", 0), ("A", 0), ("", 3), ("C-", 3)]);
        Unit { name, place, place_index, industry, english: dice.percent(12), id_style, form }
    }

    /// Writes a unit's line of the applicants file, with its line break.
    pub fn write(&self, index: u64, out: &mut String) {
        let unit = self.unit(index);
        let mut dice = Dice::new(self.seed, Purpose::UnitFacts, index);
        let code = if dice.percent(70) { credit_code(unit.form.2, unit.place.area, index) } else { String::new() };
        let kind = if dice.percent(90) { unit.form.1 } else { "" };
        let region = dice.pick(unit.place.regions);
        // Writing to a string cannot fail.
        let _ = write!(out, "{},{code},{kind},{region}", unit.name);
        for per_million in [5_000, 12_000, 5_000, 2_000] {
            out.push(',');
            if dice.per_million(per_million) {
                let (year, month, day) = (2016 + dice.below(8), 1 + dice.below(12), 1 + dice.below(28));
                let _ = write!(out, "{year}-{month:02}-{day:02}");
            }
        }
        out.push_str(match dice.below(1000) {
            0..3 => ",是\n",
            3..500 => ",否\n",
            _ => ",\n",
        });
    }
}

/// A code with a right check character (GB 32100-2015), another for every index.
fn credit_code(prefix: &str, area: &str, index: u64) -> String {
    const CHARACTERS: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
    let mut code = format!("{prefix}{area}MA");
    let mut rest = index;
    for _ in 0..7 {
        code.push(char::from(CHARACTERS[(rest % 31) as usize]));
        rest /= 31;
    }
    let (mut sum, mut weight) = (0, 1);
    for character in code.bytes() {
        sum += CHARACTERS.iter().position(|known| *known == character).unwrap_or(0) * weight;
        weight = weight * 3 % 31;
    }
    code.push(char::from(CHARACTERS[(31 - sum % 31) % 31]));
    code
}
