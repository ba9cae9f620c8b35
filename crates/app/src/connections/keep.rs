//! Storing a connection: the same for every kind of credential.

use domain::{CalendarId, ConnectionId, Instant, LinkId, OrganizationId, fault};
use google::oauth::Tokens;
use secrecy::SecretString;
use store::tables::calendars::{self, Calendar, Mode};
use store::tables::connections::{self, Connection, Credential, Grant, Proof, ProofStage, State};
use store::tables::{busy, channels};
use store::tables::{leases, links, revocations};
use store::{Lane, StoreError, Topic, Tx};

use crate::bookings::link_unlinked;
use crate::housekeeping::FOLLOWED;
use crate::pull::audit;
use crate::{App, credentials};

/// What Google granted, to whom.
pub(super) struct Granted {
    pub(super) organization: OrganizationId,
    pub(super) account_sub: String,
    pub(super) account_email: String,
    pub(super) tokens: Tokens,
    /// Of a person; a service account has none.
    pub(super) refresh: Option<SecretString>,
}

/// Why a grant was not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotStored {
    /// Another account is connected already.
    OtherAccount {
        /// The account connected.
        connected: String,
    },
    /// The grant before is being given back, and the new one may end with it: consent again.
    Revoking,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for NotStored {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Stores a grant with the calendar that receives bookings through it, wants it proven, and lets due work
/// begin. Of the same account as before, connection, calendars and links stay the same rows (scenario A6).
pub(super) async fn store(
    app: &App,
    granted: Granted,
    calendar_id: String,
) -> Result<(), NotStored> {
    let (chance, now) = (app.chance(), app.now());
    let organization = granted.organization;
    let mut known = app
        .store()
        .unit(Lane::Read, "connections.known", move |tx| {
            connections::list(tx, organization)
        })
        .await?;
    known.retain(|connection| {
        // Public calendars are beside the one that receives; disconnected accounts are in nobody's way.
        let is_of_another = connection.account_sub != granted.account_sub;
        connection.credential != Credential::ApiKey
            && !(is_of_another && connection.state == State::Inactive)
    });
    if let Some(other) = known.iter().find(|c| c.account_sub != granted.account_sub) {
        return Err(NotStored::OtherAccount {
            connected: other.account_email.clone(),
        });
    }
    let known = known.first();
    let id = known.map_or_else(|| ConnectionId(chance.uuid(now)), |c| c.id);
    let (tokens, credential) = credentials::seal(
        app,
        id,
        organization,
        &granted.tokens,
        granted.refresh.as_ref(),
        now,
    );
    let connection = Connection {
        id,
        organization_id: organization,
        credential,
        account_sub: granted.account_sub,
        account_email: granted.account_email,
        scopes: granted.tokens.scopes.clone(),
        state: State::Connected,
        cause: None,
        tokens,
        grant: Grant {
            at: now,
            used_at: now,
            short_before: known.map_or(0, |c| c.grant.short_before),
        },
        proof: Proof {
            stage: ProofStage::Wanted,
            ..Proof::default()
        },
        run_at: now,
        failures: 0,
    };
    let calendar_row = CalendarId(chance.uuid(now));
    let mut calendar = Calendar::new(calendar_row, id, &calendar_id, Mode::Write, now);
    calendar.audit.at = audit::first(chance, now);
    let link_ids: Vec<LinkId> = (0..crate::bookings::LINKED_AT_ONCE)
        .map(|_| LinkId(chance.uuid(now)))
        .collect();
    app.store()
        .unit(Lane::Interactive, "connections.store", move |tx| {
            store_in(tx, &connection, &calendar, &link_ids, now)
        })
        .await
}

fn store_in(
    tx: &mut dyn Tx,
    connection: &Connection,
    calendar: &Calendar,
    link_ids: &[LinkId],
    now: Instant,
) -> Result<(), NotStored> {
    // This unit may have waited for longer than a consent is waited for.
    let asked = revocations::lock(tx, connection.id)?;
    if asked.is_some_and(|revocation| revocation.asked_until > now) && !fault!(16) {
        return Err(NotStored::Revoking);
    }
    // What is under way rests on the old grant.
    leases::revoke(tx, connection.id)?;
    // To give that back would end the new one too.
    if !fault!(16) {
        revocations::delete(tx, connection.id)?;
    }
    if let Some(before) = connections::by_id(tx, connection.id)? {
        let mut connection = connection.clone();
        carry_over(&before.proof, &mut connection.proof);
        connections::update(tx, &connection)?;
    } else {
        connections::insert(tx, connection, now)?;
    }
    // One that was taken away stays so: another was there for bookings to go to.
    let known = calendars::by_google_id(tx, connection.id, &calendar.google_id)?;
    if known.is_none() {
        calendars::insert(tx, calendar)?;
        // Whoever's time is booked here is taken by what stands in the calendar (row T8).
        busy::block_all(tx, connection.organization_id, calendar.id)?;
    }
    for mut calendar in calendars::of_connection(tx, connection.id)? {
        calendar.pull_at = now;
        calendars::update(tx, &calendar)?;
    }
    // Whether channels outlive the grant that opened them, Google does not say.
    channels::open_anew(tx, connection.id, now)?;
    link_unlinked(tx, connection.organization_id, link_ids, now)?;
    // What is over may still be cancelled, or edited there: followed for as long as any other.
    links::readopt_of_connection(tx, connection.id, now - FOLLOWED, now)?;
    links::hurry(tx, connection.id, now)?;
    tx.wake(Topic::DueWork);
    Ok(())
}

/// A test event the grant before may have left behind is removed first.
fn carry_over(before: &Proof, now: &mut Proof) {
    if before.event.is_some() {
        now.stage = before.stage;
        now.event.clone_from(&before.event);
    }
}
