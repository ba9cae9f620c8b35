//! `/admin/connection/calendar`: what a connected calendar is for, whose time it takes, and whose bookings go
//! there (row T8); and adding one to a connection, and taking one away.

use app::calendars::{self, Calendar, CalendarError, Change, Host, Mode};
use app::connections::Cause;
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::event_type::EventType;
use domain::{CalendarId, ConnectionId, EventTypeId, HostId, Instant};
use http::StatusCode;

use super::{Outcome, calendar_name};
use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

/// The page's address.
const PATH: &str = "/admin/connection/calendar";

#[derive(Template)]
#[template(path = "admin/connection/calendar.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    csrf: String,
    connection: String,
    calendar: String,
    name: String,
    /// Google's id of it.
    google_id: String,
    modes: Vec<ModeChoice>,
    hosts: Vec<HostChoice>,
    /// What its events may become; empty unless they do.
    kinds: Vec<KindChoice>,
    /// Whether bookings may go there, so that it can be said whose.
    is_written: bool,
    /// What surprises people (scenario F1).
    hint: Option<String>,
    /// What the weekly comparison with Google has found.
    audit: String,
}

struct ModeChoice {
    value: &'static str,
    label: Key,
    is_chosen: bool,
}

struct HostChoice {
    id: String,
    name: String,
    is_blocked: bool,
    is_received: bool,
}

struct KindChoice {
    id: String,
    name: String,
    is_chosen: bool,
}

impl Page {
    /// With what the events of a two-way calendar may become.
    pub(crate) fn with_kinds(mut self, kinds: &[EventType], chosen: Option<EventTypeId>) -> Self {
        let choice = |kind: &EventType| KindChoice {
            id: kind.id.to_string(),
            name: kind.name.clone(),
            is_chosen: chosen == Some(kind.id),
        };
        self.kinds = kinds.iter().map(choice).collect();
        self
    }

    /// `when` says how long ago something was.
    pub(crate) fn new(
        shell: Shell,
        csrf: String,
        calendar: &Calendar,
        hosts: &[Host],
        when: impl Fn(Instant) -> String,
    ) -> Self {
        let words = shell.words;
        Self {
            csrf,
            connection: calendar.connection_id.to_string(),
            calendar: calendar.id.to_string(),
            name: calendar_name(words, &calendar.name),
            google_id: calendar.google_id.clone(),
            modes: modes(calendar.mode),
            hosts: hosts
                .iter()
                .map(|host| HostChoice {
                    id: host.id.to_string(),
                    name: host.name.clone(),
                    is_blocked: calendar.blocks.contains(&host.id),
                    is_received: calendar.receives.contains(&host.id),
                })
                .collect(),
            kinds: Vec::new(),
            is_written: calendar.mode.is_written(),
            hint: hint(words, calendar.free_days),
            audit: audit(words, calendar, when),
            shell,
        }
    }
}

fn modes(chosen: Mode) -> Vec<ModeChoice> {
    [Mode::Busy, Mode::Write, Mode::TwoWay]
        .into_iter()
        .map(|mode| ModeChoice {
            value: mode.as_str(),
            label: mode_name(mode),
            is_chosen: mode == chosen,
        })
        .collect()
}

/// What a calendar is connected for, in words.
pub(super) const fn mode_name(mode: Mode) -> Key {
    match mode {
        Mode::Busy => key("mode-busy"),
        Mode::Write => key("mode-write"),
        Mode::TwoWay => key("mode-two-way"),
    }
}

/// That all-day events block nothing, where there are such.
pub(super) fn hint(words: Words, free_days: u64) -> Option<String> {
    (free_days > 0).then(|| words.count("calendar-free-days", free_days, &[]))
}

/// When a calendar was last compared with what Google says of it, and what that has found so far.
fn audit(words: Words, calendar: &Calendar, when: impl Fn(Instant) -> String) -> String {
    let Some(at) = calendar.audited_at else {
        return words.say("calendar-audit-none");
    };
    let found = calendar.audit_differences;
    words.count("calendar-audit", found, &[("when", &when(at))])
}

/// The page of a calendar's settings.
pub(super) fn href(connection: ConnectionId, calendar: CalendarId) -> String {
    let (connection, calendar) = (connection.to_string(), calendar.to_string());
    urls::with_query(
        PATH,
        &[("connection", &connection), ("calendar", &calendar)],
    )
}

fn connection_of(visitor: &Visitor, fields: &Fields) -> Result<ConnectionId, Failure> {
    let id = fields.get("connection").parse();
    id.map_err(|_| visitor.failure(Problem::NotFound))
}

fn calendar_of(visitor: &Visitor, fields: &Fields) -> Result<CalendarId, Failure> {
    let id = fields.get("calendar").parse();
    id.map_err(|_| visitor.failure(Problem::NotFound))
}

/// What a refusal says on the connection page, or the page for what is not there.
fn told(state: &WebState, visitor: &Visitor, error: &CalendarError) -> Result<Outcome, Failure> {
    Ok(match error {
        CalendarError::NoConnection | CalendarError::NotFound | CalendarError::UnknownHost => {
            return Err(visitor.failure(Problem::NotFound));
        }
        CalendarError::Store(error) => return Err(state.failed(visitor, error)),
        CalendarError::BadId => Outcome::CalendarBadId,
        CalendarError::AlreadyConnected => Outcome::CalendarKnown,
        CalendarError::NotVisible => Outcome::CalendarUnseen,
        CalendarError::ReadOnly | CalendarError::NotWritten => Outcome::CalendarReadOnly,
        CalendarError::OneHostNeeded => Outcome::OneHostNeeded,
        CalendarError::EventTypeNeeded => Outcome::EventTypeNeeded,
        CalendarError::ReceiverNeeded => Outcome::ReceiverNeeded,
        CalendarError::Google(Cause::Unreachable | Cause::RateLimited) => Outcome::Unreachable,
        CalendarError::Google(cause) => Outcome::Refused(*cause),
    })
}

fn go(outcome: Outcome) -> Response {
    Redirect::to(&outcome.href()).into_response()
}

/// `GET /admin/connection/calendar?connection=…&calendar=…`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let connection = connection_of(&visitor, &visitor.query)?;
    let id = calendar_of(&visitor, &visitor.query)?;
    let organization = signed_in.session.organization.id;
    let all = match calendars::list(&state.app, organization, connection).await {
        Ok(all) => all,
        Err(error) => return told(&state, &visitor, &error).map(go),
    };
    let calendar = all.iter().find(|calendar| calendar.id == id);
    let calendar = calendar.ok_or_else(|| visitor.failure(Problem::NotFound))?;
    let hosts = calendars::hosts(&state.app, organization)
        .await
        .map_err(|error| state.failed(&visitor, &error))?;
    let heading = signed_in.words(&visitor).say("calendar-heading");
    let shell = signed_in.shell(&visitor, &heading, Section::Connection);
    let (now, zone) = (state.app.now(), &signed_in.session.organization.zone);
    let when = |at| dates::ago(signed_in.words(&visitor), at, now, zone);
    let csrf = signed_in.session.csrf.clone();
    let mut page = Page::new(shell, csrf, calendar, &hosts, when);
    if calendar.mode == Mode::TwoWay {
        let kinds = calendars::importable(&state.app, organization)
            .await
            .map_err(|error| state.failed(&visitor, &error))?;
        page = page.with_kinds(&kinds, calendar.import_event_type);
    }
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/connection/calendar`: all of the form, or nothing.
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let connection = connection_of(&visitor, &typed)?;
    let id = calendar_of(&visitor, &typed)?;
    let organization = signed_in.session.organization.id;
    let hosts = calendars::hosts(&state.app, organization)
        .await
        .map_err(|error| state.failed(&visitor, &error))?;
    let ticked = |prefix: &str| -> Vec<HostId> {
        let is_ticked = |host: &&Host| !typed.get(&format!("{prefix}-{}", host.id)).is_empty();
        hosts.iter().filter(is_ticked).map(|host| host.id).collect()
    };
    let mode = Mode::from_name(typed.get("mode"));
    let mode = mode.ok_or_else(|| visitor.failure(Problem::NotFound))?;
    // Where it was only read, nobody was asked whose bookings go there.
    let was_asked = !typed.get("receives").is_empty() && mode.is_written();
    let change = Change {
        mode: Some(mode),
        blocks: Some(ticked("blocks")),
        receives: was_asked.then(|| ticked("receives")),
        // Nothing chosen leaves it as it is.
        import_event_type: typed.get("import_event_type").parse().ok(),
    };
    match calendars::change(&state.app, organization, connection, id, change).await {
        Ok(()) => Ok(go(Outcome::CalendarSaved)),
        Err(error) => told(&state, &visitor, &error).map(go),
    }
}

/// `POST /admin/connection/calendar/add`: one more, by Google's id of it.
pub(crate) async fn add(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let connection = connection_of(&visitor, &typed)?;
    let organization = signed_in.session.organization.id;
    let mode = Mode::from_name(typed.get("mode")).unwrap_or(Mode::Busy);
    let google_id = typed.get("google_id");
    match calendars::add(&state.app, organization, connection, google_id, mode).await {
        // What else there is to say about it is asked at once.
        Ok(id) => Ok(Redirect::to(&href(connection, id)).into_response()),
        Err(error) => told(&state, &visitor, &error).map(go),
    }
}

/// `POST /admin/connection/calendar/remove`
pub(crate) async fn remove(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let connection = connection_of(&visitor, &typed)?;
    let id = calendar_of(&visitor, &typed)?;
    let organization = signed_in.session.organization.id;
    match calendars::remove(&state.app, organization, connection, id).await {
        Ok(()) => Ok(go(Outcome::CalendarRemoved)),
        Err(error) => told(&state, &visitor, &error).map(go),
    }
}
