//! The real way to Google: an HTTP client with limits.

use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use google::transport::Sending;
use google::{Transport, TransportError};
use http::{Request, Response};

/// A connection that takes longer will not come.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Google answers in well under a second; a full page of events in a few.
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);
/// A page of 2,500 events is about 5 MB.
const BODY_MAX: usize = 16 * 1024 * 1024;

/// Sends requests with `reqwest`.
pub(crate) struct HttpTransport {
    client: reqwest::Client,
}

impl HttpTransport {
    /// A client that follows no redirects and gives up in time.
    pub(crate) fn new() -> anyhow::Result<Self> {
        // A second call finds the provider in place, which is as good.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .redirect(reqwest::redirect::Policy::none())
            // Google compresses only for agents that say "gzip" by name.
            .user_agent(concat!("lockstep/", env!("CARGO_PKG_VERSION"), " (gzip)"))
            .build()
            .context("the HTTP client could not be made")?;
        Ok(Self { client })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let request = reqwest::Request::try_from(request)
            .map_err(|error| TransportError::NotSent(error.to_string()))?;
        let mut response = self.client.execute(request).await.map_err(classify)?;
        let mut answer = Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            *headers = std::mem::take(response.headers_mut());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(classify)? {
            if body.len() + chunk.len() > BODY_MAX {
                return Err(TransportError::Lost("the answer is too large".to_owned()));
            }
            body.extend_from_slice(&chunk);
        }
        answer
            .body(Bytes::from(body))
            .map_err(|error| TransportError::Lost(error.to_string()))
    }
}

impl Transport for HttpTransport {
    fn send(&self, request: Request<Bytes>) -> Sending<'_> {
        Box::pin(self.exchange(request))
    }
}

/// Only a failure to connect is certain to have had no effect. The address is left out: it is known,
/// and may carry a token.
fn classify(error: reqwest::Error) -> TransportError {
    let is_unsent = error.is_connect() || error.is_builder();
    let text = if error.is_timeout() {
        "timed out".to_owned()
    } else {
        cause(error.without_url())
    };
    if is_unsent {
        TransportError::NotSent(text)
    } else {
        TransportError::Lost(text)
    }
}

/// The innermost cause: the one that says something.
fn cause(error: reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}
