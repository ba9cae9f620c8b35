//! `/b/{token}`: one booking, to whoever holds its link.

use app::bookings::Detail;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::booking::Status;
use http::StatusCode;

use crate::errors::{Failure, Problem};
use crate::i18n::{Key, Words, key};
use crate::pages::organization;
use crate::parts::freshness::booked_note;
use crate::parts::notice::{Notice, Tone};
use crate::parts::occasion::Occasion;
use crate::parts::status::{Phase, StatusView};
use crate::parts::sync::CalendarHint;
use crate::request::visitor::Visitor;
use crate::shell::Shell;
use crate::state::WebState;
use crate::urls;

pub(crate) mod cancel;
pub(crate) mod reschedule;

#[derive(Template)]
#[template(path = "b.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) notice: Option<Notice>,
    pub(crate) heading: String,
    pub(crate) service: String,
    pub(crate) status: StatusView,
    pub(crate) occasion: Occasion,
    pub(crate) attendee: String,
    /// Address and telephone number.
    pub(crate) contact: Vec<String>,
    pub(crate) notes: Option<String>,
    pub(crate) calendar: Option<CalendarHint>,
    /// Why nothing can be changed any more.
    pub(crate) explanation: Option<String>,
    /// That it is not certain yet, and what follows.
    pub(crate) unverified: Option<String>,
    pub(crate) is_open: bool,
    pub(crate) href: String,
    pub(crate) again_href: String,
}

/// What the page is called in each phase, and why nothing can be changed in it.
pub(crate) const fn phase_words(phase: Phase) -> (Key, Option<Key>) {
    match phase {
        Phase::Ahead => (key("booking-heading"), None),
        Phase::Begun => (key("booking-begun"), Some(key("booking-begun-help"))),
        Phase::Over => (key("booking-over"), Some(key("booking-over-help"))),
        Phase::Cancelled => (
            key("booking-cancelled"),
            Some(key("booking-cancelled-help")),
        ),
    }
}

/// What has just been done, as the address says.
fn done(words: Words, visitor: &Visitor, detail: &Detail) -> Option<Notice> {
    let said = |name| visitor.query.given(name).is_some();
    let is_unverified = detail.booking.status == Status::Unverified;
    let (heading, text) = match () {
        // That it is not certain yet is said below, as long as it is so.
        () if said("new") && is_unverified => {
            (key("booked-unverified"), key("booked-unverified-help"))
        }
        () if said("new") => (key("booked-heading"), key("booked-help")),
        () if said("moved") => (key("moved-heading"), key("moved-help")),
        () => return None,
    };
    let mut lines = vec![words.say(text)];
    if let Some(known) = visitor.query.given("known") {
        let zone = &detail.booking.attendee.zone;
        lines.push(booked_note(words, known, zone));
    }
    Some(Notice {
        tone: Tone::Good,
        heading: words.say(heading),
        lines,
    })
}

/// The booking of a token.
pub(crate) async fn find(
    state: &WebState,
    visitor: &Visitor,
    token: &str,
) -> Result<Detail, Failure> {
    app::bookings::by_token(&state.app, token)
        .await
        .map_err(|e| state.failed(visitor, &e))?
        .ok_or_else(|| visitor.failure(Problem::UnknownBooking))
}

/// `GET /b/{token}`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let detail = find(&state, &visitor, &token).await?;
    let page = page(&state, &visitor, &detail, &token);
    state.show(&visitor, StatusCode::OK, &page)
}

fn page(state: &WebState, visitor: &Visitor, detail: &Detail, token: &str) -> Page {
    let (booking, event_type) = (&detail.booking, &detail.event_type);
    let attendee = &booking.attendee;
    let words = visitor.words(attendee.locale);
    let now = state.app.now();
    let phase = Phase::of(booking, now);
    let is_open = phase == Phase::Ahead;
    let (heading, explanation) = phase_words(phase);
    let heading = words.say(heading);
    let contact = [&attendee.email, &attendee.phone];
    let slug = &detail.organization.slug;
    let header = organization::header(&detail.organization);
    Page {
        shell: Shell::new(visitor, words, &heading, header),
        notice: done(words, visitor, detail).filter(|_| is_open),
        heading,
        service: event_type.name.clone(),
        status: StatusView::new(words, booking, now),
        occasion: Occasion::new(words, booking.time, &attendee.zone, &detail.host_name),
        attendee: attendee.name.clone(),
        contact: contact.into_iter().flatten().cloned().collect(),
        notes: attendee.notes.clone(),
        calendar: CalendarHint::new(words, detail.sync.state).filter(|_| is_open),
        explanation: explanation.map(|key| words.say(key)),
        unverified: (is_open && booking.status == Status::Unverified)
            .then(|| words.say("booking-unverified-help")),
        is_open,
        href: urls::booking(token),
        again_href: urls::event_type(slug, &event_type.slug),
    }
}
