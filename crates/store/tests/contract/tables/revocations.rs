//! Grants to be given back.

use domain::{ConnectionId, OrganizationId};
use store::tables::revocations::{self, Revocation};
use store::tables::{connections, leases};

use crate::support::world::{CONNECTION, ORGANIZATION, connection, found, hours, id};
use crate::support::{NOW, on_every_database};

fn revocation(number: u128, run: i64) -> Revocation {
    Revocation {
        connection: ConnectionId(id(number)),
        refresh: vec![7, 0, 255],
        run_at: hours(run),
        failures: 0,
        asked_until: NOW,
        expires_at: hours(24),
    }
}

on_every_database! {
    fn a_revocation_comes_back_changes_and_is_forgotten(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connections::insert(tx, &connection(5, "a"), NOW)?;
            revocations::insert(tx, &revocation(5, 1))
        });
        let of = || stage.done(|tx| revocations::of_connection(tx, CONNECTION));
        assert_eq!(of(), Some(revocation(5, 1)));
        let tried = Revocation { run_at: hours(2), failures: 1, asked_until: hours(3), ..revocation(5, 1) };
        let change = tried.clone();
        stage.done(move |tx| revocations::update(tx, &change));
        assert_eq!(stage.done(|tx| revocations::lock(tx, CONNECTION)), Some(tried));
        stage.done(|tx| revocations::insert(tx, &revocation(5, 4)));
        assert_eq!(of(), Some(revocation(5, 4)), "there is one of a connection");
        stage.done(|tx| revocations::delete(tx, CONNECTION));
        assert_eq!(of(), None);
    }

    fn the_revocation_due_first_is_found_if_its_connection_is_free(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            for (number, run) in [(5, 3), (6, 2)] {
                connections::insert(tx, &connection(number, &number.to_string()), NOW)?;
                revocations::insert(tx, &revocation(number, run))?;
            }
            Ok(())
        });
        let next = || stage.done(|tx| revocations::next_due(tx, NOW));
        assert_eq!(next(), Some((ConnectionId(id(6)), hours(2))));
        stage.done(|tx| leases::take(tx, ConnectionId(id(6)), NOW, hours(9)));
        assert_eq!(next(), Some((CONNECTION, hours(3))));
    }

    fn a_request_under_way_is_the_organizations_own(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connections::insert(tx, &connection(5, "a"), NOW)?;
            revocations::insert(tx, &Revocation { asked_until: hours(2), ..revocation(5, 1) })
        });
        for (name, organization, at, expected) in [
            ("it may arrive", ORGANIZATION, 1, true),
            ("no more", ORGANIZATION, 2, false),
            ("another's", OrganizationId(id(9)), 1, false),
        ] {
            let is = stage.done(move |tx| revocations::is_under_way(tx, organization, hours(at)));
            assert_eq!(is, expected, "{name}");
        }
    }
}
