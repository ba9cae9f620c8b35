//! Event types, hosts, schedules.

use domain::event_type::EventType;
use domain::{EventTypeId, HostId, OrganizationId};
use store::StoreError;
use store::tables::event_types;

use crate::support::on_every_database;
use crate::support::world::{EVENT_TYPE, ORGANIZATION, SCHEDULE, event_type, found, id, schedule};

on_every_database! {
    fn an_event_type_comes_back_with_its_schedule_and_host(stage: &Stage) {
        stage.done(found);
        let offer = stage.done(|tx| event_types::by_id(tx, EVENT_TYPE)).unwrap();
        assert_eq!((offer.event_type, offer.host_name.as_str()), (event_type(4, "lesson"), "Ada"));
        let by_slug = stage.done(|tx| event_types::by_slug(tx, ORGANIZATION, "lesson")).unwrap();
        assert_eq!(by_slug.event_type.schedule, schedule());
        assert_eq!(stage.done(|tx| event_types::by_slug(tx, ORGANIZATION, "other")), None);
        assert_eq!(stage.done(|tx| event_types::by_id(tx, EventTypeId(id(9)))), None);
    }

    fn event_types_are_listed_by_position_then_id(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (number, position) in [(12, 1), (11, 1), (10, 7), (13, 0)] {
                event_types::insert(tx, &event_type(number, &format!("t{number}")), SCHEDULE, position)?;
            }
            Ok(())
        });
        let listed = stage.done(|tx| event_types::list(tx, ORGANIZATION));
        let numbers: Vec<u128> = listed.iter().map(|o| o.event_type.id.0.as_u128()).collect();
        assert_eq!(numbers, [13, 4, 11, 12, 10]);
        assert_eq!(stage.done(|tx| event_types::list(tx, OrganizationId(id(9)))), []);
    }

    fn a_slug_is_taken_once_within_an_organization(stage: &Stage) {
        stage.done(found);
        let again = stage.run(|tx| event_types::insert(tx, &event_type(10, "lesson"), SCHEDULE, 2));
        assert_eq!(again, Err(StoreError::Constraint("event_type_organization_id_slug_key".into())));
    }

    fn what_it_belongs_to_must_be_there(stage: &Stage) {
        stage.done(found);
        let nowhere = OrganizationId(id(99));
        let orphans = [
            stage.run(move |tx| event_types::insert_host(tx, HostId(id(50)), nowhere, "x")),
            stage.run(move |tx| event_types::insert_schedule(tx, domain::ScheduleId(id(51)), nowhere, &schedule())),
            stage.run(|tx| {
                let host_id = HostId(id(98));
                let orphan = EventType { host_id, ..event_type(10, "orphan") };
                event_types::insert(tx, &orphan, SCHEDULE, 1)
            }),
        ];
        for orphan in orphans {
            assert_eq!(orphan, Err(StoreError::Constraint("foreign_key".into())));
        }
    }
}
