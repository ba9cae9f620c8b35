//! Random company: an organizer and two guests write at will, series and single days of them, and
//! their calendars still tell one story.

use fake_google::Request;
use serde_json::{Value, json};

use crate::harness::{ANA, CLIENT, EVENTS, Fake, SCOPE_EVENTS};

const GUESTS: [&str; 2] = ["leo@example.com", "mia@example.com"];
const SEEDS: u64 = 30;
const STEPS: usize = 40;

/// A small generator, so that a seed names a history.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits fit") % sides
    }
}

struct Company {
    fake: Fake,
    tokens: Vec<String>,
    dice: Dice,
    series: Vec<String>,
    /// Whose calendar, and what was deleted there by hand.
    deleted: Vec<(usize, String)>,
}

impl Company {
    fn new(seed: u64) -> Self {
        let mut fake = Fake::with_seed(seed);
        let mut tokens = vec![fake.token.clone()];
        for guest in GUESTS {
            fake.world
                .add_account(guest, guest, "Europe/Madrid")
                .expect("a new account");
            let grant = fake.world.grant(fake.now, guest, CLIENT, &[SCOPE_EVENTS]);
            tokens.push(grant.expect("account and client are there").access_token);
        }
        Self {
            fake,
            tokens,
            dice: Dice(seed),
            series: Vec::new(),
            deleted: Vec::new(),
        }
    }

    fn invited(&mut self) -> Value {
        let some = self.dice.roll(4);
        let invited = GUESTS
            .iter()
            .enumerate()
            .filter(|(index, _)| some & (1 << index) != 0);
        invited.map(|(_, guest)| json!({"email": guest})).collect()
    }

    /// A write that may be refused but must not break anything.
    fn step(&mut self) {
        self.fake.pass(60);
        if self.series.is_empty() || self.dice.roll(8) == 0 {
            self.begin();
            return;
        }
        let pick = self.dice.roll(self.series.len());
        let mut event = self.series[pick].clone();
        if self.dice.roll(2) == 0 {
            event = format!("{event}_2026030{}T100000Z", 2 + self.dice.roll(5));
        }
        let who = self.dice.roll(3);
        let path = format!("{EVENTS}/{event}");
        let (verb, body) = match (who, self.dice.roll(6)) {
            (_, 0) => ("DELETE", json!({})),
            (0, 1) => ("PATCH", json!({"attendees": self.invited()})),
            (0, 2) => {
                let count = 1 + self.dice.roll(5);
                (
                    "PATCH",
                    json!({"recurrence": [format!("RRULE:FREQ=DAILY;COUNT={count}")]}),
                )
            }
            (0, 3) => {
                let hour = 11 + self.dice.roll(3);
                (
                    "PATCH",
                    json!({"end": {"dateTime": format!("2026-03-02T{hour}:00:00Z")}}),
                )
            }
            (0, _) => (
                "PATCH",
                json!({"summary": format!("Title {}", self.dice.roll(9))}),
            ),
            (guest, roll) => {
                let status = ["accepted", "declined", "tentative"][roll % 3];
                let own = json!({"email": GUESTS[guest - 1], "responseStatus": status});
                ("PATCH", json!({"attendees": [own]}))
            }
        };
        let request = Request::new(verb, &path).with_bearer(&self.tokens[who]);
        let answer = self.fake.send(&request.with_json(&body));
        if answer.status == 204 {
            self.deleted.push((who, event));
        }
        assert!(
            answer.status < 500,
            "{verb} {path} {body}: {}",
            answer.text()
        );
    }

    fn begin(&mut self) {
        let time =
            |hour: u8| json!({"dateTime": format!("2026-03-02T{hour}:00:00Z"), "timeZone": "UTC"});
        let body = json!({
            "summary": "Lesson", "start": time(10), "end": time(11),
            "attendees": self.invited(), "recurrence": ["RRULE:FREQ=DAILY;COUNT=5"],
        });
        let event = self.fake.insert(&body);
        self.series
            .push(event["id"].as_str().expect("an id is text").to_owned());
    }

    /// Every live instance of a calendar, by id.
    fn shown(&mut self, who: usize) -> Vec<Value> {
        let path = format!("{EVENTS}?singleEvents=true&maxResults=2500");
        let request = Request::new("GET", &path).with_bearer(&self.tokens[who]);
        let page = self.fake.send(&request).json();
        page["items"].as_array().expect("a list has items").clone()
    }
}

fn entry<'e>(event: &'e Value, email: &str) -> Option<&'e Value> {
    event["attendees"]
        .as_array()?
        .iter()
        .find(|guest| guest["email"] == email)
}

#[test]
fn calendars_of_one_company_tell_one_story() {
    for seed in 0..SEEDS {
        let mut company = Company::new(seed);
        for _ in 0..STEPS {
            company.step();
        }
        let home = company.shown(0);
        for (index, guest) in GUESTS.iter().enumerate() {
            let copies = company.shown(index + 1);
            let copy_of = |event: &Value| copies.iter().find(|copy| copy["id"] == event["id"]);
            for event in &home {
                let place = format!("seed {seed}, {} on {guest}", event["id"]);
                let Some(own) = entry(event, guest) else {
                    assert!(copy_of(event).is_none(), "not invited: {place}");
                    continue;
                };
                let Some(copy) = copy_of(event) else {
                    // What a guest deleted, the day or the series, may stay away.
                    let id = event["id"].as_str().expect("an id is text");
                    let mut deleted = company.deleted.iter();
                    let is_own = |(who, what): &(usize, String)| {
                        *who == index + 1 && id.starts_with(what.as_str())
                    };
                    assert!(deleted.any(is_own), "missing: {place}");
                    continue;
                };
                assert_eq!(copy["summary"], event["summary"], "{place}");
                let length = |event: &Value| {
                    let at = |edge: &str| -> jiff::Timestamp {
                        let text = event[edge]["dateTime"].as_str();
                        text.expect("timed").parse().expect("a timestamp")
                    };
                    (at("start"), at("end"))
                };
                assert_eq!(length(copy), length(event), "{place}");
                let answer = entry(copy, guest).map(|entry| &entry["responseStatus"]);
                assert_eq!(answer, Some(&own["responseStatus"]), "{place}");
            }
            for copy in &copies {
                let is_known = home.iter().any(|event| event["id"] == copy["id"]);
                assert!(is_known, "seed {seed}: {} is left on {guest}", copy["id"]);
            }
        }
        assert_eq!(
            company.fake.world.events(ANA).is_empty(),
            company.series.is_empty()
        );
    }
}
