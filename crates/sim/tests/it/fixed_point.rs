//! scenario E5: ten thousand edits on both sides, drawn from seeds, with sync at work in between, come to a
//! fixed point: both sides say the same, and nothing is written any more. Every rule is checked at every step,
//! among them that no write of ours that comes back as a change makes another one.

use app::bookings;
use jiff::SignedDuration;
use sim::chance::Stream;
use sim::events::When;
use sim::run::come_to_rest;

use crate::told::{ATTENDEE, Told, moving};

const HISTORIES: u64 = 40;
const EDITS: u64 = 250;

#[test]
fn ten_thousand_edits_on_both_sides_come_to_a_fixed_point() {
    let mut counted = [0_u64; 2];
    for seed in 0..HISTORIES {
        let mut told = Told::begin_in(seed);
        let mut stream = Stream::new(seed, ATTENDEE, "edits");
        for _ in 0..EDITS {
            told.edit(&mut stream);
        }
        // It says why not, and that nothing was written after everything had come to rest.
        let rested = come_to_rest(&mut told.machine);
        assert!(rested.is_ok(), "history {seed}: {rested:?}");
        let scene = told.machine.stage().scene();
        counted[0] += scene.stats.get("bookings.moved");
        counted[1] += scene.stats.get("bookings.followed");
    }
    assert!(
        counted.iter().all(|count| *count > HISTORIES),
        "moved here, and followed from there: {counted:?}"
    );
}

impl Told {
    /// One edit, by either side; sync may get somewhere first, or may not.
    fn edit(&mut self, stream: &mut Stream) {
        for _ in 0..stream.below(25) {
            self.sync_steps();
        }
        // Else a look of the same instant would count as one at what is edited now.
        self.time_passes_by(SignedDuration::from_secs(1));
        let to = *stream.pick(&self.free).unwrap();
        let id = self.event_id();
        let when = self.machine.stage().scene().events.ours[&id].when();
        match (stream.below(12), when) {
            (0..5, _) => {
                let (stage, booking) = (self.machine.stage().clone(), self.booking.id);
                // Refused where it is over or where the host has something else by now.
                self.machine.complete(ATTENDEE, async move {
                    drop(bookings::reschedule(&stage.app, moving(booking, to)).await);
                });
            }
            (_, When::Gone) => self.host_restores(),
            (5..9, _) => self.host_drags(to),
            (9, _) => self.host_deletes(),
            (10, _) => self.host_makes_it_all_day(),
            _ => {
                let room = format!("Room {}", stream.below(9));
                self.host_edits(&serde_json::json!({ "location": room }));
            }
        }
    }
}
