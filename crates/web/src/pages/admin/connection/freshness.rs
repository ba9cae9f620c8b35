//! `POST /admin/connection/freshness`: what becomes of bookings when a calendar was not read for too long
//! (scenarios D5, F3). The form is on the connection page.

use app::organizations::{FreshnessChange, change_freshness};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::freshness::{OnStale, Policy};

use super::Outcome;
use crate::errors::{Failure, Problem};
use crate::i18n::{Key, key};
use crate::pages::admin::SignedIn;
use crate::request::fields::Fields;
use crate::request::visitor::Visitor;
use crate::state::WebState;

/// The form as it is shown.
pub(crate) struct FreshnessForm {
    pub(crate) choices: Vec<Choice>,
    pub(crate) minutes: i64,
    pub(crate) minutes_min: i64,
    pub(crate) minutes_max: i64,
}

/// What can be done with a booking.
pub(crate) struct Choice {
    pub(crate) value: &'static str,
    pub(crate) label: Key,
    pub(crate) is_chosen: bool,
}

impl FreshnessForm {
    pub(crate) fn new(policy: &Policy) -> Self {
        let choice = |(on_stale, label): (OnStale, Key)| Choice {
            value: on_stale.as_str(),
            label,
            is_chosen: on_stale == policy.on_stale,
        };
        let all = [
            (OnStale::Allow, key("freshness-allow")),
            (OnStale::Tentative, key("freshness-tentative")),
            (OnStale::Refuse, key("freshness-refuse")),
        ];
        Self {
            choices: all.into_iter().map(choice).collect(),
            minutes: policy.stale_after.as_mins(),
            minutes_min: Policy::MINUTES_MIN,
            minutes_max: Policy::MINUTES_MAX,
        }
    }
}

/// `POST /admin/connection/freshness`: all of the form, or nothing.
pub(crate) async fn post(
    State(state): State<WebState>,
    visitor: Visitor,
    signed_in: SignedIn,
    typed: Fields,
) -> Result<Response, Failure> {
    signed_in.check(&visitor, &typed)?;
    let on_stale = OnStale::from_name(typed.get("on_stale"));
    let on_stale = on_stale.ok_or_else(|| visitor.failure(Problem::BadRequest))?;
    let minutes = typed.get("stale_after_minutes").trim().parse().ok();
    let stale_after = minutes.and_then(|minutes| Policy::stale_after(minutes).ok());
    let Some(stale_after) = stale_after else {
        return Ok(Redirect::to(&Outcome::FreshnessLimit.href()).into_response());
    };
    let change = FreshnessChange {
        on_stale: Some(on_stale),
        stale_after: Some(stale_after),
    };
    let organization = signed_in.session.organization.id;
    change_freshness(&state.app, organization, change)
        .await
        .map_err(|error| state.failed(&visitor, &error))?;
    Ok(Redirect::to(&Outcome::FreshnessSaved.href()).into_response())
}
