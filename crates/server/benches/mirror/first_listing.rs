//! The first listing of a calendar of 50,000 events, and the bookings made meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use app::App;
use domain::Clock;
use jiff::SignedDuration;

use crate::google::{Canned, Mix};
use crate::installation::{Installation, System, book_forced, wait};
use crate::{median, ms, percentile, timed};

const EVENTS: usize = 50_000;
const ROUNDS: usize = 5;
const CALLERS: usize = 4;
const TEACHERS: usize = 16;

pub(crate) fn run() {
    let google = Arc::new(Canned::new(Mix::Singles, EVENTS));
    let installation = Installation::new(TEACHERS, google);
    installation.connect();
    // The first without anybody else, for what it needs of memory.
    reset_peak();
    let idle = memory("VmRSS");
    let (_, alone) = timed(|| installation.work());
    let peak = memory("VmHWM");
    println!("the first listing of {EVENTS} events, SQLite, each commit on disk:");
    println!(
        "  alone {:.2} s; memory {:.1} MB before, at most {:.1} MB",
        alone.as_secs_f64(),
        idle / 1e3,
        peak / 1e3
    );
    let (mut quiet, mut busy, mut took) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        wait(app::housekeeping::run(&installation.app)).unwrap();
        quiet.push(Figures::of(bookings_while(&installation.app, alone, || ())));
        installation.list_anew();
        busy.push(Figures::of(bookings_while(
            &installation.app,
            Duration::ZERO,
            || {
                took.push(timed(|| installation.work()).1.as_secs_f64());
            },
        )));
    }
    for (name, figures) in [("before", &quiet), ("during", &busy)] {
        println!(
            "  bookings {name}, {CALLERS} callers: {:.0}/s, p50 {:.2} ms, p99 {:.2} ms",
            median(figures.iter().map(|f| f.per_second).collect()),
            median(figures.iter().map(|f| f.p50).collect()),
            median(figures.iter().map(|f| f.p99).collect()),
        );
    }
    let ratios = quiet
        .iter()
        .zip(&busy)
        .map(|(quiet, busy)| busy.p99 / quiet.p99)
        .collect();
    println!(
        "  the listing beside them {:.2} s; p99 {:.2} times as long, medians of {ROUNDS} rounds in turn",
        median(took),
        median(ratios)
    );
}

struct Figures {
    per_second: f64,
    p50: f64,
    p99: f64,
}

impl Figures {
    fn of((mut taken, all): (Vec<Duration>, Duration)) -> Self {
        Self {
            per_second: taken.len() as f64 / all.as_secs_f64(),
            p50: ms(percentile(&mut taken, 50)),
            p99: ms(percentile(&mut taken, 99)),
        }
    }
}

/// How long each booking took that was made while `work` ran and for `at_least` so long, and how long that was.
fn bookings_while(app: &App, at_least: Duration, work: impl FnOnce()) -> (Vec<Duration>, Duration) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| scope.spawn(|| book_until(app, at_least, &is_over)))
            .collect();
        let begun = Instant::now();
        work();
        is_over.store(true, Ordering::Relaxed);
        let taken = callers
            .into_iter()
            .flat_map(|caller| caller.join().unwrap())
            .collect();
        (taken, begun.elapsed())
    })
}

fn book_until(app: &App, at_least: Duration, is_over: &AtomicBool) -> Vec<Duration> {
    static N: AtomicUsize = AtomicUsize::new(0);
    let begun = Instant::now();
    let mut taken = Vec::new();
    let today = System.now().as_micros() / 86_400_000_000 * 86_400_000_000;
    while begun.elapsed() < at_least || !is_over.load(Ordering::Relaxed) {
        let n = N.fetch_add(1, Ordering::Relaxed);
        let hours = SignedDuration::from_hours(i64::try_from(n / TEACHERS % 800).unwrap() + 72);
        let start = domain::Instant::from_micros(today) + hours;
        let (booked, took) = timed(|| book_forced(app, n % TEACHERS, start));
        booked.unwrap();
        taken.push(took);
    }
    taken
}

/// Lets the kernel count the peak from here on.
fn reset_peak() {
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
}

/// Memory of this process in kilobytes, as the kernel counts it.
fn memory(name: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
