//! A plan for a person: unit by unit, policy by policy, the five parts in order.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::Plans;
use super::words::Teller;
use crate::analysis::plan::{Best, Counted, KnownAs, Line, OtherPlaces, Plan, PolicyPlan, Worth};
use crate::lang::Lang;
use crate::money::Money;
use crate::output::document::{Column, Document, Section, Table};
use crate::output::words::applicant_name;
use crate::vocabulary::ValueId;

/// How many other places a line of the table names; the rest is counted, and stands in CSV and JSON.
const PLACES: usize = 3;

pub(super) fn document(plans: &Plans<'_>) -> Document {
    let lang = plans.lang;
    let year = plans.application.year;
    let title = match lang {
        Lang::Zh => format!("规划 · {year}年度"),
        Lang::En => format!("Plan for the application year {year}"),
    };
    let mut lead = vec![
        lang.pick(
            "各个数额都由同一套测算得出：改动一处，重新测算，取两次总额之差。",
            "Every amount is what the total changes by when one thing changes and all is computed anew.",
        )
        .to_owned(),
    ];
    let unread = plans.portfolio.invalid.len();
    if unread > 0 {
        lead.push(match lang {
            Lang::Zh => format!("{unread} 行读不出，没有计入"),
            Lang::En => format!("rows that could not be read and are not counted: {unread}"),
        });
    }
    for unit in &plans.uncovered {
        let name = applicant_name(unit, lang);
        lead.push(match lang {
            Lang::Zh => format!("{name}：没有覆盖其地区的政策，没有规划"),
            Lang::En => format!("{name}: no policy at hand covers its region; no plan"),
        });
    }
    Document { title, lead, sections: plans.plans.iter().flat_map(|plan| unit(plans, plan)).collect() }
}

fn teller<'a>(plans: &Plans<'a>, plan: &Plan<'a>, policy: &PolicyPlan<'a>) -> Teller<'a> {
    Teller { lang: plans.lang, vocabulary: plans.vocabulary, applicant: plan.applicant, policy: policy.policy }
}

fn unit(plans: &Plans<'_>, plan: &Plan<'_>) -> Vec<Section> {
    let Some(first) = plan.policies.first() else { return Vec::new() };
    let teller = teller(plans, plan, first);
    let mut sections = vec![facts(plans, plan)];
    for policy in &plan.policies {
        let told = self::teller(plans, plan, policy);
        if Counted::of(&policy.result) == Counted::Fully {
            sections.push(more(told, plan, policy));
            sections.push(room(told, policy));
        } else {
            sections.push(nothing_to_add(told, policy));
        }
        sections.push(deadlines(told, policy));
        sections.push(other_years(told, policy));
    }
    sections.push(places(teller, plan));
    sections
}

fn words(cells: impl IntoIterator<Item = String>) -> Vec<String> {
    cells.into_iter().collect()
}

// ---------------------------------------------------------------------- unknown facts

fn facts(plans: &Plans<'_>, plan: &Plan<'_>) -> Section {
    let lang = plans.lang;
    let heading = applicant_name(plan.applicant, lang).to_owned();
    let mut notes = Vec::new();
    for policy in &plan.policies {
        let told = teller(plans, plan, policy);
        let (application, total) = (told.speaker().application(&policy.result), told.money(policy.result.total));
        notes.push(match lang {
            Lang::Zh => format!("{application}：现在合计{total}"),
            Lang::En => format!("{application}: {total} as things are"),
        });
        notes.extend(told.shut_out(policy));
    }
    let together = lang.pick(
        "单独查清不改变总额、几项合起来才改变的，只列合起来的一行",
        "Facts that change nothing alone, but do so together, stand together only",
    );
    let waited_for = plan.facts.iter().filter(|entry| entry.known_as == KnownAs::Missing);
    let (only_together, missing): (Vec<&Worth>, Vec<&Worth>) =
        waited_for.partition(|entry| only_with_others(plan, entry));
    if !only_together.is_empty() {
        notes.push(together.to_owned());
    }
    if missing.is_empty() {
        notes.push(lang.pick("没有等着查清的资料", "No unknown fact is waited for").to_owned());
    }
    let assumed: Vec<&Worth> = plan.facts.iter().filter(|entry| entry.known_as == KnownAs::Assumed).collect();
    let tables = vec![
        worth_table(plans, plan, &missing, lang.pick("一、查清这些资料值多少", "1. What unknown facts are worth")),
        worth_table(
            plans,
            plan,
            &assumed,
            lang.pick(
                "一、视为满足的资料：若不是这样会少多少",
                "1. What was taken for granted, and what it would cost",
            ),
        ),
    ];
    Section { heading, notes, tables }
}

/// True for a fact that changes nothing alone, where others of the row do so together with it.
fn only_with_others(plan: &Plan<'_>, entry: &Worth) -> bool {
    let changes = |entry: &Worth| entry.best != plan.total || entry.worst != plan.total || entry.open_end;
    let together = |other: &Worth| {
        other.of == entry.of
            && other.facts.len() > entry.facts.len()
            && entry.facts.iter().all(|fact| other.facts.contains(fact))
            && changes(other)
    };
    entry.facts.len() == 1 && !changes(entry) && plan.facts.iter().any(together)
}

fn worth_table(plans: &Plans<'_>, plan: &Plan<'_>, entries: &[&Worth], caption: &str) -> Table {
    let lang = plans.lang;
    let columns = vec![
        Column::words(lang.pick("成果", "achievement")),
        Column::words(lang.pick("资料", "fact")),
        Column::words(lang.pick("最好是", "at best")),
        Column::number(lang.pick("可多得", "worth")),
        Column::words(lang.pick("最坏是", "at worst")),
        Column::number(lang.pick("会少得", "at risk")),
    ];
    let row = |entry: &&Worth| {
        let policy = entry.policies.first().and_then(|policy| plan.policies.get(*policy)).unwrap_or(&plan.policies[0]);
        let told = teller(plans, plan, policy);
        words([
            told.about(entry.of),
            told.facts(entry),
            told.values(&entry.facts, &entry.best_values),
            told.worth(entry, plan.total),
            told.values(&entry.facts, &entry.worst_values),
            told.money(entry.at_risk(plan.total)),
        ])
    };
    Table { caption: caption.to_owned(), columns, rows: entries.iter().map(row).collect(), sum: None }
}

// ---------------------------------------------------------------------- one more achievement

fn more(told: Teller<'_>, plan: &Plan<'_>, policy: &PolicyPlan<'_>) -> Section {
    let lang = told.lang;
    let heading = match lang {
        Lang::Zh => format!("二、再添一项能多得多少 · {}", policy.policy.id),
        Lang::En => format!("2. What one more achievement would bring - {}", policy.policy.id),
    };
    let mut notes = vec![
        lang.pick(
            "“多得”是限额、择优、封顶之后总额的增加；“单独”是只有这一项时的支付。数量按1，费用按刚好付足计。",
            "\"more\" is what the total grows by, after limits, selection and caps; \"alone\" is what it would be paid \
             by itself. Quantity 1; the cost just enough for the full amount.",
        )
        .to_owned(),
    ];
    if plan.policies.len() > 1 {
        notes.push(
            lang.pick(
                "“单独”只看本政策，“多得”为各份政策合计",
                "\"alone\" is this policy's, \"more\" the sum over all of the company's policies",
            )
            .to_owned(),
        );
    }
    let kind_fact = told.vocabulary.known().kind;
    let mut kinds: Vec<(ValueId, Vec<&Line>)> = Vec::new();
    for line in &policy.lines {
        let Some(kind) = line.specimen.facts.code(kind_fact) else { continue };
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, lines)) => lines.push(line),
            None => kinds.push((kind, vec![line])),
        }
    }
    let several = plan.policies.len() > 1;
    let tables = kinds.iter().map(|(kind, lines)| kind_table((told, several), policy, *kind, lines)).collect();
    let paid: BTreeSet<ValueId> = kinds.iter().map(|(kind, _)| *kind).collect();
    let unpaid = told.vocabulary.values_for(kind_fact, None).filter(|kind| !paid.contains(kind));
    let unpaid: Vec<String> = unpaid.map(|kind| told.speaker().value(kind_fact, kind)).collect();
    if !unpaid.is_empty() {
        let list = told.speaker().list(unpaid);
        notes.push(match lang {
            Lang::Zh => format!("本政策不支付：{list}"),
            Lang::En => format!("The policy does not pay for: {list}"),
        });
    }
    Section { heading, notes, tables }
}

/// Why there is nothing to say of further achievements, caps and limits.
fn nothing_to_add(told: Teller<'_>, policy: &PolicyPlan<'_>) -> Section {
    let heading = match told.lang {
        Lang::Zh => format!("二、三、再添成果、封顶与限额：本次不计 · {}", policy.policy.id),
        Lang::En => format!("2. and 3. Further achievements, caps and limits: nothing counts - {}", policy.policy.id),
    };
    Section { heading, notes: told.shut_out(policy), tables: Vec::new() }
}

/// The lines of one kind; those that read the same but for the achievement stand together.
fn kind_table((told, several): (Teller<'_>, bool), policy: &PolicyPlan<'_>, kind: ValueId, lines: &[&Line]) -> Table {
    let lang = told.lang;
    let mut columns = vec![
        Column::words(lang.pick("再添一项", "one more")),
        Column::words(lang.pick("条款", "clause")),
        Column::number(lang.pick("单独", "alone")),
        Column::number(lang.pick("多得", "more")),
    ];
    if several {
        columns.push(Column::number(lang.pick("其中本政策", "of it here")));
    }
    columns.push(Column::words(lang.pick("说明", "note")));
    let mut rows: Vec<(Vec<Vec<String>>, Vec<String>)> = Vec::new();
    for line in lines {
        let mut rest = vec![told.clause(line.specimen.clause), told.money(line.alone), told.money(line.marginal)];
        if several {
            rest.push(told.money(line.here));
        }
        rest.push(told.effects(line, &policy.result));
        let what = told.specimen(line);
        match rows.iter_mut().find(|(_, known)| *known == rest) {
            Some((specimens, _)) => specimens.push(what),
            None => rows.push((vec![what], rest)),
        }
    }
    let rows = rows.into_iter().map(|(what, rest)| words([told.specimens(what)].into_iter().chain(rest))).collect();
    let caption = format!("{}{}", told.speaker().value(told.vocabulary.known().kind, kind), best(told, policy, kind));
    Table { caption, columns, rows, sum: None }
}

/// The best of each level of a kind: `：国际 20万元；国家 8万元；其他级别不支付`.
fn best(told: Teller<'_>, policy: &PolicyPlan<'_>, kind: ValueId) -> String {
    let level = told.vocabulary.known().level;
    let of_kind: Vec<&Best> = policy.best.iter().filter(|best| best.kind == kind).collect();
    let Some(first) = of_kind.first() else { return String::new() };
    let (colon, separator) = (told.pick("：", ": "), told.pick("；", "; "));
    if of_kind.iter().all(|best| best.marginal == first.marginal) {
        let amount = told.money(first.marginal.unwrap_or(Money::ZERO));
        return format!("{colon}{} {amount}", told.pick("最多多得", "at most"));
    }
    let mut groups: Vec<(Option<Money>, Vec<String>)> = Vec::new();
    for best in of_kind {
        let name = told.speaker().value(level, best.level);
        match groups.iter_mut().find(|(amount, _)| *amount == best.marginal) {
            Some((_, names)) => names.push(name),
            None => groups.push((best.marginal, vec![name])),
        }
    }
    groups.sort_by_key(|(amount, _)| std::cmp::Reverse(*amount));
    let said = groups.into_iter().map(|(amount, names)| {
        let amount = amount.map_or_else(|| told.pick("不支付", "not paid").to_owned(), |amount| told.money(amount));
        format!("{} {amount}", told.speaker().list(names))
    });
    format!("{colon}{}{}", told.pick("最多多得 ", "at most "), said.collect::<Vec<_>>().join(separator))
}

// ---------------------------------------------------------------------- caps and limits

fn room(told: Teller<'_>, policy: &PolicyPlan<'_>) -> Section {
    let lang = told.lang;
    let heading = match lang {
        Lang::Zh => format!("三、离封顶和限额还有多远 · {}", policy.policy.id),
        Lang::En => format!("3. How far it is to caps and limits - {}", policy.policy.id),
    };
    let mut notes = Vec::new();
    if policy.caps.is_empty() {
        notes.push(lang.pick("本政策没有封顶", "The policy has no caps").to_owned());
    }
    if policy.limits.is_empty() {
        notes.push(lang.pick("本政策没有限项限类", "The policy has no limits on how many").to_owned());
    }
    let no_limit = || lang.pick("不限", "no limit").to_owned();
    let caps = policy.caps.iter().map(|room| {
        words([
            told.policy.caps[room.cap].title.get(lang).to_owned(),
            room.limit.map_or_else(no_limit, |limit| told.money(limit)),
            told.money(room.after),
            room.left().map_or_else(no_limit, |left| told.money(left)),
            told.cap_note(room),
        ])
    });
    let limits = policy.limits.iter().map(|room| {
        let rule = &told.policy.limits[room.limit];
        words([
            rule.title.get(lang).to_owned(),
            told.class(room),
            rule.at_most.to_string(),
            rule.at_most.saturating_sub(room.left).to_string(),
            room.left.to_string(),
            told.limit_note(room),
        ])
    });
    let cap_columns = vec![
        Column::words(lang.pick("封顶", "cap")),
        Column::number(lang.pick("最多", "at most")),
        Column::number(lang.pick("已用", "used")),
        Column::number(lang.pick("还剩", "left")),
        Column::words(lang.pick("说明", "note")),
    ];
    let limit_columns = vec![
        Column::words(lang.pick("限额", "limit")),
        Column::words(lang.pick("类", "class")),
        Column::number(lang.pick("最多", "at most")),
        Column::number(lang.pick("已占", "taken")),
        Column::number(lang.pick("还剩", "left")),
        Column::words(lang.pick("说明", "note")),
    ];
    let tables = vec![
        Table { caption: String::new(), columns: cap_columns, rows: caps.collect(), sum: None },
        Table { caption: String::new(), columns: limit_columns, rows: limits.collect(), sum: None },
    ];
    Section { heading, notes, tables }
}

// ---------------------------------------------------------------------- what closes when

fn deadlines(told: Teller<'_>, policy: &PolicyPlan<'_>) -> Section {
    let lang = told.lang;
    let heading = match lang {
        Lang::Zh => format!("四、还能申请什么，到哪天为止 · {}", policy.policy.id),
        Lang::En => format!("4. What can be claimed until when - {}", policy.policy.id),
    };
    let mut notes = vec![
        lang.pick(
            "到期日是这一行单独申请、按当日测算仍会支付的最后一天；“涉及”是少了这一行总额会少多少。",
            "The last day is the last on which the row, claimed alone on that day, would be paid; \"at stake\" is what \
             the total would be less without it.",
        )
        .to_owned(),
    ];
    notes.push(format!("{}{}", lang.pick("受理：", "Applications: "), told.speaker().next_intake(policy.begin)));
    let columns = vec![
        Column::words(lang.pick("起", "from")),
        Column::words(lang.pick("到期日", "last day")),
        Column::words(lang.pick("成果", "achievement")),
        Column::words(lang.pick("涉及", "at stake")),
        Column::words(lang.pick("到期原因", "why")),
    ];
    let mut rows: Vec<(Option<Date>, Vec<String>)> = Vec::new();
    for event in &policy.events {
        let cells = [String::new(), event.day().to_string(), String::new(), String::new(), told.event(*event)];
        rows.push((Some(event.day()), words(cells)));
    }
    for entry in &policy.claimable {
        let day = entry.last_day();
        let shown = day.map_or_else(|| lang.pick("无期限", "no end").to_owned(), |day| day.to_string());
        let from = told.opens(entry, policy.begin);
        let cells = [from, shown, told.row(entry.row), told.stake(entry), told.closes(entry)];
        rows.push((day, words(cells)));
    }
    rows.sort_by_key(|(day, _)| (day.is_none(), *day));
    let never = told.applicant.achievements.len() - policy.claimable.len();
    if never > 0 {
        notes.push(match lang {
            Lang::Zh => format!("另有 {never} 行在这些日子里都得不到支付，原因见 estimate"),
            Lang::En => format!("Rows that no day would pay: {never}; estimate says why"),
        });
    }
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    Section { heading, notes, tables: vec![Table { caption: String::new(), columns, rows, sum: None }] }
}

// ---------------------------------------------------------------------- other years and places

fn other_years(told: Teller<'_>, policy: &PolicyPlan<'_>) -> Section {
    let lang = told.lang;
    let heading = match lang {
        Lang::Zh => format!("五、别的年度会多付的 · {}", policy.policy.id),
        Lang::En => format!("5. What another year would pay more for - {}", policy.policy.id),
    };
    let note = if policy.years.is_empty() {
        lang.pick("没有", "Nothing")
    } else {
        lang.pick(
            "每个年度单独测算，名单不变；不看别的年度是否已经付过",
            "each year by itself, with the same rows, whatever other years have paid",
        )
    };
    let columns = vec![
        Column::words(lang.pick("成果", "achievement")),
        Column::number(lang.pick("本次", "now")),
        Column::words(lang.pick("别的年度", "other years")),
    ];
    let separator = lang.pick("；", "; ");
    let rows = policy.years.iter().map(|entry| {
        let years: Vec<String> = entry.years.iter().map(|year| told.in_year(year)).collect();
        words([told.row(entry.row), told.money(entry.now), years.join(separator)])
    });
    let table = Table { caption: String::new(), columns, rows: rows.collect(), sum: None };
    Section { heading, notes: vec![note.to_owned()], tables: vec![table] }
}

fn places(told: Teller<'_>, plan: &Plan<'_>) -> Section {
    let lang = told.lang;
    let heading = lang.pick("五、别的地方会多付的", "5. What another place would pay more for").to_owned();
    let note = if plan.places.is_empty() {
        lang.pick("没有", "Nothing")
    } else {
        lang.pick(
            "假设本单位注册在那里，同一年度，名单不变",
            "as if the company were registered there, in the same year, with the same rows",
        )
    };
    let columns = vec![
        Column::words(lang.pick("成果", "achievement")),
        Column::number(lang.pick("本地", "here")),
        Column::words(lang.pick("别的地方", "other places")),
    ];
    let row = |entry: &OtherPlaces<'_>| {
        let mut said: Vec<String> = entry.places.iter().take(PLACES).map(|place| told.in_place(place)).collect();
        let more = entry.places.len().saturating_sub(PLACES);
        if more > 0 {
            said.push(if lang == Lang::Zh { format!("另有{more}处") } else { format!("and {more} more") });
        }
        words([told.row(entry.row), told.money(entry.now), said.join(lang.pick("；", "; "))])
    };
    let table = Table { caption: String::new(), columns, rows: plan.places.iter().map(row).collect(), sum: None };
    Section { heading, notes: vec![note.to_owned()], tables: vec![table] }
}
