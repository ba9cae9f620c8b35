//! The reads and writes of each table: one file a table, one function a statement or two.
//!
//! A write that must hit exactly one row says so and checks it; a read that may find nothing gives an
//! `Option`, because only the caller knows whether that is an error.

pub mod access;
pub mod allowances;
pub mod attendee_messages;
pub mod audits;
pub mod bookings;
pub mod busy;
pub mod calendars;
pub mod channels;
pub mod claims;
pub mod conflicts;
pub mod connections;
pub mod event_types;
pub mod holds;
pub mod hosts;
pub mod idempotency;
pub mod incoming;
pub mod installation;
pub mod leases;
pub mod links;
pub mod losses;
pub mod mirror;
pub mod oauth_attempts;
pub mod organizations;
pub mod outgoing_messages;
pub mod quotas;
pub mod receivers;
pub mod revocations;
pub mod sealed;
pub mod seats;
pub mod timeline;
pub mod verifications;
