//! The use cases on a real database in memory, with Google scripted answer by answer.

mod bookings;
mod connections;
mod sign_in;
mod start;
mod support;
