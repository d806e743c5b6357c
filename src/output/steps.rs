//! The numbers of a step for scripts, so that each amount can be computed again from the one before. The arithmetic of
//! every operation stands in docs/verify.md.

use serde_json::{Map, Value as Json, json};

use crate::engine::result::{Op, Step};
use crate::facts::Applicant;
use crate::policy::Policy;
use crate::vocabulary::Vocabulary;

/// What a step computes with: money as in the rest of the result, shares as fractions, other things by their ids.
pub(super) fn parts(step: &Step, vocabulary: &Vocabulary, policy: &Policy, applicant: &Applicant) -> Map<String, Json> {
    let id_of = |item: usize| applicant.achievements.get(item).map(|row| row.id.as_str());
    let parts = match &step.op {
        Op::Base { of, share, .. } => json!({ "of": of, "share": share.fraction() }),
        Op::BaseOfFact { fact, known: Some(known), share } => {
            json!({ "of": known, "share": share.fraction(), "fact": vocabulary.fact(*fact).id })
        }
        // What is not known is taken at the maximum, whole.
        Op::BaseOfFact { fact, known: None, .. } => {
            json!({ "of": step.amount, "share": "1/1", "fact": vocabulary.fact(*fact).id, "unknown": true })
        }
        Op::Maximum(maximum) => json!({ "maximum": maximum }),
        Op::Quantity(quantity) => json!({ "quantity": quantity }),
        Op::Share { share, rank, among } => json!({ "share": share.fraction(), "rank": rank, "among": among }),
        Op::Bonus(index, bonus) => json!({ "plus": bonus, "bonus": policy.bonuses[*index].id }),
        Op::CostLimit(fact, cost) => json!({ "cost": cost, "fact": vocabulary.fact(*fact).id }),
        Op::PriorMoney(received) => json!({ "received": received }),
        Op::OtherMoney(other, received) => json!({ "received": received, "policy": other }),
        Op::Upgrade(before) => json!({ "received": before }),
        Op::PaidEarlier(item, year) => json!({ "item": id_of(*item), "year": year }),
        Op::LeftTo(other, year) => json!({ "policy": other, "year": year }),
        Op::Duplicate(item) => json!({ "item": id_of(*item) }),
        Op::NotSelected(limit) => json!({ "at_most": policy.limits[*limit].at_most }),
        Op::Cap(index, left) => json!({ "left": left, "scope": policy.caps[*index].id }),
    };
    match parts {
        Json::Object(parts) => parts,
        _ => Map::new(),
    }
}
