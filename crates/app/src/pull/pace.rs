//! How long after a pull a calendar is looked at again.

use jiff::SignedDuration;

/// So many times less often a calendar is polled on whose changes Google pushes: some pushes are lost in normal
/// operation, so it is polled all the same (`google-calendar.md` §1, §12.5).
const SLOWER_WITH_PUSH: i32 = 4;

/// The pause after a pull, of a calendar that is usually looked at every `usual`, and on which there is a live
/// channel or not.
pub(super) fn interval(usual: SignedDuration, has_push: bool) -> SignedDuration {
    if has_push {
        usual.saturating_mul(SLOWER_WITH_PUSH)
    } else {
        usual
    }
}
