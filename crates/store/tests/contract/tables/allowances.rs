//! Allowances: spent, come back with time, forgotten when whole.

use jiff::SignedDuration;
use store::StoreError;
use store::tables::allowances::{self, Rate};

use crate::support::on_every_database;
use crate::support::world::hours;

const ONE: allowances::Subject = [1; 32];
const OTHER: allowances::Subject = [2; 32];

/// Three at once, one more every hour.
const RATE: Rate = Rate {
    interval: SignedDuration::from_hours(1),
    burst: 3,
};

on_every_database! {
    fn what_is_spent_comes_back_with_time(stage: &Stage) {
        let spend = |at: i64| stage.done(move |tx| allowances::spend(tx, &[ONE], RATE, hours(at)));
        assert_eq!([spend(0), spend(0), spend(0), spend(0)], [true, true, true, false]);
        assert_eq!([spend(1), spend(1)], [true, false]);
        assert_eq!([spend(9), spend(9), spend(9), spend(9)], [true, true, true, false]);
        assert!(stage.done(|tx| allowances::spend(tx, &[], RATE, hours(9))));
    }

    fn of_two_subjects_both_must_have_one(stage: &Stage) {
        let only = Rate { burst: 1, ..RATE };
        stage.done(move |tx| allowances::spend(tx, &[OTHER], only, hours(0)));
        let refused = stage.run(move |tx| {
            let spent = allowances::spend(tx, &[ONE, OTHER], only, hours(0))?;
            assert!(!spent);
            Err::<(), _>(StoreError::decode("undone"))
        });
        assert!(refused.is_err());
        assert!(stage.done(move |tx| allowances::spend(tx, &[ONE], only, hours(0))), "undone");
        assert!(stage.done(move |tx| allowances::spend(tx, &[OTHER, ONE], only, hours(1))));
    }

    fn what_is_whole_again_is_forgotten_and_a_lock_takes_nothing(stage: &Stage) {
        stage.done(|tx| {
            allowances::spend(tx, &[ONE], RATE, hours(0))?;
            allowances::lock(tx, &ONE, hours(5))?;
            allowances::lock(tx, &OTHER, hours(0))
        });
        let count = || stage.count("SELECT count(*) FROM allowance");
        assert_eq!(count(), 2);
        assert_eq!(stage.done(|tx| allowances::forget_full(tx, hours(0))), 1);
        assert_eq!(stage.done(|tx| allowances::forget_full(tx, hours(1))), 1);
        assert_eq!(count(), 0);
    }
}
