//! `/admin/bookings`: what is booked, by day, with the state of each calendar event.

use app::bookings::{Detail, Filter, ListError};
use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::{Instant, Zone};
use http::StatusCode;

use crate::dates;
use crate::errors::Failure;
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::parts::status::StatusView;
use crate::parts::sync::SyncView;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

pub(crate) mod booking;
pub(crate) mod new;

/// Bookings on one page: a few days of a busy organization.
const PAGE_SIZE: usize = 25;

#[derive(Template)]
#[template(path = "admin/bookings.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) zone: String,
    pub(crate) tabs: Vec<TabLink>,
    pub(crate) days: Vec<DayView>,
    pub(crate) empty_heading: Key,
    pub(crate) public_href: String,
    pub(crate) public_url: String,
    pub(crate) first_href: Option<String>,
    pub(crate) next_href: Option<String>,
}

pub(crate) struct TabLink {
    pub(crate) href: String,
    pub(crate) label: Key,
    pub(crate) is_current: bool,
}

/// The bookings of one day.
pub(crate) struct DayView {
    pub(crate) heading: String,
    pub(crate) rows: Vec<Row>,
}

/// A booking in the list.
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) href: String,
    pub(crate) start: String,
    pub(crate) hours: String,
    pub(crate) attendee: String,
    pub(crate) service: String,
    pub(crate) host: String,
    pub(crate) status: StatusView,
    pub(crate) sync: SyncView,
}

/// A view of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What is ahead.
    #[default]
    Upcoming,
    /// What has ended.
    Past,
    /// What does not take place.
    Cancelled,
}

impl Tab {
    const ALL: [Self; 3] = [Self::Upcoming, Self::Past, Self::Cancelled];

    const fn name(self) -> &'static str {
        match self {
            Self::Upcoming => "upcoming",
            Self::Past => "past",
            Self::Cancelled => "cancelled",
        }
    }

    const fn filter(self) -> Filter {
        match self {
            Self::Upcoming => Filter::Upcoming,
            Self::Past => Filter::Past,
            Self::Cancelled => Filter::Cancelled,
        }
    }

    const fn label(self) -> Key {
        match self {
            Self::Upcoming => key("bookings-upcoming"),
            Self::Past => key("bookings-past"),
            Self::Cancelled => key("bookings-cancelled"),
        }
    }

    /// What is said when there is nothing in it.
    pub(crate) const fn empty(self) -> Key {
        match self {
            Self::Upcoming => key("bookings-empty-upcoming"),
            Self::Past => key("bookings-empty-past"),
            Self::Cancelled => key("bookings-empty-cancelled"),
        }
    }

    /// The tab of `?when=`; the first for anything else.
    pub(crate) fn of(name: &str) -> Self {
        let named = Self::ALL.into_iter().find(|tab| tab.name() == name);
        named.unwrap_or_default()
    }

    /// The list from its beginning, or from after `cursor`.
    pub(crate) fn href(self, cursor: Option<&str>) -> String {
        let pairs = [("when", self.name()), ("after", cursor.unwrap_or_default())];
        let count = if cursor.is_some() { 2 } else { 1 };
        urls::with_query("/admin/bookings", &pairs[..count])
    }

    /// The tabs as links, `self` being the one shown.
    pub(crate) fn links(self) -> Vec<TabLink> {
        Self::ALL
            .map(|tab| TabLink {
                href: tab.href(None),
                label: tab.label(),
                is_current: tab == self,
            })
            .into()
    }
}

/// `rows`, each with the heading of its day, gathered under one heading where they follow each other.
pub(crate) fn by_day(rows: Vec<(String, Row)>) -> Vec<DayView> {
    let mut days: Vec<DayView> = Vec::new();
    for (heading, row) in rows {
        match days.last_mut() {
            Some(day) if day.heading == heading => day.rows.push(row),
            _ => days.push(DayView {
                heading,
                rows: vec![row],
            }),
        }
    }
    days
}

impl Row {
    /// `detail` as a row, with times in the organization's zone.
    fn new(words: Words, detail: &Detail, now: Instant) -> Self {
        let (booking, zone) = (&detail.booking, &detail.organization.zone);
        Self {
            id: booking.id.to_string(),
            href: urls::admin_booking(booking.id),
            start: booking.time.start.to_string(),
            hours: dates::hours(words, booking.time, zone),
            attendee: booking.attendee.name.clone(),
            service: detail.event_type.name.clone(),
            host: detail.host_name.clone(),
            status: StatusView::new(words, booking, now),
            sync: SyncView::new(words, &detail.sync, now, zone),
        }
    }
}

fn heading(words: Words, start: Instant, zone: &Zone) -> String {
    dates::day(words, start.in_zone(zone).date())
}

/// `GET /admin/bookings`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let tab = Tab::of(visitor.query.get("when"));
    let organization = &signed_in.session.organization;
    let cursor = visitor.query.given("after");
    let list = app::bookings::list(&state.app, organization.id, tab.filter(), cursor, PAGE_SIZE);
    let found = match list.await {
        Ok(found) => found,
        Err(ListError::Cursor(_)) => return Err(Failure::go_to(&tab.href(None))),
        Err(error @ ListError::Store(_)) => return Err(state.failed(&visitor, &error)),
    };
    let (words, now) = (signed_in.words(&visitor), state.app.now());
    let rows = found.items.iter().map(|detail| {
        let day = heading(words, detail.booking.time.start, &organization.zone);
        (day, Row::new(words, detail, now))
    });
    let public_href = urls::organization(&organization.slug);
    let page = Page {
        shell: signed_in.shell(&visitor, &words.say("bookings-heading"), Section::Bookings),
        zone: dates::zone_label(&organization.zone, now),
        tabs: tab.links(),
        days: by_day(rows.collect()),
        empty_heading: tab.empty(),
        public_url: format!("{}{public_href}", state.public_origin()),
        public_href,
        first_href: cursor.map(|_| tab.href(None)),
        next_href: found.next.as_deref().map(|next| tab.href(Some(next))),
    };
    state.show(&visitor, StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_are_named_in_the_address() {
        for (name, expected) in [
            ("upcoming", Tab::Upcoming),
            ("past", Tab::Past),
            ("cancelled", Tab::Cancelled),
            ("", Tab::Upcoming),
            ("<script>", Tab::Upcoming),
        ] {
            assert_eq!(Tab::of(name), expected, "{name}");
        }
        assert_eq!(
            Tab::Past.href(Some("a b&c")),
            "/admin/bookings?when=past&after=a+b%26c"
        );
    }
}
