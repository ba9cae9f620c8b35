//! `/{org}/{event_type}`: the days and times that can be booked.

use app::organizations::Organization;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::event_type::EventType;
use http::StatusCode;

use crate::errors::{Failure, Problem};
use crate::pages::organization::{self, ServiceView};
use crate::parts::freshness::stale_note;
use crate::picker::search::{Of, search};
use crate::picker::{Picker, Places, Range, picker};
use crate::request::query::{CalendarQuery, ZoneAsked};
use crate::request::visitor::Visitor;
use crate::shell::Shell;
use crate::state::WebState;
use crate::urls;

pub(crate) mod book;

#[derive(Template)]
#[template(path = "organization/event_type.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) back_href: String,
    pub(crate) service: ServiceView,
    pub(crate) picker: Picker,
}

/// The organization and the event type of two slugs.
pub(crate) async fn find(
    state: &WebState,
    visitor: &Visitor,
    slugs: &(String, String),
) -> Result<(Organization, EventType), Failure> {
    let organization = organization::find(state, visitor, &slugs.0).await?;
    let event_type = app::event_types::by_slug(&state.app, organization.id, &slugs.1)
        .await
        .map_err(|e| state.failed(visitor, &e))?
        .ok_or_else(|| visitor.failure(Problem::NotFound))?;
    Ok((organization, event_type))
}

/// `GET /{org}/{event_type}`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(slugs): Path<(String, String)>,
) -> Result<Response, Failure> {
    let (organization, event_type) = find(&state, &visitor, &slugs).await?;
    let words = visitor.words(organization.locale);
    let zone = visitor.zone_or(&organization.zone);
    let query = CalendarQuery::read(&visitor.query);
    let horizon = event_type.rules.horizon;
    let range = Range::new(&query, &zone, state.app.now(), horizon);
    let (range, found) = search(&state, &visitor, Of::New(&slugs.0, &slugs.1), range).await?;
    let service = ServiceView::new(words, &organization.slug, &event_type);
    let places = Places {
        page: &service.href,
        choose: &urls::book(&organization.slug, &event_type.slug),
        zone_is_fixed: false,
    };
    let header = organization::header(&organization);
    let mut shell = Shell::new(&visitor, words, &service.name, header);
    shell.detect_zone = (visitor.zone == ZoneAsked::No).then(|| zone.name().to_owned());
    let page = Page {
        shell,
        back_href: urls::organization(&organization.slug),
        picker: picker(
            words,
            &visitor,
            &range,
            &query,
            &found.slots,
            &organization.zone,
            places,
        )
        .with_note(stale_note(words, found.stale, &zone)),
        service,
    };
    state.show(&visitor, StatusCode::OK, &page)
}
