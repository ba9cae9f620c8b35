//! Google's quotas over a day; the whole of it is `cargo run --release -p sim --example quota_day`.

use app::settings::Pace;
use jiff::SignedDuration;
use sim::quota_day::{Day, live};

/// scenario E7, a smaller day, with every calendar looked at as often as any: far below what Google grants, and nothing is refused.
#[test]
fn polling_and_changes_stay_far_below_the_quotas() {
    let calendars = 12;
    let spent = live(Day {
        accounts: 3,
        calendars_each: 4,
        changes_each: 400,
        hours: 1,
        pace: Pace::every(SignedDuration::from_secs(30)),
    });
    assert_eq!(spent.refused, 0);
    assert!(spent.foreign > 0 && spent.booked > 0);
    // Each calendar once in half a minute, and what the changes want.
    let looks = calendars * 120;
    assert!(
        (looks * 9 / 10..looks * 11 / 10).contains(&spent.calls),
        "{spent:?}"
    );
    assert!(spent.account_minute_max < 60, "{spent:?}");
    assert!(
        spent.project_minute_max <= 3 * spent.account_minute_max,
        "{spent:?}"
    );
}
