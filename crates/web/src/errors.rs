//! What goes wrong, as pages: the same layout, a sentence, and a way on.

use std::error::Error;

use askama::Template;
use axum::response::{Html, IntoResponse, Redirect, Response};
use domain::{Instant, Locale};
use http::StatusCode;

use crate::i18n::{Key, key};
use crate::request::visitor::Visitor;
use crate::shell::{Header, Shell};

/// Why a page cannot be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is no such page.
    NotFound,
    /// There is no booking behind this link.
    UnknownBooking,
    /// The form came from elsewhere, or from a page of a session that has ended.
    Forbidden,
    /// The page does not take this method.
    MethodNotAllowed,
    /// The form is larger than any of ours.
    TooLarge,
    /// The form cannot be read.
    BadRequest,
    /// The start in the address cannot be read.
    BadStart {
        /// Where one is chosen.
        times_href: String,
    },
    /// Our fault; the log has the cause under this reference.
    Internal {
        /// What a person can quote.
        reference: String,
    },
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownBooking => StatusCode::NOT_FOUND,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::BadRequest | Self::BadStart { .. } => StatusCode::BAD_REQUEST,
            Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(&self) -> (Key, Key) {
        match self {
            Self::NotFound => (key("error-not-found"), key("error-not-found-help")),
            Self::UnknownBooking => (
                key("error-unknown-booking"),
                key("error-unknown-booking-help"),
            ),
            Self::Forbidden => (key("error-forbidden"), key("error-forbidden-help")),
            Self::MethodNotAllowed => (key("error-method"), key("error-method-help")),
            Self::TooLarge => (key("error-too-large"), key("error-too-large-help")),
            Self::BadRequest => (key("error-bad-request"), key("error-bad-request-help")),
            Self::BadStart { .. } => (key("book-bad-start"), key("book-bad-start-help")),
            Self::Internal { .. } => (key("error-internal"), key("error-internal-help")),
        }
    }
}

/// A handler's way out: another page, or the page of a [`Problem`].
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Kind>);

#[derive(Clone, Debug)]
enum Kind {
    Problem(Visitor, Problem),
    GoTo(String),
}

impl Failure {
    /// Shows `problem` to `visitor`.
    pub(crate) fn new(visitor: Visitor, problem: Problem) -> Self {
        Self(Box::new(Kind::Problem(visitor, problem)))
    }

    /// Sends the browser to `href`, with GET.
    pub(crate) fn go_to(href: &str) -> Self {
        Self(Box::new(Kind::GoTo(href.to_owned())))
    }

    /// Logs `error` under a new reference, which is all the visitor gets to see.
    pub(crate) fn internal(visitor: &Visitor, now: Instant, error: &(dyn Error + 'static)) -> Self {
        let reference = reference(now);
        let mut causes = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        let (cause, path) = (causes.join(": "), &visitor.path);
        tracing::error!(reference, cause, "a page could not be shown");
        tracing::debug!(reference, path, "the page that could not be shown");
        visitor.failure(Problem::Internal { reference })
    }
}

/// Microseconds of the moment, short enough to read out over the telephone.
fn reference(now: Instant) -> String {
    // Without vowels and look-alikes: it spells nothing, and nobody mistakes 0 for O.
    const ALPHABET: &[u8; 28] = b"23456789BCDFGHJKLMNPQRSTVWXZ";
    let mut rest = now.as_micros().unsigned_abs();
    let mut letters = String::new();
    for place in 0..8 {
        if place == 4 {
            letters.push('-');
        }
        let index = usize::try_from(rest % 28).unwrap_or_default();
        letters.push(char::from(ALPHABET[index]));
        rest /= 28;
    }
    letters
}

/// The page of a problem.
#[derive(Template)]
#[template(path = "error.html")]
pub(crate) struct ErrorPage {
    pub(crate) shell: Shell,
    pub(crate) status: u16,
    pub(crate) heading: String,
    pub(crate) help: String,
    pub(crate) reference: Option<String>,
    /// The button: where it leads, and what it says.
    pub(crate) way_on: (String, String),
}

impl ErrorPage {
    /// The page that explains `problem`.
    pub(crate) fn new(visitor: &Visitor, problem: &Problem) -> Self {
        let words = visitor.words(Locale::default());
        let (heading, help) = problem.words();
        let heading = words.say(heading);
        Self {
            shell: Shell::new(visitor, words, &heading, Header::Product),
            status: problem.status().as_u16(),
            help: words.say(help),
            heading,
            reference: match problem {
                Problem::Internal { reference } => Some(reference.clone()),
                _ => None,
            },
            way_on: match problem {
                Problem::BadStart { times_href } => {
                    (times_href.clone(), words.say("book-see-times"))
                }
                _ => ("/".to_owned(), words.say("error-home")),
            },
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        match *self.0 {
            Kind::GoTo(href) => Redirect::to(&href).into_response(),
            Kind::Problem(visitor, problem) => {
                let page = ErrorPage::new(&visitor, &problem);
                match page.render() {
                    Ok(html) => (problem.status(), Html(html)).into_response(),
                    Err(error) => {
                        tracing::error!(%error, "the error page could not be shown");
                        problem.status().into_response()
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_short_and_differs_by_the_moment() {
        let (a, b) = (
            Instant::from_micros(1_764_000_000_000_000),
            Instant::from_micros(1_764_000_000_000_001),
        );
        assert_eq!(reference(a).len(), 9);
        assert_ne!(reference(a), reference(b));
    }
}
