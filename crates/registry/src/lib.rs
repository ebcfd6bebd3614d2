//! OCI distribution protocol and content-addressed blob store.
