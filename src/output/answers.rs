//! What can be said of an amount: certain, up to, between, and what would settle it.

use crate::engine::result::{Answer, Item, Missing, PolicyResult, Says, Status};
use crate::facts::Applicant;
use crate::lang::Lang;
use crate::vocabulary::FactId;

use super::words::Speaker;

impl Speaker<'_> {
    /// `最高8万元；取决于起草单位排名`: what can be said of an item's amount.
    pub fn answer(&self, item: &Item) -> String {
        let others = self.lang.pick("其他成果未知的资料", "unknown facts of other rows");
        let own = item.settled_by.iter().map(|fact| self.fact(*fact));
        let needs = self.list(own.chain(item.exposed.then(|| others.to_owned())));
        self.interval(item.answer, &needs, item.missing.contains(&Missing::Clause))
    }

    /// The same of the total, with the facts of each row that would settle it.
    pub fn answer_of_total(&self, result: &PolicyResult, applicant: &Applicant) -> String {
        let pairs = result.items.iter().zip(&applicant.achievements);
        let open = pairs.filter(|(item, _)| !item.settled_by.is_empty());
        let needs = open.map(|(item, row)| {
            let facts = self.list(item.settled_by.iter().map(|fact| self.fact(*fact)));
            match self.lang {
                Lang::Zh => format!("{}（{facts}）", row.id),
                Lang::En => format!("{} ({facts})", row.id),
            }
        });
        let needs = self.list(needs);
        let gap = result.items.iter().any(|item| item.missing.contains(&Missing::Clause));
        let mut said = self.interval(result.answer, &needs, gap);
        if !result.answer.from.is_zero() {
            said += self.lang.pick("；以视为满足的前提为准", "; given what is assumed");
        }
        if !result.ceiling_total.is_zero() {
            said += self.lang.pick("；上限金额由主管部门在其内核定", "; within ceilings the authority decides");
        }
        said
    }

    fn interval(&self, answer: Answer, needs: &str, gap: bool) -> String {
        let (from, to, zh) = (self.money(answer.from), self.money(answer.to), self.lang == Lang::Zh);
        let mut said = match (answer.says, zh) {
            (Says::Certain, true) => format!("确定{to}"),
            (Says::Certain, false) => format!("{to} for certain"),
            (Says::UpTo, true) => format!("最高{to}"),
            (Says::UpTo, false) => format!("up to {to}"),
            (Says::Between, true) => format!("确定{from}，最高{to}"),
            (Says::Between, false) => format!("{from} for certain, up to {to}"),
            (Says::Open, true) => "办法没有写明金额，由主管部门确定".to_owned(),
            (Says::Open, false) => "the text names no amount; the authority decides".to_owned(),
        };
        if !needs.is_empty() {
            said += &match self.lang {
                Lang::Zh => format!("；取决于{needs}"),
                Lang::En => format!("; depends on {needs}"),
            };
        }
        if gap && answer.says != Says::Open {
            said +=
                self.lang.pick("；条款本身的金额由主管部门确定", "; the text's own gap is for the authority to fill");
        }
        said
    }

    /// True if the item's own line should say so: its status does not tell what it may come to.
    pub fn answer_matters(item: &Item) -> bool {
        item.status == Status::Undetermined || item.possible.is_some()
    }

    /// True if the answer names every fact that is missing.
    pub fn answer_names(item: &Item, missing: &[Missing]) -> bool {
        missing.iter().all(|missing| matches!(missing, Missing::Fact(fact) if item.settled_by.contains(fact)))
    }

    /// The ids of facts, for scripts.
    pub fn fact_ids(&self, facts: &[FactId]) -> Vec<&str> {
        facts.iter().map(|fact| self.vocabulary.fact(*fact).id.as_str()).collect()
    }
}
