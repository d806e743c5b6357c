//! Questions beside the main one, answered from results: pure, without words, files or clock.

pub mod compare;
pub mod diff;
