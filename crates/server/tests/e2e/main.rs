//! The whole binary, over real HTTP: `lockstep demo --json` as a process of its own, with the fake
//! Google it starts.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]
#![expect(clippy::print_stdout, reason = "the full runs say what they saw")]

mod canary;
mod command_line;
mod connections;
mod crash;
mod doctor;
mod faults;
mod foreign;
mod freshness;
mod google;
mod instances;
mod killed;
mod killed_both;
mod limits;
mod lost_update;
mod push;
mod push_follows;
mod races;
mod road;
mod stand_in;
mod support;
mod sync_now;
mod transfer;
