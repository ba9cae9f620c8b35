//! `/b/{token}/cancel`: asks first. Opening a link never cancels anything: mail scanners open links.

use app::bookings::{self, CancelError, CancelInput, Detail};
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::booking::Cause;
use domain::text::BadText;
use http::StatusCode;

use crate::errors::{Failure, Problem};
use crate::i18n::Words;
use crate::pages::organization;
use crate::parts::occasion::Occasion;
use crate::parts::status::Phase;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::Shell;
use crate::state::WebState;
use crate::urls;

#[derive(Template)]
#[template(path = "b/cancel.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) service: String,
    pub(crate) occasion: Occasion,
    pub(crate) href: String,
    pub(crate) reason: String,
    pub(crate) problem: Option<String>,
}

/// What is wrong with a reason, in words.
pub(crate) fn reason_problem(words: Words, bad: BadText) -> String {
    match bad {
        BadText::TooLong(max) => {
            let max = u64::try_from(max).unwrap_or(u64::MAX);
            words.count("problem-too-long", max, &[])
        }
        BadText::Empty | BadText::Form(_) => words.say("problem-text"),
    }
}

fn page(visitor: &Visitor, detail: &Detail, token: &str) -> Page {
    let attendee = &detail.booking.attendee;
    let words = visitor.words(attendee.locale);
    let host = &detail.host_name;
    let header = organization::header(&detail.organization);
    Page {
        shell: Shell::new(visitor, words, &words.say("cancel-heading"), header),
        service: detail.event_type.name.clone(),
        occasion: Occasion::new(words, detail.booking.time, &attendee.zone, host),
        href: urls::booking(token),
        reason: String::new(),
        problem: None,
    }
}

/// `GET /b/{token}/cancel`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
) -> Result<Response, Failure> {
    let detail = super::find(&state, &visitor, &token).await?;
    if Phase::of(&detail.booking, state.app.now()) != Phase::Ahead {
        return Err(Failure::go_to(&urls::booking(&token)));
    }
    let page = page(&visitor, &detail, &token);
    state.show(&visitor, StatusCode::OK, &page)
}

/// The attendee's own seat; of a booking for one that is the booking.
fn leaving(detail: &Detail, reason: &str) -> CancelInput {
    CancelInput {
        booking: detail.booking.id,
        seat: detail.seat.as_ref().map(|seat| seat.id),
        reason: reason.to_owned(),
        version: None,
        cause: Cause::Attendee,
    }
}

/// `POST /b/{token}/cancel`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(token): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    let detail = super::find(&state, &visitor, &token).await?;
    let reason = typed.get("reason");
    match bookings::cancel(&state.app, leaving(&detail, reason)).await {
        // Whether it has just been cancelled or cannot be: the booking's page says which.
        Ok(_) | Err(CancelError::NotOpen(_)) => {
            Ok(Redirect::to(&urls::booking(&token)).into_response())
        }
        Err(CancelError::BadReason(bad)) => {
            let mut page = page(&visitor, &detail, &token);
            reason.clone_into(&mut page.reason);
            page.problem = Some(reason_problem(page.shell.words, bad));
            state.show(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(CancelError::NotFound) => Err(visitor.failure(Problem::UnknownBooking)),
        Err(error @ (CancelError::Changed | CancelError::Store(_))) => {
            Err(state.failed(&visitor, &error))
        }
    }
}
