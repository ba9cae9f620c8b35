//! Every function of `store::tables`, at least once. `coverage` holds that none is missing.

mod access;
mod bookings;
mod calendars;
mod claims;
mod connections;
mod event_types;
mod links;
mod oauth_attempts;
mod organizations;
mod timeline;
