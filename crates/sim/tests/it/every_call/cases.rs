//! What people ask for here.

use app::bookings::{
    self, ApproveError, ApproveInput, BookError, BookInput, CancelError, DeclineInput, HoldError,
    HoldInput, IdempotencyKey, ReassignError, ReassignInput, RescheduleError,
};
use app::limits::Asker;
use domain::booking::{Booking, Cause, Status};
use domain::{BookingId, Instant};
use sim::setup::ORGANIZATION;
use store::StoreError;
use store::tables::hosts;

use super::{Asked, Case, Nth, fail_all};
use crate::told::{ATTENDEE, Told, booking_at, cancelling, moving};

/// A store's failure, or that it has been decided, one way or the other.
macro_rules! decided {
    ($error:path, $result:expr) => {
        match $result {
            Err($error(error)) => Err(error),
            _ => Ok::<(), StoreError>(()),
        }
    };
}

#[test]
fn booking() {
    fail_all(&[Case {
        name: "book",
        begin: Told::begin,
        act: |told, nth| {
            let input = keyed(booking_at(told.free[1]));
            told.asks(nth, move |stage| {
                let input = input.clone();
                Box::pin(async move {
                    decided!(BookError::Store, bookings::book(&stage.app, input).await)
                })
            });
        },
        expect: |told| {
            let times: Vec<Instant> = all(told).iter().map(|b| b.time.start).collect();
            assert_eq!(times, [told.free[0], told.free[1]]);
        },
    }]);
}

fn keyed(input: BookInput) -> BookInput {
    let key = IdempotencyKey::new("a visitor", "the only key", "a booking");
    BookInput {
        idempotency_key: Some(key),
        ..input
    }
}

/// Every booking as it is, by its start.
fn all(told: &Told) -> Vec<Booking> {
    let scene = told.machine.stage().scene();
    let mut all: Vec<Booking> = scene.bookings.all().map(|v| v.booking.clone()).collect();
    all.sort_unstable_by_key(|booking| booking.time.start);
    all
}

#[test]
fn holding_and_booking_what_is_held() {
    fail_all(&[Case {
        name: "hold",
        begin: Told::begin,
        act: |told, nth| {
            let start = told.free[1];
            told.asks(nth, move |stage| {
                Box::pin(async move {
                    let key = IdempotencyKey::new("a visitor", "of the hold", "a hold");
                    let input = HoldInput {
                        organization: ORGANIZATION.to_owned(),
                        event_type: "short".to_owned(),
                        start,
                        host: None,
                        instead_of: None,
                        asker: Asker::Public(None),
                        idempotency_key: Some(key),
                    };
                    let held = match bookings::hold(&stage.app, input).await {
                        Err(HoldError::Store(error)) => return Err(error),
                        held => held.unwrap(),
                    };
                    let input = BookInput {
                        hold: Some(held.token),
                        ..keyed(booking_at(start))
                    };
                    decided!(BookError::Store, bookings::book(&stage.app, input).await)
                })
            });
        },
        expect: |told| assert_eq!(all(told).len(), 2),
    }]);
}

#[test]
fn moving_and_cancelling() {
    fail_all(&[
        Case {
            name: "reschedule",
            begin: Told::begin,
            act: |told, nth| {
                let (id, start) = (told.booking.id, told.free[1]);
                told.asks(nth, move |stage| {
                    Box::pin(async move {
                        let moved = bookings::reschedule(&stage.app, moving(id, start)).await;
                        decided!(RescheduleError::Store, moved)
                    })
                });
            },
            expect: |told| {
                assert_eq!(told.now().time.start, told.free[1]);
                assert_eq!(told.now().status, Status::Confirmed);
            },
        },
        Case {
            name: "cancel",
            begin: Told::begin,
            act: |told, nth| {
                let id = told.booking.id;
                told.asks(nth, move |stage| {
                    Box::pin(async move {
                        let cancelled = bookings::cancel(&stage.app, cancelling(id)).await;
                        decided!(CancelError::Store, cancelled)
                    })
                });
            },
            expect: |told| assert_eq!(told.now().status, Status::Cancelled),
        },
    ]);
}

/// One more booking, of this event type, in step.
fn begin_with(event_type: &'static str) -> Told {
    let mut told = Told::begin();
    let (stage, start) = (told.machine.stage().clone(), told.free[1]);
    let input = BookInput {
        event_type: event_type.to_owned(),
        ..booking_at(start)
    };
    let booked = async move { bookings::book(&stage.app, input).await.unwrap() };
    told.booking = told.machine.complete(ATTENDEE, booked).booking;
    told.rest();
    told
}

#[test]
fn giving_it_to_another_host() {
    fail_all(&[Case {
        name: "reassign",
        begin: || begin_with("either"),
        act: |told, nth| {
            let (id, host) = (told.booking.id, other_host(told));
            told.asks(nth, move |stage| {
                Box::pin(async move {
                    let input = ReassignInput {
                        booking: id,
                        host,
                        version: None,
                        cause: Cause::Admin,
                    };
                    let given = bookings::reassign(&stage.app, input).await;
                    decided!(ReassignError::Store, given)
                })
            });
        },
        expect: |told| {
            assert_ne!(told.now().host_id, told.booking.host_id);
            assert_eq!(told.now().status, Status::Confirmed);
        },
    }]);
}

fn other_host(told: &Told) -> domain::HostId {
    let scene = told.machine.stage().scene();
    let organization = scene.organization;
    let all = scene.read(|tx| hosts::list(tx, organization));
    let mut all = all.into_iter().map(|(host, _)| host);
    all.find(|host| *host != told.booking.host_id).unwrap()
}

#[test]
fn saying_yes_and_no() {
    fail_all(&[
        Case {
            name: "approve",
            begin: || begin_with("asked"),
            act: |told, nth| approve(told, nth, told.booking.id),
            expect: |told| assert_eq!(told.now().status, Status::Confirmed),
        },
        Case {
            name: "decline",
            begin: || begin_with("asked"),
            act: |told, nth| {
                let id = told.booking.id;
                told.asks(nth, move |stage| {
                    Box::pin(async move {
                        let input = DeclineInput {
                            booking: id,
                            reason: String::new(),
                            version: None,
                            cause: Cause::Admin,
                        };
                        let declined = bookings::decline(&stage.app, input).await;
                        decided!(ApproveError::Store, declined)
                    })
                });
            },
            expect: |told| assert_eq!(told.now().status, Status::Declined),
        },
    ]);
}

fn approve(told: &mut Told, nth: &mut Nth, booking: BookingId) {
    told.asks(nth, move |stage| -> Asked {
        Box::pin(async move {
            let input = ApproveInput {
                booking,
                version: None,
                cause: Cause::Admin,
            };
            let approved = bookings::approve(&stage.app, input).await;
            decided!(ApproveError::Store, approved)
        })
    });
}
