//! Who gives bookings to hosts, in seeds in which each host has a calendar: books for a host, and gives bookings to the
//! other one, and back.

use app::bookings::{
    self, BookError, BookInput, CancelError, CancelInput, ReassignError, ReassignInput,
};
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::{Booking, Cause};
use jiff::SignedDuration;

use super::Actor;
use crate::chance::Stream;
use crate::failure::Failure;
use crate::scene::Stage;
use crate::setup::{GIVEN, ORGANIZATION, carries};

/// Times that are tried for one booking: hosts are not always there.
const TRIES: usize = 8;
const EMAIL: &str = "given@example.com";

/// One life: until it has taken all its turns, or dies.
pub async fn live(stage: Stage) {
    let seed = stage.scene().seed;
    while stage.take_turn(Actor::Giver) {
        let millis = draw(&stage, |stream| match stream.below(10) {
            0..4 => stream.between(0, 1_000),
            _ => stream.between(0, 60_000),
        });
        stage.pause(SignedDuration::from_millis(millis)).await;
        let roll = draw(&stage, |stream| stream.below(100));
        match (roll, given(&stage)) {
            (0..35, _) | (_, None) => book(&stage).await,
            (35..92, Some(booking)) if !carries(seed) => give(&stage, &booking).await,
            (35..92, Some(_)) => {}
            (_, Some(booking)) => cancel(&stage, &booking).await,
        }
    }
}

fn draw<T>(stage: &Stage, draw: impl FnOnce(&mut Stream) -> T) -> T {
    draw(stage.scene().stream(Actor::Giver, "acts"))
}

/// One of those that may be given.
fn given(stage: &Stage) -> Option<Booking> {
    let all: Vec<Booking> = {
        let scene = stage.scene();
        let live = scene.bookings.all().filter(|version| version.is_live());
        let bookings = live.map(|version| version.booking.clone());
        bookings
            .filter(|booking| booking.attendee.email.as_deref() == Some(EMAIL))
            .collect()
    };
    draw(stage, |stream| stream.pick(&all).cloned())
}

async fn book(stage: &Stage) {
    let givers = stage.setup.givers.clone();
    for _ in 0..TRIES {
        let now = stage.scene().now();
        let host = draw(stage, |stream| stream.pick(&givers).copied());
        let quarters = draw(stage, |stream| stream.between(2, 200));
        let quarter = SignedDuration::from_mins(15).as_micros();
        let past = i128::from(now.as_micros()) % quarter;
        let past = SignedDuration::from_micros(i64::try_from(past).unwrap_or(0));
        let start = now - past + SignedDuration::from_mins(15 * quarters);
        let input = BookInput {
            organization: ORGANIZATION.to_owned(),
            event_type: GIVEN.to_owned(),
            start,
            attendee: AttendeeForm {
                name: "Given".to_owned(),
                email: Some(EMAIL.to_owned()),
                ..AttendeeForm::default()
            },
            host,
            hold: None,
            forced: None,
            asker: Asker::Public(None),
            cause: Cause::Admin,
            idempotency_key: None,
        };
        match bookings::book(&stage.app, input).await {
            Ok(_) => return stage.scene().stats.count("giver.booked"),
            Err(BookError::Refused { .. }) => {}
            Err(other) => return failed(stage, &other.to_string()),
        }
    }
}

async fn give(stage: &Stage, booking: &Booking) {
    let others = stage.setup.givers.iter();
    let Some(host) = others.copied().find(|host| *host != booking.host_id) else {
        return;
    };
    let input = ReassignInput {
        booking: booking.id,
        host,
        version: None,
        cause: Cause::Admin,
    };
    match bookings::reassign(&stage.app, input).await {
        Ok(_) => stage.scene().stats.count("giver.gave"),
        Err(ReassignError::Refused(_) | ReassignError::NotOpen(_)) => {}
        Err(other) => failed(stage, &other.to_string()),
    }
}

async fn cancel(stage: &Stage, booking: &Booking) {
    let input = CancelInput {
        booking: booking.id,
        seat: None,
        reason: String::new(),
        version: None,
        cause: Cause::Admin,
    };
    match bookings::cancel(&stage.app, input).await {
        Ok(_) | Err(CancelError::NotOpen(_)) => {}
        Err(other) => failed(stage, &other.to_string()),
    }
}

fn failed(stage: &Stage, what: &str) {
    let failure = Failure::new("giver", what.to_owned());
    stage.scene().hold(Err(failure));
}
