//! Addresses of our own pages, built in one place.

use domain::{BookingId, Instant};
use url::form_urlencoded;

/// The services of an organization.
pub(crate) fn organization(slug: &str) -> String {
    format!("/{slug}")
}

/// The calendar of an event type.
pub(crate) fn event_type(organization: &str, event_type: &str) -> String {
    format!("/{organization}/{event_type}")
}

/// The form that books one of its starts.
pub(crate) fn book(organization: &str, event_type: &str) -> String {
    format!("/{organization}/{event_type}/book")
}

/// A booking, to whoever holds its token.
pub(crate) fn booking(token: &str) -> String {
    format!("/b/{token}")
}

/// A booking, to the organization.
pub(crate) fn admin_booking(id: BookingId) -> String {
    format!("/admin/bookings/{id}")
}

/// `path` with a query.
pub(crate) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    if pairs.is_empty() {
        return path.to_owned();
    }
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs);
    format!("{path}?{}", query.finish())
}

/// `path` with a start to choose, in UTC, and the zone it was chosen in.
pub(crate) fn with_start(path: &str, start: Instant, zone: &str) -> String {
    with_query(path, &[("start", &start.to_string()), ("tz", zone)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_encoded() {
        let start = Instant::parse("2026-11-24T10:00:00+01:00").unwrap();
        assert_eq!(
            with_start("/a/b/book", start, "Europe/Madrid"),
            "/a/b/book?start=2026-11-24T09%3A00%3A00Z&tz=Europe%2FMadrid"
        );
        assert_eq!(with_query("/a", &[]), "/a");
    }
}
