//! TOML to model: every key asked for by name, every name looked up, every mistake collected with its place.

use std::collections::HashMap;

use super::model::{
    Amount, AmountLine, Assumed, Bar, BillShare, Bonus, Cap, CapAmount, Category, Clause, ClauseIndex, Condition,
    CostLimit, Default as BlankDefault, Example, ExampleRow, Limit, LimitOf, Merge, Nature, NotModelled, Over,
    Parameter, Policy, PriorEffect, PriorRule, Raise, RoleRule, Selector, SharePart, ShareRule, Test, Unknown, Window,
};
use super::phrase::{self, Target};
use crate::lang::Words;
use crate::money::{Money, Share};
use crate::range::Range;
use crate::rulefile::{Code, Diagnostic, Entry, Node, Problems, RuleFile, Span};
use crate::text;
use crate::vocabulary::{FactId, FactType, ValueId, Vocabulary, unknown_fact, unknown_value};
use crate::words;

/// Reads one rule file; the policy is missing where its head could not be read.
pub fn read(vocabulary: &Vocabulary, file: &RuleFile) -> (Option<Policy>, Vec<Diagnostic>) {
    let problems = Problems::default();
    let policy = file.with_root(&problems, |root| {
        let reader = Reader { vocabulary, problems: &problems };
        reader.policy(root, file)
    });
    (policy, problems.into_inner())
}

struct Reader<'v, 'p> {
    vocabulary: &'v Vocabulary,
    problems: &'p Problems,
}

/// Names that groups of clauses go by: categories and clause ids.
struct Names {
    categories: Vec<Category>,
    clauses: Vec<(String, usize)>,
}

/// A clause before references between clauses are resolved.
struct Draft<'a, 'p> {
    clause: Clause,
    leaves: Vec<Leaf<'a, 'p>>,
}

struct Leaf<'a, 'p> {
    path: String,
    key: Vec<ValueId>,
    node: Node<'a, 'p>,
    unknown_is_maximum: bool,
}

impl Reader<'_, '_> {
    fn policy(&self, root: Entry<'_, '_>, file: &RuleFile) -> Option<Policy> {
        let head = root.need("policy").and_then(|node| node.entry());
        let categories = self.categories(&root);
        let parameters: Vec<Parameter> = root
            .entries("parameter")
            .into_iter()
            .filter_map(|entry| {
                let (id, title) = (entry.need_text("id"), self.title(&entry));
                entry.finish();
                Some(Parameter { id: id?, title })
            })
            .collect();
        let roles = root.entries("roles").into_iter().filter_map(|entry| self.role_rule(entry)).collect();
        let defaults = root.entries("default").into_iter().filter_map(|entry| self.blank_default(entry)).collect();
        let bars = root.entries("bar").into_iter().filter_map(|entry| self.bar(entry)).collect();
        let assumed = root.entries("assume").into_iter().filter_map(|entry| self.assumed(entry)).collect();

        let drafts: Vec<Draft<'_, '_>> =
            root.entries("clause").into_iter().filter_map(|entry| self.clause(entry, &categories)).collect();
        let clauses = self.resolve_amounts(drafts);
        let names =
            Names { clauses: clauses.iter().map(|clause| (clause.id.clone(), clause.category)).collect(), categories };
        let mut clauses = clauses;
        for entry in root.entries("condition") {
            self.shared_condition(entry, &names, &mut clauses);
        }
        let bonuses = root.entries("bonus").into_iter().filter_map(|entry| self.bonus(entry, &names)).collect();
        let cost_limits =
            root.entries("cost_limit").into_iter().filter_map(|entry| self.cost_limit(entry, &names)).collect();
        let prior = root.entries("prior").into_iter().filter_map(|entry| self.prior(entry, &names)).collect();
        let merges = root.entries("merge").into_iter().filter_map(|entry| self.merge(entry, &names)).collect();
        let limits = root.entries("limit").into_iter().filter_map(|entry| self.limit(entry, &names)).collect();
        let mut caps: Vec<Cap> =
            root.entries("cap").into_iter().filter_map(|entry| self.cap(entry, &names, &parameters)).collect();
        self.unique_ids("cap", root.get("cap"), caps.iter().map(|cap| cap.id.clone()).collect());
        // Innermost first (contract section 3.8): a group within another has fewer clauses. The sort is stable.
        caps.sort_by_key(|cap| cap.on.len());
        let not_modelled = root
            .entries("not_modelled")
            .into_iter()
            .filter_map(|entry| {
                let (cite, why, en) = (entry.need_text("cite"), entry.need_text("why"), entry.need_text("en"));
                entry.finish();
                Some(NotModelled { cite: cite?, why: Words::new(why?, en?) })
            })
            .collect();
        let bill = root.entries("bill").into_iter().filter_map(|entry| self.bill(entry)).collect();
        let examples = root.entries("example").into_iter().filter_map(|entry| self.example(entry, None)).collect();
        root.finish();

        let head = head?;
        let (id, issuer, source) = (head.need_text("id"), head.need_text("issuer"), head.need_text("source"));
        let source_sha256 = head.need_text("source_sha256");
        let title = self.title(&head);
        let number = head.text("number");
        let published = head.get("published").and_then(|node| node.date());
        let region: Vec<String> = head.texts("region").into_iter().map(|(name, _)| name).collect();
        if region.is_empty() {
            head.need("region");
        }
        let region_cite = head.need_text("region_cite");
        let application_day = head.get("application_day").and_then(|node| {
            let day = phrase::month_day(&node.text()?);
            if day.is_none() {
                node.wrong(&words!(zh: "月-日，如 \"09-30\"", en: "a month and day such as \"09-30\""));
            }
            day
        });
        let (mut from, mut until, mut validity_cite) = (None, None, None);
        if let Some(in_force) = head.need("in_force").and_then(|node| node.entry()) {
            from = in_force.need("from").and_then(|node| node.date());
            until = in_force.get("until").and_then(|node| node.date());
            validity_cite = in_force.need_text("cite");
            if let (Some(from), Some(until)) = (from, until)
                && until < from
            {
                self.problems.error(
                        Code::NeverHolds,
                        in_force.span(),
                        words!(zh: "失效日 {until} 早于施行日 {from}", en: "it ends on {until}, before it begins on {from}"),
                        Words::default(),
                    );
            }
            in_force.finish();
        }
        head.finish();
        Some(Policy {
            id: id?,
            title,
            issuer: issuer?,
            number,
            published,
            region,
            region_cite: region_cite?,
            from: from?,
            until,
            validity_cite: validity_cite?,
            source: source?,
            source_sha256: source_sha256?,
            sha256: super::digest(file),
            application_day,
            categories: names.categories,
            parameters,
            roles,
            defaults,
            bars,
            assumed,
            clauses,
            bonuses,
            cost_limits,
            prior,
            merges,
            limits,
            caps,
            not_modelled,
            bill,
            examples,
        })
    }

    fn title(&self, entry: &Entry<'_, '_>) -> Words {
        Words::new(entry.need_text("title").unwrap_or_default(), entry.need_text("en").unwrap_or_default())
    }

    fn categories(&self, root: &Entry<'_, '_>) -> Vec<Category> {
        let categories: Vec<Category> = root
            .entries("category")
            .into_iter()
            .filter_map(|entry| {
                let (id, title) = (entry.need_text("id"), self.title(&entry));
                entry.finish();
                Some(Category { id: id?, title })
            })
            .collect();
        self.unique_ids("category", root.get("category"), categories.iter().map(|c| c.id.clone()).collect());
        categories
    }

    /// Reports the second of two entries of `[[table]]` with one id.
    fn unique_ids(&self, table: &str, node: Option<Node<'_, '_>>, ids: Vec<String>) {
        let spans: Vec<Span> = node
            .map(|node| node.list().iter().filter_map(|item| Some(item.entry()?.get("id")?.span())).collect())
            .unwrap_or_default();
        for (index, id) in ids.iter().enumerate() {
            if ids[..index].contains(id) {
                self.problems.error(
                    Code::Duplicate,
                    spans.get(index).cloned().unwrap_or(0..0),
                    words!(zh: "两个 [[{table}]] 都叫 `{id}`", en: "two [[{table}]] are called `{id}`"),
                    words!(zh: "改其中一个的 id", en: "give one of them another id"),
                );
            }
        }
    }

    // ------------------------------------------------------------------ facts and values

    fn fact(&self, name: &str, span: Span) -> Option<FactId> {
        let found = self.vocabulary.find(name);
        if found.is_none() {
            unknown_fact(self.problems, span, name, self.vocabulary.facts().map(|(_, fact)| fact.id.as_str()));
        }
        found
    }

    fn fact_at(&self, node: &Node<'_, '_>) -> Option<FactId> {
        self.fact(&node.text()?, node.span())
    }

    fn value(&self, fact: FactId, name: &str, span: Span) -> Option<ValueId> {
        let definition = self.vocabulary.fact(fact);
        let found = definition.value_id(name);
        if found.is_none() {
            unknown_value(self.problems, span, name, definition.values.iter().map(|value| value.id.as_str()));
        }
        found
    }

    fn values(&self, fact: FactId, node: &Node<'_, '_>) -> Vec<ValueId> {
        node.texts().into_iter().filter_map(|(name, span)| self.value(fact, &name, span)).collect()
    }

    fn typed_fact(&self, node: &Node<'_, '_>, types: &[FactType], zh: &str, en: &str) -> Option<FactId> {
        let fact = self.fact_at(node)?;
        if !types.contains(&self.vocabulary.fact(fact).kind) {
            node.wrong(&Words::new(zh, en));
            return None;
        }
        Some(fact)
    }

    fn selecting_fact(&self, name: &str, span: Span) -> Option<FactId> {
        let fact = self.fact(name, span.clone())?;
        if !self.vocabulary.fact(fact).selects {
            let list: Vec<&str> = self.vocabulary.selecting().map(|id| self.vocabulary.fact(id).id.as_str()).collect();
            let list = list.join(", ");
            self.problems.error(
                Code::WrongValue,
                span,
                words!(zh: "`{name}` 不用来选条款", en: "`{name}` does not select a clause"),
                words!(zh: "可选：{list}；其他事实写进 needs", en: "one of {list}; other facts belong into `needs`"),
            );
            return None;
        }
        Some(fact)
    }

    fn selector(&self, node: Option<Node<'_, '_>>) -> Selector {
        let Some(entry) = node.and_then(|node| node.entry()) else { return Selector::default() };
        let mut asked: Vec<(FactId, Vec<ValueId>)> = entry
            .pairs()
            .into_iter()
            .filter_map(|(name, span, node)| {
                let fact = self.selecting_fact(&name, span)?;
                Some((fact, self.values(fact, &node)))
            })
            .collect();
        asked.sort_by_key(|(fact, _)| *fact);
        Selector(asked)
    }

    // ------------------------------------------------------------------ small tables

    fn role_rule(&self, entry: Entry<'_, '_>) -> Option<RoleRule> {
        let role = self.vocabulary.known().role;
        let cite = entry.need_text("cite");
        let selects = self.selector(entry.get("for"));
        let by = entry.need("by")?;
        let by_rank = match by.text()?.as_str() {
            "role" => None,
            "rank" => Some(Vec::new()),
            _ => {
                by.wrong(&words!(zh: " \"rank\" 或 \"role\"", en: "\"rank\" or \"role\""));
                return None;
            }
        };
        let by_rank = by_rank.map(|mut ranges: Vec<(ValueId, Range)>| {
            if let Some(table) = entry.need("ranks").and_then(|node| node.entry()) {
                for (name, span, node) in table.pairs() {
                    if let (Some(value), Some(range)) = (self.value(role, &name, span), self.range(&node)) {
                        ranges.push((value, range));
                    }
                }
            }
            ranges
        });
        let mut same = Vec::new();
        if let Some(table) = entry.get("same").and_then(|node| node.entry()) {
            for (name, span, node) in table.pairs() {
                let to = node.text().and_then(|to| self.value(role, &to, node.span()));
                if let (Some(from), Some(to)) = (self.value(role, &name, span), to) {
                    same.push((from, to));
                }
            }
        }
        entry.finish();
        Some(RoleRule { cite: cite?, selects, by_rank, same })
    }

    fn range(&self, node: &Node<'_, '_>) -> Option<Range> {
        let range = Range::parse(&node.text()?);
        if range.is_none() {
            node.wrong(
                &words!(zh: "名次，如 \"1\"、\"2..5\" 或 \"2..\"", en: "places such as \"1\", \"2..5\" or \"2..\""),
            );
        }
        range
    }

    fn blank_default(&self, entry: Entry<'_, '_>) -> Option<BlankDefault> {
        let cite = entry.need_text("cite");
        let selects = self.selector(entry.need("for"));
        let fact = entry.need("fact").and_then(|node| self.selecting_fact(&node.text()?, node.span()));
        let value = entry.need("as").and_then(|node| self.value(fact?, &node.text()?, node.span()));
        entry.finish();
        Some(BlankDefault { cite: cite?, selects, fact: fact?, value: value? })
    }

    fn bar(&self, entry: Entry<'_, '_>) -> Option<Bar> {
        let cite = entry.need_text("cite");
        let title = self.title(&entry);
        let when = entry.need("when").and_then(|node| {
            let when = node.entry()?;
            let test = self.test(&when);
            when.finish();
            test
        });
        entry.finish();
        Some(Bar { cite: cite?, title, when: when? })
    }

    fn assumed(&self, entry: Entry<'_, '_>) -> Option<Assumed> {
        let (id, cite, title) = (entry.need_text("id"), entry.need_text("cite"), self.title(&entry));
        entry.finish();
        Some(Assumed { id: id?, cite: cite?, title })
    }

    fn bill(&self, entry: Entry<'_, '_>) -> Option<BillShare> {
        let (cite, by) = (entry.need_text("cite"), entry.need_text("by"));
        let share = entry.need("share").and_then(|node| self.share_of(&node));
        entry.finish();
        Some(BillShare { cite: cite?, by: by?, share: share? })
    }

    fn share_of(&self, node: &Node<'_, '_>) -> Option<Share> {
        let share = Share::parse(&node.text()?);
        if share.is_none() {
            node.wrong(&words!(zh: "百分比，如 \"30%\"", en: "a percentage such as \"30%\""));
        }
        share
    }

    // ------------------------------------------------------------------ conditions

    fn condition(&self, entry: &Entry<'_, '_>) -> Option<Condition> {
        let cite = entry.need_text("cite");
        let test = self.test(entry);
        let unknown = match entry.get("unknown") {
            None => Unknown::Undetermined,
            Some(node) => match node.text()?.as_str() {
                "assumed" => Unknown::Assumed,
                "undetermined" => Unknown::Undetermined,
                "refused" => Unknown::Refused,
                _ => {
                    node.wrong(&words!(
                        zh: " \"assumed\"、\"undetermined\" 或 \"refused\"",
                        en: "\"assumed\", \"undetermined\" or \"refused\""
                    ));
                    return None;
                }
            },
        };
        Some(Condition { cite: cite?, test: test?, unknown })
    }

    fn conditions(&self, entry: &Entry<'_, '_>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for need in entry.entries("needs") {
            conditions.extend(self.condition(&need));
            need.finish();
        }
        conditions
    }

    fn test(&self, entry: &Entry<'_, '_>) -> Option<Test> {
        if let Some(any) = entry.get("any") {
            let mut tests = Vec::new();
            for item in any.list() {
                let item = item.entry()?;
                tests.push(self.test(&item)?);
                item.finish();
            }
            return Some(Test::Any(tests));
        }
        let fact_node = entry.need("fact")?;
        let name = fact_node.text();
        // All test keys are asked for, so that a second one in the same table is seen and refused.
        let keys = ["is", "is_not", "at_least", "at_most", "within", "first_local_above"];
        let mut given: Vec<(&str, Node<'_, '_>)> =
            keys.iter().filter_map(|key| Some((*key, entry.get(key)?))).collect();
        let first = entry.get("first");
        let fact = self.fact(&name?, fact_node.span())?;
        let bounds = given.len() == 2 && given.iter().all(|(key, _)| key.starts_with("at_"));
        if given.len() != 1 && !bounds {
            let expected = keys.join(", ");
            self.problems.error(
                Code::WrongValue,
                entry.span(),
                words!(zh: "一个条件要有且只有一个判断", en: "a condition takes exactly one test"),
                words!(zh: "用 {expected} 之一（at_least 与 at_most 可以并用）", en: "use one of {expected} (at_least and at_most may go together)"),
            );
            return None;
        }
        if bounds {
            let from = given[0].1.integer()?;
            let to = given[1].1.integer()?;
            return self.in_range(fact, Range { from, to: Some(to) }, entry);
        }
        let (key, node) = given.remove(0);
        match key {
            "is" => self.test_is(fact, &node, true),
            "is_not" => self.test_is(fact, &node, false),
            "at_least" => self.in_range(fact, Range { from: node.integer()?, to: None }, entry),
            "at_most" => self.in_range(fact, Range { from: i64::MIN, to: Some(node.integer()?) }, entry),
            "within" => self.test_within(fact, &node, first),
            _ => self.first_local_above(fact, &node),
        }
    }

    fn test_is(&self, fact: FactId, node: &Node<'_, '_>, wanted: bool) -> Option<Test> {
        match self.vocabulary.fact(fact).kind {
            FactType::Boolean => Some(Test::Is(fact, node.boolean()? == wanted)),
            FactType::Enum => {
                let values = self.values(fact, node);
                Some(if wanted { Test::OneOf(fact, values) } else { Test::NoneOf(fact, values) })
            }
            FactType::Integer => {
                let number = node.integer()?;
                if !wanted {
                    node.wrong(
                        &words!(zh: "对数字用 is、at_least 或 at_most", en: "is, at_least or at_most for a number"),
                    );
                    return None;
                }
                Some(Test::InRange(fact, Range { from: number, to: Some(number) }))
            }
            _ => {
                node.wrong(&words!(zh: "这种事实不能用 is 判断", en: "a fact of this type has no `is`"));
                None
            }
        }
    }

    fn in_range(&self, fact: FactId, range: Range, entry: &Entry<'_, '_>) -> Option<Test> {
        let definition = self.vocabulary.fact(fact);
        if definition.kind != FactType::Integer {
            self.problems.error(
                Code::WrongValue,
                entry.span(),
                words!(zh: "`{name}` 不是整数", en: "`{name}` is not a whole number", name = &definition.id),
                Words::default(),
            );
            return None;
        }
        let reachable = range.to.is_none_or(|to| to >= range.from && to >= definition.min);
        if !reachable {
            self.problems.error(
                Code::NeverHolds,
                entry.span(),
                words!(zh: "这个条件永远不成立", en: "this condition can never hold"),
                words!(zh: "`{name}` 最小为 {min}", en: "`{name}` is at least {min}", name = &definition.id, min = definition.min),
            );
        }
        Some(Test::InRange(fact, range))
    }

    fn test_within(&self, fact: FactId, node: &Node<'_, '_>, first: Option<Node<'_, '_>>) -> Option<Test> {
        let definition = self.vocabulary.fact(fact);
        if definition.kind != FactType::Date {
            node.wrong(&words!(zh: "within 只用于日期，`{name}` 不是", en: "`within` is for dates, and `{name}` is none", name = &definition.id));
            return None;
        }
        let mut window = phrase::window(&node.text()?);
        if window.is_none() {
            let forms = phrase::WINDOWS;
            node.wrong(&words!(zh: "时间范围，如 {forms}", en: "a window such as {forms}"));
        }
        if let (Some(Window::Season { first: slot, .. }), Some(first)) = (&mut window, first) {
            let entry = first.entry()?;
            let year = entry.need("year").and_then(|node| node.integer()).and_then(|year| i16::try_from(year).ok());
            let from = entry.need("from").and_then(|node| node.date());
            entry.finish();
            *slot = year.zip(from);
        }
        Some(Test::Within(fact, window?))
    }

    fn first_local_above(&self, fact: FactId, node: &Node<'_, '_>) -> Option<Test> {
        if fact != self.vocabulary.known().rank {
            node.wrong(&words!(zh: "first_local_above 只用于 rank", en: "`first_local_above` is for `rank`"));
            return None;
        }
        Some(Test::FirstAbove(node.integer()?))
    }

    fn shared_condition(&self, entry: Entry<'_, '_>, names: &Names, clauses: &mut [Clause]) {
        let on = self.group(entry.get("in"), names);
        let except = entry.get("except").map(|node| self.group(Some(node), names)).unwrap_or_default();
        let condition = self.condition(&entry);
        entry.finish();
        let Some(condition) = condition else { return };
        for index in on.into_iter().filter(|index| !except.contains(index)) {
            clauses[index].conditions.push(condition.clone());
        }
    }

    // ------------------------------------------------------------------ clauses and amounts

    fn clause<'a, 'p>(&self, entry: Entry<'a, 'p>, categories: &[Category]) -> Option<Draft<'a, 'p>> {
        let span = entry.get("id").map_or(entry.span(), |node| node.span());
        let (id, cite, title) = (entry.need_text("id"), entry.need_text("cite"), self.title(&entry));
        let selects = self.selector(entry.need("for"));
        let category = entry.need("category").and_then(|node| {
            let name = node.text()?;
            let found = categories.iter().position(|category| category.id == name);
            if found.is_none() {
                self.unknown_reference(node.span(), &name, categories.iter().map(|c| c.id.as_str()));
            }
            found
        });
        let nature = entry.need("nature").and_then(|node| match node.text()?.as_str() {
            "fixed" => Some(Nature::Fixed),
            "ceiling" => Some(Nature::Ceiling),
            _ => {
                node.wrong(&words!(zh: " \"fixed\" 或 \"ceiling\"", en: "\"fixed\" or \"ceiling\""));
                None
            }
        });
        let per_quantity = entry.get("per").is_some_and(|node| {
            let fine = node.text().as_deref() == Some("quantity");
            if !fine {
                node.wrong(&words!(zh: " \"quantity\"", en: "\"quantity\""));
            }
            fine
        });
        let quantity_at_most = entry.get("quantity_at_most").and_then(|node| {
            let most = node.integer()?;
            if most < 1 || !per_quantity {
                node.wrong(&words!(zh: "大于 0 的整数，并且同时写 per = \"quantity\"", en: "a number above 0, beside per = \"quantity\""));
                return None;
            }
            Some(most)
        });
        let unknown_is_maximum = entry.get("unknown_cost").is_some_and(|node| {
            let fine = node.text().as_deref() == Some("maximum");
            if !fine {
                node.wrong(&words!(zh: " \"maximum\"", en: "\"maximum\""));
            }
            fine
        });
        let (by, leaves) = self.amount_table(&entry, unknown_is_maximum);
        let share = entry.get("share").and_then(|node| self.share_rule(node.entry()?));
        let conditions = self.conditions(&entry);
        let open_to_outsiders = entry.get("open_to_outsiders").and_then(|node| node.boolean()).unwrap_or(false);
        let examples = entry
            .entries("example")
            .into_iter()
            .filter_map(|example| self.example(example, Some((&selects, id.as_deref()))))
            .collect();
        entry.finish();
        let clause = Clause {
            id: id?,
            cite: cite?,
            title,
            selects,
            category: category?,
            nature: nature?,
            by,
            amounts: Vec::new(),
            per_quantity,
            quantity_at_most,
            share,
            conditions,
            open_to_outsiders,
            examples,
            span,
        };
        Some(Draft { clause, leaves })
    }

    fn amount_table<'a, 'p>(
        &self,
        entry: &Entry<'a, 'p>,
        unknown_is_maximum: bool,
    ) -> (Vec<FactId>, Vec<Leaf<'a, 'p>>) {
        let Some(node) = entry.need("amount") else { return (Vec::new(), Vec::new()) };
        let mut leaves = Vec::new();
        if !node.is_table() {
            leaves.push(Leaf { path: String::new(), key: Vec::new(), node, unknown_is_maximum });
            return (Vec::new(), leaves);
        }
        let Some(table) = node.entry() else { return (Vec::new(), leaves) };
        let by: Vec<FactId> = table
            .need("by")
            .map(|node| node.texts())
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(name, span)| self.selecting_fact(&name, span))
            .collect();
        self.amount_leaves(&by, &table, String::new(), Vec::new(), unknown_is_maximum, &mut leaves);
        (by, leaves)
    }

    fn amount_leaves<'a, 'p>(
        &self,
        by: &[FactId],
        table: &Entry<'a, 'p>,
        path: String,
        key: Vec<ValueId>,
        unknown_is_maximum: bool,
        leaves: &mut Vec<Leaf<'a, 'p>>,
    ) {
        let Some(fact) = by.get(key.len()).copied() else { return };
        for (name, span, node) in table.pairs() {
            if key.is_empty() && name == "by" {
                continue;
            }
            let Some(value) = self.value(fact, &name, span) else { continue };
            let mut key = key.clone();
            key.push(value);
            let path = if path.is_empty() { name } else { format!("{path}.{name}") };
            if key.len() < by.len() {
                if let Some(inner) = node.entry() {
                    self.amount_leaves(by, &inner, path, key, unknown_is_maximum, leaves);
                }
            } else {
                leaves.push(Leaf { path, key, node, unknown_is_maximum });
            }
        }
    }

    /// Amounts may be percentages of other lines or clauses: sums first, then what refers to them.
    fn resolve_amounts(&self, drafts: Vec<Draft<'_, '_>>) -> Vec<Clause> {
        let mut sums: HashMap<String, Money> = HashMap::new();
        for draft in &drafts {
            for leaf in &draft.leaves {
                if let Some(Target::Money(money)) =
                    self.quiet_phrase(&leaf.node).filter(|p| p.share == Share::ONE).map(|p| p.of)
                {
                    sums.insert(full_name(&draft.clause.id, &leaf.path), money);
                }
            }
        }
        drafts
            .into_iter()
            .map(|draft| {
                let Draft { mut clause, leaves } = draft;
                for leaf in leaves {
                    if let Some(amount) = self.amount(&clause.id, &leaf, &sums) {
                        clause.amounts.push(AmountLine { key: leaf.key, amount });
                    }
                }
                clause
            })
            .collect()
    }

    fn quiet_phrase(&self, node: &Node<'_, '_>) -> Option<phrase::AmountPhrase> {
        if node.is_list() || node.is_table() {
            return None;
        }
        phrase::amount(&node.cell()?)
    }

    fn amount(&self, clause: &str, leaf: &Leaf<'_, '_>, sums: &HashMap<String, Money>) -> Option<Amount> {
        let node = &leaf.node;
        if node.is_list() {
            let tiers: Vec<Money> = node.list().iter().filter_map(Node::money).collect();
            let of = tiers.iter().copied().max()?;
            return Some(Amount::Money { of, share: Share::ONE, from_elsewhere: false, tiers });
        }
        let Some(parsed) = phrase::amount(&node.text()?) else {
            let forms = phrase::AMOUNTS;
            node.wrong(&words!(zh: "金额，如 {forms}", en: "an amount such as {forms}"));
            return None;
        };
        let name = match parsed.of {
            Target::Money(of) => {
                return Some(Amount::Money { of, share: parsed.share, from_elsewhere: false, tiers: Vec::new() });
            }
            Target::CaseByCase(taken_as) => return Some(Amount::CaseByCase { taken_as }),
            Target::Name(name) => name,
        };
        let money_fact = self.vocabulary.find(&name).filter(|fact| self.vocabulary.fact(*fact).kind == FactType::Money);
        if let Some(fact) = money_fact {
            return Some(Amount::OfFact {
                fact,
                share: parsed.share,
                at_most: parsed.at_most,
                unknown_is_maximum: leaf.unknown_is_maximum,
            });
        }
        let found = sums.get(&full_name(clause, &name)).or_else(|| sums.get(&name));
        if found.is_none() {
            self.unknown_reference(node.span(), &name, sums.keys().map(String::as_str));
        }
        found.map(|of| Amount::Money { of: *of, share: parsed.share, from_elsewhere: true, tiers: Vec::new() })
    }

    fn share_rule(&self, entry: Entry<'_, '_>) -> Option<ShareRule> {
        let cite = entry.need_text("cite");
        let mut parts = Vec::new();
        for part in entry.entries("parts") {
            let place = part.need("place").and_then(|node| self.range(&node));
            let none_in = part.get("none_in").and_then(|node| self.range(&node));
            let pays = part.need("pays").and_then(|node| self.share_of(&node));
            let divided_among = part.get("divided_among").and_then(|node| self.range(&node));
            part.finish();
            parts.push(SharePart { place: place?, none_in, pays: pays?, divided_among });
        }
        entry.finish();
        Some(ShareRule { cite: cite?, parts })
    }

    // ------------------------------------------------------------------ rules over groups of clauses

    fn unknown_reference<'n>(&self, span: Span, found: &str, known: impl Iterator<Item = &'n str>) {
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
    fn group(&self, node: Option<Node<'_, '_>>, names: &Names) -> Vec<ClauseIndex> {
        let Some(node) = node else { return (0..names.clauses.len()).collect() };
        let mut group = Vec::new();
        for (name, span) in node.texts() {
            let category = names.categories.iter().position(|category| category.id == name);
            let found: Vec<ClauseIndex> = (0..names.clauses.len())
                .filter(|index| names.clauses[*index].0 == name || Some(names.clauses[*index].1) == category)
                .collect();
            if found.is_empty() {
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

    fn bonus(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Bonus> {
        let (id, cite, title) = (entry.need_text("id"), entry.need_text("cite"), self.title(&entry));
        let on = self.group(entry.need("in"), names);
        let selects = self.selector(entry.get("for"));
        let amount = entry.need("amount").and_then(|node| node.money());
        let conditions = self.conditions(&entry);
        entry.finish();
        Some(Bonus { cite: cite?, id: id?, title, on, selects, amount: amount?, conditions })
    }

    fn cost_limit(&self, entry: Entry<'_, '_>, names: &Names) -> Option<CostLimit> {
        let cite = entry.need_text("cite");
        let on = self.group(entry.get("in"), names);
        let fact = entry
            .need("fact")
            .and_then(|node| self.typed_fact(&node, &[FactType::Money], "金额类的事实", "a fact that is an amount"));
        entry.finish();
        Some(CostLimit { cite: cite?, on, fact: fact? })
    }

    fn prior(&self, entry: Entry<'_, '_>, names: &Names) -> Option<PriorRule> {
        let cite = entry.need_text("cite");
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

    fn merge(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Merge> {
        let (cite, title) = (entry.need_text("cite"), self.title(&entry));
        let on = self.group(entry.get("in"), names);
        let selects = self.selector(entry.get("for"));
        let same: Vec<FactId> =
            entry.texts("same").into_iter().filter_map(|(name, span)| self.fact(&name, span)).collect();
        let otherwise = entry.get("otherwise").and_then(|node| self.fact_at(&node));
        let prefer = entry.get("prefer").and_then(|node| {
            let table = node.entry()?;
            let (name, span, order) = table.pairs().into_iter().next()?;
            let fact = self.selecting_fact(&name, span)?;
            Some((fact, self.values(fact, &order)))
        });
        entry.finish();
        Some(Merge { cite: cite?, title, on, selects, same, otherwise, prefer })
    }

    fn at_most(&self, entry: &Entry<'_, '_>) -> Option<usize> {
        let node = entry.need("at_most")?;
        let number = node.integer()?;
        let fine = usize::try_from(number).ok().filter(|number| *number > 0);
        if fine.is_none() {
            node.wrong(&words!(zh: "大于 0 的整数", en: "a number above 0"));
        }
        fine
    }

    fn limit(&self, entry: Entry<'_, '_>, names: &Names) -> Option<Limit> {
        let (cite, title, at_most) = (entry.need_text("cite"), self.title(&entry), self.at_most(&entry));
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
        entry.finish();
        Some(Limit { cite: cite?, title, at_most: at_most?, of: of?, over })
    }

    fn over(&self, entry: &Entry<'_, '_>) -> Over {
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

    fn cap(&self, entry: Entry<'_, '_>, names: &Names, parameters: &[Parameter]) -> Option<Cap> {
        let (id, cite, title) = (entry.need_text("id"), entry.need_text("cite"), self.title(&entry));
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
        entry.finish();
        Some(Cap { id: id?, cite: cite?, title, on, at_most: at_most?, raised, over })
    }

    fn cap_amount(&self, node: &Node<'_, '_>, parameters: &[Parameter]) -> Option<CapAmount> {
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

    // ------------------------------------------------------------------ worked examples

    fn cells(&self, node: Option<Node<'_, '_>>) -> Vec<(String, String)> {
        let Some(entry) = node.and_then(|node| node.entry()) else { return Vec::new() };
        entry.pairs().into_iter().filter_map(|(header, _, node)| Some((header, node.cell()?))).collect()
    }

    /// `beside`: the clause that the example stands beside; its single-valued selecting facts are filled in.
    fn example(&self, entry: Entry<'_, '_>, beside: Option<(&Selector, Option<&str>)>) -> Option<Example> {
        let span = entry.get("name").map_or(entry.span(), |node| node.span());
        let name = entry.need_text("name");
        let year = entry.need("year").and_then(|node| i16::try_from(node.integer()?).ok());
        let on = entry.get("on").and_then(|node| node.date());
        let mut parameters = Vec::new();
        if let Some(table) = entry.get("parameters").and_then(|node| node.entry()) {
            for (name, _, node) in table.pairs() {
                parameters.push((name, node.money()?));
            }
        }
        let applicant = self.cells(entry.get("applicant"));
        let mut rows = Vec::new();
        if let Some((selects, clause)) = beside {
            let mut row = self.expectation(&entry, self.cells(entry.need("row")));
            for (fact, values) in &selects.0 {
                let header = &self.vocabulary.fact(*fact).id;
                if let ([only], false) = (values.as_slice(), row.cells.iter().any(|(named, _)| named == header)) {
                    row.cells.push((header.clone(), self.vocabulary.value_name(*fact, *only).to_owned()));
                }
            }
            if row.pays.is_none() && row.status.is_none() {
                entry.need("pays");
            }
            row.clause = row.clause.or(clause.map(str::to_owned));
            rows.push(row);
        } else {
            for row in entry.entries("rows") {
                let cells = self.cells(row.need("row"));
                rows.push(self.expectation(&row, cells));
                row.finish();
            }
        }
        let total = entry.get("total").and_then(|node| node.money());
        let potential = entry.get("potential").and_then(|node| node.money());
        entry.finish();
        Some(Example { name: name?, year: year?, on, parameters, applicant, rows, total, potential, span })
    }

    fn expectation(&self, entry: &Entry<'_, '_>, cells: Vec<(String, String)>) -> ExampleRow {
        let missing = entry.get("missing").map(|node| node.texts().into_iter().map(|(name, _)| name).collect());
        let fixed = entry.get("pays").and_then(|node| node.money());
        let ceiling = entry.get("pays_up_to").and_then(|node| node.money());
        let nature = match (fixed, ceiling) {
            (Some(pays), None) if !pays.is_zero() => Some(Nature::Fixed),
            (None, Some(_)) => Some(Nature::Ceiling),
            _ => None,
        };
        ExampleRow {
            cells,
            pays: fixed.or(ceiling),
            nature,
            base: entry.get("base").and_then(|node| node.money()),
            status: entry.text("status"),
            rule_stated: entry.get("rule").is_some(),
            clause: entry.text("rule"),
            missing,
            span: entry.span(),
        }
    }
}

/// How a line of an amount table is referred to from other clauses.
fn full_name(clause: &str, path: &str) -> String {
    if path.is_empty() { clause.to_owned() } else { format!("{clause}.{path}") }
}
