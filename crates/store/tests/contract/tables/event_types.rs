//! Event types, hosts, schedules.

use domain::event_type::{Assignment, EventType, Host};
use domain::reminders::Reminders;
use domain::schedule::{Schedule, WeeklyHours};
use domain::{EventTypeId, HostId, OrganizationId, ScheduleId, Zone};
use store::StoreError;
use store::tables::{event_types, hosts};

use crate::support::on_every_database;
use crate::support::world::{
    EVENT_TYPE, ORGANIZATION, SCHEDULE, event_type, found, host, id, schedule,
};

const GRACE: HostId = HostId(id(9));

/// A group's, of two hosts.
fn team(number: u128) -> EventType {
    let grace = Host {
        id: GRACE,
        name: "Grace".to_owned(),
        schedule: Schedule {
            zone: Zone::utc(),
            hours: WeeklyHours::default(),
        },
    };
    EventType {
        hosts: vec![grace, host()],
        assignment: Assignment::All,
        capacity: 12,
        needs_approval: true,
        reminders: Reminders::Calendar,
        ..event_type(number, "team")
    }
}

on_every_database! {
    fn an_event_type_comes_back_with_its_hosts(stage: &Stage) {
        stage.done(found);
        assert_eq!(stage.done(|tx| event_types::by_id(tx, EVENT_TYPE)), Some(event_type(4, "lesson")));
        let team = team(10);
        let stored = team.clone();
        stage.done(move |tx| {
            hosts::insert(tx, GRACE, ORGANIZATION, "Grace")?;
            event_types::insert_schedule(tx, ScheduleId(id(8)), ORGANIZATION, &stored.hosts[0].schedule)?;
            event_types::insert(tx, &stored, &[ScheduleId(id(8)), SCHEDULE], 2)
        });
        let by_slug = stage.done(|tx| event_types::by_slug(tx, ORGANIZATION, "team"));
        assert_eq!(by_slug, Some(team.clone()), "the hosts in their order");
        let listed = stage.done(|tx| event_types::list(tx, ORGANIZATION));
        assert_eq!(listed, [event_type(4, "lesson"), team]);
        assert_eq!(stage.done(|tx| event_types::by_slug(tx, ORGANIZATION, "other")), None);
        assert_eq!(stage.done(|tx| event_types::by_id(tx, EventTypeId(id(9)))), None);
    }

    fn event_types_are_listed_by_position_then_id(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (number, position) in [(12, 1), (11, 1), (10, 7), (13, 0)] {
                event_types::insert(tx, &event_type(number, &format!("t{number}")), &[SCHEDULE], position)?;
            }
            Ok(())
        });
        let listed = stage.done(|tx| event_types::list(tx, ORGANIZATION));
        let numbers: Vec<u128> = listed.iter().map(|e| e.id.0.as_u128()).collect();
        assert_eq!(numbers, [13, 4, 11, 12, 10]);
        assert_eq!(stage.done(|tx| event_types::list(tx, OrganizationId(id(9)))), []);
    }

    fn a_slug_is_taken_once_within_an_organization(stage: &Stage) {
        stage.done(found);
        let again = stage.run(|tx| event_types::insert(tx, &event_type(10, "lesson"), &[SCHEDULE], 2));
        assert_eq!(again, Err(StoreError::Constraint("event_type_organization_id_slug_key".into())));
    }

    fn what_it_belongs_to_must_be_there(stage: &Stage) {
        stage.done(found);
        let nowhere = OrganizationId(id(99));
        let orphans = [
            stage.run(move |tx| hosts::insert(tx, HostId(id(50)), nowhere, "x")),
            stage.run(move |tx| event_types::insert_schedule(tx, ScheduleId(id(51)), nowhere, &schedule())),
            stage.run(|tx| {
                let nobody = Host { id: HostId(id(98)), ..host() };
                let orphan = EventType { hosts: vec![nobody], ..event_type(10, "orphan") };
                event_types::insert(tx, &orphan, &[SCHEDULE], 1)
            }),
            stage.run(|tx| event_types::insert(tx, &event_type(10, "orphan"), &[ScheduleId(id(97))], 1)),
        ];
        for orphan in orphans {
            assert_eq!(orphan, Err(StoreError::Constraint("foreign_key".into())));
        }
    }

    fn a_host_offers_an_event_type_once(stage: &Stage) {
        stage.done(found);
        let twice = stage.run(|tx| {
            let twice = EventType { hosts: vec![host(), host()], ..event_type(10, "twice") };
            event_types::insert(tx, &twice, &[SCHEDULE, SCHEDULE], 2)
        });
        assert_eq!(twice, Err(StoreError::Constraint("event_type_host_event_type_id_host_id_key".into())));
        assert_eq!(stage.count("SELECT count(*) FROM event_type"), 1);
    }

    fn an_event_type_has_seats(stage: &Stage) {
        stage.done(found);
        let none = stage.run(|tx| {
            let none = EventType { capacity: 0, ..event_type(10, "none") };
            event_types::insert(tx, &none, &[SCHEDULE], 2)
        });
        assert_eq!(none, Err(StoreError::Constraint("check".into())));
    }
}
