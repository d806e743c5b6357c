//! A saved result beside one that was computed anew: every difference down to the single step, each with what may have
//! caused it.

use std::collections::{BTreeSet, HashMap, VecDeque};

use serde_json::{Map, Value as Json};

use super::consistency::Contradiction;
use super::{Part, Place, shown};

/// Why two results differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An input file is another one now.
    InputChanged,
    /// A policy that matters is another one now, or gone, or the vocabulary is another one.
    PolicyChanged,
    /// Another version of the engine computes.
    EngineChanged,
    /// None of these, or the value contradicts the saved result itself: it was edited or damaged.
    ResultChanged,
}

impl Cause {
    /// The value in the JSON report.
    pub fn id(self) -> &'static str {
        match self {
            Cause::InputChanged => "input_changed",
            Cause::PolicyChanged => "policy_changed",
            Cause::EngineChanged => "engine_changed",
            Cause::ResultChanged => "result_changed",
        }
    }
}

/// How two documents differ in one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Another value.
    Changed,
    /// Only the recomputed result has it.
    Missing,
    /// Only the saved result has it.
    Additional,
    /// The same entries in another order.
    Order,
}

impl Kind {
    /// The value in the JSON report.
    pub fn id(self) -> &'static str {
        match self {
            Kind::Changed => "changed",
            Kind::Missing => "missing",
            Kind::Additional => "additional",
            Kind::Order => "order",
        }
    }
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Where: in the saved result, or in the recomputed one where the saved one has no such place.
    pub place: Place,
    /// How.
    pub kind: Kind,
    /// The value as saved.
    pub saved: Option<Json>,
    /// The value as computed now.
    pub recomputed: Option<Json>,
    /// Everything that may have caused it; never empty.
    pub causes: Vec<Cause>,
}

/// What is not as it was when the result was saved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Circumstances {
    /// Input files of another SHA-256, by path.
    pub inputs: BTreeSet<String>,
    /// Policies of another SHA-256, by id.
    pub policies: BTreeSet<String>,
    /// Policies of the saved result that are not at hand, by id.
    pub gone: BTreeSet<String>,
    /// True if the vocabulary is another one.
    pub vocabulary: bool,
    /// True if other rule files are at hand than then.
    pub rule_files: bool,
    /// Version of the engine then and now, where they differ.
    pub engine: Option<(String, String)>,
}

impl Circumstances {
    /// What changed between the documents; `at_hand` are id and SHA-256 of every policy at hand now.
    pub fn of(saved: &Json, recomputed: &Json, at_hand: &[(&str, &str)]) -> Circumstances {
        let text = |value: &Json, pointer: &str| shown(value.pointer(pointer)).unwrap_or_default();
        let mut changed = Circumstances::default();
        for (input, now) in list(saved, "inputs").iter().zip(list(recomputed, "inputs")) {
            if input.get("sha256") != now.get("sha256") {
                changed.inputs.insert(shown(input.get("path")).unwrap_or_default());
            }
        }
        for result in list(saved, "results") {
            let (Some(id), digest) = (shown(result.get("policy")), shown(result.get("policy_sha256"))) else {
                continue;
            };
            match at_hand.iter().find(|(known, _)| *known == id) {
                None => drop(changed.gone.insert(id)),
                Some((_, now)) if digest.as_deref() != Some(now) => drop(changed.policies.insert(id)),
                Some(_) => {}
            }
        }
        if saved.get("request").is_some() {
            let differs = |pointer: &str| saved.pointer(pointer) != recomputed.pointer(pointer);
            changed.vocabulary = differs("/request/vocabulary_sha256");
            changed.rule_files = differs("/request/shipped_rules_sha256") || differs("/request/rules");
        }
        let version = |document| text(document, "/engine/name") + " " + &text(document, "/engine/version");
        let (then, now) = (version(saved), version(recomputed));
        changed.engine = (then != now).then_some((then, now));
        changed
    }

    /// What may have caused a difference in this place. `neighbours` are the policies of all results of one unit: they
    /// see each other's money.
    fn causes(&self, parts: &[Part], place: &Place, neighbours: &Neighbours) -> Vec<Cause> {
        let first = match parts.first() {
            Some(Part::Key(key)) => key.as_str(),
            _ => "",
        };
        let second = match parts.get(1) {
            Some(Part::Key(key)) => key.as_str(),
            _ => "",
        };
        let (input, policy) = match first {
            "engine" | "schema" => (false, false),
            "inputs" => (!self.inputs.is_empty(), false),
            "request" => (false, matches!(second, "rules" | "vocabulary_sha256" | "shipped_rules_sha256")),
            "results" => (!self.inputs.is_empty(), self.policy_matters(place, neighbours)),
            _ => (!self.inputs.is_empty(), self.vocabulary),
        };
        let causes = [
            (Cause::InputChanged, input),
            (Cause::PolicyChanged, policy),
            (Cause::EngineChanged, self.engine.is_some()),
        ];
        let mut causes: Vec<Cause> = causes.into_iter().filter(|(_, holds)| *holds).map(|(cause, _)| cause).collect();
        if causes.is_empty() {
            causes.push(Cause::ResultChanged);
        }
        causes
    }

    fn policy_matters(&self, place: &Place, neighbours: &Neighbours) -> bool {
        let Some(policy) = &place.policy else { return self.vocabulary || self.rule_files };
        let touched = |policy: &String| self.policies.contains(policy) || self.gone.contains(policy);
        let of_unit = place.applicant.as_ref().and_then(|applicant| neighbours.of_unit.get(applicant));
        let unheard = self.rule_files && !neighbours.saved.contains(policy);
        self.vocabulary || unheard || touched(policy) || of_unit.is_some_and(|policies| policies.iter().any(touched))
    }
}

/// Policies by unit, and all that the saved result has.
#[derive(Default)]
struct Neighbours {
    of_unit: HashMap<String, BTreeSet<String>>,
    saved: BTreeSet<String>,
}

impl Neighbours {
    fn of(saved: &Json, recomputed: &Json) -> Self {
        let mut neighbours = Neighbours::default();
        for result in list(saved, "results").iter().chain(list(recomputed, "results")) {
            if let (Some(unit), Some(policy)) = (shown(result.get("applicant")), shown(result.get("policy"))) {
                neighbours.of_unit.entry(unit).or_default().insert(policy);
            }
        }
        neighbours.saved = list(saved, "results").iter().filter_map(|result| shown(result.get("policy"))).collect();
        neighbours
    }
}

/// Every difference between a saved result and one computed now, in order of place.
pub fn differences(saved: &Json, recomputed: &Json, changed: &Circumstances) -> Vec<Difference> {
    let mut walk = Walk { parts: Vec::new(), found: Vec::new() };
    walk.values(saved, recomputed);
    let neighbours = Neighbours::of(saved, recomputed);
    let named = walk.found.into_iter().map(|raw| {
        let document = if raw.kind == Kind::Missing { recomputed } else { saved };
        let place = Place::of(document, &raw.parts);
        let causes = changed.causes(&raw.parts, &place, &neighbours);
        Difference { place, kind: raw.kind, saved: raw.saved, recomputed: raw.recomputed, causes }
    });
    named.collect()
}

/// A saved value that contradicts the saved result itself was written by no version from any input: it was edited, whatever
/// else changed.
pub fn blame(differences: &mut [Difference], contradictions: &[Contradiction]) {
    let edited: BTreeSet<&str> = contradictions.iter().map(|one| one.place.path.as_str()).collect();
    for difference in differences.iter_mut().filter(|one| edited.contains(one.place.path.as_str())) {
        if !difference.causes.contains(&Cause::ResultChanged) {
            difference.causes.push(Cause::ResultChanged);
        }
    }
}

/// True if something differs that is money, or whether something is there at all: not only words and provenance.
pub fn touches_money(difference: &Difference) -> bool {
    let is_money = |value: &Option<Json>| {
        let text = value.as_ref().and_then(Json::as_str).unwrap_or_default();
        text.rsplit_once('.').is_some_and(|(whole, cents)| {
            cents.len() == 2 && (whole.to_owned() + cents).bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
        })
    };
    // A whole part that is something else may hold any amount.
    let is_part = |value: &Option<Json>| !matches!(value, Some(Json::String(_) | Json::Number(_) | Json::Bool(_)));
    let sides = [&difference.saved, &difference.recomputed];
    difference.place.path.starts_with("results")
        && (difference.kind != Kind::Changed || sides.iter().any(|side| is_money(side) || is_part(side)))
}

fn list<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

/// A difference before anybody has given it a name.
struct Raw {
    parts: Vec<Part>,
    kind: Kind,
    saved: Option<Json>,
    recomputed: Option<Json>,
}

struct Walk {
    parts: Vec<Part>,
    found: Vec<Raw>,
}

impl Walk {
    fn add(&mut self, part: Option<Part>, kind: Kind, saved: Option<&Json>, recomputed: Option<&Json>) {
        let parts = self.parts.iter().cloned().chain(part).collect();
        self.found.push(Raw { parts, kind, saved: saved.cloned(), recomputed: recomputed.cloned() });
    }

    fn values(&mut self, saved: &Json, recomputed: &Json) {
        match (saved, recomputed) {
            (Json::Object(saved), Json::Object(recomputed)) => self.objects(saved, recomputed),
            (Json::Array(saved), Json::Array(recomputed)) => self.lists(saved, recomputed),
            _ if saved != recomputed => self.add(None, Kind::Changed, Some(saved), Some(recomputed)),
            _ => {}
        }
    }

    /// The order of keys means nothing.
    fn objects(&mut self, saved: &Map<String, Json>, recomputed: &Map<String, Json>) {
        for (key, value) in saved {
            match recomputed.get(key) {
                Some(now) => {
                    self.parts.push(Part::Key(key.clone()));
                    self.values(value, now);
                    self.parts.pop();
                }
                None => self.add(Some(Part::Key(key.clone())), Kind::Additional, Some(value), None),
            }
        }
        for (key, now) in recomputed.iter().filter(|(key, _)| !saved.contains_key(*key)) {
            // A result that never said what was asked for cannot say it wrongly.
            if !(self.parts.is_empty() && key == "request") {
                self.add(Some(Part::Key(key.clone())), Kind::Missing, None, Some(now));
            }
        }
    }

    fn lists(&mut self, saved: &[Json], recomputed: &[Json]) {
        let pairs = pair(saved, recomputed, self.identity());
        let mut in_order = true;
        let mut last = None;
        for (index, other) in pairs.iter().enumerate() {
            let (Some(value), part) = (saved.get(index), Part::Index(index)) else { continue };
            match other.and_then(|other| Some((other, recomputed.get(other)?))) {
                Some((other, now)) => {
                    in_order &= last.is_none_or(|last| last < other);
                    last = Some(other);
                    self.parts.push(part);
                    self.values(value, now);
                    self.parts.pop();
                }
                None => self.add(Some(part), Kind::Additional, Some(value), None),
            }
        }
        let met: BTreeSet<usize> = pairs.into_iter().flatten().collect();
        for (index, now) in recomputed.iter().enumerate().filter(|(index, _)| !met.contains(index)) {
            self.add(Some(Part::Index(index)), Kind::Missing, None, Some(now));
        }
        if !in_order {
            self.add(None, Kind::Order, None, None);
        }
    }

    /// The keys by which entries of this list are known; none: by their place.
    fn identity(&self) -> &'static [&'static str] {
        let keys: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| match part {
                Part::Key(key) => Some(key.as_str()),
                Part::Index(_) => None,
            })
            .collect();
        match keys.as_slice() {
            ["results"] => &["applicant", "policy", "year"],
            ["results", "items"] | ["invalid"] => &["path", "row"],
            ["results", "caps"] => &["scope"],
            ["results", "items", "steps"] => &["op", "scope"],
            ["results", "assumptions"] => &["fact", "clause"],
            _ => &[],
        }
    }
}

/// For each saved entry, the entry of the other list that is the same one. Entries that have none are paired by place, if
/// the one there has none either: then it is its name that differs.
fn pair(saved: &[Json], recomputed: &[Json], identity: &[&str]) -> Vec<Option<usize>> {
    // Sentences and names are known by themselves.
    let texts = saved.iter().chain(recomputed).all(Json::is_string);
    if identity.is_empty() && !texts {
        return (0..saved.len()).map(|index| (index < recomputed.len()).then_some(index)).collect();
    }
    let name = |value: &Json| -> String {
        if texts {
            return value.to_string();
        }
        let parts = identity.iter().map(|key| value.get(*key).map(Json::to_string).unwrap_or_default());
        parts.collect::<Vec<_>>().join("\u{0}")
    };
    let mut by_name: HashMap<String, VecDeque<usize>> = HashMap::new();
    for (index, value) in recomputed.iter().enumerate() {
        by_name.entry(name(value)).or_default().push_back(index);
    }
    let mut pairs: Vec<Option<usize>> =
        saved.iter().map(|value| by_name.get_mut(&name(value)).and_then(VecDeque::pop_front)).collect();
    let met: BTreeSet<usize> = pairs.iter().copied().flatten().collect();
    for (index, pair) in pairs.iter_mut().enumerate() {
        if pair.is_none() && index < recomputed.len() && !met.contains(&index) {
            *pair = Some(index);
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Json {
        let item = |id: &str, row: u64| {
            json!({ "id": id, "row": row, "amount": "10.00", "reasons": ["a", "b"],
                    "steps": [{ "op": "base", "amount": "20.00" }, { "op": "cap", "amount": "10.00" }] })
        };
        let result = |unit: &str, policy: &str| {
            json!({ "applicant": unit, "policy": policy, "policy_sha256": "0", "year": 2022, "total": "20.00",
                    "items": [item("A", 2), item("B", 3)], "caps": [{ "scope": "c" }, { "scope": "d" }] })
        };
        json!({ "schema": "s", "engine": { "name": "e", "version": "1" },
                "inputs": [{ "path": "a.csv", "sha256": "00", "rows": 2 }, { "path": "b.csv", "sha256": "01", "rows": 1 }],
                "request": { "rules": [], "vocabulary_sha256": "v", "shipped_rules_sha256": "s", "calls": false },
                "results": [result("甲", "p"), result("甲", "q"), result("乙", "q")], "invalid": [] })
    }

    const AT_HAND: [(&str, &str); 2] = [("p", "0"), ("q", "0")];

    fn compared(saved: &Json, now: &Json, at_hand: &[(&str, &str)]) -> Vec<(String, Kind, Vec<Cause>)> {
        let changed = Circumstances::of(saved, now, at_hand);
        let found = differences(saved, now, &changed);
        found.into_iter().map(|found| (found.place.path, found.kind, found.causes)).collect()
    }

    /// The differences where the saved document is changed like this, and nothing else is.
    fn after(change: impl FnOnce(&mut Json)) -> Vec<(String, Kind, Vec<Cause>)> {
        let mut saved = document();
        change(&mut saved);
        compared(&saved, &document(), &AT_HAND)
    }

    fn one(path: &str, kind: Kind, cause: Cause) -> Vec<(String, Kind, Vec<Cause>)> {
        vec![(path.to_owned(), kind, vec![cause])]
    }

    #[test]
    fn what_is_the_same_has_no_difference() {
        assert_eq!(after(|_| {}), []);
        // The order of keys is no difference.
        assert_eq!(after(|saved| saved["inputs"][0] = json!({ "rows": 2, "sha256": "00", "path": "a.csv" })), []);
    }

    #[test]
    fn every_change_is_found_where_it_is() {
        use Cause::ResultChanged;
        let step = "results[0].items[1].steps[0].amount";
        assert_eq!(
            after(|s| s["results"][0]["items"][1]["steps"][0]["amount"] = json!("20.01")),
            one(step, Kind::Changed, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"][0]["items"][0]["row"] = json!(9)),
            one("results[0].items[0].row", Kind::Changed, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"][2]["applicant"] = json!("丙")),
            one("results[2].applicant", Kind::Changed, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"][0]["new"] = json!(1)),
            one("results[0].new", Kind::Additional, ResultChanged)
        );
        assert_eq!(after(|s| s["note"] = json!(1)), one("note", Kind::Additional, ResultChanged));
        assert_eq!(after(|s| s["inputs"][0]["rows"] = json!(3)), one("inputs[0].rows", Kind::Changed, ResultChanged));
        assert_eq!(after(|s| s["request"]["calls"] = json!(null)), one("request.calls", Kind::Changed, ResultChanged));
        assert_eq!(
            after(|s| drop(s["results"][0].as_object_mut().unwrap().remove("total"))),
            one("results[0].total", Kind::Missing, ResultChanged)
        );
        assert_eq!(
            after(|s| drop(s["results"][0]["items"].as_array_mut().unwrap().remove(0))),
            one("results[0].items[0]", Kind::Missing, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"][0]["items"].as_array_mut().unwrap().swap(0, 1)),
            one("results[0].items", Kind::Order, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"].as_array_mut().unwrap().push(json!({}))),
            one("results[3]", Kind::Additional, ResultChanged)
        );
        // A step too few moves those behind it, which are the same all the same.
        assert_eq!(
            after(|s| drop(s["results"][0]["items"][0]["steps"].as_array_mut().unwrap().remove(0))),
            one("results[0].items[0].steps[0]", Kind::Missing, ResultChanged)
        );
        assert_eq!(
            after(|s| s["results"][0]["items"][0]["reasons"] = json!(["b"])),
            one("results[0].items[0].reasons[0]", Kind::Missing, ResultChanged)
        );
    }

    #[test]
    fn places_have_names() {
        let (mut saved, now) = (document(), document());
        saved["results"][1]["items"][1]["steps"][1]["amount"] = json!("9.00");
        let place = differences(&saved, &now, &Circumstances::default()).remove(0).place;
        let named = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!(
            [&place.applicant, &place.policy, &place.year, &place.item, &place.row].map(named),
            ["甲", "q", "2022", "B", "3"]
        );
        assert_eq!((place.step, place.key.as_str()), (Some((2, "cap".to_owned())), "amount"));
    }

    #[test]
    fn all_causes_are_named() {
        use Cause::{EngineChanged, InputChanged, PolicyChanged, ResultChanged};
        let mut now = document();
        now["inputs"][0]["sha256"] = json!("99");
        now["results"][0]["total"] = json!("1.00");
        now["results"][2]["total"] = json!("1.00");
        let of = |saved: &Json, now: &Json, at_hand: &[(&str, &str)]| compared(saved, now, at_hand);
        assert_eq!(
            of(&document(), &now, &AT_HAND),
            [
                ("inputs[0].sha256".to_owned(), Kind::Changed, vec![InputChanged]),
                ("results[0].total".to_owned(), Kind::Changed, vec![InputChanged]),
                ("results[2].total".to_owned(), Kind::Changed, vec![InputChanged]),
            ]
        );
        // A policy that is another one concerns its own results, and those of units that it pays beside others.
        let changed = of(&document(), &now, &[("p", "1"), ("q", "0")]);
        assert_eq!(changed[1].2, [InputChanged, PolicyChanged]);
        assert_eq!(changed[2].2, [InputChanged]);
        now["inputs"][0]["sha256"] = json!("00");
        let gone = of(&document(), &now, &[("q", "0")]);
        assert_eq!((&gone[0].2, &gone[1].2), (&vec![PolicyChanged], &vec![ResultChanged]));
        now["engine"]["version"] = json!("2");
        let engine = of(&document(), &now, &[("p", "1"), ("q", "0")]);
        assert_eq!((&engine[0].2, &engine[1].2), (&vec![EngineChanged], &vec![PolicyChanged, EngineChanged]));
        // The vocabulary concerns everything that was read.
        let mut now = document();
        now["request"]["vocabulary_sha256"] = json!("w");
        now["results"][2]["total"] = json!("1.00");
        now["invalid"] = json!([{ "path": "a.csv", "row": 2 }]);
        let vocabulary = of(&document(), &now, &AT_HAND);
        assert_eq!(vocabulary.len(), 3);
        assert!(vocabulary.iter().all(|(.., causes)| *causes == [PolicyChanged]));
    }

    #[test]
    fn results_of_a_policy_that_is_new_at_hand() {
        let (mut saved, now) = (document(), document());
        for index in [2, 1] {
            saved["results"].as_array_mut().unwrap().remove(index);
        }
        let causes = |saved: &Json| compared(saved, &now, &AT_HAND).pop().unwrap();
        assert_eq!(causes(&saved), ("results[2]".to_owned(), Kind::Missing, vec![Cause::ResultChanged]));
        saved["request"]["shipped_rules_sha256"] = json!("t");
        assert_eq!(causes(&saved).2, [Cause::PolicyChanged]);
    }

    #[test]
    fn a_result_that_does_not_say_what_was_asked_for() {
        assert_eq!(after(|saved| drop(saved.as_object_mut().unwrap().remove("request"))), []);
        assert_eq!(
            after(|saved| {
                let request = saved.as_object_mut().unwrap().remove("request").unwrap();
                saved["requesu"] = request;
            }),
            one("requesu", Kind::Additional, Cause::ResultChanged)
        );
    }

    #[test]
    fn money_is_told_from_words() {
        let touched = |change: &dyn Fn(&mut Json)| {
            let mut saved = document();
            change(&mut saved);
            differences(&saved, &document(), &Circumstances::default()).iter().any(touches_money)
        };
        assert!(touched(&|s| s["results"][0]["total"] = json!("1.00")));
        assert!(touched(&|s| s["results"][0]["total"] = json!("x")));
        assert!(touched(&|s| drop(s["results"].as_array_mut().unwrap().pop())));
        assert!(!touched(&|s| s["results"][0]["policy_sha256"] = json!("1")));
        assert!(!touched(&|s| s["engine"]["version"] = json!("1.00")));
    }
}
