//! Waiting a moment for calendars to be read before a booking is decided (design section 9).

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::freshness::{self, Look, Patience};
use tokio::sync::Notify;
use tokio::time::timeout;

/// The longest wait: whoever books hardly notices it, and a pull usually needs less.
const WAIT_MAX: Duration = Duration::from_millis(800);

/// Waits by the bell that rings when a calendar was read.
pub(crate) struct Patient {
    app: App,
    reads: Arc<Notify>,
}

impl Patient {
    /// One that listens to `reads`.
    pub(crate) const fn new(app: App, reads: Arc<Notify>) -> Self {
        Self { app, reads }
    }

    async fn until_over(&self, look: &Look) {
        loop {
            // Listens before it looks, so that nothing read in between is missed.
            let mut read = pin!(self.reads.notified());
            read.as_mut().enable();
            match freshness::is_over(&self.app, look).await {
                Ok(false) => read.await,
                Ok(true) => return,
                Err(error) => {
                    tracing::warn!(%error, "not waiting for a calendar");
                    return;
                }
            }
        }
    }
}

impl Patience for Patient {
    fn wait(&self, look: Look) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            // Too late is as good as not at all: the booking is decided with what there is.
            let _ = timeout(WAIT_MAX, self.until_over(&look)).await;
        })
    }
}
