//! The loops that do due work, several beside each other: each connection is worked on by one at a time,
//! and a slow answer of Google's holds up only its own.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::due::{Stepped, step};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

/// The longest wait without looking: a wake-up is only a hint and may be lost.
const WAIT_MAX: Duration = Duration::from_secs(5);
/// After the store failed: it is looked at again soon, not at once.
const PAUSE: Duration = Duration::from_secs(1);

/// Calls to Google at once, each for another connection.
const WORKERS: usize = 8;

/// How often what need not be kept is forgotten.
const HOUSEKEEPING: Duration = Duration::from_secs(3600);

async fn keep_house(app: &App) {
    if let Err(error) = app::housekeeping::run(app).await {
        tracing::error!(%error, "housekeeping could not be done; trying again in an hour");
    }
}

/// Does due work until dropped. `wake` cuts a wait short.
pub(crate) async fn run(app: App, wake: Arc<Notify>) {
    let mut workers = JoinSet::new();
    for _ in 0..WORKERS {
        let (app, wake) = (app.clone(), Arc::clone(&wake));
        workers.spawn(async move { work(app, &wake).await });
    }
    let mut housekeeping = interval(HOUSEKEEPING);
    loop {
        housekeeping.tick().await;
        keep_house(&app).await;
    }
}

/// One step after another.
async fn work(app: App, wake: &Notify) {
    let mut is_idle = true;
    loop {
        let stepped = step(&app).await;
        if std::mem::replace(&mut is_idle, !matches!(stepped, Ok(Stepped::Worked))) && !is_idle {
            // Where there is work for one there may be for another; the last to look finds none.
            wake.notify_one();
        }
        let wait = match stepped {
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
