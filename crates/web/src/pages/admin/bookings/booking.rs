//! `/admin/bookings/{id}`: one booking, its calendar event, and everything that happened to it.

use app::bookings::Detail;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::booking::{Booking, Cause, Status};
use domain::event_type::Assignment;
use domain::{BookingId, Zone};
use http::StatusCode;

use self::history::EntryView;
use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::parts::notice::{Notice, Tone};
use crate::parts::occasion::Occasion;
use crate::parts::status::{Phase, StatusView};
use crate::parts::sync::SyncView;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

pub(crate) mod approve;
mod calls;
pub(crate) mod cancel;
pub(crate) mod contact;
pub(crate) mod decline;
pub(crate) mod history;
pub(crate) mod messages;
pub(crate) mod reassign;
pub(crate) mod reschedule;
pub(crate) mod retry;

use messages::MessageView;

#[derive(Template)]
#[template(path = "admin/bookings/booking.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) notice: Option<Notice>,
    pub(crate) csrf: String,
    pub(crate) href: String,
    pub(crate) service: String,
    pub(crate) attendee: String,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    /// The number as a `tel:` link takes it.
    pub(crate) phone_digits: String,
    /// The time as the attendee reads it, where their zone is another.
    pub(crate) their_time: Option<String>,
    pub(crate) notes: Option<String>,
    /// By whom and why.
    pub(crate) cancelled: Option<String>,
    pub(crate) occasion: Occasion,
    pub(crate) status: StatusView,
    pub(crate) is_forced: bool,
    /// The version this page shows: what is decided on it is refused when there is another by then.
    pub(crate) version: i64,
    pub(crate) can_approve: bool,
    pub(crate) can_decline: bool,
    pub(crate) decline_problem: Option<String>,
    /// The reason, as typed.
    pub(crate) decline_reason: String,
    /// The other hosts it can be given to.
    pub(crate) hosts: Vec<Choice>,
    /// Whether it can be said who it is for: nobody knows yet.
    pub(crate) can_name: bool,
    pub(crate) can_move: bool,
    pub(crate) can_cancel: bool,
    pub(crate) cancel_problem: Option<String>,
    /// The reason, as typed.
    pub(crate) cancel_reason: String,
    pub(crate) sync: SyncView,
    /// What its attendees were and will be told.
    pub(crate) messages: Vec<MessageView>,
    pub(crate) timeline: Vec<EntryView>,
}

/// One of several, in a list to choose from.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    pub(crate) is_chosen: bool,
}

/// The words for who or what caused something.
pub(crate) const fn cause(cause: Cause) -> Key {
    match cause {
        Cause::Attendee => key("cause-attendee"),
        Cause::Api => key("cause-api"),
        Cause::Admin => key("cause-admin"),
        Cause::Calendar => key("cause-calendar"),
    }
}

/// A telephone number as a `tel:` link takes it (RFC 3966): a leading plus and digits.
pub(crate) fn phone_digits(phone: &str) -> String {
    let digits = phone.chars().filter(char::is_ascii_digit);
    let plus = phone.trim_start().starts_with('+').then_some('+');
    plus.into_iter().chain(digits).collect()
}

/// What has just been tried, as the address says (`?result=`).
fn result(words: Words, name: &str) -> Option<Notice> {
    let (tone, heading, help) = match name {
        "cancelled" => (
            Tone::Good,
            key("admin-cancelled"),
            key("admin-cancelled-help"),
        ),
        "moved" => (Tone::Good, key("admin-moved"), key("admin-moved-help")),
        "made" => (Tone::Good, key("admin-made"), key("admin-made-help")),
        "approved" => (
            Tone::Good,
            key("admin-approved"),
            key("admin-approved-help"),
        ),
        "declined" => (
            Tone::Good,
            key("admin-declined"),
            key("admin-declined-help"),
        ),
        "reassigned" => (
            Tone::Good,
            key("admin-reassigned"),
            key("admin-reassigned-help"),
        ),
        "contact" => (Tone::Good, key("admin-contact"), key("admin-contact-help")),
        "contact_bad" => (
            Tone::Bad,
            key("admin-contact-bad"),
            key("admin-contact-bad-help"),
        ),
        "changed" => (Tone::Bad, key("admin-changed"), key("admin-changed-help")),
        "taken" => (Tone::Bad, key("admin-taken"), key("admin-taken-help")),
        "retried" => (Tone::Good, key("inbox-retried"), key("inbox-retried-help")),
        "host_busy" => (
            Tone::Bad,
            key("admin-host-busy"),
            key("admin-host-busy-help"),
        ),
        "not_open" => (Tone::Bad, key("admin-not-open"), key("admin-not-open-help")),
        _ => return None,
    };
    Some(Notice {
        tone,
        heading: words.say(heading),
        lines: vec![words.say(help)],
    })
}

/// The booking of an id, if it is the organization's.
pub(crate) async fn find(
    state: &WebState,
    visitor: &Visitor,
    signed_in: &SignedIn,
    id: &str,
) -> Result<Detail, Failure> {
    let missing = || visitor.failure(Problem::NotFound);
    let id: BookingId = id.parse().map_err(|_| missing())?;
    app::bookings::by_id(&state.app, signed_in.session.organization.id, id)
        .await
        .map_err(|e| state.failed(visitor, &e))?
        .ok_or_else(missing)
}

/// Back to the booking of `id`, which says what became of it.
pub(crate) fn back(id: BookingId, result: &str) -> Response {
    let page = urls::with_query(&urls::admin_booking(id), &[("result", result)]);
    Redirect::to(&page).into_response()
}

/// The version the form was made for.
pub(crate) fn version(typed: &Fields) -> Option<i64> {
    typed.get("version").parse().ok()
}

/// The hosts a booking could be given to: others of its event type, where it has one host.
fn other_hosts(detail: &Detail) -> Vec<Choice> {
    let (booking, event_type) = (&detail.booking, &detail.event_type);
    if event_type.assignment != Assignment::Any || !booking.status.blocks_time() {
        return Vec::new();
    }
    let hosts = event_type.hosts.iter();
    hosts
        .filter(|host| host.id != booking.host_id)
        .map(|host| Choice {
            value: host.id.to_string(),
            label: host.name.clone(),
            is_chosen: false,
        })
        .collect()
}

/// The page of `detail`.
pub(crate) async fn page(
    state: &WebState,
    visitor: &Visitor,
    signed_in: &SignedIn,
    detail: &Detail,
) -> Result<Page, Failure> {
    let entries = app::bookings::timeline(&state.app, detail.booking.id)
        .await
        .map_err(|e| state.failed(visitor, &e))?;
    let messages = app::bookings::messages(&state.app, detail.booking.id)
        .await
        .map_err(|e| state.failed(visitor, &e))?;
    let (words, now) = (signed_in.words(visitor), state.app.now());
    let (booking, zone) = (&detail.booking, &detail.organization.zone);
    let attendee = &booking.attendee;
    let is_request = booking.status == Status::Requested;
    let is_ahead = Phase::of(booking, now) == Phase::Ahead;
    Ok(Page {
        shell: signed_in.shell(visitor, &attendee.name, Section::Bookings),
        notice: result(words, visitor.query.get("result")),
        csrf: signed_in.session.csrf.clone(),
        href: urls::admin_booking(booking.id),
        service: detail.event_type.name.clone(),
        attendee: attendee.name.clone(),
        email: attendee.email.clone(),
        phone: attendee.phone.clone(),
        phone_digits: attendee
            .phone
            .as_deref()
            .map_or_else(String::new, phone_digits),
        their_time: their_time(words, booking, zone),
        notes: attendee.notes.clone(),
        cancelled: cancelled(words, booking),
        occasion: Occasion::new(words, booking.time, zone, &detail.host_name),
        status: StatusView::new(words, booking, now),
        is_forced: booking.forced,
        version: booking.version,
        can_approve: is_request && is_ahead,
        can_decline: is_request,
        decline_problem: None,
        decline_reason: String::new(),
        hosts: if is_ahead {
            other_hosts(detail)
        } else {
            Vec::new()
        },
        can_name: is_ahead && app::bookings::is_nobody(booking),
        can_move: is_ahead,
        can_cancel: booking.status.is_open() && !is_request,
        cancel_problem: None,
        cancel_reason: String::new(),
        sync: SyncView::new(words, &detail.sync, now, zone),
        messages: messages
            .iter()
            .filter_map(|message| MessageView::new(words, message, now, zone))
            .collect(),
        timeline: entries
            .iter()
            .map(|entry| EntryView::new(words, entry, &detail.event_type.hosts, zone))
            .collect(),
    })
}

/// The time as the attendee reads it, where their clock shows another.
fn their_time(words: Words, booking: &Booking, zone: &Zone) -> Option<String> {
    let (theirs, start) = (&booking.attendee.zone, booking.time.start);
    let differs = theirs.offset_seconds(start) != zone.offset_seconds(start);
    differs.then(|| {
        let moment = dates::moment(words, start, theirs);
        format!("{moment}, {}", dates::zone_label(theirs, start))
    })
}

/// By whom it was cancelled, and why.
fn cancelled(words: Words, booking: &Booking) -> Option<String> {
    let cancellation = booking.cancellation.as_ref()?;
    let by = words.say(cause(cancellation.cause));
    Some(match cancellation.reason.as_str() {
        "" => by,
        reason => format!("{by}: {reason}"),
    })
}

/// `GET /admin/bookings/{id}`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
) -> Result<Response, Failure> {
    let detail = find(&state, &visitor, &signed_in, &id).await?;
    let page = page(&state, &visitor, &signed_in, &detail).await?;
    state.show(&visitor, StatusCode::OK, &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_can_be_dialled_however_it_was_written() {
        assert_eq!(phone_digits("+34 (600) 000-000"), "+34600000000");
        assert_eq!(phone_digits("600 00 00"), "6000000");
    }
}
