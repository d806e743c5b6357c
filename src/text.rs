//! How cells, headers and names are compared: folded, so that full-width and half-width forms are one.

use unicode_normalization::UnicodeNormalization;

/// NFKC, white space trimmed and runs of it made one space (contract section 1). Case stays.
pub fn fold(text: &str) -> String {
    if text.is_ascii() && !text.contains("  ") && !text.contains(['\t', '\n', '\r']) {
        return text.trim().to_owned();
    }
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// [`fold`]ed and lower-cased: the key under which headers, enum values and names are looked up.
pub fn key(text: &str) -> String {
    fold(text).to_lowercase()
}

/// Characters that spreadsheets leave behind and nobody sees: byte order mark, zero-width spaces and joiners.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

/// The candidate nearest to `found`, if it is near enough to be a slip: at most `most` edits, and fewer than it has
/// letters.
pub fn nearest<'a>(found: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    let found = key(found);
    let length = found.chars().count();
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&found, &key(candidate)), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < length.max(candidate.chars().count()))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_forms_fold() {
        assert_eq!(fold("　ＧＢ／Ｔ　１２３４－２０２１ "), "GB/T 1234-2021");
        assert_eq!(key("（ＴＣ）；"), "(tc);");
        assert_eq!(fold("\u{feff}编号"), "编号");
    }

    #[test]
    fn nearest_needs_something_in_common() {
        assert_eq!(nearest("rnak", ["rank", "role"], 2), Some("rank"));
        assert_eq!(nearest("备注", ["编号", "日期"], 2), None);
        assert_eq!(nearest("起草单位排明", ["起草单位排名"], 2), Some("起草单位排名"));
    }
}
