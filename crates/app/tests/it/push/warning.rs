//! A channel that ended and could not be renewed is told of, once, until there is one again (scenario E2).

use app::calendars::{self, Mode};
use app::notices;
use app::push::PushState;
use app::start::begin;

use super::*;
use crate::calendars::added;

const LIFE: SignedDuration = SignedDuration::from_mins(100);

/// What was told: to whom, and whether it is over.
fn told(h: &Harness) -> Vec<(&'static str, bool)> {
    let found = now(notices::list(&h.app, h.organization.id)).unwrap();
    let found = found.iter().filter(|m| m.kind.as_str() == "push_ended");
    found.map(|m| (m.audience.as_str(), m.is_cleared)).collect()
}

/// The next look at the calendar, whenever it is due, and the token it may need.
fn goes_on(h: &Harness, by: SignedDuration) {
    h.clock.advance(by);
    if row(h).tokens.access_expires_at <= h.app.now() + SignedDuration::from_secs(60) {
        let tokens = json!({ "access_token": "next", "expires_in": 3599, "token_type": "Bearer" });
        h.google.answer(200, tokens.to_string());
        work(h);
    }
}

/// With a channel that has ended, refused a next one with `status` and `reason` before and after.
fn ended(status: u16, reason: &str) -> Harness {
    let h = reachable();
    opens(&h, LIFE);
    reads(&h, &[], "s1");
    goes_on(&h, SignedDuration::from_mins(50));
    refuses(&h, 503, "backendError");
    assert_eq!(told(&h), [], "the channel is live");
    reads(&h, &[], "s2");
    goes_on(&h, SignedDuration::from_mins(70));
    refuses(&h, status, reason);
    h
}

#[test]
fn a_channel_that_ended_is_told_of_once_until_there_is_one_again() {
    let h = ended(503, "backendError");
    assert_eq!(shown(&h).state, PushState::Failing);
    assert_eq!(told(&h), [("owner", false)]);
    reads(&h, &[], "s3");
    goes_on(&h, SignedDuration::from_mins(70));
    refuses(&h, 503, "backendError");
    assert_eq!(told(&h), [("owner", false)], "of one cause one message");
    reads(&h, &[], "s4");
    goes_on(&h, SignedDuration::from_mins(70));
    opens(&h, LIFE);
    assert_eq!(told(&h), [("owner", true)]);
}

/// What the operator has to mend is told to the operator too.
#[test]
fn an_address_that_is_refused_is_told_to_both() {
    let h = ended(401, "push.webhookUrlUnauthorized");
    let mut all = told(&h);
    all.sort_unstable();
    assert_eq!(all, [("operator", false), ("owner", false)]);
}

#[test]
fn what_never_had_a_channel_lost_none() {
    let h = reachable();
    refuses(&h, 401, "push.webhookUrlUnauthorized");
    assert_eq!((shown(&h).state, told(&h)), (PushState::Failing, vec![]));
}

/// Google has no push for it after all: there is nothing to wait for.
#[test]
fn a_calendar_without_push_is_warned_of_no_more() {
    let h = ended(503, "backendError");
    reads(&h, &[], "s3");
    goes_on(&h, SignedDuration::from_mins(70));
    refuses(&h, 400, "pushNotSupportedForRequestedResource");
    assert_eq!(told(&h), [("owner", true)]);
}

#[test]
fn who_wants_no_push_any_more_is_warned_no_more() {
    let mut h = ended(503, "backendError");
    h.app = app_pushed(&h, None);
    now(begin(&h.app)).unwrap();
    assert_eq!(told(&h), [("owner", true)]);
}

#[test]
fn a_warning_ends_with_its_calendar() {
    let h = ended(503, "backendError");
    let calendar = calendar(&h);
    let (organization, connection) = (h.organization.id, calendar.connection_id);
    let first = calendar.id;
    // Bookings need somewhere to go.
    added(&h, "team@group.calendar.google.com", Mode::Write);
    now(calendars::remove(&h.app, organization, connection, first)).unwrap();
    assert_eq!(told(&h), [("owner", true)]);
}
