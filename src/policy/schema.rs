//! Rule files as JSON Schema, for editors that complete and check them while they are written (contract section 5).

use serde_json::{Map, Value, json};

use crate::vocabulary::{Fact, FactType, Vocabulary};

/// A policy, without what depends on the vocabulary.
const POLICY: &str = include_str!("../../schemas/policy.schema.json");

/// A part of the vocabulary.
pub const VOCABULARY: &str = include_str!("../../schemas/vocabulary.schema.json");

/// The schema of a rule file with one policy: which facts there are, and which values each of them takes, is read off
/// `vocabulary`.
///
/// # Errors
/// The schema that ships with the program is no JSON.
pub fn of_policy(vocabulary: &Vocabulary) -> Result<Value, serde_json::Error> {
    let facts: Vec<&Fact> = vocabulary.facts().map(|(_, fact)| fact).collect();
    let of_types = |types: &[FactType]| facts.iter().copied().filter(|fact| types.contains(&fact.kind)).collect();
    let selecting: Vec<&Fact> = facts.iter().copied().filter(|fact| fact.selects).collect();
    let enums: Vec<&Fact> = of_types(&[FactType::Enum]);
    let mut values: Vec<&str> = selecting.iter().flat_map(|fact| &fact.values).map(|value| value.id.as_str()).collect();
    values.sort_unstable();
    values.dedup();

    let mut schema: Value = serde_json::from_str(POLICY)?;
    let definitions = &mut schema["$defs"];
    definitions["fact"] = any_of(&facts);
    definitions["money_fact"] = any_of(&of_types(&[FactType::Money]));
    definitions["selecting"] = any_of(&selecting);
    definitions["selecting_value"] = json!({ "enum": values });
    for fact in &enums {
        let ids: Vec<&str> = fact.values.iter().map(|value| value.id.as_str()).collect();
        let one = json!({ "$ref": format!("#/$defs/value_of_{}", fact.id) });
        definitions[format!("value_of_{}", fact.id)] = json!({ "description": fact.zh, "enum": ids });
        definitions[format!("values_of_{}", fact.id)] = json!({ "anyOf": [one, { "type": "array", "items": one }] });
    }
    let properties: Map<String, Value> = selecting.iter().map(|fact| (fact.id.clone(), values_of(fact))).collect();
    definitions["selector"]["properties"] = properties.into();

    let truth = json!({ "type": "boolean" });
    let number = json!({ "is": { "type": "integer" }, "at_least": true, "at_most": true, "first_local_above": true });
    let rank = any_of(&[vocabulary.fact(vocabulary.known().rank)]);
    let mut tests = vec![
        test_of(&of_types(&[FactType::Boolean]), json!({ "is": truth, "is_not": truth })),
        test_of(&of_types(&[FactType::Integer]), number),
        test_of(&of_types(&[FactType::Date]), json!({ "within": true })),
        test_of(&of_types(&[FactType::Text, FactType::Integers, FactType::Money, FactType::Flags]), json!({})),
        json!({ "if": { "required": ["first_local_above"] }, "then": { "properties": { "fact": rank } } }),
    ];
    tests
        .extend(enums.iter().map(|fact| test_of(&[fact], json!({ "is": values_of(fact), "is_not": values_of(fact) }))));
    definitions["simple_test"]["allOf"] = tests.into();
    Ok(schema)
}

fn any_of(facts: &[&Fact]) -> Value {
    let ids: Vec<&str> = facts.iter().map(|fact| fact.id.as_str()).collect();
    json!({ "enum": ids })
}

/// One value of `fact`, or a list of them.
fn values_of(fact: &Fact) -> Value {
    json!({ "$ref": format!("#/$defs/values_of_{}", fact.id) })
}

/// A condition on one of these facts can ask nothing but what `asks` names.
fn test_of(facts: &[&Fact], mut asks: Value) -> Value {
    for key in ["is", "is_not", "at_least", "at_most", "within", "first_local_above"] {
        if asks.get(key).is_none() {
            asks[key] = json!(false);
        }
    }
    json!({ "if": { "properties": { "fact": any_of(facts) }, "required": ["fact"] }, "then": { "properties": asks } })
}
