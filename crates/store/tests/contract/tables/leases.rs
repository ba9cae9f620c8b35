//! Leases: one taker at a time, and who lost theirs is known.

use store::tables::leases::{self, Lease};
use store::tables::{calendars, links};
use store::{StoreError, Tx};

use crate::support::on_every_database;
use crate::support::world::{CONNECTION, connect, found, hours};

fn take(tx: &mut dyn Tx, from: i64, until: i64) -> Result<Option<Lease>, StoreError> {
    leases::take(tx, CONNECTION, hours(from), hours(until))
}

on_every_database! {
    fn one_at_a_time_has_a_lease(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let first = stage.done(|tx| take(tx, 0, 2)).expect("nobody has it");
        assert_eq!(stage.done(|tx| take(tx, 1, 3)), None);
        assert_eq!(stage.done(|tx| leases::next_end(tx, hours(1))), Some(hours(2)));
        assert_eq!(stage.done(|tx| calendars::next_pull(tx, hours(1))), None, "it is worked on");
        assert_eq!(stage.done(|tx| links::next_due(tx, hours(1))), None);
        assert!(stage.done(move |tx| leases::is_held(tx, first)));
        assert!(stage.done(move |tx| leases::give_back(tx, first)));
        assert_eq!(stage.done(|tx| leases::next_end(tx, hours(1))), None);
        assert!(stage.done(|tx| calendars::next_pull(tx, hours(1))).is_some());
        assert!(stage.done(|tx| take(tx, 1, 3)).is_some());
    }

    fn a_connection_can_be_left_to_rest(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let lease = stage.done(|tx| take(tx, 0, 1)).expect("nobody has it");
        assert!(stage.done(move |tx| leases::give_back(tx, lease)));
        assert!(stage.done(move |tx| leases::rest(tx, lease, hours(3))), "also after giving it back");
        assert_eq!(stage.done(|tx| take(tx, 2, 4)), None);
        assert_eq!(stage.done(|tx| leases::next_end(tx, hours(2))), Some(hours(3)));
        assert!(!stage.done(move |tx| leases::rest(tx, lease, hours(9))), "it is nobody's now");
        assert!(stage.done(|tx| take(tx, 3, 4)).is_some());
    }

    fn who_lost_a_lease_keeps_nothing(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        let late = stage.done(|tx| take(tx, 0, 2)).expect("nobody has it");
        let next = stage.done(|tx| take(tx, 2, 4)).expect("its time is over");
        assert!(!stage.done(move |tx| leases::is_held(tx, late)));
        assert!(!stage.done(move |tx| leases::give_back(tx, late)));
        assert!(stage.done(move |tx| leases::is_held(tx, next)), "giving back another's does nothing");

        stage.done(|tx| leases::revoke(tx, CONNECTION));
        assert!(!stage.done(move |tx| leases::give_back(tx, next)));
        let third = stage.done(|tx| take(tx, 3, 5)).expect("it was revoked");
        stage.done(leases::revoke_all);
        assert!(!stage.done(move |tx| leases::is_held(tx, third)));
        assert!(stage.done(|tx| take(tx, 3, 5)).is_some());
    }
}
