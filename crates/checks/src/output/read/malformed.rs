//! What is wrong with a text that is no JSON.

/// Where and what.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{trouble}")]
pub(in crate::output) struct Malformed {
    /// Byte offset.
    pub(in crate::output) at: usize,
    /// What.
    pub(in crate::output) trouble: Trouble,
}

/// Kinds of trouble.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(in crate::output) enum Trouble {
    /// Something else was due here.
    #[error("{0} is expected here")]
    Expected(&'static str),
    /// The text ends too early.
    #[error("the document ends here although {0} is still expected")]
    Ends(&'static str),
    /// `NaN`, `Infinity` and the like.
    #[error("`{0}` is not JSON; leave the key out or give `null`")]
    NotANumber(&'static str),
    /// A number beyond the range of a double.
    #[error("this number is too large to be represented")]
    NumberRange,
    /// A control character in a string.
    #[error("a control character in a string has to be written as an escape")]
    Control,
    /// An escape that does not exist.
    #[error("this escape does not exist or stands for half a character")]
    Escape,
    /// A key for the second time.
    #[error("the key `{0}` stands in the same object twice")]
    Doubled(String),
    /// Nested too deep.
    #[error("the document is nested deeper than {0} levels")]
    TooDeep(usize),
    /// Too many members or items.
    #[error("an object has more than {0} members")]
    TooMany(usize),
    /// Something after the end.
    #[error("there is something after the end of the document")]
    Trailing,
    /// Not UTF-8.
    #[error("the document is not UTF-8 here")]
    NotUtf8,
    /// A byte-order mark.
    #[error("the document starts with a byte-order mark; write UTF-8 without one")]
    ByteOrderMark,
    /// Not an object.
    #[error("the document is JSON but not an object")]
    NotAnObject,
    /// Larger than any asset may be.
    #[error("the document is larger than {0} MB")]
    TooLarge(usize),
}
