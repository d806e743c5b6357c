//! `plan` for people, spreadsheets and scripts: the same findings in every form.

mod document;
mod json;
mod records;
mod words;

use serde_json::Value as Json;

use super::document::{Document, Present, Records};
use crate::analysis::plan::Plan;
use crate::engine::Application;
use crate::facts::Applicant;
use crate::input::Portfolio;
use crate::lang::Lang;
use crate::vocabulary::Vocabulary;

/// The plans of a portfolio for one application year.
pub struct Plans<'a> {
    /// Names of facts and values.
    pub vocabulary: &'a Vocabulary,
    /// What was read.
    pub portfolio: &'a Portfolio,
    /// The application.
    pub application: &'a Application,
    /// One per unit, in the order of the files.
    pub plans: Vec<Plan<'a>>,
    /// Units in regions that no policy at hand covers.
    pub uncovered: Vec<&'a Applicant>,
    /// Language of everything a person reads.
    pub lang: Lang,
}

impl Present for Plans<'_> {
    fn document(&self) -> Document {
        document::document(self)
    }

    fn records(&self) -> Records {
        records::records(self)
    }

    fn json(&self) -> Json {
        json::json(self)
    }
}
