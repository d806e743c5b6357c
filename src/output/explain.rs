//! `explain`: one item as a careful colleague's note: what was read, which clause, each condition, the arithmetic,
//! and what would change it.

use std::io::{self, Write};

use super::table;
use super::terminal::paragraph;
use super::words::Speaker;
use super::{Evaluation, Report, when};
use crate::engine::result::{Considered, Item, Op, Reason, Status};
use crate::facts::Achievement;
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::model::{ClauseIndex, LimitOf};
use crate::vocabulary::FactId;

/// Writes the note on one item.
///
/// # Errors
/// What the writer reports.
pub fn write(
    report: &Report<'_>,
    evaluation: &Evaluation<'_>,
    index: usize,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let (Some(item), Some(row)) = (evaluation.result.items.get(index), evaluation.applicant.achievements.get(index))
    else {
        return Ok(());
    };
    let speaker = report.speaker(evaluation.policy);
    let mut note = Note { speaker, evaluation, item, row, width, out };
    note.heading()?;
    note.facts()?;
    note.verdict()?;
    note.conditions()?;
    note.arithmetic()?;
    note.neighbours(index)?;
    note.reasons()?;
    note.answer()?;
    note.others()?;
    note.caveats()
}

struct Note<'a> {
    speaker: Speaker<'a>,
    evaluation: &'a Evaluation<'a>,
    item: &'a Item,
    row: &'a Achievement,
    width: usize,
    out: &'a mut dyn Write,
}

impl Note<'_> {
    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.speaker.lang.pick(zh, en)
    }

    fn section(&mut self, zh: &'static str, en: &'static str) -> io::Result<()> {
        writeln!(self.out)?;
        let title = self.pick(zh, en);
        writeln!(self.out, "{title}")
    }

    fn say(&mut self, sentence: &str) -> io::Result<()> {
        paragraph(&format!("  {sentence}"), 4, self.width, self.out)
    }

    fn heading(&mut self) -> io::Result<()> {
        let (policy, result) = (self.evaluation.policy, &self.evaluation.result);
        let on = result.on.map_or_else(|| "-".to_owned(), |day| day.to_string());
        let title = self.row.facts.text(self.speaker.vocabulary.known().title).unwrap_or_default();
        let (name, id, row, year) = (&self.evaluation.applicant.name, &self.row.id, self.row.row, result.year);
        let first = match self.speaker.lang {
            Lang::Zh => format!("{name} {id} {title}（第{row}行）"),
            Lang::En => format!("{name} {id} {title} (row {row})"),
        };
        paragraph(&first, 0, self.width, self.out)?;
        let second = match self.speaker.lang {
            Lang::Zh => format!("依据 {}《{}》，{year}年度，申请日 {on}", policy.id, policy.title.zh),
            Lang::En => format!("under {}, {}; year {year}, applied on {on}", policy.id, policy.title.en),
        };
        paragraph(&second, 0, self.width, self.out)
    }

    fn facts(&mut self) -> io::Result<()> {
        self.section("读到的事实", "Facts read")?;
        let known = self.speaker.vocabulary.known();
        let mut facts: Vec<_> = self.row.facts.iter().filter(|(fact, _)| *fact != known.title).collect();
        // In the order of the dictionary, whatever the order of the columns.
        facts.sort_by_key(|(fact, _)| *fact);
        let sentences: Vec<String> = facts
            .into_iter()
            .map(|(fact, value)| {
                let (name, found) = (self.speaker.fact(fact), self.speaker.found(fact, Some(value)));
                if self.speaker.lang == Lang::Zh { format!("{name}：{found}") } else { format!("{name}: {found}") }
            })
            .collect();
        let joined = sentences.join(self.pick("；", "; "));
        self.say(&joined)
    }

    fn verdict(&mut self) -> io::Result<()> {
        self.section("结论", "Verdict")?;
        let item = self.item;
        let status = self.speaker.status(item.status);
        let (base, amount) = (self.speaker.money(item.base), self.speaker.money(item.amount));
        let clause = item.clause.map(|index| &self.evaluation.policy.clauses[index]);
        let sentence = match (clause, self.speaker.lang) {
            (Some(clause), Lang::Zh) => format!(
                "{status}：按{}“{}”，基数{base}，金额{amount}（{}）。",
                clause.cite,
                clause.title.zh,
                self.speaker.nature(clause.nature)
            ),
            (Some(clause), Lang::En) => format!(
                "{status}: by {} ({}), base {base}, amount {amount} ({}).",
                clause.cite,
                clause.title.en,
                self.speaker.nature(clause.nature)
            ),
            (None, Lang::Zh) => format!("{status}：金额{amount}。"),
            (None, Lang::En) => format!("{status}: amount {amount}."),
        };
        self.say(&sentence)
    }

    fn deciding(&self) -> Option<&Considered> {
        self.item.considered.iter().find(|considered| Some(considered.clause) == self.item.clause)
    }

    fn conditions(&mut self) -> io::Result<()> {
        let Some(checks) = self.deciding().map(|considered| considered.checks.clone()) else { return Ok(()) };
        if checks.is_empty() {
            return Ok(());
        }
        self.section("条件", "Conditions")?;
        let when = when(&self.evaluation.result);
        for check in checks {
            let asked = self.speaker.test(&check.test, when);
            let found = self.speaker.list(self.speaker.tested(&check.test).into_iter().map(|fact| {
                let value = self.row.facts.get(fact).or_else(|| self.evaluation.applicant.facts.get(fact));
                self.speaker.found(fact, value)
            }));
            let answer = match (check.holds, check.assumed) {
                (Some(true), false) => self.pick("满足", "met"),
                (Some(true), true) => self.pick("未知，视为满足", "unknown, assumed met"),
                (Some(false), false) => self.pick("不满足", "not met"),
                (Some(false), true) => self.pick("未知，视为不满足", "unknown, taken as not met"),
                (None, _) => self.pick("未知，无法判定", "unknown, undecided"),
            };
            let sentence = match self.speaker.lang {
                Lang::Zh => format!("· {asked}（{}）：{found}，{answer}", check.cite),
                Lang::En => format!("- {asked} ({}): {found}; {answer}", check.cite),
            };
            self.say(&sentence)?;
        }
        Ok(())
    }

    fn arithmetic(&mut self) -> io::Result<()> {
        if self.item.steps.is_empty() {
            return Ok(());
        }
        self.section("算法", "Arithmetic")?;
        for (number, step) in self.item.steps.iter().enumerate() {
            let words = self.speaker.step(step, self.evaluation.applicant);
            let (number, cite, amount) = (number + 1, &step.cite, step.amount.grouped());
            let sentence = match self.speaker.lang {
                Lang::Zh => format!("{number}. {words}（{cite}）＝ {amount}元"),
                Lang::En => format!("{number}. {words} ({cite}) = {amount} yuan"),
            };
            self.say(&sentence)?;
        }
        Ok(())
    }

    /// What used up the cap, or was claimed instead.
    fn neighbours(&mut self, index: usize) -> io::Result<()> {
        let (policy, items) = (self.evaluation.policy, &self.evaluation.result.items);
        let rows = &self.evaluation.applicant.achievements;
        let paid = |item: &&(usize, &Item)| !item.1.amount.is_zero();
        let under = |on: &[ClauseIndex], before: usize, alike: &dyn Fn(&usize) -> bool| -> Vec<String> {
            let numbered: Vec<(usize, &Item)> = items.iter().enumerate().take(before).collect();
            let fits = |item: &&(usize, &Item)| item.1.clause.is_some_and(|clause| on.contains(&clause));
            let named = numbered.iter().filter(fits).filter(paid).filter(|(place, _)| alike(place));
            named.map(|(place, item)| format!("{} {}", rows[*place].id, self.speaker.money(item.amount))).collect()
        };
        let mut sentences = Vec::new();
        for step in &self.item.steps {
            match &step.op {
                Op::Cap(cap, _) => {
                    let used = self.speaker.list(under(&policy.caps[*cap].on, index, &|_| true));
                    sentences.push(format!("{}{used}", self.pick("此前已占用封顶：", "used up the cap before: ")));
                }
                Op::NotSelected(limit) => {
                    let claimed = match &policy.limits[*limit].of {
                        LimitOf::Items { on, per } => {
                            let code = |place: usize, fact: FactId| rows[place].facts.code(fact);
                            let same_class =
                                |place: &usize| per.iter().all(|fact| code(*place, *fact) == code(index, *fact));
                            under(on, items.len(), &same_class)
                        }
                        LimitOf::Categories => self.by_category(),
                    };
                    let claimed = self.speaker.list(claimed);
                    sentences.push(format!("{}{claimed}", self.pick("入选的是：", "claimed instead: ")));
                }
                _ => {}
            }
        }
        for sentence in sentences.iter().filter(|sentence| !sentence.ends_with(['：', ' '])) {
            self.say(sentence)?;
        }
        Ok(())
    }

    /// The categories that are claimed, with their sums.
    fn by_category(&self) -> Vec<String> {
        let policy = self.evaluation.policy;
        let sum = |category: usize| -> Money {
            let items = self.evaluation.result.items.iter();
            let inside = items.filter(|item| item.clause.is_some_and(|c| policy.clauses[c].category == category));
            inside.map(|item| item.amount).sum()
        };
        let all = policy.categories.iter().enumerate();
        all.filter(|(index, _)| !sum(*index).is_zero())
            .map(|(index, category)| {
                format!("{} {}", category.title.get(self.speaker.lang), self.speaker.money(sum(index)))
            })
            .collect()
    }

    fn reasons(&mut self) -> io::Result<()> {
        let told: Vec<&Reason> = self.item.reasons.iter().filter(|reason| !matches!(reason, Reason::Step(_))).collect();
        if told.is_empty() {
            return Ok(());
        }
        self.section("为什么不是更多", "Why not more")?;
        for reason in told {
            let sentence = self.speaker.reason(reason, &self.evaluation.result, self.evaluation.applicant, self.row);
            self.say(&sentence)?;
        }
        Ok(())
    }

    fn answer(&mut self) -> io::Result<()> {
        if table::shut_out(std::slice::from_ref(self.item)) || self.item.status == Status::Unmatched {
            return Ok(());
        }
        self.section("结论", "The answer")?;
        let sentence = self.speaker.answer(self.item);
        self.say(&sentence)
    }

    fn others(&mut self) -> io::Result<()> {
        let others: Vec<Considered> = self
            .item
            .considered
            .iter()
            .filter(|considered| Some(considered.clause) != self.item.clause)
            .cloned()
            .collect();
        if others.is_empty() {
            return Ok(());
        }
        self.section("也考虑过的条款", "Other clauses considered")?;
        for other in others {
            let clause = &self.evaluation.policy.clauses[other.clause];
            let amount = self.speaker.money(other.amount);
            let fate = match other.pays {
                Some(true) => self.pick("也能付", "would pay"),
                None => self.pick("资料不全，可能付", "might pay, facts missing"),
                Some(false) => self.pick("条件不满足，原可付", "does not pay; would have been"),
            };
            let sentence = match self.speaker.lang {
                Lang::Zh => format!("· {}“{}”：{fate}{amount}", clause.cite, clause.title.zh),
                Lang::En => format!("- {} ({}): {fate} {amount}", clause.cite, clause.title.en),
            };
            self.say(&sentence)?;
        }
        Ok(())
    }

    fn caveats(&mut self) -> io::Result<()> {
        let result = &self.evaluation.result;
        let own = self.item.assumptions.iter().map(|assumption| self.speaker.assumption(assumption, when(result)));
        let mut sentences: Vec<String> = own.collect();
        if !matches!(self.item.status, Status::Unmatched) {
            let shared = result.assumptions.iter().map(|assumption| self.speaker.assumption(assumption, when(result)));
            sentences.extend(shared);
        }
        if !sentences.is_empty() {
            self.section("以此为前提", "Taken for granted")?;
            for sentence in sentences {
                self.say(&sentence)?;
            }
        }
        let warnings: Vec<String> = self
            .row
            .warnings
            .iter()
            .map(|words| words.get(self.speaker.lang).to_owned())
            .chain(self.item.warnings.iter().map(|warning| self.speaker.warning(warning)))
            .collect();
        if !warnings.is_empty() {
            self.section("提醒", "Warnings")?;
            for warning in warnings {
                self.say(&warning)?;
            }
        }
        Ok(())
    }
}
