//! Bytes → text: byte order mark, then strict UTF-8, then strict GB18030. Never by the machine's locale, never by
//! statistics, which guess wrong on short Chinese text.

use std::borrow::Cow;
use std::str::FromStr;

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use crate::lang::Words;
use crate::words;

/// How the bytes of a file were read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a byte order mark.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes it.
    Utf8Bom,
    /// GB18030, of which GBK and GB2312 are parts.
    Gb18030,
    /// UTF-16, little or big endian.
    Utf16,
    /// No text: a workbook of Excel 2007 or later.
    Xlsx,
    /// No text: a workbook of older Excel.
    Xls,
    /// No text: a spreadsheet in the OpenDocument format.
    Ods,
}

impl Encoding {
    /// The names that `--encoding` takes, for messages.
    pub const NAMES: &'static str = "utf-8, gbk, gb18030, utf-16";

    /// The name shown to people and accepted by [`Encoding::from_str`].
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "UTF-8",
            Encoding::Utf8Bom => "UTF-8-BOM",
            Encoding::Gb18030 => "GB18030",
            Encoding::Utf16 => "UTF-16",
            Encoding::Xlsx => "xlsx",
            Encoding::Xls => "xls",
            Encoding::Ods => "ods",
        }
    }

    /// True for workbooks, which have sheets and no text.
    pub fn is_workbook(self) -> bool {
        matches!(self, Encoding::Xlsx | Encoding::Xls | Encoding::Ods)
    }
}

impl std::fmt::Display for Encoding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The name given to `--encoding` is not one of [`Encoding::NAMES`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnknownEncoding(pub Words);

/// Reads the value of `--encoding`, in any case.
impl FromStr for Encoding {
    type Err = UnknownEncoding;

    fn from_str(name: &str) -> Result<Self, UnknownEncoding> {
        match name.trim().to_ascii_lowercase().replace(['-', '_', ' '], "").as_str() {
            "utf8" => Ok(Encoding::Utf8),
            "utf8bom" | "utf8sig" => Ok(Encoding::Utf8Bom),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Ok(Encoding::Gb18030),
            "utf16" | "utf16le" | "utf16be" => Ok(Encoding::Utf16),
            _ => {
                let known = Encoding::NAMES;
                Err(UnknownEncoding(words!(
                    zh: "不认识编码“{name}”；可用：{known}",
                    en: "unknown encoding \"{name}\"; known: {known}"
                )))
            }
        }
    }
}

/// The text of `bytes` without its byte order mark, and the encoding that was taken. `forced` overrides detection.
///
/// # Errors
/// What is wrong with the bytes, and what to do.
pub(super) fn decode(bytes: &[u8], forced: Option<Encoding>) -> Result<(Cow<'_, str>, Encoding), Words> {
    let (text, encoding) = match forced {
        Some(encoding) => (decode_as(bytes, encoding).ok_or_else(|| not_in(encoding))?, encoding),
        None => detect(bytes)?,
    };
    let encoding = match encoding {
        Encoding::Utf8 | Encoding::Utf8Bom if bytes.starts_with(UTF8_BOM) => Encoding::Utf8Bom,
        Encoding::Utf8Bom => Encoding::Utf8,
        other => other,
    };
    if text.contains('\0') {
        return Err(binary());
    }
    let marked = text.len() - without_marks(&text).len();
    let text = match text {
        Cow::Borrowed(text) => Cow::Borrowed(&text[marked..]),
        Cow::Owned(mut text) => {
            text.drain(..marked);
            Cow::Owned(text)
        }
    };
    Ok((text, encoding))
}

pub(super) const UTF8_BOM: &[u8] = b"\xEF\xBB\xBF";

fn detect(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), Words> {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let text = decode_as(bytes, Encoding::Utf16).ok_or_else(|| not_in(Encoding::Utf16))?;
        return Ok((text, Encoding::Utf16));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok((Cow::Borrowed(text), Encoding::Utf8));
    }
    if bytes.starts_with(UTF8_BOM) {
        // The mark says UTF-8: what follows is a damaged file, not another encoding.
        return Err(not_in(Encoding::Utf8));
    }
    decode_as(bytes, Encoding::Gb18030).map(|text| (text, Encoding::Gb18030)).ok_or_else(neither)
}

/// What to say of bytes in no known encoding.
pub(super) fn neither() -> Words {
    words!(
        zh: "既不是 UTF-8 也不是 GB18030 文本；请另存为 UTF-8 编码的 CSV，或用 --encoding 指明编码",
        en: "neither UTF-8 nor GB18030 text; save it as CSV in UTF-8, or name the encoding with --encoding"
    )
}

/// What to say of a file that is no text.
pub(super) fn binary() -> Words {
    words!(
        zh: "这不是文本文件（含有 NUL 字节）；请另存为 CSV，如果是不带 BOM 的 UTF-16 文本，请加 --encoding utf-16",
        en: "not a text file (it contains NUL bytes); save it as CSV, or, if it is UTF-16 without a byte order mark, \
             add --encoding utf-16"
    )
}

/// Strictly: `None` where a single byte does not belong.
fn decode_as(bytes: &[u8], encoding: Encoding) -> Option<Cow<'_, str>> {
    match encoding {
        Encoding::Xlsx | Encoding::Xls | Encoding::Ods => None,
        Encoding::Utf8 | Encoding::Utf8Bom => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Encoding::Gb18030 => GB18030.decode_without_bom_handling_and_without_replacement(bytes),
        // Without a mark, a first byte 0 can only be the upper half of an ASCII letter.
        Encoding::Utf16 if bytes.starts_with(b"\xFE\xFF") || bytes.first() == Some(&0) => {
            UTF_16BE.decode_without_bom_handling_and_without_replacement(bytes)
        }
        Encoding::Utf16 => UTF_16LE.decode_without_bom_handling_and_without_replacement(bytes),
    }
}

pub(super) fn not_in(encoding: Encoding) -> Words {
    let name = encoding.name();
    words!(
        zh: "不是合法的 {name} 文本；请另存为 UTF-8 编码的 CSV，或用 --encoding 指明编码",
        en: "not valid {name} text; save it as CSV in UTF-8, or name the encoding with --encoding"
    )
}

/// Text without the byte order marks that it begins with.
pub(super) fn without_marks(text: &str) -> &str {
    text.trim_start_matches('\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn the_mark_then_utf8_then_gb18030() {
        let text = "类别,备注\n标准,“省级”";
        let gbk = GB18030.encode(text).0.into_owned();
        let cases: &[(Vec<u8>, Option<Encoding>, Encoding)] = &[
            (text.as_bytes().to_vec(), None, Encoding::Utf8),
            ([UTF8_BOM, text.as_bytes()].concat(), None, Encoding::Utf8Bom),
            ([UTF8_BOM, text.as_bytes()].concat(), Some(Encoding::Utf8), Encoding::Utf8Bom),
            (gbk.clone(), None, Encoding::Gb18030),
            (gbk, Some(Encoding::Gb18030), Encoding::Gb18030),
            (utf16(&format!("\u{feff}{text}"), u16::to_le_bytes), None, Encoding::Utf16),
            (utf16(&format!("\u{feff}{text}"), u16::to_be_bytes), None, Encoding::Utf16),
            (utf16(text, u16::to_le_bytes), Some(Encoding::Utf16), Encoding::Utf16),
        ];
        for (bytes, forced, encoding) in cases {
            assert_eq!(decode(bytes, *forced), Ok((Cow::Borrowed(text), *encoding)), "{encoding} {forced:?}");
        }
        let ascii = utf16("kind\n", u16::to_be_bytes);
        assert_eq!(decode(&ascii, Some(Encoding::Utf16)), Ok((Cow::Borrowed("kind\n"), Encoding::Utf16)));
    }

    #[test]
    fn what_is_no_text_is_refused_with_advice() {
        let cases: &[(&[u8], Option<Encoding>, &str)] = &[
            (b"kind\0\n", None, "NUL"),
            (b"k\0i\0n\0d\0", None, "--encoding utf-16"),
            (b"\xFF\xFF\xFF", None, "neither UTF-8 nor GB18030"),
            (b"\xEF\xBB\xBF\xC0\xE0\xB1\xF0", None, "not valid UTF-8"),
            (b"\xC0\xE0\xB1\xF0", Some(Encoding::Utf8), "not valid UTF-8"),
            (b"\xFF\xFEa", None, "not valid UTF-16"),
            (b"\xFF\xFE\x00\xD8", None, "not valid UTF-16"),
        ];
        for (bytes, forced, part) in cases {
            let mistake = decode(bytes, *forced).unwrap_err();
            assert!(mistake.en.contains(part), "{bytes:?}: {mistake}");
        }
    }

    #[test]
    fn names_of_encodings() {
        for (name, encoding) in [
            ("utf-8", Encoding::Utf8),
            ("UTF8", Encoding::Utf8),
            ("gbk", Encoding::Gb18030),
            ("GB18030", Encoding::Gb18030),
            ("utf-16", Encoding::Utf16),
        ] {
            assert_eq!(name.parse(), Ok(encoding), "{name}");
            assert_eq!(encoding.name().parse(), Ok(encoding));
        }
        assert!("latin1".parse::<Encoding>().unwrap_err().0.en.contains("utf-16"));
    }
}
