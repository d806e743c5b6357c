//! Bytes to a result document, or what they are instead.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value as Json};

use crate::lang::Words;
use crate::output::{json, summary};
use crate::words;

/// These bytes are no result that can be verified: what they are instead, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoResult(pub Words);

/// Reads a saved result: JSON in which no key comes twice, of the form that this version writes.
///
/// # Errors
/// What the bytes are instead.
pub fn read(bytes: &[u8]) -> Result<Json, NoResult> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(advised(words!(zh: "文件是空的", en: "the file is empty")));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(NoResult(words!(
            zh: "文件是 UTF-16，多半是 PowerShell 的 > 写成的；请用 -o 文件名.json 保存",
            en: "this is UTF-16, most likely written by PowerShell's >; save it with -o FILE.json"
        )));
    }
    let mut entries = serde_json::Deserializer::from_slice(bytes).into_iter::<Strict>();
    let document = match entries.next() {
        Some(Ok(Strict(document))) => document,
        Some(Err(error)) => return Err(no_json(bytes, &error)),
        None => return Err(advised(words!(zh: "文件是空的", en: "the file is empty"))),
    };
    let schema = document.get("schema").and_then(Json::as_str);
    if schema.is_none() && is_line(&document) {
        return Err(advised(words!(
            zh: "这是 NDJSON（一行一条结果），不带输入文件的 SHA-256，不能复核",
            en: "this is NDJSON, one result per line; it does not carry the SHA-256 of the inputs and cannot be verified"
        )));
    }
    match entries.next() {
        None => {}
        Some(Err(error)) => return Err(no_json(bytes, &error)),
        Some(Ok(_)) => {
            return Err(advised(words!(
                zh: "文件里不止一个 JSON 文档",
                en: "there is more than one JSON document in the file"
            )));
        }
    }
    match schema {
        Some(json::SCHEMA) => whole(document),
        Some(summary::SCHEMA) => Err(advised(words!(
            zh: "这是 --summary 的合计，没有逐项结果，不能复核",
            en: "this is a summary (--summary) without items and cannot be verified"
        ))),
        Some(other) if other.starts_with("biaobu.result/") => {
            let known = json::SCHEMA;
            Err(NoResult(words!(
                zh: "结果的格式是 {other}，本版本只认 {known}；请用写出它的那个版本复核",
                en: "the result has the form {other}; this version knows {known}: verify it with the version that wrote it"
            )))
        }
        _ => Err(advised(words!(zh: "不是标补的结果文件", en: "this is no result of biaobu"))),
    }
}

/// What every result has.
fn whole(document: Json) -> Result<Json, NoResult> {
    let lists = ["inputs", "results", "invalid"];
    if let Some(key) = lists.into_iter().find(|key| !document.get(*key).is_some_and(Json::is_array)) {
        return Err(NoResult(words!(
            zh: "结果不完整：“{key}”应为列表；文件多半被改动或截断，请重新保存",
            en: "the result is not whole: `{key}` should be a list; most likely the file was edited or cut: save it again"
        )));
    }
    Ok(document)
}

fn is_line(document: &Json) -> bool {
    document.get("policy_sha256").is_some() || (document.get("invalid").is_some_and(Json::is_object))
}

fn advised(what: Words) -> NoResult {
    let (zh, en) = (what.zh, what.en);
    NoResult(words!(
        zh: "{zh}；请给出 biaobu estimate … --format json -o 结果.json 写出的文件",
        en: "{en}; give a file that was written by: biaobu estimate ... --format json -o result.json"
    ))
}

fn no_json(bytes: &[u8], error: &serde_json::Error) -> NoResult {
    if std::str::from_utf8(bytes).is_err() {
        return advised(words!(zh: "不是 UTF-8 文本", en: "this is not UTF-8 text"));
    }
    let (line, column) = (error.line(), error.column());
    if let Some(key) = error.to_string().strip_prefix(TWICE) {
        let key = key.split(" at line ").next().unwrap_or(key);
        return NoResult(words!(
            zh: "第 {line} 行：键“{key}”在同一处出现两次，文件被改动过，读哪一个都不对；请重新保存",
            en: "line {line}: the key `{key}` stands twice in one place: the file was edited, and neither can be trusted; save it again"
        ));
    }
    if error.is_eof() {
        return advised(words!(
            zh: "文件在第 {line} 行中断，没有写完",
            en: "the file breaks off on line {line}"
        ));
    }
    advised(words!(
        zh: "第 {line} 行第 {column} 列不是合法的 JSON",
        en: "line {line}, column {column}: not valid JSON"
    ))
}

const TWICE: &str = "key twice: ";

/// A JSON value in which no key comes twice: one reader would take the first, another one the last.
struct Strict(Json);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Json, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(value)) = values.next_element()? {
            list.push(value);
        }
        Ok(Json::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("{TWICE}{key}")));
            }
            object.insert(key, value);
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"{"schema":"biaobu.result/1","inputs":[],"results":[],"invalid":[]}"#;

    #[track_caller]
    fn refused(bytes: &[u8], says: &str) {
        let refused = read(bytes).unwrap_err();
        assert!(refused.0.en.contains(says), "{refused}");
    }

    #[test]
    fn results_are_read_whatever_their_white_space() {
        assert!(read(WHOLE.as_bytes()).is_ok());
        assert!(read(format!("\u{feff} \n{WHOLE}\r\n\t").as_bytes()).is_ok());
        let numbers = WHOLE.replacen('{', r#"{"x":[1,-1,1.5,true,false,null,18446744073709551615,"\u0041"],"#, 1);
        let expected: Json = serde_json::from_str(&numbers).unwrap();
        assert_eq!(read(numbers.as_bytes()), Ok(expected));
    }

    #[test]
    fn everything_else_is_refused_with_what_it_is() {
        refused(b"", "empty");
        refused(b" \n", "empty");
        refused(b"\xFF\xFE{\0}\0", "UTF-16");
        refused(b"{\"a\":\"\xB1\xEA\"}", "not UTF-8");
        refused(&WHOLE.as_bytes()[..30], "breaks off");
        refused(b"id,applicant\nA,B\n", "line 1, column 1: not valid JSON");
        refused(b"{}", "no result of biaobu");
        refused(b"[1]", "no result of biaobu");
        refused(b"7", "no result of biaobu");
        refused(format!("{WHOLE}{WHOLE}").as_bytes(), "more than one");
        refused(format!("{WHOLE} x").as_bytes(), "not valid JSON");
        refused(b"{\"policy_sha256\":\"\"}\n{\"invalid\":{}}\n", "NDJSON");
        refused(b"{\"schema\":\"biaobu.summary/1\"}", "summary");
        refused(b"{\"schema\":\"biaobu.result/9\"}", "biaobu.result/9");
        refused(WHOLE.replace("[]", "{}").as_bytes(), "`inputs` should be a list");
        refused(WHOLE.replacen('{', "{\"a\":{\"b\":1,\"b\":2},", 1).as_bytes(), "the key `b` stands twice");
        refused("[".repeat(100_000).as_bytes(), "not valid JSON");
    }
}
