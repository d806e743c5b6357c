//! Does a result add up in itself? Asked of the saved document alone: no input, no rule is looked at.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Part, Place, shown};

/// Something in a result that contradicts something else in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// Where the value stands.
    pub place: Place,
    /// What it contradicts.
    pub rule: Rule,
    /// The value as it stands; empty where it is missing.
    pub stated: String,
    /// What it would have to be, or to be held against.
    pub expected: String,
}

/// What has to hold in every result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Money is a text with two decimals.
    Amount,
    /// Each step's amount follows from the one before and the figures of the step.
    StepFollows,
    /// The last step's amount is the item's; without steps it is 0.00.
    StepsEndAtAmount,
    /// An awarded item is paid its base, a reduced one less, any other nothing; what is unmatched has no base.
    StatusFitsAmount,
    /// `total` is the sum of the items' amounts.
    TotalIsSum,
    /// `fixed_total` is the sum of the fixed ones.
    FixedIsSum,
    /// `ceiling_total` is the sum of the ceilings.
    CeilingIsSum,
    /// `total` is `fixed_total` and `ceiling_total`.
    TotalIsFixedAndCeiling,
    /// `potential_total` is not below `total`.
    PotentialNotBelowTotal,
    /// The interval of an answer holds the amount; that of a result what is certain of its items, and the potential total.
    AnswerHolds,
    /// No more is left under a cap than it allows and than was there before.
    CapHolds,
    /// One policy has one SHA-256 in all results.
    OneShaPerPolicy,
}

impl Rule {
    /// The value in the JSON report.
    pub fn id(self) -> &'static str {
        match self {
            Rule::Amount => "amount",
            Rule::StepFollows => "step_follows",
            Rule::StepsEndAtAmount => "steps_end_at_amount",
            Rule::StatusFitsAmount => "status_fits_amount",
            Rule::TotalIsSum => "total_is_sum",
            Rule::FixedIsSum => "fixed_total_is_sum",
            Rule::CeilingIsSum => "ceiling_total_is_sum",
            Rule::TotalIsFixedAndCeiling => "total_is_fixed_and_ceiling",
            Rule::PotentialNotBelowTotal => "potential_not_below_total",
            Rule::AnswerHolds => "answer_holds",
            Rule::CapHolds => "cap_holds",
            Rule::OneShaPerPolicy => "one_sha256_per_policy",
        }
    }
}

/// Everything in the document that contradicts something else in it, in order of place.
pub fn contradictions(document: &Json) -> Vec<Contradiction> {
    let mut found = Found { document, contradictions: Vec::new() };
    let mut digests: BTreeMap<String, String> = BTreeMap::new();
    for (index, result) in list(document, "results").iter().enumerate() {
        let at = [Part::Key("results".into()), Part::Index(index)];
        found.result(&at, result);
        if let (Some(policy), Some(digest)) = (shown(result.get("policy")), shown(result.get("policy_sha256"))) {
            let first = digests.entry(policy).or_insert_with(|| digest.clone());
            if *first != digest {
                let first = first.clone();
                found.add(&at, "policy_sha256", Rule::OneShaPerPolicy, digest, first);
            }
        }
    }
    found.contradictions
}

fn list<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// Whole fen. Not [`Money`](crate::money::Money): what stands in a file that was tampered with may be of any size.
fn fen(value: Option<&Json>) -> Option<i128> {
    let text = value?.as_str()?;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, cents) = digits.split_once('.')?;
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let canonical = whole == "0" || !whole.starts_with('0');
    if cents.len() != 2 || whole.len() > 30 || !canonical || !all_digits(whole) || !all_digits(cents) {
        return None;
    }
    Some(sign * (whole.parse::<i128>().ok()? * 100 + cents.parse::<i128>().ok()?))
}

fn money(fen: i128) -> String {
    crate::money::Money::from_fen(fen).to_string()
}

struct Found<'a> {
    document: &'a Json,
    contradictions: Vec<Contradiction>,
}

impl Found<'_> {
    fn add(&mut self, at: &[Part], key: &str, rule: Rule, stated: String, expected: String) {
        let mut parts = at.to_vec();
        parts.push(Part::Key(key.to_owned()));
        let place = Place::of(self.document, &parts);
        self.contradictions.push(Contradiction { place, rule, stated, expected });
    }

    /// The amount of a key, which must be there.
    fn amount(&mut self, at: &[Part], of: &Json, key: &str) -> Option<i128> {
        let value = of.get(key);
        let amount = fen(value);
        if amount.is_none() {
            let stated = value.map(Json::to_string).unwrap_or_default();
            self.add(at, key, Rule::Amount, stated, "0.00".to_owned());
        }
        amount
    }

    fn result(&mut self, at: &[Part], result: &Json) {
        let [total, fixed, ceiling, potential] =
            ["total", "fixed_total", "ceiling_total", "potential_total"].map(|key| self.amount(at, result, key));
        let (mut of_fixed, mut of_ceiling, mut all) = (0i128, 0i128, Some(0i128));
        for (index, item) in list(result, "items").iter().enumerate() {
            let at = [at, &[Part::Key("items".into()), Part::Index(index)]].concat();
            let amount = self.item(&at, item);
            all = all.zip(amount).map(|(all, amount)| all + amount);
            match (item.get("nature").and_then(Json::as_str), amount) {
                (Some("fixed"), Some(amount)) => of_fixed += amount,
                (Some("ceiling"), Some(amount)) => of_ceiling += amount,
                _ => {}
            }
        }
        // Where an item's amount cannot be read, sums cannot be formed; that is told of the item.
        if let Some(all) = all {
            for (key, stated, sum, rule) in [
                ("total", total, all, Rule::TotalIsSum),
                ("fixed_total", fixed, of_fixed, Rule::FixedIsSum),
                ("ceiling_total", ceiling, of_ceiling, Rule::CeilingIsSum),
            ] {
                if let Some(stated) = stated.filter(|stated| *stated != sum) {
                    self.add(at, key, rule, money(stated), money(sum));
                }
            }
        }
        if let (Some(total), Some(fixed), Some(ceiling)) = (total, fixed, ceiling)
            && total != fixed + ceiling
        {
            self.add(at, "total", Rule::TotalIsFixedAndCeiling, money(total), money(fixed + ceiling));
        }
        if let (Some(total), Some(potential)) = (total, potential)
            && potential < total
        {
            self.add(at, "potential_total", Rule::PotentialNotBelowTotal, money(potential), money(total));
        }
        self.answer(at, result, potential);
        for (index, cap) in list(result, "caps").iter().enumerate() {
            self.cap(&[at, &[Part::Key("caps".into()), Part::Index(index)]].concat(), cap);
        }
    }

    /// Intervals hold their amounts. Results of earlier versions have none.
    fn answer(&mut self, at: &[Part], result: &Json, potential: Option<i128>) {
        let mut certain = Some(0);
        for (index, item) in list(result, "items").iter().enumerate() {
            let Some(answer) = item.get("answer") else { return };
            let at = [at, &[Part::Key("items".into()), Part::Index(index), Part::Key("answer".into())]].concat();
            let [from, to] = ["from", "to"].map(|key| self.amount(&at, answer, key));
            certain = certain.zip(from).map(|(sum, from)| sum + from);
            let (Some(from), Some(to), Some(amount)) = (from, to, fen(item.get("amount"))) else { continue };
            if from > amount {
                self.add(&at, "from", Rule::AnswerHolds, money(from), money(amount));
            }
            if to < amount {
                self.add(&at, "to", Rule::AnswerHolds, money(to), money(amount));
            }
        }
        let Some(answer) = result.get("answer") else { return };
        let at = [at, &[Part::Key("answer".into())]].concat();
        let [from, to] = ["from", "to"].map(|key| self.amount(&at, answer, key));
        // What is certain of each item is certain of all; nothing of a ceiling is.
        let most = fen(result.get("fixed_total"));
        for expected in [certain.filter(|least| from < Some(*least)), most.filter(|most| from > Some(*most))] {
            if let (Some(from), Some(expected)) = (from, expected) {
                self.add(&at, "from", Rule::AnswerHolds, money(from), money(expected));
            }
        }
        if let (Some(to), Some(potential)) = (to, potential)
            && to != potential
        {
            self.add(&at, "to", Rule::AnswerHolds, money(to), money(potential));
        }
    }

    fn item(&mut self, at: &[Part], item: &Json) -> Option<i128> {
        let amount = self.amount(at, item, "amount");
        let base = self.amount(at, item, "base");
        let mut last = Some(0);
        let mut limited = 0;
        for (index, step) in list(item, "steps").iter().enumerate() {
            let at = [at, &[Part::Key("steps".into()), Part::Index(index)]].concat();
            let amount = self.amount(&at, step, "amount");
            if let (Some(before), Some(amount)) = (last, amount)
                && let Some(expected) = follows(step, before, limited).filter(|expected| *expected != amount)
            {
                self.add(&at, "amount", Rule::StepFollows, money(amount), money(expected));
            }
            last = amount;
            if of_step_5(step) {
                limited = amount.unwrap_or_default();
            }
        }
        if let (Some(amount), Some(last)) = (amount, last)
            && amount != last
        {
            self.add(at, "amount", Rule::StepsEndAtAmount, money(amount), money(last));
        }
        let status = item.get("status").and_then(Json::as_str).unwrap_or_default();
        if let (Some(amount), Some(base)) = (amount, base) {
            let fits = match status {
                "awarded" => amount == base,
                "reduced" => amount < base,
                "unmatched" => amount == 0 && base == 0,
                _ => amount == 0,
            };
            if !fits {
                self.add(at, "status", Rule::StatusFitsAmount, status.to_owned(), money(amount));
            }
        }
        amount
    }

    fn cap(&mut self, at: &[Part], cap: &Json) {
        let [before, after, used] = ["before", "after", "used"].map(|key| self.amount(at, cap, key));
        // A cap that is lifted has no limit.
        let limit = if cap.get("limit").is_some_and(Json::is_null) { None } else { self.amount(at, cap, "limit") };
        let left = limit.zip(used).map(|(limit, used)| (limit - used).max(0));
        let most = left.into_iter().chain(before).min();
        if let (Some(after), Some(most)) = (after, most)
            && after > most
        {
            self.add(at, "after", Rule::CapHolds, money(after), money(most));
        }
    }
}

/// True for operations of step 5 of the order of calculation: what an upgrade starts from is the amount after these.
fn of_step_5(step: &Json) -> bool {
    matches!(
        step.get("op").and_then(Json::as_str),
        Some("base" | "maximum" | "quantity" | "share" | "bonus" | "cost_limit")
    )
}

/// What a step comes to by its own figures; none where it does not give them (results of older versions) or where its
/// operation is not known. The arithmetic is that of docs/verify.md.
fn follows(step: &Json, before: i128, limited: i128) -> Option<i128> {
    let figure = |key: &str| fen(step.get(key));
    match step.get("op")?.as_str()? {
        "base" => share_of(step, figure("of")?),
        "maximum" => Some(before.min(figure("maximum")?)),
        "quantity" => before.checked_mul(step.get("quantity")?.as_i64()?.into()),
        "share" => share_of(step, before),
        "bonus" => Some(before + figure("plus")?),
        "cost_limit" => Some(before.min(figure("cost")?)),
        "prior_money" | "other_policy" => Some((before - figure("received")?).max(0)),
        "upgrade" => Some(before.min((limited - figure("received")?).max(0))),
        "paid_earlier" | "left_to_policy" | "duplicate" | "selection" => Some(0),
        "cap" => Some(before.min(figure("left")?)),
        _ => None,
    }
}

/// The step's `share`, a fraction, of an amount, rounded down.
fn share_of(step: &Json, amount: i128) -> Option<i128> {
    let (numerator, denominator) = step.get("share")?.as_str()?.split_once('/')?;
    let number = |text: &str| text.parse::<i128>().ok().filter(|number| (0..=i128::from(u64::MAX)).contains(number));
    amount.checked_mul(number(numerator)?)?.checked_div_euclid(number(denominator)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sound() -> Json {
        let step = |op: &str, amount: &str| json!({ "op": op, "amount": amount });
        json!({ "results": [{
            "applicant": "甲", "policy": "p", "policy_sha256": "00", "year": 2022,
            "total": "30.00", "fixed_total": "10.00", "ceiling_total": "20.00", "potential_total": "35.00",
            "items": [
                { "id": "A", "row": 2, "status": "awarded", "nature": "fixed", "base": "10.00", "amount": "10.00",
                  "steps": [step("base", "10.00")] },
                { "id": "B", "row": 3, "status": "reduced", "nature": "ceiling", "base": "30.00", "amount": "20.00",
                  "steps": [step("base", "30.00"), step("cap", "20.00")] },
                { "id": "C", "row": 4, "status": "undetermined", "nature": "ceiling", "base": "5.00", "amount": "0.00",
                  "steps": [] },
            ],
            "caps": [
                { "scope": "c", "limit": "20.00", "used": "0.00", "before": "30.00", "after": "20.00" },
                { "scope": "d", "limit": null, "used": "0.00", "before": "30.00", "after": "30.00" },
            ],
        }] })
    }

    #[test]
    fn a_sound_result_has_none() {
        assert_eq!(contradictions(&sound()), []);
        assert_eq!(contradictions(&json!({})), []);
        assert_eq!(contradictions(&json!({ "results": {} })), []);
    }

    #[test]
    fn intervals_hold_their_amounts() {
        let answer = |from: &str, to: &str| json!({ "says": "between", "from": from, "to": to });
        let with = |of_items: [(&str, &str); 3], of_total: (&str, &str)| {
            let mut document = sound();
            for (index, (from, to)) in of_items.into_iter().enumerate() {
                document["results"][0]["items"][index]["answer"] = answer(from, to);
            }
            document["results"][0]["answer"] = answer(of_total.0, of_total.1);
            let found = contradictions(&document);
            found.iter().map(|one| (one.place.path.clone(), one.rule)).collect::<Vec<_>>()
        };
        let (a, b, c) = (("10.00", "10.00"), ("0.00", "20.00"), ("0.00", "5.00"));
        assert_eq!(with([a, b, c], ("10.00", "35.00")), []);
        let broken = |key: &str| vec![(format!("results[0].{key}"), Rule::AnswerHolds)];
        assert_eq!(with([a, ("0.00", "19.00"), c], ("10.00", "35.00")), broken("items[1].answer.to"));
        assert_eq!(with([a, b, ("0.01", "5.00")], ("10.00", "35.00"))[0], broken("items[2].answer.from")[0]);
        assert_eq!(with([a, b, c], ("9.00", "35.00")), broken("answer.from"));
        assert_eq!(with([a, b, c], ("10.01", "35.00")), broken("answer.from"));
        assert_eq!(with([a, b, c], ("10.00", "36.00")), broken("answer.to"));
    }

    #[track_caller]
    fn breaks(pointer: &str, value: Json, expected: &[(&str, Rule)]) {
        let mut document = sound();
        *document.pointer_mut(pointer).unwrap() = value;
        let found = contradictions(&document);
        let found: Vec<(&str, Rule)> = found.iter().map(|one| (one.place.path.as_str(), one.rule)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn each_rule_is_asked() {
        let (total, fixed, ceiling) = (
            ("results[0].total", Rule::TotalIsSum),
            ("results[0].fixed_total", Rule::FixedIsSum),
            ("results[0].ceiling_total", Rule::CeilingIsSum),
        );
        let apart = ("results[0].total", Rule::TotalIsFixedAndCeiling);
        breaks("/results/0/total", json!("30.01"), &[total, apart]);
        breaks("/results/0/fixed_total", json!("9.00"), &[fixed, apart]);
        breaks("/results/0/ceiling_total", json!("0.00"), &[ceiling, apart]);
        breaks(
            "/results/0/potential_total",
            json!("29.99"),
            &[("results[0].potential_total", Rule::PotentialNotBelowTotal)],
        );
        let item = "results[0].items[1]";
        let (status, ends) = (format!("{item}.status"), format!("{item}.amount"));
        breaks(
            "/results/0/items/1/amount",
            json!("30.00"),
            &[(&ends, Rule::StepsEndAtAmount), (&status, Rule::StatusFitsAmount), total, ceiling],
        );
        breaks("/results/0/items/1/steps/1/amount", json!("21.00"), &[(&ends, Rule::StepsEndAtAmount)]);
        breaks("/results/0/items/1/status", json!("awarded"), &[(&status, Rule::StatusFitsAmount)]);
        breaks(
            "/results/0/items/2/status",
            json!("awarded"),
            &[("results[0].items[2].status", Rule::StatusFitsAmount)],
        );
        breaks("/results/0/items/0/nature", json!("ceiling"), &[fixed, ceiling]);
        breaks("/results/0/caps/0/after", json!("20.01"), &[("results[0].caps[0].after", Rule::CapHolds)]);
        breaks("/results/0/caps/1/after", json!("30.01"), &[("results[0].caps[1].after", Rule::CapHolds)]);
        for bad in [
            json!(10),
            json!("10"),
            json!("10.0"),
            json!("010.00"),
            json!("1e1.00"),
            json!("1,0.00"),
            json!(null),
            json!(""),
        ] {
            breaks("/results/0/items/0/amount", bad, &[("results[0].items[0].amount", Rule::Amount)]);
        }
        let huge = json!("9".repeat(30) + ".99");
        breaks("/results/0/potential_total", huge, &[]);
    }

    #[test]
    fn every_operation_follows() {
        let step = |step: Json, before, limited| follows(&step, before, limited);
        let cases = [
            (json!({ "op": "base", "of": "1.00", "share": "1/3" }), 0, 33),
            (json!({ "op": "maximum", "maximum": "5.00" }), 900, 500),
            (json!({ "op": "maximum", "maximum": "5.00" }), 400, 400),
            (json!({ "op": "quantity", "quantity": 3 }), 100, 300),
            (json!({ "op": "share", "share": "7/10" }), 101, 70),
            (json!({ "op": "bonus", "plus": "2.00" }), 100, 300),
            (json!({ "op": "cost_limit", "cost": "0.50" }), 100, 50),
            (json!({ "op": "prior_money", "received": "0.40" }), 100, 60),
            (json!({ "op": "other_policy", "received": "4.00" }), 100, 0),
            (json!({ "op": "upgrade", "received": "4.00" }), 300, 300),
            (json!({ "op": "upgrade", "received": "8.00" }), 300, 200),
            (json!({ "op": "cap", "left": "0.10" }), 100, 10),
            (json!({ "op": "duplicate" }), 100, 0),
        ];
        for (json, before, expected) in cases {
            assert_eq!(step(json.clone(), before, 1000), Some(expected), "{json}");
        }
        for unknown in [
            json!({ "op": "base" }),
            json!({ "op": "base", "of": "1.00", "share": "1/0" }),
            json!({ "op": "share", "share": "x" }),
            json!({ "op": "quantity", "quantity": i64::MAX }),
            json!({ "op": "new" }),
            json!(7),
        ] {
            assert_eq!(step(unknown.clone(), i128::MAX / 2, 0), None, "{unknown}");
        }
    }

    #[test]
    fn a_step_that_does_not_follow_is_named() {
        let mut document = sound();
        document["results"][0]["items"][1]["steps"][1]["left"] = json!("19.00");
        let found = contradictions(&document);
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].rule, found[0].place.path.as_str()),
            (Rule::StepFollows, "results[0].items[1].steps[1].amount")
        );
        assert_eq!((found[0].stated.as_str(), found[0].expected.as_str()), ("20.00", "19.00"));
    }

    #[test]
    fn one_policy_has_one_digest() {
        let mut document = sound();
        let mut second = document["results"][0].clone();
        second["policy_sha256"] = json!("01");
        document["results"].as_array_mut().unwrap().push(second);
        let found = contradictions(&document);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].rule, found[0].place.path.as_str()), (Rule::OneShaPerPolicy, "results[1].policy_sha256"));
        assert_eq!(found[0].place.applicant.as_deref(), Some("甲"));
    }
}
