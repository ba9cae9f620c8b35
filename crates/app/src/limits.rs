//! What anonymous callers may take at most: holds at once, bookings in a while (decision 0007).
//!
//! Checked by the unit that gives, last, under a lock of the caller's own; a refusal leaves no trace.
//! Whoever acts for the organization is not limited. Callers are kept as keyed hashes and forgotten
//! within the hour.

use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;

use domain::attendee::AttendeeForm;
use domain::{EventTypeId, HoldId, Instant};
use jiff::SignedDuration;
use store::tables::allowances::{self, Rate, Subject};
use store::tables::holds;
use store::{StoreError, Tx};

use crate::App;

/// In what time bookings are counted.
const BOOKINGS_SPAN: SignedDuration = SignedDuration::from_hours(1);

/// How much; `None` is without limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Live holds of one network: who needs several slots at once needs few.
    pub holds_per_network: Option<NonZeroU32>,
    /// Live holds of one event type, of all callers together: from however many networks somebody
    /// holds, the rest can still be booked.
    pub holds_per_event_type: Option<NonZeroU32>,
    /// Bookings within an hour of one network, and of one e-mail address or phone number.
    pub bookings_hourly: Option<NonZeroU32>,
}

/// Where a request comes from, as far as it tells callers apart: an IPv4 address, or the /64 of an
/// IPv6 address, all of which belongs to one subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network(IpAddr);

impl Network {
    /// The network of an address. `None` for loopback, private and link-local ones: behind a proxy that
    /// is not trusted to say who asks, everybody has such a one.
    pub fn of(address: IpAddr) -> Option<Self> {
        match address.to_canonical() {
            IpAddr::V4(v4) => {
                let is_shared = v4.is_loopback() || v4.is_private() || v4.is_link_local();
                (!is_shared).then_some(Self(v4.into()))
            }
            IpAddr::V6(v6) => {
                let is_shared =
                    v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local();
                let [a, b, c, d, ..] = v6.segments();
                let network = Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0);
                (!is_shared).then_some(Self(network.into()))
            }
        }
    }
}

/// Who asks, for the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who acts for the organization: not limited.
    Organization,
    /// Anybody, from this network where it is known.
    Public(Option<Network>),
}

/// A caller has taken as much as they may for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooMany {
    /// Holds: give one back, book it, or wait.
    #[error("too many slots are held: give one back, book one, or wait until a hold ends")]
    Holds,
    /// Bookings: wait.
    #[error("too many bookings were made from here or for this person: wait a while")]
    Bookings {
        /// Until one more can be made, at the latest.
        retry_after: SignedDuration,
    },
}

impl TooMany {
    /// After how long it is worth asking again, at the latest.
    pub fn retry_after(self) -> SignedDuration {
        match self {
            Self::Holds => crate::bookings::HOLD_TTL,
            Self::Bookings { retry_after } => retry_after,
        }
    }
}

/// Whether a unit goes on, or why not.
pub(crate) type Checked = Result<Result<(), TooMany>, StoreError>;

/// What is checked of one hold; hashed before the unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HoldLimit {
    limits: Limits,
    /// Whose it counts as.
    pub(crate) caller: Option<Subject>,
}

impl HoldLimit {
    pub(crate) fn new(app: &App, asker: Asker) -> Self {
        let (limits, network) = match asker {
            Asker::Organization => (Limits::default(), None),
            Asker::Public(network) => (app.settings().limits, network),
        };
        let caller = network
            .filter(|_| limits.holds_per_network.is_some())
            .map(|network| subject(app, "holds of", &network.0.to_string()));
        Self { limits, caller }
    }

    /// Whether there may be one more hold of `event_type`, beside `except`, which it replaces. Waits for
    /// others of the same caller: before anything is freed.
    pub(crate) fn check(
        &self,
        tx: &mut dyn Tx,
        event_type: EventTypeId,
        lock: &Subject,
        except: Option<HoldId>,
        now: Instant,
    ) -> Checked {
        if let Some(most) = self.limits.holds_per_event_type {
            allowances::lock(tx, lock, now)?;
            if holds::count_of_event_type(tx, event_type, except, now)? >= most.get().into() {
                return Ok(Err(TooMany::Holds));
            }
        }
        if let (Some(most), Some(caller)) = (self.limits.holds_per_network, &self.caller) {
            allowances::lock(tx, caller, now)?;
            if holds::count_of_caller(tx, caller, except, now)? >= most.get().into() {
                return Ok(Err(TooMany::Holds));
            }
        }
        Ok(Ok(()))
    }
}

/// What is spent by one booking; hashed before the unit.
#[derive(Clone, Debug)]
pub(crate) struct BookingLimit {
    rate: Option<Rate>,
    subjects: Vec<Subject>,
}

impl BookingLimit {
    pub(crate) fn new(app: &App, asker: Asker, form: &AttendeeForm) -> Self {
        let Asker::Public(network) = asker else {
            return Self::none();
        };
        let Some(most) = app.settings().limits.bookings_hourly else {
            return Self::none();
        };
        let network = network.map(|network| network.0.to_string());
        let rate = Rate {
            interval: BOOKINGS_SPAN / i32::try_from(most.get()).unwrap_or(i32::MAX),
            burst: most.get(),
        };
        let subjects = [("bookings from", network), ("bookings for", contact(form))];
        let subjects = subjects
            .into_iter()
            .filter_map(|(what, who)| Some(subject(app, what, &who?)));
        Self {
            rate: Some(rate),
            subjects: subjects.collect(),
        }
    }

    const fn none() -> Self {
        Self {
            rate: None,
            subjects: Vec::new(),
        }
    }

    /// Spends one booking. Waits for others of the same caller: before anything is freed.
    pub(crate) fn spend(&self, tx: &mut dyn Tx, now: Instant) -> Checked {
        let Some(rate) = self.rate else {
            return Ok(Ok(()));
        };
        if allowances::spend(tx, &self.subjects, rate, now)? {
            return Ok(Ok(()));
        }
        let retry_after = rate.interval;
        Ok(Err(TooMany::Bookings { retry_after }))
    }
}

/// The lock under which the holds of an event type are counted.
pub(crate) fn holds_of(app: &App, event_type: &str) -> Subject {
    subject(app, "holds of event type", event_type)
}

fn subject(app: &App, what: &str, who: &str) -> Subject {
    app.0.vault.pseudonym(&format!("{what}: {who}"))
}

/// How a person is reached, as everybody writes it: the address, else the digits of the number.
fn contact(form: &AttendeeForm) -> Option<String> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    if let Some(email) = given(&form.email) {
        return Some(email.trim().to_lowercase());
    }
    let phone = given(&form.phone)?;
    Some(phone.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_is_what_one_subscriber_has() {
        for (address, expected) in [
            ("203.0.113.7", Some("203.0.113.7")),
            ("::ffff:203.0.113.7", Some("203.0.113.7")),
            ("2001:db8:1:2:3:4:5:6", Some("2001:db8:1:2::")),
            ("2001:db8:1:2::1", Some("2001:db8:1:2::")),
            ("127.0.0.1", None),
            ("::1", None),
            ("::ffff:127.0.0.1", None),
            ("10.1.2.3", None),
            ("172.17.0.1", None),
            ("192.168.1.1", None),
            ("169.254.0.1", None),
            ("fd00::1", None),
            ("fe80::1", None),
        ] {
            let network = Network::of(address.parse().unwrap());
            let expected = expected.map(|text| Network(text.parse().unwrap()));
            assert_eq!(network, expected, "{address}");
        }
    }

    #[test]
    fn a_person_is_known_however_they_write_their_address() {
        let form = |email: &str, phone: &str| AttendeeForm {
            email: Some(email.into()),
            phone: Some(phone.into()),
            ..AttendeeForm::default()
        };
        assert_eq!(
            contact(&form(" Ana@Example.org", "1")).as_deref(),
            Some("ana@example.org")
        );
        assert_eq!(
            contact(&form(" ", "+34 (600) 00")).as_deref(),
            Some("3460000")
        );
        assert_eq!(contact(&AttendeeForm::default()), None);
    }
}
