//! The seam to the network: one request out, one answer or failure back.

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;

/// An answer under way.
pub type Sending<'t> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 't>>;

/// Sends requests. `server` uses an HTTP client, the simulator calls the fake Google directly.
///
/// Implementations bound the time and the size of an answer, follow no redirects, and never retry.
pub trait Transport: Send + Sync {
    /// Sends `request` once.
    fn send(&self, request: http::Request<Bytes>) -> Sending<'_>;
}

/// Why there is no answer. What matters is whether the request may have had its effect.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportError {
    /// It never left: no such host, connection refused, TLS failed. It had no effect.
    #[error("Google could not be reached: {0}")]
    NotSent(String),
    /// It left, and no complete answer came: timeout, broken connection. It may have had its effect.
    #[error("no answer from Google: {0}")]
    Lost(String),
}
