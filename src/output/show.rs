//! `policies` and `show`: the shipped policies, and one policy as a readable table of clauses and amounts.

use std::io::{self, Write};

use jiff::civil::Date;

use super::document::{self, Column, Table};
use super::terminal::paragraph;
use super::words::Speaker;
use crate::lang::{Lang, Words};
use crate::policy::Policy;
use crate::policy::calendar::Standing;
use crate::policy::model::{CapAmount, Clause, LimitOf, PriorEffect, Unknown};
use crate::vocabulary::Vocabulary;

/// Writes one line per policy: id, name, place, validity, and whether it is in force on `day`; below, when those in
/// force take applications next.
///
/// # Errors
/// What the writer reports.
pub fn list(
    vocabulary: &Vocabulary,
    policies: &[Policy],
    day: Date,
    lang: Lang,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let zh = lang == Lang::Zh;
    let column = |zh_head: &str, head: &str| Column::words(if zh { zh_head } else { head });
    let mut table = Table {
        columns: vec![
            column("政策", "policy"),
            column("地区", "place"),
            column("名称", "title"),
            column("有效期", "validity"),
            column("状态", "state"),
            column("条款", "clauses"),
        ],
        ..Table::default()
    };
    for policy in policies {
        let state = match (policy.standing(policies, day), zh) {
            (Standing::InForce, true) => "有效".to_owned(),
            (Standing::InForce, false) => "in force".to_owned(),
            (Standing::NotYet, true) => "未施行".to_owned(),
            (Standing::NotYet, false) => "not yet".to_owned(),
            (Standing::Expired, true) => "已失效".to_owned(),
            (Standing::Expired, false) => "expired".to_owned(),
            (Standing::Superseded(next), true) => format!("由{}代替", next.id),
            (Standing::Superseded(next), false) => format!("superseded by {}", next.id),
        };
        let until =
            policy.until.map_or_else(|| if zh { "起".to_owned() } else { " on".to_owned() }, |u| format!("–{u}"));
        table.rows.push(vec![
            policy.id.clone(),
            policy.region.first().cloned().unwrap_or_default(),
            policy.title.get(lang).to_owned(),
            format!("{}{until}", policy.from),
            state,
            policy.clauses.len().to_string(),
        ]);
    }
    document::terminal::rows(&table, width.clamp(60, 240), out)?;
    if zh {
        writeln!(out, "状态按 {day} 计")?
    } else {
        writeln!(out, "state as of {day}")?
    }
    let current: Vec<&Policy> = policies
        .iter()
        .filter(|policy| matches!(policy.standing(policies, day), Standing::InForce | Standing::NotYet))
        .collect();
    if !current.is_empty() {
        writeln!(out, "\n{}", if zh { "下次申报" } else { "Next applications" })?;
    }
    for policy in current {
        let speaker = Speaker { lang, vocabulary, policy, holes: false };
        paragraph(&format!("  {}  {}", policy.id, speaker.next_intake(day)), 4, width, out)?;
    }
    Ok(())
}

/// Writes one policy: head, who is kept out, clauses with amounts and conditions, limits, caps, what is not modelled.
///
/// # Errors
/// What the writer reports.
pub fn one(vocabulary: &Vocabulary, policy: &Policy, lang: Lang, width: usize, out: &mut dyn Write) -> io::Result<()> {
    let speaker = Speaker { lang, vocabulary, policy, holes: false };
    let mut page = Page { speaker, width, out };
    page.head()?;
    page.clauses()?;
    page.rules()?;
    page.tail()
}

struct Page<'a> {
    speaker: Speaker<'a>,
    width: usize,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn zh(&self) -> bool {
        self.speaker.lang == Lang::Zh
    }

    fn word(&self, words: &Words) -> String {
        words.get(self.speaker.lang).to_owned()
    }

    fn line(&mut self, zh: &str, en: &str, text: &str) -> io::Result<()> {
        let label = if self.zh() { format!("{zh}：") } else { format!("{en}: ") };
        paragraph(&format!("{label}{text}"), 2, self.width, self.out)
    }

    fn head(&mut self) -> io::Result<()> {
        let policy = self.speaker.policy;
        paragraph(&format!("{} · {}", policy.id, self.word(&policy.title)), 0, self.width, self.out)?;
        self.line("发布机关", "issuer", &policy.issuer)?;
        if let Some(number) = &policy.number {
            self.line("文号", "number", number)?;
        }
        let place = self.speaker.list(&policy.region);
        self.line("适用地区", "place", &format!("{place}（{}）", policy.region_cite))?;
        let validity = format!("{}（{}）", self.speaker.validity(), policy.validity_cite);
        self.line("有效期", "validity", &validity)?;
        if let Some((month, day)) = policy.application_day {
            self.line("默认申请日", "usual application day", &format!("{month:02}-{day:02}"))?;
        }
        if let Some(intake) = &policy.intake {
            let season = self.speaker.intake(intake);
            self.line("申报", "applications", &season)?;
        }
        if !policy.replaces.is_empty() {
            let replaced = self.speaker.list(&policy.replaces);
            self.line("代替", "replaces", &replaced)?;
        }
        let digest = policy.source_sha256.as_ref().map(|digest| format!("  SHA-256 {digest}")).unwrap_or_default();
        self.line("正文", "source", &format!("{}{digest}", policy.source))?;
        let digest = policy.sha256.clone();
        self.line("规则文件 SHA-256", "rule file SHA-256", &digest)?;
        for bar in &policy.bars {
            let text = self.speaker.bar(bar);
            self.line("不予受理", "kept out", &text)?;
        }
        for parameter in &policy.parameters {
            let text = format!("{} = {}", parameter.id, self.word(&parameter.title));
            self.line("参数", "parameter", &text)?;
        }
        writeln!(self.out)
    }

    fn clauses(&mut self) -> io::Result<()> {
        let policy = self.speaker.policy;
        for (index, category) in policy.categories.iter().enumerate() {
            let title = self.word(&category.title);
            writeln!(self.out, "【{title}】 {}", category.id)?;
            for clause in policy.clauses.iter().filter(|clause| clause.category == index) {
                self.clause(clause)?;
            }
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn clause(&mut self, clause: &Clause) -> io::Result<()> {
        let nature = self.speaker.nature(clause.nature);
        let title = self.word(&clause.title);
        paragraph(&format!("{}  {title}  [{nature}]  {}", clause.cite, clause.id), 4, self.width, self.out)?;
        let selects: Vec<String> = clause
            .selects
            .0
            .iter()
            .map(|(fact, values)| {
                let names: Vec<String> = values.iter().map(|value| self.speaker.value(*fact, *value)).collect();
                format!("{}={}", self.speaker.fact(*fact), names.join("/"))
            })
            .collect();
        let selects = self.speaker.list(selects);
        self.indented(&selects)?;
        for line in &clause.amounts {
            let key: Vec<String> =
                clause.by.iter().zip(&line.key).map(|(fact, value)| self.speaker.value(*fact, *value)).collect();
            let amount = self.speaker.amount_rule(&line.amount);
            let most = clause
                .quantity_at_most
                .map(|most| if self.zh() { format!("（最多{most}）") } else { format!(" (at most {most})") });
            let per = match (clause.per_quantity, self.zh()) {
                (true, true) => format!("×数量{}", most.unwrap_or_default()),
                (true, false) => format!(" x quantity{}", most.unwrap_or_default()),
                (false, _) => String::new(),
            };
            let key = if key.is_empty() { String::new() } else { format!("{}：", key.join("·")) };
            self.indented(&format!("→ {key}{amount}{per}"))?;
        }
        if let Some(share) = &clause.share {
            for part in &share.parts {
                let sentence = self.speaker.share_part(part);
                self.indented(&format!("÷ {sentence}（{}）", share.cite))?;
            }
        }
        for condition in &clause.conditions {
            let asked = self.speaker.asked(&condition.test);
            let unknown = match (condition.unknown, self.zh()) {
                (Unknown::Assumed, true) => "；未知视为满足",
                (Unknown::Assumed, false) => "; unknown: assumed",
                (Unknown::Refused, true) => "；未知视为不满足",
                (Unknown::Refused, false) => "; unknown: not met",
                (Unknown::Undetermined, _) => "",
            };
            self.indented(&format!("? {asked}（{}）{unknown}", condition.cite))?;
        }
        Ok(())
    }

    fn indented(&mut self, text: &str) -> io::Result<()> {
        paragraph(&format!("    {text}"), 6, self.width, self.out)
    }

    fn rules(&mut self) -> io::Result<()> {
        let policy = self.speaker.policy;
        for bonus in &policy.bonuses {
            let text = format!("{} +{}（{}）", self.word(&bonus.title), self.speaker.money(bonus.amount), bonus.cite);
            self.line("追加", "bonus", &text)?;
        }
        for limit in &policy.cost_limits {
            let text = format!("{}（{}）", self.speaker.fact(limit.fact), limit.cite);
            self.line("不超过", "not above", &text)?;
        }
        for rule in &policy.prior {
            let sources = rule.sources.as_ref().map_or_else(
                || if self.zh() { "任何来源".to_owned() } else { "any source".to_owned() },
                |sources| {
                    let fact = self.speaker.vocabulary.known().prior_source;
                    self.speaker.list(sources.iter().map(|source| self.speaker.value(fact, *source)))
                },
            );
            let effect = match (rule.effect, self.zh()) {
                (PriorEffect::Excludes, true) => "不再重复",
                (PriorEffect::Excludes, false) => "excludes payment",
                (PriorEffect::TopsUp, true) => "补足差额",
                (PriorEffect::TopsUp, false) => "topped up",
            };
            self.line("已获资助", "money received before", &format!("{sources}：{effect}（{}）", rule.cite))?;
        }
        for merge in &policy.merges {
            let text = format!("{}（{}）", self.word(&merge.title), merge.cite);
            self.line("按一项计", "counts as one", &text)?;
        }
        for limit in &policy.limits {
            let of = match (&limit.of, self.zh()) {
                (LimitOf::Categories, true) => "类",
                (LimitOf::Categories, false) => " categories",
                (LimitOf::Items { .. }, true) => "项",
                (LimitOf::Items { .. }, false) => " items",
            };
            let text = format!("{}：{}{of}（{}）", self.word(&limit.title), limit.at_most, limit.cite);
            self.line("限数", "at most", &text)?;
        }
        for cap in &policy.caps {
            let limit = match &cap.at_most {
                CapAmount::Money(money) => self.speaker.money(*money),
                CapAmount::OfParameter(parameter, share) => {
                    let parameter = &policy.parameters[*parameter].id;
                    if self.zh() { format!("{parameter} 的 {share}") } else { format!("{share} of {parameter}") }
                }
            };
            let raised = cap.raised.as_ref().map(|raise| {
                let to = raise.to.map_or_else(
                    || if self.zh() { "不限".to_owned() } else { "no limit".to_owned() },
                    |to| self.speaker.money(to),
                );
                let by = self.speaker.list(raise.by.iter().map(|clause| policy.clauses[*clause].cite.clone()));
                if self.zh() { format!("；有{by}时{to}") } else { format!("; {to} with {by}") }
            });
            let text = format!("{}：{limit}{}（{}）", self.word(&cap.title), raised.unwrap_or_default(), cap.cite);
            self.line("封顶", "cap", &text)?;
        }
        for share in &policy.bill {
            let text = format!("{} {}（{}）", share.by, share.share, share.cite);
            self.line("分担", "bill", &text)?;
        }
        Ok(())
    }

    fn tail(&mut self) -> io::Result<()> {
        for call in &self.speaker.policy.calls {
            let until =
                call.open_until.map(|day| if self.zh() { format!("，至{day}") } else { format!(", until {day}") });
            let text = format!("{} {}{}", call.year, self.word(&call.title), until.unwrap_or_default());
            self.line("申报通知", "call", &text)?;
            for (on, condition) in &call.conditions {
                let cites: Vec<&str> =
                    on.iter().map(|clause| self.speaker.policy.clauses[*clause].cite.as_ref()).collect();
                let mut cites: Vec<&str> = cites;
                cites.dedup();
                let asked = self.speaker.asked(&condition.test);
                let cites = self.speaker.list(cites);
                self.indented(&format!("{asked}：{cites}"))?;
            }
        }
        for assumed in &self.speaker.policy.assumed {
            let one = match (assumed.one_unit, self.zh()) {
                (false, _) => "",
                (true, true) => "；只能由一家申请",
                (true, false) => "; one unit only may apply",
            };
            let text = format!("{}{one}（{}）", self.word(&assumed.title), assumed.cite);
            self.line("视为满足", "taken for granted", &text)?;
        }
        for gap in &self.speaker.policy.not_modelled {
            let text = format!("{}（{}）", self.word(&gap.why), gap.cite);
            self.line("未列入计算", "not modelled", &text)?;
        }
        Ok(())
    }
}
