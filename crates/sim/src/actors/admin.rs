//! Whoever answers for the organization: decides what waits in the inbox, in every way there is, chooses how
//! conflicts are decided, and books where the rules would not.

use app::bookings::{self, BookError, BookInput, Forced};
use app::conflicts::{self, Item, ListError, Resolution, ResolveError, ResolveInput};
use app::connections::policy::choose_policy;
use app::limits::Asker;
use domain::attendee::AttendeeForm;
use domain::booking::Cause;
use domain::sync::policy::{OnChange, Policy, Winner};
use domain::{BookingId, Instant};
use jiff::SignedDuration;
use store::tables::connections;

use super::Actor;
use crate::checks::answers;
use crate::failure::Failure;
use crate::scene::{Scene, Stage};
use crate::setup::ORGANIZATION;

/// What one look at the inbox shows.
const LISTED: usize = 10;

/// One life: until it has taken all its turns, or dies.
pub async fn live(stage: Stage) {
    while stage.take_turn(Actor::Admin) {
        let seconds = stage.scene().stream(Actor::Admin, "acts").between(5, 400);
        stage.pause(SignedDuration::from_secs(seconds)).await;
        let roll = stage.scene().stream(Actor::Admin, "acts").below(100);
        match roll {
            0..65 => decide(&stage).await,
            65..85 => choose(&stage).await,
            _ => force(&stage).await,
        }
    }
}

/// The ways in which the owner's wishes can be said, one drawn.
fn draw_policy(scene: &mut Scene) -> Policy {
    let stream = scene.stream(Actor::Admin, "policy");
    let mut on_change = || match stream.is_hit(300) {
        true => OnChange::Ask,
        false => OnChange::Follow,
    };
    let (moves, deletions, restorations) = (on_change(), on_change(), on_change());
    let all = [
        None,
        None,
        Some(Winner::Ours),
        Some(Winner::Theirs),
        Some(Winner::Newest),
    ];
    let both = stream.pick(&all).copied().flatten();
    Policy {
        moves,
        deletions,
        restorations,
        keeps_place: false,
        both,
    }
}

/// From now on anything that was ever chosen explains what is decided: work under way may have read it.
fn allow(scene: &mut Scene, chosen: Policy) {
    let ever = &mut scene.policy;
    let asks = |ever: OnChange, chosen: OnChange| match (ever, chosen) {
        (OnChange::Follow, OnChange::Follow) => OnChange::Follow,
        _ => OnChange::Ask,
    };
    ever.moves = asks(ever.moves, chosen.moves);
    ever.deletions = asks(ever.deletions, chosen.deletions);
    ever.restorations = asks(ever.restorations, chosen.restorations);
    ever.both = ever.both.or(chosen.both);
}

async fn choose(stage: &Stage) {
    let organization = stage.setup.organization;
    let (id, policy) = {
        let mut scene = stage.scene();
        let all = scene.read(|tx| connections::list(tx, organization));
        let Some(connection) = all.first() else {
            return;
        };
        let policy = draw_policy(&mut scene);
        allow(&mut scene, policy);
        (connection.id, policy)
    };
    let chosen = choose_policy(&stage.app, organization, id, policy).await;
    let mut scene = stage.scene();
    scene.stats.count("admin.chose");
    match chosen {
        Ok(true) => {}
        Ok(false) => scene.hold(Err(Failure::new(
            "acknowledged",
            "the connection is not there".to_owned(),
        ))),
        Err(error) => scene.store_failed("admin", &error),
    }
}

async fn decide(stage: &Stage) {
    let organization = stage.setup.organization;
    let page = match conflicts::list(&stage.app, organization, None, LISTED).await {
        Ok(page) => page,
        Err(ListError::Store(error)) => return stage.scene().store_failed("admin", &error),
        Err(other) => {
            let failure = Failure::new("acknowledged", other.to_string());
            return stage.scene().hold(Err(failure));
        }
    };
    let Some((item, resolution)) = draw_decision(&mut stage.scene(), &page.items) else {
        return;
    };
    // Between what a person sees and what he decides, there is time.
    let seconds = stage.scene().stream(Actor::Admin, "acts").between(0, 20);
    stage.pause(SignedDuration::from_secs(seconds)).await;
    about_to_decide(&mut stage.scene(), &item, resolution);
    let is_bound = stage.scene().stream(Actor::Admin, "acts").is_hit(700);
    let input = ResolveInput {
        conflict: item.conflict.id,
        organization,
        resolution,
        version: is_bound.then_some(item.conflict.version),
        cause: Cause::Admin,
    };
    let decided = conflicts::resolve(&stage.app, input).await;
    let mut scene = stage.scene();
    let what = match &decided {
        Ok(_) => counter(resolution),
        Err(ResolveError::CannotBe) => "admin.refused-taken",
        Err(ResolveError::Over | ResolveError::Changed) => "admin.too-late",
        Err(ResolveError::Store(error)) => return scene.store_failed("admin", error),
        // It was on the page a moment ago, with this way to decide.
        Err(ResolveError::NotFound | ResolveError::Unfit) => {
            let message = format!("{decided:?}: {:?}", item.conflict);
            return scene.hold(Err(Failure::new("acknowledged", message)));
        }
    };
    let kind = format!("{resolution:?} of {}: {what}", item.conflict.kind);
    scene.event(Actor::Admin, "hand", &kind, 0);
    scene.stats.count(what);
}

fn draw_decision(scene: &mut Scene, items: &[Item]) -> Option<(Item, Resolution)> {
    let stream = scene.stream(Actor::Admin, "acts");
    let item = stream.pick(items)?.clone();
    let ways = Resolution::of(&item.conflict);
    let resolution = *stream.pick(ways)?;
    Some((item, resolution))
}

/// Whatever follows from it, a person has said so: noted before, because the answer may not come.
fn about_to_decide(scene: &mut Scene, item: &Item, resolution: Resolution) {
    let mut about: Vec<BookingId> = vec![item.booking.booking.id];
    if item.held.is_some() {
        about.extend(scene.bookings.all().map(|version| version.booking.id));
    }
    scene.decided.extend(about);
    if resolution == Resolution::Relink {
        let relinked = &mut scene.events.relinked;
        *relinked.entry(item.booking.booking.id).or_default() += 1;
    }
}

const fn counter(resolution: Resolution) -> &'static str {
    match resolution {
        Resolution::Retry => "admin.retry",
        Resolution::Relink => "admin.relink",
        Resolution::Ignore => "admin.ignore",
        Resolution::Keep => "admin.keep",
        Resolution::Cancel => "admin.cancel",
        Resolution::Ours => "admin.ours",
        Resolution::Theirs => "admin.theirs",
    }
}

/// The hour's beginning: Google keeps no fractions of a second, and nobody books them.
fn on_the_hour(now: Instant) -> Instant {
    let hour = 3_600_000_000;
    Instant::from_micros(now.as_micros() / hour * hour)
}

/// Where another booking is, or nobody works.
async fn force(stage: &Stage) {
    let offers = stage.setup.offers.clone();
    let (offer, start) = {
        let mut scene = stage.scene();
        let taken: Vec<Instant> = {
            let live = scene.bookings.all().filter(|version| version.is_live());
            live.map(|version| version.booking.time.start).collect()
        };
        let now = scene.now();
        let stream = scene.stream(Actor::Admin, "forces");
        let start = match stream.pick(&taken) {
            Some(start) if *start > now => *start,
            _ => on_the_hour(now) + SignedDuration::from_mins(15 * stream.between(8, 200)),
        };
        let Some(offer) = stream.pick(&offers).cloned() else {
            return;
        };
        (offer, start)
    };
    let input = BookInput {
        organization: ORGANIZATION.to_owned(),
        event_type: offer.slug,
        start,
        attendee: AttendeeForm {
            name: "Somebody".to_owned(),
            email: Some("somebody@example.com".to_owned()),
            ..AttendeeForm::default()
        },
        host: Some(offer.host),
        hold: None,
        forced: Some(Forced {
            reason: "An old friend".to_owned(),
            by: Some("admin@example.com".to_owned()),
        }),
        asker: Asker::Organization,
        idempotency_key: None,
        cause: Cause::Admin,
    };
    let booked = bookings::book(&stage.app, input).await;
    let mut scene = stage.scene();
    match booked {
        Ok(booked) => {
            let checked = answers::acknowledged(&scene, &booked.booking);
            scene.hold(checked);
            scene.stats.count("admin.forced");
        }
        Err(BookError::Store(error)) => scene.store_failed("admin", &error),
        Err(BookError::Refused { .. }) => scene.stats.count("admin.refused"),
        Err(other) => scene.hold(Err(Failure::new("offers", other.to_string()))),
    }
}
