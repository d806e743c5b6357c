//! TOML to model: every key asked for by name, every name looked up, every mistake collected with its place.
//!
//! Here is the whole policy; the files beside read its tables.

mod clauses;
mod conditions;
mod examples;
mod facts;
mod groups;
mod head;
mod tables;

use std::cell::RefCell;

use crate::lang::Words;
use crate::policy::model::{Anchor, Cap, Category, Cite, Policy};
use crate::rulefile::{Code, Diagnostic, Entry, Node, Problems, RuleFile, Span};
use crate::vocabulary::Vocabulary;
use crate::words;

/// Reads one rule file; the policy is missing where its head could not be read.
pub fn read(vocabulary: &Vocabulary, file: &RuleFile) -> (Option<Policy>, Vec<Diagnostic>) {
    let problems = Problems::default();
    let policy = file.with_root(&problems, |root| {
        let reader =
            Reader { vocabulary, problems: &problems, anchors: RefCell::default(), broken: RefCell::default() };
        reader.policy(root, file)
    });
    (policy, problems.into_inner())
}

struct Reader<'v, 'p> {
    vocabulary: &'v Vocabulary,
    problems: &'p Problems,
    anchors: RefCell<Vec<Anchor>>,
    /// Clauses and lines of amounts that could not be read. That others refer to them is no further mistake.
    broken: RefCell<Vec<String>>,
}

/// Names that groups of clauses go by: categories and clause ids.
struct Names {
    categories: Vec<Category>,
    clauses: Vec<(String, usize)>,
}

impl Reader<'_, '_> {
    fn policy(&self, root: Entry<'_, '_>, file: &RuleFile) -> Option<Policy> {
        let head = root.need("policy").and_then(|node| self.head(node.entry()?));
        let categories = self.categories(&root);
        let parameters: Vec<_> = each(&root, "parameter", |entry| self.parameter(entry));
        let roles = each(&root, "roles", |entry| self.role_rule(entry));
        let defaults = each(&root, "default", |entry| self.blank_default(entry));
        let bars = each(&root, "bar", |entry| self.bar(entry));

        let drafts = each(&root, "clause", |entry| self.clause(entry, &categories));
        let mut clauses = self.resolve_amounts(drafts);
        let names =
            Names { clauses: clauses.iter().map(|clause| (clause.id.clone(), clause.category)).collect(), categories };
        let assumed = each(&root, "assume", |entry| self.assumed(entry, &names));
        for entry in root.entries("condition") {
            self.shared_condition(entry, &names, &mut clauses);
        }
        let bonuses = each(&root, "bonus", |entry| self.bonus(entry, &names));
        let cost_limits = each(&root, "cost_limit", |entry| self.cost_limit(entry, &names));
        let prior = each(&root, "prior", |entry| self.prior(entry, &names));
        let merges = each(&root, "merge", |entry| self.merge(entry, &names));
        let limits = each(&root, "limit", |entry| self.limit(entry, &names));
        let mut caps: Vec<Cap> = each(&root, "cap", |entry| self.cap(entry, &names, &parameters));
        self.unique_ids("cap", root.get("cap"), caps.iter().map(|cap| cap.id.clone()).collect());
        // Innermost first (contract section 3.8): a group within another has fewer clauses. The sort is stable.
        caps.sort_by_key(|cap| cap.on.len());
        let calls = each(&root, "call", |entry| self.call(entry, &names));
        let not_modelled = each(&root, "not_modelled", |entry| self.not_modelled(entry));
        let bill = each(&root, "bill", |entry| self.bill(entry));
        let examples = each(&root, "example", |entry| self.example(entry, None));
        root.finish();
        let head = head?;
        Some(Policy {
            id: head.id,
            title: head.title,
            issuer: head.issuer,
            level: head.level,
            replaces: head.replaces,
            number: head.number,
            published: head.published,
            region: head.region,
            region_cite: head.region_cite,
            from: head.from,
            until: head.until,
            validity_cite: head.validity_cite,
            source: head.source,
            source_sha256: head.source_sha256,
            application_day: head.application_day,
            intake: head.intake,
            sha256: super::digest(file),
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
            calls,
            not_modelled,
            bill,
            anchors: self.anchors.take(),
            examples,
        })
    }

    /// True for a clause or a line of amounts that could not be read, and for the lines of such a clause.
    fn is_broken(&self, name: &str) -> bool {
        let within = |broken: &String| {
            name.strip_prefix(broken.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.broken.borrow().iter().any(within)
    }

    /// The clause that an entry cites, with the word of the official text by which it is known there.
    fn cite(&self, entry: &Entry<'_, '_>) -> Option<Cite> {
        self.anchored(entry, "cite", "says")
    }

    fn anchored(&self, entry: &Entry<'_, '_>, key: &str, says: &str) -> Option<Cite> {
        let cite: Option<Cite> = entry.need_text(key).map(Cite::from);
        if let (Some(cite), Some(node)) = (&cite, entry.get(says)) {
            let anchor = node.text().map(|says| Anchor { cite: cite.clone(), says, span: node.span() });
            self.anchors.borrow_mut().extend(anchor);
        }
        cite
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
                let span = head_span(&entry, "id");
                entry.finish();
                Some(Category { id: id?, title, span })
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
}

/// Reads every `[[key]]`; one that cannot be read has left its mistakes with the problems.
fn each<'a, 'p, T>(root: &Entry<'a, 'p>, key: &str, read: impl Fn(Entry<'a, 'p>) -> Option<T>) -> Vec<T> {
    root.entries(key).into_iter().filter_map(read).collect()
}

/// Where an entry is pointed at: its id or clause number, else its header.
fn head_span(entry: &Entry<'_, '_>, key: &str) -> Span {
    entry.get(key).map_or(entry.span(), |node| node.span())
}
