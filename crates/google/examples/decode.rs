//! How long a page of 2 500 events takes to read, beside what `serde_json` alone takes to make values
//! of it, and to look through it and keep nothing: prints all three, best of many. `cargo run --release -p google --example decode`.

use std::future::ready;
use std::hint::black_box;
use std::io::{self, Write};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use domain::Instant;
use google::events::CalendarAt;
use google::pull::{Detail, Listing, PAGE_ITEMS_MAX, Paging, page};
use google::transport::Sending;
use google::{Endpoints, Transport};
use secrecy::SecretString;
use serde::de::IgnoredAny;
use serde_json::{Value, json};

const ROUNDS: u32 = 40;

struct Canned(Bytes);

impl Transport for Canned {
    fn send(&self, _: http::Request<Bytes>) -> Sending<'_> {
        Box::pin(ready(Ok(http::Response::new(self.0.clone()))))
    }
}

fn event(n: u16, detail: Detail) -> Value {
    let (day, hour) = (1 + n % 28, 8 + n % 9);
    let moment = |hour: u16| json!({"dateTime": format!("2026-11-{day:02}T{hour:02}:00:00+01:00"), "timeZone": "Europe/Madrid"});
    let mut event = json!({
        "id": format!("abcdefghijklmnop{n:010}"), "status": "confirmed",
        "iCalUID": format!("abcdefghijklmnop{n:010}@google.com"),
        "start": moment(hour), "end": moment(hour + 1), "eventType": "default",
        "attendees": [{"self": true, "responseStatus": "accepted"}],
    });
    match n % 10 {
        0 => {
            event["recurrence"] = json!([
                "RRULE:FREQ=WEEKLY;BYDAY=MO,WE",
                "EXDATE;TZID=Europe/Madrid:20261202T090000"
            ]);
        }
        1 => {
            event["recurringEventId"] = "abcdefghijklmnop0000000010".into();
            event["originalStartTime"] = moment(hour);
        }
        _ => {}
    }
    if detail != Detail::Busy {
        event["etag"] = "\"3422132730590000\"".into();
        event["updated"] = "2026-11-20T10:00:00.000Z".into();
        event["htmlLink"] =
            "https://www.google.com/calendar/event?eid=YWJjZGVmZ2hpamtsbW5vcA".into();
        event["summary"] = format!("Meeting {n}").into();
        event["description"] =
            "What this is about.\nAnd what to bring along, in a line or two.".into();
        event["location"] = "Room 4".into();
    }
    event
}

#[expect(clippy::disallowed_methods, reason = "what is measured here is time")]
fn best(mut work: impl FnMut()) -> Duration {
    let mut once = || {
        let begun = std::time::Instant::now();
        work();
        begun.elapsed()
    };
    (0..ROUNDS).map(|_| once()).min().unwrap_or_default()
}

fn main() -> io::Result<()> {
    let endpoints = Endpoints::google();
    let token = SecretString::from("t");
    let at = CalendarAt {
        endpoints: &endpoints,
        access_token: &token,
        calendar: "primary",
    };
    let listing = Listing::Whole {
        ending_after: Instant::from_micros(0),
    };
    let paging = Paging {
        items_max: PAGE_ITEMS_MAX,
        token: None,
    };
    for (name, detail, is_spoilt) in [
        ("busy", Detail::Busy, false),
        ("write", Detail::Write, false),
        ("write, one item bad", Detail::Write, true),
    ] {
        let mut items: Vec<Value> = (0..PAGE_ITEMS_MAX).map(|n| event(n, detail)).collect();
        if is_spoilt {
            items[1200]["start"] = 7.into();
        }
        let body = json!({"summary": "Work", "timeZone": "Europe/Madrid", "items": items,
            "nextSyncToken": "s"});
        let body = Bytes::from(body.to_string());
        let bare = best(|| {
            black_box(serde_json::from_slice::<Value>(&body).is_ok());
        });
        let scan = best(|| {
            black_box(serde_json::from_slice::<IgnoredAny>(&body).is_ok());
        });
        let canned = Canned(body.clone());
        let ours = best(|| {
            let call = pin!(page(&canned, at, listing, detail, paging));
            let Poll::Ready(read) = call.poll(&mut Context::from_waker(Waker::noop())) else {
                return;
            };
            black_box(read.map_or(0, |page| page.items.len()));
        });
        writeln!(
            io::stdout(),
            "{name}, {} kB: values {bare:?}, nothing kept {scan:?}, page {ours:?}; {:.2} and {:.2} times as long",
            body.len() / 1000,
            ours.as_secs_f64() / bare.as_secs_f64(),
            ours.as_secs_f64() / scan.as_secs_f64(),
        )?;
    }
    Ok(())
}
