//! Holds: found by their token, gone with their claims.

use domain::{ClaimId, HoldId};
use store::tables::claims::{self, Claim, Holder};
use store::tables::holds::{self, Hold};
use store::{StoreError, Tx};

use crate::support::world::{EVENT_TYPE, HOST, ORGANIZATION, found, hour, hours, id};
use crate::support::{NOW, on_every_database};

/// In an hour of its own, until an hour after now.
fn hold(number: u8) -> Hold {
    Hold {
        id: HoldId(id(number.into())),
        organization_id: ORGANIZATION,
        event_type_id: EVENT_TYPE,
        time: hour(number.into()),
        expires_at: hours(1),
    }
}

fn insert(tx: &mut dyn Tx, hold: &Hold, token: u8) -> Result<(), StoreError> {
    holds::insert(tx, hold, &[token; 32], Some([token % 2; 32]))?;
    claims::insert(
        tx,
        &Claim {
            id: ClaimId(hold.id.0),
            host: HOST,
            time: hold.time,
            holder: Holder::Hold(hold.id, hold.expires_at),
            exclusive: true,
        },
    )
}

on_every_database! {
    fn a_hold_is_found_by_its_token_until_it_is_deleted(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            insert(tx, &hold(10), 1)?;
            insert(tx, &hold(11), 2)
        });
        let by = |token: u8| stage.done(move |tx| holds::by_token(tx, &[token; 32]));
        assert_eq!((by(1), by(2), by(3)), (Some(hold(10)), Some(hold(11)), None));
        stage.done(|tx| holds::delete(tx, hold(10).id));
        assert_eq!((by(1), by(2)), (None, Some(hold(11))));
        assert_eq!(stage.count("SELECT count(*) FROM claim"), 1);
        // Its time is free.
        stage.done(|tx| insert(tx, &Hold { time: hour(10), ..hold(12) }, 1));
        let twice = stage.run(|tx| holds::insert(tx, &hold(13), &[1; 32], None));
        assert_eq!(twice, Err(StoreError::Constraint("hold_token_hash_key".into())));
    }

    fn expired_holds_are_forgotten_some_at_a_time(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            (10..32).try_for_each(|number| insert(tx, &hold(number), number))?;
            insert(tx, &Hold { expires_at: hours(2), ..hold(9) }, 9)
        });
        let counts = || {
            (stage.count("SELECT count(*) FROM hold"), stage.count("SELECT count(*) FROM claim"))
        };
        stage.done(|tx| holds::forget_expired(tx, NOW));
        assert_eq!(counts(), (23, 23));
        stage.done(|tx| holds::forget_expired(tx, hours(1)));
        assert_eq!(counts(), (3, 3));
        assert!(stage.done(|tx| holds::by_token(tx, &[31; 32])).is_some(), "of one age, by id");
        stage.done(|tx| holds::forget_expired(tx, hours(1)));
        assert_eq!(counts(), (1, 1));
        assert!(stage.done(|tx| holds::by_token(tx, &[9; 32])).is_some());
    }

    fn live_holds_are_counted_by_caller_and_by_event_type(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            (10..13).try_for_each(|number| insert(tx, &hold(number), number))?;
            insert(tx, &Hold { expires_at: hours(2), ..hold(14) }, 14)
        });
        let counts = |at: i64| {
            let of = |n: u8| stage.done(move |tx| holds::count_of_caller(tx, &[n; 32], None, hours(at)));
            let all = stage.done(move |tx| holds::count_of_event_type(tx, EVENT_TYPE, None, hours(at)));
            (of(0), of(1), of(2), all)
        };
        assert_eq!(counts(0), (3, 1, 0, 4));
        let but_one = stage.done(|tx| {
            let but = Some(hold(11).id);
            let of_caller = holds::count_of_caller(tx, &[1; 32], but, hours(0))?;
            Ok((of_caller, holds::count_of_event_type(tx, EVENT_TYPE, but, hours(0))?))
        });
        assert_eq!(but_one, (0, 3));
        assert_eq!(counts(1), (1, 0, 0, 1), "of those that have expired none counts");
        assert_eq!(counts(2), (0, 0, 0, 0));
    }

    fn a_hold_without_a_claim_left_is_forgotten_too(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            insert(tx, &hold(10), 1)?;
            assert_eq!(claims::make_room(tx, HOST, hour(10), None, hours(1))?, []);
            holds::forget_expired(tx, hours(1))
        });
        assert_eq!(stage.count("SELECT count(*) FROM hold"), 0);
    }
}
