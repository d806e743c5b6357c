//! A plan for scripts: `biaobu.plan/1`. Keys and enum values never change with the language; notes do.

use serde_json::{Map, Value as Json, json};

use super::Plans;
use super::words::{Teller, known_as};
use crate::analysis::plan::{
    About, Best, CapRoom, Claimable, Closes, Counted, Effect, Event, LimitRoom, Line, Obstacle, Plan, PolicyPlan,
    Worth, cells,
};
use crate::engine::result::Op;
use crate::facts::Value;

use crate::output::json::{input, invalid};
use crate::policy::Policy;
use crate::policy::model::{ClauseIndex, LimitOf, Over};
use crate::vocabulary::{FactId, Vocabulary};

/// The name and version of the plan's form.
const SCHEMA: &str = "biaobu.plan/1";

pub(super) fn json(plans: &Plans<'_>) -> Json {
    let inputs: Vec<Json> = plans.portfolio.inputs.iter().map(input).collect();
    let invalid: Vec<Json> = plans.portfolio.invalid.iter().flat_map(|row| invalid(row, plans.lang)).collect();
    let uncovered: Vec<&str> = plans.uncovered.iter().map(|unit| unit.name.as_str()).collect();
    json!({
        "schema": SCHEMA,
        "engine": { "name": "biaobu", "version": env!("CARGO_PKG_VERSION") },
        "inputs": inputs,
        "year": plans.application.year,
        "plans": plans.plans.iter().map(|plan| unit(plans, plan)).collect::<Vec<_>>(),
        "uncovered": uncovered,
        "invalid": invalid,
    })
}

/// One value as the cell of an input file has it.
pub(super) fn cell(vocabulary: &Vocabulary, fact: FactId, value: &Value) -> String {
    let mut facts = crate::facts::Facts::none();
    facts.set(fact, value.clone());
    match (value, cells(vocabulary, &facts).pop()) {
        (Value::Bool(holds), _) => holds.to_string(),
        (_, Some((_, cell))) => cell,
        (_, None) => String::new(),
    }
}

fn unit(plans: &Plans<'_>, plan: &Plan<'_>) -> Json {
    let facts: Vec<Json> = plan.facts.iter().map(|worth| fact(plans, plan, worth)).collect();
    let policies: Vec<Json> = plan.policies.iter().map(|of| policy(plans, plan, of)).collect();
    let places: Vec<Json> = plan
        .places
        .iter()
        .map(|entry| {
            let there = entry.places.iter().map(|place| {
                json!({
                    "policy": place.policy.id, "amount": place.amount,
                    "clause": cite(place.policy, place.clause), "rule": rule(place.policy, place.clause),
                })
            });
            json!({ "id": id(plan, entry.row), "row": number(plan, entry.row), "amount": entry.now,
                    "places": there.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "applicant": plan.applicant.name, "total": plan.total, "facts": facts, "policies": policies,
        "other_places": places,
    })
}

pub(super) fn id<'p>(plan: &'p Plan<'_>, row: usize) -> &'p str {
    plan.applicant.achievements.get(row).map_or("", |row| row.id.as_str())
}

fn number(plan: &Plan<'_>, row: usize) -> Option<u64> {
    plan.applicant.achievements.get(row).map(|row| row.row)
}

pub(super) fn cite(policy: &Policy, clause: Option<ClauseIndex>) -> Option<&str> {
    clause.map(|clause| policy.clauses[clause].cite.as_ref())
}

pub(super) fn rule(policy: &Policy, clause: Option<ClauseIndex>) -> Option<&str> {
    clause.map(|clause| policy.clauses[clause].id.as_str())
}

fn fact(plans: &Plans<'_>, plan: &Plan<'_>, worth: &Worth) -> Json {
    let name = |fact: &FactId| plans.vocabulary.fact(*fact).id.as_str();
    let (of, row) = match worth.of {
        About::Row(row) => ("row", Some(row)),
        About::Unit => ("applicant", None),
        About::Rows => ("rows", None),
    };
    let values = |values: &[Value]| {
        let pairs = worth.facts.iter().zip(values);
        pairs
            .map(|(fact, value)| (name(fact).to_owned(), json!(cell(plans.vocabulary, *fact, value))))
            .collect::<Map<_, _>>()
    };
    let facts: Vec<&str> = match worth.possible {
        Some(_) => vec!["clause"],
        None => worth.facts.iter().map(name).collect(),
    };
    let policies: Vec<&str> =
        worth.policies.iter().filter_map(|policy| plan.policies.get(*policy)).map(|of| of.policy.id.as_str()).collect();
    json!({
        "of": of, "id": row.map(|row| id(plan, row)), "row": row.and_then(|row| number(plan, row)),
        "facts": facts, "state": known_as(worth.known_as), "policies": policies,
        "worth": worth.worth(plan.total), "best": values(&worth.best_values), "best_total": worth.best,
        "at_risk": worth.at_risk(plan.total), "worst": values(&worth.worst_values), "worst_total": worth.worst,
        "open_end": worth.open_end, "possible": worth.possible,
    })
}

fn policy(plans: &Plans<'_>, plan: &Plan<'_>, of: &PolicyPlan<'_>) -> Json {
    let told = Teller { lang: plans.lang, vocabulary: plans.vocabulary, applicant: plan.applicant, policy: of.policy };
    let result = &of.result;
    let barred: Vec<Json> = result
        .barred_by
        .iter()
        .map(|barred| {
            json!({ "clause": barred.cite, "fact": plans.vocabulary.fact(barred.fact).id,
                    "value": cell(plans.vocabulary, barred.fact, &barred.value) })
        })
        .collect();
    let counted = match Counted::of(result) {
        Counted::Fully => "fully",
        Counted::NotInForce => "not_in_force",
        Counted::Barred => "barred",
    };
    let years: Vec<Json> = of
        .years
        .iter()
        .map(|entry| {
            let years = entry.years.iter().map(|year| {
                json!({ "year": year.year, "amount": year.amount, "clause": cite(of.policy, year.clause),
                        "rule": rule(of.policy, year.clause) })
            });
            json!({ "id": id(plan, entry.row), "row": number(plan, entry.row), "amount": entry.now,
                    "years": years.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "policy": of.policy.id, "policy_sha256": of.policy.sha256, "year": result.year,
        "on": result.on.map(|day| day.to_string()), "in_force": result.in_force, "counted": counted,
        "barred_by": barred, "call_applied": result.call_applied, "total": result.total,
        "potential_total": result.potential_total,
        "marginal": of.lines.iter().map(|line| more(told, plan, of, line)).collect::<Vec<_>>(),
        "best": of.best.iter().map(|best| best_of(plans.vocabulary, best)).collect::<Vec<_>>(),
        "caps": of.caps.iter().map(|room| cap(told, room)).collect::<Vec<_>>(),
        "limits": of.limits.iter().map(|room| limit(told, plan, room)).collect::<Vec<_>>(),
        "begin": of.begin.to_string(),
        "events": of.events.iter().map(|event| day(told, *event)).collect::<Vec<_>>(),
        "deadlines": of.claimable.iter().map(|entry| deadline(told, plan, entry)).collect::<Vec<_>>(),
        "other_years": years,
    })
}

fn more(told: Teller<'_>, plan: &Plan<'_>, of: &PolicyPlan<'_>, line: &Line) -> Json {
    let row: Map<String, Json> =
        cells(told.vocabulary, &line.specimen.facts).into_iter().map(|(header, cell)| (header, json!(cell))).collect();
    let obstacle = line.obstacle.map(|obstacle| match obstacle {
        Obstacle::OtherClause(_) => "other_clause",
        Obstacle::NoFigure => "no_figure",
        Obstacle::Unit => "applicant",
        Obstacle::NotFound => "not_found",
    });
    let clause = Some(line.specimen.clause);
    json!({
        "row": row, "clause": cite(of.policy, clause), "rule": rule(of.policy, clause),
        "nature": of.policy.clauses[line.specimen.clause].nature.id(),
        "alone": line.alone, "marginal": line.marginal, "of_this_policy": line.here,
        "status": line.item.status.id(), "paid_by": rule(of.policy, line.item.clause), "amount": line.item.amount,
        "obstacle": obstacle,
        "effects": line.effects.iter().map(|effect| effect_of(told, plan, effect)).collect::<Vec<_>>(),
        "note": told.effects(line, &of.result),
    })
}

fn effect_of(told: Teller<'_>, plan: &Plan<'_>, effect: &Effect) -> Json {
    let caps = |cap: usize| json!({ "cap": told.policy.caps[cap].id, "clause": told.policy.caps[cap].cite });
    let limits = |limit: usize| {
        json!({ "limit": told.policy.limits[limit].title.get(told.lang),
                                        "clause": told.policy.limits[limit].cite })
    };
    match effect {
        Effect::Cap(cap, left) => json!({ "effect": "cap", "by": caps(*cap), "left": left }),
        Effect::Raises(cap) => json!({ "effect": "raises", "by": caps(*cap) }),
        Effect::Limit(limit) => json!({ "effect": "selection", "by": limits(*limit) }),
        Effect::CountsUnder(row) => json!({ "effect": "duplicate", "id": id(plan, *row) }),
        Effect::Displaces(row, loses, op) => {
            let by = op.as_ref().map(|op| match op {
                Op::Cap(cap, _) => caps(*cap),
                Op::NotSelected(limit) => limits(*limit),
                other => json!({ "op": other.id() }),
            });
            json!({ "effect": "displaces", "id": id(plan, *row), "amount": loses, "by": by })
        }
        Effect::Lifts(row, gains) => json!({ "effect": "lifts", "id": id(plan, *row), "amount": gains }),
    }
}

fn best_of(vocabulary: &Vocabulary, best: &Best) -> Json {
    let level = vocabulary.value_name(vocabulary.known().level, best.level);
    json!({ "kind": vocabulary.value_name(vocabulary.known().kind, best.kind), "level": level,
            "marginal": best.marginal })
}

fn over(over: Over) -> Json {
    match over {
        Over::Year => json!("year"),
        Over::Years(years) => json!({ "years": years }),
        Over::Life => json!("life"),
    }
}

fn cap(told: Teller<'_>, room: &CapRoom) -> Json {
    let rule = &told.policy.caps[room.cap];
    let parameter = room.not_applied.map(|parameter| told.policy.parameters[parameter].id.as_str());
    let raise = rule.raised.as_ref().map(|raise| {
        let by: Vec<&str> = raise.by.iter().map(|clause| told.policy.clauses[*clause].id.as_str()).collect();
        json!({ "to": raise.to, "by": by })
    });
    json!({
        "cap": rule.id, "clause": rule.cite, "scope": rule.title.get(told.lang), "over": over(rule.over),
        "applied": parameter.is_none(), "parameter": parameter, "limit": room.limit, "raised": room.raised,
        "raise": raise, "before": room.before, "used": room.after, "left": room.left(),
    })
}

fn limit(told: Teller<'_>, plan: &Plan<'_>, room: &LimitRoom) -> Json {
    let rule = &told.policy.limits[room.limit];
    let ids = |rows: &[usize]| rows.iter().map(|row| id(plan, *row).to_owned()).collect::<Vec<_>>();
    let class: Map<String, Json> = room
        .class
        .iter()
        .map(|(fact, value)| {
            let value = value.map(|value| told.vocabulary.value_name(*fact, value));
            (told.vocabulary.fact(*fact).id.clone(), json!(value))
        })
        .collect();
    let categories: Vec<&str> =
        room.categories.iter().map(|category| told.policy.categories[*category].id.as_str()).collect();
    let of = if matches!(rule.of, LimitOf::Categories) { "categories" } else { "items" };
    json!({
        "clause": rule.cite, "scope": rule.title.get(told.lang), "of": of, "over": over(rule.over),
        "at_most": rule.at_most, "class": class, "categories": categories, "taken_by": ids(&room.rows),
        "left": room.left, "left_out": ids(&room.left_out),
    })
}

fn day(told: Teller<'_>, event: Event) -> Json {
    let name = match event {
        Event::Application(_) => "application",
        Event::Call(..) => "call",
        Event::Intake(..) => "intake",
        Event::Validity(_) => "validity",
    };
    let from = match event {
        Event::Intake(from, _) => from.map(|day| day.to_string()),
        _ => None,
    };
    json!({ "day": event.day().to_string(), "event": name, "from": from, "note": told.event(event) })
}

fn deadline(told: Teller<'_>, plan: &Plan<'_>, entry: &Claimable) -> Json {
    let closes = entry.closes.as_ref().map(|closes| match closes {
        Closes::Validity => json!({ "why": "validity", "clause": told.policy.validity_cite }),
        Closes::Bar(barred) => json!({ "why": "bar", "clause": barred.cite }),
        Closes::Condition(check) => json!({ "why": "condition", "clause": check.cite }),
        Closes::Otherwise(status) => json!({ "why": "status", "status": status.id() }),
    });
    let stretches: Vec<Json> = entry
        .stretches
        .iter()
        .map(|stretch| {
            json!({ "from": stretch.from.to_string(), "to": stretch.to.map(|day| day.to_string()),
                    "alone": stretch.amount })
        })
        .collect();
    json!({
        "id": id(plan, entry.row), "row": number(plan, entry.row),
        "last_day": entry.last_day().map(|day| day.to_string()), "closes": closes, "note": told.closes(entry),
        "amount": entry.now, "at_stake": entry.stake, "stretches": stretches,
    })
}
