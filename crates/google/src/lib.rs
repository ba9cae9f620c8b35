//! Google OAuth 2.0 and Calendar v3, as far as Lockstep uses them: a typed client over [`Transport`].
//!
//! The only crate that knows Google's JSON, parameters and error bodies. It has no database and no
//! runtime: every function builds one request, awaits [`Transport::send`] once, and reads the answer
//! into the words of `domain`. It never retries; it says what its caller can do ([`Advice`]).
//!
//! [`events`] has the calls of the link work, [`pull`] those of the mirror, [`push`] the channels.
//!
//! To add a call: a function in [`events`] or a neighbour, its body types beside it, and a row for
//! each way it can fail in that module's table test.

mod call;
pub mod endpoints;
pub mod error;
pub mod event_id;
pub mod events;
pub mod identity;
pub mod oauth;
pub mod pull;
pub mod push;
#[cfg(test)]
mod script;
pub mod service_account;
pub mod transport;

pub use endpoints::Endpoints;
pub use error::{Advice, CallError, TokenError};
pub use service_account::ServiceAccount;
pub use transport::{Transport, TransportError};
