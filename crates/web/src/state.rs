//! What every handler has at hand.

use std::error::Error;
use std::sync::Arc;

use app::App;
use app::freshness::{Look, Patience};
use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;

use crate::errors::Failure;
use crate::headers::Surroundings;
use crate::request::visitor::Visitor;

/// Where Google sends a browser back to, unless `GOOGLE_REDIRECT_URI` names another path.
pub(crate) const CALLBACK_PATH: &str = "/oauth/google/callback";

/// What the pages need. Cheap to clone.
#[derive(Clone)]
pub struct WebState {
    /// The use cases.
    pub app: App,
    /// Whether people reach us over https: decides names and flags of cookies, and HSTS.
    pub is_https: bool,
    /// Waits for calendars, where somebody can.
    pub patience: Option<Arc<dyn Patience>>,
}

impl WebState {
    /// The state for `app`, which knows the address people reach it at.
    pub fn new(app: App) -> Self {
        let is_https = app.public_url().scheme() == "https";
        Self {
            app,
            is_https,
            patience: None,
        }
    }

    /// Waits a moment for `look`.
    pub(crate) async fn wait(&self, look: Look) {
        if let Some(patience) = &self.patience {
            patience.wait(look).await;
        }
    }

    /// Our own origin, as browsers write it.
    pub(crate) fn public_origin(&self) -> String {
        self.app.public_url().origin().ascii_serialization()
    }

    /// The redirect address Google must know: the one configured, else the one to configure.
    pub(crate) fn redirect_uri(&self) -> String {
        let google = self.app.settings().google.as_ref().ok();
        match google.and_then(|google| google.client().ok()) {
            Some(client) => client.redirect_uri.clone(),
            None => {
                let base = self.app.public_url().as_str().trim_end_matches('/');
                format!("{base}{CALLBACK_PATH}")
            }
        }
    }

    /// What response headers depend on.
    pub(crate) fn surroundings(&self) -> Surroundings {
        let google = self.app.settings().google.as_ref().ok();
        let path = url::Url::parse(&self.redirect_uri()).map(|uri| uri.path().to_owned());
        Surroundings {
            is_https: self.is_https,
            google_origin: google.map(|g| g.endpoints.auth.origin().ascii_serialization()),
            callback_path: path.unwrap_or_else(|_| CALLBACK_PATH.to_owned()),
        }
    }

    /// The answer that shows `page`.
    pub(crate) fn show(
        &self,
        visitor: &Visitor,
        status: StatusCode,
        page: &impl Template,
    ) -> Result<Response, Failure> {
        let html = page.render().map_err(|e| self.failed(visitor, &e))?;
        Ok((status, Html(html)).into_response())
    }

    /// Logs our own failure, and gives the page that says so.
    pub(crate) fn failed(&self, visitor: &Visitor, error: &(dyn Error + 'static)) -> Failure {
        Failure::internal(visitor, self.app.now(), error)
    }
}
