//! Where a policy stands on a day, and when applications are taken next.

use jiff::civil::Date;

use super::Policy;
use super::model::{Call, Intake};

/// Whether a policy can be applied for on a day.
#[derive(Clone, Copy, Debug)]
pub enum Standing<'a> {
    /// Not yet in force.
    NotYet,
    /// In force.
    InForce,
    /// Replaced by this policy, which is in force or was.
    Superseded(&'a Policy),
    /// No longer in force.
    Expired,
}

/// When applications are taken next.
#[derive(Clone, Copy, Debug)]
pub enum NextIntake<'a> {
    /// A known call is open until this day.
    Open(&'a Call, Date),
    /// From the first day, if the text names it, to the second, as the text has it for every year.
    Expected(&'a Intake, Option<Date>, Date),
    /// Every year, on a day that only the year's notice names.
    ByNotice(&'a Intake),
    /// No more as long as the policy is in force.
    NoMore(&'a Intake),
    /// The text says nothing.
    NotStated,
}

impl Policy {
    /// Where the policy stands on `day` among `all` policies at hand.
    pub fn standing<'a>(&self, all: &'a [Policy], day: Date) -> Standing<'a> {
        if let Some(next) = all.iter().find(|next| next.replaces.contains(&self.id) && next.from <= day) {
            Standing::Superseded(next)
        } else if self.in_force_on(day) {
            Standing::InForce
        } else if day < self.from {
            Standing::NotYet
        } else {
            Standing::Expired
        }
    }

    /// When applications are taken next, seen from `day`: a known call that is open, else the text's own season of
    /// the year, as long as the policy is in force at its beginning.
    pub fn next_intake(&self, day: Date) -> NextIntake<'_> {
        let open = self.calls.iter().filter_map(|call| Some((call, call.open_until?)));
        // A call of year Y is taken as open from the first day of Y.
        let mut open = open.filter(|(call, until)| call.year <= day.year() && day <= *until);
        if let Some((call, until)) = open.next() {
            return NextIntake::Open(call, until);
        }
        let Some(intake) = &self.intake else { return NextIntake::NotStated };
        let Some(to) = intake.to else { return NextIntake::ByNotice(intake) };
        let first = self.from.max(day).year();
        let day_of = |year: i16, (month, day): (i8, i8)| Date::new(year, month, day).ok();
        let seasons = (first..=first + 1).filter_map(|year| {
            let from = intake.from.and_then(|from| day_of(year, from));
            Some((from, day_of(year, to)?))
        });
        let mut to_come = seasons
            .filter(|(from, to)| *to >= day.max(self.from) && self.in_force_on(from.unwrap_or(*to).max(self.from)));
        to_come.next().map_or(NextIntake::NoMore(intake), |(from, to)| NextIntake::Expected(intake, from, to))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::rules::{self, Rules};

    fn shipped() -> Rules {
        rules::load(&rules::shipped()).0.expect("the shipped rules load")
    }

    fn policy<'a>(rules: &'a Rules, id: &str) -> &'a Policy {
        rules.policies.iter().find(|policy| policy.id == id).expect("a shipped policy")
    }

    /// The next season's first and last day.
    fn expected(policy: &Policy, day: Date) -> Option<(Option<Date>, Date)> {
        match policy.next_intake(day) {
            NextIntake::Expected(_, from, to) => Some((from, to)),
            _ => None,
        }
    }

    #[test]
    fn the_season_of_the_text_comes_round_while_the_policy_is_in_force() {
        let rules = shipped();
        let linyi = policy(&rules, "linyi-2019");
        let spring = |year| Some((Some(date(year, 1, 1)), date(year, 3, 31)));
        assert_eq!(expected(linyi, date(2022, 3, 31)), spring(2022));
        assert_eq!(expected(linyi, date(2022, 4, 1)), spring(2023));
        assert_eq!(expected(linyi, date(2018, 1, 1)), spring(2020), "the first spring in force");
        assert!(matches!(linyi.next_intake(date(2024, 4, 1)), NextIntake::NoMore(_)));
        let liaocheng = policy(&rules, "liaocheng-2021");
        assert_eq!(expected(liaocheng, date(2022, 9, 30)), Some((None, date(2022, 9, 30))));
        assert!(matches!(policy(&rules, "foshan-2018").next_intake(date(2022, 1, 1)), NextIntake::ByNotice(_)));
        assert!(matches!(policy(&rules, "xiamen-2020").next_intake(date(2022, 1, 1)), NextIntake::NotStated));
    }

    #[test]
    fn a_known_call_goes_before_the_season() {
        let rules = shipped();
        let weihai = policy(&rules, "weihai-2019");
        let open = |day: Date| match weihai.next_intake(day) {
            NextIntake::Open(call, until) => Some((call.year, until)),
            _ => None,
        };
        assert_eq!(open(date(2022, 4, 18)), Some((2021, date(2022, 4, 18))));
        assert_eq!(open(date(2022, 4, 19)), None);
        assert_eq!(expected(weihai, date(2022, 4, 19)), Some((Some(date(2023, 3, 1)), date(2023, 3, 31))));
        assert_eq!(open(date(2020, 12, 31)), None, "not before its year");
    }

    #[test]
    fn a_policy_stands_in_force_until_it_ends_or_is_replaced() {
        let mut all = shipped().policies;
        let standing = |all: &[Policy], day: Date| {
            let tianjin = all.iter().find(|policy| policy.id == "tianjin-2021").expect("shipped");
            match tianjin.standing(all, day) {
                Standing::NotYet => "not yet".to_owned(),
                Standing::InForce => "in force".to_owned(),
                Standing::Superseded(next) => next.id.clone(),
                Standing::Expired => "expired".to_owned(),
            }
        };
        assert_eq!(standing(&all, date(2021, 8, 28)), "not yet");
        assert_eq!(standing(&all, date(2021, 8, 29)), "in force");
        assert_eq!(standing(&all, date(2024, 8, 28)), "in force");
        assert_eq!(standing(&all, date(2024, 8, 29)), "expired");
        let mut next = all[0].clone();
        next.id = "tianjin-2023".to_owned();
        next.from = date(2023, 1, 1);
        next.replaces = vec!["tianjin-2021".to_owned()];
        all.push(next);
        assert_eq!(standing(&all, date(2022, 12, 31)), "in force");
        assert_eq!(standing(&all, date(2023, 1, 1)), "tianjin-2023");
    }
}
