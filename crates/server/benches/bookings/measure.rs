//! Callers at once for a while, and what one answer took them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::school::lesson;

pub(crate) const ROUND: Duration = Duration::from_secs(2);

pub(crate) struct Figure {
    pub(crate) per_second: f64,
    pub(crate) p50: Duration,
    pub(crate) p99: Duration,
}

pub(crate) fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

pub(crate) fn median(row: &[Figure], of: impl Fn(&Figure) -> f64) -> f64 {
    let mut values: Vec<_> = row.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Callers at once for one round, each on a thread, each calling what it is given again and again.
pub(crate) fn measure<C: FnMut(Wanted) + Send>(
    callers: usize,
    teachers: u64,
    caller: impl Fn(usize) -> C,
) -> Figure {
    let begun = Instant::now();
    let mut taken: Vec<Duration> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..callers)
            .map(|n| {
                let mut call = caller(n);
                scope.spawn(move || {
                    let mut taken = Vec::new();
                    while begun.elapsed() < ROUND {
                        let wanted = next(teachers);
                        let one = Instant::now();
                        call(wanted);
                        taken.push(one.elapsed());
                    }
                    taken
                })
            })
            .collect();
        running
            .into_iter()
            .flat_map(|caller| caller.join().unwrap())
            .collect()
    });
    let seconds = begun.elapsed().as_secs_f64();
    taken.sort_unstable();
    let at = |percent: usize| taken[(taken.len() - 1) * percent / 100];
    Figure {
        per_second: taken.len() as f64 / seconds,
        p50: at(50),
        p99: at(99),
    }
}

/// What one call books.
pub(crate) struct Wanted {
    pub(crate) event_type: String,
    pub(crate) start: String,
}

/// A lesson with one of so many teachers in turn, at a start spread over the years ahead, so that
/// hardly any two overlap.
fn next(teachers: u64) -> Wanted {
    static N: AtomicU64 = AtomicU64::new(0);
    let n = N.fetch_add(1, Ordering::Relaxed);
    let hours = i64::try_from(n).unwrap() % 800_000;
    let day = Timestamp::now().as_second() / 86_400 * 86_400 + 3 * 86_400;
    let start = Timestamp::from_second(day).unwrap() + SignedDuration::from_hours(hours);
    Wanted {
        event_type: lesson(n % teachers),
        start: start.to_string(),
    }
}
