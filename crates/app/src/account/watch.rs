//! A thread that looks again and again for tokens called back by other processes.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use super::Reception;

/// Time between two looks.
const EVERY: Duration = Duration::from_secs(2);

/// The thread; it ends when this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    over: Arc<Over>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Over {
    is: Mutex<bool>,
    bell: Condvar,
}

impl Watch {
    pub(super) fn start(reception: Arc<Reception>) -> io::Result<Self> {
        let over = Arc::<Over>::default();
        let seen = over.clone();
        let look = move || {
            while !seen.comes_within(EVERY) {
                // A look that panics has been told by then; the next one may do better, and without any nobody is let in.
                let _ = catch_unwind(AssertUnwindSafe(|| reception.notice_revisions()));
            }
        };
        let thread = std::thread::Builder::new().name("revisions".into()).spawn(look)?;
        Ok(Self { over, thread: Some(thread) })
    }
}

impl Over {
    /// Waits so long, and says whether it is over.
    fn comes_within(&self, time: Duration) -> bool {
        let is = self.is.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(is, time, |is| !*is);
        *waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        *self.over.is.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.over.bell.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
