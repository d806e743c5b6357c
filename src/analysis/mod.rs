//! Questions answered by calling the engine anew on changed facts or rules: pure, as the engine is.

pub mod plan;
