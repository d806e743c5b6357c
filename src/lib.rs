//! biaobu 标补: which standardization subsidies a company can claim, how much, by which clause, and why not more.
//!
//! The path of the data is one straight line: bytes → facts ([`input`]) → policy ([`policy`]) → result ([`engine`])
//! → report ([`output`]). The engine is pure: no I/O, no clock, no printing, no city.

pub mod analysis;
pub mod engine;
pub mod facts;
pub mod input;
pub mod lang;
pub mod money;
pub mod output;
pub mod parallel;
pub mod policy;
pub mod range;
pub mod rulefile;
pub mod rules;
pub mod text;
pub mod unit;
pub mod vocabulary;
