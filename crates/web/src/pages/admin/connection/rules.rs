//! `/admin/connection/rules`: how conflicts between bookings and their events are decided (design section 6,
//! row V3).

use app::connections::policy::{choose_policy, policy};
use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ConnectionId;
use domain::sync::policy::{OnChange, Policy, Winner};
use http::StatusCode;

use super::Outcome;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, key};
use crate::pages::admin::SignedIn;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::shell::{Section, Shell};
use crate::state::WebState;
use crate::urls;

/// The page's address.
const PATH: &str = "/admin/connection/rules";

#[derive(Template)]
#[template(path = "admin/connection/rules.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    csrf: String,
    /// Which connection, as the form sends it back.
    connection: String,
    questions: Vec<Question>,
}

/// One thing to decide.
struct Question {
    /// The name of its field.
    name: &'static str,
    text: Key,
    help: Key,
    choices: Vec<Choice>,
}

struct Choice {
    value: &'static str,
    label: Key,
    is_chosen: bool,
}

/// `keeps_place` in the form.
const PLACE: [(&str, bool); 2] = [("follow", false), ("keep", true)];

impl Page {
    pub(crate) fn new(shell: Shell, csrf: String, connection: String, policy: &Policy) -> Self {
        let on_change = |name, text, help, follow: Key, chosen: OnChange| {
            let all = [
                (OnChange::Follow, follow),
                (OnChange::Ask, key("rules-ask")),
            ];
            let choices = all.into_iter().map(|(value, label)| Choice {
                value: value.as_str(),
                label,
                is_chosen: value == chosen,
            });
            Question {
                name,
                text,
                help,
                choices: choices.collect(),
            }
        };
        let place = PLACE.into_iter().map(|(value, keeps)| Choice {
            value,
            label: match keeps {
                false => key("rules-place-follow"),
                true => key("rules-place-keep"),
            },
            is_chosen: keeps == policy.keeps_place,
        });
        let both = Winner::CHOICES.into_iter().map(|(value, winner)| Choice {
            value,
            label: match winner {
                None => key("rules-both-origin"),
                Some(Winner::Ours) => key("rules-both-ours"),
                Some(Winner::Theirs) => key("rules-both-theirs"),
                Some(Winner::Newest) => key("rules-both-newest"),
            },
            is_chosen: winner == policy.both,
        });
        let questions = vec![
            on_change(
                "moves",
                key("rules-moves"),
                key("rules-moves-help"),
                key("rules-moves-follow"),
                policy.moves,
            ),
            on_change(
                "deletions",
                key("rules-deletions"),
                key("rules-deletions-help"),
                key("rules-deletions-follow"),
                policy.deletions,
            ),
            on_change(
                "restorations",
                key("rules-restorations"),
                key("rules-restorations-help"),
                key("rules-restorations-follow"),
                policy.restorations,
            ),
            Question {
                name: "place",
                text: key("rules-place"),
                help: key("rules-place-help"),
                choices: place.collect(),
            },
            Question {
                name: "both",
                text: key("rules-both"),
                help: key("rules-both-help"),
                choices: both.collect(),
            },
        ];
        Self {
            shell,
            csrf,
            connection,
            questions,
        }
    }
}

/// The page of the rules of `id`.
pub(crate) fn href(id: ConnectionId) -> String {
    urls::with_query(PATH, &[("connection", &id.to_string())])
}

fn read_id(visitor: &Visitor, fields: &Fields) -> Result<ConnectionId, Failure> {
    let id = fields.get("connection").parse();
    id.map_err(|_| visitor.failure(Problem::NotFound))
}

/// What was chosen: all of it, or nothing.
fn read(typed: &Fields) -> Option<Policy> {
    let on_change = |name: &str| OnChange::from_name(typed.get(name));
    let place = typed.get("place");
    Some(Policy {
        moves: on_change("moves")?,
        deletions: on_change("deletions")?,
        restorations: on_change("restorations")?,
        keeps_place: PLACE.iter().find(|(name, _)| *name == place)?.1,
        both: Winner::from_name(typed.get("both"))?,
    })
}

/// `GET /admin/connection/rules?connection=…`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
) -> Result<Response, Failure> {
    let id = read_id(&visitor, &visitor.query)?;
    let found = policy(&state.app, signed_in.session.organization.id, id)
        .await
        .map_err(|error| state.failed(&visitor, &error))?
        .ok_or_else(|| visitor.failure(Problem::NotFound))?;
    let heading = signed_in.words(&visitor).say("rules-heading");
    let shell = signed_in.shell(&visitor, &heading, Section::Connection);
    let csrf = signed_in.session.csrf.clone();
    let page = Page::new(shell, csrf, id.to_string(), &found);
    state.show(&visitor, StatusCode::OK, &page)
}

/// `POST /admin/connection/rules`: holds from the next change on; what waits in the inbox stays there.
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let id = read_id(&visitor, &typed)?;
    let chosen = read(&typed).ok_or_else(|| visitor.failure(Problem::BadRequest))?;
    let organization = signed_in.session.organization.id;
    let is_known = choose_policy(&state.app, organization, id, chosen)
        .await
        .map_err(|error| state.failed(&visitor, &error))?;
    match is_known {
        true => Ok(Redirect::to(&Outcome::RulesSaved.href()).into_response()),
        false => Err(visitor.failure(Problem::NotFound)),
    }
}
