//! Google as a canned transport: calendars of made-up events, by page.

use std::future::ready;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use google::Transport;
use google::transport::Sending;
use serde_json::{Value, json};
use url::Url;

/// Events on a page, as many as Google gives.
pub(crate) const PAGE: usize = 2_500;

/// What its calendars hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mix {
    /// Single events, and one in 25 deleted.
    Singles,
    /// One in ten a weekly series without end, one in ten an instance moved, one in 25 deleted.
    Series,
}

/// Answers every listing with pages of `mix`, so many events in all.
pub(crate) struct Canned {
    pages: Vec<Bytes>,
    asked: AtomicUsize,
}

impl Canned {
    pub(crate) fn new(mix: Mix, events: usize) -> Self {
        let count = events.div_ceil(PAGE);
        let pages = (0..count).map(|n| {
            let items: Vec<Value> = (n * PAGE..events.min((n + 1) * PAGE))
                .map(|n| event(mix, n))
                .collect();
            let mut page =
                json!({ "summary": "Work", "timeZone": "Europe/Madrid", "items": items });
            match n + 1 == count {
                true => page["nextSyncToken"] = "s".into(),
                false => page["nextPageToken"] = (n + 1).to_string().into(),
            }
            Bytes::from(page.to_string())
        });
        Self {
            pages: pages.collect(),
            asked: AtomicUsize::new(0),
        }
    }

    /// The bytes of its first page.
    pub(crate) fn first(&self) -> Bytes {
        self.pages[0].clone()
    }

    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Transport for Canned {
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        let address = Url::parse(&request.uri().to_string()).unwrap();
        let token = address.query_pairs().find(|(name, _)| name == "pageToken");
        let n: usize = token.map_or(0, |(_, token)| token.parse().unwrap());
        Box::pin(ready(Ok(http::Response::new(self.pages[n].clone()))))
    }
}

/// One event, an hour long, single ones within two years, others within the next 28 days.
fn event(mix: Mix, n: usize) -> Value {
    let id = format!("abcdefghijklmnop{n:010}");
    if n % 25 == 24 {
        return json!({ "id": id, "status": "cancelled" });
    }
    let today = jiff::Timestamp::now().as_second() / 86_400 * 86_400;
    let start =
        today + i64::try_from(n % 28 * 86_400 + (8 + n % 9) * 3_600 + n / 252 % 12 * 300).unwrap();
    let moment = |at: i64| json!({ "dateTime": jiff::Timestamp::from_second(at).unwrap().to_string(), "timeZone": "Europe/Madrid" });
    let mut event = json!({
        "id": id, "status": "confirmed", "iCalUID": format!("{id}@google.com"),
        "start": moment(start), "end": moment(start + 3_600), "eventType": "default",
        "attendees": [{ "self": true, "responseStatus": "accepted" }],
    });
    match (mix, n % 10) {
        (Mix::Series, 0) => event["recurrence"] = json!(["RRULE:FREQ=WEEKLY"]),
        (Mix::Series, 1) => {
            event["recurringEventId"] = format!("abcdefghijklmnop{:010}", n - 1).into();
            event["originalStartTime"] = moment(start);
        }
        _ => {}
    }
    event
}
