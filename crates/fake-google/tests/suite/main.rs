//! Drives the fake through its edges: requests in, answers out.

mod conformance;
mod control;
mod converge;
mod coverage;
mod description;
mod determinism;
mod discovery;
mod events;
mod faults;
mod harness;
mod list;
mod oauth;
mod pages;
mod scopes;
mod shell;
mod sync;
