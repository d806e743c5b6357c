//! The head of a policy: what it is, where and when it holds.

use super::Reader;
use jiff::civil::Date;

use crate::lang::Words;
use crate::policy::model::{Cite, Intake};
use crate::policy::phrase;
use crate::rulefile::{Code, Entry};
use crate::vocabulary::ValueId;
use crate::words;

/// The fields of [`crate::policy::Policy`] that `[policy]` fills.
pub(super) struct Head {
    pub(super) id: String,
    pub(super) title: Words,
    pub(super) issuer: String,
    pub(super) level: ValueId,
    pub(super) replaces: Vec<String>,
    pub(super) number: Option<String>,
    pub(super) published: Option<Date>,
    pub(super) region: Vec<String>,
    pub(super) region_cite: Cite,
    pub(super) from: Date,
    pub(super) until: Option<Date>,
    pub(super) validity_cite: Cite,
    pub(super) source: String,
    pub(super) source_sha256: Option<String>,
    pub(super) application_day: Option<(i8, i8)>,
    pub(super) intake: Option<Intake>,
}

impl Reader<'_, '_> {
    pub(super) fn head(&self, head: Entry<'_, '_>) -> Option<Head> {
        let (id, issuer, source) = (head.need_text("id"), head.need_text("issuer"), head.need_text("source"));
        let source_sha256 = head.text("source_sha256");
        let title = self.title(&head);
        let prior_source = self.vocabulary.known().prior_source;
        let level = head.need("level").and_then(|node| self.value(prior_source, &node.text()?, node.span()));
        let replaces = head.texts("replaces").into_iter().map(|(id, _)| id).collect();
        let number = head.text("number");
        let published = head.get("published").and_then(|node| node.date());
        let region = head.need("region").map(|node| {
            if node.list().is_empty() {
                node.wrong(&words!(zh: "至少一个地名", en: "at least one name of a place"));
            }
            node.texts().into_iter().map(|(name, _)| name).collect()
        });
        let region_cite = self.anchored(&head, "region_cite", "region_says");
        let application_day = month_day(&head, "application_day");
        let intake = head.get("applications").and_then(|node| self.intake(node.entry()?));
        let (mut from, mut until, mut validity_cite) = (None, None, None);
        if let Some(in_force) = head.need("in_force").and_then(|node| node.entry()) {
            from = in_force.need("from").and_then(|node| node.date());
            until = in_force.get("until").and_then(|node| node.date());
            validity_cite = self.cite(&in_force);
            if let (Some(from), Some(until)) = (from, until)
                && until < from
            {
                self.problems.error(
                        Code::NeverHolds,
                        in_force.span(),
                        words!(zh: "失效日 {until} 早于施行日 {from}", en: "it ends on {until}, before it begins on {from}"),
                        Words::default(),
                    );
            }
            in_force.finish();
        }
        head.finish();
        Some(Head {
            id: id?,
            title,
            issuer: issuer?,
            level: level?,
            replaces,
            number,
            published,
            region: region?,
            region_cite: region_cite?,
            from: from?,
            until,
            validity_cite: validity_cite?,
            source: source?,
            source_sha256,
            application_day,
            intake,
        })
    }

    fn intake(&self, entry: Entry<'_, '_>) -> Option<Intake> {
        let cite = self.cite(&entry);
        let (from, to) = (month_day(&entry, "from"), month_day(&entry, "to"));
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            self.problems.error(
                Code::NeverHolds,
                entry.span(),
                words!(zh: "受理的末日早于首日", en: "applications end before they begin"),
                words!(zh: "from 和 to 写同一年内的月-日", en: "`from` and `to` are days of one year"),
            );
        }
        entry.finish();
        Some(Intake { cite: cite?, from, to })
    }
}

/// A key such as `"09-30"`.
fn month_day(entry: &Entry<'_, '_>, key: &str) -> Option<(i8, i8)> {
    let node = entry.get(key)?;
    let day = phrase::month_day(&node.text()?);
    if day.is_none() {
        node.wrong(&words!(zh: "月-日，如 \"09-30\"", en: "a month and day such as \"09-30\""));
    }
    day
}
