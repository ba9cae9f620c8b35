//! `/`: the organizations of this installation.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Locale;
use http::StatusCode;

use crate::errors::Failure;
use crate::request::visitor::Visitor;
use crate::shell::{Header, Shell};
use crate::state::WebState;
use crate::urls;

#[derive(Template)]
#[template(path = "index.html")]
pub(crate) struct Page {
    pub(crate) shell: Shell,
    pub(crate) organizations: Vec<OrganizationLink>,
}

pub(crate) struct OrganizationLink {
    pub(crate) name: String,
    pub(crate) href: String,
}

impl Page {
    /// The organizations, by slug and name.
    pub(crate) fn new(visitor: &Visitor, organizations: &[(String, String)]) -> Self {
        let words = visitor.words(Locale::default());
        Self {
            shell: Shell::new(visitor, words, "", Header::Product),
            organizations: organizations
                .iter()
                .map(|(slug, name)| OrganizationLink {
                    name: name.clone(),
                    href: urls::organization(slug),
                })
                .collect(),
        }
    }
}

/// `GET /`
pub(crate) async fn get(
    State(state): State<WebState>,
    visitor: Visitor,
) -> Result<Response, Failure> {
    let found = app::organizations::list(&state.app)
        .await
        .map_err(|e| state.failed(&visitor, &e))?;
    if let [only] = found.as_slice() {
        return Err(Failure::go_to(&urls::organization(&only.slug)));
    }
    let links: Vec<_> = found.into_iter().map(|o| (o.slug, o.name)).collect();
    let page = Page::new(&visitor, &links);
    state.show(&visitor, StatusCode::OK, &page)
}
