//! A strict reader of tar streams: ustar, PAX and GNU long names, as image layers use them.
//!
//! Where tar programs read the same bytes differently this reader does not choose: it reports an [`Oddity`], so that
//! nothing can be shown to one reader and hidden from another.

mod header;
mod member;
mod number;
mod pax;
mod reader;

pub use member::{Ending, Member, MemberKind, Oddity, TarError};
pub use reader::Reader;
