//! A history that does not come to rest says what is due, and why it is not done.

use jiff::SignedDuration;
use sim::checks::pending::pending;
use sim::machine::Fate;
use sim::network::Trouble;
use sim::run::come_to_rest;
use sim::setup;

use crate::told::Told;

impl Told {
    fn pending(&self) -> String {
        let scene = self.machine.stage().scene();
        let long_ago = scene.now() - SignedDuration::from_hours(1);
        pending(&scene, scene.organization, long_ago).join("\n")
    }
}

#[track_caller]
fn says(pending: &str, what: &str) {
    assert!(pending.contains(what), "{what:?} is not in {pending:?}");
}

#[test]
fn nothing_is_pending_when_everything_is_done() {
    assert_eq!(Told::begin().pending(), "");
}

#[test]
fn what_was_not_sent_and_what_is_in_doubt_are_told_apart() {
    let mut told = Told::begin();
    told.attendee_moves(told.free[1]);
    says(&told.pending(), "what it wants of its event is not sent");
    told.patch_is(Fate::Trouble(Trouble::LostAfter));
    told.settles_what_it_has();
    let pending = told.pending();
    says(&pending, "whether Patch number 2 of its event has landed");
    says(&pending, "failed 1 times in a row");
}

#[test]
fn a_calendar_that_was_not_read_since_says_so() {
    let told = Told::begin();
    let scene = told.machine.stage().scene();
    let found = pending(
        &scene,
        scene.organization,
        scene.now() + SignedDuration::from_secs(1),
    );
    says(&found.join("\n"), "was last read at");
}

/// A seed in which this happened would print it.
#[test]
fn who_waits_for_a_connection_is_told_what_is_wrong_with_it() {
    let mut told = Told::begin();
    told.attendee_cancels();
    setup::revoke(told.machine.stage());
    let later = told.machine.stage().scene().now() + SignedDuration::from_hours(2);
    told.machine.stage().scene().clock.advance_to(later);
    let failure = come_to_rest(&mut told.machine).unwrap_err();
    assert_eq!(failure.checker, "converges");
    says(
        &failure.message,
        "the connection is Error, cause Some(NeedsReconnect)",
    );
    says(&failure.message, "what it wants of its event is not sent");
}
