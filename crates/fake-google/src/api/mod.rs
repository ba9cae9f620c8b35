//! Calendar v3: who calls, whether they may, and which method answers.
//!
//! To add a method: write its file with a `run` and give it a row in `table`. Path, parameters,
//! scopes and schemas come from the discovery document; a method without a row answers 501 with
//! its name.

mod acl;
mod auth;
mod calendar_list;
mod calendars;
pub(crate) mod colors;
mod delete;
mod entries;
mod fields;
mod free_busy;
mod get;
mod import;
mod insert;
mod instances;
mod key;
mod list;
mod page;
mod page_token;
mod paging;
mod parameters;
mod patch;
mod relocate;
mod settings;
mod stop;
mod sync_token;
mod table;
mod transfer_ownership;
mod update;
mod watch;

use jiff::Timestamp;
use serde_json::{Map, Value};

use self::fields::Selection;
use self::parameters::Parameters;
use crate::calendar::access::Role;
use crate::calendar::redact::Detail;
use crate::calendar::resource::View;
use crate::calendar::time::zone;
use crate::calendar::{Calendar, Event, Write, WriteOptions, matches_etag};
use crate::discovery::{Method, discovery};
use crate::error::ApiError;
use crate::http::{Request, Response, json_bytes};
use crate::log::Trace;
use crate::oauth::state::Grant;
use crate::world::{SendUpdates, World};

/// Whether this server answers the method.
pub(crate) fn is_implemented(method: &str) -> bool {
    table::find(method).is_some()
}

/// A call after the checks that all methods share.
struct Call<'a> {
    now: Timestamp,
    request: &'a Request,
    parameters: Parameters,
    method: &'static Method,
    /// What the caller's token opens.
    caller: Grant,
    /// E-mail of the caller's account.
    account: String,
    /// Id of the OAuth client that calls.
    client: String,
    /// Decoded path parameters, in the order of the path.
    path: &'a [String],
    /// Calendar id, `primary` resolved; empty for a method that is not about one calendar.
    calendar: String,
    /// What the caller may do in that calendar.
    role: Role,
    /// Event id, for methods on one event.
    event: String,
    /// `fields`.
    selection: Selection,
    /// `prettyPrint`.
    is_pretty: bool,
}

/// What a method answers: a resource with its etag (empty when it has none), a list that it has
/// printed as the call wants it, or nothing.
enum Answer {
    Resource { body: Value, etag: String },
    Printed { body: Vec<u8>, etag: String },
    NoContent,
}

/// Answers one call.
pub(crate) fn run(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    route: (&'static Method, &[String]),
    trace: &mut Trace,
) -> Response {
    answer(world, now, request, route, trace).unwrap_or_else(|error| error.response())
}

fn answer(
    world: &mut World,
    now: Timestamp,
    request: &Request,
    (method, path): (&'static Method, &[String]),
    trace: &mut Trace,
) -> Result<Response, ApiError> {
    let run_method =
        table::find(&method.id).ok_or_else(|| ApiError::not_implemented(&method.id))?;
    let caller = auth::admitted(world, now, request, (method, path), trace)?;
    let parameters = Parameters::read(method, &request.query(), world.rules.is_strict)?;
    let selection = Selection::read(method, parameters.text("fields"))?;
    let is_pretty = parameters.flag("prettyPrint").unwrap_or(true);
    let (calendar, role) = match path.first() {
        Some(asked) if method.is_about_a_calendar() => {
            resolved(world, &caller, (method, asked), trace)?
        }
        _ => (String::new(), Role::Owner),
    };
    let event = path.get(1).filter(|_| method.is_about_an_event()).cloned();
    let call = Call {
        now,
        request,
        calendar,
        role,
        event: event.clone().unwrap_or_default(),
        method,
        account: caller.account.clone(),
        client: caller.client.clone(),
        caller,
        path,
        parameters,
        selection,
        is_pretty,
    };
    require_event_access(world, &call, method)?;
    check_body(world, method, request)?;
    trace.event = event;
    let answer = run_method(world, &call, trace)?;
    if world.rules.checks_answers {
        assert_described(method, &answer);
    }
    Ok(render(answer, &call))
}

/// Holds a body against the schema that the description names for it. A body that is no object is
/// the method's own affair.
fn check_body(world: &World, method: &Method, request: &Request) -> Result<(), ApiError> {
    let Some(name) = &method.request else {
        return Ok(());
    };
    let schema = discovery().schema(name);
    let body = serde_json::from_slice(&request.body).unwrap_or(Value::Null);
    if let Some(place) = body
        .is_object()
        .then(|| discovery().mistyped(schema, &body))
        .flatten()
    {
        return Err(ApiError::parse_error().at_parameter(&place));
    }
    match discovery().unknown_field(schema, &body) {
        Some(place) if world.rules.is_strict => {
            let message = format!("Unknown field: {place}");
            Err(ApiError::bad_request(message).at_parameter(&place))
        }
        _ => Ok(()),
    }
}

/// A wrong answer would teach clients something wrong, so it stops whoever asked to be told
/// ([`crate::Rules::checks_answers`]).
fn assert_described(method: &Method, answer: &Answer) {
    let misfit = match (&method.response, answer) {
        (Some(name), Answer::Resource { body, .. }) => {
            discovery().misfit(discovery().schema(name), body)
        }
        (Some(name), Answer::Printed { body, .. }) => match serde_json::from_slice(body) {
            Ok(body) => discovery().misfit(discovery().schema(name), &body),
            Err(_) => Some("no JSON".to_owned()),
        },
        (None, Answer::NoContent) => None,
        (None, Answer::Resource { .. } | Answer::Printed { .. }) => Some("a body".to_owned()),
        (Some(_), Answer::NoContent) => Some("no body".to_owned()),
    };
    assert!(
        misfit.is_none(),
        "{} answers what Google does not describe: {}",
        method.id,
        misfit.unwrap_or_default()
    );
}

/// The calendar's real id and the caller's role in it.
fn resolved(
    world: &World,
    caller: &Grant,
    (method, asked): (&'static Method, &str),
    trace: &mut Trace,
) -> Result<(String, Role), ApiError> {
    let id = if asked == "primary" {
        caller.account.as_str()
    } else {
        asked
    };
    trace.calendar = Some(id.to_owned());
    let calendar = world.calendars.get(id).ok_or_else(ApiError::not_found)?;
    let role = auth::require_role(calendar, caller, method)?;
    Ok((id.to_owned(), role))
}

/// Whoever must not see the details of private events must not write them either.
fn require_event_access(world: &World, call: &Call<'_>, method: &Method) -> Result<(), ApiError> {
    let is_write = method.short_id().starts_with("events.") && call.request.verb() != "GET";
    let event = world
        .calendars
        .get(&call.calendar)
        .and_then(|calendar| calendar.event(&call.event, call.now, &world.rules));
    let is_hidden = event.is_some_and(|event| Detail::of(call.role).hides(&event.content.fields));
    if is_write && is_hidden {
        return Err(ApiError::role_too_low(Role::Writer));
    }
    Ok(())
}

fn render(answer: Answer, call: &Call<'_>) -> Response {
    let etag = match &answer {
        Answer::NoContent => return Response::empty(204),
        Answer::Resource { etag, .. } | Answer::Printed { etag, .. } => etag.clone(),
    };
    let is_known = call.request.verb() == "GET"
        && call
            .request
            .header("if-none-match")
            .is_some_and(|header| matches_etag(header, &etag));
    if is_known {
        return Response::empty(304).with_header("etag", &etag);
    }
    let body = match answer {
        Answer::NoContent => Vec::new(),
        Answer::Resource { body, .. } => json_bytes(&call.selection.apply(body), call.is_pretty),
        Answer::Printed { body, .. } => body,
    };
    let response = Response::of_printed_json(200, body);
    let response = if etag.is_empty() {
        response
    } else {
        response.with_header("etag", &etag)
    };
    response
        .with_header(
            "cache-control",
            "private, max-age=0, must-revalidate, no-transform",
        )
        .with_header("vary", "Origin")
}

impl Call<'_> {
    fn calendar<'w>(&self, world: &'w World) -> &'w Calendar {
        &world.calendars[&self.calendar]
    }

    fn body(&self) -> Result<Map<String, Value>, ApiError> {
        match serde_json::from_slice(&self.request.body) {
            Ok(Value::Object(body)) => Ok(body),
            _ => Err(ApiError::parse_error()),
        }
    }

    /// Refuses a write whose `If-Match` names another state than `etag`.
    fn require_match(&self, etag: &str) -> Result<(), ApiError> {
        match self.request.header("if-match") {
            Some(wanted) if !matches_etag(wanted, etag) => Err(ApiError::stale()),
            _ => Ok(()),
        }
    }

    fn write_options(&self) -> WriteOptions {
        let is_one = |name: &str| self.parameters.integer(name) == Some(1);
        WriteOptions {
            has_conference_data: is_one("conferenceDataVersion"),
            has_attachments: self.parameters.flag("supportsAttachments") == Some(true),
            has_event_labels: is_one("eventLabelVersion"),
        }
    }

    /// Whom a write tells by mail: `sendUpdates`, or the older `sendNotifications` (§8.2).
    fn send_updates(&self) -> SendUpdates {
        let notifies = self.parameters.flag("sendNotifications");
        match (self.parameters.text("sendUpdates"), notifies) {
            (Some("all"), _) | (None, Some(true)) => SendUpdates::All,
            (Some("externalOnly"), _) => SendUpdates::ExternalOnly,
            _ => SendUpdates::None,
        }
    }

    fn write<'a>(&'a self, rules: &'a crate::world::Rules) -> Write<'a> {
        Write {
            now: self.now,
            rules,
            event: &self.event,
            if_match: self.request.header("if-match"),
            options: self.write_options(),
        }
    }

    /// How the caller wants to see events of its calendar.
    fn view<'w>(&self, world: &'w World) -> Result<View<'w>, ApiError> {
        let mut view = world.view_of(self.calendar(world));
        view.detail = Detail::of(self.role);
        if let Some(name) = self.parameters.text("timeZone") {
            view.zone = zone(name).ok_or_else(|| {
                ApiError::invalid(format!("Invalid time zone: {name}")).at_parameter("timeZone")
            })?;
        }
        let attendees_max = self.parameters.integer("maxAttendees");
        view.attendees_max = attendees_max.and_then(|most| usize::try_from(most).ok());
        Ok(view)
    }

    fn shown(&self, world: &World, event: &Event) -> Result<Answer, ApiError> {
        let view = self.view(world)?;
        let body = self.calendar(world).resource(event, &view);
        Ok(Answer::Resource {
            body,
            etag: event.etag(),
        })
    }

    /// The event this call has just written, as it now is.
    fn written(&self, world: &World, event_id: &str) -> Result<Answer, ApiError> {
        let event = self.calendar(world).event(event_id, self.now, &world.rules);
        let event = event.ok_or_else(ApiError::not_found)?;
        self.shown(world, &event)
    }
}

/// The description's own name for everything under `/calendar/v3/`.
pub(crate) fn method_at(verb: &str, path: &str) -> Option<(&'static Method, Vec<String>)> {
    discovery().find(verb, path)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answered(method: &str, answer: &Answer) {
        let found = discovery().methods().iter().find(|m| m.id == method);
        assert_described(found.expect("a method of Google"), answer);
    }

    fn resource(body: Value) -> Answer {
        let etag = String::new();
        Answer::Resource { body, etag }
    }

    #[test]
    fn what_google_describes_may_be_answered() {
        let event = json!({"summary": "x", "sequence": 1});
        answered("calendar.events.get", &resource(event));
        answered("calendar.events.delete", &Answer::NoContent);
    }

    #[test]
    #[should_panic(expected = "calendar.events.get answers what Google does not describe: booking")]
    fn a_field_of_our_own_is_not() {
        answered("calendar.events.get", &resource(json!({"booking": 1})));
    }

    #[test]
    #[should_panic(
        expected = "calendar.events.delete answers what Google does not describe: a body"
    )]
    fn a_body_where_there_is_none_is_not() {
        answered("calendar.events.delete", &resource(json!({})));
    }
}
