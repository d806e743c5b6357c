//! The applicants file 单位表.

use super::cells::shown;
use super::columns::Dictionary;
use super::row::RowReader;
use super::table::{Records, is_blank};
use super::units::KnownUnits;
use super::{File, Invalid, Mistake, Notice, Read, credit_code};
use crate::facts::Facts;
use crate::lang::Words;
use crate::vocabulary::Vocabulary;
use crate::words;

/// Reads the text of the applicants file, header and all, into `units`.
pub(super) fn read(dictionary: &Dictionary<'_>, file: File, text: &str, units: &mut KnownUnits) -> Read {
    let vocabulary = dictionary.vocabulary;
    let mut reader = RowReader::new(dictionary);
    let mut read = file.start();
    let (mut rows, mut unnamed_column) = (0, false);
    let mut records = Records::new(text, file.delimiter);
    let mut below_header = false;
    while let Some(number) = records.next() {
        let cells: Vec<&str> = records.cells().collect();
        if cells.iter().all(|cell| is_blank(cell)) || !std::mem::replace(&mut below_header, true) {
            continue;
        }
        rows += 1;
        let cells = file.split(&cells);
        unnamed_column |= cells.unnamed;
        let mut row = reader.applicant(&cells.facts);
        row.warnings.extend(cells.short);
        let notices = row.warnings.into_iter().map(|message| (Some(number), message));
        let code = row.facts.text(vocabulary.known().code).map(str::to_owned);
        let wrong_code = code.as_deref().and_then(|code| credit_code::check(code).err());
        let notices = notices.chain(wrong_code.map(|message| (Some(number), message)));
        read.notices.extend(notices.map(|(row, message)| Notice { path: file.path.clone(), row, message }));

        let (identity, mut mistakes) = match identify(vocabulary, units, row.applicant.as_deref(), code.as_deref()) {
            Ok(name) => (Some(name), row.mistakes),
            Err(mistakes) => (None, row.mistakes.into_iter().chain(mistakes).collect()),
        };
        file.complete(vocabulary, number, &mut mistakes);
        // Cells beyond the header may have shifted the others.
        let in_place = cells.surplus.is_none();
        mistakes.extend(cells.surplus);
        let readable = mistakes.is_empty();
        if let Some(name) = identity {
            // What could be read of a row counts, so that a slip in one cell does not lift a bar in another.
            let facts = if in_place { row.facts } else { Facts::default() };
            units.register(vocabulary, name, code.as_deref(), facts, number);
            if !readable {
                let message = partly_read(name, in_place);
                read.notices.push(Notice { path: file.path.clone(), row: Some(number), message });
            }
        }
        if !readable {
            let (path, applicant) = (file.path.clone(), row.applicant);
            let extra = cells.extra;
            let row = Invalid { path, row: number, applicant, mistakes, extra, is_unit: true, ..Invalid::default() };
            read.invalid.push(row);
        }
    }
    file.finish(file.encoding, rows, unnamed_column, read)
}

/// What becomes of a unit whose row has mistakes.
fn partly_read(name: &str, in_place: bool) -> Words {
    let name = shown(name);
    if in_place {
        words!(
            zh: "“{name}”这一行有读不出的单元格：这些按未知处理，其余的照用",
            en: "\"{name}\": cells of its row that cannot be read count as unknown; the others are used"
        )
    } else {
        words!(
            zh: "“{name}”这一行的单元格比表头多，可能错位：除名称和代码外都按未知处理",
            en: "\"{name}\": its row has more cells than the header, which may have shifted them; all but name and code count \
                 as unknown"
        )
    }
}

/// The name of a unit that has one, and neither whose name nor whose code was there before.
fn identify<'n>(
    vocabulary: &Vocabulary,
    units: &KnownUnits,
    name: Option<&'n str>,
    code: Option<&str>,
) -> Result<&'n str, Vec<Mistake>> {
    let known = vocabulary.known();
    let Some(name) = name else {
        let fact = vocabulary.fact(known.applicant);
        let zh = &fact.zh;
        let message = words!(
            zh: "“{zh}”是空白的；单位表的每一行都要写单位名称",
            en: "the applicant is blank; every row of the applicants file needs a name"
        );
        return Err(vec![Mistake { column: Some(fact.id.clone()), cell: None, value: String::new(), message }]);
    };
    let mut mistakes = Vec::new();
    for (fact, value) in [(known.applicant, Some(name)), (known.code, code)] {
        let Some((value, row)) = value.and_then(|value| Some((value, units.row_of(value)?))) else { continue };
        let found = shown(value);
        mistakes.push(Mistake {
            column: Some(vocabulary.fact(fact).id.clone()),
            cell: None,
            value: value.to_owned(),
            message: words!(
                zh: "“{found}”在第 {row} 行已经有了；一个单位只能有一行，请合并",
                en: "\"{found}\" was given on row {row} before; a unit has one row only; merge them"
            ),
        });
    }
    if mistakes.is_empty() { Ok(name) } else { Err(mistakes) }
}
