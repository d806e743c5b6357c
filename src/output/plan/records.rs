//! A plan as one flat table: a line per finding, the column `part` says of which part.

use super::Plans;
use super::json::{cell, cite, id, rule};
use super::words::{Teller, known_as};
use crate::analysis::plan::{About, Plan, PolicyPlan, Worth, cells};
use crate::facts::Value;
use crate::output::document::Records;
use crate::vocabulary::FactId;

/// The columns, in order. A cell that says nothing about a line is empty.
const HEADER: [&str; 21] = [
    "part",
    "applicant",
    "policy",
    "year",
    "id",
    "kind",
    "level",
    "fact",
    "value",
    "clause",
    "rule",
    "day",
    "amount",
    "alone",
    "at_risk",
    "limit",
    "used",
    "left",
    "status",
    "note",
    "cells",
];

/// One line, filled in by name.
struct Line([String; HEADER.len()]);

impl Line {
    fn new(part: &str, plan: &Plan<'_>, year: i16) -> Line {
        let mut line = Line(std::array::from_fn(|_| String::new()));
        line.set("part", part);
        line.set("applicant", &plan.applicant.name);
        line.set("year", year);
        line
    }

    fn set(&mut self, column: &str, cell: impl ToString) {
        debug_assert!(HEADER.contains(&column), "{column}");
        if let Some(place) = HEADER.iter().position(|name| *name == column) {
            self.0[place] = cell.to_string();
        }
    }

    fn set_if(&mut self, column: &str, cell: Option<impl ToString>) {
        if let Some(cell) = cell {
            self.set(column, cell);
        }
    }
}

pub(super) fn records(plans: &Plans<'_>) -> Records {
    let mut lines: Vec<Line> = Vec::new();
    for plan in &plans.plans {
        lines.extend(plan.facts.iter().map(|worth| fact(plans, plan, worth)));
        for policy in &plan.policies {
            of_policy(plans, plan, policy, &mut lines);
        }
        for entry in &plan.places {
            for place in &entry.places {
                let mut line = Line::new("elsewhere", plan, plans.application.year);
                line.set("policy", &place.policy.id);
                line.set("id", id(plan, entry.row));
                line.set_if("clause", cite(place.policy, place.clause));
                line.set_if("rule", rule(place.policy, place.clause));
                line.set("amount", place.amount);
                line.set("used", entry.now);
                line.set("status", "place");
                lines.push(line);
            }
        }
    }
    let header = HEADER.map(str::to_owned).to_vec();
    Records { header, rows: lines.into_iter().map(|line| line.0.to_vec()).collect() }
}

fn fact(plans: &Plans<'_>, plan: &Plan<'_>, worth: &Worth) -> Line {
    let mut line = Line::new("facts", plan, plans.application.year);
    let policies = worth.policies.iter().filter_map(|policy| plan.policies.get(*policy));
    line.set("policy", policies.map(|of| of.policy.id.as_str()).collect::<Vec<_>>().join(";"));
    if let About::Row(row) = worth.of {
        line.set("id", id(plan, row));
    }
    let name = |fact: &FactId| plans.vocabulary.fact(*fact).id.as_str();
    let names: Vec<&str> = worth.facts.iter().map(name).collect();
    line.set("fact", if worth.possible.is_some() { "clause".to_owned() } else { names.join(";") });
    let said = |values: &[Value]| {
        let pairs = worth.facts.iter().zip(values);
        let said = pairs.map(|(fact, value)| format!("{}={}", name(fact), cell(plans.vocabulary, *fact, value)));
        said.collect::<Vec<_>>().join(" ")
    };
    line.set("value", said(&worth.best_values));
    line.set("amount", worth.worth(plan.total));
    line.set("at_risk", worth.at_risk(plan.total));
    line.set("status", known_as(worth.known_as));
    line.set_if("alone", worth.possible);
    let open_end = worth.open_end.then(|| "open_end".to_owned());
    let notes: Vec<String> = [said(&worth.worst_values)].into_iter().chain(open_end).collect();
    line.set("note", notes.join(" ").trim());
    line
}

fn of_policy(plans: &Plans<'_>, plan: &Plan<'_>, of: &PolicyPlan<'_>, lines: &mut Vec<Line>) {
    let vocabulary = plans.vocabulary;
    let told = Teller { lang: plans.lang, vocabulary, applicant: plan.applicant, policy: of.policy };
    let new = |part: &str| {
        let mut line = Line::new(part, plan, plans.application.year);
        line.set("policy", &of.policy.id);
        line
    };
    for said in told.shut_out(of) {
        let mut line = new("notice");
        line.set("note", said);
        lines.push(line);
    }
    for more in &of.lines {
        let mut line = new("marginal");
        for (column, fact) in [("kind", vocabulary.known().kind), ("level", vocabulary.known().level)] {
            let value = more.specimen.facts.code(fact);
            line.set_if(column, value.map(|value| vocabulary.value_name(fact, value)));
        }
        line.set_if("clause", cite(of.policy, Some(more.specimen.clause)));
        line.set_if("rule", rule(of.policy, Some(more.specimen.clause)));
        line.set("amount", more.marginal);
        line.set("alone", more.alone);
        line.set("status", more.item.status.id());
        line.set("note", told.effects(more, &of.result));
        let row = cells(vocabulary, &more.specimen.facts).into_iter();
        let row: serde_json::Map<_, _> = row.map(|(header, cell)| (header, cell.into())).collect();
        line.set("cells", serde_json::Value::from(row));
        lines.push(line);
    }
    for best in &of.best {
        let mut line = new("best");
        line.set("kind", vocabulary.value_name(vocabulary.known().kind, best.kind));
        line.set("level", vocabulary.value_name(vocabulary.known().level, best.level));
        line.set_if("amount", best.marginal);
        line.set("status", if best.marginal.is_some() { "paid" } else { "unmatched" });
        lines.push(line);
    }
    for room in &of.caps {
        let mut line = new("caps");
        let rule = &of.policy.caps[room.cap];
        line.set("clause", &rule.cite);
        line.set("rule", &rule.id);
        line.set_if("limit", room.limit);
        line.set("used", room.after);
        line.set_if("left", room.left());
        line.set("status", if room.not_applied.is_some() { "not_applied" } else { "applied" });
        line.set("note", format!("{} {}", rule.title.get(plans.lang), told.cap_note(room)));
        lines.push(line);
    }
    for room in &of.limits {
        let mut line = new("limits");
        let rule = &of.policy.limits[room.limit];
        line.set("clause", &rule.cite);
        line.set("value", told.class(room));
        line.set("limit", rule.at_most);
        line.set("used", rule.at_most.saturating_sub(room.left));
        line.set("left", room.left);
        line.set("note", format!("{} {}", rule.title.get(plans.lang), told.limit_note(room)));
        lines.push(line);
    }
    for event in &of.events {
        let mut line = new("deadlines");
        line.set("day", event.day());
        line.set("note", told.event(*event));
        line.set("status", "event");
        lines.push(line);
    }
    for entry in &of.claimable {
        let mut line = new("deadlines");
        line.set("id", id(plan, entry.row));
        line.set_if("day", entry.last_day());
        line.set("amount", entry.stake);
        line.set_if("alone", entry.stretches.last().map(|stretch| stretch.amount));
        line.set("used", entry.now);
        line.set("status", "row");
        line.set("note", told.closes(entry));
        lines.push(line);
    }
    for entry in &of.years {
        for year in &entry.years {
            let mut line = new("elsewhere");
            line.set("year", year.year);
            line.set("id", id(plan, entry.row));
            line.set_if("clause", cite(of.policy, year.clause));
            line.set_if("rule", rule(of.policy, year.clause));
            line.set("amount", year.amount);
            line.set("used", entry.now);
            line.set("status", "year");
            lines.push(line);
        }
    }
}
