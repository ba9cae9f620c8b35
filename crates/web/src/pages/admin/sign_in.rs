//! `/admin/sign-in`: who are you? The answer to a wrong password and to an unknown address is the
//! same, so that the page tells nobody who has a login here.

use askama::Template;
use axum::extract::State;
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use domain::Locale;
use http::StatusCode;
use http::header::SET_COOKIE;
use secrecy::{ExposeSecret, SecretString};

use crate::errors::Failure;
use crate::i18n::Words;
use crate::pages::admin::{SignedIn, next_page};
use crate::parts::notice::{Notice, Tone};
use crate::request::cookies::Cookie;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Header, Shell};
use crate::state::WebState;
use crate::urls;

#[derive(Template)]
#[template(path = "admin/sign_in.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) notice: Option<Notice>,
    pub(crate) action: String,
    pub(crate) email: String,
}

fn page(visitor: &Visitor, notice: impl FnOnce(Words) -> Option<Notice>, email: &str) -> Page {
    let words = visitor.words(Locale::default());
    let next = next_page(visitor.query.get("next"));
    Page {
        shell: Shell::new(
            visitor,
            words,
            &words.say("sign-in-heading"),
            Header::Product,
        ),
        notice: notice(words),
        action: urls::with_query("/admin/sign-in", &[("next", next)]),
        email: email.to_owned(),
    }
}

/// `GET /admin/sign-in`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: Result<SignedIn, Failure>,
) -> Result<Response, Failure> {
    if signed_in.is_ok() {
        return Err(Failure::go_to(next_page(visitor.query.get("next"))));
    }
    let signed_out = |words: Words| {
        visitor.query.given("out").map(|_| Notice {
            tone: Tone::Good,
            heading: words.say("signed-out"),
            lines: Vec::new(),
        })
    };
    let page = page(&visitor, signed_out, "");
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/sign-in`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    typed: Fields,
) -> Result<Response, Failure> {
    let email = typed.get("email");
    let password = SecretString::from(typed.as_typed("password"));
    let candidate = app::sign_in::begin(&state.app, email)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    // Slow on purpose: on a thread where nothing else waits.
    let verified = tokio::task::spawn_blocking(move || candidate.verify(&password))
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let Some(verified) = verified else {
        let wrong = |words: Words| {
            Some(Notice {
                tone: Tone::Bad,
                heading: words.say("sign-in-wrong"),
                lines: vec![words.say("sign-in-wrong-help")],
            })
        };
        let page = page(&visitor, wrong, email);
        return state.show(&visitor, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let session = app::sign_in::open(&state.app, verified)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let age = session.expires_at - state.app.now();
    let cookie = Cookie::Session.write(session.token.expose_secret(), age, state.is_https);
    let cookies = AppendHeaders(cookie.map(|cookie| (SET_COOKIE, cookie)));
    let next = next_page(visitor.query.get("next"));
    Ok((cookies, Redirect::to(next)).into_response())
}
