//! `GET /api/v1/organizations/{org}/event-types/{slug}/slots`: when it can be booked.

use app::availability::{self, SlotsError};
use app::freshness::{Known, StaleReason};
use axum::Json;
use axum::extract::State;
use domain::{CalendarId, Instant, Interval, Zone};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ApiState;
use crate::auth::{self, MaybeBearer, Viewer};
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::{PathOf, QueryOf, is_slug};
use crate::v1::Slot;

impl From<SlotsError> for Problem {
    fn from(error: SlotsError) -> Self {
        match error {
            SlotsError::Unknown => Self::no_event_type(),
            SlotsError::BadWindow => {
                let fields = vec![FieldProblem::new("to", &error)];
                Self::invalid("invalid_window", error.to_string(), fields)
            }
            SlotsError::Store(error) => Self::store(&error),
        }
    }
}

/// Which slots: see the document below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SlotsQuery {
    from: Option<String>,
    to: Option<String>,
    time_zone: Option<String>,
}

impl SlotsQuery {
    /// The window asked for, and the zone to answer in.
    fn check(&self) -> Result<(Interval, Zone), Problem> {
        let mut wrong = Vec::new();
        let zone = self.time_zone.as_deref().filter(|name| !name.is_empty());
        let zone = zone.map_or(Ok(Zone::utc()), Zone::parse);
        let zone = zone.unwrap_or_else(|unknown| {
            wrong.push(FieldProblem::new("time_zone", unknown));
            Zone::utc()
        });
        let [start, end] = [("from", &self.from), ("to", &self.to)].map(|(name, text)| {
            let moment = moment(text.as_deref().unwrap_or_default(), &zone);
            if moment.is_none() {
                wrong.push(FieldProblem::new(name, NOT_A_MOMENT));
            }
            moment
        });
        match (start, end) {
            (Some(start), Some(end)) if wrong.is_empty() => Ok((Interval { start, end }, zone)),
            _ => Err(Problem::invalid_fields("invalid_parameters", wrong)),
        }
    }
}

const NOT_A_MOMENT: &str =
    "give a time such as 2026-11-23T09:00:00Z or a date such as 2026-11-23, years 1970 to 2199";

/// The instant of an RFC 3339 text, or the first of a date in `zone`.
fn moment(text: &str, zone: &Zone) -> Option<Instant> {
    let text = text.trim();
    if text.len() == "2026-11-23".len() {
        let date: Date = text.parse().ok()?;
        let is_near = (1970..2200).contains(&date.year());
        return is_near.then(|| zone.start_of_day(date));
    }
    let parsed = Instant::parse(text).ok();
    // A plus sign sent as it is reads as a blank in a query: +01:00 arrives as " 01:00".
    parsed.or_else(|| {
        let (before, offset) = text.rsplit_once(' ')?;
        Instant::parse(&format!("{before}+{offset}")).ok()
    })
}

/// What can be booked.
#[derive(Serialize, ToSchema)]
pub(crate) struct SlotsAnswer {
    /// Ascending. They may overlap each other; each can be had as long as nobody books first.
    slots: Vec<Slot>,
    /// How fresh what is known of each calendar is that takes the time of one of the hosts.
    as_of: Vec<AsOf>,
}

/// How fresh what is known of one calendar is.
#[derive(Serialize, ToSchema)]
pub(crate) struct AsOf {
    /// Which, by an id of ours: who asks without a key learns nothing of whose it is.
    #[schema(example = "019aa0f2-6b7c-7d3e-9f00-2b1c5d4e6f70")]
    calendar: String,
    /// Everything that was in it then is counted. `null` when it was never read.
    #[schema(example = "2026-11-23T09:00:00Z")]
    at: Option<String>,
    /// Whether that is longer ago than the organization wants: what is offered may be taken in it.
    stale: bool,
    /// Why, where it is stale: `never_read` or `not_read`. With the organization's key also `connection` (it
    /// needs somebody) and `failing` (the last tries failed).
    #[schema(required = true)]
    reason: Option<&'static str>,
    /// Its name: with the organization's key only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    name: Option<String>,
}

impl AsOf {
    /// What is known of a calendar, as far as `viewer` may know it.
    fn new(calendar: CalendarId, known: Known, viewer: Viewer) -> Self {
        let reason = match (known.stale, viewer) {
            (Some(reason), Viewer::Organization) => Some(reason),
            // How a connection stands is nobody else's business.
            (Some(_), Viewer::Attendee) if known.as_of.is_none() => Some(StaleReason::NeverRead),
            (Some(_), Viewer::Attendee) => Some(StaleReason::NotRead),
            (None, _) => None,
        };
        Self {
            calendar: calendar.to_string(),
            at: known.as_of.map(|at| at.to_string()),
            stale: known.stale.is_some(),
            reason: reason.map(StaleReason::as_str),
            name: (viewer == Viewer::Organization).then_some(known.name),
        }
    }
}

/// When can it be booked?
///
/// Starts between `from` and `to` that keep every rule of the event type and are free. A slot is not
/// held: somebody may book it before you do.
#[utoipa::path(
    get, path = "/api/v1/organizations/{org}/event-types/{slug}/slots", tag = "slots",
    operation_id = "list_slots",
    params(
        ("org" = String, Path, description = "The organization's slug."),
        ("slug" = String, Path, description = "The event type's slug."),
        ("from" = String, Query, example = "2026-11-23",
            description = "The earliest start wanted: an RFC 3339 time with an offset, or a date, which \
                is read in `time_zone`."),
        ("to" = String, Query, example = "2026-11-30",
            description = "Starts before this are answered, those at it are not. In the same forms, at \
                most 62 days after `from`."),
        ("time_zone" = Option<String>, Query, example = "Europe/Madrid",
            description = "An IANA zone name: dates are read in it, and the answer has its offsets. UTC \
                when left out."),
    ),
    security((), ("api_key" = [])),
    responses(
        (status = 200, body = SlotsAnswer, description = "The slots, ascending."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_query`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "A key was sent and is unknown: `invalid_token`, `unauthorized`"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json",
            description = "`wrong_organization`"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json",
            description = "`event_type_not_found`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_parameters` with `fields`, `invalid_window`"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    PathOf((org, slug)): PathOf<(String, String)>,
    MaybeBearer(bearer): MaybeBearer,
    QueryOf(query): QueryOf<SlotsQuery>,
) -> Result<Json<SlotsAnswer>, Problem> {
    let viewer = match &bearer {
        Some(bearer) => {
            auth::organization_of(&state.app, bearer, &org, Problem::no_event_type).await?;
            Viewer::Organization
        }
        None => Viewer::Attendee,
    };
    let (window, zone) = query.check()?;
    if !is_slug(&org) || !is_slug(&slug) {
        return Err(Problem::no_event_type());
    }
    let found = availability::slots(&state.app, &org, &slug, window).await?;
    Ok(Json(SlotsAnswer {
        slots: found.slots.iter().map(|s| Slot::new(s, &zone)).collect(),
        as_of: found
            .calendars
            .into_iter()
            .map(|(calendar, known)| AsOf::new(calendar, known, viewer))
            .collect(),
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::harness::{Answer, Ask, harness};

    fn ask(event_type: &str, query: &str) -> Ask {
        let path = format!("/api/v1/organizations/tutoring/event-types/{event_type}/slots?{query}");
        Ask::get(&path)
    }

    fn starts(answer: &Answer) -> Vec<&str> {
        let slots = answer.body["slots"].as_array().unwrap();
        slots.iter().map(|s| s["start"].as_str().unwrap()).collect()
    }

    #[test]
    fn a_day_is_answered_in_the_zone_asked_for() {
        let harness = harness();
        let answer = harness.call(ask(
            "maths",
            "from=2026-11-24&to=2026-11-25&time_zone=Europe/Madrid",
        ));
        let first =
            json!({ "start": "2026-11-24T09:00:00+01:00", "end": "2026-11-24T10:00:00+01:00" });
        assert_eq!(answer.body["slots"][0], first);
        assert_eq!(answer.body["as_of"], json!([]));
        assert_eq!(starts(&answer).last(), Some(&"2026-11-24T18:00:00+01:00"));
        assert_eq!(starts(&answer).len(), 14);
    }

    /// scenario G2: the same instants whoever asks; only where days begin and how times are written
    /// depends on the zone.
    #[test]
    fn the_same_slots_are_written_in_every_zone() {
        let harness = harness();
        let window = "from=2026-11-24T08:00:00Z&to=2026-11-24T09:00:00Z";
        for (zone, expected) in [
            ("", ["2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z"]),
            (
                "&time_zone=",
                ["2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z"],
            ),
            (
                "&time_zone=UTC",
                ["2026-11-24T08:00:00Z", "2026-11-24T08:30:00Z"],
            ),
            (
                "&time_zone=Asia/Kathmandu",
                ["2026-11-24T13:45:00+05:45", "2026-11-24T14:15:00+05:45"],
            ),
        ] {
            let answer = harness.call(ask("maths", &format!("{window}{zone}")));
            assert_eq!(starts(&answer), expected, "{zone}");
        }
    }

    /// scenario G2: a day begins when it begins in the zone asked for.
    #[test]
    fn a_date_is_a_day_of_the_zone_asked_for() {
        let harness = harness();
        for (zone, first) in [
            ("UTC", "2026-11-25T08:00:00Z"),
            ("Pacific/Auckland", "2026-11-25T00:00:00+13:00"),
            ("America/Los_Angeles", "2026-11-25T00:00:00-08:00"),
        ] {
            let query = format!("from=2026-11-25&to=2026-11-26&time_zone={zone}");
            let answer = harness.call(ask("maths", &query));
            assert_eq!(starts(&answer)[0], first, "{zone}");
        }
    }

    #[test]
    fn from_is_inside_and_to_is_not() {
        let harness = harness();
        for (from, to, count) in [
            ("2026-11-24T08:00:00Z", "2026-11-24T08:00:00Z", 0),
            ("2026-11-24T08:00:00Z", "2026-11-24T08:00:01Z", 1),
            ("2026-11-24T08:00:01Z", "2026-11-24T08:30:00Z", 0),
            ("2026-11-24T08:00:01Z", "2026-11-24T08:30:01Z", 1),
            // A plus that was not encoded.
            ("2026-11-24T09:00:00+01:00", "2026-11-24T09:30:00+01:00", 1),
            (
                "2026-11-24T09:00:00%2B01:00",
                "2026-11-24T09:30:00%2B01:00",
                1,
            ),
        ] {
            let answer = harness.call(ask("maths", &format!("from={from}&to={to}")));
            assert_eq!(starts(&answer).len(), count, "{from} {to}");
        }
    }

    #[test]
    fn what_is_booked_is_no_longer_offered() {
        let harness = harness();
        harness.book("maths", "2026-11-24T09:00:00Z");
        let query = "from=2026-11-24T08:00:00Z&to=2026-11-24T10:30:00Z";
        let maths = harness.call(ask("maths", query));
        assert_eq!(
            starts(&maths),
            ["2026-11-24T08:00:00Z", "2026-11-24T10:00:00Z"]
        );
        let exam = harness.call(ask("maths-exam", query));
        assert_eq!(starts(&exam), ["2026-11-24T10:00:00Z"]);
    }

    #[test]
    fn a_window_that_cannot_be_had_is_refused() {
        let harness = harness();
        for (query, status, code, field) in [
            ("", 422, "invalid_parameters", "from"),
            ("to=2026-11-24", 422, "invalid_parameters", "from"),
            ("from=2026-11-24", 422, "invalid_parameters", "to"),
            ("from=&to=2026-11-24", 422, "invalid_parameters", "from"),
            (
                "from=tomorrow&to=2026-11-24",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=2026-02-30&to=2026-11-24",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=2026-11-24T09:00:00&to=2026-11-25",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=1969-12-31&to=2026-11-24",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=2026-11-24&to=2200-01-01",
                422,
                "invalid_parameters",
                "to",
            ),
            (
                "from=-009999-01&to=2026-11-24",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=%F0%9F%98%80%F0%9F%98%80ab&to=2026-11-24",
                422,
                "invalid_parameters",
                "from",
            ),
            (
                "from=2026-11-24&to=2026-11-25&time_zone=CET",
                422,
                "invalid_parameters",
                "time_zone",
            ),
            ("from=2026-11-24&to=2026-11-23", 422, "invalid_window", "to"),
            ("from=2026-11-24&to=2027-01-26", 422, "invalid_window", "to"),
            ("from=1970-01-01&to=2199-12-31", 422, "invalid_window", "to"),
            (
                "from=2026-11-24&to=2026-11-25&timezone=UTC",
                400,
                "invalid_query",
                "",
            ),
            (
                "from=2026-11-24&from=2026-11-24&to=2026-11-25",
                400,
                "invalid_query",
                "",
            ),
        ] {
            let answer = harness.call(ask("maths", query));
            assert_eq!(
                (answer.status.as_u16(), answer.code()),
                (status, code),
                "{query}"
            );
            let named = answer.body["fields"][0]["field"]
                .as_str()
                .unwrap_or_default();
            assert_eq!(named, field, "{query}");
        }
        let most = harness.call(ask("maths", "from=2026-11-24&to=2027-01-25"));
        assert_eq!(most.status, 200);
    }

    #[test]
    fn every_wrong_parameter_is_named_at_once() {
        let answer = harness().call(ask("maths", "from=a&to=b&time_zone=c"));
        let fields = answer.body["fields"].as_array().unwrap();
        let names: Vec<_> = fields
            .iter()
            .map(|f| f["field"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["time_zone", "from", "to"]);
    }

    #[test]
    fn an_unknown_event_type_is_a_problem() {
        let harness = harness();
        for event_type in ["nothing", "MATHS", "%00", "elsewhere-only"] {
            let answer = harness.call(ask(event_type, "from=2026-11-24&to=2026-11-25"));
            let found = (answer.status.as_u16(), answer.code());
            assert_eq!(found, (404, "event_type_not_found"), "{event_type}");
        }
    }

    /// scenario F3: which calendar could not be read and how old its data is; its name is for those whose it
    /// is.
    #[test]
    fn a_calendar_that_could_not_be_read_is_told_and_named_to_its_own() {
        let harness = harness();
        harness.connect();
        harness.block_all();
        let window = "from=2026-11-24&to=2026-11-25";
        let told = harness.call(ask("maths", window)).body;
        let calendar = told["as_of"][0]["calendar"].clone();
        let expected = json!({
            "calendar": calendar, "at": null, "stale": true, "reason": "never_read",
        });
        assert_eq!(told["as_of"], json!([expected]));
        let told = harness.call(ask("maths", window).bearer(&harness.key)).body;
        assert_eq!(told["as_of"][0]["name"], "Lessons");
        harness.calendar_is_read();
        let told = harness.call(ask("maths", window)).body;
        assert_eq!(told["as_of"][0]["stale"], false);
        assert_eq!(told["as_of"][0]["reason"], json!(null));
        let foreign = ask("maths", window).bearer(&harness.foreign_key);
        assert_eq!(harness.call(foreign).status.as_u16(), 403);
    }
}
