//! "Sync now": a connection's calendars are read at once, and whoever asked hears what that brought (row V5).

use app::connections::{self, Synced, Syncing};
use domain::{ConnectionId, OrganizationId};
use jiff::SignedDuration;
use serde_json::json;

use super::pull::{event, read, shows, taken, worked};
use super::support::{Harness, now};

fn connection(h: &Harness) -> ConnectionId {
    let all = now(connections::list(&h.app, h.organization.id)).unwrap();
    all[0].id
}

fn press(h: &Harness) -> Syncing {
    h.clock.advance(SignedDuration::from_secs(1));
    press_at_once(h)
}

fn press_at_once(h: &Harness) -> Syncing {
    let asked = now(connections::sync_now(
        &h.app,
        h.organization.id,
        connection(h),
    ));
    asked.unwrap().unwrap()
}

fn came(h: &Harness, asked: &Syncing) -> (bool, u64) {
    let Synced {
        is_complete,
        events,
    } = now(connections::synced(&h.app, asked)).unwrap();
    (is_complete, events)
}

fn at_rest(h: &Harness) -> bool {
    now(app::due::step(&h.app)).unwrap() != app::due::Stepped::Worked
}

/// row V5: it is complete when every page was read, and counts what they brought; and nothing else.
#[test]
fn what_a_press_brings_is_counted_by_event() {
    let h = read(&[event("a", 9)]);
    assert!(at_rest(&h), "it is not time to look again");
    let asked = press(&h);
    assert_eq!(came(&h, &asked), (false, 0), "before anything was read");
    shows(&h, &[event("b", 11), event("c", 13)], "nextPageToken", "p");
    assert_eq!(came(&h, &asked), (false, 2), "after its first page");
    shows(&h, &[event("d", 15)], "nextSyncToken", "s2");
    assert_eq!(came(&h, &asked), (true, 3));
    let asked = press(&h);
    shows(&h, &[], "nextSyncToken", "s3");
    assert_eq!(came(&h, &asked), (true, 0), "nothing had changed");
}

/// scenario H3: ten presses, before a pull and beside it, leave what one leaves, and hear the same.
#[test]
fn ten_presses_are_one_press() {
    let h = read(&[]);
    let asked: Vec<_> = (0..10).map(|_| press(&h)).collect();
    shows(&h, &[event("a", 9)], "nextSyncToken", "s2");
    for asked in &asked {
        assert_eq!(came(&h, asked), (true, 1));
    }
    assert!(at_rest(&h), "one listing answers all ten");
    assert_eq!(taken(&h).len(), 1);
    // Pressed while a listing is under way, which may have begun before the change: one more, for all of them.
    let first = press(&h);
    shows(&h, &[event("b", 11)], "nextPageToken", "p");
    let beside: Vec<_> = (0..10).map(|_| press(&h)).collect();
    shows(&h, &[], "nextSyncToken", "s3");
    assert_eq!(came(&h, &first), (true, 1));
    assert!(beside.iter().all(|asked| !came(&h, asked).0));
    shows(&h, &[event("c", 13)], "nextSyncToken", "s4");
    assert!(beside.iter().all(|asked| came(&h, asked) == (true, 1)));
    assert!(at_rest(&h));
    assert_eq!(taken(&h).len(), 3);
}

/// A calendar that cannot be read now is not called read, and keeps its pace: presses do not hammer Google.
#[test]
fn a_calendar_that_fails_is_not_called_synced() {
    let h = read(&[]);
    let asked = press(&h);
    h.google.answer(503, json!({ "error": {} }).to_string());
    worked(&h.app);
    assert_eq!(came(&h, &asked), (false, 0));
    let again = press_at_once(&h);
    assert!(at_rest(&h), "it waits as it did");
    assert_eq!(came(&h, &again), (false, 0));
}

/// What is not one's own is not there, whether it is or not.
#[test]
fn nobody_elses_connection_is_synced() {
    let h = read(&[]);
    let other = OrganizationId(uuid::Uuid::nil());
    let asked = now(connections::sync_now(&h.app, other, connection(&h)));
    assert_eq!(asked.unwrap(), None);
    assert!(at_rest(&h));
}
