//! The registry: the OCI distribution protocol, and the files of what is pushed.
//!
//! [`Registry`] holds it all together and [`router`] speaks the protocol for it. It knows no engines: a pushed manifest
//! is handed to the [`ManifestDesk`](assay_core::registry::ManifestDesk), and who may do what is asked at the
//! [`Gate`](assay_core::registry::Gate). What has to be done by the clock is in [`collect`], [`scrub`] and [`sweep`].
//!
//! ```text
//! blobs/ALGORITHM/xx/HEX   one blob, never changed
//! uploads/ID               bytes of an upload that is not finished
//! uploads/ID.session       whose it is and how far it has come
//! quarantine/              blobs whose bytes are not what they were
//! ```

mod files;
mod import;
mod manifest;
mod options;
mod protocol;
mod quota;
mod registry;
mod session;
mod upkeep;

pub use files::BlobStore;
pub use manifest::{ManifestProblem, read_manifest};
pub use options::RegistryOptions;
pub use protocol::{ByteRange, ContentRange, Route, RouteError, router};
pub use registry::{BlobListener, Registry, RegistryParts};
pub use upkeep::{Collected, Found, Scrubbed, Swept, collect, collectable, scrub, sweep};
