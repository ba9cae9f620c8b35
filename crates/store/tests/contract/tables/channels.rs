//! Channels, and when to open the next one.

use domain::CalendarId;
use store::tables::calendars::{self, Calendar};
use store::tables::channels::{self, Channel, Opening, State, Stop};
use store::tables::connections::{self, Connection, Credential, State as ConnectionState};
use store::tables::leases;
use store::tables::revocations::{self, Revocation};
use store::{StoreError, Tx};

use crate::support::world::{
    CALENDAR, CONNECTION, calendar, connect, connection, found, hours, id,
};
use crate::support::{NOW, Stage, on_every_database};

const ADDRESS: &str = "https://book.example/webhooks/google-calendar";

fn channel(name: &str, state: State) -> Channel {
    Channel {
        id: name.to_owned(),
        calendar_id: CALENDAR,
        token_hash: vec![0, 7, 255],
        resource_id: Some(format!("r-{name}")),
        address: ADDRESS.to_owned(),
        state,
        expires_at: hours(100),
        run_at: NOW,
        failures: 0,
        created_at: NOW,
    }
}

fn connected(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    connect(tx)
}

fn state(stage: &Stage, name: &'static str) -> State {
    stage.done(|tx| channels::lock(tx, name)).unwrap().state
}

on_every_database! {
    fn a_channel_comes_back_changes_and_is_forgotten(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            channels::insert(tx, &Channel { resource_id: None, ..channel("a", State::Pending) })
        });
        let get = || stage.done(|tx| channels::lock(tx, "a"));
        assert_eq!(get(), Some(Channel { resource_id: None, ..channel("a", State::Pending) }));
        for (resource, is_news) in [("r-a", true), ("r-b", false)] {
            let learnt = stage.done(move |tx| channels::learn_resource(tx, "a", resource));
            assert_eq!(learnt, is_news, "{resource}");
        }
        assert_eq!(get(), Some(channel("a", State::Pending)));
        let changed = Channel {
            state: State::Stopping, expires_at: hours(7), run_at: hours(1), failures: 3, ..channel("a", State::Pending)
        };
        let change = changed.clone();
        stage.done(move |tx| channels::update(tx, &change));
        assert_eq!(get(), Some(changed));
        stage.done(|tx| channels::delete(tx, "a"));
        assert_eq!(get(), None);
    }

    fn a_push_is_judged_by_its_channel_its_calendar_and_its_connection(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            channels::insert(tx, &channel("a", State::Live))
        });
        let arrival = |name: &'static str| stage.done(move |tx| channels::arrival(tx, name));
        assert_eq!(arrival("b"), None);
        let found = arrival("a").unwrap();
        assert_eq!((&found.channel, found.is_dirty, found.is_left_alone), (&channel("a", State::Live), false, false));
        assert!(stage.done(|tx| calendars::mark_dirty(tx, CALENDAR)));
        assert!(!stage.done(|tx| calendars::mark_dirty(tx, CALENDAR)), "it was");
        stage.done(|tx| connections::update(tx, &inactive()));
        let found = arrival("a").unwrap();
        assert!(found.is_dirty && found.is_left_alone);
        stage.done(|tx| calendars::clear_dirty(tx, CALENDAR));
        assert!(!arrival("a").unwrap().is_dirty);
    }

    /// Whoever has the lease stores where to go on from; a push that came meanwhile is not forgotten by that.
    fn a_dirty_calendar_is_due_at_once_unless_something_went_wrong(stage: &Stage) {
        let later = Calendar { pull_at: hours(5), ..calendar(6, "primary") };
        let stored = later.clone();
        stage.done(move |tx| {
            connected(tx)?;
            calendars::update(tx, &stored)
        });
        let next = || stage.done(|tx| calendars::next_pull(tx, NOW)).unwrap();
        assert_eq!(next(), (CALENDAR, hours(5)));
        assert!(stage.done(|tx| calendars::mark_dirty(tx, CALENDAR)));
        assert!(next().1 < NOW);
        let stored = later.clone();
        stage.done(move |tx| calendars::update(tx, &stored));
        assert!(next().1 < NOW, "an update does not undo it");
        let read = stage.done(|tx| calendars::by_id(tx, CALENDAR)).unwrap();
        assert!(read.is_due(NOW) && !later.is_due(NOW));
        let failed = Calendar { failures: 1, ..later };
        stage.done(move |tx| calendars::update(tx, &failed));
        assert_eq!(next(), (CALENDAR, hours(5)));
        assert!(!stage.done(|tx| calendars::by_id(tx, CALENDAR)).unwrap().is_due(NOW));
    }

    fn channels_end_together_or_but_for_one(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            calendars::insert(tx, &calendar(7, "other"))?;
            for (name, state) in [("a", State::Live), ("b", State::Pending), ("c", State::Live), ("d", State::Stopped)] {
                channels::insert(tx, &channel(name, state))?;
            }
            let of_other = Channel { calendar_id: CalendarId(id(7)), ..channel("e", State::Live) };
            channels::insert(tx, &of_other)
        });
        assert_eq!(stage.done(|tx| channels::end_unanswered(tx, CALENDAR, NOW)), 1);
        assert_eq!(state(stage, "b"), State::Stopping);
        assert_eq!(stage.done(|tx| channels::end_others(tx, CALENDAR, "c", NOW)), 1);
        let states = ["a", "b", "c", "d", "e"].map(|name| state(stage, name));
        let expected = [State::Stopping, State::Stopping, State::Live, State::Stopped, State::Live];
        assert_eq!(states, expected);
        assert_eq!(stage.done(|tx| channels::end_of_connection(tx, CONNECTION, NOW)), 2);
        assert_eq!(state(stage, "e"), State::Stopping);
        assert_eq!(stage.done(|tx| channels::give_up(tx, CONNECTION)), 4);
        stage.done(|tx| channels::insert(tx, &channel("f", State::Live)));
        assert_eq!(stage.done(|tx| channels::end_all(tx, NOW)), 1);
    }

    fn of_live_channels_the_one_that_ends_last_counts(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            channels::insert(tx, &Channel { expires_at: hours(1), ..channel("a", State::Live) })?;
            channels::insert(tx, &Channel { expires_at: hours(2), ..channel("b", State::Live) })?;
            channels::insert(tx, &channel("c", State::Stopping))
        });
        let live = |at| stage.done(move |tx| channels::live(tx, CALENDAR, hours(at))).map(|c| c.id);
        assert_eq!((live(0).as_deref(), live(1).as_deref(), live(2)), (Some("b"), Some("b"), None));
        let ended = |at| stage.done(move |tx| channels::ended(tx, CALENDAR, hours(at))).map(|c| c.id);
        assert_eq!((ended(1), ended(2).as_deref()), (None, Some("b")));
    }

    fn a_stop_is_found_while_something_lets_us_in(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            channels::insert(tx, &Channel { resource_id: None, ..channel("a", State::Stopping) })?;
            channels::insert(tx, &channel("b", State::Live))
        });
        let next = || stage.done(|tx| channels::next_stop(tx, NOW));
        let first = |at| stage.done(move |tx| channels::stop_of_connection(tx, CONNECTION, hours(at)));
        assert_eq!((next(), first(0)), (None, None), "nobody knows how");
        stage.done(|tx| {
            channels::insert(tx, &Channel { run_at: hours(3), ..channel("c", State::Stopping) })?;
            channels::insert(tx, &Channel { run_at: hours(2), ..channel("d", State::Stopping) })
        });
        let stop = Stop { channel: "d".to_owned(), connection: CONNECTION, at: hours(2) };
        assert_eq!((next(), first(0)), (Some(stop.clone()), Some(hours(2))));
        assert_eq!(first(100), None, "they have ended by themselves");
        stage.done(|tx| connections::update(tx, &inactive()));
        assert_eq!(next(), None, "the grant was given back");
        stage.done(|tx| revocations::insert(tx, &Revocation {
            connection: CONNECTION, refresh: vec![1], run_at: NOW, failures: 0, asked_until: NOW, expires_at: hours(24),
        }));
        assert_eq!(next(), Some(stop.clone()), "not yet");
        stage.done(|tx| {
            revocations::delete(tx, CONNECTION)?;
            tx.execute("UPDATE connection SET kind = 'service_account'", &[]).map(drop)
        });
        assert_eq!(next(), Some(stop), "a service account signs anew");
        stage.done(|tx| leases::take(tx, CONNECTION, NOW, hours(9)));
        assert_eq!(next(), None);
    }

    fn ended_channels_are_swept_a_few_at_a_time(stage: &Stage) {
        stage.done(|tx| {
            connected(tx)?;
            for (name, at) in [("a", 1), ("b", 2), ("c", 3)] {
                channels::insert(tx, &Channel { expires_at: hours(at), ..channel(name, State::Stopped) })?;
            }
            Ok(())
        });
        let sweep = || stage.done(|tx| channels::sweep(tx, hours(3), 1));
        assert_eq!([sweep(), sweep(), sweep()], [1, 1, 0]);
    }

    fn a_channel_is_opened_where_there_is_none_to_the_address(stage: &Stage) {
        stage.done(connected);
        let next = || stage.done(|tx| channels::next_opening(tx, NOW)).map(|(calendar, at)| (calendar, at <= NOW));
        assert_eq!(next(), Some((CALENDAR, true)), "a new calendar is due");
        let later = Opening { at: Some(hours(9)), failures: 2, problem: Some("refused".to_owned()) };
        let set = |opening: &Opening| {
            let opening = opening.clone();
            stage.done(move |tx| channels::set_opening(tx, CALENDAR, &opening));
        };
        set(&later);
        assert_eq!(stage.done(|tx| channels::opening(tx, CALENDAR)), later);
        assert_eq!(next(), Some((CALENDAR, false)));
        let reopen = |address: &'static str| stage.done(move |tx| channels::reopen(tx, address, NOW));
        assert_eq!(reopen(ADDRESS), 1);
        assert_eq!(next(), Some((CALENDAR, true)));
        stage.done(|tx| channels::insert(tx, &channel("a", State::Live)));
        set(&later);
        assert_eq!(stage.done(|tx| channels::open_anew(tx, CONNECTION, NOW)), 1);
        assert_eq!(next(), Some((CALENDAR, true)), "whatever channels there are");
        assert_eq!((reopen(ADDRESS), reopen("https://elsewhere.example/")), (0, 1));
        set(&Opening { at: None, ..later });
        assert_eq!((reopen("https://elsewhere.example/"), next()), (0, None), "never");
        set(&Opening { at: Some(NOW), ..Opening::default() });
        stage.done(|tx| leases::take(tx, CONNECTION, NOW, hours(9)));
        assert_eq!(next(), None, "somebody works on it");
        stage.done(|tx| {
            leases::revoke(tx, CONNECTION)?;
            tx.execute("UPDATE connection SET kind = 'api_key', refresh_token = NULL", &[]).map(drop)
        });
        assert_eq!(next(), None, "a public calendar has no push");
    }
}

fn inactive() -> Connection {
    let mut connection = connection(5, "sub-1");
    connection.state = ConnectionState::Inactive;
    connection.credential = Credential::OAuth { refresh: None };
    connection.tokens.access = None;
    connection
}
