//! The person whose Google account is connected: takes the grant back, disconnects, and connects again.

use jiff::SignedDuration;

use super::Actor;
use crate::scene::Stage;
use crate::setup;

/// A consent that did not come to its end is tried again after this.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// One life: until it has taken all its turns and everything is connected, or dies.
pub async fn live(stage: Stage) {
    while stage.scene().is_grant_gone || stage.take_turn(Actor::Owner) {
        let minutes = stage.scene().stream(Actor::Owner, "acts").between(1, 20);
        stage.pause(SignedDuration::from_mins(minutes)).await;
        let roll = stage.scene().stream(Actor::Owner, "acts").below(100);
        if stage.scene().is_grant_gone || roll < 35 {
            connect(&stage).await;
        } else if roll < 65 {
            disconnect(&stage).await;
        } else if roll < 80 {
            setup::revoke(&stage);
            let mut scene = stage.scene();
            scene.is_grant_gone = true;
            scene.stats.count("owner.revoked");
            scene.event(Actor::Owner, "hand", "revoked", 0);
        }
    }
}

/// Twice now and then, as people do who see nothing happen; and at once again, as people do who did not mean
/// it.
async fn disconnect(stage: &Stage) {
    let is_impatient = stage.scene().stream(Actor::Owner, "acts").is_hit(300);
    // Before it is done: who dies in the middle finds what there is, and connects.
    stage.scene().is_grant_gone = true;
    for _ in 0..=usize::from(is_impatient) {
        let disconnected = setup::disconnect(stage).await;
        let mut scene = stage.scene();
        let what = format!("{disconnected:?}");
        scene.event(Actor::Owner, "hand", &what, 0);
        scene.stats.count("owner.disconnected");
    }
    if stage.scene().stream(Actor::Owner, "acts").is_hit(300) {
        connect(stage).await;
    }
}

/// Until it has worked: consent codes end early and answers get lost here too.
async fn connect(stage: &Stage) {
    while let Err(error) = setup::reconnect(stage).await {
        let what = format!("not connected: {error}");
        stage.scene().event(Actor::Owner, "hand", &what, 0);
        stage.pause(AGAIN).await;
    }
    let mut scene = stage.scene();
    scene.is_grant_gone = false;
    scene.stats.count("owner.connected");
}
