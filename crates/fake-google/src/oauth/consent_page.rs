//! The consent page and the page that says why there is none.

use std::collections::BTreeSet;

use crate::html::{Page, escape, put};
use crate::http::{Request, Response};
use crate::oauth::authorize::{Ask, AskError, is_person};
use crate::oauth::scope::{EMAIL, OPENID, PROFILE};
use crate::text::{Language, Word};
use crate::world::{Account, ConsentBoxes, World};

/// Asks the owner which account and which scopes.
pub(crate) fn question(
    world: &World,
    language: Language,
    request: &Request,
    ask: &Ask,
) -> Response {
    let say = |word: Word| word.in_language(language);
    let title = say(Word::WantsAccess).replace("{client}", &ask.client);
    let mut body = format!(
        r#"<main class="card"><h1>{}</h1><form method="post" action="{}">"#,
        escape(&title),
        escape(&request.path),
    );
    write_accounts(&mut body, world, language, ask);
    write_scopes(&mut body, world, language, ask);
    let (deny, allow) = (say(Word::Deny), say(Word::Allow));
    put!(
        body,
        r#"<p class="actions"><button name="decision" value="deny">{deny}</button>
<button class="primary" name="decision" value="allow">{allow}</button></p></form></main>"#
    );
    let target = url::Url::parse(&ask.redirect_uri).ok();
    let target = target.map(|url| url.origin().ascii_serialization());
    Page {
        status: 200,
        language,
        title: say(Word::SignIn),
        class: "consent",
        body: &body,
        form_target: target.as_deref(),
    }
    .response()
}

/// Google's error page: the request never gets back to the client.
pub(crate) fn error(language: Language, error: &AskError) -> Response {
    let code = format!("{}: {}", error.status, error.error);
    let line = Word::ErrorLine
        .in_language(language)
        .replace("{code}", &code);
    let heading = Word::AccessBlocked.in_language(language);
    let body = format!(
        r#"<main class="card"><h1>{heading}</h1><p class="error">{}</p><p><code>{}</code></p></main>"#,
        escape(&line),
        escape(&error.detail),
    );
    Page {
        status: error.status,
        language,
        title: &line,
        class: "consent",
        body: &body,
        form_target: None,
    }
    .response()
}

fn write_accounts(body: &mut String, world: &World, language: Language, ask: &Ask) {
    let legend = Word::ChooseAccount.in_language(language);
    put!(body, "<fieldset><legend>{legend}</legend>");
    let hinted = ask.login_hint.as_deref();
    let people = world.accounts.values();
    let people: Vec<&Account> = people.filter(|account| is_person(world, account)).collect();
    let chosen = people
        .iter()
        .find(|account| {
            [&account.email, &account.sub]
                .iter()
                .any(|id| hinted == Some(id))
        })
        .or_else(|| people.first());
    for account in &people {
        let checked = if Some(account) == chosen {
            " checked"
        } else {
            ""
        };
        let (email, name) = (escape(&account.email), escape(&account.name));
        put!(
            body,
            r#"<label class="choice"><input type="radio" name="account" value="{email}" required{checked}>
<span><strong>{name}</strong> <small>{email}</small></span></label>"#
        );
    }
    if people.is_empty() {
        put!(body, "<p>{}</p>", Word::NoAccounts.in_language(language));
    }
    body.push_str("</fieldset>");
}

fn write_scopes(body: &mut String, world: &World, language: Language, ask: &Ask) {
    let boxes: Vec<&str> = ask.optional_scopes().collect();
    if !boxes.is_empty() {
        let legend = Word::SelectWhat.in_language(language);
        put!(body, "<fieldset><legend>{legend}</legend>");
        for scope in boxes {
            let boxes = ask.is_granular().then_some(world.rules.consent_boxes);
            write_scope(body, language, scope, boxes);
        }
        body.push_str("</fieldset>");
    }
    let seen: Vec<&str> = [
        (OPENID, Word::SeeIdentity),
        (EMAIL, Word::SeeEmail),
        (PROFILE, Word::SeeProfile),
    ]
    .into_iter()
    .filter(|(scope, _)| ask.scopes.contains(*scope))
    .map(|(_, word)| word.in_language(language))
    .collect();
    if !seen.is_empty() {
        let line = Word::ItWillSee
            .in_language(language)
            .replace("{what}", &seen.join(", "));
        put!(body, r#"<p class="quiet">{line}</p>"#);
    }
}

/// What scopes mean, as items of a list.
pub(crate) fn write_sentences(body: &mut String, language: Language, scopes: &BTreeSet<String>) {
    for scope in scopes {
        let word = match scope.as_str() {
            OPENID => Some(Word::SeeIdentity),
            EMAIL => Some(Word::SeeEmail),
            PROFILE => Some(Word::SeeProfile),
            scope => sentence(scope),
        };
        let name = escape(scope.rsplit('/').next().unwrap_or(scope));
        match word.map(|word| word.in_language(language)) {
            Some(sentence) => put!(body, "<li>{sentence} <small>{name}</small></li>"),
            None => put!(body, "<li>{name}</li>"),
        }
    }
}

fn write_scope(body: &mut String, language: Language, scope: &str, boxes: Option<ConsentBoxes>) {
    let name = scope.rsplit('/').next().unwrap_or(scope);
    let sentence = sentence(scope).map_or(name, |word| word.in_language(language));
    let scope = escape(scope);
    let checked = match boxes {
        Some(ConsentBoxes::Ticked) => " checked",
        _ => "",
    };
    let input = match boxes {
        Some(_) => format!(r#"<input type="checkbox" name="scope" value="{scope}"{checked}>"#),
        None => String::new(),
    };
    put!(
        body,
        r#"<label class="choice">{input}<span>{sentence} <small>{name}</small></span></label>"#
    );
}

/// What a scope means to a person; rare ones go by their name.
fn sentence(scope: &str) -> Option<Word> {
    match scope.strip_prefix("https://www.googleapis.com/auth/")? {
        "calendar" => Some(Word::ScopeCalendar),
        "calendar.readonly" => Some(Word::ScopeReadonly),
        "calendar.events" => Some(Word::ScopeEvents),
        "calendar.events.readonly" => Some(Word::ScopeEventsReadonly),
        "calendar.events.owned" => Some(Word::ScopeEventsOwned),
        "calendar.freebusy" => Some(Word::ScopeFreebusy),
        "calendar.calendarlist" | "calendar.calendarlist.readonly" => Some(Word::ScopeCalendarList),
        _ => None,
    }
}
