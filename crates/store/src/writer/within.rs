//! Who is writing already: a unit that wrote through the writer it runs in would wait for itself, and everybody with it.

use std::cell::Cell;

use assay_core::Fault;

use super::Writer;

thread_local! {
    /// The writer that this thread's unit runs in.
    static AT: Cell<*const Writer> = const { Cell::new(std::ptr::null()) };
}

/// This thread's unit runs in a writer, until this is dropped.
pub(super) struct Within {
    /// The one it ran in before.
    outer: *const Writer,
}

impl Within {
    /// Goes in; a fault when this thread is there already.
    pub(super) fn enter(writer: &Writer) -> Result<Self, Fault> {
        let here: *const Writer = writer;
        if AT.get() == here {
            let why = "a transaction that writes was begun within another one";
            return Err(Fault::new("bug", "writing to the database", why));
        }
        Ok(Self { outer: AT.replace(here) })
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        AT.set(self.outer);
    }
}
