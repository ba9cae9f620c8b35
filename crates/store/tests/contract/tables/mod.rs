//! Every function of `store::tables`, at least once. `coverage` holds that none is missing.

mod access;
mod allowances;
mod bookings;
mod busy;
mod calendars;
mod claims;
mod conflicts;
mod connections;
mod event_types;
mod holds;
mod hosts;
mod idempotency;
mod leases;
mod links;
mod mirror;
mod oauth_attempts;
mod organizations;
mod outgoing_messages;
mod quotas;
mod revocations;
mod sealed;
mod seats;
mod timeline;
mod verifications;
