//! The engine's typed notes as sentences in Chinese and English. Every sentence that a person reads about a result is
//! made here.

use jiff::civil::Date;

use super::holes;
use crate::engine::result::{
    Assumed, Assumption, Barred, CapUse, Check, Item, Missing, Op, PolicyResult, Reason, Status, Step, Warning,
};
use crate::engine::window_days;
use crate::facts::{Achievement, Applicant, Value};
use crate::lang::{Lang, Words};
use crate::money::Money;
use crate::policy::Policy;
use crate::policy::calendar::NextIntake;
use crate::policy::model::{Bar, ClauseIndex, Intake, Nature, Test};
use crate::vocabulary::{FactId, Of, ValueId, Vocabulary};

/// Puts one policy's rules into words.
#[derive(Clone, Copy)]
pub struct Speaker<'a> {
    /// The language.
    pub lang: Lang,
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// Names of clauses and limits.
    pub policy: &'a Policy,
    /// True to leave a hole where a row's own day would stand: see [`holes`](super::holes).
    pub holes: bool,
}

/// The application that sentences speak of: it turns windows into days.
#[derive(Clone, Copy, Debug)]
pub struct When {
    /// Application year Y.
    pub year: i16,
    /// Application date D.
    pub day: Date,
}

/// The name of a unit; the one unnamed applicant has none.
pub fn applicant_name(applicant: &Applicant, lang: Lang) -> &str {
    match applicant.name.as_str() {
        "" => lang.pick("（未具名单位）", "(unnamed applicant)"),
        name => name,
    }
}

/// The label of a status.
pub fn status(lang: Lang, status: Status) -> &'static str {
    let (zh, en) = match status {
        Status::Awarded => ("全额", "awarded"),
        Status::Reduced => ("减额", "reduced"),
        Status::NotSelected => ("未入选", "not selected"),
        Status::Duplicate => ("重复", "duplicate"),
        Status::Ineligible => ("不符合", "ineligible"),
        Status::Undetermined => ("待定", "undetermined"),
        Status::Unmatched => ("不在列", "unmatched"),
    };
    match lang {
        Lang::Zh => zh,
        Lang::En => en,
    }
}

/// The label of a nature.
pub fn nature(lang: Lang, nature: Nature) -> &'static str {
    match (lang, nature) {
        (Lang::Zh, Nature::Fixed) => "定额",
        (Lang::Zh, Nature::Ceiling) => "上限",
        (Lang::En, Nature::Fixed) => "fixed",
        (Lang::En, Nature::Ceiling) => "ceiling",
    }
}

/// What there is to say about one item, for a line of a table.
#[derive(Clone, Debug)]
pub struct Sentences {
    /// Why it is not (fully) paid.
    pub reasons: Vec<String>,
    /// What was taken for granted.
    pub assumptions: Vec<String>,
    /// What reading and evaluating it found odd.
    pub warnings: Vec<String>,
}

impl Sentences {
    /// The sentences about one item of a result.
    pub fn new(
        speaker: &Speaker<'_>,
        result: &PolicyResult,
        applicant: &Applicant,
        item: &Item,
        row: &Achievement,
    ) -> Sentences {
        let when = result.on.map(|day| When { year: result.year, day });
        let reading = row.warnings.iter().map(|words| speaker.say(words));
        Sentences {
            reasons: item.reasons.iter().map(|reason| speaker.reason(reason, result, applicant, row)).collect(),
            assumptions: item.assumptions.iter().map(|assumption| speaker.assumption(assumption, when)).collect(),
            warnings: reading.chain(item.warnings.iter().map(|warning| speaker.warning(warning))).collect(),
        }
    }
}

impl Speaker<'_> {
    fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    fn say(&self, words: &Words) -> String {
        words.get(self.lang).to_owned()
    }

    /// Joins with `、` or `, `.
    pub fn list<S: AsRef<str>>(&self, parts: impl IntoIterator<Item = S>) -> String {
        let parts: Vec<String> = parts.into_iter().map(|part| part.as_ref().to_owned()).collect();
        parts.join(self.pick("、", ", "))
    }

    /// An amount as a sentence has it: `20万元` or `200,000.00 yuan`.
    pub fn money(&self, money: Money) -> String {
        match self.lang {
            Lang::Zh => money.in_wan(),
            Lang::En => format!("{} yuan", money.grouped().trim_end_matches(".00")),
        }
    }

    /// The name of a fact: its Chinese header or its id.
    pub fn fact(&self, fact: FactId) -> String {
        let fact = self.vocabulary.fact(fact);
        self.pick(&fact.zh, &fact.id).to_owned()
    }

    /// The name of a value of an enum.
    pub fn value(&self, fact: FactId, value: ValueId) -> String {
        let value = &self.vocabulary.fact(fact).values[usize::from(value.0)];
        self.pick(&value.zh, &value.id).to_owned()
    }

    fn values(&self, fact: FactId, values: &[ValueId]) -> String {
        let names: Vec<String> = values.iter().map(|value| self.value(fact, *value)).collect();
        names.join(self.pick("或", " or "))
    }

    /// What a fact says, for a sentence.
    pub fn found(&self, fact: FactId, value: Option<&Value>) -> String {
        match value {
            None => self.pick("空白", "blank").to_owned(),
            Some(Value::Code(code)) => self.value(fact, *code),
            Some(Value::OneOf(codes)) => self.values(fact, codes),
            Some(Value::Integer(number)) => number.to_string(),
            Some(Value::Integers(numbers)) => {
                numbers.iter().map(i64::to_string).collect::<Vec<_>>().join(self.pick("；", "; "))
            }
            Some(Value::Date(_)) if self.holes && self.vocabulary.fact(fact).of == Of::Achievement => holes::of(fact),
            Some(Value::Date(date)) => date.to_string(),
            Some(Value::Money(money)) => self.money(*money),
            Some(Value::Text(text)) => text.to_string(),
            Some(Value::Bool(true)) => self.pick("是", "yes").to_owned(),
            Some(Value::Bool(false)) => self.pick("否", "no").to_owned(),
        }
    }

    /// What a test asks for.
    pub fn test(&self, test: &Test, when: Option<When>) -> String {
        let zh = self.lang == Lang::Zh;
        match test {
            Test::OneOf(fact, values) => {
                let (fact, values) = (self.fact(*fact), self.values(*fact, values));
                if zh { format!("{fact}为{values}") } else { format!("{fact} is {values}") }
            }
            Test::NoneOf(fact, values) => {
                let (fact, values) = (self.fact(*fact), self.values(*fact, values));
                if zh { format!("{fact}不是{values}") } else { format!("{fact} is not {values}") }
            }
            Test::Is(fact, wanted) => {
                let fact = self.fact(*fact);
                match (zh, wanted) {
                    (true, true) => fact,
                    (true, false) => format!("不属于“{fact}”"),
                    (false, true) => format!("{fact} is true"),
                    (false, false) => format!("{fact} is false"),
                }
            }
            Test::InRange(fact, range) => {
                let fact = self.fact(*fact);
                let (from, to) = (range.from, range.to);
                match (zh, to) {
                    (true, Some(to)) if to == from => format!("{fact}为{to}"),
                    (true, Some(to)) if from == i64::MIN => format!("{fact}不超过{to}"),
                    (true, Some(to)) => format!("{fact}在{from}至{to}之间"),
                    (true, None) => format!("{fact}不低于{from}"),
                    (false, Some(to)) if to == from => format!("{fact} is {to}"),
                    (false, Some(to)) if from == i64::MIN => format!("{fact} is at most {to}"),
                    (false, Some(to)) => format!("{fact} is {from} to {to}"),
                    (false, None) => format!("{fact} is at least {from}"),
                }
            }
            Test::Within(fact, window) => {
                let fact = self.fact(*fact);
                let Some(when) = when else {
                    return if zh { format!("{fact}在规定期间内") } else { format!("{fact} within the window") };
                };
                let days = window_days(window, when.year, when.day, (self.policy.from, self.policy.until));
                match (zh, days.from) {
                    (true, Some(from)) => format!("{fact}在{from}至{}之间", days.to),
                    (true, None) => format!("{fact}不晚于{}", days.to),
                    (false, Some(from)) => format!("{fact} from {from} to {}", days.to),
                    (false, None) => format!("{fact} not after {}", days.to),
                }
            }
            Test::FirstAbove(above) => {
                if zh {
                    format!("排名在第{above}名之后的本地单位中最靠前")
                } else {
                    format!("rank is the first of the local units after place {above}")
                }
            }
            Test::Any(tests) => {
                let parts: Vec<String> = tests.iter().map(|test| self.test(test, when)).collect();
                parts.join(self.pick("，或", ", or "))
            }
        }
    }

    /// The facts that a test looks at.
    pub fn tested(&self, test: &Test) -> Vec<FactId> {
        test.facts(self.vocabulary.known())
    }

    /// The label of a status.
    pub fn status(&self, of: Status) -> &'static str {
        status(self.lang, of)
    }

    /// What a status means, for those who have not seen it before.
    pub fn status_meaning(&self, status: Status) -> &'static str {
        let (zh, en) = match status {
            Status::Awarded => ("按条款的数额全额支付", "paid its base in full"),
            Status::Reduced => ("少于条款的数额", "paid less than its base"),
            Status::NotSelected => (
                "限项限类时没有选上；已选总额最高的组合",
                "left out where only so many may be claimed; the best set was chosen",
            ),
            Status::Duplicate => ("已并入另一项，不再重复", "counted under another item"),
            Status::Ineligible => ("有对应的条款，但不满足条件", "a clause exists, but a condition is not met"),
            Status::Undetermined => ("起决定作用的资料空白", "a fact that decides is blank"),
            Status::Unmatched => ("本政策不支付这类成果", "the policy does not pay for this"),
        };
        match self.lang {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// `xiamen-2020 · 关于…的意见 · 2022年度，申请日 2022-12-31`.
    pub fn application(&self, result: &PolicyResult) -> String {
        format!("{} · {} · {}", self.policy.id, self.say(&self.policy.title), self.year(result))
    }

    /// `2022年度，申请日 2022-12-31`.
    pub fn year(&self, result: &PolicyResult) -> String {
        match (self.lang, result.on) {
            (Lang::Zh, Some(on)) => format!("{}年度，申请日 {on}", result.year),
            (Lang::Zh, None) => format!("{}年度", result.year),
            (Lang::En, Some(on)) => format!("year {}, applied on {on}", result.year),
            (Lang::En, None) => format!("year {}", result.year),
        }
    }

    /// What has to be said before anything else: not in force, the year's call, bars.
    pub fn notices(&self, result: &PolicyResult, applicant: &Applicant) -> Vec<String> {
        let mut notices = Vec::new();
        notices.extend(self.not_in_force(result, applicant).map(|note| format!("! {note}")));
        notices.extend(self.call(result));
        notices.extend(result.barred_by.iter().map(|barred| format!("! {}", self.barred(barred))));
        notices
    }

    /// The clause number that an item shows.
    pub fn cite<'i>(&'i self, item: &'i Item) -> Option<&'i str> {
        let of_clause = item.clause.map(|clause| &self.policy.clauses[clause].cite);
        item.cite.as_ref().or(of_clause).map(|cite| &**cite)
    }

    /// The label of a nature.
    pub fn nature(&self, of: Nature) -> &'static str {
        nature(self.lang, of)
    }

    /// The name of a missing fact in the JSON result.
    pub fn missing_id(&self, missing: Missing) -> String {
        match missing {
            Missing::Fact(fact) => self.vocabulary.fact(fact).id.clone(),
            Missing::Clause => "clause".to_owned(),
        }
    }

    /// The name of a missing fact for a person.
    pub fn missing(&self, missing: Missing) -> String {
        match missing {
            Missing::Fact(fact) => self.fact(fact),
            Missing::Clause => self.pick("条款本身的金额", "the text's own figure").to_owned(),
        }
    }

    /// A clause by number and title.
    pub fn clause(&self, clause: ClauseIndex) -> String {
        let clause = &self.policy.clauses[clause];
        format!("{}{}{}", clause.cite, self.pick("“", " \""), clause.title.get(self.lang)) + self.pick("”", "\"")
    }

    /// `fact` and `as` of an assumption in the JSON result.
    pub fn assumption_parts(&self, assumption: &Assumption) -> (String, String) {
        let id = |fact: FactId| self.vocabulary.fact(fact).id.clone();
        let known = self.vocabulary.known();
        match &assumption.what {
            Assumed::Condition(test) => self.test_parts(test),
            Assumed::Default(fact, value) => (id(*fact), self.vocabulary.value_name(*fact, *value).to_owned()),
            Assumed::Stated(index) => (self.policy.assumed[*index].id.clone(), "true".to_owned()),
            Assumed::Region | Assumed::AsIfRegistered => {
                (id(known.region), self.policy.region.first().cloned().unwrap_or_default())
            }
            Assumed::Clean(bar) => {
                let (fact, value) = self.test_parts(&self.policy.bars[*bar].when);
                match self.policy.bars[*bar].when {
                    Test::Within(..) => (fact, "none".to_owned()),
                    Test::Is(_, true) => (fact, "false".to_owned()),
                    Test::Is(_, false) => (fact, "true".to_owned()),
                    _ => (fact, format!("!{value}")),
                }
            }
            Assumed::OnlyLocalUnit => (id(known.local_ranks), "rank".to_owned()),
            Assumed::NoPriorMoney => (id(known.prior_amount), "0".to_owned()),
            Assumed::NotApplied { parameter, .. } => {
                (self.policy.parameters[*parameter].id.clone(), "not applied".to_owned())
            }
        }
    }

    fn test_parts(&self, test: &Test) -> (String, String) {
        let id = |fact: FactId| self.vocabulary.fact(fact).id.clone();
        let names = |fact: FactId, values: &[ValueId]| {
            values.iter().map(|value| self.vocabulary.value_name(fact, *value)).collect::<Vec<_>>().join("|")
        };
        match test {
            Test::OneOf(fact, values) => (id(*fact), names(*fact, values)),
            Test::NoneOf(fact, values) => (id(*fact), format!("!{}", names(*fact, values))),
            Test::Is(fact, wanted) => (id(*fact), wanted.to_string()),
            Test::InRange(fact, range) => (id(*fact), range.to_string()),
            Test::Within(fact, _) => (id(*fact), "within".to_owned()),
            Test::FirstAbove(_) => (id(self.vocabulary.known().rank), "first".to_owned()),
            Test::Any(tests) => tests.first().map(|test| self.test_parts(test)).unwrap_or_default(),
        }
    }

    /// An assumption as a sentence.
    pub fn assumption(&self, assumption: &Assumption, when: Option<When>) -> String {
        let zh = self.lang == Lang::Zh;
        let known = self.vocabulary.known();
        let said = match &assumption.what {
            Assumed::Condition(test) => {
                let asked = self.test(test, when);
                let facts = self.list(self.tested(test).into_iter().map(|fact| self.fact(fact)));
                if zh {
                    format!("{facts}未填，视为{asked}")
                } else {
                    format!("{facts} is blank; assumed: {asked}")
                }
            }
            Assumed::Default(fact, value) => {
                let (fact, value) = (self.fact(*fact), self.value(*fact, *value));
                if zh { format!("{fact}未填，按{value}") } else { format!("{fact} is blank; taken as {value}") }
            }
            Assumed::Stated(index) => self.say(&self.policy.assumed[*index].title),
            Assumed::AsIfRegistered => {
                let place = self.policy.region.first().cloned().unwrap_or_default();
                if zh {
                    format!("不看注册地，如同在{place}注册")
                } else {
                    format!("as if registered in {place}")
                }
            }
            Assumed::Region => {
                let place = self.policy.region.first().cloned().unwrap_or_default();
                if zh {
                    format!("注册地未知，视为在{place}")
                } else {
                    format!("region unknown; assumed to be {place}")
                }
            }
            Assumed::Clean(bar) => {
                let bar = &self.policy.bars[*bar];
                let facts = self.list(self.tested(&bar.when).into_iter().map(|fact| self.fact(fact)));
                let title = self.say(&bar.title);
                if zh {
                    format!("{facts}未知，视为没有“{title}”")
                } else {
                    format!("{facts} unknown; assumed not: {title}")
                }
            }
            Assumed::OnlyLocalUnit => {
                let fact = self.fact(known.local_ranks);
                if zh {
                    format!("{fact}未填，视为本地只有本单位")
                } else {
                    format!("{fact} is blank; assumed to be the only local unit")
                }
            }
            Assumed::NoPriorMoney => {
                let fact = self.fact(known.prior_amount);
                if zh {
                    format!("{fact}与来源都未填的，视为未获得过资助")
                } else {
                    format!("rows without {fact} and source: assumed that no public money was received")
                }
            }
            Assumed::NotApplied { parameter, cap } => {
                let (parameter, cap) = (&self.policy.parameters[*parameter], &self.policy.caps[*cap]);
                let (name, title, cap) = (&parameter.id, self.say(&parameter.title), self.say(&cap.title));
                if zh {
                    format!("{title}未给出（--param {name}=金额），“{cap}”没有适用")
                } else {
                    format!("{title} not given (--param {name}=AMOUNT): \"{cap}\" was not applied")
                }
            }
        };
        self.cited(&assumption.cite, &said)
    }

    /// `said（第九条）`.
    pub fn cited(&self, cite: &str, said: &str) -> String {
        match (cite.is_empty(), self.lang) {
            (true, _) => said.to_owned(),
            (false, Lang::Zh) => format!("{said}（{cite}）"),
            (false, Lang::En) => format!("{said} ({cite})"),
        }
    }

    /// A warning as a sentence.
    pub fn warning(&self, warning: &Warning) -> String {
        let zh = self.lang == Lang::Zh;
        match warning {
            Warning::RoleContradictsRank => {
                self.pick("角色与排名矛盾，以排名为准", "role and rank contradict each other; rank wins").to_owned()
            }
            Warning::QuantityIgnored(quantity) => {
                if zh {
                    format!("数量为{quantity}，但本条按项付款，按1计")
                } else {
                    format!("quantity is {quantity}, but this clause pays per row; counted as 1")
                }
            }
            Warning::QuantityCut(quantity, counted) => {
                if zh {
                    format!("数量为{quantity}，本条最多按{counted}计")
                } else {
                    format!("quantity is {quantity}; this clause counts {counted} at most")
                }
            }
            Warning::OwnRankAdded(rank) => {
                if zh {
                    format!("本地单位排名里没有本单位的第{rank}名，已补上")
                } else {
                    format!("local_ranks lacks the applicant's own rank {rank}; it was added")
                }
            }
        }
    }

    /// A step as a sentence.
    pub fn step(&self, step: &Step, applicant: &Applicant) -> String {
        let zh = self.lang == Lang::Zh;
        let row_of = |item: usize| applicant.achievements.get(item).map_or("", |a| a.id.as_str());
        let amount = self.money(step.amount);
        match &step.op {
            Op::Base { of, share, highest_of_tiers } => {
                let of = self.money(*of);
                let whole = *share == crate::money::Share::ONE;
                match (zh, whole) {
                    _ if *highest_of_tiers => {
                        if zh {
                            format!("各档中最高{amount}")
                        } else {
                            format!("highest tier {amount}")
                        }
                    }
                    (true, true) => format!("条款金额{amount}"),
                    (true, false) => format!("{of}的{share}，即{amount}"),
                    (false, true) => format!("the clause's amount, {amount}"),
                    (false, false) => format!("{share} of {of} = {amount}"),
                }
            }
            Op::BaseOfFact { fact, known, share } => {
                let fact = self.fact(*fact);
                match (zh, known) {
                    (true, Some(money)) => format!("{fact}{}的{share}，即{amount}", self.money(*money)),
                    (true, None) => format!("{fact}未知，按最高额{amount}"),
                    (false, Some(money)) => format!("{share} of {fact} {} = {amount}", self.money(*money)),
                    (false, None) => format!("{fact} unknown: the maximum, {amount}"),
                }
            }
            Op::Maximum(_) => {
                if zh {
                    format!("同句规定最高{amount}")
                } else {
                    format!("at most {amount} in the same sentence")
                }
            }
            Op::Quantity(quantity) => {
                if zh {
                    format!("乘以数量{quantity}，得{amount}")
                } else {
                    format!("times quantity {quantity} = {amount}")
                }
            }
            Op::Share { share, rank, among } => match (zh, among) {
                (true, Some(count)) if *count > 1 => {
                    format!("排名第{rank}，与本地单位共{count}家平分，占{share}，得{amount}")
                }
                (true, _) => format!("排名第{rank}，占{share}，得{amount}"),
                (false, Some(count)) if *count > 1 => {
                    format!("rank {rank}, divided among {count} local units: {share} = {amount}")
                }
                (false, _) => format!("rank {rank}: {share} = {amount}"),
            },
            Op::Bonus(index, bonus) => {
                let title = self.say(&self.policy.bonuses[*index].title);
                let bonus = self.money(*bonus);
                if zh {
                    format!("{title}，追加{bonus}，得{amount}")
                } else {
                    format!("{title}: plus {bonus} = {amount}")
                }
            }
            Op::CostLimit(fact, _) => {
                let fact = self.fact(*fact);
                if zh { format!("不超过{fact}，减为{amount}") } else { format!("not above {fact}: {amount}") }
            }
            Op::PriorMoney(received) => {
                let received = self.money(*received);
                if zh {
                    format!("已获资助{received}，补差后{amount}")
                } else {
                    format!("{received} received before; topped up by {amount}")
                }
            }
            Op::OtherMoney(policy, received) => {
                let received = self.money(*received);
                if zh {
                    format!("{policy}已付{received}，补差后{amount}")
                } else {
                    format!("{policy} pays {received}; topped up by {amount}")
                }
            }
            Op::LeftTo(policy, year) => {
                if zh {
                    format!("{year}年度由{policy}支付，金额较高，按其规定不得重复，本项不再付")
                } else {
                    format!("left to {policy}, which pays more for it in {year} and allows no second payment")
                }
            }
            Op::Upgrade(before) => {
                let before = self.money(*before);
                if zh {
                    format!("先前年度的较低级别已得{before}，补差{amount}")
                } else {
                    format!("{before} paid for a lower title in an earlier year; the difference is {amount}")
                }
            }
            Op::PaidEarlier(item, year) => {
                let kept = row_of(*item);
                if zh {
                    format!("{year}年度已按{kept}付过，只付一次")
                } else {
                    format!("paid in {year} under {kept}; paid once")
                }
            }
            Op::Duplicate(item) => {
                let kept = row_of(*item);
                if zh { format!("与{kept}按一项计，不再重复") } else { format!("counted under {kept}") }
            }
            Op::NotSelected(limit) => {
                let title = self.say(&self.policy.limits[*limit].title);
                if zh {
                    format!("{title}，择其总额最高的组合，本项未入选")
                } else {
                    format!("{title}: left out of the best set")
                }
            }
            Op::Cap(cap, left) => {
                let title = self.say(&self.policy.caps[*cap].title);
                if left.is_zero() {
                    return if zh {
                        format!("{title}封顶，已用完")
                    } else {
                        format!("{title}: the cap is used up")
                    };
                }
                let left = self.money(*left);
                if zh {
                    format!("{title}封顶，只余{left}")
                } else {
                    format!("{title}: only {left} left under the cap")
                }
            }
        }
    }

    /// What a lowering step cuts by, for a chart or a list of cuts: shorter than [`Speaker::step`], since it stands for
    /// all items that are cut alike.
    pub fn cut(&self, step: &Step) -> String {
        let zh = self.lang == Lang::Zh;
        let said = match &step.op {
            Op::CostLimit(fact, _) => {
                let fact = self.fact(*fact);
                if zh { format!("不超过{fact}") } else { format!("not above {fact}") }
            }
            Op::PriorMoney(_) => self.pick("以前已获资助", "received before").to_owned(),
            Op::OtherMoney(policy, _) => {
                if zh {
                    format!("{policy}已付")
                } else {
                    format!("paid by {policy}")
                }
            }
            Op::Upgrade(_) => {
                self.pick("先前年度的较低级别已付", "paid for a lower title in an earlier year").to_owned()
            }
            Op::PaidEarlier(..) => self.pick("先前年度已付", "paid in an earlier year").to_owned(),
            Op::LeftTo(policy, _) => {
                if zh {
                    format!("由{policy}支付")
                } else {
                    format!("left to {policy}")
                }
            }
            Op::Duplicate(_) => self.pick("按一项计，不再重复", "counted under another item").to_owned(),
            Op::NotSelected(limit) => self.say(&self.policy.limits[*limit].title),
            Op::Cap(cap, _) => {
                let title = self.say(&self.policy.caps[*cap].title);
                if zh { format!("{title}封顶") } else { format!("cap: {title}") }
            }
            // The other steps make up the base.
            _ => self.pick("基数", "base").to_owned(),
        };
        self.cited(&step.cite, &said)
    }

    /// Why an item is not paid, or less, as a sentence.
    pub fn reason(&self, reason: &Reason, result: &PolicyResult, applicant: &Applicant, row: &Achievement) -> String {
        let zh = self.lang == Lang::Zh;
        match reason {
            Reason::NotInForce => {
                let span = self.validity();
                let cite = &self.policy.validity_cite;
                let on = result.on.map(|day| day.to_string());
                match (zh, on) {
                    (true, Some(on)) => format!("{on}不在有效期内（{span}，{cite}）"),
                    (true, None) => format!("{}年没有一天在有效期内（{span}，{cite}）", result.year),
                    (false, Some(on)) => format!("not in force on {on} ({span}, {cite})"),
                    (false, None) => format!("no day of {} is in force ({span}, {cite})", result.year),
                }
            }
            Reason::Barred(index) => result.barred_by.get(*index).map(|barred| self.barred(barred)).unwrap_or_default(),
            Reason::OutsideRegion => {
                let (cite, place) = (&self.policy.region_cite, self.policy.region.first().cloned().unwrap_or_default());
                if zh {
                    format!("注册地不在{place}，本条不对外地单位开放（{cite}）")
                } else {
                    format!("registered outside {place}, and this clause is not open to outsiders ({cite})")
                }
            }
            Reason::NoClause => self.pick("本政策没有对应的条款", "no clause of this policy pays for this").to_owned(),
            Reason::Fails(check) => self.failed(check, result, applicant, row),
            Reason::AlsoFails(clause, check) => {
                let (clause, said) = (self.clause(*clause), self.failed(check, result, applicant, row));
                if zh { format!("也不符合{clause}：{said}") } else { format!("nor by {clause}: {said}") }
            }
            Reason::AfterApplication(fact) => {
                let date = self.found(*fact, row.facts.get(*fact));
                let on = result.on.map(|day| day.to_string()).unwrap_or_default();
                if zh {
                    format!("日期{date}晚于申请日{on}")
                } else {
                    format!("dated {date}, after the application on {on}")
                }
            }
            Reason::NoShare(rank) => {
                if zh {
                    format!("排名第{rank}，不在分配范围内")
                } else {
                    format!("rank {rank} has no share")
                }
            }
            Reason::PriorMoneyExcludes { received, source, cite } => {
                let received = self.money(*received);
                let source = source.map(|source| self.value(self.vocabulary.known().prior_source, source));
                let said = match (zh, source) {
                    (true, Some(source)) => format!("已获{source}资助{received}，不再重复"),
                    (true, None) => format!("已获资助{received}，不再重复"),
                    (false, Some(source)) => format!("{received} already received ({source}); not paid again"),
                    (false, None) => format!("{received} already received; not paid again"),
                };
                self.cited(cite, &said)
            }
            Reason::OtherMoneyExcludes { policy, amount, cite } => {
                let amount = self.money(*amount);
                let said = if zh {
                    format!("{policy}对本项支付{amount}，不再重复")
                } else {
                    format!("{policy} pays {amount} for it; not paid again")
                };
                self.cited(cite, &said)
            }
            Reason::Outranked { item, year, cite } => {
                let kept = applicant.achievements.get(*item).map_or("", |row| row.id.as_str());
                let said = if zh {
                    format!("{year}年度已按{kept}付过更高的级别，较低的不再付")
                } else {
                    format!("a higher title was paid in {year} under {kept}; a lower one is not paid after it")
                };
                self.cited(cite, &said)
            }
            Reason::Unknown(missing) => {
                let names = self.list(missing.iter().map(|missing| self.missing(*missing)));
                if zh { format!("需要补充：{names}") } else { format!("needs: {names}") }
            }
            Reason::CaseByCase => self.pick("办法没有写明金额", "the text names no amount").to_owned(),
            Reason::MorePossible(clause, amount) => {
                let (clause, amount) = (self.clause(*clause), self.money(*amount));
                if zh {
                    format!("补齐后可能按{clause}得{amount}")
                } else {
                    format!("possibly {amount} by {clause}")
                }
            }
            Reason::Step(step) => self.cited(&step.cite, &self.step(step, applicant)),
            Reason::CostUnknown(fact, cite) => {
                let fact = self.fact(*fact);
                let said = if zh {
                    format!("{fact}未填，没有按实际费用限制")
                } else {
                    format!("{fact} is blank, so that its limit was not applied")
                };
                self.cited(cite, &said)
            }
        }
    }

    fn failed(&self, check: &Check, result: &PolicyResult, applicant: &Applicant, row: &Achievement) -> String {
        let when = result.on.map(|day| When { year: result.year, day });
        let asked = self.test(&check.test, when);
        let facts = self.tested(&check.test);
        let found = self.list(facts.iter().map(|fact| {
            let value = row.facts.get(*fact).or_else(|| applicant.facts.get(*fact));
            let (name, found) = (self.fact(*fact), self.found(*fact, value));
            match (facts.len(), self.lang) {
                (1, _) => found,
                (_, Lang::Zh) => format!("{name}{found}"),
                (_, Lang::En) => format!("{name} {found}"),
            }
        }));
        let said = match self.lang {
            Lang::Zh => format!("要求{asked}；现为{found}"),
            Lang::En => format!("asks that {asked}; found {found}"),
        };
        self.cited(&check.cite, &said)
    }

    /// That the policy is not in force on the application date, and whether it was computed all the same.
    pub fn not_in_force(&self, result: &PolicyResult, applicant: &Applicant) -> Option<String> {
        if result.in_force {
            return None;
        }
        let note = self.reason(&Reason::NotInForce, result, applicant, &Achievement::default());
        let ignored = match result.validity_ignored {
            true => self.pick("；按 --ignore-validity 仍予计算", "; computed all the same (--ignore-validity)"),
            false => "",
        };
        Some(format!("{note}{ignored}"))
    }

    /// A bar that holds, as a sentence.
    pub fn barred(&self, barred: &Barred) -> String {
        let fact = self.fact(barred.fact);
        let found = self.found(barred.fact, Some(&barred.value));
        let title = match barred.bar {
            Some(index) => self.say(&self.policy.bars[index].title),
            None => {
                let place = self.policy.region.first().cloned().unwrap_or_default();
                match self.lang {
                    Lang::Zh => format!("注册地不在{place}"),
                    Lang::En => format!("registered outside {place}"),
                }
            }
        };
        let said = match self.lang {
            Lang::Zh => format!("{title}：{fact}{found}"),
            Lang::En => format!("{title}: {fact} {found}"),
        };
        self.cited(&barred.cite, &said)
    }

    /// The days in force: `2021-08-29 至 2024-08-28`.
    pub fn validity(&self) -> String {
        let (from, until) = (self.policy.from, self.policy.until);
        match (self.lang, until) {
            (Lang::Zh, Some(until)) => format!("{from} 至 {until}"),
            (Lang::Zh, None) => format!("{from} 起"),
            (Lang::En, Some(until)) => format!("{from} to {until}"),
            (Lang::En, None) => format!("from {from}"),
        }
    }

    /// A cap and what it did, as a sentence.
    pub fn cap(&self, cap_use: &CapUse) -> String {
        let cap = &self.policy.caps[cap_use.cap];
        let title = self.say(&cap.title);
        let limit = cap_use.limit.map_or_else(|| self.pick("不限", "no limit").to_owned(), |limit| self.money(limit));
        let (before, after) = (self.money(cap_use.before), self.money(cap_use.after));
        let used = match (cap_use.used.is_zero(), self.lang) {
            (true, _) => String::new(),
            (false, Lang::Zh) => format!("（先前年度已用{}）", self.money(cap_use.used)),
            (false, Lang::En) => format!(" ({} used in earlier years)", self.money(cap_use.used)),
        };
        let raised = if cap_use.raised { self.pick("（已提高）", " (raised)") } else { "" };
        let said = match self.lang {
            Lang::Zh => format!("{title}不超过{limit}{raised}{used}：{before} → {after}"),
            Lang::En => format!("{title}: at most {limit}{raised}{used}: {before} -> {after}"),
        };
        self.cited(&cap.cite, &said)
    }

    /// When applications are taken next, seen from `day`.
    pub fn next_intake(&self, day: Date) -> String {
        let zh = self.lang == Lang::Zh;
        let until = |until: Date| if zh { format!("至{until}") } else { format!("until {until}") };
        match self.policy.next_intake(day) {
            NextIntake::Open(call, last) => {
                let (title, until) = (self.say(&call.title), until(last));
                if zh { format!("正在受理，{until}：{title}") } else { format!("open {until}: {title}") }
            }
            NextIntake::Expected(intake, from, to) => {
                let span = from.map_or_else(|| until(to), |from| format!("{from}–{to}"));
                let said = if zh { format!("预计{span}") } else { format!("expected {span}") };
                self.cited(&intake.cite, &said)
            }
            NextIntake::ByNotice(intake) => self.intake(intake),
            NextIntake::NoMore(intake) => {
                let season = self.intake(intake);
                if zh {
                    format!("有效期内不再受理；{season}")
                } else {
                    format!("no more while in force; {season}")
                }
            }
            NextIntake::NotStated => self
                .pick("办法没有写明，见主管部门的通知", "not stated in the text; see the authority's notices")
                .to_owned(),
        }
    }

    /// When applications are taken every year.
    pub fn intake(&self, intake: &Intake) -> String {
        let zh = self.lang == Lang::Zh;
        let day = |(month, day): (i8, i8)| format!("{month:02}-{day:02}");
        let said = match (intake.from, intake.to) {
            (Some(from), Some(to)) if zh => format!("每年{}至{}", day(from), day(to)),
            (Some(from), Some(to)) => format!("every year from {} to {}", day(from), day(to)),
            (None, Some(to)) if zh => format!("每年至{}截止", day(to)),
            (None, Some(to)) => format!("every year until {}", day(to)),
            (_, None) => self.pick("以每年的通知为准", "as the year's notice says").to_owned(),
        };
        self.cited(&intake.cite, &said)
    }

    /// The call of the year, applied or only named; none if there is none.
    pub fn call(&self, result: &PolicyResult) -> Option<String> {
        let call = self.policy.call_of(result.year)?;
        let title = self.say(&call.title);
        let until = call.open_until.map(|day| match self.lang {
            Lang::Zh => format!("，申报至{day}"),
            Lang::En => format!(", open until {day}"),
        });
        let until = until.unwrap_or_default();
        Some(match (self.lang, result.call_applied) {
            (Lang::Zh, true) => format!("已按{}年度申报通知计算：{title}{until}", result.year),
            (Lang::Zh, false) => format!("{}年度另有申报通知：{title}{until}；加 --calls 按通知计算", result.year),
            (Lang::En, true) => format!("computed under the call of {}: {title}{until}", result.year),
            (Lang::En, false) => format!("there is a call of {}: {title}{until}; --calls applies it", result.year),
        })
    }

    /// What a bar says, for a list of rules.
    pub fn bar(&self, bar: &Bar) -> String {
        self.cited(&bar.cite, &self.say(&bar.title))
    }
}
