//! What a newcomer meets in the first minute, measured: how big, how soon, how much memory, and how
//! long from a booking to its event. `cargo bench -p server --bench first_minute` prints medians.

#![expect(
    clippy::unwrap_used,
    reason = "a measurement that cannot be made has failed"
)]
#![expect(clippy::print_stdout, reason = "the figures are what this is for")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};

const ROUNDS: usize = 7;
const BINARY: &str = env!("CARGO_BIN_EXE_lockstep");

struct Demo {
    child: Child,
    ready: Value,
}

impl Drop for Demo {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Demo {
    fn start() -> Self {
        let mut child = Command::new(BINARY)
            .args([
                "demo",
                "--json",
                "--listen",
                "127.0.0.1:0",
                "--google-listen",
                "127.0.0.1:0",
            ])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            ready: serde_json::from_str(&line).unwrap(),
            child,
        }
    }

    fn field(&self, name: &str) -> &str {
        self.ready[name].as_str().unwrap()
    }

    /// Resident memory in kilobytes, as the kernel counts it.
    fn resident_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

fn main() {
    drop(rustls::crypto::ring::default_provider().install_default());
    let client = Client::new();
    let mut ready = Vec::new();
    let mut first_answer = Vec::new();
    let mut memory = Vec::new();
    let mut to_event = Vec::new();
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        let demo = Demo::start();
        ready.push(begun.elapsed());
        assert!(
            client
                .get(demo.field("booking_url"))
                .send()
                .unwrap()
                .status()
                .is_success()
        );
        first_answer.push(begun.elapsed());
        memory.push(demo.resident_kb());
        to_event.push(booking_to_event(&client, &demo));
    }
    let bytes = std::fs::metadata(BINARY).unwrap().len();
    println!("first minute, medians of {ROUNDS} rounds of `lockstep demo`:");
    println!(
        "  binary                                  {:>8.1} MB",
        bytes as f64 / 1e6
    );
    println!(
        "  start to ready (Google connected)       {:>8.1} ms",
        ms(median(ready))
    );
    println!(
        "  start to first page answered            {:>8.1} ms",
        ms(median(first_answer))
    );
    println!(
        "  memory then, fake Google included       {:>8.1} MB",
        median(memory) as f64 / 1e3
    );
    println!(
        "  booking answered to event in calendar   {:>8.1} ms",
        ms(median(to_event))
    );
}

fn booking_to_event(client: &Client, demo: &Demo) -> Duration {
    let api = demo.field("api_url");
    let from = jiff::Timestamp::now();
    let to = from + jiff::SignedDuration::from_hours(24 * 28);
    let slots: Value = client
        .get(format!(
            "{api}/organizations/tutoring/event-types/maths/slots?from={from}&to={to}"
        ))
        .send()
        .unwrap()
        .json()
        .unwrap();
    let body = json!({
        "event_type": "maths", "start": slots["slots"][0]["start"],
        "attendee": { "name": "Ana", "email": "ana@example.org" },
    });
    let url = format!("{api}/organizations/tutoring/bookings");
    assert!(
        client
            .post(url)
            .json(&body)
            .send()
            .unwrap()
            .status()
            .is_success()
    );
    let answered = Instant::now();
    let events = format!(
        "{}_fake/events?calendar=owner@brightside.example",
        demo.field("google_url")
    );
    loop {
        let found: Value = client.get(&events).send().unwrap().json().unwrap();
        if !found["events"].as_array().unwrap().is_empty() {
            return answered.elapsed();
        }
        assert!(
            answered.elapsed() < Duration::from_secs(20),
            "the event never came"
        );
    }
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
