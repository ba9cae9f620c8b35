//! `GET /api/v1/bookings`: an organization's bookings, a page at a time.

use app::bookings::{self, Filter, ListError, PAGE_MAX};
use axum::Json;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Booking;
use crate::ApiState;
use crate::auth::{self, Bearer, Viewer};
use crate::problem::{FieldProblem, Problem, ProblemBody};
use crate::request::QueryOf;

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Cursor(bad) => {
                let fields = vec![FieldProblem::new("cursor", bad)];
                Self::invalid_fields("invalid_parameters", fields)
            }
            ListError::Store(error) => Self::store(&error),
        }
    }
}

/// Bookings on a page unless asked for otherwise.
const PAGE: usize = 50;

/// Which bookings: see the document below.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BookingsQuery {
    when: Option<String>,
    limit: Option<String>,
    cursor: Option<String>,
}

impl BookingsQuery {
    fn check(&self) -> Result<(Filter, usize), Problem> {
        let mut wrong = Vec::new();
        let filter = match self.when.as_deref() {
            None | Some("upcoming") => Filter::Upcoming,
            Some("past") => Filter::Past,
            Some("cancelled") => Filter::Cancelled,
            Some(_) => {
                let problem = "must be upcoming, past or cancelled";
                wrong.push(FieldProblem::new("when", problem));
                Filter::Upcoming
            }
        };
        let limit = self.limit.as_deref().map_or(Some(PAGE), |limit| {
            limit
                .parse()
                .ok()
                .filter(|limit| (1..=PAGE_MAX).contains(limit))
        });
        if limit.is_none() {
            wrong.push(FieldProblem::new("limit", "must be 1 to 100"));
        }
        match limit {
            Some(limit) if wrong.is_empty() => Ok((filter, limit)),
            _ => Err(Problem::invalid_fields("invalid_parameters", wrong)),
        }
    }
}

/// A page of bookings.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookingsAnswer {
    /// In the order of `when`.
    bookings: Vec<Booking>,
    /// The `cursor` of the next page; null on the last.
    #[schema(required = true)]
    next: Option<String>,
}

/// Lists the organization's bookings.
#[utoipa::path(
    get, path = "/api/v1/bookings", tag = "bookings", operation_id = "list_bookings",
    params(
        ("when" = Option<String>, Query, example = "upcoming",
            description = "`upcoming` (confirmed or pending, and not yet over, soonest first; the default), \
                `past` (over, and neither cancelled nor declined, latest first) or `cancelled` \
                (cancelled or declined, latest first)."),
        ("limit" = Option<u8>, Query, minimum = 1, maximum = 100,
            description = "At most this many; 50 when left out."),
        ("cursor" = Option<String>, Query,
            description = "Where to go on: `next` of the page before."),
    ),
    security(("api_key" = [])),
    responses(
        (status = 200, body = BookingsAnswer, description = "A page of bookings."),
        (status = 400, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_query`"),
        (status = 401, body = ProblemBody, content_type = "application/problem+json",
            description = "`unauthorized`, `invalid_token`"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json",
            description = "`invalid_parameters` with `fields`"),
    )
)]
pub(crate) async fn list(
    State(state): State<ApiState>,
    bearer: Bearer,
    QueryOf(query): QueryOf<BookingsQuery>,
) -> Result<Json<BookingsAnswer>, Problem> {
    let (filter, limit) = query.check()?;
    let organization = auth::organization(&state.app, &bearer).await?;
    let cursor = query.cursor.as_deref();
    let page = bookings::list(&state.app, organization, filter, cursor, limit).await?;
    let items = page.items.into_iter();
    Ok(Json(BookingsAnswer {
        bookings: items
            .map(|detail| Booking::new(detail, Viewer::Organization))
            .collect(),
        next: page.next,
    }))
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use crate::harness::{Ask, Harness, harness};

    fn ids(harness: &Harness, query: &str) -> Vec<String> {
        let path = format!("/api/v1/bookings?{query}");
        let answer = harness.call(Ask::get(&path).bearer(&harness.key));
        let bookings = answer.body["bookings"].as_array().unwrap();
        bookings
            .iter()
            .map(|b| b["id"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn bookings_are_listed_by_what_became_of_them() {
        let harness = harness();
        let later = harness.book("maths", "2026-11-25T09:00:00Z").id;
        let sooner = harness.book("maths", "2026-11-24T09:00:00Z").id;
        let cancelled = harness.book("maths", "2026-11-24T11:00:00Z");
        harness.cancel(&cancelled);
        assert_eq!(ids(&harness, ""), [sooner.as_str(), &later]);
        assert_eq!(ids(&harness, "when=upcoming&limit=1"), [sooner.as_str()]);
        assert_eq!(ids(&harness, "when=cancelled"), [cancelled.id.as_str()]);
        assert_eq!(ids(&harness, "when=past"), [""; 0]);
        harness.clock.advance(SignedDuration::from_hours(30));
        assert_eq!(ids(&harness, "when=past"), [sooner.as_str()]);
        assert_eq!(ids(&harness, "when=upcoming"), [later.as_str()]);
    }

    #[test]
    fn another_organization_sees_none_of_it() {
        let harness = harness();
        harness.book("maths", "2026-11-25T09:00:00Z");
        let answer = harness.call(Ask::get("/api/v1/bookings").bearer(&harness.foreign_key));
        assert_eq!(answer.body["bookings"].as_array().unwrap().len(), 0);
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repeat() {
        let harness = harness();
        let made: Vec<_> = ["08:00", "09:00", "10:00", "11:00", "14:00"]
            .iter()
            .map(|time| harness.book("maths", &format!("2026-11-24T{time}:00Z")).id)
            .collect();
        let (mut seen, mut query, mut pages) = (Vec::new(), "limit=2".to_owned(), 0);
        loop {
            let path = format!("/api/v1/bookings?{query}");
            let page = harness.call(Ask::get(&path).bearer(&harness.key)).body;
            let bookings = page["bookings"].as_array().unwrap();
            seen.extend(
                bookings
                    .iter()
                    .map(|b| b["id"].as_str().unwrap().to_owned()),
            );
            pages += 1;
            let Some(next) = page["next"].as_str() else {
                break;
            };
            query = format!("limit=2&cursor={next}");
        }
        assert_eq!((seen, pages), (made, 3));
    }

    #[test]
    fn a_page_that_cannot_be_is_refused() {
        let harness = harness();
        for (query, status, field) in [
            ("when=tomorrow", 422, "when"),
            ("when=", 422, "when"),
            ("limit=0", 422, "limit"),
            ("limit=101", 422, "limit"),
            ("limit=-1", 422, "limit"),
            ("limit=99999999999999999999", 422, "limit"),
            ("limit=x", 422, "limit"),
            ("cursor=x", 422, "cursor"),
            ("cursor=", 422, "cursor"),
            ("cursor=1_2", 422, "cursor"),
            (
                "cursor=9999999999999999999999_00000000000000000000000000000000",
                422,
                "cursor",
            ),
            ("page=2", 400, ""),
        ] {
            let path = format!("/api/v1/bookings?{query}");
            let answer = harness.call(Ask::get(&path).bearer(&harness.key));
            assert_eq!(answer.status, status, "{query}");
            let named = answer.body["fields"][0]["field"]
                .as_str()
                .unwrap_or_default();
            assert_eq!(named, field, "{query}");
        }
        let extreme = "cursor=9223372036854775807_ffffffffffffffffffffffffffffffff";
        assert_eq!(ids(&harness, extreme), [""; 0]);
    }
}
