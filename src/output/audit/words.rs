//! The sentences of an audit.

use super::{AuditReport, Line};
use crate::analysis::audit::{Case, Class, Draft, Finding, Remark, RowOf, Sums, Weight};
use crate::engine::result::{Assumed, Item, Op, Status};
use crate::input::claims::Cell;
use crate::lang::Lang;
use crate::output::terminal::file_name;
use crate::output::when;
use crate::output::words::{Speaker, applicant_name};

/// So many other rows are named in a sentence.
const MOST_NAMED: usize = 5;

/// The label of a class.
pub(super) fn class(lang: Lang, class: Class) -> &'static str {
    let (zh, en) = match class {
        Class::NotEligible => ("不符合条件", "not eligible"),
        Class::Expired => ("不在期间内", "outside the time"),
        Class::PriorMoney => ("已获资助", "prior money"),
        Class::Duplicate => ("重复", "duplicate"),
        Class::OverCap => ("超过封顶或限项", "over a cap"),
        Class::Shared => ("几家共报", "claimed by several"),
        Class::WrongAmount => ("金额不对", "wrong amount"),
        Class::Unreadable => ("读不出", "unreadable"),
        Class::NoPolicy => ("没有政策", "no policy"),
        Class::Undecided => ("资料不全", "undecided"),
        Class::WithinCeiling => ("上限之内", "within a ceiling"),
        Class::Agrees => ("一致", "agrees"),
        Class::Unclaimed => ("可报未报", "unclaimed"),
        Class::Nothing => ("未报", "not claimed"),
    };
    lang.pick(zh, en)
}

/// What a class means.
pub(super) fn meaning(lang: Lang, class: Class) -> &'static str {
    let (zh, en) = match class {
        Class::NotEligible => ("没有对应的条款，或不满足条件", "no clause pays for it, or a condition is not met"),
        Class::Expired => (
            "政策不在有效期内，或成果不在规定的期间（太早、太晚都算）",
            "the policy is not in force, or the achievement lies outside its window, too early or too late",
        ),
        Class::PriorMoney => ("没有计入已经获得的资助", "money received before was not counted"),
        Class::Duplicate => ("与另一项只算一项", "counted once, under another row"),
        Class::OverCap => {
            ("超过封顶的余额，或超出可报的项数", "more than a cap leaves, or beyond the number that may be claimed")
        }
        Class::Shared => (
            "几个单位申报同一项，合起来超过可付的数额，或名次冲突，或只能由一家申报",
            "several applicants claim one thing beyond what can be paid, in the same place, or where one only may apply",
        ),
        Class::WrongAmount => ("与按条款算出的数额不同", "not the amount that the clause comes to"),
        Class::Unreadable => ("这一行或它的金额读不出", "the row or its amount cannot be read"),
        Class::NoPolicy => ("手头没有覆盖注册地的政策", "no policy at hand covers the region"),
        Class::Undecided => ("补齐资料才能定", "missing facts decide"),
        Class::WithinCeiling => ("低于上限，由主管部门酌定", "below a ceiling: at the authority's discretion"),
        Class::Agrees => ("与按条款算出的数额相同", "exactly the amount that the clause comes to"),
        Class::Unclaimed => ("没有申报，而政策可以支付", "not claimed, though the policy would pay"),
        Class::Nothing => ("没有申报，也没有可付的", "not claimed, and nothing to be paid"),
    };
    lang.pick(zh, en)
}

/// The label of a weight.
pub(super) fn weight(lang: Lang, weight: Weight) -> &'static str {
    match weight {
        Weight::Error => lang.pick("有错", "error"),
        Weight::Open => lang.pick("待定", "open"),
        Weight::Information => lang.pick("说明", "information"),
    }
}

/// Which of the two amounts a sentence is about.
#[derive(Clone, Copy)]
enum Asks {
    Claimed,
    Granted,
}

impl Asks {
    fn of<T>(self, claimed: T, granted: T) -> T {
        match self {
            Asks::Claimed => claimed,
            Asks::Granted => granted,
        }
    }
}

/// Puts findings into words.
pub(super) struct Words<'w> {
    pub of: &'w AuditReport<'w>,
}

impl Words<'_> {
    fn zh(&self) -> bool {
        self.of.lang() == Lang::Zh
    }

    fn money(&self, money: crate::money::Money) -> String {
        if self.zh() { money.in_wan() } else { format!("{} yuan", money.grouped().trim_end_matches(".00")) }
    }

    pub fn title(&self) -> String {
        let rows = self.of.audit.findings().count();
        let by_row = self.of.by == crate::analysis::audit::By::Row;
        match (self.zh(), by_row) {
            (true, true) => format!("申报核对：{rows} 行"),
            (true, false) => format!("申报核对：{rows} 个单位"),
            (false, true) => format!("Audit of claims: {rows} rows"),
            (false, false) => format!("Audit of claims: {rows} applicants"),
        }
    }

    /// The sums, and how much there is to check.
    pub fn lead(&self) -> Vec<String> {
        let sums = Sums::of(self.of.audit.findings());
        let (claimed, computed) = (self.money(sums.claimed), self.money(sums.computed));
        let granted = self.money(sums.granted);
        let mut lines = vec![match (self.zh(), self.of.claims.has_granted) {
            (true, false) => format!("申报 {claimed}，按政策应得 {computed}"),
            (true, true) => format!("申报 {claimed}，核定 {granted}，按政策应得 {computed}"),
            (false, false) => format!("claimed {claimed}; by the policies {computed}"),
            (false, true) => format!("claimed {claimed}, granted {granted}; by the policies {computed}"),
        }];
        let count = |weight: Weight| {
            let is = |finding: &&Finding| {
                let classes = [Some(finding.class), finding.granted_class];
                classes.into_iter().flatten().map(Class::weight).min() == Some(weight)
            };
            self.of.audit.findings().filter(is).count()
        };
        let (wrong, open) = (count(Weight::Error), count(Weight::Open));
        lines.push(match (self.zh(), wrong + open) {
            (true, 0) => "没有发现差错".to_owned(),
            (true, _) => format!("有错 {wrong} 项，待定 {open} 项"),
            (false, 0) => "no error was found".to_owned(),
            (false, _) => format!("{wrong} with errors, {open} open"),
        });
        if let Some(all) = self.of.audit.with_everything() {
            let all = self.money(all);
            lines.push(if self.zh() {
                format!("没有申报的行也报上，合计应得为{all}")
            } else {
                format!("with the rows that are not claimed, the policies come to {all} in all")
            });
        }
        lines.extend(self.counted_twice());
        let mut policies: Vec<String> = Vec::new();
        for case in &self.of.audit.cases {
            let (Some(policy), Some(result)) = (case.policy, &case.result) else { continue };
            let speaker = self.of.report.speaker(policy);
            let line = format!("{} · {}", policy.id, speaker.year(result));
            if !policies.contains(&line) {
                policies.push(line);
            }
            let not_in_force =
                speaker.not_in_force(result, case.applicant).map(|note| format!("! {}: {note}", policy.id));
            policies.extend(not_in_force.filter(|note| !policies.contains(note)).into_iter().collect::<Vec<_>>());
        }
        lines.extend(policies);
        lines
    }

    /// Claims of which one only can be right are each computed in full.
    fn counted_twice(&self) -> Option<String> {
        let excluded = |remark: &Remark| matches!(remark, Remark::SamePlace(..) | Remark::OneUnit(..));
        let both = |f: &&Finding| f.remarks.iter().chain(&f.granted_remarks).any(excluded);
        let count = self.of.audit.findings().filter(both).count();
        (count > 0).then(|| {
            if self.zh() {
                format!("有{count}项彼此排斥（同一名次，或只能由一家申报）：各按自己的一行算足，应得的合计里都算了")
            } else {
                format!(
                    "{count} claims exclude each other (the same place, or one unit only may apply): each is computed in \
                     full, and all of them are in the sums"
                )
            }
        })
    }

    /// Units that could have claimed more in all, or as well.
    pub fn more_possible(&self) -> Vec<String> {
        let more = |case: &Case<'_>| {
            let (all, claimed) = (case.with_everything()?, case.result.as_ref()?.total);
            let name = applicant_name(case.applicant, self.of.lang());
            let (all, now) = (all > claimed).then(|| (self.money(all), self.money(claimed)))?;
            Some(if self.zh() {
                format!("{name}：没有申报的行也报上，应得从{now}变为{all}")
            } else {
                format!("{name}: with the rows that are not claimed, {all} instead of {now}")
            })
        };
        self.of.audit.cases.iter().filter_map(more).collect()
    }

    /// `甲公司 A1（第3行）`
    fn place(&self, at: RowOf) -> String {
        let Some(case) = self.of.audit.cases.get(at.case) else { return String::new() };
        let name = applicant_name(case.applicant, self.of.lang());
        format!("{name} {}", self.row(case, at.row))
    }

    /// `A1（第3行）`
    fn row(&self, case: &Case<'_>, row: usize) -> String {
        let Some(row) = case.applicant.achievements.get(row) else { return String::new() };
        self.numbered(&row.id, row.row)
    }

    fn numbered(&self, id: &str, row: u64) -> String {
        if self.zh() { format!("{id}（第{row}行）") } else { format!("{id} (row {row})") }
    }

    /// Which row a finding is about.
    pub fn which(&self, line: Line<'_>) -> String {
        if let Some(row) = line.invalid {
            let name = row.applicant.as_deref().unwrap_or_default();
            let path = file_name(&row.path, self.of.lang());
            let place = self.numbered(row.id.as_deref().unwrap_or_default(), row.row);
            let place = if self.of.report.portfolio.inputs.len() > 2 { format!("{path} {place}") } else { place };
            return format!("{place} {name}").trim().to_owned();
        }
        let Some(case) = line.case else { return String::new() };
        let name = applicant_name(case.applicant, self.of.lang());
        match line.row {
            Some(row) => format!("{} {name}", self.numbered(&row.id, row.row)),
            None => name.to_owned(),
        }
    }

    pub fn draft(&self, draft: &Draft) -> String {
        let place = self.place(draft.at);
        match (draft.rank, self.zh()) {
            (Some(rank), true) => format!("{place}排名{rank}"),
            (None, true) => format!("{place}排名空白"),
            (Some(rank), false) => format!("{place} rank {rank}"),
            (None, false) => format!("{place} rank blank"),
        }
    }

    /// What was taken for granted of all rows.
    pub fn assumptions(&self, case: &Case<'_>) -> Vec<String> {
        let (Some(policy), Some(result)) = (case.policy, &case.result) else { return Vec::new() };
        let speaker = self.of.report.speaker(policy);
        result.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result))).collect()
    }

    /// What was taken for granted of a row.
    pub fn assumed(&self, line: Line<'_>) -> Vec<String> {
        let found =
            line.case.and_then(|case| Some((case.policy?, case.result_of(line.finding)?, case.item(line.finding)?)));
        let Some((policy, result, item)) = found else { return Vec::new() };
        let speaker = self.of.report.speaker(policy);
        item.assumptions.iter().map(|assumption| speaker.assumption(assumption, when(result))).collect()
    }

    /// Why the row is in its class: what is particular first, then how its amount comes about.
    pub fn why(&self, line: Line<'_>) -> Vec<String> {
        let finding = line.finding;
        let mut said = Vec::new();
        if let Some(row) = line.invalid {
            said.extend(row.mistakes.iter().map(|mistake| self.mistake(mistake)));
            said.extend(self.unreadable_amounts(&row.path, row.row));
            return said;
        }
        let Some(case) = line.case else { return said };
        if let Some(row) = line.row
            && (finding.claimed == Cell::Unreadable || finding.granted == Cell::Unreadable)
        {
            let path = self.of.report.portfolio.inputs.get(row.input).map_or("", |file| file.path.as_str());
            said.extend(self.unreadable_amounts(path, row.row));
        }
        if finding.row.is_none() {
            let mistakes = self.of.mistakes_of.get(case.applicant.name.as_str()).into_iter().flatten();
            said.extend(mistakes.flat_map(|row| &row.mistakes).map(|mistake| self.mistake(mistake)));
        }
        let Some(policy) = case.policy else {
            said.extend(self.remarks(case, None, line));
            said.push(self.no_policy(case));
            return said;
        };
        let speaker = self.of.report.speaker(policy);
        said.extend(self.remarks(case, Some(&speaker), line));
        let weight = finding.class.weight();
        if let (None, Some(result)) = (finding.row, &case.result) {
            said.extend(result.barred_by.iter().map(|barred| speaker.barred(barred)));
            said.extend(speaker.not_in_force(result, case.applicant));
            let silent = said.is_empty();
            said.extend(result.caps.iter().map(|used| speaker.cap(used)));
            if silent && weight != Weight::Information {
                said.extend(self.reasons_of_rows(case, &speaker));
            }
        }
        if let (Some(item), Some(result)) = (case.item(finding), case.result_of(finding)) {
            let evaluated = &case.evaluated;
            if let Some(row) = finding.item.and_then(|item| evaluated.achievements.get(item)) {
                said.extend(steps(&speaker, case, item));
                let reasons = item.reasons.iter().map(|reason| speaker.reason(reason, result, evaluated, row));
                said.extend(reasons);
                said.extend(item.warnings.iter().map(|warning| speaker.warning(warning)));
                let alone = item.assumptions.iter().filter(|assumption| assumption.what == Assumed::OnlyLocalUnit);
                let alone = alone.filter(|_| weight != Weight::Information);
                said.extend(alone.map(|assumption| speaker.assumption(assumption, when(result))));
            }
        }
        said
    }

    /// What keeps the rows of an applicant from being paid, those that are not.
    fn reasons_of_rows(&self, case: &Case<'_>, speaker: &Speaker<'_>) -> Vec<String> {
        let Some(result) = &case.result else { return Vec::new() };
        let rows = result.items.iter().zip(&case.evaluated.achievements);
        let unpaid = rows.filter(|(item, _)| !matches!(item.status, Status::Awarded));
        let mut said: Vec<String> = unpaid
            .filter_map(|(item, row)| {
                let reason = speaker.reason(item.reasons.first()?, result, &case.evaluated, row);
                let place = self.numbered(&row.id, row.row);
                Some(if self.zh() { format!("{place}{reason}") } else { format!("{place}: {reason}") })
            })
            .take(MOST_NAMED + 1)
            .collect();
        if said.len() > MOST_NAMED {
            said.truncate(MOST_NAMED);
            said.push("…".to_owned());
        }
        said
    }

    /// What there is to say of the granted amount, its class first; none where nothing is wrong with it.
    pub fn of_granted(&self, line: Line<'_>) -> Option<String> {
        let finding = line.finding;
        let granted = finding.granted_class.filter(|class| class.weight() != Weight::Information)?;
        let name = class(self.of.lang(), granted);
        let speaker = line.case.and_then(|case| case.policy).map(|policy| self.of.report.speaker(policy));
        let said = |remark: &Remark| self.remark(remark, line.case?, speaker.as_ref(), line, Asks::Granted);
        let said: Vec<String> = finding.granted_remarks.iter().filter_map(said).collect();
        let more = match (finding.granted.amount(), finding.computed) {
            (Some(given), due) if said.is_empty() && given > due => {
                Some(self.of.lang().pick("多于应得", "more than is due").to_owned())
            }
            (Some(given), due) if said.is_empty() && given < due && granted == Class::WrongAmount => {
                Some(self.of.lang().pick("少于应得", "less than is due").to_owned())
            }
            _ => None,
        };
        let said = said.into_iter().chain(more).collect::<Vec<_>>().join(self.of.lang().pick("，", ", "));
        Some(match (self.zh(), said.is_empty()) {
            (true, true) => format!("核定：{name}"),
            (true, false) => format!("核定：{name}（{said}）"),
            (false, true) => format!("granted: {name}"),
            (false, false) => format!("granted: {name} ({said})"),
        })
    }

    /// Where applicants differ about one standard, of rows that stand in no other table.
    pub fn differing(&self) -> Vec<String> {
        let quiet = |line: &Line<'_>| matches!(line.listed().0, Class::Agrees | Class::Nothing);
        let mut said = Vec::new();
        for line in self.of.lines().filter(quiet) {
            let Some(case) = line.case else { continue };
            for remark in line.finding.remarks.iter().filter(|remark| matches!(remark, Remark::Differs(..))) {
                let which = self.which(line);
                let told = self.remark(remark, case, None, line, Asks::Claimed);
                said.extend(
                    told.map(|told| if self.zh() { format!("{which}：{told}") } else { format!("{which}: {told}") }),
                );
            }
        }
        said
    }

    fn mistake(&self, mistake: &crate::input::Mistake) -> String {
        let place = mistake.place();
        let message = mistake.message.get(self.of.lang());
        if place.is_empty() {
            message.to_owned()
        } else {
            format!("{place}{}{message}", self.of.lang().pick("：", ": "))
        }
    }

    fn unreadable_amounts(&self, path: &str, row: u64) -> Vec<String> {
        let found = self.of.mistakes_at.get(&(path, row));
        found.into_iter().flat_map(|row| &row.mistakes).map(|mistake| self.mistake(mistake)).collect()
    }

    fn no_policy(&self, case: &Case<'_>) -> String {
        let region = case.applicant.facts.text(self.of.report.vocabulary.known().region).unwrap_or_default();
        if self.zh() {
            format!("没有覆盖{region}的政策，没有测算")
        } else {
            format!("no policy at hand covers {region}; not computed")
        }
    }

    fn remarks(&self, case: &Case<'_>, speaker: Option<&Speaker<'_>>, line: Line<'_>) -> Vec<String> {
        let said = |remark: &Remark| self.remark(remark, case, speaker, line, Asks::Claimed);
        line.finding.remarks.iter().filter_map(said).collect()
    }

    fn remark(
        &self,
        remark: &Remark,
        case: &Case<'_>,
        speaker: Option<&Speaker<'_>>,
        line: Line<'_>,
        asks: Asks,
    ) -> Option<String> {
        let zh = self.zh();
        let item = case.item(line.finding);
        Some(match remark {
            Remark::SamePlace(rank, other) => {
                let other = self.place(*other);
                if zh {
                    format!("与{other}都是排名第{rank}，一个名次只能有一家")
                } else {
                    format!("{other} has rank {rank} as well; a place has one unit only")
                }
            }
            Remark::OneUnit(rule, other) => {
                let (other, rule) = (self.place(*other), speaker?.policy.assumed.get(*rule)?);
                let cited =
                    speaker?.cited(&rule.cite, self.of.lang().pick("只能由其中一家申报", "one of them only may apply"));
                let verb =
                    asks.of(("也申报", "claims it as well"), ("也有核定金额", "was granted money for it as well"));
                if zh { format!("{other}{}，{cited}", verb.0) } else { format!("{other} {}; {cited}", verb.1) }
            }
            Remark::RankUnknown(other) => {
                let other = self.place(*other);
                if zh {
                    format!("需要补充：{other}的起草单位排名，它决定各家的份额")
                } else {
                    format!("missing: the rank of {other}, on which the shares hang")
                }
            }
            Remark::AbovePossible(most) => {
                let most = self.money(*most);
                if zh { format!("高于可能的{most}") } else { format!("more than the {most} that are possible") }
            }
            Remark::Together(index) => {
                let standard = self.of.audit.standards.get(*index)?;
                let whole = self.money(standard.whole.unwrap_or_default());
                let claimed = self.money(asks.of(standard.claimed, standard.granted));
                let share = item?.steps.iter().find(|step| matches!(step.op, Op::Share { .. }))?.amount;
                let (share, verb) = (self.money(share), asks.of("申报", "核定"));
                let count = standard.drafts.len();
                let others = standard.drafts.iter().filter(|draft| {
                    self.of
                        .audit
                        .cases
                        .get(draft.at.case)
                        .is_none_or(|other| other.applicant.name != case.applicant.name)
                });
                let mut others: Vec<String> = others.take(MOST_NAMED + 1).map(|draft| self.draft(draft)).collect();
                if others.len() > MOST_NAMED {
                    others.truncate(MOST_NAMED);
                    others.push("…".to_owned());
                }
                match (zh, standard.whole) {
                    (true, Some(_)) => format!(
                        "{count}项是同一标准，合计{verb}{claimed}；一项标准的总额{whole}按名次分配，本单位的份额是{share}\
                         （另有{}）",
                        others.join("、")
                    ),
                    (false, Some(_)) => format!(
                        "{count} rows are one standard, {claimed} together; its {whole} are shared by place, and this \
                         unit's share is {share} (the others: {})",
                        others.join(", ")
                    ),
                    (true, None) => {
                        format!(
                            "{count}项是同一标准，合计{verb}{claimed}；本单位的份额是{share}（另有{}）",
                            others.join("、")
                        )
                    }
                    (false, None) => format!(
                        "{count} rows are one standard, {claimed} together; this unit's share is {share} (the others: {})",
                        others.join(", ")
                    ),
                }
            }
            Remark::LocalRanks(given, all, other) => {
                let list = |ranks: &[i64]| {
                    ranks.iter().map(i64::to_string).collect::<Vec<_>>().join(self.of.lang().pick("；", "; "))
                };
                let given = given.as_deref().map_or_else(|| self.of.lang().pick("空白", "blank").to_owned(), list);
                let (all, other) = (list(all), self.place(*other));
                if zh {
                    format!("本地单位排名填的是{given}，连同{other}应为{all}，已按后者分配")
                } else {
                    format!("local_ranks is {given}; with {other} it is {all}, by which the shares are computed")
                }
            }
            Remark::Differs(fact, other) => {
                let vocabulary = self.of.report.vocabulary;
                let name = vocabulary.fact(*fact);
                let (name, other) = (if zh { &name.zh } else { &name.id }, self.place(*other));
                if zh {
                    format!("同一标准的{name}与{other}所填不同")
                } else {
                    format!("{name} is not what {other} says of the same standard")
                }
            }
            Remark::Repeats(row) => {
                let first = self.row(case, *row);
                if zh { format!("与{first}是同一项成果") } else { format!("the same achievement as {first}") }
            }
            Remark::BeforeStep(step) => {
                let left_out = speaker?.step(item?.steps.get(*step)?, &case.evaluated);
                if zh { format!("少算了一步：{left_out}") } else { format!("a step was left out: {left_out}") }
            }
            Remark::OtherLine(clause, line) => self.other_line(speaker?, *clause, *line)?,
            Remark::TimesQuantity(quantity) => {
                if zh {
                    format!("乘了数量{quantity}，而本条按项付款")
                } else {
                    format!("multiplied by quantity {quantity}, while this clause pays per row")
                }
            }
            Remark::InWan => self
                .of
                .lang()
                .pick(
                    "像是以万元为单位填的；请写明单位，或把表头写成“申报金额（万元）”",
                    "seems to be in units of 10,000 yuan; name the unit",
                )
                .to_owned(),
            Remark::WithinCap(cap, claimed) => {
                let (title, claimed) =
                    (speaker?.policy.caps.get(*cap)?.title.get(self.of.lang()), self.money(*claimed));
                if zh {
                    format!("“{title}”之下的各项合起来报{claimed}，没有超过封顶")
                } else {
                    format!("the claims under \"{title}\" together are {claimed}, which the cap allows")
                }
            }
            Remark::MoreThanClaimed => self.of.lang().pick("比申报的多", "more than was claimed").to_owned(),
            Remark::Lost(of, money) => {
                let (name, money) = (class(self.of.lang(), *of), self.money(*money));
                if zh {
                    format!("各行因“{name}”少得{money}")
                } else {
                    format!("its rows lose {money}: {name}")
                }
            }
        })
    }

    fn other_line(&self, speaker: &Speaker<'_>, clause: usize, line: usize) -> Option<String> {
        let of = speaker.policy.clauses.get(clause)?;
        let key = of.by.iter().zip(&of.amounts.get(line)?.key);
        let key: Vec<String> = key.map(|(fact, value)| speaker.value(*fact, *value)).collect();
        let (key, clause) = (key.join(" "), speaker.clause(clause));
        let key = if key.is_empty() { key } else { format!(" {key}") };
        Some(if self.zh() {
            format!("这是{clause}{key}的金额")
        } else {
            format!("this is the amount of {clause}{key}")
        })
    }
}

/// How the amount of a paid row comes about.
fn steps(speaker: &Speaker<'_>, case: &Case<'_>, item: &Item) -> Option<String> {
    if !matches!(item.status, Status::Awarded | Status::Reduced) {
        return None;
    }
    // What takes something away is among the reasons.
    let base = item.steps.iter().filter(|step| !step.op.lowers());
    let said: Vec<String> = base.map(|step| speaker.step(step, &case.evaluated)).collect();
    let clause = item.clause.map(|clause| &speaker.policy.clauses[clause])?;
    (!said.is_empty()).then(|| speaker.cited(&clause.cite, &said.join(speaker.lang.pick("，", ", "))))
}
