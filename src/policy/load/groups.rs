//! Rules over groups of clauses: bonuses, cost limits, prior money, merges, limits, caps.

use super::{Names, Reader};
use crate::policy::model::{
    Bonus, Call, Cap, CapAmount, ClauseIndex, CostLimit, Later, Limit, LimitOf, Merge, Over, Parameter, PriorEffect,
    PriorRule, Raise,
};
use crate::policy::phrase::{self, Target};
use crate::rulefile::{Code, Entry, Node, Span};
use crate::text;
use crate::vocabulary::{FactId, FactType};
use crate::words;

impl Reader<'_, '_> {
    pub(super) fn unknown_reference<'n>(&self, span: Span, found: &str, known: impl Iterator<Item = &'n str>) {
        if self.is_broken(found) {
            return;
        }
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let hint = match text::nearest(found, known.iter().copied(), 3) {
            Some(near) => words!(zh: "是不是 `{near}`？", en: "did you mean `{near}`?"),
            None => {
                let list = known.join(", ");
                words!(zh: "可用：{list}", en: "known: {list}")
            }
        };
        self.problems.error(
            Code::UnknownReference,
            span,
            words!(zh: "这份政策里没有 `{found}`", en: "this policy has no `{found}`"),
            hint,
        );
    }

    /// The clauses named by categories and clause ids; absent: all of them.
    pub(super) fn group(&self, node: Option<Node<'_, '_>>, names: &Names) -> Vec<ClauseIndex> {
        let Some(node) = node else { return (0..names.clauses.len()).collect() };
        let mut group = Vec::new();
        for (name, span) in node.texts() {
            let category = names.categories.iter().position(|category| category.id == name);
            let found: Vec<ClauseIndex> = (0..names.clauses.len())
                .filter(|index| names.clauses[*index].0 == name || Some(names.clauses[*index].1) == category)
                .collect();
            // That a category has no clause is told once, of the category.
            if found.is_empty() && category.is_none() {
                let known =
                    names.categories.iter().map(|c| c.id.as_str()).chain(names.clauses.iter().map(|c| c.0.as_str()));
                self.unknown_reference(span, &name, known);
            }
            group.extend(found);
        }
        group.sort_unstable();
        group.dedup();
        group
    }

    pub(super) fn call(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Call> {
        let year = entry.need("year").and_then(|node| i16::try_from(node.integer()?).ok());
        let title = self.title(&entry);
        let open_until = entry.get("open_until").and_then(|node| node.date());
        let mut conditions = Vec::new();
        for condition in entry.entries("condition") {
            let mut on = self.group(condition.get("in"), names);
            let except = condition.get("except").map(|node| self.group(Some(node), names)).unwrap_or_default();
            on.retain(|clause| !except.contains(clause));
            let asked = self.condition(&condition);
            condition.finish();
            conditions.extend(asked.map(|asked| (on, asked)));
        }
        entry.finish();
        Some(Call { year: year?, title, open_until, conditions })
    }

    pub(super) fn bonus(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Bonus> {
        let (id, cite, title) = (entry.need_text("id"), self.cite(&entry), self.title(&entry));
        let on = self.group(entry.need("in"), names);
        let selects = self.selector(entry.get("for"));
        let amount = entry.need("amount").and_then(|node| node.money());
        let conditions = self.conditions(&entry);
        entry.finish();
        Some(Bonus { cite: cite?, id: id?, title, on, selects, amount: amount?, conditions })
    }

    pub(super) fn cost_limit(&self, entry: Entry<'_, '_>, names: &Names) -> Option<CostLimit> {
        let cite = self.cite(&entry);
        let on = self.group(entry.get("in"), names);
        let fact = entry
            .need("fact")
            .and_then(|node| self.typed_fact(&node, &[FactType::Money], "金额类的事实", "a fact that is an amount"));
        entry.finish();
        Some(CostLimit { cite: cite?, on, fact: fact? })
    }

    pub(super) fn prior(&self, entry: Entry<'_, '_>, names: &Names) -> Option<PriorRule> {
        let cite = self.cite(&entry);
        let on = self.group(entry.get("in"), names);
        let source = self.vocabulary.known().prior_source;
        let sources = entry.need("sources").and_then(|node| match node.texts().as_slice() {
            [(only, _)] if only == "any" => None,
            _ => Some(self.values(source, &node)),
        });
        let effect = entry.need("effect").and_then(|node| match node.text()?.as_str() {
            "excludes" => Some(PriorEffect::Excludes),
            "tops up" => Some(PriorEffect::TopsUp),
            _ => {
                node.wrong(&words!(zh: " \"excludes\" 或 \"tops up\"", en: "\"excludes\" or \"tops up\""));
                None
            }
        });
        entry.finish();
        Some(PriorRule { cite: cite?, on, sources, effect: effect? })
    }

    pub(super) fn merge(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Merge> {
        let (cite, title) = (self.cite(&entry), self.title(&entry));
        let on = self.group(entry.get("in"), names);
        let selects = self.selector(entry.get("for"));
        let same: Vec<FactId> =
            entry.texts("same").into_iter().filter_map(|(name, span)| self.fact(&name, span)).collect();
        let otherwise = entry.get("otherwise").and_then(|node| self.fact_at(&node));
        let prefer = entry.get("prefer").and_then(|node| {
            let mut pairs = node.entry()?.pairs();
            if pairs.len() != 1 {
                node.wrong(&words!(zh: "一个事实及其顺序", en: "one fact and its order"));
                return None;
            }
            let (name, span, order) = pairs.remove(0);
            let fact = self.selecting_fact(&name, span)?;
            Some((fact, self.values(fact, &order)))
        });
        let later = entry.get("later").and_then(|node| match node.text()?.as_str() {
            "once" => Some(Later::Once),
            "difference" => Some(Later::Difference),
            "higher in full" => Some(Later::HigherInFull),
            _ => {
                node.wrong(
                    &words!(zh: " \"once\"、\"difference\" 或 \"higher in full\"", en: "\"once\", \"difference\" or \"higher in full\""),
                );
                None
            }
        });
        let later = later.unwrap_or(Later::Apart);
        entry.finish();
        Some(Merge { cite: cite?, title, on, selects, same, otherwise, prefer, later })
    }

    pub(super) fn at_most(&self, entry: &Entry<'_, '_>) -> Option<usize> {
        let node = entry.need("at_most")?;
        let number = node.integer()?;
        let fine = usize::try_from(number).ok().filter(|number| *number > 0);
        if fine.is_none() {
            node.wrong(&words!(zh: "大于 0 的整数", en: "a number above 0"));
        }
        fine
    }

    pub(super) fn limit(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Limit> {
        let (cite, title, at_most) = (self.cite(&entry), self.title(&entry), self.at_most(&entry));
        let of = entry.need("of").and_then(|node| match node.text()?.as_str() {
            "categories" => Some(LimitOf::Categories),
            "items" => {
                let on = self.group(entry.get("in"), names);
                let per = entry
                    .texts("per")
                    .into_iter()
                    .filter_map(|(name, span)| self.selecting_fact(&name, span))
                    .collect();
                Some(LimitOf::Items { on, per })
            }
            _ => {
                node.wrong(&words!(zh: " \"categories\" 或 \"items\"", en: "\"categories\" or \"items\""));
                None
            }
        });
        let over = self.over(&entry);
        let span = super::head_span(&entry, "cite");
        entry.finish();
        Some(Limit { cite: cite?, title, at_most: at_most?, of: of?, over, span })
    }

    pub(super) fn over(&self, entry: &Entry<'_, '_>) -> Over {
        let Some(node) = entry.get("over") else { return Over::Year };
        let text = node.text().unwrap_or_default();
        match text.split_whitespace().collect::<Vec<_>>().as_slice() {
            ["a", "year"] => Over::Year,
            ["life"] => Over::Life,
            [years, "years"] if years.parse::<i16>().is_ok_and(|n| n > 1) => Over::Years(years.parse().unwrap_or(1)),
            _ => {
                node.wrong(
                    &words!(zh: " \"a year\"、\"3 years\" 或 \"life\"", en: "\"a year\", \"3 years\" or \"life\""),
                );
                Over::Year
            }
        }
    }

    pub(super) fn cap(&self, entry: Entry<'_, '_>, names: &Names, parameters: &[Parameter]) -> Option<Cap> {
        let (id, cite, title) = (entry.need_text("id"), self.cite(&entry), self.title(&entry));
        let on = self.group(entry.get("in"), names);
        let at_most = entry.need("at_most").and_then(|node| self.cap_amount(&node, parameters));
        let raised = entry.get("raised").and_then(|node| {
            let table = node.entry()?;
            let to = match table.need("to") {
                Some(node) if node.text().as_deref() == Some("no limit") => None,
                Some(node) => Some(node.money()?),
                None => None,
            };
            let by = self.group(table.need("by"), names);
            table.finish();
            Some(Raise { to, by })
        });
        let over = self.over(&entry);
        let span = super::head_span(&entry, "id");
        entry.finish();
        Some(Cap { id: id?, cite: cite?, title, on, at_most: at_most?, raised, over, span })
    }

    pub(super) fn cap_amount(&self, node: &Node<'_, '_>, parameters: &[Parameter]) -> Option<CapAmount> {
        let Some(parsed) = phrase::amount(&node.text()?).filter(|parsed| parsed.at_most.is_none()) else {
            node.wrong(&words!(zh: "金额或参数的百分比", en: "an amount, or a percentage of a parameter"));
            return None;
        };
        match parsed.of {
            Target::Money(money) => Some(CapAmount::Money(parsed.share.of(money))),
            Target::Name(name) => {
                let found = parameters.iter().position(|parameter| parameter.id == name);
                if found.is_none() {
                    self.unknown_reference(node.span(), &name, parameters.iter().map(|p| p.id.as_str()));
                }
                found.map(|parameter| CapAmount::OfParameter(parameter, parsed.share))
            }
            Target::CaseByCase(_) => {
                node.wrong(&words!(zh: "金额或参数的百分比", en: "an amount, or a percentage of a parameter"));
                None
            }
        }
    }
}
