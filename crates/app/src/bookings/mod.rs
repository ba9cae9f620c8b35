//! Bookings: made, found, moved, cancelled.

mod book;
mod cancel;
mod detail;
mod event_links;
mod list;
mod reschedule;

pub use book::{BookError, BookInput, Booked, book};
pub(crate) use cancel::cancel_in;
pub use cancel::{CancelError, REASON_CHARS_MAX, cancel};
pub use detail::{CalendarSync, Detail, SyncState, by_id, by_token, find, timeline};
pub(crate) use event_links::{LINKED_AT_ONCE, chosen_id, link_unlinked};
pub use list::{BadCursor, Filter, ListError, PAGE_MAX, Page, list};
pub(crate) use reschedule::{MoveOutcome, move_by_host};
pub use reschedule::{RescheduleError, reschedule};
pub use store::tables::timeline::Entry;
