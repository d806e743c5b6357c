//! The header of a file → what each of its columns holds.

use std::collections::{HashMap, HashSet};

use super::cells::{near, shown};
use super::claims;
use super::table::is_blank;
use crate::lang::Words;
use crate::text;
use crate::vocabulary::{Fact, FactId, Of, Vocabulary};
use crate::words;

/// The vocabulary with its headers and flags looked up by [`text::key`].
#[derive(Debug)]
pub(super) struct Dictionary<'v> {
    pub vocabulary: &'v Vocabulary,
    achievement: HashMap<String, FactId>,
    applicant: HashMap<String, FactId>,
    flags: HashMap<String, FactId>,
}

impl<'v> Dictionary<'v> {
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        let applicant = vocabulary.known().applicant;
        let flags = index(vocabulary, |_, fact| fact.flag);
        Dictionary {
            vocabulary,
            achievement: index(vocabulary, |_, fact| fact.of == Of::Achievement),
            applicant: index(vocabulary, |id, fact| fact.of == Of::Applicant || id == applicant),
            flags,
        }
    }

    fn headers(&self, of: Of) -> &HashMap<String, FactId> {
        match of {
            Of::Achievement => &self.achievement,
            Of::Applicant => &self.applicant,
        }
    }

    /// The column that `header` names in a table of achievements or of applicants.
    pub fn header(&self, of: Of, header: &str) -> Option<FactId> {
        self.headers(of).get(&text::key(header)).copied()
    }

    /// The flag that `name` names.
    pub fn flag(&self, name: &str) -> Option<FactId> {
        self.flags.get(&text::key(name)).copied()
    }

    /// The known header that `header` may have been meant to be.
    pub fn near_header(&self, of: Of, header: &str) -> Option<&'v str> {
        // A unit or a remark behind the name: 实际费用（万元）.
        let key = text::key(header);
        let bare = key.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map(|(name, _)| name.trim());
        if let Some(fact) = bare.and_then(|name| self.header(of, name)) {
            return Some(&self.vocabulary.fact(fact).zh);
        }
        let applicant = self.vocabulary.known().applicant;
        let facts = self.vocabulary.facts().filter(|(id, fact)| fact.of == of || *id == applicant);
        let labels: Vec<&str> = facts.flat_map(|(_, fact)| labels(fact)).collect();
        near(header, labels.iter().copied())
    }
}

/// Every spelling of the header of a fact.
fn labels(fact: &Fact) -> impl Iterator<Item = &str> {
    [&fact.id, &fact.zh].into_iter().chain(&fact.also).map(String::as_str)
}

/// Ids go before labels, labels before aliases: an alias never hides another column's own name.
fn index(vocabulary: &Vocabulary, wanted: impl Fn(FactId, &Fact) -> bool) -> HashMap<String, FactId> {
    let wanted: Vec<_> = vocabulary.facts().filter(|(id, fact)| wanted(*id, fact)).collect();
    let ids = wanted.iter().map(|(id, fact)| (&fact.id, *id));
    let labels = wanted.iter().map(|(id, fact)| (&fact.zh, *id));
    let aliases = wanted.iter().flat_map(|(id, fact)| fact.also.iter().map(|label| (label, *id)));
    let mut index = HashMap::new();
    for (label, id) in ids.chain(labels).chain(aliases) {
        index.entry(text::key(label)).or_insert(id);
    }
    index
}

/// What one column of a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A fact of the vocabulary.
    Fact(FactId),
    /// Something else, kept under its header.
    Extra(String),
    /// No header; kept under this name where a cell is not blank.
    Unnamed(String),
}

impl Column {
    /// The header of a column that is kept whatever its cells say.
    pub fn extra_name(&self) -> Option<&String> {
        match self {
            Column::Extra(name) => Some(name),
            Column::Fact(_) | Column::Unnamed(_) => None,
        }
    }
}

/// The columns of one file.
#[derive(Debug, Default)]
pub(super) struct Columns {
    columns: Vec<Column>,
    /// Columns up to the last that has a header: a record with fewer cells is short.
    named: usize,
    /// What looks odd about the header.
    pub notices: Vec<Words>,
}

impl Columns {
    /// Matches the cells of a header.
    ///
    /// # Errors
    /// Everything for which the file cannot be read at all.
    pub fn new(dictionary: &Dictionary<'_>, of: Of, header: &[String]) -> Result<Columns, Vec<Words>> {
        let (mut notices, mut mistakes) = (Vec::new(), Vec::new());
        let mut seen: HashMap<FactId, &str> = HashMap::new();
        let mut names = HashSet::new();
        let mut columns = Vec::new();
        for (number, cell) in (1u64..).zip(header) {
            if is_blank(cell) {
                columns.push(Column::Unnamed(unused_name(&mut names, &format!("column {number}"))));
            } else if let Some(fact) = dictionary.header(of, cell) {
                if let Some(first) = seen.insert(fact, cell) {
                    mistakes.push(twice(dictionary.vocabulary.fact(fact), first, cell));
                }
                columns.push(Column::Fact(fact));
            } else {
                notices.extend(unknown_header(dictionary, of, cell));
                columns.push(Column::Extra(unused_name(&mut names, cell.trim())));
            }
        }
        let known = dictionary.vocabulary.known();
        let required = if of == Of::Achievement { known.kind } else { known.applicant };
        if !seen.contains_key(&required) {
            let unknown = header.iter().filter(|cell| dictionary.header(of, cell).is_none());
            let fact = dictionary.vocabulary.fact(required);
            mistakes.push(missing(fact, header, unknown.map(String::as_str)));
        }
        if !mistakes.is_empty() {
            return Err(mistakes);
        }
        let named = header.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        Ok(Columns { columns, named, notices })
    }

    pub fn get(&self, index: usize) -> Option<&Column> {
        self.columns.get(index)
    }

    /// All columns, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter()
    }

    /// The number of columns, those without a header included.
    pub fn len(&self) -> usize {
        self.columns.len()
    }

    /// The number of cells below which a record is short.
    pub fn named(&self) -> usize {
        self.named
    }

    /// The index of the column of `fact`.
    pub fn position(&self, fact: FactId) -> Option<usize> {
        self.columns.iter().position(|column| *column == Column::Fact(fact))
    }
}

/// The name itself, or with a number where another column has it already: a later column must not replace it in output.
fn unused_name(names: &mut HashSet<String>, name: &str) -> String {
    let mut unused = name.to_owned();
    let mut number = 2u64;
    while !names.insert(unused.clone()) {
        unused = format!("{name} ({number})");
        number += 1;
    }
    unused
}

fn twice(fact: &Fact, first: &str, second: &str) -> Words {
    let (id, zh, first, second) = (&fact.id, &fact.zh, shown(first), shown(second));
    words!(
        zh: "“{zh}”（{id}）出现在两列，表头是“{first}”和“{second}”；请只留一列",
        en: "two columns hold `{id}`, under \"{first}\" and \"{second}\"; keep one of them"
    )
}

/// A header that looks like a slip, or that belongs to the other file.
fn unknown_header(dictionary: &Dictionary<'_>, of: Of, cell: &str) -> Option<Words> {
    let found = shown(cell);
    if of == Of::Achievement && claims::is_header(cell) {
        return None;
    }
    if let Some(near) = dictionary.near_header(of, cell) {
        return Some(words!(
            zh: "词典里没有列“{found}”，它像是“{near}”；如果是，请改正表头，否则它只作为附加列保留",
            en: "the dictionary has no column \"{found}\", which resembles \"{near}\"; if that was meant, correct the \
                 header; otherwise it is kept as an extra column"
        ));
    }
    match of {
        Of::Achievement => dictionary.header(Of::Applicant, cell).map(|_| {
            words!(
                zh: "“{found}”是单位表（--applicants）的列，在成果表里只作为附加列保留",
                en: "\"{found}\" is a column of the applicants file (--applicants); here it is kept as an extra column"
            )
        }),
        Of::Applicant => Some(words!(
            zh: "单位表里没有列“{found}”，它不起作用",
            en: "the applicants file has no column \"{found}\"; it has no effect"
        )),
    }
}

fn missing<'a>(fact: &Fact, header: &[String], unknown: impl Iterator<Item = &'a str> + Clone) -> Words {
    let (id, zh) = (&fact.id, &fact.zh);
    let near = labels(fact).find_map(|label| near(label, unknown.clone()));
    match near {
        Some(near) => words!(
            zh: "表头里没有必需的“{zh}”（{id}）列；最接近的是“{near}”，请改正",
            en: "the header has no column `{id}`, which is required; the nearest is \"{near}\"; correct it"
        ),
        None => {
            let header = header.join(",");
            let found = shown(&header);
            words!(
                zh: "表头里没有必需的“{zh}”（{id}）列；请补上。读到的表头是：{found}",
                en: "the header has no column `{id}`, which is required; add it. The header reads: {found}"
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::vocabulary;
    use super::*;

    /// The columns in short: fact id, `+extra`, `-unnamed`, and after `|` the number of notices; or `!` and the mistakes.
    fn columns(of: Of, header: &str) -> String {
        let vocabulary = vocabulary();
        let header: Vec<String> = header.split(',').map(str::to_owned).collect();
        match Columns::new(&Dictionary::new(vocabulary), of, &header) {
            Ok(columns) => {
                let names = columns.columns.iter().map(|column| match column {
                    Column::Fact(fact) => vocabulary.fact(*fact).id.clone(),
                    Column::Extra(name) => format!("+{name}"),
                    Column::Unnamed(name) => format!("-{name}"),
                });
                format!("{} | {} {}", names.collect::<Vec<_>>().join(" "), columns.named, columns.notices.len())
            }
            Err(mistakes) => mistakes.iter().map(|mistake| format!("!{}", mistake.en)).collect(),
        }
    }

    #[test]
    fn headers_in_both_languages() {
        for (of, header, expected) in [
            (Of::Achievement, "kind,ID,Rank", "kind id rank | 3 0"),
            (Of::Achievement, "类别,单位名称,\u{feff}编号,ｒａｎｋ", "kind applicant id rank | 4 0"),
            (Of::Achievement, "kind,filed,政府采信", "kind filed gov_use | 3 0"),
            (Of::Achievement, "kind,备注,负责人", "kind +备注 +负责人 | 3 0"),
            (Of::Achievement, "kind,rankk,rank", "kind +rankk rank | 3 1"),
            (Of::Achievement, "kind,名字", "kind +名字 | 2 1"),
            (Of::Achievement, "kind,,备注,,", "kind -column 2 +备注 -column 4 -column 5 | 3 0"),
            (Of::Achievement, "kind,备注,备注,备注", "kind +备注 +备注 (2) +备注 (3) | 4 0"),
            (Of::Achievement, "kind,申报金额,granted", "kind +申报金额 +granted | 3 0"),
            (Of::Achievement, "kind,注册地", "kind +注册地 | 2 1"),
            (Of::Applicant, "企业名称,code,注册地,正在接受调查", "applicant code region investigating | 4 0"),
            (Of::Applicant, "applicant,kind", "applicant +kind | 2 1"),
        ] {
            assert_eq!(columns(of, header), expected, "{header}");
        }
    }

    #[test]
    fn a_header_that_cannot_be_used() {
        for (of, header, parts) in [
            (Of::Achievement, "id,title", &["no column `kind`", "add it"][..]),
            (Of::Achievement, "id,knd", &["no column `kind`", "nearest is \"knd\""]),
            (Of::Achievement, "id,类型", &["no column `kind`", "nearest is \"类型\""]),
            (Of::Achievement, "kind,日期,发布日期", &["two columns hold `date`", "\"日期\" and \"发布日期\""]),
            (Of::Achievement, "日期,date", &["two columns hold `date`", "no column `kind`"]),
            (Of::Applicant, "code,region", &["no column `applicant`"]),
        ] {
            let found = columns(of, header);
            assert!(found.starts_with('!') && parts.iter().all(|part| found.contains(part)), "{header}: {found}");
        }
    }
}
