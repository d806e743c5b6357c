//! Charts as inline SVG: rows of bars, each with its label and value in words. They are drawn for a width of 360 units,
//! so that they can be read on a telephone and two of them stand side by side on paper. Bars differ by pattern and
//! outline, not by colour alone.

use maud::{Markup, html};
use unicode_width::UnicodeWidthStr;

use super::terminal::paragraph;
use crate::money::Money;

/// What a part of a bar stands for; the page's style draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// Plain and dark: fixed amounts, counts.
    Solid,
    /// Hatched: ceilings.
    Hatched,
    /// Grey: sums before cuts.
    Grey,
    /// Pale: what a cut leaves.
    Pale,
    /// Dotted: what a cut takes away.
    Dotted,
}

impl Fill {
    fn class(self) -> &'static str {
        match self {
            Fill::Solid => "solid",
            Fill::Hatched => "hatched",
            Fill::Grey => "grey",
            Fill::Pale => "pale",
            Fill::Dotted => "dotted",
        }
    }
}

/// One bar: its parts stand one behind the other, from zero.
pub struct Bar {
    /// What it is.
    pub label: String,
    /// How much, in words.
    pub value: String,
    /// Its parts; counts are given as if they were fen.
    pub parts: Vec<(Fill, Money)>,
}

const WIDTH: usize = 360;
/// Units of one column of text in a wide font: a Chinese character has two.
const COLUMN: usize = 7;
/// Tenths of a unit of one column of a label above its bar: where there are Chinese characters, and where there are none.
const COLUMN_OF_LABELS: (usize, usize) = (64, 76);
const LINE: usize = 17;
const BAR: usize = 16;
/// Labels of at most so many columns stand beside their bars, longer ones above.
const SHORT: usize = 12;
const MOST_LINES: usize = 3;
/// The longest bar is at least so long.
const LEAST_ROOM: usize = 40;

/// The bars as one picture. `title` names it for those who cannot see it.
pub fn chart(title: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(Bar::sum).max().unwrap_or_default();
    let beside = bars.iter().all(|bar| bar.label.width() <= SHORT);
    let width = |text: &str| text.width() * COLUMN + 6;
    let left = if beside { bars.iter().map(|bar| width(&bar.label)).max().unwrap_or(0) } else { 0 };
    let room = bars.iter().filter_map(|bar| bar.room(WIDTH - left.min(WIDTH), width(&bar.value), most)).min();
    let room = room.unwrap_or(LEAST_ROOM).max(LEAST_ROOM);
    let mut top = 0;
    let mut rows: Vec<Markup> = Vec::new();
    for bar in bars {
        let (row, height) = if beside { bar.beside(top, left, room, most) } else { bar.below(top, most) };
        rows.push(row);
        top += height;
    }
    let said: Vec<String> = bars.iter().map(|bar| format!("{}: {}", bar.label, bar.value)).collect();
    html! {
        svg role="img" aria-label=(title) viewBox=(format!("0 0 {WIDTH} {}", top.max(1))) {
            title { (title) }
            desc { (said.join("; ")) }
            @for row in rows { (row) }
        }
    }
}

/// The patterns that the bars of a page are filled with; they stand once in it.
pub fn patterns() -> Markup {
    html! {
        svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false" {
            defs {
                pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect class="paper" width="6" height="6" {}
                    rect class="ink" width="2.5" height="6" {}
                }
                pattern id="dots" width="5" height="5" patternUnits="userSpaceOnUse" {
                    rect class="paper" width="5" height="5" {}
                    circle class="ink" cx="2.5" cy="2.5" r="1.1" {}
                }
            }
        }
    }
}

/// A small sample of a filling, for a legend.
pub fn sample(fill: Fill) -> Markup {
    html! {
        svg class="sample" viewBox="0 0 20 12" aria-hidden="true" focusable="false" {
            rect class=(fill.class()) x="0.5" y="0.5" width="19" height="11" {}
        }
    }
}

impl Bar {
    fn sum(&self) -> Money {
        self.parts.iter().map(|(_, amount)| *amount).sum()
    }

    /// How long the longest bar may be, so that the value finds room behind this one; none if this one is empty.
    fn room(&self, width: usize, value: usize, most: Money) -> Option<usize> {
        let room = i128::try_from(width.saturating_sub(value)).unwrap_or_default();
        (!self.sum().is_zero())
            .then(|| usize::try_from(room * most.fen() / self.sum().fen()).unwrap_or(width).min(width))
    }

    /// Label, bar and value in one line.
    fn beside(&self, top: usize, left: usize, room: usize, most: Money) -> (Markup, usize) {
        let text = top + 13;
        let end = left + tenths_of(self.sum(), most, room) / 10;
        let row = html! {
            text x="0" y=(text) { (self.label) }
            (self.rectangles(top, left, room, most))
            text x=(end + 5) y=(text) { (self.value) }
        };
        (row, BAR + 8)
    }

    /// Label and value in the lines above the bar.
    fn below(&self, top: usize, most: Money) -> (Markup, usize) {
        let wide = self.label.width() > self.label.chars().count();
        let column = if wide { COLUMN_OF_LABELS.0 } else { COLUMN_OF_LABELS.1 };
        let columns = (WIDTH.saturating_sub(self.value.width() * COLUMN + 10) * 10 / column).max(10);
        let lines = lines(&self.label, columns);
        let bar = top + lines.len() * LINE + 3;
        let row = html! {
            @for (index, line) in lines.iter().enumerate() {
                text x="0" y=(top + index * LINE + 13) { (line) }
            }
            text class="value" x=(WIDTH) y=(top + 13) { (self.value) }
            (self.rectangles(bar, 0, WIDTH, most))
        };
        (row, lines.len() * LINE + BAR + 11)
    }

    fn rectangles(&self, top: usize, left: usize, room: usize, most: Money) -> Markup {
        let mut before = Money::ZERO;
        let mut placed: Vec<(Fill, usize, usize)> = Vec::new();
        for (fill, amount) in self.parts.iter().filter(|(_, amount)| !amount.is_zero()) {
            let from = tenths_of(before, most, room);
            before += *amount;
            // What is not zero can be seen.
            placed.push((*fill, left * 10 + from, tenths_of(before, most, room).saturating_sub(from).max(10)));
        }
        html! {
            line class="axis" x1=(left) x2=(left) y1=(top) y2=(top + BAR) {}
            @for (fill, from, width) in placed {
                rect class=(fill.class()) x=(decimal(from)) y=(top) width=(decimal(width)) height=(BAR) {}
            }
        }
    }
}

/// The length of an amount in tenths of a unit, `most` being as long as `room`.
fn tenths_of(amount: Money, most: Money, room: usize) -> usize {
    if most.is_zero() {
        return 0;
    }
    // One unit less than the room, so that the outline is not cut off.
    let room = i128::try_from(room.saturating_sub(1)).unwrap_or_default() * 10;
    usize::try_from(amount.fen() * room / most.fen()).unwrap_or_default()
}

fn decimal(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// A label in lines; one that is too long for them ends in `…`: the tables have it in full.
fn lines(label: &str, columns: usize) -> Vec<String> {
    let mut written = Vec::new();
    // Memory takes everything.
    let _ = paragraph(label, 0, columns, &mut written);
    let text = String::from_utf8_lossy(&written).into_owned();
    let all: Vec<&str> = text.lines().collect();
    let mut lines: Vec<String> = all.iter().take(MOST_LINES).map(|line| shortened(line, columns)).collect();
    if all.len() > MOST_LINES
        && let Some(last) = lines.last_mut()
        && !last.ends_with('…')
    {
        last.push('…');
    }
    lines
}

/// A line of at most so many columns.
fn shortened(line: &str, columns: usize) -> String {
    if line.width() <= columns {
        return line.to_owned();
    }
    let mut short = String::new();
    for c in line.chars() {
        if short.width() + 3 > columns {
            break;
        }
        short.push(c);
    }
    short + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_fill_the_room_and_labels_stay_in_theirs() {
        let fen = Money::from_fen;
        assert_eq!(tenths_of(fen(50), fen(100), 101), 500);
        assert_eq!(tenths_of(fen(0), fen(0), 100), 0);
        assert_eq!(decimal(1234), "123.4");
        for label in ["标准".repeat(150), "x".repeat(300), "一".to_owned(), String::new()] {
            let lines = lines(&label, 30);
            assert!(lines.len() <= MOST_LINES && lines.iter().all(|line| line.width() <= 31), "{lines:?}");
        }
    }

    #[test]
    fn labels_are_escaped() {
        let bar =
            Bar { label: "<b>&".to_owned(), value: "1".to_owned(), parts: vec![(Fill::Solid, Money::from_fen(1))] };
        let drawn = chart("<i>", &[bar]).into_string();
        assert!(!drawn.contains("<b>") && !drawn.contains("<i>") && drawn.contains("&lt;b&gt;&amp;"), "{drawn}");
    }
}
