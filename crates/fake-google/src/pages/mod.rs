//! The calendar for people: days to look at and to drag events in, and plain forms behind them.
//!
//! Everything works without JavaScript; `assets/page.js` adds dragging, dialogs and refreshing on
//! top of the same addresses. Edits go through [`Calendar`](crate::calendar::Calendar) like those
//! of the API, by an account with the role it has in the calendar. Looking is not logged (the page
//! polls), edits are, as `page.…`.
//!
//! To add a page: a file with a function from the world and the place to a response, an arm in
//! [`look`], its sentences in `text.rs`, and a row in the tests of both kinds. An edit: an arm in
//! [`edit`].

mod account_page;
mod assets;
mod calendar_page;
mod calendars;
mod draft;
mod edits;
mod event_details;
mod event_form;
mod event_link;
mod event_page;
mod header;
mod opening;
mod place;
mod repeat;
mod scope;
mod shown;
mod week;

use jiff::Timestamp;
use serde_json::json;

use self::place::Place;
use crate::html::Page;
use crate::http::{Request, Response};
use crate::text::{Language, Word};
use crate::world::World;

/// Answers a page, an asset, or an edit made on a page.
pub(crate) fn run(world: &mut World, now: Timestamp, request: &Request) -> Response {
    let path = request.path_only();
    match (request.method.as_str(), path) {
        ("GET" | "HEAD", "/") => {
            let query = request
                .path
                .split_once('?')
                .map(|(_, query)| format!("?{query}"));
            Response::redirect(302, &format!("/calendar{}", query.unwrap_or_default()))
        }
        ("GET" | "HEAD", _) if path.starts_with("/_assets/") => assets::run(request),
        ("GET" | "HEAD", _) => look(world, now, request, path),
        ("POST", _) => edit(world, now, request, path),
        _ => not_found(Language::of(request)),
    }
}

fn look(world: &World, now: Timestamp, request: &Request, path: &str) -> Response {
    let query = request.query();
    let language = Language::of(request);
    let Some(place) = Place::read(world, now, &query, language) else {
        return no_accounts(language);
    };
    match path {
        "/calendar" => calendar_page::response(world, now, &place),
        "/calendar/version" => {
            let version = calendar_page::current_version(world, now, &place);
            Response::of_json(200, &json!({ "version": version }))
        }
        "/calendar/account" => account_page::response(world, now, &place),
        "/calendar/new" => event_page::blank(world, now, &place, &query),
        "/calendar/event" => event_page::existing(world, now, &place, &query),
        _ => not_found(language),
    }
}

/// Anything that changes something. A browser says where a form came from, and only our own pages
/// may send one.
fn edit(world: &mut World, now: Timestamp, request: &Request, path: &str) -> Response {
    let language = Language::of(request);
    if request.is_cross_site() {
        return problem(403, language, Word::CrossSite);
    }
    let form = request.form();
    let Some(place) = Place::read(world, now, &form, language) else {
        return no_accounts(language);
    };
    match path {
        "/calendar/show" => calendars::choose(world, now, &place, &form),
        "/calendar/account/revoke" => account_page::revoke(world, now, &place, &form),
        _ => edits::run(world, now, request, place, &form),
    }
}

fn no_accounts(language: Language) -> Response {
    let [line, hint] =
        [Word::NoAccounts, Word::NoAccountsHint].map(|word| word.in_language(language));
    let body = format!(r#"<main class="card"><h1>{line}</h1><p>{hint}</p></main>"#);
    Page {
        status: 200,
        language,
        title: line,
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}

fn not_found(language: Language) -> Response {
    problem(404, language, Word::NotFound)
}

/// A page that says one thing and leads back.
fn problem(status: u16, language: Language, word: Word) -> Response {
    let (line, back) = (word.in_language(language), Word::Back.in_language(language));
    let body = format!(
        r#"<main class="card"><h1>{line}</h1><p><a class="button" href="/calendar">{back}</a></p></main>"#
    );
    Page {
        status,
        language,
        title: line,
        class: "plain",
        body: &body,
        form_target: None,
    }
    .response()
}
