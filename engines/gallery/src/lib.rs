//! The sample engines of this folder: what each is, how its image is made, and how it has to fare when judged.

mod engine;
mod lexicon;
mod outcome;
mod pack;

pub use engine::{Engine, Expect, Trouble, all, folder, named};
pub use lexicon::{ADDRESS as LEXICON_ADDRESS, HOST as LEXICON_HOST, serve as serve_lexicon};
pub use outcome::{POLICY, row, seen};
