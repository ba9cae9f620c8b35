//! `/admin/inbox`: what must be decided about bookings' events, and what the organization was told
//! (scenario D2, row R7).

use app::conflicts::{self, Item, ListError, Resolution, ResolveError, ResolveInput, There};
use app::notices::OutgoingMessage;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use domain::booking::Cause;
use domain::notice::{Audience, MessageKind};
use domain::sync::merge::Aside;
use domain::{ConflictId, Zone};
use http::StatusCode;

use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, Words, key};
use crate::pages::admin::SignedIn;
use crate::parts::field::{name, value};
use crate::parts::notice::{Notice, Tone};
use crate::parts::sync::problem;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

/// Things to decide on one page.
const PAGE_SIZE: usize = 20;

const PATH: &str = "/admin/inbox";

#[derive(Template)]
#[template(path = "admin/inbox.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) notice: Option<Notice>,
    pub(crate) csrf: String,
    pub(crate) items: Vec<ItemView>,
    pub(crate) first_href: Option<String>,
    pub(crate) next_href: Option<String>,
    pub(crate) told: Vec<ToldView>,
}

/// One thing to decide.
pub(crate) struct ItemView {
    pub(crate) id: String,
    pub(crate) version: i64,
    /// Its stable code.
    pub(crate) kind: String,
    pub(crate) attendee: String,
    pub(crate) service: String,
    pub(crate) booking_href: String,
    pub(crate) problem: String,
    pub(crate) said: Option<String>,
    pub(crate) since: String,
    pub(crate) here: String,
    pub(crate) there: String,
    /// Empty while what was decided is being tried.
    pub(crate) ways: Vec<Way>,
    pub(crate) action: String,
}

/// One way to decide.
pub(crate) struct Way {
    pub(crate) value: &'static str,
    pub(crate) label: Key,
    pub(crate) help: Key,
}

/// What people were told.
pub(crate) struct ToldView {
    /// Its stable code.
    pub(crate) kind: &'static str,
    pub(crate) text: Key,
    pub(crate) audience: Key,
    pub(crate) is_cleared: bool,
    pub(crate) href: Option<String>,
    /// RFC 3339, UTC.
    pub(crate) at: String,
    pub(crate) when: String,
}

pub(crate) const fn way(resolution: Resolution) -> Way {
    let (label, help) = match resolution {
        Resolution::Retry => (key("inbox-retry"), key("inbox-retry-help")),
        Resolution::Relink => (key("inbox-relink"), key("inbox-relink-help")),
        Resolution::Ignore => (key("inbox-ignore"), key("inbox-ignore-help")),
        Resolution::Ours => (key("inbox-ours"), key("inbox-ours-help")),
        Resolution::Theirs => (key("inbox-theirs"), key("inbox-theirs-help")),
        Resolution::Keep => (key("inbox-keep"), key("inbox-keep-help")),
        Resolution::Cancel => (key("inbox-cancel"), key("inbox-cancel-help")),
    };
    Way {
        value: resolution.as_str(),
        label,
        help,
    }
}

/// A way to decide about many events at once.
pub(crate) const fn way_of_many(resolution: Resolution) -> Way {
    let (label, help) = match resolution {
        Resolution::Ours => (key("inbox-put-back"), key("inbox-put-back-help")),
        Resolution::Theirs => (key("inbox-meant"), key("inbox-meant-help")),
        _ => return way(resolution),
    };
    Way {
        value: resolution.as_str(),
        label,
        help,
    }
}

impl ItemView {
    /// `item` in words, with times in `zone`.
    pub(crate) fn new(words: Words, item: &Item, zone: &Zone) -> Self {
        let (conflict, booking) = (&item.conflict, &item.booking.booking);
        let moment = |at| dates::moment(words, at, zone);
        let (here, there) = match &conflict.aside {
            Some(aside) => (
                value(words, &aside.ours, zone),
                value(words, &aside.theirs, zone),
            ),
            None => sides(words, item, zone),
        };
        Self {
            id: conflict.id.to_string(),
            version: conflict.version,
            kind: conflict.kind.clone(),
            attendee: booking.attendee.name.clone(),
            service: item.booking.event_type.name.clone(),
            booking_href: urls::admin_booking(booking.id),
            problem: match (&conflict.aside, item.held) {
                (Some(aside), _) => both_changed(words, aside),
                (None, Some(held)) => words.count("problem-mass-loss", held, &[]),
                (None, None) => problem(words, &conflict.kind),
            },
            said: Some(conflict.said.clone()).filter(|said| !said.is_empty()),
            since: moment(conflict.opened_at),
            here,
            there,
            ways: if item.is_open {
                let way = if item.held.is_some() {
                    way_of_many
                } else {
                    way
                };
                Resolution::of(conflict).iter().copied().map(way).collect()
            } else {
                Vec::new()
            },
            action: format!("{PATH}/{}", conflict.id),
        }
    }
}

/// When the booking is, and when its event.
fn sides(words: Words, item: &Item, zone: &Zone) -> (String, String) {
    let moment = |at| dates::moment(words, at, zone);
    let here = item.here.as_ref().map(|here| moment(here.time.start));
    let there = match &item.there {
        There::Timed { time, .. } => moment(time.start),
        There::AllDay { .. } => words.say("inbox-there-all-day"),
        There::Recurring { .. } => words.say("inbox-there-recurring"),
        There::Deleted => words.say("inbox-there-deleted"),
        There::NotFound => words.say("inbox-there-not-found"),
        There::Foreign => words.say("inbox-there-foreign"),
        There::NotMade => words.say("inbox-there-not-made"),
        There::Busy { time } => {
            let when = dates::hours(words, *time, zone);
            let day = dates::day(words, time.start.in_zone(zone).date());
            words.with("inbox-there-busy", &[("day", &day), ("hours", &when)])
        }
        There::Free => words.say("inbox-there-free"),
    };
    let nothing = || words.say("inbox-here-nothing");
    (here.unwrap_or_else(nothing), there)
}

/// What happened to a field that both sides changed, and which version counts.
fn both_changed(words: Words, aside: &Aside) -> String {
    let sentence = if aside.theirs_counts {
        key("problem-both-changed-there")
    } else {
        key("problem-both-changed-here")
    };
    let field = words.say(name(aside.field));
    words.with(sentence, &[("field", field.as_str())])
}

impl ToldView {
    /// `message` in words, with times in `zone`.
    pub(crate) fn new(words: Words, message: &OutgoingMessage, zone: &Zone) -> Self {
        let text = match message.kind {
            MessageKind::GrantDead => key("told-grant-dead"),
            MessageKind::ScopeMissing => key("told-scope-missing"),
            MessageKind::InstallationRefused => key("told-installation-refused"),
            MessageKind::CalendarLost => key("told-calendar-lost"),
            MessageKind::EventRefused => key("told-event-refused"),
            MessageKind::PushEnded => key("told-push-ended"),
            MessageKind::MassLoss => key("told-mass-loss"),
        };
        let connection = message
            .connection_id
            .map(|_| "/admin/connection".to_owned());
        Self {
            kind: message.kind.as_str(),
            text,
            audience: match message.audience {
                Audience::Owner => key("told-owner"),
                Audience::Operator => key("told-operator"),
            },
            is_cleared: message.is_cleared,
            href: message.booking_id.map(urls::admin_booking).or(connection),
            at: message.created_at.to_string(),
            when: dates::moment(words, message.created_at, zone),
        }
    }
}

/// What has just been decided, as the address says (`?result=`).
fn result(words: Words, name: &str) -> Option<Notice> {
    let (tone, heading, help) = match name {
        "retry" => (Tone::Good, key("inbox-retried"), key("inbox-retried-help")),
        "relink" => (
            Tone::Good,
            key("inbox-relinked"),
            key("inbox-relinked-help"),
        ),
        "ignore" => (Tone::Good, key("inbox-ignored"), key("inbox-ignored-help")),
        "ours" => (
            Tone::Good,
            key("inbox-ours-done"),
            key("inbox-ours-done-help"),
        ),
        "theirs" => (
            Tone::Good,
            key("inbox-theirs-done"),
            key("inbox-theirs-done-help"),
        ),
        "cannot-be" => (
            Tone::Bad,
            key("inbox-cannot-be"),
            key("inbox-cannot-be-help"),
        ),
        "keep" => (Tone::Good, key("inbox-kept"), key("inbox-kept-help")),
        "cancel" => (Tone::Good, key("inbox-ended"), key("inbox-ended-help")),
        "over" => (Tone::Bad, key("inbox-over"), key("inbox-over-help")),
        "changed" => (Tone::Bad, key("inbox-changed"), key("inbox-changed-help")),
        _ => return None,
    };
    Some(Notice {
        tone,
        heading: words.say(heading),
        lines: vec![words.say(help)],
    })
}

/// `GET /admin/inbox`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let organization = &signed_in.session.organization;
    let cursor = visitor.query.given("after");
    let list = conflicts::list(&state.app, organization.id, cursor, PAGE_SIZE);
    let found = match list.await {
        Ok(found) => found,
        Err(ListError::Cursor(_)) => return Err(Failure::go_to(PATH)),
        Err(error @ ListError::Store(_)) => return Err(state.failed(&visitor, &error)),
    };
    let told = app::notices::list(&state.app, organization.id)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let (words, zone) = (signed_in.words(&visitor), &organization.zone);
    let page = Page {
        shell: signed_in.shell(&visitor, &words.say("inbox-heading"), Section::Inbox),
        notice: result(words, visitor.query.get("result")),
        csrf: signed_in.session.csrf.clone(),
        items: found
            .items
            .iter()
            .map(|item| ItemView::new(words, item, zone))
            .collect(),
        first_href: cursor.map(|_| PATH.to_owned()),
        next_href: found
            .next
            .as_deref()
            .map(|next| urls::with_query(PATH, &[("after", next)])),
        told: told
            .iter()
            .map(|message| ToldView::new(words, message, zone))
            .collect(),
    };
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/inbox/{id}`
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    Path(id): Path<String>,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let missing = || visitor.failure(Problem::NotFound);
    let conflict: ConflictId = id.parse().map_err(|_| missing())?;
    let name = typed.get("resolution");
    let resolution = Resolution::from_name(name);
    let resolution = resolution.ok_or_else(|| visitor.failure(Problem::BadRequest))?;
    let input = ResolveInput {
        conflict,
        organization: signed_in.session.organization.id,
        resolution,
        version: typed.get("version").parse().ok(),
        cause: Cause::Admin,
    };
    let result = match conflicts::resolve(&state.app, input).await {
        Ok(_) => resolution.as_str(),
        Err(ResolveError::Over) => "over",
        Err(ResolveError::Changed) => "changed",
        Err(ResolveError::CannotBe) => "cannot-be",
        Err(ResolveError::NotFound) => return Err(missing()),
        Err(ResolveError::Unfit) => return Err(visitor.failure(Problem::BadRequest)),
        Err(error @ ResolveError::Store(_)) => return Err(state.failed(&visitor, &error)),
    };
    let page = urls::with_query(PATH, &[("result", result)]);
    Ok(Redirect::to(&page).into_response())
}
