//! `/{org}`: what can be booked with an organization.

use app::organizations::Organization;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;
use domain::event_type::EventType;
use http::StatusCode;

use crate::dates;
use crate::errors::{Failure, Problem};
use crate::i18n::Words;
use crate::request::visitor::Visitor;
use crate::shell::{Header, Shell};
use crate::state::WebState;
use crate::urls;

pub(crate) mod event_type;

#[derive(Template)]
#[template(path = "organization.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) services: Vec<ServiceView>,
}

/// An event type, as people see it.
#[derive(Clone, Debug)]
pub(crate) struct ServiceView {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) duration: String,
    pub(crate) host: String,
    pub(crate) href: String,
}

impl ServiceView {
    /// `event_type` of the organization called `organization` in URLs.
    pub(crate) fn new(words: Words, organization: &str, event_type: &EventType) -> Self {
        Self {
            name: event_type.name.clone(),
            description: event_type.description.clone(),
            duration: dates::duration(words, event_type.rules.duration),
            host: event_type.host_names(),
            href: urls::event_type(organization, &event_type.slug),
        }
    }
}

/// The top of an organization's public pages.
pub(crate) fn header(organization: &Organization) -> Header {
    Header::Organization {
        name: organization.name.clone(),
        href: urls::organization(&organization.slug),
    }
}

/// The organization of a slug.
pub(crate) async fn find(
    state: &WebState,
    visitor: &Visitor,
    slug: &str,
) -> Result<Organization, Failure> {
    app::organizations::by_slug(&state.app, slug)
        .await
        .map_err(|e| state.failed(visitor, &e))?
        .ok_or_else(|| visitor.failure(Problem::NotFound))
}

/// `GET /{org}`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let organization = find(&state, &visitor, &slug).await?;
    let event_types = app::event_types::list(&state.app, organization.id)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    let words = visitor.words(organization.locale);
    let page = Page {
        shell: Shell::new(&visitor, words, "", header(&organization)),
        services: event_types
            .iter()
            .map(|event_type| ServiceView::new(words, &organization.slug, event_type))
            .collect(),
    };
    state.show(&visitor, StatusCode::OK, &page)
}
