//! What is well-formed and still cannot be meant.

use super::model::{Amount, CapAmount, Clause, ClauseIndex, Condition, LimitOf, Policy, Test};
use crate::lang::Words;
use crate::rulefile::{Code, Diagnostic, Severity, Span};
use crate::vocabulary::{FactId, FactType, Vocabulary};
use crate::words;

/// Looks for such mistakes in a policy that could be read. Where reading it found errors (`complete` is false), parts
/// of it are missing here, and nothing is said of what is missing.
pub fn lint(vocabulary: &Vocabulary, policy: &Policy, complete: bool) -> Vec<Diagnostic> {
    let mut lint = Lint { vocabulary, policy, found: Vec::new() };
    lint.ids();
    for clause in &policy.clauses {
        lint.selection(clause);
        lint.conditions(clause);
        lint.window(clause);
        lint.example(clause);
    }
    lint.overlaps();
    lint.unused();
    if !complete {
        lint.found.retain(|found| !matches!(found.code, Code::Incomplete | Code::Unused | Code::MissingKey));
    }
    lint.found
}

struct Lint<'a> {
    vocabulary: &'a Vocabulary,
    policy: &'a Policy,
    found: Vec<Diagnostic>,
}

impl Lint<'_> {
    fn error(&mut self, code: Code, span: Span, message: Words, hint: Words) {
        self.found.push(Diagnostic { code, severity: Severity::Error, span, message, hint });
    }

    fn warning(&mut self, code: Code, span: Span, message: Words, hint: Words) {
        self.found.push(Diagnostic { code, severity: Severity::Warning, span, message, hint });
    }

    fn ids(&mut self) {
        for (index, clause) in self.policy.clauses.iter().enumerate() {
            if self.policy.clauses[..index].iter().any(|other| other.id == clause.id) {
                let id = &clause.id;
                self.error(
                    Code::Duplicate,
                    clause.span.clone(),
                    words!(zh: "两个条款都叫 `{id}`", en: "two clauses are called `{id}`"),
                    words!(zh: "改其中一个的 id", en: "give one of them another id"),
                );
            }
        }
        if self.policy.clauses.is_empty() {
            self.error(
                Code::Incomplete,
                0..0,
                words!(zh: "这份政策一个条款也没有", en: "this policy has no clause"),
                words!(zh: "加上 [[clause]]", en: "add a [[clause]]"),
            );
        }
    }

    /// A clause that no row can select, or that says nothing about the kind.
    fn selection(&mut self, clause: &Clause) {
        let known = self.vocabulary.known();
        let Some(kinds) = clause.selects.values(known.kind) else {
            self.error(
                Code::MissingKey,
                clause.span.clone(),
                words!(zh: "条款没有说明适用的类别", en: "the clause does not say for which kind it is"),
                words!(zh: "在 for 里写 kind", en: "name `kind` in `for`"),
            );
            return;
        };
        let subjects = clause.selects.values(known.subject).unwrap_or_default();
        for subject in subjects {
            let of_kind = self.vocabulary.fact(known.subject).values[usize::from(subject.0)].of_kind;
            if !of_kind.is_some_and(|kind| kinds.contains(&kind)) {
                let name = self.vocabulary.value_name(known.subject, *subject);
                self.error(
                    Code::NeverHolds,
                    clause.span.clone(),
                    words!(zh: "事项 `{name}` 不属于这个类别，没有成果能选中它", en: "`{name}` is no subject of this kind, so that no row can select it"),
                    words!(zh: "改 kind 或 subject", en: "change `kind` or `subject`"),
                );
            }
        }
        for fact in &clause.by {
            let Some(asked) = clause.selects.values(*fact) else { continue };
            let place = clause.by.iter().position(|by| by == fact).unwrap_or_default();
            for line in clause.amounts.iter().filter(|line| line.key.get(place).is_some_and(|v| !asked.contains(v))) {
                let name = self.vocabulary.value_name(*fact, line.key[place]);
                self.error(
                    Code::NeverHolds,
                    clause.span.clone(),
                    words!(zh: "金额表里的 `{name}` 已被 for 排除", en: "the amounts name `{name}`, which `for` excludes"),
                    words!(zh: "删去一处", en: "remove one of the two"),
                );
            }
        }
        if clause.amounts.is_empty() {
            self.error(
                Code::MissingKey,
                clause.span.clone(),
                words!(zh: "条款没有金额", en: "the clause has no amount"),
                words!(zh: "写上 amount", en: "give it an `amount`"),
            );
        }
    }

    /// Two conditions of one clause that exclude each other, or one that asks for the same thing as the selection.
    fn conditions(&mut self, clause: &Clause) {
        for (index, condition) in clause.conditions.iter().enumerate() {
            let contradiction = clause.conditions[..index].iter().find(|other| exclude_each_other(other, condition));
            if let Some(other) = contradiction {
                let (one, two) = (&other.cite, &condition.cite);
                self.error(
                    Code::NeverHolds,
                    clause.span.clone(),
                    words!(zh: "两个条件（{one}、{two}）不能同时成立", en: "two conditions ({one}, {two}) can never hold together"),
                    words!(zh: "改其中一个", en: "change one of them"),
                );
            }
        }
    }

    /// Every clause says when the achievement must lie.
    fn window(&mut self, clause: &Clause) {
        let asks_date = |condition: &Condition| matches!(condition.test, Test::Within(fact, _) if self.vocabulary.fact(fact).kind == FactType::Date);
        if !clause.conditions.iter().any(asks_date) {
            self.error(
                Code::Incomplete,
                clause.span.clone(),
                words!(zh: "条款没有时间范围", en: "the clause has no window of time"),
                words!(
                    zh: "加一个条件，至少是 {{ fact = \"date\", within = \"up to application\" }}",
                    en: "add a condition, at least {{ fact = \"date\", within = \"up to application\" }}"
                ),
            );
        }
    }

    /// A paying clause needs an example that is paid; a clause without a figure, any example.
    fn example(&mut self, clause: &Clause) {
        let has_figure = clause.amounts.iter().any(|line| !matches!(line.amount, Amount::CaseByCase { .. }));
        let proves = |pays: Option<crate::money::Money>| !has_figure || pays.is_some_and(|money| !money.is_zero());
        if !clause.examples.iter().any(|example| example.rows.iter().any(|row| proves(row.pays))) {
            let id = &clause.id;
            self.error(
                Code::Incomplete,
                clause.span.clone(),
                words!(zh: "条款 `{id}` 没有付款的算例", en: "clause `{id}` has no worked example that pays"),
                words!(zh: "在条款下加 [[clause.example]]", en: "add a [[clause.example]] below the clause"),
            );
        }
    }

    /// Caps are nested or apart; a clause is under one limit of items. Otherwise the order of calculation is open.
    fn overlaps(&mut self) {
        for (index, cap) in self.policy.caps.iter().enumerate() {
            for other in &self.policy.caps[..index] {
                let shared = cap.on.iter().any(|clause| other.on.contains(clause));
                let nested = other.on.iter().all(|clause| cap.on.contains(clause));
                if shared && !nested {
                    let (one, two) = (&other.id, &cap.id);
                    self.error(
                        Code::Overlap,
                        cap.span.clone(),
                        words!(zh: "封顶 `{one}` 与 `{two}` 交叉，但互不包含", en: "caps `{one}` and `{two}` overlap, and neither contains the other"),
                        words!(zh: "使一个包含另一个", en: "make one contain the other"),
                    );
                }
            }
        }
        let groups: Vec<(&Vec<ClauseIndex>, Span)> = self
            .policy
            .limits
            .iter()
            .filter_map(|limit| match &limit.of {
                LimitOf::Items { on, .. } => Some((on, limit.span.clone())),
                LimitOf::Categories => None,
            })
            .collect();
        for (index, (group, span)) in groups.iter().enumerate() {
            if groups[..index].iter().any(|(other, _)| other.iter().any(|clause| group.contains(clause))) {
                self.error(
                    Code::Overlap,
                    span.clone(),
                    words!(zh: "同一条款受两个件数限制", en: "a clause stands under two limits of items"),
                    words!(zh: "每个条款至多受一个件数限制", en: "a clause takes at most one limit of items"),
                );
            }
        }
    }

    /// Nothing is computed wrongly: a draft may leave them for later.
    fn unused(&mut self) {
        for (index, category) in self.policy.categories.iter().enumerate() {
            if !self.policy.clauses.iter().any(|clause| clause.category == index) {
                let id = &category.id;
                self.warning(
                    Code::Unused,
                    category.span.clone(),
                    words!(zh: "没有条款属于类别 `{id}`", en: "no clause is of category `{id}`"),
                    words!(zh: "删去它", en: "remove it"),
                );
            }
        }
        for (index, parameter) in self.policy.parameters.iter().enumerate() {
            let used = |amount: &CapAmount| matches!(amount, CapAmount::OfParameter(used, _) if *used == index);
            if !self.policy.caps.iter().any(|cap| used(&cap.at_most)) {
                let id = &parameter.id;
                self.warning(
                    Code::Unused,
                    parameter.span.clone(),
                    words!(zh: "没有封顶用到参数 `{id}`", en: "no cap uses the parameter `{id}`"),
                    words!(zh: "删去它", en: "remove it"),
                );
            }
        }
    }
}

/// True if the two conditions ask incompatible things of one fact.
fn exclude_each_other(one: &Condition, two: &Condition) -> bool {
    let same = |a: &FactId, b: &FactId| a == b;
    match (&one.test, &two.test) {
        (Test::Is(a, x), Test::Is(b, y)) => same(a, b) && x != y,
        (Test::InRange(a, x), Test::InRange(b, y)) => same(a, b) && !x.meets(*y),
        (Test::OneOf(a, x), Test::OneOf(b, y)) => same(a, b) && !x.iter().any(|value| y.contains(value)),
        (Test::OneOf(a, x), Test::NoneOf(b, y)) | (Test::NoneOf(b, y), Test::OneOf(a, x)) => {
            same(a, b) && x.iter().all(|value| y.contains(value))
        }
        _ => false,
    }
}
