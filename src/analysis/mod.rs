//! Questions about results, asked on top of the engine: facts and policies in, typed findings out. Pure, like the engine:
//! no I/O, no clock, no words.

pub mod audit;
pub mod compare;
pub mod diff;
pub mod plan;
