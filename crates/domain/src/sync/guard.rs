//! Many losses at once stop and ask (design sections 2 and 6, scenario C5): a host who is ill today and a
//! tool gone wild look alike.

use jiff::SignedDuration;

/// Losses are counted over this time.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(15);

/// From so many on, a share decides.
pub const FEW: usize = 5;
/// The share: one in so many of the calendar's future events.
const ONE_IN: usize = 4;
/// From so many on, no share is asked for.
const MANY: usize = 20;

/// Whether `lost` of a calendar's `coming` bookings, moved or gone within [`WINDOW`], are too many to follow
/// without asking. `coming` counts the lost ones too.
pub const fn is_mass_loss(lost: usize, coming: usize) -> bool {
    let is_a_share = lost >= FEW && lost.saturating_mul(ONE_IN) >= coming;
    is_a_share || lost >= MANY
}

#[cfg(test)]
mod tests {
    use super::is_mass_loss;

    /// scenario C5: at 5 and 25 %, or at 20.
    #[test]
    fn five_and_a_quarter_or_twenty() {
        for (lost, coming, expected) in [
            (0, 0, false),
            (4, 4, false),
            (5, 5, true),
            (5, 20, true),
            (5, 21, false),
            (6, 24, true),
            (19, 1000, false),
            (20, 1000, true),
            (20, usize::MAX, true),
        ] {
            assert_eq!(is_mass_loss(lost, coming), expected, "{lost} of {coming}");
        }
    }
}
