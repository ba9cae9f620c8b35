//! What may still be asked of Google: spent, given back by time, slowed and eased.

use domain::Instant;
use jiff::SignedDuration;
use store::tables::quotas::{self, Rate};

use crate::support::{NOW, Stage, on_every_database};

/// Ten at once, one more each second.
const RATE: Rate = Rate {
    interval: SignedDuration::from_secs(1),
    burst: 10,
};

fn after(seconds: i64) -> Instant {
    NOW + SignedDuration::from_secs(seconds)
}

fn spend(stage: &Stage, cost: u32, at: i64) -> Option<Instant> {
    stage.done(move |tx| quotas::spend(tx, "account a", cost, RATE, after(at)))
}

on_every_database! {
    fn what_is_spent_comes_back_with_time(stage: &Stage) {
        for _ in 0..10 {
            assert_eq!(spend(stage, 1, 0), None);
        }
        assert_eq!(spend(stage, 1, 0), Some(after(1)), "in a second there is one");
        assert_eq!(spend(stage, 3, 0), Some(after(3)), "and in three seconds three");
        assert_eq!(spend(stage, 3, 2), Some(after(3)), "a refusal spends nothing");
        assert_eq!(spend(stage, 3, 3), None);
        let other = stage.done(|tx| quotas::spend(tx, "account b", 10, RATE, NOW));
        assert_eq!(other, None, "each has its own");
        assert_eq!(spend(stage, 10, 100), None, "not more than a burst is saved up");
        assert_eq!(spend(stage, 1, 100), Some(after(101)));
    }

    fn a_call_that_costs_more_than_a_burst_waits_for_all_of_it(stage: &Stage) {
        assert_eq!(spend(stage, 12, 0), None);
        assert_eq!(spend(stage, 12, 0), Some(after(12)));
    }

    fn after_a_refusal_it_goes_slower_and_then_faster_again(stage: &Stage) {
        assert_eq!(spend(stage, 1, 0), None);
        stage.done(|tx| quotas::slow(tx, "account a", RATE, after(60)));
        assert_eq!(spend(stage, 1, 10), Some(after(60)), "nothing before then");
        assert_eq!(spend(stage, 1, 60), None);
        assert_eq!(spend(stage, 1, 60), Some(after(62)), "and at half the pace");
        for _ in 0..8 {
            stage.done(|tx| quotas::ease(tx, "account a", RATE));
        }
        assert_eq!(spend(stage, 1, 60), Some(after(71)), "at the pace granted");
        stage.done(|tx| quotas::ease(tx, "account a", RATE));
        assert_eq!(spend(stage, 1, 60), Some(after(71)), "and never above it");
    }

    fn it_is_never_slowed_to_a_halt(stage: &Stage) {
        for _ in 0..50 {
            stage.done(|tx| quotas::slow(tx, "account a", RATE, NOW));
        }
        assert_eq!(spend(stage, 1, 0), None);
        assert_eq!(spend(stage, 1, 0), Some(after(64)));
    }

    fn what_is_whole_again_is_forgotten_a_day_later(stage: &Stage) {
        assert_eq!(spend(stage, 5, 0), None);
        let day = 24 * 3600;
        assert_eq!(stage.done(move |tx| quotas::forget_full(tx, after(day))), 0);
        assert_eq!(stage.done(move |tx| quotas::forget_full(tx, after(day + 6))), 1);
    }
}
