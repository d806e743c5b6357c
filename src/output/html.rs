//! The report as one HTML file for a person who was told nothing: no network, no script; readable on paper, on a
//! telephone, in black and white and by a screen reader. Everything that comes from files goes through `maud`, which
//! escapes it, and through [`plain`].

use std::collections::HashMap;
use std::io::{self, Write};

use maud::{DOCTYPE, Markup, PreEscaped, html};
use unicode_width::UnicodeWidthStr;

use super::svg::{self, Bar, Fill};
use super::waterfall::Waterfall;
use super::words::{Speaker, applicant_name};
use super::{Evaluation, Report, Totals, table, terminal, when};
use crate::engine::result::{Item, Reason, Status};
use crate::facts::{Achievement, Applicant};
use crate::lang::Lang;
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::model::Nature;

/// From so many companies on, their totals are shown as a distribution, and only the top ones by name.
const MANY: usize = 12;
/// So many companies are the top ones.
const TOP: usize = 10;
/// The distribution has at most so many classes above zero.
const CLASSES: i128 = 8;

/// Writes all results. The sums of a portfolio stand before its companies, so it is evaluated twice rather than kept.
///
/// # Errors
/// What the writer reports.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let page = Page { report, lang: report.lang };
    let language = page.lang.pick("zh-CN", "en");
    let title = format!("{} {}", page.heading(), page.years());
    write!(out, "{}<html lang=\"{language}\">{}<body>{}", DOCTYPE.0, head(&title).0, page.opening().0)?;
    writeln!(out, "<main>")?;
    if report.jobs.len() > 1 {
        writeln!(out, "{}", page.overview(&page.summaries()).0)?;
    }
    for (index, job) in report.jobs.iter().enumerate() {
        writeln!(out, "{}", page.company(index, job.applicant, &report.evaluate(job)).0)?;
    }
    for section in [page.not_computed(), page.unreadable(), page.about()] {
        writeln!(out, "{}", section.0)?;
    }
    writeln!(out, "</main></body></html>")
}

/// Text of other people's files: escaping is `maud`'s; this takes away what turns the direction of reading.
pub(super) fn plain(text: &str) -> String {
    terminal::line(text)
}

/// The head of a page: nothing is fetched and nothing runs, even if a browser were to find something.
pub(super) fn head(title: &str) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
            title { (plain(title)) }
            style { (PreEscaped(include_str!("report.css"))) }
        }
    }
}

/// What the overview knows of one company.
struct Summary<'a> {
    name: &'a str,
    policies: Vec<&'a str>,
    totals: Totals,
}

struct Page<'a> {
    report: &'a Report<'a>,
    lang: Lang,
}

impl<'a> Page<'a> {
    fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    fn money(&self, money: Money) -> String {
        match self.lang {
            Lang::Zh => money.in_wan(),
            Lang::En => format!("{} yuan", money.grouped().trim_end_matches(".00")),
        }
    }

    /// An amount in a table; in English the head of the column names the unit.
    fn cell(&self, money: Money) -> String {
        match self.lang {
            Lang::Zh => money.in_wan(),
            Lang::En => money.grouped().trim_end_matches(".00").to_owned(),
        }
    }

    fn years(&self) -> String {
        match self.report.years.as_slice() {
            [] => String::new(),
            [year] => year.to_string(),
            [first, .., last] => format!("{first}–{last}"),
        }
    }

    fn heading(&self) -> &'static str {
        match self.lang {
            Lang::Zh => "标准化补贴测算报告",
            Lang::En => "Standardization subsidies: estimate",
        }
    }

    fn opening(&self) -> Markup {
        let companies = self.report.jobs.len();
        let rows: usize = self.report.jobs.iter().map(|job| job.applicant.achievements.len()).sum();
        let (years, count) = (self.years(), self.report.portfolio.invalid.len());
        let lead = match self.lang {
            Lang::Zh => format!("{years}年度 · {companies}家单位 · {rows}项成果"),
            Lang::En => format!("{years} · companies: {companies} · achievements: {rows}"),
        };
        html! {
            (svg::patterns())
            header {
                h1 { (self.heading()) }
                p class="lead" { (lead) }
                @if count > 0 {
                    p class="notice" {
                        a href="#unreadable" {
                            @if self.lang == Lang::Zh { "有" (count) "行读不出，没有计入，列在后面" }
                            @else { "Rows that could not be read and are not counted: " (count) }
                        }
                    }
                }
            }
        }
    }

    fn summaries(&self) -> Vec<Summary<'a>> {
        let jobs = self.report.jobs.iter();
        jobs.map(|job| {
            let mut totals = Totals::default();
            for evaluation in self.report.evaluate(job) {
                totals.add(&evaluation.result);
            }
            let policies = job.policies.iter().map(|policy| policy.id.as_str()).collect();
            let name = applicant_name(job.applicant, self.lang);
            Summary { name, policies, totals }
        })
        .collect()
    }

    fn overview(&self, summaries: &[Summary<'_>]) -> Markup {
        let mut sum = Totals::default();
        for summary in summaries {
            sum.join(&summary.totals);
        }
        html! {
            section {
                h2 { (self.pick("总览", "Overview")) }
                (self.totals(&sum))
                div class="figures" {
                    @if summaries.len() >= MANY {
                        (self.figure(self.pick("各单位总额的分布", "Distribution of the companies' totals"), &[], &self.distribution(summaries)))
                    }
                    (self.companies_chart(summaries))
                }
                (self.companies_table(summaries, &sum))
            }
        }
    }

    fn companies_chart(&self, summaries: &[Summary<'_>]) -> Markup {
        let mut shown: Vec<&Summary<'_>> = summaries.iter().collect();
        let mut title = self.pick("各单位总额", "Totals by company");
        if summaries.len() >= MANY {
            shown.sort_by_key(|summary| std::cmp::Reverse(summary.totals.total));
            shown.truncate(TOP);
            title = self.pick("总额最高的单位", "Companies with the greatest totals");
        }
        let bars: Vec<Bar> = shown
            .iter()
            .map(|summary| Bar {
                label: plain(summary.name),
                value: self.money(summary.totals.total),
                parts: by_nature(summary.totals.fixed, summary.totals.ceiling),
            })
            .collect();
        self.figure(title, &self.natures(), &bars)
    }

    /// How many companies have a total in each class; the upper bound belongs to the class.
    fn distribution(&self, summaries: &[Summary<'_>]) -> Vec<Bar> {
        let totals: Vec<Money> = summaries.iter().map(|summary| summary.totals.total).collect();
        let most = totals.iter().copied().max().unwrap_or_default();
        let width = class_width(most).fen();
        let number = |money: Money| if self.lang == Lang::Zh { money.in_wan_number() } else { self.cell(money) };
        let bar = |label: String, count: usize| Bar {
            value: if self.lang == Lang::Zh { format!("{count}家") } else { count.to_string() },
            parts: vec![(Fill::Solid, Money::from_fen(i128::try_from(count).unwrap_or_default()))],
            label,
        };
        let nothing = totals.iter().filter(|total| total.is_zero()).count();
        let classes = (most.fen() + width - 1) / width;
        let above = (0..classes).map(|class| {
            let (from, to) = (Money::from_fen(class * width), Money::from_fen((class + 1) * width));
            let count = totals.iter().filter(|total| **total > from && **total <= to).count();
            let unit = self.pick("万元", " yuan");
            bar(format!("{}–{}{unit}", number(from), number(to)), count)
        });
        std::iter::once(bar(self.money(Money::ZERO), nothing)).chain(above).collect()
    }

    fn companies_table(&self, summaries: &[Summary<'_>], sum: &Totals) -> Markup {
        let heads = match self.lang {
            Lang::Zh => ["单位", "政策", "项数", "定额", "上限", "总额", "资料补齐后可能"],
            Lang::En => {
                ["Company", "Policies", "Items", "Fixed (yuan)", "Ceiling (yuan)", "Total (yuan)", "Potential (yuan)"]
            }
        };
        let amounts = |totals: &Totals| {
            let amounts = [totals.fixed, totals.ceiling, totals.total, totals.potential];
            html! {
                td class="number" data-label=(heads[2]) { (totals.items) }
                @for (head, amount) in heads[3..].iter().zip(amounts) {
                    td class="number" data-label=(head) { (self.cell(amount)) }
                }
            }
        };
        html! {
            table class="rows" {
                caption { (self.pick("各单位的合计；点单位名称看明细", "Sums of each company; its name leads to the details")) }
                thead { tr {
                    @for (place, head) in heads.iter().enumerate() {
                        th scope="col" class=[(place > 1).then_some("number")] { (head) }
                    }
                } }
                tbody {
                    @for (index, summary) in summaries.iter().enumerate() {
                        tr {
                            th scope="row" { a href={ "#company-" (index + 1) } { (plain(summary.name)) } }
                            td data-label=(heads[1]) { @for id in &summary.policies { span class="short" { (id) } " " } }
                            (amounts(&summary.totals))
                        }
                    }
                }
                tbody class="sum" { tr { th scope="row" { (self.pick("合计", "Sum")) } td {} (amounts(sum)) } }
            }
        }
    }

    fn company(&self, index: usize, applicant: &Applicant, evaluations: &[Evaluation<'_>]) -> Markup {
        let mut sum = Totals::default();
        for evaluation in evaluations {
            sum.add(&evaluation.result);
        }
        html! {
            section class="company" id={ "company-" (index + 1) } {
                h2 { (plain(applicant_name(applicant, self.lang))) }
                @if sum.results > 1 { p { (self.pick("合计：", "All results: ")) (table::totals(self.lang, &sum)) } }
                @for years in evaluations.chunk_by(|one, next| one.policy.id == next.policy.id) {
                    @if let Some(first) = years.first() {
                        h3 { (plain(first.policy.title.get(self.lang))) }
                        @if years.len() > 1 { (self.timeline(years)) }
                        @for evaluation in years { (self.result(evaluation)) }
                        (self.basis(first.policy))
                    }
                }
            }
        }
    }

    /// What each year of a run pays.
    fn timeline(&self, years: &[Evaluation<'_>]) -> Markup {
        let bars: Vec<Bar> = years
            .iter()
            .map(|evaluation| {
                let result = &evaluation.result;
                let state = if result.in_force { "" } else { self.pick("（不在有效期内）", " (not in force)") };
                Bar {
                    label: result.year.to_string(),
                    value: format!("{}{state}", self.money(result.total)),
                    parts: by_nature(result.fixed_total, result.ceiling_total),
                }
            })
            .collect();
        self.figure(self.pick("逐年总额", "Totals year by year"), &self.natures(), &bars)
    }

    fn result(&self, evaluation: &Evaluation<'_>) -> Markup {
        let result = &evaluation.result;
        let speaker = self.report.speaker(evaluation.policy);
        let mut totals = Totals::default();
        totals.add(result);
        let waterfall = Waterfall::of(result);
        html! {
            h4 { (capitalized(&speaker.year(result))) }
            @for notice in speaker.notices(result, evaluation.applicant) { p class="notice" { (plain(notice.trim_start_matches("! "))) } }
            (self.totals(&totals))
            @if !table::shut_out(&result.items) {
                p { strong { (self.pick("结论：", "In short: ")) } (plain(&speaker.answer_of_total(result, evaluation.applicant))) }
            }
            @if !waterfall.bases.is_zero() {
                div class="figures" {
                    (self.categories(evaluation))
                    (self.waterfall(&speaker, &waterfall))
                }
            }
            // Of a year that pays nothing at all, the notice and the ids say everything.
            @if self.report.years.len() == 1 || !table::shut_out(&result.items) { (self.items(evaluation, &speaker)) }
            (self.not_paid(evaluation, &speaker, &waterfall))
            (self.would_change(evaluation, &speaker))
            (self.list(self.pick("封顶", "Caps"), result.caps.iter().map(|used| speaker.cap(used))))
            (self.list(
                self.pick("视为满足的前提", "Taken for granted"),
                result.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result))),
            ))
        }
    }

    fn totals(&self, totals: &Totals) -> Markup {
        let parts = [
            (Nature::Fixed, totals.fixed, self.pick("办法写明的数额", "the amount is in the text")),
            (
                Nature::Ceiling,
                totals.ceiling,
                self.pick("最高数额，评审可能少给", "at most this; reviewers may pay less"),
            ),
        ];
        let name = |nature: Nature| match nature {
            Nature::Fixed => self.pick("定额", "Fixed"),
            Nature::Ceiling => self.pick("上限", "Ceiling"),
        };
        html! {
            dl class="totals" {
                div class="main" { dt { (self.pick("总额", "Total")) } dd { (self.money(totals.total)) } }
                @for (nature, amount, hint) in parts {
                    div { dt { (name(nature)) } dd { (self.money(amount)) } dd class="hint" { (hint) } }
                }
                div {
                    dt { (self.pick("资料补齐后可能", "Potential total")) }
                    dd { (self.money(totals.potential)) }
                    dd class="hint" { (self.pick("空白的资料都按最有利的情况", "if every blank turned out best")) }
                }
            }
        }
    }

    /// Samples for the two natures of money.
    fn natures(&self) -> [(Fill, &'static str); 2] {
        let (fixed, ceiling) = match self.lang {
            Lang::Zh => ("定额", "上限"),
            Lang::En => ("fixed", "ceiling"),
        };
        [(Fill::Solid, fixed), (Fill::Hatched, ceiling)]
    }

    fn figure(&self, title: &str, legend: &[(Fill, &str)], bars: &[Bar]) -> Markup {
        html! {
            figure {
                figcaption { (title) }
                @if !legend.is_empty() {
                    p class="legend" { @for (fill, name) in legend { span { (svg::sample(*fill)) (name) } } }
                }
                (svg::chart(title, bars))
            }
        }
    }

    /// What each category is paid; categories that no item claims are left out.
    fn categories(&self, evaluation: &Evaluation<'_>) -> Markup {
        let policy = evaluation.policy;
        let mut sums = vec![(Money::ZERO, Money::ZERO, false); policy.categories.len()];
        for item in &evaluation.result.items {
            let Some(clause) = item.clause.map(|index| &policy.clauses[index]) else { continue };
            let (fixed, ceiling, claimed) = &mut sums[clause.category];
            match clause.nature {
                Nature::Fixed => *fixed += item.amount,
                Nature::Ceiling => *ceiling += item.amount,
            }
            *claimed |= !item.steps.is_empty();
        }
        let claimed = policy.categories.iter().zip(sums).filter(|(_, (.., claimed))| *claimed);
        let bars: Vec<Bar> = claimed
            .map(|(category, (fixed, ceiling, _))| Bar {
                label: plain(category.title.get(self.lang)),
                value: self.money(fixed + ceiling),
                parts: by_nature(fixed, ceiling),
            })
            .collect();
        self.figure(self.pick("按类别", "By category"), &self.natures(), &bars)
    }

    fn waterfall(&self, speaker: &Speaker<'_>, waterfall: &Waterfall<'_>) -> Markup {
        let (bases, total) = (waterfall.bases, waterfall.total);
        let bar = |label: String, value: String, parts| Bar { label: plain(&label), value, parts };
        let first = self.pick("各项基数合计", "Sum of the bases").to_owned();
        let mut bars = vec![bar(first, self.money(bases), vec![(Fill::Grey, bases)])];
        let mut left = bases;
        for cut in waterfall.cuts.iter().filter(|cut| !cut.amount.is_zero()) {
            left = left - cut.amount;
            let parts = vec![(Fill::Pale, left), (Fill::Dotted, cut.amount)];
            bars.push(bar(speaker.cut(cut.step), format!("−{}", self.money(cut.amount)), parts));
        }
        bars.push(bar(self.pick("总额", "Total").to_owned(), self.money(total), vec![(Fill::Solid, total)]));
        let legend = [(Fill::Dotted, self.pick("减去", "taken away")), (Fill::Pale, self.pick("剩余", "left"))];
        let legend = if bars.len() > 2 { legend.as_slice() } else { &[] };
        self.figure(self.pick("从基数到总额", "From the bases to the total"), legend, &bars)
    }

    fn items(&self, evaluation: &Evaluation<'_>, speaker: &Speaker<'_>) -> Markup {
        let (policy, result) = (evaluation.policy, &evaluation.result);
        let heads = match self.lang {
            Lang::Zh => ["编号", "名称", "结果", "条款", "性质", "基数", "金额"],
            Lang::En => ["Id", "Title", "Status", "Clause", "Nature", "Base (yuan)", "Amount (yuan)"],
        };
        let one = |item: &Item, row: &Achievement| {
            let notes = table::note(evaluation, speaker, item, row);
            let nature = item.clause.map(|index| speaker.nature(policy.clauses[index].nature));
            html! {
                tbody class="item" {
                    tr {
                        th scope="row" class=(id_class(&row.id)) rowspan=[(!notes.is_empty()).then_some("2")] { (plain(&row.id)) }
                        td class="title" data-label=(heads[1]) { (self.title(row)) }
                        td class="status" data-label=(heads[2]) {
                            span class={ "badge " (item.status.id()) } { (speaker.status(item.status)) }
                        }
                        td class="cite" data-label=(heads[3]) { (speaker.cite(item).unwrap_or("—")) }
                        td class="nature" data-label=(heads[4]) { (nature.unwrap_or("—")) }
                        td class="number" data-label=(heads[5]) { (self.cell(item.base)) }
                        td class="number" data-label=(heads[6]) { (self.cell(item.amount)) }
                    }
                    @if !notes.is_empty() {
                        tr class="notes" { td colspan="6" {
                            span class="hidden" { (self.pick("说明：", "Notes: ")) }
                            ul { @for note in notes { li { (plain(&note)) } } }
                        } }
                    }
                }
            }
        };
        html! {
            h5 { (self.pick("各项明细", "Items")) }
            table {
                caption { (self.pick(
                    "基数是条款对该项规定的数额，金额是限额、重复、择优、封顶之后的数额；各项说明在其下一行",
                    "Base: what the clause pays for the item. Amount: what is left after limits, duplicates, selection and caps. Notes stand below each item",
                )) }
                thead { tr {
                    @for (place, head) in heads.iter().enumerate() {
                        th scope="col" class=[(place > 4).then_some("number")] { (head) }
                    }
                } }
                @for (item, row) in result.items.iter().zip(&evaluation.applicant.achievements) { (one(item, row)) }
                tbody class="sum" { tr {
                    th scope="row" { (self.pick("合计", "Sum")) }
                    td {} td {} td {} td {} td {}
                    td class="number" data-label=(heads[6]) { (self.cell(result.total)) }
                } }
            }
        }
    }

    fn title(&self, row: &Achievement) -> String {
        plain(row.facts.text(self.report.vocabulary.known().title).unwrap_or_default())
    }

    /// What was not paid, by cause: what each cut took away, and what was refused for which reason.
    fn not_paid(&self, evaluation: &Evaluation<'_>, speaker: &Speaker<'_>, waterfall: &Waterfall<'_>) -> Markup {
        let (result, applicant) = (&evaluation.result, evaluation.applicant);
        let cuts = waterfall.cuts.iter();
        let mut causes: Vec<Cause> = cuts
            .map(|cut| Cause { why: vec![speaker.cut(cut.step)], items: cut.items.clone(), amount: cut.amount })
            .collect();
        let mut known: HashMap<Vec<String>, usize> = HashMap::new();
        for (index, (item, row)) in result.items.iter().zip(&applicant.achievements).enumerate() {
            if !matches!(item.status, Status::Ineligible | Status::Unmatched) {
                continue;
            }
            let reasons = item.reasons.iter();
            let why: Vec<String> = reasons.map(|reason| speaker.reason(reason, result, applicant, row)).collect();
            let place = *known.entry(why.clone()).or_insert(causes.len());
            if place == causes.len() {
                causes.push(Cause { why, items: Vec::new(), amount: Money::ZERO });
            }
            causes[place].items.push(index);
            causes[place].amount += item.base;
        }
        if causes.is_empty() {
            return html! {};
        }
        let heads = match self.lang {
            Lang::Zh => ["原因", "项目", "未付"],
            Lang::En => ["Why", "Items", "Not paid (yuan)"],
        };
        html! {
            h5 { (self.pick("没有支付的部分和原因", "What is not paid, and why")) }
            table class="rows" {
                caption { (self.pick("按原因合计；不符合条件的，按条款本来的数额计", "Summed by cause; for what is not eligible, the amount the clause would have paid")) }
                thead { tr { th scope="col" { (heads[0]) } th scope="col" { (heads[1]) } th scope="col" class="number" { (heads[2]) } } }
                tbody {
                    @for cause in &causes {
                        tr {
                            td data-label=(heads[0]) { @for why in &cause.why { div { (plain(why)) } } }
                            td data-label=(heads[1]) {
                                (plain(&speaker.list(cause.items.iter().map(|item| applicant.achievements[*item].id.as_str()))))
                            }
                            td class="number" data-label=(heads[2]) {
                                @if cause.amount.is_zero() { "—" } @else { (self.cell(cause.amount)) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Blanks that would change an amount once filled in.
    fn would_change(&self, evaluation: &Evaluation<'_>, speaker: &Speaker<'_>) -> Markup {
        let (result, applicant) = (&evaluation.result, evaluation.applicant);
        let pairs = result.items.iter().zip(&applicant.achievements);
        let open: Vec<(&Item, &Achievement)> =
            pairs.filter(|(item, _)| !item.missing.is_empty() || item.possible.is_some()).collect();
        if open.is_empty() {
            return html! {};
        }
        let heads = match self.lang {
            Lang::Zh => ["编号", "名称", "缺少", "说明", "现在", "可能"],
            Lang::En => ["Id", "Title", "Missing", "Notes", "Now (yuan)", "Possibly (yuan)"],
        };
        let notes = |item: &Item, row: &Achievement| {
            let telling = |reason: &&Reason| {
                matches!(reason, Reason::MorePossible(..) | Reason::CostUnknown(..) | Reason::CaseByCase)
            };
            let reasons =
                item.reasons.iter().filter(telling).map(|reason| speaker.reason(reason, result, applicant, row));
            reasons.chain([speaker.answer(item)]).collect::<Vec<_>>()
        };
        html! {
            h5 { (self.pick("什么会改变结果", "What would change it")) }
            table class="rows" {
                caption { (self.pick("补上这些空白，金额可能改变", "Filling in these blanks may change the amounts")) }
                thead { tr {
                    @for (place, head) in heads.iter().enumerate() {
                        th scope="col" class=[(place > 3).then_some("number")] { (head) }
                    }
                } }
                tbody {
                    @for (item, row) in open {
                        tr {
                            th scope="row" class=(id_class(&row.id)) { (plain(&row.id)) }
                            td class="title" data-label=(heads[1]) { (self.title(row)) }
                            td data-label=(heads[2]) {
                                (speaker.list(item.missing.iter().map(|missing| speaker.missing(*missing))))
                            }
                            td data-label=(heads[3]) { @for note in notes(item, row) { div { (plain(&note)) } } }
                            td class="number" data-label=(heads[4]) { (self.cell(item.amount)) }
                            td class="number" data-label=(heads[5]) {
                                @if let Some((_, amount)) = item.possible { (self.cell(amount)) } @else { "—" }
                            }
                        }
                    }
                }
            }
        }
    }

    fn list(&self, heading: &str, lines: impl Iterator<Item = String>) -> Markup {
        let lines: Vec<String> = lines.collect();
        html! {
            @if !lines.is_empty() {
                h5 { (heading) }
                ul class="plain" { @for line in &lines { li { (plain(line)) } } }
            }
        }
    }

    fn basis(&self, policy: &Policy) -> Markup {
        let speaker = self.report.speaker(policy);
        html! {
            h4 { (self.pick("依据", "Basis")) }
            dl class="basis" {
                dt { (self.pick("办法", "Measure")) } dd { (plain(&policy.title.zh)) }
                dt { (self.pick("发布机关", "Issued by")) } dd { (plain(&policy.issuer)) }
                @if let Some(number) = &policy.number {
                    dt { (self.pick("文号", "Document number")) } dd { (plain(number)) }
                }
                dt { (self.pick("有效期", "In force")) } dd { (speaker.cited(&policy.validity_cite, &speaker.validity())) }
                dt { (self.pick("规则文件", "Rule file")) } dd { (policy.id) }
                dt { (self.pick("规则文件 SHA-256", "Rule file SHA-256")) } dd { code { (policy.sha256) } }
                @if let Some(digest) = &policy.source_sha256 {
                    dt { (self.pick("正文 SHA-256", "Official text SHA-256")) } dd { code { (digest) } }
                }
            }
        }
    }

    /// Units of the input that no policy at hand covers.
    fn not_computed(&self) -> Markup {
        let mut jobs = self.report.jobs.iter().peekable();
        let mut left_out: Vec<&Applicant> = Vec::new();
        for applicant in &self.report.portfolio.applicants {
            // Jobs stand in the order of the applicants.
            if jobs.next_if(|job| std::ptr::eq(job.applicant, applicant)).is_none() {
                left_out.push(applicant);
            }
        }
        html! {
            @if !left_out.is_empty() {
                section {
                    h2 { (self.pick("没有测算的单位", "Companies not computed")) }
                    p { (self.pick("没有覆盖其注册地的政策", "No policy at hand covers their region")) }
                    ul class="plain" {
                        @for applicant in left_out { li { (plain(applicant_name(applicant, self.lang))) } }
                    }
                }
            }
        }
    }

    fn unreadable(&self) -> Markup {
        let heads = match self.lang {
            Lang::Zh => ["文件", "行", "列", "单元格", "问题"],
            Lang::En => ["File", "Row", "Column", "Cell", "Problem"],
        };
        let rows = &self.report.portfolio.invalid;
        html! {
            @if !rows.is_empty() {
                section class="page" id="unreadable" {
                    h2 { (self.pick("读不出的行", "Unreadable rows")) }
                    table class="rows" {
                        caption { (self.pick("这些行没有计入；改正后重新运行", "These rows are not counted; correct them and run again")) }
                        thead { tr { @for head in heads { th scope="col" { (head) } } } }
                        tbody {
                            @for row in rows {
                                @for mistake in &row.mistakes {
                                    tr {
                                        td data-label=(heads[0]) { (plain(terminal::file_name(&row.path, self.lang))) }
                                        td data-label=(heads[1]) { (row.row) }
                                        td data-label=(heads[2]) { (plain(&mistake.place())) }
                                        td data-label=(heads[3]) { (plain(&mistake.value)) }
                                        td data-label=(heads[4]) { (plain(mistake.message.get(self.lang))) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What was read, what computed it, and what the words mean.
    fn about(&self) -> Markup {
        let speaker =
            self.report.jobs.iter().flat_map(|job| &job.policies).next().map(|policy| self.report.speaker(policy));
        let heads = match self.lang {
            Lang::Zh => ["文件", "行数", "SHA-256"],
            Lang::En => ["File", "Rows", "SHA-256"],
        };
        html! {
            section {
                h2 { (self.pick("关于本报告", "About this report")) }
                p {
                    (self.pick("由 biaobu ", "Computed by biaobu ")) (env!("CARGO_PKG_VERSION"))
                    (self.pick(
                        " 按规则文件测算，不是主管部门的决定。相同的输入和规则得到相同的结果。",
                        " under its rule files; not a decision of any authority. The same inputs and rules give the same result.",
                    ))
                }
                @if let Some(speaker) = speaker {
                    h3 { (self.pick("结果的含义", "What the statuses mean")) }
                    dl class="basis" {
                        @for status in Status::ALL {
                            dt { span class={ "badge " (status.id()) } { (speaker.status(status)) } }
                            dd { (speaker.status_meaning(status)) }
                        }
                    }
                }
                h3 { (self.pick("输入文件", "Input files")) }
                table class="rows" {
                    caption { (self.pick("测算所用的文件", "The files that the estimate was made from")) }
                    thead { tr { th scope="col" { (heads[0]) } th scope="col" class="number" { (heads[1]) } th scope="col" { (heads[2]) } } }
                    tbody {
                        @for file in &self.report.portfolio.inputs {
                            tr {
                                th scope="row" { (plain(terminal::file_name(&file.path, self.lang))) }
                                td class="number" data-label=(heads[1]) { (file.rows) }
                                td data-label=(heads[2]) { code { (file.sha256) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Why something is not paid, and what.
struct Cause {
    why: Vec<String>,
    items: Vec<usize>,
    amount: Money,
}

fn by_nature(fixed: Money, ceiling: Money) -> Vec<(Fill, Money)> {
    vec![(Fill::Solid, fixed), (Fill::Hatched, ceiling)]
}

/// A round width (1, 2 or 5 and zeros) of which at most [`CLASSES`] cover `most`.
fn class_width(most: Money) -> Money {
    let least = (most.fen() + CLASSES - 1) / CLASSES;
    let mut power = 1;
    loop {
        if let Some(width) = [power, 2 * power, 5 * power].into_iter().find(|width| *width >= least) {
            return Money::from_fen(width);
        }
        power *= 10;
    }
}

/// Ids of usual length are not broken.
fn id_class(id: &str) -> &'static str {
    const SHORT: usize = 12;
    if id.width() <= SHORT { "id short" } else { "id" }
}

fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_round_and_cover_everything() {
        for (most, width) in [(0, 1), (8, 1), (9, 2), (156_500_000, 20_000_000), (1_600_000_000, 200_000_000)] {
            assert_eq!(class_width(Money::from_fen(most)).fen(), width, "{most}");
        }
    }
}
