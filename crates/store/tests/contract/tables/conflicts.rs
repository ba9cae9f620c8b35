//! Conflicts.

use domain::sync::RemoteTime;
use domain::sync::merge::{Aside, Field, Value};
use domain::{BookingId, CalendarId, ConflictId, ConnectionId, LinkId, OrganizationId};
use store::tables::conflicts::{self, Conflict, MASS_LOSS};
use store::tables::links;
use store::{StoreError, Tx};

use crate::support::world::{
    CALENDAR, CONNECTION, ORGANIZATION, book, booking, connect, found, hour, hours, id,
};
use crate::support::{NOW, on_every_database};

const LINK: LinkId = LinkId(id(200));

fn set_up(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    connect(tx)?;
    for number in [100, 101, 102] {
        let b = booking(number, hour(2 * i64::try_from(number).expect("small")));
        book(tx, &b)?;
        links::insert(
            tx,
            LinkId(id(number + 100)),
            b.id,
            CALENDAR,
            &format!("event{number}"),
            NOW,
        )?;
    }
    Ok(())
}

fn conflict(number: u128) -> Conflict {
    Conflict {
        id: ConflictId(id(number + 200)),
        organization_id: ORGANIZATION,
        booking_id: BookingId(id(number)),
        link_id: Some(LinkId(id(number + 100))),
        calendar_id: None,
        kind: "refused".to_owned(),
        said: "forbidden: \u{1F600} \"no\"".to_owned(),
        version: 1,
        opened_at: NOW,
        closed_at: None,
        resolution: None,
        aside: None,
    }
}

fn of_field(number: u128, field: Field) -> Conflict {
    let aside = Aside {
        field,
        ours: Value::Text("Room 3".to_owned()),
        theirs: Value::Time(RemoteTime::AllDay),
        theirs_counts: true,
    };
    Conflict {
        id: ConflictId(id(number)),
        aside: Some(aside),
        ..conflict(100)
    }
}

on_every_database! {
    fn a_conflict_comes_back_changes_and_closes(stage: &Stage) {
        stage.done(set_up);
        assert_eq!(stage.done(|tx| conflicts::open_of_link(tx, LINK)), None);
        stage.done(|tx| conflicts::insert(tx, &conflict(100)));
        assert_eq!(stage.done(|tx| conflicts::open_of_link(tx, LINK)), Some(conflict(100)));
        let changed = Conflict {
            said: String::new(),
            version: 2,
            closed_at: Some(hours(1)),
            resolution: Some("ignore".to_owned()),
            ..conflict(100)
        };
        let change = changed.clone();
        stage.done(move |tx| conflicts::update(tx, &change));
        assert_eq!(stage.done(|tx| conflicts::by_id(tx, conflict(100).id)), Some(changed));
        assert_eq!(stage.done(|tx| conflicts::open_of_link(tx, LINK)), None);
        assert_eq!(stage.done(|tx| conflicts::by_id(tx, ConflictId(id(9)))), None);
        let next = Conflict { id: ConflictId(id(999)), ..conflict(100) };
        assert_eq!(stage.run(move |tx| conflicts::insert(tx, &next)), Ok(()));
    }

    fn a_link_has_one_open_conflict(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| conflicts::insert(tx, &conflict(100)));
        let second = Conflict { id: ConflictId(id(999)), ..conflict(100) };
        let refused = stage.run(move |tx| conflicts::insert(tx, &second));
        assert_eq!(refused, Err(StoreError::Constraint("conflict_link_id_key".into())));
        let ended = Conflict { closed_at: Some(NOW), ..conflict(101) };
        let silent = stage.run(move |tx| conflicts::insert(tx, &ended));
        assert!(silent.is_err(), "an end says how");
    }

    fn beside_it_there_may_be_one_for_each_field(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            conflicts::insert(tx, &conflict(100))?;
            conflicts::insert(tx, &of_field(901, Field::Time))?;
            conflicts::insert(tx, &of_field(902, Field::Location))
        });
        let twice = stage.run(|tx| conflicts::insert(tx, &of_field(903, Field::Time)));
        assert_eq!(twice, Err(StoreError::Constraint("conflict_link_id_field_key".into())));
        assert_eq!(stage.done(|tx| conflicts::open_of_link(tx, LINK)), Some(conflict(100)));
        let asides = stage.done(|tx| conflicts::open_asides(tx, LINK));
        assert_eq!(asides, [of_field(902, Field::Location), of_field(901, Field::Time)]);
        let over = Conflict {
            closed_at: Some(NOW),
            resolution: Some("theirs".to_owned()),
            ..of_field(901, Field::Time)
        };
        stage.done(move |tx| conflicts::update(tx, &over));
        let asides = stage.done(|tx| conflicts::open_asides(tx, LINK));
        assert_eq!(asides, [of_field(902, Field::Location)]);
    }

    fn a_calendar_has_one_open_conflict_beside_those_of_its_bookings(stage: &Stage) {
        let of_calendar = move |number: u128| Conflict {
            id: ConflictId(id(number)),
            link_id: None,
            calendar_id: Some(CALENDAR),
            kind: MASS_LOSS.to_owned(),
            ..conflict(100)
        };
        let of_time = move |number: u128| Conflict { calendar_id: None, ..of_calendar(number) };
        stage.done(set_up);
        stage.done(move |tx| {
            conflicts::insert(tx, &of_time(901))?;
            conflicts::insert(tx, &of_calendar(902))
        });
        let twice = stage.run(move |tx| conflicts::insert(tx, &of_calendar(903)));
        assert_eq!(twice, Err(StoreError::Constraint("conflict_calendar_id_key".into())));
        let open = stage.done(|tx| conflicts::open_of_calendar(tx, CALENDAR));
        assert_eq!(open, Some(of_calendar(902)));
        assert_eq!(stage.done(|tx| conflicts::open_of_calendar(tx, CalendarId(id(99)))), None);
        let of_booking = stage.done(|tx| conflicts::open_of_time(tx, BookingId(id(100))));
        assert_eq!(of_booking, Some(of_time(901)));
        stage.done(|tx| conflicts::close_of_calendar(tx, CALENDAR, hours(1)));
        assert_eq!(stage.done(|tx| conflicts::open_of_calendar(tx, CALENDAR)), None);
        stage.done(move |tx| conflicts::insert(tx, &of_calendar(904)));
        stage.done(|tx| conflicts::close_of_connection(tx, CONNECTION, hours(1)));
        assert_eq!(stage.done(|tx| conflicts::open_of_calendar(tx, CALENDAR)), None);
    }

    fn open_conflicts_are_paged_oldest_first(stage: &Stage) {
        stage.done(set_up);
        stage.done(|tx| {
            conflicts::insert(tx, &conflict(102))?;
            conflicts::insert(tx, &Conflict { opened_at: hours(-1), ..conflict(101) })?;
            conflicts::insert(tx, &conflict(100))
        });
        let ids = |found: Vec<Conflict>| -> Vec<BookingId> {
            found.into_iter().map(|c| c.booking_id).collect()
        };
        let first = stage.done(|tx| conflicts::page(tx, ORGANIZATION, None, 2));
        let after = (first[1].opened_at, first[1].id);
        assert_eq!(ids(first), [BookingId(id(101)), BookingId(id(100))]);
        let second = stage.done(move |tx| conflicts::page(tx, ORGANIZATION, Some(after), 2));
        assert_eq!(ids(second), [BookingId(id(102))]);
        assert_eq!(stage.done(|tx| conflicts::count_open(tx, ORGANIZATION)), 3);
        assert_eq!(stage.done(|tx| conflicts::count_open(tx, OrganizationId(id(9)))), 0);
        assert_eq!(stage.done(|tx| conflicts::page(tx, OrganizationId(id(9)), None, 2)), []);
    }

    fn conflicts_of_a_connection_close_with_it(stage: &Stage) {
        stage.done(|tx| {
            set_up(tx)?;
            conflicts::insert(tx, &conflict(100))?;
            let tried = Some("retry".to_owned());
            conflicts::insert(tx, &Conflict { resolution: tried, ..conflict(101) })
        });
        stage.done(|tx| conflicts::close_of_connection(tx, ConnectionId(id(99)), hours(1)));
        assert_eq!(stage.done(|tx| conflicts::count_open(tx, ORGANIZATION)), 2);
        stage.done(|tx| conflicts::close_of_connection(tx, CONNECTION, hours(1)));
        stage.done(|tx| conflicts::close_of_connection(tx, CONNECTION, hours(2)));
        let closed = [100, 101].map(|n| stage.done(move |tx| conflicts::by_id(tx, conflict(n).id)).unwrap());
        assert_eq!(closed.clone().map(|c| c.closed_at), [Some(hours(1)); 2]);
        assert_eq!(closed.map(|c| c.resolution), ["detached", "retry"].map(|s| Some(s.to_owned())));
    }

    fn conflicts_of_a_calendar_close_with_it(stage: &Stage) {
        stage.done(|tx| {
            set_up(tx)?;
            conflicts::insert(tx, &conflict(100))
        });
        let count = || stage.done(|tx| conflicts::count_open(tx, ORGANIZATION));
        stage.done(|tx| conflicts::close_of_calendar(tx, CalendarId(id(99)), hours(1)));
        assert_eq!(count(), 1);
        stage.done(|tx| conflicts::close_of_calendar(tx, CALENDAR, hours(1)));
        assert_eq!(count(), 0);
    }
}
