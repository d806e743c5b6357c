//! Single rules as a rule file has them, before any application: amounts, splits, windows, conditions.

use super::words::Speaker;
use crate::lang::Lang;
use crate::money::Share;
use crate::policy::model::{Amount, SharePart, Test, Window};

impl Speaker<'_> {
    /// What a condition asks.
    pub(super) fn asked(&self, test: &Test) -> String {
        match test {
            Test::Within(fact, window) => format!("{} {}", self.fact(*fact), self.window(window)),
            test => self.test(test, None),
        }
    }

    /// An amount as a clause has it.
    pub(super) fn amount_rule(&self, amount: &Amount) -> String {
        let money = |money| self.money(money);
        let zh = self.lang == Lang::Zh;
        match amount {
            Amount::Money { of, share, .. } if *share == Share::ONE => money(*of),
            Amount::Money { of, share, .. } if zh => format!("{}（{}的{share}）", money(share.of(*of)), money(*of)),
            Amount::Money { of, share, .. } => format!("{} ({share} of {})", money(share.of(*of)), money(*of)),
            Amount::OfFact { fact, share, at_most, .. } => {
                let fact = self.fact(*fact);
                let part = if zh { format!("{fact}的{share}") } else { format!("{share} of {fact}") };
                match (at_most, zh) {
                    (Some(most), true) => format!("{part}，最高{}", money(*most)),
                    (Some(most), false) => format!("{part}, at most {}", money(*most)),
                    (None, _) => part,
                }
            }
            Amount::CaseByCase { taken_as } => {
                let none = if zh { "没有写明金额" } else { "the text names no amount" };
                match (taken_as.is_zero(), zh) {
                    (true, _) => none.to_owned(),
                    (false, true) => format!("{none}，可能的总额里按{}计", money(*taken_as)),
                    (false, false) => format!("{none}; counted as {} in what is possible", money(*taken_as)),
                }
            }
        }
    }

    /// One line of a split among units.
    pub(super) fn share_part(&self, part: &SharePart) -> String {
        let zh = self.lang == Lang::Zh;
        let mut said = if zh {
            format!("排名{}：{}", part.place, part.pays)
        } else {
            format!("rank {}: {}", part.place, part.pays)
        };
        if let Some(range) = part.none_in {
            said += &if zh {
                format!("，且{range}名没有本地单位")
            } else {
                format!(", if no local unit is in {range}")
            };
        }
        if let Some(range) = part.divided_among {
            said += &if zh {
                format!("，由{range}名的本地单位平分")
            } else {
                format!(", divided among local units in {range}")
            };
        }
        said
    }

    /// A window relative to the application.
    pub(super) fn window(&self, window: &Window) -> String {
        let zh = self.lang == Lang::Zh;
        let (from, until) = (self.policy.from, self.policy.until);
        match window {
            Window::Years(-1, -1) => if zh { "在上一年度" } else { "in the previous year" }.to_owned(),
            Window::Years(0, 0) => if zh { "在本年度" } else { "in this year" }.to_owned(),
            Window::Years(-1, 0) => {
                if zh { "在上一年度或本年度" } else { "in the previous year or this year" }.to_owned()
            }
            Window::Years(first, last) => format!("Y{first:+}..Y{last:+}"),
            Window::LastYears(years) if zh => format!("在申请日前{years}年内"),
            Window::LastYears(years) => format!("within {years} years before the application"),
            Window::Since(day) if zh => format!("不早于{day}"),
            Window::Since(day) => format!("since {day}"),
            Window::Between(from, to) if zh => format!("在{from}至{to}之间"),
            Window::Between(from, to) => format!("from {from} to {to}"),
            Window::InForce => {
                let until = until.map(|day| day.to_string()).unwrap_or_default();
                if zh {
                    format!("在有效期内（{from}–{until}）")
                } else {
                    format!("in the days in force ({from}–{until})")
                }
            }
            Window::UpToApplication => if zh { "不晚于申请日" } else { "not after the application" }.to_owned(),
            Window::AtLeastYearsBefore(years) if zh => format!("至少早于申请日{years}年"),
            Window::AtLeastYearsBefore(years) => format!("at least {years} years before the application"),
            Window::Season { from, to, .. } => {
                let (a, b, c, d) = (from.0, from.1, to.0, to.1);
                if zh {
                    format!("在上年{a}月{b}日至本年{c}月{d}日")
                } else {
                    format!("from {a:02}-{b:02} of the previous year to {c:02}-{d:02}")
                }
            }
        }
    }
}
