//! Opening channels: the first, the next, and all the ways in which there is none.

use app::push::{Problem, PushState};
use app::start::begin;

use super::*;
use crate::connections::connect;
use crate::credentials::connection;
use app::connections::{ConnectionState, disconnect};

/// row V4: each try has an id and a token of its own, and its row is there before the call.
#[test]
fn a_channel_is_opened_before_the_calendar_is_read() {
    let h = reachable();
    assert_eq!(shown(&h).state, PushState::Opening);
    let asked = opens(&h, WEEK);
    let kept = channel(&h, &asked).unwrap();
    assert_eq!(kept.state, State::Live);
    assert_eq!(kept.expires_at, h.app.now() + WEEK);
    assert_eq!(shown(&h).state, PushState::Live);
    reads(&h, &[], "s1");
    assert!(idle_until(&h) <= h.app.now() + SignedDuration::from_secs(120));
}

/// Without an address nothing is asked for.
#[test]
fn who_cannot_be_reached_polls() {
    let h = harness();
    connect_and_prove(&h);
    reads(&h, &[], "s1");
    idle_until(&h);
    assert_eq!((count(&h, "/watch"), shown(&h).state), (0, PushState::Off));
}

/// Whatever is due is a look at the calendar, or a fresh token for it.
fn poll(h: &Harness) {
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    let needs_token =
        row(h).tokens.access_expires_at <= h.app.now() + SignedDuration::from_secs(60);
    if needs_token {
        h.google.answer(200, tokens.to_string());
        work(h);
    }
    reads(h, &[], "s");
}

/// scenario E2 and row V4: the new channel is live before the old one is stopped; what the old one tells in
/// between counts.
#[test]
fn a_renewal_overlaps() {
    let (h, old) = watched();
    let end = h.app.now() + WEEK;
    // Sound asleep until the renewal.
    h.clock.advance(SignedDuration::from_hours(24 * 5));
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
    work(&h);
    let new = opens(&h, WEEK);
    assert_ne!((&old.id, &old.token), (&new.id, &new.token));
    assert_eq!(
        (state(&h, &old), state(&h, &new)),
        (Some(State::Stopping), Some(State::Live))
    );
    assert!(shown(&h).expires_at.unwrap() > end);
    // Opening it made a pull due; both tell.
    assert_eq!(pushed(&h, &old), Ok(Arrived::Known));
    h.google.answer(204, "");
    work(&h);
    let (_, url, body) = h.google.asked().pop().unwrap();
    assert!(url.contains("/channels/stop"), "{url}");
    assert_eq!(body, json!({ "id": old.id, "resourceId": RESOURCE }));
    assert_eq!(state(&h, &old), Some(State::Stopped));
    reads(&h, &[], "s2");
    // scenario E4: what still comes is acknowledged and ignored.
    assert_eq!(pushed(&h, &old), Ok(Arrived::Ignored));
    idle_until(&h);
    assert_eq!(pushed(&h, &new), Ok(Arrived::Noted));
}

/// scenario E2: polling goes on, faster once the channel has ended, and the warning stands until a try succeeds.
#[test]
fn a_renewal_that_fails_shows_and_falls_back_to_polling() {
    let h = reachable();
    let life = SignedDuration::from_mins(100);
    opens(&h, life);
    reads(&h, &[], "s1");
    h.clock.advance(SignedDuration::from_mins(50));
    refuses(&h, 503, "backendError");
    let push = shown(&h);
    assert_eq!(
        (push.state, push.problem),
        (PushState::Live, Some(Problem::Unreachable))
    );
    reads(&h, &[], "s2");
    assert_eq!(
        calendar(&h).pull_at - h.app.now(),
        SignedDuration::from_secs(120)
    );
    h.clock.advance(SignedDuration::from_mins(50));
    let push = shown(&h);
    assert_eq!(
        (push.state, push.problem),
        (PushState::Failing, Some(Problem::Unreachable))
    );
    poll(&h);
    assert_eq!(
        calendar(&h).pull_at - h.app.now(),
        SignedDuration::from_secs(30),
        "as before"
    );
    // An hour after the try that failed, and never more than one try an hour.
    let tries = count(&h, "/watch");
    h.clock.advance(SignedDuration::from_mins(18));
    opens(&h, life);
    assert_eq!(count(&h, "/watch"), tries + 1);
    let push = shown(&h);
    assert_eq!((push.state, push.problem), (PushState::Live, None));
}

/// scenario E8: never asked for again, and nothing is wrong with the connection.
#[test]
fn a_calendar_without_push_is_polled_without_repeated_errors() {
    let h = reachable();
    refuses(&h, 400, "pushNotSupportedForRequestedResource");
    reads(&h, &[], "s1");
    let push = shown(&h);
    assert_eq!(
        (push.state, push.problem),
        (PushState::Unsupported, Some(Problem::NotSupported))
    );
    assert_eq!(connection(&h).state, ConnectionState::Connected);
    assert_eq!(
        calendar(&h).pull_at - h.app.now(),
        SignedDuration::from_secs(30)
    );
    let other = app_pushed(&h, Some("https://elsewhere.example/hook"));
    now(begin(&other)).unwrap();
    h.clock.advance(SignedDuration::from_hours(24 * 60));
    poll(&h);
    idle_until(&h);
    assert_eq!(count(&h, "/watch"), 1);
}

/// What the operator has to mend is tried once a day, and nothing is wrong with the connection.
#[test]
fn each_refusal_has_its_name_and_its_time() {
    for (status, reason, problem, hours) in [
        (
            401,
            "push.webhookUrlUnauthorized",
            Problem::AddressUnauthorized,
            24,
        ),
        (
            400,
            "push.webhookUrlUnauthorized",
            Problem::AddressUnauthorized,
            24,
        ),
        (400, "push.webhookUrlNotHttps", Problem::AddressNotHttps, 24),
        (404, "notFound", Problem::CalendarNotFound, 24),
        (403, "notACalendarUser", Problem::Refused, 24),
        (400, "channelIdNotUnique", Problem::Refused, 1),
        (503, "backendError", Problem::Unreachable, 1),
    ] {
        let h = reachable();
        refuses(&h, status, reason);
        let name = format!("{status} {reason}");
        let push = shown(&h);
        assert_eq!(
            (push.state, push.problem),
            (PushState::Failing, Some(problem)),
            "{name}"
        );
        reads(&h, &[], "s1");
        assert_eq!(connection(&h).cause, None, "{name}");
        let id = calendar(&h).id;
        let at = now(h.store.unit(Lane::Read, "test.opening", move |tx| {
            channels::opening(tx, id)
        }));
        let pause = at.unwrap().at.unwrap() - h.app.now();
        let least = SignedDuration::from_hours(hours);
        assert!(
            pause >= least && pause <= least + least / 8,
            "{name}: {pause:?}"
        );
    }
}

/// A try of which nothing can have come is made again soon.
#[test]
fn a_rate_limit_is_waited_for_and_a_refused_token_renewed() {
    let h = reachable();
    refuses(&h, 403, "rateLimitExceeded");
    h.clock.advance(SignedDuration::from_secs(2));
    refuses(&h, 401, "authError");
    h.clock.advance(SignedDuration::from_secs(2));
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
    work(&h);
    opens(&h, WEEK);
    assert_eq!(connection(&h).state, ConnectionState::Syncing);
}

/// rows V4 and L11, reference §16: an answer that is lost may be a channel all the same. A push names what it takes
/// to stop it, and the next try has another id.
#[test]
fn a_channel_whose_answer_was_lost_is_stopped_when_it_speaks() {
    let h = reachable();
    refuses(&h, 503, "backendError");
    let lost = last_asked(&h);
    assert_eq!(state(&h, &lost), Some(State::Stopping));
    reads(&h, &[], "s1");
    idle_until(&h);
    let sync = now(arrived(&h.app, notice(&lost, ResourceState::Sync)));
    assert_eq!(sync, Ok(Arrived::Begun));
    h.google.answer(204, "");
    work(&h);
    let (_, url, body) = h.google.asked().pop().unwrap();
    assert!(url.contains("/channels/stop"), "{url}");
    assert_eq!(body["id"].as_str(), Some(&*lost.id));
    assert_eq!(state(&h, &lost), Some(State::Stopped));
    h.clock.advance(SignedDuration::from_mins(70));
    let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
    h.google.answer(200, tokens.to_string());
    work(&h);
    let next = opens(&h, WEEK);
    assert_ne!(next.id, lost.id);
}

/// The first push may come before the answer (§12.3): its channel is known by then.
#[test]
fn the_first_push_may_come_before_the_answer() {
    let h = reachable();
    let expires = (h.app.now() + WEEK).as_micros() / 1000;
    let answer = json!({ "id": "c", "resourceId": RESOURCE, "expiration": expires });
    let asked = while_google_thinks(&h, &answer, || {
        let asked = last_asked(&h);
        assert_eq!(state(&h, &asked), Some(State::Pending));
        let sync = now(arrived(&h.app, notice(&asked, ResourceState::Sync)));
        assert_eq!(sync, Ok(Arrived::Begun));
        let found = channel(&h, &asked).unwrap();
        assert_eq!(
            (found.state, found.resource_id.as_deref()),
            (State::Pending, Some(RESOURCE))
        );
        asked
    });
    assert_eq!(state(&h, &asked), Some(State::Live));
    reads(&h, &[], "s1");
    idle_until(&h);
}

/// Disconnected between the call and its answer: what was opened all the same is stopped.
#[test]
fn a_channel_that_comes_too_late_is_stopped() {
    let h = reachable();
    let answer = json!({ "id": "c", "resourceId": RESOURCE });
    let asked = while_google_thinks(&h, &answer, || {
        now(disconnect(&h.app, h.organization.id, row(&h).id)).unwrap();
        last_asked(&h)
    });
    let found = channel(&h, &asked).unwrap();
    assert_eq!(
        (found.state, found.resource_id.as_deref()),
        (State::Stopping, Some(RESOURCE))
    );
    h.google.answer(
        200,
        json!({ "access_token": "a", "expires_in": 3599 }).to_string(),
    );
    h.google.answer(204, "");
    work(&h);
    assert_eq!(state(&h, &asked), Some(State::Stopped));
}

/// Another address is another place to push to: everything is asked for anew, and no address ends it.
#[test]
fn another_address_registers_everything_anew() {
    let (mut h, old) = watched();
    now(begin(&h.app)).unwrap();
    idle_until(&h);
    h.app = app_pushed(&h, Some("https://elsewhere.example/hook"));
    now(begin(&h.app)).unwrap();
    let new = opens(&h, WEEK);
    assert_eq!(
        (state(&h, &old), state(&h, &new)),
        (Some(State::Stopping), Some(State::Live))
    );
    h.google.answer(204, "");
    work(&h);
    reads(&h, &[], "s2");
    h.app = app_pushed(&h, None);
    now(begin(&h.app)).unwrap();
    assert_eq!(state(&h, &new), Some(State::Stopping));
    h.google.answer(204, "");
    work(&h);
    assert_eq!(
        (state(&h, &new), shown(&h).state),
        (Some(State::Stopped), PushState::Off)
    );
    h.clock.advance(SignedDuration::from_secs(120));
    reads(&h, &[], "s3");
    assert_eq!(
        calendar(&h).pull_at - h.app.now(),
        SignedDuration::from_secs(30)
    );
}

/// Whether channels outlive the grant that opened them, Google does not say: a new grant opens new ones.
#[test]
fn a_new_grant_opens_new_channels() {
    let (h, old) = watched();
    connect(&h, "ada").unwrap();
    crate::connections::prove(&h);
    let new = opens(&h, WEEK);
    assert_eq!(
        (state(&h, &old), state(&h, &new)),
        (Some(State::Stopping), Some(State::Live))
    );
}
