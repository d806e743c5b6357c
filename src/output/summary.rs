//! One line per applicant, policy and year, without items: CSV, NDJSON or one JSON document.

use serde_json::{Value as Json, json};

use super::batch::{Lines, Written};
use super::csv::{write_cell, write_line, write_money};
use super::json::{answer, input, invalid, write_text};
use crate::engine::result::Status;
use crate::engine::settled::Settled;
use crate::input::{InputFile, Invalid};
use crate::lang::Lang;
use crate::policy::Policy;

/// The name and version of the JSON document's form.
pub const SCHEMA: &str = "biaobu.summary/1";

/// The columns before those of the statuses. Scripts read them: names are never changed.
const COLUMNS: [&str; 11] = [
    "applicant",
    "policy",
    "year",
    "on",
    "in_force",
    "barred_by",
    "total",
    "fixed_total",
    "ceiling_total",
    "potential_total",
    "items",
];

/// How the lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// CSV, with a byte order mark if true.
    Csv(bool),
    /// A JSON object per line.
    Ndjson,
    /// One JSON document.
    Json,
}

/// Summary lines.
pub struct Summary<'a> {
    form: Form,
    lang: Lang,
    inputs: &'a [InputFile],
    /// True once an unreadable row stands in a JSON document.
    invalid: bool,
}

impl<'a> Summary<'a> {
    /// `inputs` are told in a JSON document.
    pub fn new(form: Form, lang: Lang, inputs: &'a [InputFile]) -> Self {
        Summary { form, lang, inputs, invalid: false }
    }

    fn csv(written: &Written<'_>, policy: &Policy, settled: &Settled, counts: [usize; 8], out: &mut Vec<u8>) {
        let head = &settled.head;
        write_cell(written.unit.name(), out);
        out.push(b',');
        write_cell(&policy.id, out);
        out.push(b',');
        write_number(head.year as usize, out);
        out.push(b',');
        super::csv::write_day(head.on, out);
        out.extend(if head.in_force { ",true,".as_bytes() } else { b",false," });
        if let Some(barred) = head.barred_by.first() {
            write_cell(&barred.cite, out);
        }
        for money in [head.total, head.fixed_total, head.ceiling_total, head.potential_total] {
            out.push(b',');
            write_money(money, out);
        }
        out.push(b',');
        write_number(settled.len(), out);
        for count in counts {
            out.push(b',');
            write_number(count, out);
        }
        out.push(b',');
        out.extend(head.answer.says.id().as_bytes());
        for money in [head.answer.from, head.answer.to] {
            out.push(b',');
            write_money(money, out);
        }
        out.push(b'\n');
    }

    fn json(written: &Written<'_>, policy: &Policy, settled: &Settled, counts: [usize; 8], out: &mut Vec<u8>) {
        let head = &settled.head;
        out.extend(b"{\"applicant\":");
        write_text(written.unit.name(), out);
        out.extend(b",\"policy\":");
        write_text(&policy.id, out);
        out.extend(b",\"policy_sha256\":");
        write_text(&policy.sha256, out);
        out.extend(b",\"year\":");
        write_number(head.year as usize, out);
        let barred: Vec<&str> = head.barred_by.iter().map(|barred| barred.cite.as_ref()).collect();
        for (key, value) in [
            ("on", json!(head.on.map(|day| day.to_string()))),
            ("in_force", json!(head.in_force)),
            ("barred_by", json!(barred)),
        ] {
            out.extend(format!(",\"{key}\":{value}").as_bytes());
        }
        let money = [head.total, head.fixed_total, head.ceiling_total, head.potential_total];
        for (key, money) in COLUMNS[6..10].iter().zip(money) {
            out.extend(format!(",\"{key}\":\"").as_bytes());
            write_money(money, out);
            out.push(b'"');
        }
        out.extend(b",\"items\":");
        write_number(settled.len(), out);
        for (status, count) in statuses().zip(counts) {
            out.extend(format!(",\"{status}\":{count}").as_bytes());
        }
        out.extend(format!(",\"answer\":{}", answer(head.answer)).as_bytes());
        out.push(b'}');
    }
}

/// The statuses of items, and rows of the applicant that could not be read.
fn statuses() -> impl Iterator<Item = &'static str> {
    Status::ALL.into_iter().map(Status::id).chain(["invalid"])
}

impl Lines for Summary<'_> {
    fn begin(&self, out: &mut Vec<u8>) {
        match self.form {
            Form::Csv(excel) => {
                if excel {
                    out.extend("\u{feff}".as_bytes());
                }
                write_line(COLUMNS.into_iter().chain(statuses()).chain(["answer", "from", "to"]), out);
            }
            Form::Ndjson => {}
            Form::Json => {
                let engine = json!({ "name": "biaobu", "version": env!("CARGO_PKG_VERSION") });
                let inputs: Vec<Json> = self.inputs.iter().map(input).collect();
                let (engine, inputs) = (engine.to_string(), Json::from(inputs).to_string());
                let begin =
                    format!("{{\n\"schema\":\"{SCHEMA}\",\n\"engine\":{engine},\n\"inputs\":{inputs},\n\"results\":[");
                out.extend(begin.as_bytes());
            }
        }
    }

    fn unit(&mut self, written: &Written<'_>, policy: &Policy, settled: &Settled, out: &mut Vec<u8>) {
        let mut counts = [0; 8];
        for item in 0..settled.len() {
            counts[settled.status(item) as usize] += 1;
        }
        counts[7] = written.unit.unreadable.len();
        match self.form {
            Form::Csv(_) => Self::csv(written, policy, settled, counts, out),
            Form::Ndjson => {
                Self::json(written, policy, settled, counts, out);
                out.push(b'\n');
            }
            Form::Json => {
                out.extend(self.between());
                out.push(b'\n');
                Self::json(written, policy, settled, counts, out);
            }
        }
    }

    fn between(&self) -> &'static [u8] {
        if self.form == Form::Json { b"," } else { b"" }
    }

    fn sums_only(&self) -> bool {
        true
    }

    fn invalid(&mut self, row: &Invalid, out: &mut Vec<u8>) {
        let Some(entry) = invalid(row, self.lang) else { return };
        match self.form {
            Form::Csv(_) => {}
            Form::Ndjson => out.extend(format!("{}\n", json!({ "invalid": entry })).as_bytes()),
            Form::Json => {
                let first = !std::mem::replace(&mut self.invalid, true);
                out.extend(if first { b"\n],\n\"invalid\":[\n".as_slice() } else { b",\n" });
                out.extend(entry.to_string().as_bytes());
            }
        }
    }

    fn end(&self, out: &mut Vec<u8>) {
        if self.form == Form::Json {
            if !self.invalid {
                out.extend(b"\n],\n\"invalid\":[");
            }
            out.extend(b"\n]\n}\n");
        }
    }
}

fn write_number(number: usize, out: &mut Vec<u8>) {
    match number {
        0..10 => out.push(b'0' + number as u8),
        _ => out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes()),
    }
}
