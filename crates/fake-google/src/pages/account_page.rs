//! Which apps have access to an account, and the button that takes it away, as a Google account has
//! them.
//!
//! | POST | form fields, beside those of the place |
//! |---|---|
//! | `/calendar/account/revoke` | `project` |

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::calendars::{write_hidden, write_place};
use super::place::Place;
use crate::html::{Page, escape, put};
use crate::http::{Fields, Response};
use crate::log::Trace;
use crate::oauth::consent_page::write_sentences;
use crate::text::Word;
use crate::world::World;

/// The page.
pub(super) fn response(world: &World, now: Timestamp, place: &Place) -> Response {
    let say = |word: Word| word.in_language(place.language);
    let mut body = format!(
        r#"<main class="card account-card"><h1>{}</h1><p class="quiet">{}</p>"#,
        say(Word::AppsWithAccess),
        escape(&place.account)
    );
    let consents = world.oauth.consents.iter();
    let mut is_empty = true;
    for ((project, account), scopes) in consents {
        if *account == place.account && !scopes.is_empty() {
            is_empty = false;
            write_app(&mut body, (world, now), place, project, scopes);
        }
    }
    if is_empty {
        put!(body, "<p>{}</p>", say(Word::NoApps));
    }
    put!(
        body,
        r#"<p class="actions"><a class="button back" href="{}">{}</a></p></main>"#,
        escape(&place.calendar_link()),
        say(Word::BackToCalendar)
    );
    Page {
        status: 200,
        language: place.language,
        title: say(Word::AppsWithAccess),
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}

fn write_app(
    body: &mut String,
    (world, now): (&World, Timestamp),
    place: &Place,
    project: &str,
    scopes: &BTreeSet<String>,
) {
    let say = |word: Word| word.in_language(place.language);
    let clients = world.oauth.clients.values();
    let clients: Vec<&str> = clients
        .filter(|client| client.project == project)
        .map(|client| client.id.as_str())
        .collect();
    put!(
        body,
        r#"<section class="app"><h2>{}</h2><p class="quiet">{}</p><ul>"#,
        escape(project),
        escape(&clients.join(", ")),
    );
    write_sentences(body, place.language, scopes);
    body.push_str("</ul>");
    let tokens = world.oauth.refresh_tokens.values();
    let is_offline = tokens
        .filter(|token| token.grant.project == project && token.grant.account == place.account)
        .any(|token| token.is_alive(now, &world.rules));
    if is_offline {
        put!(body, r#"<p class="quiet">{}</p>"#, say(Word::AlsoWhileAway));
    }
    body.push_str(r#"<form method="post" action="/calendar/account/revoke">"#);
    write_place(body, place);
    write_hidden(body, "project", project);
    put!(
        body,
        r#"<p class="actions"><button class="danger">{}</button></p></form></section>"#,
        say(Word::RevokeAccess)
    );
}

/// Ends all that the account has granted to a project.
pub(super) fn revoke(world: &mut World, now: Timestamp, place: &Place, form: &Fields) -> Response {
    if let Some(project) = form.get("project") {
        world.oauth.revoke(Some(project), &place.account);
    }
    let response = Response::redirect(303, &place.link("/calendar/account", &[]));
    let trace = Trace {
        account: Some(place.account.clone()),
        ..Trace::default()
    };
    let name = "page.account.revoke";
    world.log.record(now, name, trace, response.status, None);
    response
}
