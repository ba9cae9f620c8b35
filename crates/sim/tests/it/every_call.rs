//! Every call a use case leads to, of the store and of Google, fails in turn (design section 12): whoever made
//! it tries again or is started again, and in the end everything has come to rest, the use case has had its
//! effect once, and every rule of the simulator holds.
//!
//! `LOCKSTEP_EVERY_CALL=all cargo test --release -p sim --test it every_call` lets every call meet everything
//! it can meet; else each meets one of them, another one than its neighbour.

mod cases;
mod decisions;
mod google;

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use sim::actors::Actor;
use sim::checks::pending;
use sim::machine::{Acted, Fate, Next};
use sim::network::Trouble;
use sim::run::come_to_rest;
use sim::scene::Stage;
use store::StoreError;

use crate::told::{ATTENDEE, Told};

/// What a unit of work may meet.
const UNIT: [Fate; 4] = [
    Fate::StoreFails,
    Fate::StoreUnknown,
    Fate::CrashBefore,
    Fate::CrashAfter,
];
/// What a request may meet.
const REQUEST: [Fate; 5] = [
    Fate::Trouble(Trouble::LostBefore),
    Fate::Trouble(Trouble::LostAfter),
    Fate::Trouble(Trouble::ErrorBefore(503)),
    Fate::CrashBefore,
    Fate::CrashAfter,
];
/// Most of either.
const ROUNDS: usize = 5;
/// More calls than any use case leads to.
const CALLS_MAX: usize = 400;
/// More steps than it takes until nothing is due.
const STEPS_MAX: usize = 20_000;
/// More often than a person tries again.
const TRIES_MAX: usize = 5;

/// A use case: what comes before it, what is done, and what must be so in the end.
struct Case {
    name: &'static str,
    begin: fn() -> Told,
    act: fn(&mut Told, &mut Nth),
    /// After everything has come to rest.
    expect: fn(&mut Told),
}

/// Which call fails, and how many there were.
struct Nth {
    n: usize,
    round: usize,
    seen: usize,
    met: Option<(Fate, Next)>,
}

impl Nth {
    /// What the call that comes next meets.
    fn fate(&mut self, next: &Next) -> Fate {
        let choices: &[Fate] = match next {
            Next::Unit(_) => &UNIT,
            Next::Request(_) => &REQUEST,
            _ => return Fate::Fine,
        };
        self.seen += 1;
        if self.seen - 1 != self.n {
            return Fate::Fine;
        }
        let fate = choices[self.round % choices.len()];
        self.met = Some((fate, next.clone()));
        fate
    }
}

/// What a person asks for; gives whether it must be asked again.
type Asked = Pin<Box<dyn Future<Output = Result<(), StoreError>>>>;

impl Told {
    /// A person asks, and asks again where the store failed or the process died.
    fn asks(&mut self, nth: &mut Nth, ask: impl Fn(Stage) -> Asked) {
        for _ in 0..TRIES_MAX {
            let answer = Rc::new(RefCell::new(None));
            let (slot, asked) = (Rc::clone(&answer), ask(self.machine.stage().clone()));
            let life = async move {
                let answered = asked.await;
                slot.replace(Some(answered));
            };
            self.machine.spawn(ATTENDEE, Box::pin(life));
            while self.machine.actors().contains(&ATTENDEE) {
                let next = self.machine.next(ATTENDEE);
                if let Next::Wait(until) = next {
                    self.machine.stage().scene().clock.advance_to(until);
                }
                let fate = nth.fate(&next);
                if self.machine.act(ATTENDEE, fate) == Acted::Crashed {
                    break;
                }
            }
            if let Some(Ok(())) = answer.take() {
                self.machine.stage().scene().store_failures = 0;
                return;
            }
        }
        panic!("it is never answered");
    }

    /// Sync and Google's pushes, until nothing is due that is not later than everybody waits.
    fn syncs(&mut self, nth: &mut Nth) {
        let since = self.machine.stage().scene().now();
        let stage = self.machine.stage().clone();
        let organization = stage.setup.organization;
        for _ in 0..STEPS_MAX {
            let ready = self.machine.ready();
            let Some(actor) = ready.first().copied() else {
                let scene = stage.scene();
                if pending::pending(&scene, organization, since.max(scene.written_at)).is_empty() {
                    return;
                }
                drop(scene);
                let next = self.machine.next_deadline().unwrap();
                stage.scene().clock.advance_to(next);
                continue;
            };
            let next = self.machine.next(actor);
            let fate = nth.fate(&next);
            if self.machine.act(actor, fate) == Acted::Crashed {
                self.machine.spawn(actor, actor.live(&stage));
            }
        }
        panic!("it never comes to rest");
    }
}

fn rounds() -> usize {
    #[expect(
        clippy::disallowed_methods,
        reason = "a test may be told how long to run"
    )]
    let is_all = std::env::var("LOCKSTEP_EVERY_CALL").is_ok_and(|text| text == "all");
    if is_all { ROUNDS } else { 1 }
}

/// Fails each call of `case` in turn; gives how many there are.
fn fail_each(case: &Case) -> usize {
    let mut most = 0;
    for round in 0..rounds() {
        for n in 0..CALLS_MAX {
            let mut told = (case.begin)();
            let mut nth = Nth {
                n,
                round: round + n,
                seen: 0,
                met: None,
            };
            (case.act)(&mut told, &mut nth);
            told.syncs(&mut nth);
            let Some((fate, next)) = nth.met else {
                // One more than there are: nothing failed, and that must be right too.
                expect(case, &mut told, "nothing failed");
                most = most.max(n);
                break;
            };
            expect(case, &mut told, &format!("call {n}: {next:?} met {fate:?}"));
            assert!(n + 1 < CALLS_MAX, "{}: there is no end of calls", case.name);
        }
    }
    most
}

fn expect(case: &Case, told: &mut Told, how: &str) {
    let rested = come_to_rest(&mut told.machine);
    assert!(rested.is_ok(), "{}, {how}: {rested:?}", case.name);
    let checked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| (case.expect)(told)));
    assert!(checked.is_ok(), "{}, {how}", case.name);
}

#[expect(
    clippy::print_stdout,
    reason = "how much was tried is part of the proof"
)]
/// Runs each of `cases`; too few calls would prove nothing.
fn fail_all(cases: &[Case]) {
    for case in cases {
        let calls = fail_each(case);
        println!("{}: {calls} calls", case.name);
        assert!(calls >= 3, "{}: {calls} calls", case.name);
    }
}

/// A seed in which Google can reach us.
fn with_push() -> u64 {
    let has_push = |seed: &u64| {
        let machine = sim::setup::machine(*seed, false);
        machine.stage().app.settings().webhook_url.is_some()
    };
    (1..50).find(has_push).unwrap()
}

fn spawn_push(told: &mut Told) {
    let push = Actor::Push.live(told.machine.stage());
    told.machine.spawn(Actor::Push, push);
}
