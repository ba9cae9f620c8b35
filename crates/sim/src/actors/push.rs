//! Google's messages on their way to us: lost, doubled and late as the seed's rules say, taken by one server
//! process or dying with it. Now and then somebody else sends one.

use app::push::{ArriveError, Arrived, Notice, arrived};
use domain::Clock;
use fake_google::{Carried, Delivery};
use jiff::SignedDuration;

use super::Actor;
use crate::failure::Failure;
use crate::scene::Stage;

/// With nothing on its way it looks again after this.
const NOTHING_DUE: SignedDuration = SignedDuration::from_secs(30);

/// One life of whoever carries messages.
pub async fn live(stage: Stage) {
    loop {
        let next = {
            let mut scene = stage.scene();
            let now = scene.timestamp();
            scene.google.take_due_deliveries(now, 1).pop()
        };
        match next {
            Some(delivery) => {
                forge(&stage, &delivery).await;
                carry(&stage, delivery).await;
            }
            None => wait(&stage).await,
        }
    }
}

async fn wait(stage: &Stage) {
    let (now, next) = {
        let scene = stage.scene();
        (scene.timestamp(), scene.google.next_delivery())
    };
    let span = next.map_or(NOTHING_DUE, |next| next.duration_since(now));
    let span = span.clamp(SignedDuration::from_millis(1), NOTHING_DUE);
    stage.pause(span).await;
}

/// A push as we read it.
fn notice(delivery: &Delivery) -> Notice {
    let mut headers = http::HeaderMap::new();
    for (name, value) in &delivery.headers {
        let name: http::HeaderName = name.parse().expect("Google's headers have names");
        headers.append(name, value.parse().expect("and values"));
    }
    Notice::read(&headers).expect("a push is a push")
}

async fn carry(stage: &Stage, delivery: Delivery) {
    // What it tells of has happened: the pull that answers it begins from now on.
    let told_at = stage.scene().clock.now();
    let taken = arrived(&stage.app, notice(&delivery)).await;
    let mut scene = stage.scene();
    let what = format!("{:?} {} {taken:?}", delivery.state, delivery.number);
    scene.event(Actor::Push, "push", &what, 0);
    let status = match &taken {
        Ok(Arrived::Noted | Arrived::Known) => {
            scene.told_at = Some(told_at);
            scene.stats.count("push.noted");
            204
        }
        Ok(Arrived::Begun | Arrived::Ignored) => {
            scene.stats.count("push.acknowledged");
            204
        }
        Err(ArriveError::Unknown) => {
            scene.stats.count("push.unknown");
            404
        }
        Err(ArriveError::Store(error)) => {
            scene.store_failed("a push", error);
            503
        }
    };
    let now = scene.timestamp();
    scene
        .google
        .report_delivery(now, delivery, Carried::Status(status));
}

/// Somebody sends one who knows two of the three things it takes.
async fn forge(stage: &Stage, delivery: &Delivery) {
    let mut notice = notice(delivery);
    {
        let mut scene = stage.scene();
        let stream = scene.stream(Actor::Push, "forged");
        if !stream.is_hit(200) {
            return;
        }
        match stream.below(3) {
            0 => notice.channel_id.push('x'),
            1 => notice.token = None,
            _ => notice.token = Some("a guess".into()),
        }
        scene.stats.count("push.forged");
    }
    let taken = arrived(&stage.app, notice).await;
    if let Err(ArriveError::Store(error)) = &taken {
        return stage.scene().store_failed("a push", error);
    }
    if taken != Err(ArriveError::Unknown) {
        let message = format!("a forged push was taken: {taken:?}");
        let checked = Err(Failure::new("forged", message));
        stage.scene().hold(checked);
    }
}
