//! The demonstration data: a dozen well-known vulnerabilities as facts (names, versions, scores), written for this
//! project. It lets the sample engines come to a verdict without any download, and it is marked as what it is: nobody may
//! take a pass on it for a clean bill of health.

use assay_core::Fault;
use jiff::Timestamp;

use super::Database;
use crate::security::import::{ImportError, Options, compile_documents};

/// The records, and when they were last held against their sources.
const DOCUMENTS: [(&str, &[u8]); 3] = [
    ("distributions.json", include_bytes!("../demonstration/distributions.json")),
    ("languages.json", include_bytes!("../demonstration/languages.json")),
    ("known-exploited.json", include_bytes!("../demonstration/known-exploited.json")),
];
const CHECKED: Timestamp = Timestamp::constant(1_795_305_600, 0);

impl Database {
    /// The demonstration data. Fails only if the records in the program were broken.
    pub fn demonstration() -> Result<Self, Fault> {
        let options = Options { demonstration: true, as_of: Some(CHECKED), ..Options::at(CHECKED) };
        compile_documents(&DOCUMENTS, options).map_err(|error| match error {
            ImportError::Fault(fault) => fault,
            ImportError::Rejection(rejection) => {
                Fault::new("database", "compiling the demonstration data", rejection)
            }
        })
    }
}
