//! Everything that can go wrong with a call, on every kind of call: in the end there is exactly one right
//! event, or a named item for people. Rules are checked at every step, as for seeds.

use app::due::{self, Stepped};
use domain::Instant;
use domain::connection::Cause;
use jiff::SignedDuration;
use sim::actors::Actor;
use sim::machine::{Fate, Next};
use sim::network::{Ask, Trouble};
use sim::run::come_to_rest;
use sim::setup::ORGANIZATION;
use store::tables::connections::State as ConnectionState;
use store::tables::links::State;
use store::tables::{connections, links, organizations};

use crate::told::Told;

/// The kinds of calls there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Insert,
    Patch,
    Delete,
    Get,
    List,
    Token,
}

const KINDS: [Kind; 6] = [
    Kind::Insert,
    Kind::Patch,
    Kind::Delete,
    Kind::Get,
    Kind::List,
    Kind::Token,
];

impl Kind {
    fn is_meant(self) -> fn(&Ask) -> bool {
        match self {
            Self::Insert => |ask| *ask == Ask::Insert,
            Self::Patch => |ask| matches!(ask, Ask::Patch(_)),
            Self::Delete => |ask| matches!(ask, Ask::Delete(_)),
            Self::Get => |ask| matches!(ask, Ask::Get(_)),
            Self::List => |ask| *ask == Ask::List,
            Self::Token => |ask| *ask == Ask::Token,
        }
    }

    /// A history about to make this call, and where the booking belongs when it is over: `None` when it
    /// has ended.
    fn history(self) -> (Told, Option<Instant>) {
        if self == Self::Insert {
            let told = Told::just_booked();
            let start = told.booking.time.start;
            return (told, Some(start));
        }
        let mut told = Told::begin();
        let moved = told.free[1];
        match self {
            Self::Delete => {
                told.attendee_cancels();
                return (told, None);
            }
            Self::List => told.host_drags(moved),
            Self::Get => {
                told.attendee_moves(moved);
                told.patch_is(Fate::Trouble(Trouble::LostAfter));
            }
            Self::Token => {
                told.attendee_moves(moved);
                let over = SignedDuration::from_mins(61);
                told.machine.stage().scene().clock.advance(over);
            }
            Self::Insert | Self::Patch => told.attendee_moves(moved),
        }
        (told, Some(moved))
    }
}

/// What passes: sooner or later the call succeeds.
const PASSING: [Fate; 20] = {
    use Trouble as T;
    [
        Fate::Trouble(T::NotSent),
        Fate::Trouble(T::LostBefore),
        Fate::Trouble(T::LostAfter),
        Fate::Trouble(T::ErrorBefore(500)),
        Fate::Trouble(T::ErrorAfter(500)),
        Fate::Trouble(T::ErrorBefore(502)),
        Fate::Trouble(T::ErrorBefore(503)),
        Fate::Trouble(T::ErrorAfter(503)),
        Fate::Trouble(T::ErrorAfter(504)),
        Fate::Trouble(T::ErrorBefore(408)),
        Fate::Trouble(T::RateLimited(403, None)),
        Fate::Trouble(T::RateLimited(403, Some(30))),
        Fate::Trouble(T::RateLimited(429, None)),
        Fate::Trouble(T::RateLimited(429, Some(7))),
        Fate::Trouble(T::Truncated),
        Fate::Trouble(T::Html(200)),
        Fate::Trouble(T::Html(429)),
        Fate::Trouble(T::Html(503)),
        Fate::CrashBefore,
        Fate::CrashAfter,
    ]
};

/// What passes as well, but says something only of these calls.
const PASSING_FOR: [(Kind, Trouble); 12] = [
    (Kind::Insert, Trouble::TokenRefused),
    (Kind::Patch, Trouble::TokenRefused),
    (Kind::Delete, Trouble::TokenRefused),
    (Kind::Get, Trouble::TokenRefused),
    (Kind::List, Trouble::TokenRefused),
    (Kind::Insert, Trouble::Doubled),
    (Kind::Patch, Trouble::Doubled),
    (Kind::Delete, Trouble::Doubled),
    // Taken by another request of ours that nobody remembers, as far as we can know.
    (Kind::Insert, Trouble::Refused(409, "duplicate")),
    (Kind::Patch, Trouble::Refused(412, "conditionNotMet")),
    // Where a write of a moment ago is not seen yet.
    (Kind::Patch, Trouble::Refused(404, "notFound")),
    (Kind::List, Trouble::Refused(410, "updatedMinTooLongAgo")),
];

#[test]
fn whatever_passes_ends_with_exactly_one_right_event() {
    for kind in KINDS {
        for fate in PASSING {
            passes(kind, fate);
        }
    }
    for (kind, trouble) in PASSING_FOR {
        passes(kind, Fate::Trouble(trouble));
    }
}

fn passes(kind: Kind, fate: Fate) {
    let (mut told, expected) = kind.history();
    told.meets(kind.is_meant(), fate);
    let rested = come_to_rest(&mut told.machine);
    assert!(rested.is_ok(), "{kind:?} meets {fate:?}: {rested:?}");
    assert_eq!(told.end(), expected, "{kind:?} meets {fate:?}");
}

/// An answer that takes longer than a lease: the connection is another worker's by then.
#[test]
fn an_answer_that_comes_after_the_lease_has_ended_ends_with_exactly_one_right_event() {
    for kind in [
        Kind::Insert,
        Kind::Patch,
        Kind::Delete,
        Kind::Get,
        Kind::List,
        Kind::Token,
    ] {
        let (mut told, expected) = kind.history();
        told.next_request(kind.is_meant(), Fate::Fine);
        assert_eq!(told.machine.next(Actor::Sync(1)), Next::Answer);
        let late = SignedDuration::from_mins(3);
        told.machine.stage().scene().clock.advance(late);
        let stage = told.machine.stage().clone();
        told.machine.complete(Actor::Sync(2), async move {
            // Everything that is due, by the other worker.
            while due::step(&stage.app).await.unwrap() == Stepped::Worked {}
        });
        assert_eq!(told.end(), expected, "{kind:?}");
    }
}

/// What Google will never do stands where people see it, and nothing else happens.
#[test]
fn what_is_refused_for_good_is_a_named_item() {
    for (kind, status, reason) in [
        (Kind::Insert, 400, "invalid"),
        (Kind::Insert, 403, "forbidden"),
        (Kind::Insert, 404, "notFound"),
        (Kind::Patch, 400, "invalid"),
        (Kind::Patch, 403, "forbiddenForNonOrganizer"),
        (Kind::Delete, 403, "forbidden"),
    ] {
        let (mut told, _) = kind.history();
        let refused = Fate::Trouble(Trouble::Refused(status, reason));
        told.meets(kind.is_meant(), refused);
        told.settles_what_it_has();
        let (state, problem) = told.link();
        assert_eq!(
            (state, problem.as_deref()),
            (State::Parked, Some("refused")),
            "{kind:?} refused with {status} {reason}"
        );
    }
}

/// A grant that is dead, and an installation that Google does not know.
#[test]
fn what_the_token_endpoint_refuses_is_a_state_of_the_connection() {
    for (reason, state, cause) in [
        (
            "invalid_grant",
            ConnectionState::Error,
            Cause::NeedsReconnect,
        ),
        (
            "invalid_client",
            ConnectionState::Connected,
            Cause::InvalidClient,
        ),
    ] {
        let (mut told, _) = Kind::Token.history();
        let refused = Fate::Trouble(Trouble::Refused(400, reason));
        told.meets(Kind::Token.is_meant(), refused);
        told.settles_what_it_has();
        assert_eq!(told.connection(), (state, Some(cause)), "{reason}");
    }
}

impl Told {
    /// Runs sync until it keeps the answer it has.
    pub(crate) fn settles_what_it_has(&mut self) {
        while !matches!(
            self.machine.next(Actor::Sync(1)),
            Next::Wait(_) | Next::Request(_)
        ) {
            self.machine.act(Actor::Sync(1), Fate::Fine);
        }
    }

    fn link(&self) -> (State, Option<String>) {
        let id = self.booking.id;
        let scene = self.machine.stage().scene();
        let found = scene.read(|tx| links::of_booking(tx, id));
        (found[0].state, found[0].problem.clone())
    }

    fn connection(&self) -> (ConnectionState, Option<Cause>) {
        let scene = self.machine.stage().scene();
        let found = scene.read(|tx| {
            let organization = organizations::by_slug(tx, ORGANIZATION)?.unwrap();
            connections::list(tx, organization.id)
        });
        (found[0].state, found[0].cause)
    }
}
