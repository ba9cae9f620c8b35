//! Waiting a moment for calendars to be read: before a booking is decided (design section 9), and for whoever
//! asked that they be read now (row V5).

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::freshness::{self, Look, Patience, Waiting};
use tokio::sync::Notify;
use tokio::time::timeout;

/// The longest wait of whoever books: it is hardly noticed, and a pull usually needs less.
const WAIT_MAX: Duration = Duration::from_millis(800);
/// The longest wait of whoever asked for the look: they came for what it brings, and a first listing needs more.
const ASKER_WAIT_MAX: Duration = Duration::from_secs(5);

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
            let wait_max = match look.who() {
                Waiting::Booker => WAIT_MAX,
                Waiting::Asker => ASKER_WAIT_MAX,
            };
            // Too late is as good as not at all: whoever waited goes on with what there is.
            let _ = timeout(wait_max, self.until_over(&look)).await;
        })
    }
}
