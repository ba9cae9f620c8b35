//! `/admin`: the organization's own pages, for those who are signed in.
//!
//! Every form here carries the session's synchroniser token, checked by [`SignedIn::check`], besides
//! what `request::csrf` asks of every request.

use app::notices::Attention;
use app::sign_in::Session;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::response::Redirect;
use axum::routing::{get, post};
use http::request::Parts;
use subtle::ConstantTimeEq;

use crate::errors::{Failure, Problem};
use crate::i18n::Words;
use crate::request::cookies::Cookie;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Header, Section, Shell};
use crate::state::WebState;
use crate::urls;

pub(crate) mod bookings;
pub(crate) mod calendar;
pub(crate) mod connection;
pub(crate) mod inbox;
pub(crate) mod sign_in;
pub(crate) mod sign_out;

/// Where one arrives after signing in.
const START: &str = "/admin/bookings";

/// The addresses under `/admin`.
pub(crate) fn routes() -> Router<WebState> {
    use bookings::booking;

    Router::new()
        .route("/admin", get(async || Redirect::to(START)))
        .route("/admin/sign-in", get(sign_in::get).post(sign_in::post))
        .route("/admin/sign-out", post(sign_out::post))
        .route("/admin/bookings", get(bookings::get))
        .route(
            "/admin/bookings/new",
            get(bookings::new::get).post(bookings::new::post),
        )
        .route("/admin/bookings/{id}", get(booking::get))
        .route("/admin/bookings/{id}/approve", post(booking::approve::post))
        .route("/admin/bookings/{id}/decline", post(booking::decline::post))
        .route(
            "/admin/bookings/{id}/reassign",
            post(booking::reassign::post),
        )
        .route("/admin/bookings/{id}/contact", post(booking::contact::post))
        .route("/admin/bookings/{id}/cancel", post(booking::cancel::post))
        .route(
            "/admin/bookings/{id}/reschedule",
            get(booking::reschedule::get).post(booking::reschedule::post),
        )
        .route("/admin/bookings/{id}/retry", post(booking::retry::post))
        .route("/admin/calendar", get(calendar::get))
        .route("/admin/inbox", get(inbox::get))
        .route("/admin/inbox/{id}", post(inbox::post))
        .route(
            "/admin/connection",
            get(connection::get).post(connection::post),
        )
        .route(
            "/admin/connection/calendar",
            get(connection::calendar::get).post(connection::calendar::post),
        )
        .route(
            "/admin/connection/calendar/add",
            post(connection::calendar::add),
        )
        .route(
            "/admin/connection/calendar/remove",
            post(connection::calendar::remove),
        )
        .route(
            "/admin/connection/freshness",
            post(connection::freshness::post),
        )
        .route("/admin/connection/prove", post(connection::prove))
        .route("/admin/connection/sync", post(connection::sync::post))
        .route(
            "/admin/connection/rules",
            get(connection::rules::get).post(connection::rules::post),
        )
        .route(
            "/admin/connection/disconnect",
            get(connection::disconnect::get).post(connection::disconnect::post),
        )
        .route(
            "/admin/connection/service-account",
            post(connection::connect_robot),
        )
}

/// Someone who is signed in. A handler that takes one is out of reach for everybody else.
#[derive(Clone, Debug)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    /// The cookie's value: a secret of this browser.
    pub(crate) token: String,
    /// What of their organization's needs somebody now.
    pub(crate) attention: Attention,
}

impl SignedIn {
    /// Words in their language.
    pub(crate) fn words(&self, visitor: &Visitor) -> Words {
        visitor.words(self.session.organization.locale)
    }

    /// The top of the page, in `here`.
    pub(crate) fn header(&self, here: Section) -> Header {
        let organization = &self.session.organization;
        Header::Admin {
            organization: organization.name.clone(),
            public_href: urls::organization(&organization.slug),
            email: self.session.email.clone(),
            csrf: self.session.csrf.clone(),
            here,
            attention: self.attention,
        }
    }

    /// The shell of a page called `title`, in `here`.
    pub(crate) fn shell(&self, visitor: &Visitor, title: &str, here: Section) -> Shell {
        Shell::new(visitor, self.words(visitor), title, self.header(here))
    }

    /// Refuses a form that does not carry this session's token.
    pub(crate) fn check(&self, visitor: &Visitor, typed: &Fields) -> Result<(), Failure> {
        let (sent, known) = (typed.get("csrf").as_bytes(), self.session.csrf.as_bytes());
        if bool::from(sent.ct_eq(known)) {
            Ok(())
        } else {
            Err(visitor.failure(Problem::Forbidden))
        }
    }
}

impl FromRequestParts<WebState> for SignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &WebState) -> Result<Self, Failure> {
        let visitor = Visitor::of(&parts.extensions);
        let Some(token) = Cookie::Session.read(&parts.headers, state.is_https) else {
            return Err(sign_in_first(&visitor, parts));
        };
        let session = app::sign_in::session(&state.app, &token)
            .await
            .map_err(|e| state.failed(&visitor, &e))?;
        let session = session.ok_or_else(|| sign_in_first(&visitor, parts))?;
        let attention = app::notices::attention(&state.app, session.organization.id)
            .await
            .map_err(|e| state.failed(&visitor, &e))?;
        Ok(Self {
            session,
            token,
            attention,
        })
    }
}

/// To the sign-in page, and from there back to the page asked for, unless that was a form's target.
fn sign_in_first(visitor: &Visitor, parts: &Parts) -> Failure {
    let back = Some(visitor.path.as_str()).filter(|_| parts.method.is_safe());
    let pairs = back.map(|path| ("next", path));
    Failure::go_to(&urls::with_query("/admin/sign-in", pairs.as_slice()))
}

/// The page `next` names, if it is one of the admin pages: a sign-in leads nowhere else.
pub(crate) fn next_page(next: &str) -> &str {
    let is_plain = next
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"/-_".contains(&b));
    let is_admin = next.starts_with("/admin/") && !next.contains("//");
    if is_plain && is_admin { next } else { START }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_leads_to_admin_pages_only() {
        for (next, expected) in [
            ("/admin/connection", "/admin/connection"),
            ("/admin/bookings/0198-a", "/admin/bookings/0198-a"),
            ("", START),
            ("https://evil.example", START),
            ("//evil.example/admin/", START),
            ("/admin//evil.example", START),
            ("/admin/../b", START),
            ("/admin/\\evil.example", START),
            ("/academia", START),
        ] {
            assert_eq!(next_page(next), expected, "{next}");
        }
    }
}
