//! How cells, headers and names are compared: folded, so that full-width and half-width forms are one.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// NFKC, white space trimmed and runs of it made one space (contract section 1). Case stays.
pub fn fold(text: &str) -> String {
    folded(text).into_owned()
}

/// [`fold`], without a copy where nothing changes.
pub fn folded(text: &str) -> Cow<'_, str> {
    let trimmed = text.trim_matches(' ');
    if is_plain(trimmed) {
        return Cow::Borrowed(trimmed);
    }
    let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
    Cow::Owned(folded.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// True for text that folding leaves as it is, of the characters that make up most of it: visible ASCII, single spaces
/// inside, and the common Chinese characters.
fn is_plain(text: &str) -> bool {
    let mut space = false;
    text.chars().all(|c| {
        let after_space = std::mem::replace(&mut space, c == ' ');
        match c {
            ' ' => !after_space,
            '!'..='~' | '\u{4e00}'..='\u{9fff}' => true,
            _ => false,
        }
    })
}

/// [`fold`]ed and lower-cased: the key under which headers, enum values and names are looked up.
pub fn key(text: &str) -> String {
    match folded(text) {
        // Chinese characters have no case.
        Cow::Borrowed(plain) => plain.to_ascii_lowercase(),
        Cow::Owned(folded) => folded.to_lowercase(),
    }
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
    fn plain_text_is_left_alone() {
        let long_way = |text: &str| {
            let folded: String = text.nfkc().filter(|c| !is_invisible(*c)).collect();
            folded.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        for c in (' '..='\u{ffff}').chain("中文 a".chars()) {
            for text in [format!("{c}"), format!(" a{c} b{c} "), format!("{c}  {c}中"), format!("A{c}\u{301}")] {
                assert_eq!(fold(&text), long_way(&text), "{text:?}");
                assert_eq!(key(&text), long_way(&text).to_lowercase(), "{text:?}");
            }
        }
    }

    #[test]
    fn nearest_needs_something_in_common() {
        assert_eq!(nearest("rnak", ["rank", "role"], 2), Some("rank"));
        assert_eq!(nearest("备注", ["编号", "日期"], 2), None);
        assert_eq!(nearest("起草单位排明", ["起草单位排名"], 2), Some("起草单位排名"));
    }
}
