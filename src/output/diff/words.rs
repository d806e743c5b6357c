//! Differences between two rule files as sentences.

use crate::analysis::diff::statements::{Aspect, Name, Part, Said, Statement};
use crate::analysis::diff::{Change, What, Where};
use crate::lang::Lang;
use crate::output::words::Speaker;
use crate::policy::model::{Amount, Later, Over, PriorEffect, Test, Unknown, Window};
use crate::vocabulary::{FactId, ValueId};

/// Both sides in words.
#[derive(Clone, Copy)]
pub struct Teller<'a> {
    /// Words for the first policy.
    pub before: Speaker<'a>,
    /// Words for the second one.
    pub after: Speaker<'a>,
}

impl Teller<'_> {
    fn lang(&self) -> Lang {
        self.before.lang
    }

    fn pick<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang().pick(zh, en)
    }

    fn arrow(&self) -> &'static str {
        match self.lang() {
            Lang::Zh => " → ",
            Lang::En => " -> ",
        }
    }

    /// The name of a part of the rules.
    pub fn part(&self, part: Part) -> &'static str {
        let (zh, en) = match part {
            Part::Head => ("政策", "policy"),
            Part::Clause => ("条款", "clause"),
            Part::Bonus => ("追加", "bonus"),
            Part::CostLimit => ("不超过实际费用", "limit by real cost"),
            Part::Prior => ("已获资助", "money received before"),
            Part::Merge => ("按一项计", "counts as one"),
            Part::Limit => ("限数", "at most"),
            Part::Cap => ("封顶", "cap"),
            Part::Bar => ("不予受理", "kept out"),
            Part::Role => ("主导与参与", "lead and participate"),
            Part::Default => ("空白的含义", "meaning of a blank"),
            Part::Assumed => ("视为满足", "taken for granted"),
            Part::Category => ("类别", "category"),
            Part::Parameter => ("参数", "parameter"),
            Part::Call => ("申报通知", "call"),
            Part::Bill => ("分担", "bill"),
            Part::NotModelled => ("未列入计算", "not modelled"),
        };
        match self.lang() {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn name(&self, name: Name) -> &'static str {
        let (zh, en) = match name {
            Name::Id => ("编号", "id"),
            Name::Title => ("名称", "title"),
            Name::Issuer => ("发布机关", "issuer"),
            Name::Level => ("资金级别", "level of the money"),
            Name::Replaces => ("代替", "replaces"),
            Name::Number => ("文号", "number"),
            Name::Published => ("发布日期", "published"),
            Name::Region => ("适用地区", "place"),
            Name::RegionCite => ("适用地区的条款", "clause on the place"),
            Name::From => ("施行日", "in force from"),
            Name::Until => ("有效期至", "in force until"),
            Name::ValidityCite => ("有效期的条款", "clause on validity"),
            Name::Source => ("正文", "official text"),
            Name::SourceDigest => ("正文 SHA-256", "SHA-256 of the official text"),
            Name::ApplicationDay => ("默认申请日", "usual application day"),
            Name::Intake => ("每年申报", "applications every year"),
            Name::Cite => ("条号", "clause number"),
            Name::Selects => ("适用", "for"),
            Name::Category => ("类别", "category"),
            Name::Nature => ("性质", "nature"),
            Name::By => ("金额按", "amounts by"),
            Name::Amount => ("金额", "amount"),
            Name::PerQuantity => ("按数量计", "per unit of quantity"),
            Name::QuantityAtMost => ("最多计的数量", "largest quantity that counts"),
            Name::Share => ("份额", "share"),
            Name::Condition => ("条件", "condition"),
            Name::OneOff => ("一次性", "paid once"),
            Name::EveryYear => ("每年都付", "paid every year"),
            Name::OpenToOutsiders => ("外地单位可以申请", "open to units from elsewhere"),
            Name::On => ("涉及条款", "concerns"),
            Name::About => ("只在这些条款有项目时", "only where there is an item of"),
            Name::OneUnit => ("几家合做的只能由一家申请", "only one of several units may apply"),
            Name::Fact => ("看", "looks at"),
            Name::Value => ("视为", "taken as"),
            Name::Rank => ("按排名", "by rank"),
            Name::ByRole => ("只按角色，不看排名", "by role, whatever the rank"),
            Name::Same => ("等同", "counts as"),
            Name::When => ("情形", "when"),
            Name::Sources => ("来源", "sources"),
            Name::Effect => ("效果", "effect"),
            Name::Alike => ("相同的", "alike in"),
            Name::Otherwise => ("空白时看", "if blank, by"),
            Name::Prefer => ("保留次序", "kept in this order"),
            Name::Later => ("先前年度已付", "paid in an earlier year"),
            Name::AtMost => ("最多", "at most"),
            Name::Of => ("计数", "counts"),
            Name::Per => ("分别按", "for each"),
            Name::Raised => ("提高", "raised"),
            Name::Over => ("期间", "over"),
            Name::OpenUntil => ("申报截止", "open until"),
            Name::Bearer => ("承担者", "borne by"),
            Name::Why => ("原因", "why"),
        };
        match self.lang() {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    /// What a statement is about: `金额（主导·制定）`.
    pub fn about(&self, aspect: &Aspect) -> String {
        let name = self.name(aspect.name);
        match (aspect.key.is_empty(), self.lang()) {
            (true, _) => name.to_owned(),
            (false, Lang::Zh) => format!("{name}（{}）", self.values(&aspect.key)),
            (false, Lang::En) => format!("{name} ({})", self.values(&aspect.key)),
        }
    }

    /// Values of facts that select: `主导·制定`.
    pub fn values(&self, key: &[(FactId, ValueId)]) -> String {
        let values: Vec<String> = key.iter().map(|(fact, value)| self.before.value(*fact, *value)).collect();
        values.join(self.pick("·", ", "))
    }

    /// A change as one sentence.
    pub fn sentence(&self, change: &Change) -> String {
        let (part, colon) = (self.part(change.part), self.pick("：", ": "));
        let place = self.places(change);
        let space = if place.is_empty() { "" } else { " " };
        let separator = self.pick("；", "; ");
        let all = |says: &[Statement], speaker: &Speaker<'_>| {
            let told = says.iter().filter(|said| !matches!(said.aspect.name, Name::Cite | Name::Title | Name::Id));
            told.map(|said| self.stated(said, speaker)).collect::<Vec<_>>().join(separator)
        };
        let said = match &change.what {
            What::Added(says) => {
                return format!("{} {part}{space}{place}{colon}{}", self.pick("新增", "added"), all(says, &self.after));
            }
            What::Removed(says) => {
                return format!(
                    "{} {part}{space}{place}{colon}{}",
                    self.pick("删去", "removed"),
                    all(says, &self.before)
                );
            }
            What::Order { before, after } => {
                let list = |names: &[String]| names.join(self.pick("、", ", "));
                let label = self.pick("次序（同额时决定先后）", "order (which decides ties)");
                format!("{label}{colon}{}{}{}", list(before), self.arrow(), list(after))
            }
            What::Says { aspect, before, after } => {
                let about = self.about(aspect);
                match (before, after) {
                    (Some(before), Some(after)) => {
                        let [before, after] = self.both(before, after);
                        format!("{about}{colon}{before}{}{after}", self.arrow())
                    }
                    (None, Some(after)) => {
                        format!("{} {}", self.pick("增加", "added"), self.stated(after, &self.after))
                    }
                    (Some(before), None) => {
                        format!("{} {}", self.pick("去掉", "removed"), self.stated(before, &self.before))
                    }
                    (None, None) => about,
                }
            }
        };
        format!("{part}{space}{place}{colon}{said}")
    }

    /// Both sides of a change; a name that changes in the other language only is told in both.
    pub fn both(&self, before: &Statement, after: &Statement) -> [String; 2] {
        match (&before.said, &after.said) {
            (Said::Words(one), Said::Words(other)) if one.get(self.lang()) == other.get(self.lang()) => {
                [one, other].map(|words| format!("{} / {}", words.zh, words.en))
            }
            _ => [self.said(before, &self.before), self.said(after, &self.after)],
        }
    }

    /// The clause numbers of a change on both sides, with the name of what changes.
    fn places(&self, change: &Change) -> String {
        let mut places: Vec<String> = Vec::new();
        for on in &change.on {
            let place = match change.on.len() {
                1 => format!("{}{}", self.cites(on), self.titled(change.part, on)),
                _ => self.cites(on),
            };
            if !place.is_empty() && !places.contains(&place) {
                places.push(place);
            }
        }
        places.join(self.pick("、", ", "))
    }

    /// `第七条`, or `第七条（现第八条）` where the number changes.
    fn cites(&self, on: &Where) -> String {
        match (&on.before, &on.after) {
            (Some(before), Some(after)) if before != after => match self.lang() {
                Lang::Zh => format!("{before}（现{after}）"),
                Lang::En => format!("{before} (now {after})"),
            },
            (Some(cite), _) | (None, Some(cite)) => cite.to_string(),
            (None, None) => String::new(),
        }
    }

    fn titled(&self, part: Part, on: &Where) -> String {
        let title = on.title.get(self.lang());
        match (part, title.is_empty(), self.lang()) {
            (Part::Head, ..) => String::new(),
            (Part::Call, ..) => format!(" {}", on.key),
            (_, true, _) => String::new(),
            (_, false, Lang::Zh) => format!("“{title}”"),
            (_, false, Lang::En) => format!(" \"{title}\""),
        }
    }

    /// `金额（主导·制定）：20万元`.
    fn stated(&self, statement: &Statement, speaker: &Speaker<'_>) -> String {
        let about = self.about(&statement.aspect);
        match statement.said {
            Said::Yes => about,
            _ => format!("{about}{}{}", self.pick("：", ": "), self.said(statement, speaker)),
        }
    }

    /// What a statement says, with the clause that says it where that is another one.
    pub fn said(&self, statement: &Statement, speaker: &Speaker<'_>) -> String {
        let said = self.value(&statement.said, speaker);
        match &statement.cite {
            Some(cite) => speaker.cited(cite, &said),
            None => said,
        }
    }

    fn value(&self, said: &Said, speaker: &Speaker<'_>) -> String {
        let zh = self.lang() == Lang::Zh;
        let values = |fact: FactId, values: &[ValueId]| {
            values.iter().map(|value| speaker.value(fact, *value)).collect::<Vec<_>>().join("/")
        };
        let day = |(month, day): (i8, i8)| format!("{month:02}-{day:02}");
        match said {
            Said::Yes => self.pick("是", "yes").to_owned(),
            Said::Text(text) => text.clone(),
            Said::Texts(texts) => speaker.list(texts),
            Said::Words(words) => words.get(self.lang()).to_owned(),
            Said::Date(date) => date.to_string(),
            Said::MonthDay(month, of) => day((*month, *of)),
            Said::Season(from, to) => {
                let side = |side: &Option<(i8, i8)>| side.map(day).unwrap_or_default();
                format!("{}–{}", side(from), side(to))
            }
            Said::Money(money) => speaker.money(*money),
            Said::Share(share) => share.to_string(),
            Said::Count(count) => count.to_string(),
            Said::Nature(nature) => speaker.nature(*nature).to_owned(),
            Said::Fact(fact) => speaker.fact(*fact),
            Said::Facts(facts) if facts.is_empty() => self.pick("全部", "all of them").to_owned(),
            Said::Facts(facts) => speaker.list(facts.iter().map(|fact| speaker.fact(*fact))),
            Said::Value(fact, value) => speaker.value(*fact, *value),
            Said::Values(fact, several) => values(*fact, several),
            Said::SameAs(fact, one, other) => {
                format!("{}={}", speaker.value(*fact, *one), speaker.value(*fact, *other))
            }
            Said::Ranks(fact, value, range) => format!("{}={range}", speaker.value(*fact, *value)),
            Said::Selector(selector) => {
                let parts =
                    selector.0.iter().map(|(fact, of)| format!("{}={}", speaker.fact(*fact), values(*fact, of)));
                speaker.list(parts)
            }
            Said::Amount(amount) => self.amount(amount, speaker),
            Said::SharePart(place, part) => format!("{place}. {}", speaker.share_part(part)),
            Said::When(test) => self.test(test, speaker),
            Said::Asked(test, unknown) => format!("{}{}", self.test(test, speaker), self.unknown(*unknown)),
            Said::Called(clauses, test, unknown) => {
                format!(
                    "{}{}{}{}",
                    speaker.list(clauses),
                    self.pick("：", ": "),
                    self.test(test, speaker),
                    self.unknown(*unknown)
                )
            }
            Said::Clauses(None) => self.pick("全部条款", "all clauses").to_owned(),
            Said::Clauses(Some(clauses)) => speaker.list(clauses),
            Said::Effect(PriorEffect::Excludes) => self.pick("不再重复", "excludes payment").to_owned(),
            Said::Effect(PriorEffect::TopsUp) => self.pick("补足差额", "topped up").to_owned(),
            Said::Later(later) => match later {
                Later::Apart => self.pick("不影响", "changes nothing"),
                Later::Once => self.pick("不再付", "nothing more is paid"),
                Later::Difference => self.pick("较高的付差额", "a higher one is paid the difference"),
                Later::HigherInFull => self.pick("较高的全额付", "a higher one is paid in full"),
            }
            .to_owned(),
            Said::Over(over) => match over {
                Over::Year => self.pick("一年", "a year").to_owned(),
                Over::Years(years) if zh => format!("{years}年"),
                Over::Years(years) => format!("{years} years"),
                Over::Life => self.pick("始终", "for life").to_owned(),
            },
            Said::Counted(None) => self.pick("类别", "categories").to_owned(),
            Said::Counted(Some(clauses)) => format!("{}{}", self.pick("项目：", "items of "), speaker.list(clauses)),
            Said::OfParameter(parameter, share) if zh => format!("{parameter} 的 {share}"),
            Said::OfParameter(parameter, share) => format!("{share} of {parameter}"),
            Said::Raise(to, by) => {
                let to = to.map_or_else(|| self.pick("不限", "no limit").to_owned(), |to| speaker.money(to));
                let by = speaker.list(by);
                if zh { format!("有{by}时{to}") } else { format!("{to} with {by}") }
            }
        }
    }

    /// An amount with everything that belongs to it.
    pub fn amount(&self, amount: &Amount, speaker: &Speaker<'_>) -> String {
        let mut said = speaker.amount_rule(amount);
        match amount {
            // Whether a percentage is of a sum or of another line's amount changes nothing that is paid.
            Amount::Money { share, tiers, of: _, from_elsewhere: _ } => {
                if !tiers.is_empty() {
                    let tiers = speaker.list(tiers.iter().map(|tier| speaker.money(share.of(*tier))));
                    said += &match self.lang() {
                        Lang::Zh => format!("（分档：{tiers}）"),
                        Lang::En => format!(" (tiers: {tiers})"),
                    };
                }
            }
            Amount::OfFact { unknown_is_maximum: true, .. } => {
                said += self.pick("；未知按最高额", "; unknown: the maximum")
            }
            Amount::OfFact { .. } | Amount::CaseByCase { .. } => {}
        }
        said
    }

    fn unknown(&self, unknown: Unknown) -> &'static str {
        let (zh, en) = match unknown {
            Unknown::Assumed => ("；未知视为满足", "; unknown: assumed"),
            Unknown::Refused => ("；未知视为不满足", "; unknown: not met"),
            Unknown::Undetermined => ("；未知则待定", "; unknown: undetermined"),
        };
        match self.lang() {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }

    fn test(&self, test: &Test, speaker: &Speaker<'_>) -> String {
        match test {
            Test::Any(tests) => {
                let tests: Vec<String> = tests.iter().map(|test| self.test(test, speaker)).collect();
                tests.join(self.pick("，或", ", or "))
            }
            Test::Within(_, Window::Season { first: Some((year, from)), .. }) => match self.lang() {
                Lang::Zh => format!("{}（{year}年度自{from}起）", speaker.asked(test)),
                Lang::En => format!("{} (for {year} from {from})", speaker.asked(test)),
            },
            test => speaker.asked(test),
        }
    }
}
