//! Drives the fake through its edges: requests in, answers out.

mod conformance;
mod control;
mod converge;
mod coverage;
mod dance;
mod description;
mod determinism;
mod discovery;
mod events;
mod faults;
mod harness;
mod identity;
mod list;
mod oauth;
mod pages;
mod projects;
mod push;
mod push_http;
mod quotas;
mod scopes;
mod series;
mod service_accounts;
mod setup;
mod shell;
mod sync;
