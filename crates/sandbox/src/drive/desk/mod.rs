//! The API endpoint inside the sandbox: as much of the platform as an engine at work needs (api.md §1, §3, §4). It
//! listens on the engine's own loopback, serves the inputs, and writes down status updates and results.

mod answer;
mod graphql;
mod multipart;
mod nesting;
mod resolve;
mod serve;
mod story;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use assay_core::Fault;
use assay_core::run::{Exercise, TaskStory};
use tokio::sync::oneshot;

use crate::EngineNamespace;
use crate::net::Recorder;
use story::Story;

/// Id of the task an engine is given. Every run has the same, as nothing outlives a run.
pub(super) const TASK: &str = "26010101_AssayDesk1Task1";
/// Id of its job.
pub(super) const JOB: &str = "26010101_AssayDesk1";
/// Id of the recording (TDO) it works on.
pub(super) const RECORDING: &str = "500000001";

/// The endpoint, served by a thread of its own until closed or dropped.
pub(super) struct Desk {
    port: u16,
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the requests share.
struct Shared {
    base_url: String,
    token: String,
    media: Vec<Exercise>,
    story: Story,
}

impl Desk {
    /// Listens on a free port of the engine's loopback and serves `media`.
    pub(super) fn open(
        namespace: &EngineNamespace,
        recorder: Arc<Recorder>,
        token: &str,
        media: Vec<Exercise>,
        folder: &Path,
    ) -> Result<Self, Fault> {
        let fault = |cause: std::io::Error| Fault::io("opening the API endpoint inside the sandbox", cause);
        let listener = namespace.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))).map_err(fault)?;
        let port = listener.local_addr().map_err(fault)?.port();
        listener.set_nonblocking(true).map_err(fault)?;
        let shared = Arc::new(Shared {
            base_url: format!("http://127.0.0.1:{port}"),
            token: token.to_owned(),
            media,
            story: Story::new(recorder, folder),
        });
        let (stop, stopped) = oneshot::channel();
        let thread = serve::spawn(listener, Arc::clone(&shared), stopped).map_err(fault)?;
        Ok(Self { port, shared, stop: Some(stop), thread: Some(thread) })
    }

    /// The port inside the namespace.
    pub(super) fn port(&self) -> u16 {
        self.port
    }

    /// The API's root, as engines are told it.
    pub(super) fn base_url(&self) -> String {
        self.shared.base_url.clone()
    }

    /// Where the input of exercise `index` can be downloaded.
    pub(super) fn media_url(&self, index: usize) -> String {
        self.shared.media_url(index)
    }

    /// Whether a final status has been told.
    pub(super) fn finished(&self) -> bool {
        self.shared.story.finished()
    }

    /// Stops serving and hands over what was seen.
    pub(super) fn close(mut self) -> TaskStory {
        self.halt();
        self.shared.story.take()
    }

    fn halt(&mut self) {
        drop(self.stop.take());
        // A panic of the thread has been told on stderr; what it had seen until then stands.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.halt();
    }
}

impl Shared {
    fn media_url(&self, index: usize) -> String {
        format!("{}/media/{index}", self.base_url)
    }
}
