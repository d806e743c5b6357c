//! The two languages of everything a person reads. Keys and enum values of the output never change with it.

/// The language of words 语言.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// 中文
    #[default]
    Zh,
    /// English
    En,
}

impl Lang {
    /// The word in this language.
    pub fn pick<'w>(self, zh: &'w str, en: &'w str) -> &'w str {
        match self {
            Lang::Zh => zh,
            Lang::En => en,
        }
    }
}

/// One message in both languages. Engine notes are typed and worded late; this is for what is rare: mistakes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Words {
    /// A message in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Words { zh: zh.into(), en: en.into() }
    }

    /// The message in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }
}

impl std::fmt::Display for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} / {}", self.zh, self.en)
    }
}

/// `words!(zh: "…{}", en: "…{}")` with inline captured arguments in both.
#[macro_export]
macro_rules! words {
    (zh: $zh:literal, en: $en:literal $(, $($name:ident = $value:expr),*)?) => {{
        $( $( let $name = $value; )* )?
        $crate::lang::Words::new(format!($zh), format!($en))
    }};
}
