//! Outgoing messages.

use domain::connection::Cause;
use domain::notice::{Audience, MessageKind};
use domain::{BookingId, CalendarId, LinkId, OrganizationId};
use store::tables::connections::{self, Connection, State};
use store::tables::outgoing_messages::{self, Draft, OutgoingMessage};
use store::tables::{leases, links};

use crate::support::world::{
    CALENDAR, CONNECTION, ORGANIZATION, book, booking, connect, connection, found, hour, hours, id,
};
use crate::support::{NOW, on_every_database};

const BOOKING: BookingId = BookingId(id(100));

fn draft(audience: Audience, cause: &str) -> Draft<'_> {
    Draft {
        organization: ORGANIZATION,
        kind: MessageKind::EventRefused,
        audience,
        cause,
        connection: Some(CONNECTION),
        calendar: None,
        booking: Some(BOOKING),
        at: NOW,
    }
}

fn told(found: &[OutgoingMessage]) -> Vec<(&'static str, &'static str, bool)> {
    found
        .iter()
        .map(|m| (m.kind.as_str(), m.audience.as_str(), m.is_cleared))
        .collect()
}

on_every_database! {
    fn a_cause_is_told_once_to_each_audience_and_cleared(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))
        });
        let write = |audience, cause: &'static str| {
            stage.done(move |tx| outgoing_messages::insert(tx, draft(audience, cause)))
        };
        assert!(write(Audience::Owner, "one"));
        assert!(!write(Audience::Owner, "one"));
        assert!(write(Audience::Operator, "one"));
        let list = || stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 10));
        assert_eq!(list().len(), 2);
        assert_eq!((list()[0].booking_id, list()[0].created_at), (Some(BOOKING), NOW));
        stage.done(|tx| outgoing_messages::clear_of_connection(tx, CONNECTION));
        assert!(list().iter().all(|m| !m.is_cleared), "a booking's own cause goes on");
        stage.done(|tx| outgoing_messages::clear_of_booking(tx, BOOKING));
        assert!(list().iter().all(|m| m.is_cleared));
        assert!(write(Audience::Owner, "another"));
        assert_eq!(stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 2)).len(), 2);
        assert_eq!(stage.done(|tx| outgoing_messages::list(tx, OrganizationId(id(9)), 2)), []);
    }

    fn a_connection_cannot_break_in_silence(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let become_ = |state, cause: Option<Cause>, at: i64| stage.done(move |tx| {
            let lease = leases::take(tx, CONNECTION, hours(at), hours(at))?.expect("free");
            leases::give_back(tx, lease)?;
            connections::update(tx, &Connection { state, cause, ..connection(5, "sub-1") })
        });
        let list = || stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 10));
        let since = || stage.done(|tx| connections::cause_since(tx, CONNECTION));
        assert_eq!(since(), None);
        become_(State::Connected, Some(Cause::Unreachable), 1);
        assert_eq!((told(&list()), since()), (vec![], Some(hours(1))));
        for at in [2, 3] {
            become_(State::Error, Some(Cause::NeedsReconnect), at);
            assert_eq!(told(&list()), [("grant_dead", "owner", false)]);
            assert_eq!((list()[0].created_at, since()), (hours(2), Some(hours(2))));
        }
        become_(State::Connected, None, 4);
        assert_eq!((told(&list()), since()), (vec![("grant_dead", "owner", true)], None));
        become_(State::Error, Some(Cause::NeedsReconnect), 5);
        assert_eq!(told(&list()), [("grant_dead", "owner", false), ("grant_dead", "owner", true)]);
        stage.done(|tx| leases::hold_off(tx, CONNECTION));
    }

    fn messages_of_a_connection_and_its_events_are_cleared_together(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            outgoing_messages::insert(tx, draft(Audience::Owner, "one"))?;
            let own = Draft { booking: None, ..draft(Audience::Owner, "two") };
            outgoing_messages::insert(tx, own)?;
            let other = Draft { connection: None, ..draft(Audience::Owner, "three") };
            outgoing_messages::insert(tx, other)?;
            outgoing_messages::clear_with_events_of(tx, CONNECTION)
        });
        let found = stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 10));
        let waiting = found.iter().filter(|message| !message.is_cleared);
        assert_eq!((found.len(), waiting.count()), (3, 1));
    }

    fn messages_about_a_calendar_as_such_end_by_their_kind(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let about = |kind, cause: &'static str| {
            let calendar = Some(CALENDAR);
            Draft { kind, calendar, booking: None, ..draft(Audience::Owner, cause) }
        };
        let write = |cause| stage.done(move |tx| {
            outgoing_messages::insert(tx, about(MessageKind::PushEnded, cause))?;
            outgoing_messages::insert(tx, about(MessageKind::CalendarLost, cause))
        });
        let waiting = || {
            let found = stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 10));
            assert!(found.iter().all(|message| message.calendar_id == Some(CALENDAR)));
            let found = found.iter().filter(|message| !message.is_cleared);
            found.map(|message| message.kind.as_str()).collect::<Vec<_>>()
        };
        write("one");
        stage.done(|tx| outgoing_messages::clear_of_connection(tx, CONNECTION));
        assert_eq!(waiting().len(), 2, "a calendar's own cause goes on");
        let over = |id| stage.done(move |tx| {
            outgoing_messages::clear_kind_of_calendar(tx, id, MessageKind::PushEnded)
        });
        over(CalendarId(id(99)));
        assert_eq!(waiting().len(), 2);
        over(CALENDAR);
        assert_eq!(waiting(), ["calendar_lost"]);
        write("two");
        stage.done(|tx| outgoing_messages::clear_kind(tx, MessageKind::PushEnded));
        assert_eq!(waiting(), ["calendar_lost", "calendar_lost"]);
    }

    fn messages_about_events_in_a_calendar_are_cleared_with_it(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)?;
            book(tx, &booking(100, hour(2)))?;
            links::insert(tx, LinkId(id(200)), BOOKING, CALENDAR, "event0", NOW)?;
            outgoing_messages::insert(tx, draft(Audience::Owner, "one"))?;
            let own = Draft { booking: None, ..draft(Audience::Owner, "two") };
            outgoing_messages::insert(tx, own)
        });
        let waiting = || {
            let found = stage.done(|tx| outgoing_messages::list(tx, ORGANIZATION, 10));
            found.iter().filter(|message| !message.is_cleared).count()
        };
        stage.done(|tx| outgoing_messages::clear_of_calendar(tx, CalendarId(id(99))));
        assert_eq!(waiting(), 2);
        stage.done(|tx| outgoing_messages::clear_of_calendar(tx, CALENDAR));
        assert_eq!(waiting(), 1);
    }
}
