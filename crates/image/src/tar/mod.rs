//! A strict reader of tar streams: ustar, PAX and GNU long names, as image layers use them.
//!
//! Where tar programs read the same bytes differently this reader does not choose: it reports an [`Oddity`], so that
//! nothing can be shown to one reader and hidden from another.

mod header;
mod number;
mod pax;
mod reader;

pub use reader::{Ending, Member, MemberKind, Oddity, Reader, TarError};
