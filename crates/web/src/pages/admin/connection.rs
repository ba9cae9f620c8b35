//! `/admin/connection`: the organization's Google calendar (rows V5, L13; scenarios A3 and S2).

use app::connections::{Connection, ConnectionState, FinishError, StartError, WayOut};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{Instant, Zone};
use http::StatusCode;

use crate::dates;
use crate::errors::Failure;
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::parts::notice::{Notice, Tone};
use crate::parts::sync::problem;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

#[derive(Template)]
#[template(path = "admin/connection.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) notice: Option<Notice>,
    pub(crate) csrf: String,
    /// Never empty: without a connection, the one that says so.
    pub(crate) connections: Vec<ConnectionView>,
    /// Settings without which there is nothing to connect with.
    pub(crate) missing: Vec<&'static str>,
    /// What Google must be told.
    pub(crate) redirect_uri: String,
}

/// A calendar connection.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionView {
    /// `connected`, `syncing`, `error`, `none`.
    pub(crate) state: &'static str,
    pub(crate) heading: Key,
    pub(crate) account: Option<String>,
    pub(crate) calendars: Vec<String>,
    pub(crate) last_sync: String,
    pub(crate) waiting: String,
    /// What is wrong, and the way out.
    pub(crate) message: Option<String>,
    /// Since when it is wrong.
    pub(crate) since: Option<String>,
    /// The button, when there is something to press.
    pub(crate) action: Option<Key>,
}

impl ConnectionView {
    /// `connection` in words, at `now`, with times in `zone`.
    pub(crate) fn new(words: Words, connection: &Connection, now: Instant, zone: &Zone) -> Self {
        let (heading, action) = match connection.state {
            ConnectionState::Syncing => (key("connection-syncing"), None),
            ConnectionState::Connected => (key("connection-connected"), None),
            ConnectionState::Error => (key("connection-error"), action(connection.way_out)),
        };
        let ago = |at| dates::ago(words, at, now, zone);
        let names = connection.calendars.iter().map(|calendar| &calendar.name);
        let cause = connection.cause.as_deref();
        let moment = |at| dates::moment(words, at, zone);
        let since = connection
            .cause_since
            .filter(|_| cause.is_some())
            .map(moment);
        Self {
            state: connection.state.as_str(),
            heading,
            account: Some(connection.account_email.clone()),
            calendars: names.map(|name| calendar_name(words, name)).collect(),
            last_sync: connection
                .last_sync_at
                .map_or_else(|| words.say("connection-never"), ago),
            waiting: words.count("connection-waiting", connection.waiting, &[]),
            message: cause.map(|code| problem(words, code)),
            since,
            action,
        }
    }

    /// No connection.
    pub(crate) fn none(words: Words) -> Self {
        Self {
            state: "none",
            heading: key("connection-none"),
            account: None,
            calendars: Vec::new(),
            last_sync: String::new(),
            waiting: String::new(),
            message: Some(words.say("connection-none-help")),
            since: None,
            action: Some(key("connection-connect")),
        }
    }
}

/// The button that ends a cause, where one does: what the operator or the calendar's owner must mend is
/// mended at Google.
const fn action(way_out: WayOut) -> Option<Key> {
    match way_out {
        WayOut::Reconnect | WayOut::TickScope => Some(key("connection-reconnect")),
        WayOut::Operator | WayOut::Calendar | WayOut::Wait => None,
    }
}

/// `primary` is Google's name for the calendar every account has; people know it by none.
fn calendar_name(words: Words, name: &str) -> String {
    match name {
        "primary" => words.say("connection-primary"),
        name => name.to_owned(),
    }
}

/// How a consent ended, as the address says (`?result=`): a closed list, so that an address can make
/// the page say nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It worked.
    Connected,
    /// The person said no at Google.
    Denied,
    /// The state was unknown: used, expired, or another browser's.
    Expired,
    /// The calendar permission was not ticked.
    MissingScope,
    /// Google gave nothing that lasts.
    NoRefreshToken,
    /// Google refused the address of the callback.
    RedirectMismatch,
    /// Google refused id or secret.
    BadClient,
    /// Google refused the code.
    BadGrant,
    /// Another account is connected.
    OtherAccount,
    /// Google could not be reached, or was in trouble itself.
    Unreachable,
    /// Google said something else.
    Other,
    /// The settings are missing.
    NotConfigured,
}

impl Outcome {
    const ALL: [(Self, &'static str); 12] = [
        (Self::Connected, "connected"),
        (Self::Denied, "denied"),
        (Self::Expired, "expired"),
        (Self::MissingScope, "missing_scope"),
        (Self::NoRefreshToken, "no_refresh_token"),
        (Self::RedirectMismatch, "redirect_uri_mismatch"),
        (Self::BadClient, "invalid_client"),
        (Self::BadGrant, "invalid_grant"),
        (Self::OtherAccount, "other_account"),
        (Self::Unreachable, "unreachable"),
        (Self::Other, "other"),
        (Self::NotConfigured, "not_configured"),
    ];

    /// Its name in the address.
    pub(crate) fn name(self) -> &'static str {
        let named = Self::ALL.iter().find(|(outcome, _)| *outcome == self);
        named.map_or("other", |(_, name)| name)
    }

    /// The outcome of a name in the address.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let named = Self::ALL.iter().find(|(_, n)| *n == name);
        named.map(|(outcome, _)| *outcome)
    }

    /// What it means and what to do; `redirect_uri` is what Google must know.
    pub(crate) fn notice(self, words: Words, redirect_uri: &str) -> Notice {
        let (heading, help) = match self {
            Self::Connected => (key("outcome-connected"), key("outcome-connected-help")),
            Self::Denied => (key("outcome-denied"), key("outcome-denied-help")),
            Self::Expired => (key("outcome-expired"), key("outcome-expired-help")),
            Self::MissingScope => (key("outcome-scope"), key("outcome-scope-help")),
            Self::NoRefreshToken => (key("outcome-refresh"), key("outcome-refresh-help")),
            Self::RedirectMismatch => (key("outcome-redirect"), key("outcome-redirect-help")),
            Self::BadClient => (key("outcome-client"), key("outcome-client-help")),
            Self::BadGrant => (key("outcome-grant"), key("outcome-grant-help")),
            Self::OtherAccount => (key("outcome-account"), key("outcome-account-help")),
            Self::Unreachable => (key("outcome-unreachable"), key("outcome-unreachable-help")),
            Self::Other => (key("outcome-other"), key("outcome-other-help")),
            Self::NotConfigured => (key("outcome-settings"), key("outcome-settings-help")),
        };
        let mut lines = vec![words.say(help)];
        if self == Self::RedirectMismatch {
            lines.push(redirect_uri.to_owned());
        }
        Notice {
            tone: if self == Self::Connected {
                Tone::Good
            } else {
                Tone::Bad
            },
            heading: words.say(heading),
            lines,
        }
    }
}

impl From<&FinishError> for Outcome {
    fn from(error: &FinishError) -> Self {
        match error {
            FinishError::StateUnknown => Self::Expired,
            FinishError::Denied => Self::Denied,
            FinishError::MissingScope => Self::MissingScope,
            FinishError::NoRefreshToken => Self::NoRefreshToken,
            FinishError::OtherAccount { .. } => Self::OtherAccount,
            FinishError::NotConfigured(_) => Self::NotConfigured,
            FinishError::Google(_) => Self::of_google(error.google_code().unwrap_or_default()),
            FinishError::Store(_) => Self::Other,
        }
    }
}

impl Outcome {
    /// What Google's refusal means.
    fn of_google(code: &str) -> Self {
        match code {
            "redirect_uri_mismatch" => Self::RedirectMismatch,
            "invalid_grant" => Self::BadGrant,
            "unreachable" => Self::Unreachable,
            "unexpected_answer" => Self::Other,
            _ => Self::BadClient,
        }
    }

    /// The connection page that tells it.
    pub(crate) fn href(self) -> String {
        urls::with_query("/admin/connection", &[("result", self.name())])
    }
}

/// `GET /admin/connection`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let organization = &signed_in.session.organization;
    let found = app::connections::list(&state.app, organization.id)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let (words, now) = (signed_in.words(&visitor), state.app.now());
    let mut connections: Vec<_> = found
        .iter()
        .map(|connection| ConnectionView::new(words, connection, now, &organization.zone))
        .collect();
    if connections.is_empty() {
        connections.push(ConnectionView::none(words));
    }
    let redirect_uri = state.redirect_uri();
    let outcome = Outcome::of(visitor.query.get("result"));
    let page = Page {
        shell: signed_in.shell(
            &visitor,
            &words.say("connection-heading"),
            Section::Connection,
        ),
        notice: outcome.map(|outcome| outcome.notice(words, &redirect_uri)),
        csrf: signed_in.session.csrf.clone(),
        connections,
        missing: match &state.app.settings().google {
            Ok(_) => Vec::new(),
            Err(missing) => missing.0.clone(),
        },
        redirect_uri,
    };
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/connection`: to Google. The consent is bound to this browser's session.
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let organization = signed_in.session.organization.id;
    match app::connections::start(&state.app, organization, &signed_in.token).await {
        Ok(google) => Ok(Redirect::to(google.as_str()).into_response()),
        Err(StartError::NotConfigured(_)) => Err(Failure::go_to(&Outcome::NotConfigured.href())),
        Err(error @ StartError::Store(_)) => Err(state.failed(&visitor, &error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_outcomes_we_know_are_told() {
        for (outcome, name) in Outcome::ALL {
            assert_eq!(Outcome::of(name), Some(outcome));
            assert_eq!(outcome.name(), name);
        }
        for name in ["", "Connected", "Call +34 900 000 000"] {
            assert_eq!(Outcome::of(name), None, "{name}");
        }
    }

    #[test]
    fn what_google_refuses_is_told_apart() {
        use google::TokenError;

        let misconfigured = |code: &str| TokenError::Misconfigured {
            code: code.to_owned(),
            description: "No.".to_owned(),
        };
        for (refusal, expected) in [
            (
                misconfigured("redirect_uri_mismatch"),
                Outcome::RedirectMismatch,
            ),
            (misconfigured("invalid_client"), Outcome::BadClient),
            (
                TokenError::InvalidGrant("Bad Request".to_owned()),
                Outcome::BadGrant,
            ),
            (
                TokenError::Retry("timeout".to_owned()),
                Outcome::Unreachable,
            ),
            (TokenError::Bug("no id token".to_owned()), Outcome::Other),
        ] {
            assert_eq!(Outcome::from(&FinishError::Google(refusal)), expected);
        }
    }
}
