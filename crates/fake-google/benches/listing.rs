//! What a big calendar costs: a full page of it, an increment of a few changes, and the memory it
//! takes. `cargo bench -p fake-google --bench listing` prints medians beside what is aimed at.
//!
//! Everything goes through `handle`, from a request to the bytes of its answer, without sockets.

#![expect(clippy::print_stdout, reason = "the figures are what this is for")]
#![expect(
    clippy::disallowed_methods,
    reason = "a stopwatch needs the machine's clock"
)]

use std::time::{Duration, Instant};

use fake_google::{Request, Response, World, handle};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

const EVENTS: usize = 10_000;
const CHANGES: usize = 10;
/// The largest page that Google gives (§8.1).
const PAGE: usize = 2_500;
const PAGE_ROUNDS: usize = 15;
const INCREMENT_ROUNDS: usize = 101;
/// Bytes of a page of memory, as Linux counts on the machines we measure.
const MEMORY_PAGE: u64 = 4_096;

const ANA: &str = "ana@example.com";
const SCOPE: &str = "https://www.googleapis.com/auth/calendar";
const LIST: &str = "/calendar/v3/calendars/primary/events";

/// A world with one calendar, its time, and a token for it.
struct Fake {
    world: World,
    now: Timestamp,
    token: String,
}

fn main() {
    let bare = resident();
    let begun = Instant::now();
    let mut fake = Fake::new();
    let ids: Vec<String> = (0..EVENTS).map(|index| fake.insert(index)).collect();
    let build = begun.elapsed();
    let built = resident();

    let page = format!("{LIST}?maxResults={PAGE}");
    let (page_time, page_bytes) = fake.median(PAGE_ROUNDS, &page, PAGE);
    let listed = resident();

    let token = fake.last_sync_token();
    for id in &ids[..CHANGES] {
        fake.now += SignedDuration::from_secs(1);
        let patch = json!({ "summary": "Moved on" });
        let edited = fake.world.edit_event(fake.now, ANA, id, &patch);
        edited.expect("an event that is there");
    }
    let increment = format!("{LIST}?maxResults={PAGE}&syncToken={token}");
    let (increment_time, increment_bytes) = fake.median(INCREMENT_ROUNDS, &increment, CHANGES);
    let held = resident();

    println!("listing, {EVENTS} events in one calendar:");
    println!(
        "  a page of {PAGE}, {:>6.1} kB            {:>8.2} ms   (aim: under 50; median of {PAGE_ROUNDS})",
        kilo(page_bytes),
        ms(page_time)
    );
    println!(
        "  an increment of {CHANGES}, {:>6.1} kB        {:>8.3} ms   (aim: under 2; median of {INCREMENT_ROUNDS})",
        kilo(increment_bytes),
        ms(increment_time)
    );
    println!("  building it, by hand              {:>8.1} ms", ms(build));
    for (what, bytes) in [
        ("before", bare),
        ("built", built),
        ("after full pages", listed),
        ("at the end", held),
    ] {
        println!(
            "  memory, {what:<18}        {:>8.1} MB   (aim: under 100)",
            kilo(bytes) / 1e3
        );
    }
}

impl Fake {
    fn new() -> Self {
        let mut world = World::new(1);
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().expect("an instant");
        let added = world.add_account(ANA, "Ana", "America/Montevideo");
        added.expect("a first account");
        world.add_client("client", "secret", &["http://localhost:8080/callback"]);
        let tokens = world.grant(now, ANA, "client", &[SCOPE]);
        let token = tokens.expect("account and client are there").access_token;
        Self { world, now, token }
    }

    /// An event as Lockstep writes them: a guest, and properties of its own.
    fn insert(&mut self, index: usize) -> String {
        self.now += SignedDuration::from_millis(10);
        let hours = i64::try_from(index).expect("few enough");
        let start = self.now + SignedDuration::from_hours(hours);
        let end = start + SignedDuration::from_mins(50);
        let body = json!({
            "summary": format!("Maths with pupil {index}"),
            "description": "Bring the homework of last week.\nMoved or cancelled at /m/4f2a9c.",
            "location": "Room 4",
            "start": { "dateTime": start.to_string() },
            "end": { "dateTime": end.to_string() },
            "attendees": [{ "email": format!("pupil{index}@example.org"), "displayName": "Pupil" }],
            "extendedProperties": { "private": { "booking": index.to_string(), "by": "lockstep" } },
        });
        let inserted = self.world.insert_event(self.now, ANA, &body);
        let inserted = inserted.expect("an event that Google would take");
        inserted["id"].as_str().expect("an id is text").to_owned()
    }

    fn get(&mut self, path: &str) -> Response {
        // Slowly enough for every quota, which are on as they are by default.
        self.now += SignedDuration::from_millis(500);
        let request = Request::new("GET", path).with_bearer(&self.token);
        handle(&mut self.world, self.now, &request)
    }

    /// The median time of an answer with so many items, and its bytes.
    fn median(&mut self, rounds: usize, path: &str, items: usize) -> (Duration, u64) {
        let mut times = Vec::with_capacity(rounds);
        let mut bytes = 0;
        for _ in 0..rounds {
            let begun = Instant::now();
            let answer = self.get(path);
            times.push(begun.elapsed());
            bytes = answer.body.len();
            let found = text(&answer).matches(r#""kind": "calendar#event""#).count();
            assert_eq!(found, items, "{}", answer.status);
        }
        times.sort_unstable();
        let bytes = u64::try_from(bytes).expect("it is in memory");
        (times[rounds / 2], bytes)
    }

    /// Of a full listing to its end.
    fn last_sync_token(&mut self) -> String {
        let mut path = format!("{LIST}?maxResults={PAGE}");
        loop {
            let page = self.get(&path);
            if let Some(token) = field(text(&page), "nextSyncToken") {
                return token.to_owned();
            }
            let next = field(text(&page), "nextPageToken").expect("a page leads on");
            path = format!("{LIST}?maxResults={PAGE}&pageToken={next}");
        }
    }
}

/// The body as it stands: read into values, it would take more memory than what is measured.
fn text(answer: &Response) -> &str {
    std::str::from_utf8(&answer.body).expect("JSON is UTF-8")
}

/// A field of text in a printed body.
fn field<'a>(body: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = body.split_once(&format!(r#""{name}": ""#))?;
    rest.split('"').next()
}

/// Resident memory of this process in bytes.
fn resident() -> u64 {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    let pages = statm.split_whitespace().nth(1).expect("a second figure");
    pages.parse::<u64>().expect("a count of pages") * MEMORY_PAGE
}

fn kilo(bytes: u64) -> f64 {
    bytes as f64 / 1e3
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
