//! The person who runs the installation: replaces the master key while everything goes on.

use app::rotation::{self, Progress};
use jiff::SignedDuration;
use store::StoreError;

use super::Actor;
use crate::failure::Failure;
use crate::scene::Stage;

/// Values in use are looked at again after this.
const AGAIN: SignedDuration = SignedDuration::from_secs(10);

/// One life: until it has taken its turns, or dies; a key begun to be replaced is replaced by the next.
pub async fn live(stage: Stage) {
    while stage.scene().is_rotating || stage.take_turn(Actor::Operator) {
        let minutes = stage.scene().stream(Actor::Operator, "acts").between(1, 15);
        stage.pause(SignedDuration::from_mins(minutes)).await;
        stage.scene().is_rotating = true;
        if let Err(error) = rotate(&stage).await {
            // No fault of the store's is simulated, so any failure is ours.
            let message = format!("rotation failed in the store: {error}");
            stage.scene().hold(Err(Failure::new("store", message)));
        }
        let mut scene = stage.scene();
        scene.is_rotating = false;
        scene.stats.count("operator.rotated");
    }
}

/// As `lockstep rotate-key` does: in rounds, until nothing was in use.
async fn rotate(stage: &Stage) -> Result<(), StoreError> {
    loop {
        let mut progress = Progress::default();
        while !progress.is_done {
            progress = rotation::step(&stage.app, progress).await?;
        }
        if progress.unusable > 0 {
            let message = format!("{} secrets open with neither key", progress.unusable);
            stage.scene().hold(Err(Failure::new("secrets", message)));
        }
        if progress.busy == 0 {
            break;
        }
        stage.pause(AGAIN).await;
    }
    let checked = rotation::check(&stage.app).await?;
    if checked.other_key + checked.damaged > 0 {
        let message = format!("after the key was replaced: {checked:?}");
        stage.scene().hold(Err(Failure::new("secrets", message)));
    }
    Ok(())
}
