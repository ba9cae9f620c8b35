//! The loop that does due work.

use std::time::Duration;

use app::App;
use app::due::{Stepped, step};
use tokio::sync::Notify;
use tokio::time::{interval, sleep};

/// The longest wait without looking: a wake-up is only a hint and may be lost.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// After the store failed: it is looked at again soon, not at once.
const PAUSE: Duration = Duration::from_secs(1);

/// How often what need not be kept is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

async fn keep_house(app: &App) {
    if let Err(error) = app::housekeeping::run(app).await {
        tracing::error!(%error, "housekeeping could not be done; trying again in an hour");
    }
}

/// Does due work, one step after another, until dropped. `wake` cuts a wait short.
pub(crate) async fn run(app: App, wake: &Notify) {
    let mut housekeeping = interval(HOUSEKEEPING);
    loop {
        let wait = match step(&app).await {
            Ok(Stepped::Worked) => continue,
            Ok(Stepped::Idle(until)) => until_then(&app, until),
            Err(error) => {
                tracing::error!(%error, "due work could not be done; trying again");
                PAUSE
            }
        };
        tokio::select! {
            () = wake.notified() => {}
            () = sleep(wait) => {}
            _ = housekeeping.tick() => keep_house(&app).await,
        }
    }
}

fn until_then(app: &App, until: Option<domain::Instant>) -> Duration {
    let wait = until.and_then(|until| Duration::try_from(until - app.now()).ok());
    // A deadline already past waits for nothing.
    wait.unwrap_or(if until.is_some() {
        Duration::ZERO
    } else {
        WAIT_MAX
    })
    .min(WAIT_MAX)
}
