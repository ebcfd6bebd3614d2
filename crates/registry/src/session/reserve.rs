//! Storage promised to uploads before it is used, so that many at once cannot go over an organization's quota.

use std::collections::HashMap;
use std::sync::atomic::Ordering;
use std::sync::{MutexGuard, PoisonError};

use assay_core::OrgId;

use super::{Session, Sessions};

impl Sessions {
    /// Reserves room until the upload has `total` bytes; `false` when less than that is left of `room`, the bytes the
    /// organization may still store.
    pub(crate) fn reserve(&self, session: &Session, total: u64, room: u64) -> bool {
        let mut reserved = self.reserved();
        let all = reserved.entry(session.purpose.org).or_default();
        let more = total.saturating_sub(session.reserved.load(Ordering::Relaxed));
        let fits = all.saturating_add(more) <= room || more == 0;
        if fits {
            *all = all.saturating_add(more);
            session.reserved.fetch_add(more, Ordering::Relaxed);
        }
        fits
    }

    /// What is there already is reserved, whatever the quota says now.
    pub(super) fn reserve_anyway(&self, session: &Session, total: u64) {
        self.reserve(session, total, u64::MAX);
    }

    pub(super) fn release(&self, session: &Session) {
        let freed = session.reserved.swap(0, Ordering::Relaxed);
        let mut reserved = self.reserved();
        if let Some(all) = reserved.get_mut(&session.purpose.org) {
            *all = all.saturating_sub(freed);
        }
        reserved.retain(|_, bytes| *bytes > 0);
    }

    fn reserved(&self) -> MutexGuard<'_, HashMap<OrgId, u64>> {
        self.reserved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
