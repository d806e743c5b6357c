//! The dictionary of facts 事实词典 (contract section 1): data from `rules/vocabulary.toml`, indexed once.
//!
//! The engine and the readers know facts by [`FactId`]; only the handful in [`WellKnown`] are known by name.

use std::collections::HashMap;

use regex::Regex;

use crate::facts::Value;
use crate::range::Range;
use crate::rulefile::{Code, Entry, Problems, RuleFile, Span};
use crate::text;
use crate::words;

/// A fact: a column or a flag. Index into [`Vocabulary::facts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FactId(pub u16);

/// A value of an enum fact. Index into [`Fact::values`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ValueId(pub u16);

/// Which table a fact belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A row of the achievements file.
    Achievement,
    /// A row of the applicants file.
    Applicant,
}

/// The type of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FactType {
    /// Free text.
    Text,
    /// One of a list of values.
    Enum,
    /// A whole number.
    Integer,
    /// Whole numbers separated by `;`.
    Integers,
    /// A day.
    Date,
    /// An amount.
    Money,
    /// Yes or no; flags are of this type.
    Boolean,
    /// The column that holds flags.
    Flags,
}

/// One value of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumValue {
    /// English id, used in rule files and JSON.
    pub id: String,
    /// Chinese label.
    pub zh: String,
    /// Further accepted spellings.
    pub also: Vec<String>,
    /// For subjects: the kind it belongs to.
    pub of_kind: Option<ValueId>,
    /// For roles: the ranks that a unit in this role can have.
    pub ranks: Option<Range>,
}

/// A word of an enum column that leaves several values open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ambiguous {
    /// Accepted spellings.
    pub labels: Vec<String>,
    /// The values it may mean.
    pub means: Vec<ValueId>,
}

/// One fact of the dictionary.
#[derive(Clone, Debug)]
pub struct Fact {
    /// English id: header, JSON key, name in rule files.
    pub id: String,
    /// Chinese header.
    pub zh: String,
    /// Further accepted headers.
    pub also: Vec<String>,
    /// Achievement or applicant.
    pub of: Of,
    /// Type of the cells.
    pub kind: FactType,
    /// True for the facts that select a clause (contract section 3.3).
    pub selects: bool,
    /// True for a flag, which has no column of its own.
    pub flag: bool,
    /// Smallest whole number allowed.
    pub min: i64,
    /// Values of an enum, in the order in which blanks are tried.
    pub values: Vec<EnumValue>,
    /// Words that leave several values open.
    pub ambiguous: Vec<Ambiguous>,
    /// A note for the person who fills in the column.
    pub note: String,
    lookup: HashMap<String, Value>,
}

impl Fact {
    /// The value that `label` names in either language, folded.
    pub fn value(&self, label: &str) -> Option<&Value> {
        self.lookup.get(&text::key(label))
    }

    /// The value with the English id `id`.
    pub fn value_id(&self, id: &str) -> Option<ValueId> {
        self.values.iter().position(|value| value.id == id).map(ValueId::from_index)
    }

    /// Every accepted spelling of every value.
    pub fn labels(&self) -> impl Iterator<Item = &str> {
        let values = self
            .values
            .iter()
            .flat_map(|v| [v.id.as_str(), v.zh.as_str()].into_iter().chain(v.also.iter().map(String::as_str)));
        values.chain(self.ambiguous.iter().flat_map(|a| a.labels.iter().map(String::as_str)))
    }

    fn index(&mut self) {
        self.lookup.clear();
        for (index, value) in self.values.iter().enumerate() {
            for label in [&value.id, &value.zh].into_iter().chain(&value.also) {
                self.lookup.entry(text::key(label)).or_insert(Value::Code(ValueId::from_index(index)));
            }
        }
        for ambiguous in &self.ambiguous {
            for label in &ambiguous.labels {
                self.lookup.entry(text::key(label)).or_insert(Value::OneOf(ambiguous.means.clone().into()));
            }
        }
    }
}

impl ValueId {
    fn from_index(index: usize) -> Self {
        ValueId(u16::try_from(index).expect("an enum has fewer than 65,536 values"))
    }
}

/// A level read off a standard's number, or the like.
#[derive(Clone, Debug)]
pub struct Inference {
    /// Only for rows of this kind.
    pub kind: ValueId,
    /// The text fact that is read.
    pub from: FactId,
    /// The enum fact that is inferred.
    pub to: FactId,
    rules: Vec<(Regex, Option<ValueId>)>,
}

impl Inference {
    /// What `text` implies, if anything.
    pub fn infer(&self, text: &str) -> Option<ValueId> {
        let folded = text::fold(text).to_uppercase();
        self.rules.iter().find(|(prefix, _)| prefix.is_match(&folded)).and_then(|(_, value)| *value)
    }

    /// True if no rule asks for a particular digit: texts that differ in digits only imply the same.
    pub fn is_blind_to_digits(&self) -> bool {
        let blind = |pattern: &str| {
            let mut rest = pattern.replace("[0-9]", "").replace("[^0-9]", "").replace("\\d", "");
            // Repetitions are counted in digits.
            while let Some((before, behind)) = rest.split_once('{') {
                let Some((_, after)) = behind.split_once('}') else { return false };
                rest = format!("{before}{after}");
            }
            !rest.contains(|c: char| c.is_ascii_digit()) && !rest.contains('\\')
        };
        self.rules.iter().all(|(prefix, _)| blind(prefix.as_str()))
    }
}

/// Facts that the readers or the engine know by name, because the contract gives them a meaning of their own.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct WellKnown {
    pub id: FactId,
    pub applicant: FactId,
    pub kind: FactId,
    pub subject: FactId,
    pub level: FactId,
    pub title: FactId,
    pub number: FactId,
    pub project: FactId,
    pub role: FactId,
    pub rank: FactId,
    pub local_ranks: FactId,
    pub date: FactId,
    pub quantity: FactId,
    pub prior_amount: FactId,
    pub prior_source: FactId,
    pub flags: FactId,
    pub code: FactId,
    pub region: FactId,
}

/// The whole dictionary.
#[derive(Clone, Debug)]
pub struct Vocabulary {
    facts: Vec<Fact>,
    by_id: HashMap<String, FactId>,
    inferences: Vec<Inference>,
    /// What a blank cell of a kind means under every policy: kind, fact, value.
    defaults: Vec<(ValueId, FactId, ValueId)>,
    known: WellKnown,
}

impl Vocabulary {
    /// The fact behind an id of this vocabulary.
    pub fn fact(&self, id: FactId) -> &Fact {
        &self.facts[usize::from(id.0)]
    }

    /// Every fact with its id, in the order of the dictionary.
    pub fn facts(&self) -> impl Iterator<Item = (FactId, &Fact)> {
        (0u16..).map(FactId).zip(&self.facts)
    }

    /// The fact named `name` in rule files.
    pub fn find(&self, name: &str) -> Option<FactId> {
        self.by_id.get(name).copied()
    }

    /// The facts that have a meaning of their own.
    pub fn known(&self) -> WellKnown {
        self.known
    }

    /// How levels are read off numbers.
    pub fn inferences(&self) -> &[Inference] {
        &self.inferences
    }

    /// The value that a blank cell of `fact` has for rows of `kind` under every policy.
    pub fn default_of(&self, kind: ValueId, fact: FactId) -> Option<ValueId> {
        self.defaults.iter().find(|(k, f, _)| (*k, *f) == (kind, fact)).map(|(_, _, value)| *value)
    }

    /// The facts that select a clause, in the order of the dictionary.
    pub fn selecting(&self) -> impl Iterator<Item = FactId> + '_ {
        self.facts().filter(|(_, fact)| fact.selects).map(|(id, _)| id)
    }

    /// The values that `fact` can take in a row of `kind`: a subject must belong to the kind.
    pub fn values_for(&self, fact: FactId, kind: Option<ValueId>) -> impl Iterator<Item = ValueId> + '_ {
        let ids = (0u16..).map(ValueId).zip(&self.fact(fact).values);
        ids.filter(move |(_, value)| value.of_kind.is_none() || value.of_kind == kind).map(|(id, _)| id)
    }

    /// The English id of a value.
    pub fn value_name(&self, fact: FactId, value: ValueId) -> &str {
        &self.fact(fact).values[usize::from(value.0)].id
    }

    /// The ranks that a unit in `role` can have; any from 1 on where the dictionary says nothing.
    pub fn ranks_of(&self, role: Option<ValueId>) -> Range {
        let values = &self.fact(self.known.role).values;
        role.and_then(|role| values[usize::from(role.0)].ranks).unwrap_or(Range { from: 1, to: None })
    }

    /// Builds the dictionary from its files, later ones adding to or replacing entries of earlier ones.
    ///
    /// # Errors
    /// The diagnostics of each file that has mistakes, by index.
    pub fn load(files: &[RuleFile]) -> Result<Vocabulary, Vec<(usize, Vec<crate::rulefile::Diagnostic>)>> {
        let mut builder = Builder::default();
        let mut mistakes = Vec::new();
        for (index, file) in files.iter().enumerate() {
            let problems = Problems::default();
            file.with_root(&problems, |root| builder.read(root, &problems));
            let found = problems.into_inner();
            if !found.is_empty() {
                mistakes.push((index, found));
            }
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        builder.build().map_err(|problem| vec![(0, vec![problem])])
    }
}

#[derive(Default)]
struct Builder {
    facts: Vec<Fact>,
    inferences: Vec<Inference>,
    defaults: Vec<(ValueId, FactId, ValueId)>,
}

impl Builder {
    fn find(&self, id: &str) -> Option<FactId> {
        self.facts.iter().position(|fact| fact.id == id).map(|index| FactId(u16::try_from(index).unwrap_or(u16::MAX)))
    }

    fn fact_mut(&mut self, id: FactId) -> &mut Fact {
        &mut self.facts[usize::from(id.0)]
    }

    fn read(&mut self, root: Entry<'_, '_>, problems: &Problems) {
        for column in root.entries("column") {
            self.column(column);
        }
        for flag in root.entries("flag") {
            let id = flag.need_text("id");
            let zh = flag.need_text("zh");
            let also = flag.texts("also").into_iter().map(|(label, _)| label).collect();
            flag.finish();
            if let (Some(id), Some(zh)) = (id, zh) {
                let mut fact = new_fact(id, zh, Of::Achievement, FactType::Boolean);
                fact.also = also;
                fact.flag = true;
                self.put(fact);
            }
        }
        for kind in root.entries("kind") {
            self.kind(kind, problems);
        }
        for inference in root.entries("inference") {
            self.inference(inference, problems);
        }
        root.finish();
    }

    fn put(&mut self, mut fact: Fact) -> FactId {
        fact.index();
        match self.find(&fact.id) {
            Some(id) => {
                *self.fact_mut(id) = fact;
                id
            }
            None => {
                self.facts.push(fact);
                FactId(u16::try_from(self.facts.len() - 1).expect("fewer than 65,536 facts"))
            }
        }
    }

    fn column(&mut self, column: Entry<'_, '_>) {
        let id = column.need_text("id");
        let zh = column.need_text("zh");
        let also = column.texts("also").into_iter().map(|(label, _)| label).collect();
        let of = match column.get("of") {
            Some(node) => match node.text().as_deref() {
                Some("applicant") => Of::Applicant,
                Some("achievement") => Of::Achievement,
                Some(_) => {
                    node.wrong(&words!(zh: " achievement 或 applicant", en: "achievement or applicant"));
                    Of::Achievement
                }
                None => Of::Achievement,
            },
            None => Of::Achievement,
        };
        let kind = column.need("type").and_then(|node| {
            let kind = match node.text()?.as_str() {
                "text" => FactType::Text,
                "enum" => FactType::Enum,
                "integer" => FactType::Integer,
                "integers" => FactType::Integers,
                "date" => FactType::Date,
                "money" => FactType::Money,
                "boolean" => FactType::Boolean,
                "flags" => FactType::Flags,
                _ => {
                    node.wrong(&words!(
                        zh: " text、enum、integer、integers、date、money、boolean 或 flags",
                        en: "text, enum, integer, integers, date, money, boolean or flags"
                    ));
                    return None;
                }
            };
            Some(kind)
        });
        let selects = column.get("selects").and_then(|node| node.boolean()).unwrap_or(false);
        let min = column.get("min").and_then(|node| node.integer()).unwrap_or(0);
        let note = column.text("note").unwrap_or_default();
        let values: Vec<EnumValue> = column.entries("values").into_iter().filter_map(|v| enum_value(v, None)).collect();
        let mut ambiguous = Vec::new();
        for entry in column.entries("ambiguous") {
            let labels: Vec<String> = entry
                .need_text("zh")
                .into_iter()
                .chain(entry.texts("also").into_iter().map(|(label, _)| label))
                .collect();
            let mut means = Vec::new();
            for (name, span) in entry.texts("means") {
                match values.iter().position(|value| value.id == name) {
                    Some(index) => means.push(ValueId::from_index(index)),
                    None => unknown_value(entry.problems(), span, &name, values.iter().map(|v| v.id.as_str())),
                }
            }
            entry.finish();
            ambiguous.push(Ambiguous { labels, means });
        }
        column.finish();
        let (Some(id), Some(zh), Some(kind)) = (id, zh, kind) else { return };
        let mut fact = new_fact(id, zh, of, kind);
        fact.also = also;
        fact.selects = selects;
        fact.min = min;
        fact.note = note;
        fact.values = values;
        fact.ambiguous = ambiguous;
        self.put(fact);
    }

    fn kind(&mut self, entry: Entry<'_, '_>, problems: &Problems) {
        let id = entry.need_text("id");
        let zh = entry.need_text("zh");
        let also = entry.texts("also").into_iter().map(|(label, _)| label).collect();
        let (kind_fact, subject_fact) = (self.find("kind"), self.find("subject"));
        let (Some(id), Some(zh), Some(kind_fact), Some(subject_fact)) = (id, zh, kind_fact, subject_fact) else {
            return;
        };
        let kind = self.put_value(kind_fact, EnumValue { id, zh, also, of_kind: None, ranks: None });
        for subject in entry.entries("subjects") {
            if let Some(value) = enum_value(subject, Some(kind)) {
                self.put_value(subject_fact, value);
            }
        }
        if let Some(defaults) = entry.get("defaults").and_then(|node| node.entry()) {
            for (name, span, node) in defaults.pairs() {
                let Some(fact) = self.find(&name) else {
                    unknown_fact(problems, span, &name, self.facts.iter().map(|f| f.id.as_str()));
                    continue;
                };
                let Some(value) = node.text() else { continue };
                match self.fact_mut(fact).value_id(&value) {
                    Some(value) => self.defaults.push((kind, fact, value)),
                    None => unknown_value(
                        problems,
                        node.span(),
                        &value,
                        self.fact_mut(fact).values.iter().map(|v| v.id.as_str()),
                    ),
                }
            }
        }
        entry.finish();
    }

    fn put_value(&mut self, fact: FactId, value: EnumValue) -> ValueId {
        let fact = self.fact_mut(fact);
        let index = match fact.values.iter().position(|known| known.id == value.id) {
            Some(index) => {
                fact.values[index] = value;
                index
            }
            None => {
                fact.values.push(value);
                fact.values.len() - 1
            }
        };
        fact.index();
        ValueId::from_index(index)
    }

    fn inference(&mut self, entry: Entry<'_, '_>, problems: &Problems) {
        let fact_under = |key: &str| {
            let node = entry.need(key)?;
            let name = node.text()?;
            let found = self.find(&name);
            if found.is_none() {
                unknown_fact(problems, node.span(), &name, self.facts.iter().map(|f| f.id.as_str()));
            }
            found
        };
        let (from, to) = (fact_under("from"), fact_under("to"));
        let kind_fact = self.find("kind");
        let kind = entry.need_text("kind").zip(kind_fact).and_then(|(name, fact)| self.fact_mut(fact).value_id(&name));
        let mut rules = Vec::new();
        for rule in entry.entries("rules") {
            let prefix = rule.need("prefix").and_then(|node| {
                let compiled = Regex::new(&node.text()?);
                if compiled.is_err() {
                    node.wrong(&words!(zh: "正则表达式", en: "a regular expression"));
                }
                compiled.ok()
            });
            let value = rule.need("value").and_then(|node| {
                let name = node.text()?;
                if name.is_empty() {
                    return Some(None);
                }
                let value = to.and_then(|to| self.fact_mut(to).value_id(&name));
                if value.is_none() {
                    unknown_value(problems, node.span(), &name, []);
                }
                value.map(Some)
            });
            rule.finish();
            if let (Some(prefix), Some(value)) = (prefix, value) {
                rules.push((prefix, value));
            }
        }
        entry.finish();
        if let (Some(kind), Some(from), Some(to)) = (kind, from, to) {
            self.inferences.retain(|known| (known.kind, known.to) != (kind, to));
            self.inferences.push(Inference { kind, from, to, rules });
        }
    }

    fn build(self) -> Result<Vocabulary, crate::rulefile::Diagnostic> {
        let need = |name: &'static str| {
            self.find(name).ok_or_else(|| crate::rulefile::Diagnostic {
                code: Code::MissingKey,
                severity: crate::rulefile::Severity::Error,
                span: 0..0,
                message: words!(zh: "词典里没有 `{name}` 列", en: "the vocabulary has no column `{name}`"),
                hint: words!(zh: "补上这一列", en: "add the column"),
            })
        };
        let known = WellKnown {
            id: need("id")?,
            applicant: need("applicant")?,
            kind: need("kind")?,
            subject: need("subject")?,
            level: need("level")?,
            title: need("title")?,
            number: need("number")?,
            project: need("project")?,
            role: need("role")?,
            rank: need("rank")?,
            local_ranks: need("local_ranks")?,
            date: need("date")?,
            quantity: need("quantity")?,
            prior_amount: need("prior_amount")?,
            prior_source: need("prior_source")?,
            flags: need("flags")?,
            code: need("code")?,
            region: need("region")?,
        };
        let by_id = (0u16..).map(FactId).zip(&self.facts).map(|(id, fact)| (fact.id.clone(), id)).collect();
        Ok(Vocabulary { facts: self.facts, by_id, inferences: self.inferences, defaults: self.defaults, known })
    }
}

fn new_fact(id: String, zh: String, of: Of, kind: FactType) -> Fact {
    Fact {
        id,
        zh,
        also: Vec::new(),
        of,
        kind,
        selects: false,
        flag: false,
        min: 0,
        values: Vec::new(),
        ambiguous: Vec::new(),
        note: String::new(),
        lookup: HashMap::new(),
    }
}

fn enum_value(entry: Entry<'_, '_>, of_kind: Option<ValueId>) -> Option<EnumValue> {
    let id = entry.need_text("id");
    let zh = entry.need_text("zh");
    let also = entry.texts("also").into_iter().map(|(label, _)| label).collect();
    let ranks = entry.get("ranks").and_then(|node| {
        let range = Range::parse(&node.text()?);
        if range.is_none() {
            node.wrong(&words!(zh: "名次，如 \"1\" 或 \"2..\"", en: "places such as \"1\" or \"2..\""));
        }
        range
    });
    entry.finish();
    Some(EnumValue { id: id?, zh: zh?, also, of_kind, ranks })
}

/// Reports a name that is no fact, with the nearest that is.
pub(crate) fn unknown_fact<'a>(problems: &Problems, span: Span, found: &str, known: impl IntoIterator<Item = &'a str>) {
    let hint = match text::nearest(found, known, 3) {
        Some(near) => words!(zh: "是不是 `{near}`？", en: "did you mean `{near}`?"),
        None => words!(zh: "词典见 rules/vocabulary.toml", en: "the dictionary is rules/vocabulary.toml"),
    };
    problems.error(
        Code::UnknownFact,
        span,
        words!(zh: "词典里没有事实 `{found}`", en: "the vocabulary has no fact `{found}`"),
        hint,
    );
}

/// Reports a name that is no value of an enum, with the nearest that is.
pub(crate) fn unknown_value<'a>(
    problems: &Problems,
    span: Span,
    found: &str,
    known: impl IntoIterator<Item = &'a str>,
) {
    let known: Vec<&str> = known.into_iter().collect();
    let hint = match text::nearest(found, known.iter().copied(), 3) {
        Some(near) => words!(zh: "是不是 `{near}`？", en: "did you mean `{near}`?"),
        None => {
            let list = known.join(", ");
            words!(zh: "可用的取值：{list}", en: "known values: {list}")
        }
    };
    problems.error(Code::UnknownFact, span, words!(zh: "没有取值 `{found}`", en: "there is no value `{found}`"), hint);
}
