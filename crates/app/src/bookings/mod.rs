//! Bookings: made, held, found, moved, given to another host, approved, cancelled.

mod approve;
mod book;
mod cancel;
mod decided;
mod detail;
mod event_links;
mod hold;
mod hosts;
mod idempotency;
mod list;
mod reassign;
mod reschedule;
mod tell;
mod verify;

pub use approve::{ApproveError, ApproveInput, DeclineInput, approve, decline};
pub use book::{Attempt, BookError, BookInput, Booked, Forced, HOSTS_MAX, book, book_or_look};
pub(crate) use cancel::cancel_in;
pub use cancel::{CancelError, CancelInput, REASON_CHARS_MAX, cancel};
pub(crate) use decided::{Change, Firmness, MoveOutcome, edit_to, move_as_decided, revive_by_host};
pub(crate) use detail::surround;
pub use detail::{CalendarSync, Detail, OpenConflict, SyncState, by_id, by_token, find, timeline};
pub(crate) use event_links::{LINKED_AT_ONCE, chosen_id, link_unlinked};
pub use hold::{HOLD_TTL, Held, HoldError, HoldInput, hold, release};
pub(crate) use hosts::taken;
pub(crate) use idempotency::decision_place;
pub use idempotency::{IdempotencyKey, KEY_BYTES_MAX, KeyReused, form_key};
pub use list::{BadCursor, Filter, ListError, PAGE_MAX, Page, list};
pub(crate) use list::{cursor_at, read_cursor};
pub use reassign::{ReassignError, ReassignInput, reassign};
pub use reschedule::{RescheduleError, RescheduleInput, reschedule};
pub(crate) use reschedule::{lock, lock_with_hosts};
pub use store::tables::attendee_messages::{AttendeeMessage, State as MessageState};
pub use store::tables::timeline::Entry;
pub use tell::messages;
pub(crate) use verify::{confirm, step as verify_step};
