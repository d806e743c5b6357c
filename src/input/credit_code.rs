//! The check character of the unified social credit code 统一社会信用代码 (GB 32100-2015).

use crate::lang::Words;
use crate::words;

/// The characters of a code in the order of their values: digits and letters without I, O, S, V and Z.
const CHARACTERS: &str = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/// How many characters are checked; one more is the check character.
const BODY: usize = 17;

/// Checks a code, in any case.
///
/// # Errors
/// What is wrong with it. A wrong code is only ever a warning: it still joins names and rows.
pub fn check(code: &str) -> Result<(), Words> {
    let code = crate::text::fold(code).to_uppercase();
    let length = code.chars().count();
    if length != BODY + 1 {
        return Err(words!(
            zh: "统一社会信用代码“{code}”有 {length} 位，应为 18 位；请核对",
            en: "the credit code \"{code}\" has {length} characters instead of 18; check it"
        ));
    }
    if let Some(wrong) = code.chars().find(|c| value(*c).is_none()) {
        return Err(words!(
            zh: "统一社会信用代码“{code}”里不能有字符“{wrong}”；请核对",
            en: "the credit code \"{code}\" cannot contain \"{wrong}\"; check it"
        ));
    }
    let (found, expected) = (code.chars().last(), check_character(&code));
    if found == expected {
        return Ok(());
    }
    let expected = expected.unwrap_or_default();
    Err(words!(
        zh: "统一社会信用代码“{code}”的校验位不对，按前 17 位应为“{expected}”；请核对",
        en: "the check character of the credit code \"{code}\" is wrong: by the first 17 it should be \"{expected}\"; \
             check it"
    ))
}

/// The check character that belongs to the first 17 characters: the weights are the powers of 3 modulo 31.
fn check_character(code: &str) -> Option<char> {
    let (mut sum, mut weight) = (0, 1);
    for c in code.chars().take(BODY) {
        sum += value(c)? * weight;
        weight = weight * 3 % 31;
    }
    CHARACTERS.chars().nth((31 - sum % 31) % 31)
}

fn value(c: char) -> Option<usize> {
    CHARACTERS.chars().position(|known| known == c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_characters() {
        for (code, part) in [
            ("91350100M000100Y43", None),
            ("91350100m000100y43", None),
            ("000000000000000000", None),
            ("９１３５０１００M000100Y43", None),
            ("91350100M000100Y44", Some("should be \"3\"")),
            ("91350100M000100Y4", Some("17 characters")),
            ("91350100M000100I43", Some("cannot contain \"I\"")),
            ("", Some("0 characters")),
        ] {
            let mistake = check(code).err().map(|words| words.en);
            match part {
                None => assert_eq!(mistake, None, "{code}"),
                Some(part) => assert!(mistake.as_ref().is_some_and(|m| m.contains(part)), "{code}: {mistake:?}"),
            }
        }
    }

    #[test]
    fn any_single_wrong_character_is_noticed() {
        let good = "91350100M000100Y43";
        for place in 0..good.len() {
            for other in CHARACTERS.chars() {
                let mut code: Vec<char> = good.chars().collect();
                code[place] = other;
                let code: String = code.into_iter().collect();
                assert_eq!(check(&code).is_ok(), code == good, "{code}");
            }
        }
    }
}
