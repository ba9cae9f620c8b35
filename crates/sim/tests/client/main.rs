//! The typed client against the fake Google, call by call: what the mirror reads of it, and push.
//!
//! The fake refuses what Google does not describe, so that a parameter or field of ours that Google
//! does not have fails here.

#![expect(
    clippy::unwrap_used,
    reason = "a call that cannot be made as meant has failed"
)]

mod fake;
mod pull;
mod push;
