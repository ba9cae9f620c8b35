//! Due work, as the server's loop runs it: step, and wait as told.

use app::due::{self, Stepped};
use jiff::SignedDuration;

use crate::scene::Stage;

/// With nothing due for long it looks again after this, as a server would.
const NOTHING_DUE: SignedDuration = SignedDuration::from_mins(10);

/// One life of the loop.
pub async fn live(stage: Stage) {
    loop {
        match due::step(&stage.app).await {
            Ok(Stepped::Worked) => {}
            Ok(Stepped::Idle(until)) => {
                let latest = stage.scene().now() + NOTHING_DUE;
                // A wake-up may be lost, so nobody sleeps until tomorrow.
                stage
                    .pause_for_work(until.unwrap_or(latest).min(latest))
                    .await;
            }
            Err(error) => {
                stage.scene().store_failed("due work", &error);
                stage.pause(NOTHING_DUE).await;
            }
        }
    }
}
