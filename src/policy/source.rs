//! Figures bound to their source: every amount and percentage of a rule must stand in the clause that it cites, and
//! every amount of the official text must be used by a rule or explained.
//!
//! The texts number themselves in several ways: `第七条`, `（十）`, `四（三）1`, `10`, `①`; one does not number its
//! paragraphs at all, and they are counted. A place in a text is the path of numbers above it.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use super::model::{Amount, CapAmount, Policy};
use crate::lang::Words;
use crate::money::{Money, Share, parse_money};
use crate::rulefile::Span;
use crate::words;

/// What comparing a policy with its official text found.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Clauses of the text that name an amount.
    pub clauses: usize,
    /// Those whose amounts are all used by rules.
    pub modelled: usize,
    /// Those whose unused amounts a `[[not_modelled]]` entry explains.
    pub explained: usize,
    /// Amounts of the text that nothing uses or explains.
    pub open: Vec<Words>,
    /// Figures of rules that do not stand in the clause they cite.
    pub unfounded: Vec<(Span, Words)>,
}

/// Compares the figures of `policy` with its official text.
pub fn compare(policy: &Policy, text: &str) -> Coverage {
    let text = Text::read(text);
    let figures = figures(policy);
    let mut coverage = Coverage::default();
    for figure in &figures {
        let Some(path) = parse_cite(&figure.cite) else {
            let cite = &figure.cite;
            let message = words!(zh: "读不懂条号“{cite}”", en: "the clause number \"{cite}\" cannot be read");
            coverage.unfounded.push((figure.span.clone(), message));
            continue;
        };
        if !text.holds(&path, &figure.value) {
            let (cite, value) = (&figure.cite, figure.value.show());
            let message = if text.has(&path) {
                words!(zh: "{value} 不在正文的{cite}里", en: "{value} does not stand in {cite} of the official text")
            } else {
                words!(zh: "正文里没有{cite}", en: "the official text has no {cite}")
            };
            coverage.unfounded.push((figure.span.clone(), message));
        }
    }
    for cite in cites(policy) {
        if !parse_cite(cite).is_some_and(|path| text.has(&path)) {
            let message = words!(zh: "正文里没有{cite}", en: "the official text has no {cite}");
            if !coverage.unfounded.iter().any(|(_, known)| *known == message) {
                coverage.unfounded.push((0..0, message));
            }
        }
    }
    for anchor in &policy.anchors {
        // A clause that is not there has been told above.
        let clause = parse_cite(&anchor.cite).filter(|path| text.has(path)).map(|path| text.clause(&path));
        if clause.is_some_and(|clause| !clause.contains(&fold_line(&anchor.says))) {
            let (cite, says) = (&anchor.cite, &anchor.says);
            let message = words!(
                zh: "正文的{cite}里没有“{says}”",
                en: "{cite} of the official text does not say \"{says}\""
            );
            coverage.unfounded.push((anchor.span.clone(), message));
        }
    }
    cover(policy, &text, &figures, &mut coverage);
    coverage
}

/// Every clause number that the rule file names, with or without a figure.
fn cites(policy: &Policy) -> Vec<&str> {
    let clauses = policy.clauses.iter();
    let mut cites: Vec<&str> = vec![&policy.region_cite, &policy.validity_cite];
    cites.extend(policy.intake.iter().map(|intake| intake.cite.as_ref()));
    cites.extend(clauses.clone().map(|clause| clause.cite.as_ref()));
    cites.extend(policy.calls.iter().flat_map(|call| &call.conditions).map(|(_, condition)| condition.cite.as_ref()));
    cites.extend(policy.roles.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.defaults.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.bars.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.assumed.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(clauses.flat_map(|clause| &clause.conditions).map(|condition| condition.cite.as_ref()));
    cites.extend(policy.bonuses.iter().flat_map(|bonus| &bonus.conditions).map(|condition| condition.cite.as_ref()));
    cites.extend(policy.cost_limits.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.prior.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.merges.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.limits.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.not_modelled.iter().map(|rule| rule.cite.as_ref()));
    cites.extend(policy.bill.iter().map(|rule| rule.cite.as_ref()));
    cites
}

/// Looks at every amount of the text.
fn cover(policy: &Policy, text: &Text, figures: &[Figure], coverage: &mut Coverage) {
    let used: Vec<(Path, &Value)> = figures.iter().filter_map(|f| Some((parse_cite(&f.cite)?, &f.value))).collect();
    let explained: Vec<Path> = policy.not_modelled.iter().filter_map(|gap| parse_cite(&gap.cite)).collect();
    let mut open_in: BTreeSet<Path> = BTreeSet::new();
    let mut explained_in: BTreeSet<Path> = BTreeSet::new();
    let mut all: BTreeSet<Path> = BTreeSet::new();
    for (path, value) in text.amounts() {
        all.insert(path.clone());
        let is_used = used.iter().any(|(cite, used)| **used == value && (cite.above(&path) || path.above(cite)));
        if is_used {
            continue;
        }
        if explained.iter().any(|cite| cite.above(&path)) {
            explained_in.insert(path);
        } else if !open_in.contains(&path) || !coverage.open.iter().any(|words| words.zh.contains(&value.show())) {
            let (place, value) = (path.show(), value.show());
            coverage.open.push(words!(
                zh: "正文{place}的 {value} 没有规则用到，也没有说明",
                en: "{value} in {place} of the official text is neither used nor explained"
            ));
            open_in.insert(path);
        }
    }
    coverage.clauses = all.len();
    coverage.explained = explained_in.difference(&open_in).count();
    coverage.modelled = all.iter().filter(|path| !open_in.contains(*path) && !explained_in.contains(*path)).count();
}

// ---------------------------------------------------------------------- figures of rules

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Money(Money),
    Share(Share),
}

impl Value {
    fn show(&self) -> String {
        match self {
            Value::Money(money) => money.in_wan(),
            Value::Share(share) => share.to_string(),
        }
    }
}

struct Figure {
    cite: String,
    value: Value,
    span: Span,
}

/// Every amount and percentage that a rule takes from the clause it cites.
fn figures(policy: &Policy) -> Vec<Figure> {
    let mut figures = Vec::new();
    let mut add = |cite: &str, value: Value, span: &Span| {
        if value != Value::Share(Share::ONE) {
            figures.push(Figure { cite: cite.to_owned(), value, span: span.clone() });
        }
    };
    for clause in &policy.clauses {
        let (cite, span) = (clause.cite.as_ref(), &clause.span);
        for line in &clause.amounts {
            match &line.amount {
                Amount::Money { of, share, from_elsewhere, tiers } => {
                    if !from_elsewhere {
                        add(cite, Value::Money(*of), span);
                    }
                    add(cite, Value::Share(*share), span);
                    tiers.iter().for_each(|tier| add(cite, Value::Money(*tier), span));
                }
                Amount::OfFact { share, at_most, .. } => {
                    add(cite, Value::Share(*share), span);
                    at_most.iter().for_each(|most| add(cite, Value::Money(*most), span));
                }
                // Inferred where the text has a gap: it can stand nowhere.
                Amount::CaseByCase { .. } => {}
            }
        }
        for part in clause.share.iter().flat_map(|share| &share.parts) {
            add(clause.share.as_ref().map_or(cite, |share| share.cite.as_ref()), Value::Share(part.pays), span);
        }
    }
    for bonus in &policy.bonuses {
        add(&bonus.cite, Value::Money(bonus.amount), &(0..0));
    }
    for cap in &policy.caps {
        match &cap.at_most {
            CapAmount::Money(money) => add(&cap.cite, Value::Money(*money), &cap.span),
            CapAmount::OfParameter(_, share) => add(&cap.cite, Value::Share(*share), &cap.span),
        }
        if let Some(to) = cap.raised.as_ref().and_then(|raise| raise.to) {
            add(&cap.cite, Value::Money(to), &cap.span);
        }
    }
    figures
}

// ---------------------------------------------------------------------- places

/// The levels at which texts number themselves, outermost first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// `五、`
    Section,
    /// `第七条`
    Article,
    /// `（三）`
    Item,
    /// `1.`
    Point,
    /// `①`
    Circle,
    /// The opening without a number, `文首`.
    Start,
    /// The closing paragraph, `文末`.
    End,
}

/// A place: the numbers above it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Path(Vec<(Level, u32)>);

impl Path {
    /// True if every number of this path is also above `other`.
    fn above(&self, other: &Path) -> bool {
        self.0.iter().all(|step| other.0.contains(step))
    }

    fn enter(&mut self, level: Level, number: u32) {
        self.0.retain(|(known, _)| *known < level);
        self.0.push((level, number));
    }

    fn show(&self) -> String {
        let step = |(level, number): &(Level, u32)| match level {
            Level::Section => chinese(*number),
            Level::Article => format!("第{}条", chinese(*number)),
            Level::Item => format!("（{}）", chinese(*number)),
            Level::Point => number.to_string(),
            Level::Circle => circle(*number).to_string(),
            Level::Start => "文首".to_owned(),
            Level::End => "文末".to_owned(),
        };
        self.0.iter().map(step).collect()
    }
}

/// Reads a clause number as rule files write it.
fn parse_cite(cite: &str) -> Option<Path> {
    static STEP: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"^(?:第(?P<article>[零〇一二三四五六七八九十百]+)条|（(?P<item>[一二三四五六七八九十]+)）|(?P<section>[一二三四五六七八九十]+)|(?P<point>[0-9]+)|(?P<circle>[①-⑳])|(?P<start>文首)|(?P<end>文末))",
        )
    });
    let mut path = Path::default();
    let mut rest = cite;
    while !rest.is_empty() {
        let found = STEP.captures(rest)?;
        let named = |name: &str| found.name(name).map(|m| m.as_str());
        let step = if let Some(number) = named("article") {
            (Level::Article, numeral(number)?)
        } else if let Some(number) = named("item") {
            (Level::Item, numeral(number)?)
        } else if let Some(number) = named("section") {
            (Level::Section, numeral(number)?)
        } else if let Some(number) = named("point") {
            (Level::Point, number.parse().ok()?)
        } else if let Some(mark) = named("circle") {
            (Level::Circle, circle_number(mark.chars().next()?)?)
        } else {
            (if named("start").is_some() { Level::Start } else { Level::End }, 0)
        };
        path.0.push(step);
        rest = &rest[found.get(0)?.end()..];
    }
    (!path.0.is_empty()).then_some(path)
}

// ---------------------------------------------------------------------- the official text

/// An official text, folded, with the path of every piece of it.
struct Text {
    pieces: Vec<(Path, String)>,
}

impl Text {
    fn read(raw: &str) -> Text {
        static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"^第([零〇一二三四五六七八九十百]+)条"));
        static SECTION: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([一二三四五六七八九十]+)、"));
        static ITEM: LazyLock<Regex> = LazyLock::new(|| pattern(r"^\(([一二三四五六七八九十]+)\)"));
        static POINT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^([0-9]{1,2})\s*\."));
        static CHAPTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"^第[一二三四五六七八九十]+章"));
        let lines: Vec<String> = raw.lines().map(fold_line).filter(|line| !line.is_empty()).collect();
        let numbered = lines.iter().any(|line| ARTICLE.is_match(line) || SECTION.is_match(line));
        let mut counted = 0;
        let mut in_body = false;
        let mut path = Path(vec![(Level::Start, 0)]);
        let mut pieces = Vec::new();
        for line in lines {
            let number = |regex: &Regex| regex.captures(&line).map(|found| found[1].to_owned());
            // What stands before, a heading with a number among it, is the opening.
            in_body |= CHAPTER.is_match(&line) || ARTICLE.is_match(&line) || SECTION.is_match(&line);
            if CHAPTER.is_match(&line) {
                path = Path::default();
            } else if let Some(number) = number(&ARTICLE).and_then(|n| numeral(&n)) {
                path = Path(vec![(Level::Article, number)]);
            } else if let Some(number) = number(&SECTION).and_then(|n| numeral(&n)) {
                path = Path(vec![(Level::Section, number)]);
            } else if let Some(number) = number(&ITEM).and_then(|n| numeral(&n)) {
                path.enter(Level::Item, number);
            } else if let Some(number) = number(&POINT).and_then(|n| n.parse().ok()).filter(|_| in_body && numbered) {
                path.enter(Level::Point, number);
            } else if in_body && !numbered {
                counted += 1;
                path = Path(vec![(Level::Article, counted)]);
            } else if line.contains("有效期") && path.0.first().is_some_and(|(level, _)| *level == Level::Section) {
                path = Path(vec![(Level::End, 0)]);
            }
            // Circled numbers stand within a line.
            for (mark, piece) in circled(&line) {
                if let Some(mark) = mark {
                    path.enter(Level::Circle, mark);
                }
                pieces.push((path.clone(), piece));
            }
        }
        Text { pieces }
    }

    fn has(&self, path: &Path) -> bool {
        self.pieces.iter().any(|(place, _)| path.above(place))
    }

    /// The clause `path` as one text: broken lines are joined, so that a figure may run over a line's end.
    fn clause(&self, path: &Path) -> String {
        self.pieces.iter().filter(|(place, _)| path.above(place)).map(|(_, piece)| piece.as_str()).collect()
    }

    fn holds(&self, path: &Path, value: &Value) -> bool {
        let clause = self.clause(path);
        match value {
            Value::Money(_) => amounts_in(&clause).iter().any(|(_, found)| found == value),
            Value::Share(share) => shares_in(&clause).contains(share),
        }
    }

    /// Every amount of the text with its place.
    fn amounts(&self) -> Vec<(Path, Value)> {
        let mut joined: Vec<(Path, String)> = Vec::new();
        for (path, piece) in &self.pieces {
            match joined.last_mut().filter(|(last, _)| last == path) {
                Some((_, text)) => text.push_str(piece),
                None => joined.push((path.clone(), piece.clone())),
            }
        }
        joined.iter().flat_map(|(path, text)| amounts_in(text).into_iter().map(|(_, v)| (path.clone(), v))).collect()
    }
}

/// Full-width forms folded, markup and white space gone; circled numbers, which folding would turn into digits, stay.
fn fold_line(line: &str) -> String {
    let plain = line.trim().trim_start_matches(['#', '-', '*']).trim_start();
    let fold = |c: char| -> Vec<char> {
        if circle_number(c).is_some() { vec![c] } else { std::iter::once(c).nfkc().collect() }
    };
    plain.chars().flat_map(fold).filter(|c| !c.is_whitespace()).collect()
}

/// A line cut at its circled numbers.
fn circled(line: &str) -> Vec<(Option<u32>, String)> {
    let mut pieces = vec![(None, String::new())];
    for c in line.chars() {
        match circle_number(c) {
            Some(number) => pieces.push((Some(number), String::new())),
            None => {
                if let Some((_, piece)) = pieces.last_mut() {
                    piece.push(c);
                }
            }
        }
    }
    pieces
}

/// Amounts: `100万元`, `7.5万元`, `3000元`, `5千元`, and `100万` in a list that ends in 万元.
fn amounts_in(text: &str) -> Vec<(Range<usize>, Value)> {
    static AMOUNT: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9]+(?:\.[0-9]+)?)(万元|万|千元|元)"));
    AMOUNT
        .captures_iter(text)
        .filter_map(|found| {
            let money = parse_money(&format!("{}{}", &found[1], found[2].trim_end_matches('元')))?.money;
            Some((found.get(0)?.range(), Value::Money(money)))
        })
        .collect()
}

/// Percentages: `30%`, `7:3` as 70% and 30%, `1:1` as the whole, 减半 as 50%.
fn shares_in(text: &str) -> Vec<Share> {
    static PERCENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9]+(?:\.[0-9]+)?)%"));
    static RATIO: LazyLock<Regex> = LazyLock::new(|| pattern(r"([0-9]):([0-9])"));
    let mut shares: Vec<Share> =
        PERCENT.captures_iter(text).filter_map(|found| Share::parse(&format!("{}%", &found[1]))).collect();
    for found in RATIO.captures_iter(text) {
        let part = |index: usize| found[index].parse::<u32>().unwrap_or_default();
        let whole = part(1) + part(2);
        shares
            .extend([1, 2].iter().filter_map(|index| Share::parse(&format!("{}%", 100 * part(*index) / whole.max(1)))));
    }
    if text.contains("减半") {
        shares.extend(Share::parse("50%"));
    }
    shares
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern of this file")
}

const DIGITS: &str = "零一二三四五六七八九";

/// Reads a Chinese numeral below 1000.
fn numeral(text: &str) -> Option<u32> {
    let mut total = 0;
    let mut digit = None;
    for c in text.chars() {
        match c {
            '百' => total += digit.take().unwrap_or(1) * 100,
            '十' => total += digit.take().unwrap_or(1) * 10,
            '〇' => digit = Some(0),
            _ => digit = Some(u32::try_from(DIGITS.chars().position(|d| d == c)?).ok()?),
        }
    }
    Some(total + digit.unwrap_or(0))
}

/// Writes a Chinese numeral below 100.
fn chinese(number: u32) -> String {
    let digit = |n: u32| DIGITS.chars().nth(n as usize).unwrap_or('?').to_string();
    match (number / 10, number % 10) {
        (0, ones) => digit(ones),
        (1, 0) => "十".to_owned(),
        (1, ones) => format!("十{}", digit(ones)),
        (tens, 0) => format!("{}十", digit(tens)),
        (tens, ones) => format!("{}十{}", digit(tens), digit(ones)),
    }
}

fn circle_number(c: char) -> Option<u32> {
    ('①'..='⑳').contains(&c).then(|| c as u32 - '①' as u32 + 1)
}

fn circle(number: u32) -> char {
    char::from_u32('①' as u32 + number.saturating_sub(1)).unwrap_or('?')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clause_numbers_read_as_the_texts_write_them() {
        for cite in ["第七条", "第二十二条（一）", "五（三）1", "10", "第四条（十三）2③", "文首", "文末", "第三十条"]
        {
            assert_eq!(parse_cite(cite).map(|path| path.show()).as_deref(), Some(cite));
        }
        assert!(parse_cite("第七").is_none() && parse_cite("").is_none());
    }

    #[test]
    fn amounts_and_shares_read_as_the_texts_write_them() {
        let amounts = |text: &str| amounts_in(text).into_iter().map(|(_, v)| v.show()).collect::<Vec<_>>().join(" ");
        assert_eq!(amounts("分别奖励200万元、100万、50万元"), "200万元 100万元 50万元");
        assert_eq!(amounts("给予5千元;3000元;7.5万元"), "0.5万元 0.3万元 7.5万元");
        assert_eq!(amounts("每年一月"), "");
        let shares = |text: &str| shares_in(text).iter().map(Share::to_string).collect::<Vec<_>>().join(" ");
        assert_eq!(shares("按7:3比例分配,修订减半,最高30%"), "30% 70% 30% 50%");
    }

    #[test]
    fn places_are_the_numbers_above() {
        let text = Text::read("第一条 总则10万元\n第二条\n- （一）奖20万元:①30万元;②40万元。\n(二)50 万\n元");
        let places: Vec<String> =
            text.amounts().iter().map(|(path, value)| format!("{} {}", path.show(), value.show())).collect();
        assert_eq!(
            places,
            [
                "第一条 10万元",
                "第二条（一） 20万元",
                "第二条（一）① 30万元",
                "第二条（一）② 40万元",
                "第二条（二） 50万元"
            ]
        );
    }

    #[test]
    fn a_numbered_heading_before_the_first_section_is_the_opening() {
        let text = Text::read("14. 某市细则\n本市5万元\n一、质量\n1. 奖10万元\n14. 奖20万元");
        let places: Vec<String> = text.amounts().iter().map(|(path, value)| path.show() + &value.show()).collect();
        assert_eq!(places, ["文首5万元", "一110万元", "一1420万元"]);
    }

    #[test]
    fn unnumbered_paragraphs_are_counted() {
        let text =
            Text::read("某办法\n第一章 总则\n为了。\n(一) 甲;\n第二章 额度\n如下:\n(一) 20 万元;\n(二) 30 万元。");
        let places: Vec<String> = text.amounts().iter().map(|(path, value)| path.show() + &value.show()).collect();
        assert_eq!(places, ["第二条（一）20万元", "第二条（二）30万元"]);
    }
}
