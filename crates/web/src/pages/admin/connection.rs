//! `/admin/connection`: the organization's Google calendar (rows V5, L13; scenarios A3 and S2).

use std::collections::BTreeMap;

use app::calendars::CalendarError;
use app::connections::{
    Calendar as Reached, Connection, ConnectionState, CredentialKind, Proof, ServiceAccountError,
    StartError, WayOut,
};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::{CalendarId, Instant, OrganizationId, Zone};
use http::StatusCode;

pub(crate) mod calendar;
pub(crate) mod disconnect;
pub(crate) mod freshness;
mod outcome;
pub(crate) mod rules;
pub(crate) mod sync;

use self::freshness::FreshnessForm;
pub(crate) use self::outcome::Outcome;
use crate::dates;
use crate::errors::Failure;
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::parts::cause::cause;
use crate::parts::notice::Notice;
use crate::parts::push::push;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;

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
    /// Whether people can consent.
    pub(crate) has_consent: bool,
    /// The service account of the settings, by which one can connect too.
    pub(crate) robot: Option<String>,
    /// What becomes of bookings when a calendar was not read for too long.
    pub(crate) freshness: FreshnessForm,
    /// What Google must be told.
    pub(crate) redirect_uri: String,
}

/// A calendar connection.
#[derive(Clone, Debug)]
pub(crate) struct ConnectionView {
    /// `connected`, `syncing`, `error`, `inactive`, `none`.
    pub(crate) state: &'static str,
    pub(crate) heading: Key,
    pub(crate) account: Option<String>,
    pub(crate) calendars: Vec<CalendarView>,
    /// Where a calendar is added: the connection, as the form sends it.
    pub(crate) add_to: Option<String>,
    pub(crate) last_sync: String,
    pub(crate) waiting: String,
    /// What is wrong, and the way out.
    pub(crate) message: Option<String>,
    /// Since when it is wrong.
    pub(crate) since: Option<String>,
    /// The button, when there is something to press.
    pub(crate) action: Option<Key>,
    /// Whether what the button does is by service account; for none there is one of either kind.
    pub(crate) is_by_robot: bool,
    /// What lets us in.
    pub(crate) credential: Option<Key>,
    /// What a test event has shown: its stable name, and a sentence.
    pub(crate) proof: Option<(&'static str, String)>,
    /// How Google's changes reach us: a stable name, and a sentence.
    pub(crate) push: Option<(&'static str, String)>,
    /// Whether another test event can be asked for.
    pub(crate) can_prove: bool,
    /// The page of how conflicts are decided, while the connection lives and bookings can go there.
    pub(crate) rules: Option<String>,
    /// What the form of "Sync now" sends: the connection, while it can be read.
    pub(crate) sync: Option<String>,
    /// The page that disconnects it, when there is something to disconnect.
    pub(crate) disconnect: Option<String>,
}

/// A calendar of a connection.
#[derive(Clone, Debug)]
pub(crate) struct CalendarView {
    pub(crate) name: String,
    /// What it is connected for.
    pub(crate) mode: Key,
    /// That events in it block nothing, where people may have meant them to.
    pub(crate) hint: Option<String>,
    /// The page of its settings, while the connection works.
    pub(crate) href: Option<String>,
}

impl CalendarView {
    fn new(words: Words, connection: &Connection, calendar: &Reached, free_days: u64) -> Self {
        let is_inactive = connection.state == ConnectionState::Inactive;
        Self {
            name: calendar_name(words, &calendar.name),
            mode: calendar::mode_name(calendar.mode),
            hint: calendar::hint(words, free_days),
            href: (!is_inactive).then(|| calendar::href(connection.id, calendar.id)),
        }
    }
}

impl ConnectionView {
    /// `connection` in words, at `now`, with times in `zone`; with how many events of each of its calendars are
    /// all-day and free.
    pub(crate) fn new(
        words: Words,
        connection: &Connection,
        free_days: &BTreeMap<CalendarId, u64>,
        now: Instant,
        zone: &Zone,
    ) -> Self {
        let (heading, action) = match connection.state {
            ConnectionState::Syncing => (key("connection-syncing"), None),
            ConnectionState::Connected => (key("connection-connected"), None),
            ConnectionState::Error => (key("connection-error"), action(connection.way_out)),
            ConnectionState::Inactive => (
                key("connection-inactive"),
                Some(key("connection-reconnect")),
            ),
        };
        let is_inactive = connection.state == ConnectionState::Inactive;
        let ago = |at| dates::ago(words, at, now, zone);
        let calendars = connection.calendars.iter().map(|calendar| {
            let free_days = free_days.get(&calendar.id).copied();
            CalendarView::new(words, connection, calendar, free_days.unwrap_or(0))
        });
        let moment = |at| dates::moment(words, at, zone);
        let since = connection
            .cause_since
            .filter(|_| connection.cause.is_some())
            .map(moment);
        Self {
            state: connection.state.as_str(),
            heading,
            account: Some(connection.account_email.clone()),
            calendars: calendars.collect(),
            // A key reads the one calendar it was given for.
            add_to: (!is_inactive && connection.credential != CredentialKind::ApiKey)
                .then(|| connection.id.to_string()),
            last_sync: connection
                .last_sync_at
                .map_or_else(|| words.say("connection-never"), ago),
            waiting: words.count("connection-waiting", connection.waiting, &[]),
            message: match connection.cause {
                _ if is_inactive => Some(words.say("connection-inactive-help")),
                wrong => wrong.map(|wrong| words.say(cause(wrong))),
            },
            since,
            action: action.filter(|_| connection.credential != CredentialKind::ApiKey),
            is_by_robot: connection.credential == CredentialKind::ServiceAccount,
            credential: Some(credential(connection.credential)),
            proof: (!is_inactive).then(|| {
                let said = proof(words, connection, |at| dates::ago(words, at, now, zone));
                (connection.proof.as_str(), said)
            }),
            push: push(words, &connection.calendars).filter(|_| !is_inactive),
            can_prove: action.is_none()
                && connection.credential != CredentialKind::ApiKey
                && connection.proof != Proof::Pending,
            rules: (!is_inactive && connection.credential != CredentialKind::ApiKey)
                .then(|| rules::href(connection.id)),
            sync: sync::can_be(connection).then(|| connection.id.to_string()),
            disconnect: (!is_inactive).then(|| disconnect::href(connection.id)),
        }
    }

    /// No connection.
    pub(crate) fn none(words: Words) -> Self {
        Self {
            state: "none",
            heading: key("connection-none"),
            account: None,
            calendars: Vec::new(),
            add_to: None,
            last_sync: String::new(),
            waiting: String::new(),
            message: Some(words.say("connection-none-help")),
            since: None,
            action: Some(key("connection-connect")),
            is_by_robot: false,
            credential: None,
            proof: None,
            push: None,
            can_prove: false,
            rules: None,
            sync: None,
            disconnect: None,
        }
    }
}

/// What lets us in, in words.
pub(crate) const fn credential(kind: CredentialKind) -> Key {
    match kind {
        CredentialKind::OAuth => key("credential-oauth"),
        CredentialKind::ServiceAccount => key("credential-service-account"),
        CredentialKind::ApiKey => key("credential-api-key"),
    }
}

/// What a test event has shown (row R6), with times as `when` says them.
pub(crate) fn proof(
    words: Words,
    connection: &Connection,
    when: impl Fn(Instant) -> String,
) -> String {
    match connection.proof {
        Proof::None if connection.credential == CredentialKind::ApiKey => words.say("proof-read"),
        Proof::None => words.say("proof-none"),
        Proof::Pending => words.say("proof-pending"),
        Proof::Proven(at) => words.with("proof-proven", &[("when", &when(at))]),
        Proof::Failed(wrong) => {
            let said = words.with("proof-failed", &[("cause", &words.say(cause(wrong)))]);
            match connection.proven_at {
                None => said,
                Some(at) => {
                    let before = words.with("proof-before", &[("when", &when(at))]);
                    format!("{said} {before}")
                }
            }
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
    let mut connections = Vec::with_capacity(found.len());
    for connection in &found {
        let free_days = free_days(&state, organization.id, connection).await;
        let free_days = free_days.map_err(|e| state.failed(&visitor, &e))?;
        let zone = &organization.zone;
        connections.push(ConnectionView::new(
            words, connection, &free_days, now, zone,
        ));
    }
    // Public calendars are beside the one that receives bookings.
    if found.iter().all(|c| c.credential == CredentialKind::ApiKey) {
        connections.insert(0, ConnectionView::none(words));
    }
    let redirect_uri = state.redirect_uri();
    let outcome = Outcome::read(&visitor.query);
    let google = state.app.settings().google.as_ref();
    let robot = google
        .ok()
        .and_then(|google| google.service_account.as_ref());
    let missing = match google {
        Ok(google) => google.client().err(),
        Err(missing) => Some(missing.clone()),
    };
    let page = Page {
        shell: signed_in.shell(
            &visitor,
            &words.say("connection-heading"),
            Section::Connection,
        ),
        notice: outcome.map(|outcome| outcome.notice(words, &redirect_uri)),
        csrf: signed_in.session.csrf.clone(),
        connections,
        has_consent: missing.is_none(),
        missing: missing
            .filter(|_| robot.is_none())
            .map_or_else(Vec::new, |missing| missing.0),
        robot: robot.map(|account| account.email.clone()),
        freshness: FreshnessForm::new(&organization.freshness),
        redirect_uri,
    };
    state.show(&visitor, StatusCode::OK, &page)
}

/// All-day events that block nothing, by calendar (scenario F1).
async fn free_days(
    state: &WebState,
    organization: OrganizationId,
    connection: &Connection,
) -> Result<BTreeMap<CalendarId, u64>, CalendarError> {
    match app::calendars::list(&state.app, organization, connection.id).await {
        Ok(all) => Ok(all.into_iter().map(|c| (c.id, c.free_days)).collect()),
        // It is disconnected; nothing of it counts.
        Err(CalendarError::NoConnection) => Ok(BTreeMap::new()),
        Err(error) => Err(error),
    }
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
        Err(StartError::Revoking) => Err(Failure::go_to(&Outcome::Revoking.href())),
        Err(error @ StartError::Store(_)) => Err(state.failed(&visitor, &error)),
    }
}

/// `POST /admin/connection/prove`: another test event (row R6).
pub(crate) async fn prove(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    app::connections::prove_again(&state.app, signed_in.session.organization.id)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    Ok(Redirect::to(&Outcome::Proving.href()).into_response())
}

/// `POST /admin/connection/service-account`: nobody consents.
pub(crate) async fn connect_robot(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let organization = signed_in.session.organization.id;
    let outcome = match app::connections::connect_service_account(&state.app, organization).await {
        Ok(()) => Outcome::Connected,
        Err(ServiceAccountError::NotConfigured(_)) => Outcome::NotConfigured,
        Err(ServiceAccountError::CalendarNotNamed { .. }) => Outcome::RobotCalendar,
        Err(ServiceAccountError::OtherAccount { .. }) => Outcome::OtherAccount,
        Err(ServiceAccountError::Google(wrong)) => Outcome::Refused(wrong),
        Err(error @ ServiceAccountError::Store(_)) => return Err(state.failed(&visitor, &error)),
    };
    Ok(Redirect::to(&outcome.href()).into_response())
}
