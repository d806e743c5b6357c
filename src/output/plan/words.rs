//! Sentences of a plan.

use jiff::civil::Date;

use crate::analysis::plan::{
    About, CapRoom, Claimable, Closes, Effect, Event, InPlace, InYear, KnownAs, LimitRoom, Line, Obstacle, PolicyPlan,
    Worth,
};
use crate::engine::result::{Missing, Op, PolicyResult};
use crate::facts::{Achievement, Applicant, Value};
use crate::lang::Lang;
use crate::money::Money;
use crate::output::words::{Speaker, When};
use crate::policy::Policy;
use crate::policy::model::{LimitOf, Over};
use crate::vocabulary::{FactId, FactType, Vocabulary};

/// Puts one unit's plan under one policy into words.
#[derive(Clone, Copy)]
pub(super) struct Teller<'a> {
    pub lang: Lang,
    pub vocabulary: &'a Vocabulary,
    pub applicant: &'a Applicant,
    pub policy: &'a Policy,
}

impl<'a> Teller<'a> {
    pub fn speaker(&self) -> Speaker<'a> {
        Speaker { lang: self.lang, vocabulary: self.vocabulary, policy: self.policy, holes: false }
    }

    pub fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    pub fn money(&self, money: Money) -> String {
        if money.is_zero() { "0".to_owned() } else { self.speaker().money(money) }
    }

    /// The id of a row.
    pub fn id(&self, row: usize) -> &'a str {
        self.applicant.achievements.get(row).map_or("", |row| row.id.as_str())
    }

    /// The row as its owner knows it: id, and its number or title.
    pub fn row(&self, row: usize) -> String {
        let Some(achievement) = self.applicant.achievements.get(row) else { return String::new() };
        let known = self.vocabulary.known();
        let text = |fact: FactId| achievement.facts.text(fact).filter(|text| !text.is_empty());
        match text(known.number).or_else(|| text(known.title)) {
            Some(name) => format!("{} {name}", achievement.id),
            None => achievement.id.clone(),
        }
    }

    fn cited(&self, cite: &str, said: &str) -> String {
        self.speaker().cited(cite, said)
    }

    // ------------------------------------------------------------------ unknown facts

    /// Whose facts.
    pub fn about(&self, of: About) -> String {
        match of {
            About::Row(row) => self.row(row),
            About::Unit => self.pick("本单位", "the company").to_owned(),
            About::Rows => self.pick("未写明的各行", "every row that is silent").to_owned(),
        }
    }

    /// The facts, or that the text has the gap.
    pub fn facts(&self, worth: &Worth) -> String {
        let speaker = self.speaker();
        match worth.facts.as_slice() {
            [] => speaker.missing(Missing::Clause),
            facts => facts.iter().map(|fact| speaker.fact(*fact)).collect::<Vec<_>>().join(self.pick("＋", " + ")),
        }
    }

    /// The values that come to the best or the worst.
    pub fn values(&self, facts: &[FactId], values: &[Value]) -> String {
        let speaker = self.speaker();
        let said = facts.iter().zip(values).map(|(fact, value)| match value {
            Value::Money(money) if *money >= Money::LARGEST_INPUT => self.pick("足够多", "large enough").to_owned(),
            Value::Text(text) if *fact == self.vocabulary.known().region && !self.policy.covers(text) => {
                self.pick("其他地区", "elsewhere").to_owned()
            }
            Value::Integers(numbers) => self.numbers(numbers),
            value => speaker.found(*fact, Some(value)),
        });
        speaker.list(said)
    }

    /// What the fact is worth, for a person.
    pub fn worth(&self, worth: &Worth, total: Money) -> String {
        match worth.possible {
            Some(possible) if possible.is_zero() => self.pick("条款没有数额", "no figure in the text").to_owned(),
            Some(possible) => {
                let possible = self.money(possible);
                match self.lang {
                    Lang::Zh => format!("可能{possible}，无从查证"),
                    Lang::En => format!("perhaps {possible}; no fact settles it"),
                }
            }
            None if worth.open_end => self.pick("随金额增加", "grows with the amount").to_owned(),
            None => self.money(worth.worth(total)),
        }
    }

    // ------------------------------------------------------------------ one more achievement

    /// What the specimen is, its kind aside, fact by fact.
    pub fn specimen(&self, line: &Line) -> Vec<String> {
        let (speaker, known) = (self.speaker(), self.vocabulary.known());
        let specimen = &line.specimen;
        let mut parts: Vec<String> = Vec::new();
        let is_role = specimen.told_by.contains(&known.role);
        for (id, fact) in self.vocabulary.facts() {
            let Some(value) = specimen.facts.get(id).filter(|_| id != known.kind) else { continue };
            let silent = (fact.kind == FactType::Date)
                || id == known.quantity
                || (id == known.rank && is_role && value == &Value::Integer(1));
            if !silent {
                parts.push(match value {
                    Value::Code(_) => speaker.found(id, Some(value)),
                    Value::Bool(true) => speaker.fact(id),
                    Value::Integers(numbers) => format!("{} {}", speaker.fact(id), self.numbers(numbers)),
                    Value::Bool(false) => format!("{}{}", self.pick("非", "not "), speaker.fact(id)),
                    value => format!("{} {}", speaker.fact(id), speaker.found(id, Some(value))),
                });
            }
        }
        parts
    }

    /// `1和2`.
    fn numbers(&self, numbers: &[i64]) -> String {
        numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(self.pick("和", " and "))
    }

    /// Several specimens of which nothing else has to be told apart: those that differ in one fact stand together.
    pub fn specimens(&self, of: Vec<Vec<String>>) -> String {
        let mut groups: Vec<Vec<Vec<String>>> =
            of.into_iter().map(|parts| parts.into_iter().map(|part| vec![part]).collect()).collect();
        let mut place = 0;
        while place < groups.len() {
            let joined =
                (place + 1..groups.len()).find_map(|other| Some((other, join(&groups[place], &groups[other])?)));
            match joined {
                Some((other, joined)) => {
                    groups[place] = joined;
                    groups.remove(other);
                    // What did not fit before may fit now.
                    place = 0;
                }
                None => place += 1,
            }
        }
        let said = groups.into_iter().map(|parts| match parts.is_empty() {
            true => self.pick("任何一项", "any").to_owned(),
            false => {
                parts.iter().map(|part| part.join(self.pick("/", " / "))).collect::<Vec<_>>().join(self.pick("·", ", "))
            }
        });
        said.collect::<Vec<_>>().join(self.pick("；", "; "))
    }

    /// The clause of a line: number and title.
    pub fn clause(&self, index: usize) -> String {
        let clause = &self.policy.clauses[index];
        format!("{} {}", clause.cite, clause.title.get(self.lang))
    }

    /// What becomes of the specimen among the other rows, and why.
    pub fn effects(&self, line: &Line, result: &PolicyResult) -> String {
        let zh = self.lang == Lang::Zh;
        let mut said: Vec<String> = Vec::new();
        let speaker = self.speaker();
        match line.obstacle {
            Some(Obstacle::OtherClause(clause)) => {
                let cite = &self.policy.clauses[clause].cite;
                said.push(if zh { format!("按{cite}支付") } else { format!("paid by {cite}") });
            }
            Some(Obstacle::NoFigure) => {
                said.push(self.pick("条款没有数额，一事一议", "the text names no figure; case by case").to_owned());
            }
            Some(Obstacle::Unit | Obstacle::NotFound) => {
                let row = Achievement { facts: line.specimen.facts.clone(), ..Achievement::default() };
                let reasons = line.item.reasons.iter();
                said.extend(reasons.map(|reason| speaker.reason(reason, result, self.applicant, &row)));
            }
            None => {}
        }
        said.extend(line.effects.iter().map(|effect| self.effect(effect)));
        said.join(self.pick("；", "; "))
    }

    fn effect(&self, effect: &Effect) -> String {
        let zh = self.lang == Lang::Zh;
        match effect {
            Effect::Cap(cap, left) => {
                let rule = &self.policy.caps[*cap];
                let (title, sum) = (rule.title.get(self.lang), self.money(*left));
                let said = match (left.is_zero(), zh) {
                    (true, true) => format!("封顶已满：{title}"),
                    (true, false) => format!("the cap is full: {title}"),
                    (false, true) => format!("封顶只剩{sum}：{title}"),
                    (false, false) => format!("{sum} left of the cap: {title}"),
                };
                self.cited(&rule.cite, &said)
            }
            Effect::Raises(cap) => {
                let rule = &self.policy.caps[*cap];
                let title = rule.title.get(self.lang);
                let said = if zh { format!("提高封顶：{title}") } else { format!("it raises the cap: {title}") };
                self.cited(&rule.cite, &said)
            }
            Effect::Limit(limit) => {
                let rule = &self.policy.limits[*limit];
                let title = rule.title.get(self.lang);
                let said = if zh { format!("限额已满：{title}") } else { format!("the limit is full: {title}") };
                self.cited(&rule.cite, &said)
            }
            Effect::CountsUnder(row) => {
                let id = self.id(*row);
                if zh { format!("与{id}只算一项") } else { format!("counts under {id}") }
            }
            Effect::Displaces(row, loses, by) => {
                let (id, loses) = (self.id(*row), self.money(*loses));
                let why = match by {
                    Some(Op::Cap(cap, _)) => self.policy.caps[*cap].title.get(self.lang),
                    Some(Op::NotSelected(limit)) => self.policy.limits[*limit].title.get(self.lang),
                    Some(Op::Duplicate(_)) => self.pick("只算一项", "they count as one"),
                    _ => "",
                };
                match (why.is_empty(), zh) {
                    (true, true) => format!("{id}少得{loses}"),
                    (true, false) => format!("{id} loses {loses}"),
                    (false, true) => format!("{id}少得{loses}（{why}）"),
                    (false, false) => format!("{id} loses {loses} ({why})"),
                }
            }
            Effect::Lifts(row, gains) => {
                let (id, gains) = (self.id(*row), self.money(*gains));
                if zh { format!("{id}多得{gains}") } else { format!("{id} gains {gains}") }
            }
        }
    }

    // ------------------------------------------------------------------ caps and limits

    fn over(&self, over: Over) -> String {
        match (over, self.lang) {
            (Over::Year, Lang::Zh) => "每年".to_owned(),
            (Over::Year, Lang::En) => "a year".to_owned(),
            (Over::Years(years), Lang::Zh) => format!("{years}年合计"),
            (Over::Years(years), Lang::En) => format!("over {years} years"),
            (Over::Life, Lang::Zh) => "终身".to_owned(),
            (Over::Life, Lang::En) => "for life".to_owned(),
        }
    }

    /// What there is to say about a cap besides its figures.
    pub fn cap_note(&self, room: &CapRoom) -> String {
        let (rule, zh) = (&self.policy.caps[room.cap], self.lang == Lang::Zh);
        let mut said = vec![rule.cite.to_string(), self.over(rule.over)];
        if let Some(parameter) = room.not_applied {
            let id = &self.policy.parameters[parameter].id;
            said.push(match zh {
                true => format!("没有给出参数 {id}（--param），未适用"),
                false => format!("not applied: parameter {id} is not given (--param)"),
            });
        }
        if room.raised {
            said.push(self.pick("已提高", "raised").to_owned());
        } else if let Some(raise) = &rule.raised {
            let mut cites: Vec<String> = raise.by.iter().map(|clause| self.clause(*clause)).collect();
            cites.dedup();
            let (by, to) = (self.speaker().list(cites), raise.to.map(|to| self.money(to)));
            said.push(match (to, zh) {
                (Some(to), true) => format!("有下列任一项获得支付时提高到{to}：{by}"),
                (Some(to), false) => format!("rises to {to} with a paid row of: {by}"),
                (None, true) => format!("有下列任一项获得支付时不设上限：{by}"),
                (None, false) => format!("is lifted with a paid row of: {by}"),
            });
        }
        if room.after < room.before {
            let cut = self.money(room.before - room.after);
            said.push(if zh { format!("已削减{cut}") } else { format!("it cuts {cut}") });
        }
        said.join(self.pick("；", "; "))
    }

    /// The class of a limit.
    pub fn class(&self, room: &LimitRoom) -> String {
        let speaker = self.speaker();
        let rule = &self.policy.limits[room.limit];
        if let LimitOf::Categories = rule.of {
            let names = room.categories.iter().map(|category| self.policy.categories[*category].title.get(self.lang));
            return speaker.list(names);
        }
        let values = room.class.iter().map(|(fact, value)| match value {
            Some(value) => speaker.value(*fact, *value),
            None => format!("{} {}", speaker.fact(*fact), speaker.found(*fact, None)),
        });
        let said = speaker.list(values);
        match (&rule.of, said.is_empty()) {
            (LimitOf::Items { per, .. }, true) if !per.is_empty() => self.pick("各类", "every class").to_owned(),
            _ => said,
        }
    }

    /// What there is to say about a limit besides its figures.
    pub fn limit_note(&self, room: &LimitRoom) -> String {
        let rule = &self.policy.limits[room.limit];
        let mut said = vec![rule.cite.to_string(), self.over(rule.over)];
        let ids = |rows: &[usize]| self.speaker().list(rows.iter().map(|row| self.id(*row)));
        if !room.rows.is_empty() && !matches!(rule.of, LimitOf::Categories) {
            said.push(format!("{}{}", self.pick("已占：", "taken by "), ids(&room.rows)));
        }
        if !room.left_out.is_empty() {
            said.push(format!("{}{}", self.pick("未入选：", "left out: "), ids(&room.left_out)));
        }
        said.join(self.pick("；", "; "))
    }

    // ------------------------------------------------------------------ what closes when

    /// A day that concerns all rows.
    pub fn event(&self, event: Event) -> String {
        let zh = self.lang == Lang::Zh;
        match event {
            Event::Application(_) => self.pick("本次测算的申请日", "the application date of this plan").to_owned(),
            Event::Call(year, _) if zh => format!("{year}年度申报通知截止"),
            Event::Call(year, _) => format!("the call of {year} closes"),
            Event::Intake(from, _) => {
                let cite = self.policy.intake.as_ref().map_or("", |intake| &*intake.cite);
                let said = match (from, zh) {
                    (Some(from), true) => format!("申报受理截止（{from}起）"),
                    (Some(from), false) => format!("applications close (open from {from})"),
                    (None, true) => "申报受理截止".to_owned(),
                    (None, false) => "applications close".to_owned(),
                };
                self.cited(cite, &said)
            }
            Event::Validity(_) => {
                self.cited(&self.policy.validity_cite, self.pick("政策有效期满", "the policy is in force until then"))
            }
        }
    }

    /// Why a row can no longer be claimed after its last day.
    pub fn closes(&self, entry: &Claimable) -> String {
        let speaker = self.speaker();
        let mut said = match &entry.closes {
            None => self.pick("没有期限", "no end").to_owned(),
            Some(Closes::Validity) => {
                self.cited(&self.policy.validity_cite, self.pick("政策有效期满", "the policy ends"))
            }
            Some(Closes::Bar(barred)) => speaker.barred(barred),
            Some(Closes::Condition(check)) => {
                let day = entry.last_day().and_then(|day| day.tomorrow().ok());
                let when = day.map(|day| When { year: day.year(), day });
                let asked = speaker.test(&check.test, when);
                let said = match self.lang {
                    Lang::Zh => format!("次日起要求{asked}"),
                    Lang::En => format!("from the next day on: {asked}"),
                };
                self.cited(&check.cite, &said)
            }
            Some(Closes::Otherwise(status)) => speaker.status(*status).to_owned(),
        };
        let begins: Vec<String> = entry.stretches.iter().skip(1).map(|stretch| stretch.from.to_string()).collect();
        if !begins.is_empty() {
            let first = entry.stretches.first().and_then(|stretch| stretch.to);
            let (first, again) = (first.map_or_else(String::new, |day| day.to_string()), speaker.list(begins));
            said.push_str(&match self.lang {
                Lang::Zh => format!("；其间{first}之后中断，{again}起又可申请"),
                Lang::En => format!("; not after {first}, again from {again}"),
            });
        }
        said
    }

    /// What is at stake with a row: what the total would lose, or what it would be paid by itself.
    pub fn stake(&self, entry: &Claimable) -> String {
        if !entry.now.is_zero() {
            return self.money(entry.stake);
        }
        let alone = entry.stretches.last().map_or(Money::ZERO, |stretch| stretch.amount);
        match (self.money(alone), self.lang) {
            (alone, Lang::Zh) => format!("本次0；单独{alone}"),
            (alone, Lang::En) => format!("0 now; alone {alone}"),
        }
    }

    /// The first day on which a row can be claimed, where that is not from the first on.
    pub fn opens(&self, entry: &Claimable, begin: Date) -> String {
        let from = entry.stretches.first().map(|stretch| stretch.from).filter(|from| *from > begin);
        from.map_or_else(String::new, |from| from.to_string())
    }

    // ------------------------------------------------------------------ other years and places

    pub fn in_year(&self, year: &InYear) -> String {
        let (amount, cite) = (self.money(year.amount), self.cite_of(self.policy, year.clause));
        match self.lang {
            Lang::Zh => format!("{}年度{amount}{cite}", year.year),
            Lang::En => format!("{}: {amount}{cite}", year.year),
        }
    }

    pub fn in_place(&self, place: &InPlace<'_>) -> String {
        let (amount, cite) = (self.money(place.amount), self.cite_of(place.policy, place.clause));
        format!("{} {amount}{cite}", place.policy.id)
    }

    fn cite_of(&self, policy: &Policy, clause: Option<usize>) -> String {
        let cite = clause.map_or("", |clause| &*policy.clauses[clause].cite);
        match (cite.is_empty(), self.lang) {
            (true, _) => String::new(),
            (false, Lang::Zh) => format!("（{cite}）"),
            (false, Lang::En) => format!(" ({cite})"),
        }
    }

    /// Why nothing was counted under the policy; empty if it was.
    pub fn shut_out(&self, plan: &PolicyPlan<'_>) -> Vec<String> {
        self.speaker().notices(&plan.result, self.applicant)
    }
}

/// Two groups as one, where they differ in one fact.
fn join(one: &[Vec<String>], other: &[Vec<String>]) -> Option<Vec<Vec<String>>> {
    if one.len() != other.len() {
        return None;
    }
    let mut different = (0..one.len()).filter(|place| one[*place] != other[*place]);
    let place = different.next().filter(|_| different.next().is_none())?;
    let mut joined = one.to_vec();
    joined[place].extend(other[place].iter().cloned());
    Some(joined)
}

/// The JSON value.
pub(super) fn known_as(known: KnownAs) -> &'static str {
    match known {
        KnownAs::Missing => "missing",
        KnownAs::Assumed => "assumed",
    }
}
