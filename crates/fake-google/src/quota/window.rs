//! A sliding window: units used in the last so many seconds.

use std::collections::VecDeque;

/// Units by second, oldest first: never more entries than the window has seconds.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    used: VecDeque<(i64, u64)>,
}

impl Window {
    /// Units used within `length` seconds up to `second`. What is older is forgotten, and so is
    /// what lies ahead: somebody has turned the clock back.
    pub(super) fn spent(&mut self, second: i64, length: u32) -> u64 {
        let start = second.saturating_sub(i64::from(length));
        self.used.retain(|(at, _)| *at > start && *at <= second);
        self.used.iter().map(|(_, units)| units).sum()
    }

    pub(super) fn add(&mut self, second: i64, length: u32, units: u32) {
        self.spent(second, length);
        let units = u64::from(units);
        match self.used.back_mut() {
            Some((at, sum)) if *at == second => *sum = sum.saturating_add(units),
            _ => self.used.push_back((second, units)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slides_and_survives_a_clock_turned_back() {
        let mut window = Window::default();
        window.add(100, 60, 5);
        window.add(100, 60, 1);
        window.add(130, 60, 2);
        assert_eq!(window.spent(159, 60), 8);
        assert_eq!(window.spent(160, 60), 2, "the first second is a minute ago");
        assert_eq!(window.spent(129, 60), 0, "the future is forgotten");
    }

    #[test]
    fn it_has_an_entry_per_second_at_most() {
        let mut window = Window::default();
        for call in 0..10_000 {
            window.add(call / 10, 60, 1);
        }
        assert_eq!(window.used.len(), 60);
    }
}
