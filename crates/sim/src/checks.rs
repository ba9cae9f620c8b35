//! The checkers: rules that hold whatever goes wrong, and rules that hold once everything is quiet.
//!
//! They see what people could see (the store's tables, Google's events, what was asked of Google) and
//! what only a simulator knows: who really did what, and when. To add a checker: a function here that
//! gives [`Checked`](crate::failure::Checked), called where its facts arise, and a fault in
//! `domain::fault` that it must catch.

pub mod answers;
pub mod calls;
pub mod changes;
pub mod foreign;
pub mod left_alone;
pub mod losses;
pub mod messages;
pub mod mirror;
pub mod parked;
pub mod pending;
pub mod settled;
pub mod timeline;
pub mod told;
pub mod writes;
