//! Is a saved result what its inputs and rules come to? [`document`] reads it, [`compare`] holds it against one that was
//! computed anew and names the cause of every difference, [`consistency`] asks whether it adds up in itself, [`older`]
//! guesses what a result was asked for with that does not say it. Pure: files are the caller's.

pub mod compare;
pub mod consistency;
pub mod document;
pub mod older;

use serde_json::Value as Json;

/// Where in a result something stands, in words for a person and as a path for a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The unit, inside a result.
    pub applicant: Option<String>,
    /// The policy, inside a result.
    pub policy: Option<String>,
    /// The year as written, inside a result.
    pub year: Option<String>,
    /// The id of the item, inside one.
    pub item: Option<String>,
    /// Its row.
    pub row: Option<String>,
    /// The step: its number, counted from 1, and its operation.
    pub step: Option<(usize, String)>,
    /// The keys below the innermost of these: `amount`, `caps[0].after`.
    pub key: String,
    /// The whole path: `results[0].items[3].steps[1].amount`.
    pub path: String,
}

/// One part of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Of an object.
    Key(String),
    /// Of a list: its index.
    Index(usize),
}

impl Place {
    /// Names a path in a document.
    pub fn of(document: &Json, parts: &[Part]) -> Place {
        let mut place = Place::default();
        let mut at = Some(document);
        let mut key_from = 0;
        for (index, part) in parts.iter().enumerate() {
            at = at.and_then(|value| match part {
                Part::Key(key) => value.get(key),
                Part::Index(index) => value.get(index),
            });
            let names: Vec<&str> = parts[..index]
                .iter()
                .filter_map(|part| match part {
                    Part::Key(key) => Some(key.as_str()),
                    Part::Index(_) => None,
                })
                .collect();
            let (Part::Index(number), Some(entry)) = (part, at) else { continue };
            match (names.as_slice(), index) {
                (["results"], 1) => {
                    place.applicant = shown(entry.get("applicant"));
                    place.policy = shown(entry.get("policy"));
                    place.year = shown(entry.get("year"));
                }
                (["results", "items"], 3) => {
                    place.item = shown(entry.get("id"));
                    place.row = shown(entry.get("row"));
                }
                (["results", "items", "steps"], 5) => {
                    place.step = Some((number + 1, shown(entry.get("op")).unwrap_or_default()));
                }
                _ => continue,
            }
            key_from = index + 1;
        }
        place.path = written(parts);
        place.key = written(parts.get(key_from..).unwrap_or_default());
        place
    }
}

fn written(parts: &[Part]) -> String {
    let mut path = String::new();
    for part in parts {
        match part {
            Part::Key(key) => {
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(key);
            }
            Part::Index(index) => path.push_str(&format!("[{index}]")),
        }
    }
    path
}

/// A value as a person reads it: texts without quotes.
pub fn shown(value: Option<&Json>) -> Option<String> {
    match value? {
        Json::String(text) => Some(text.clone()),
        Json::Null => None,
        other => Some(other.to_string()),
    }
}
