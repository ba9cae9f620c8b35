//! Every function of `store::tables`, at least once. `coverage` holds that none is missing.

mod access;
mod allowances;
mod audits;
mod bookings;
mod busy;
mod calendars;
mod channels;
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
mod receivers;
mod revocations;
mod sealed;
mod seats;
mod timeline;
