//! Laws of the engine: what must hold whatever the rows, the unit and the policy are (contract section 3).
//!
//! One file per group of laws. Cases are random and the same in every run; `PROPTEST_RNG_SEED` and `PROPTEST_CASES`
//! look further: `PROPTEST_CASES=20000 PROPTEST_RNG_SEED=7 cargo test --test laws`.

mod accounting;
mod compare;
mod invented;
mod money;
mod monotone;
mod order;
mod rows;
mod runs;
mod selection;
mod shares;
mod speed;
mod support;
mod together;
mod unknown;
