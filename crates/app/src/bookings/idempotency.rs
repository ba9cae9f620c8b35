//! Requests that may be repeated: the decision is written by the unit that makes it, and a repeat is
//! answered with it (scenario M2).

use domain::{BookingId, Instant, Interval, OrganizationId};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use store::tables::idempotency::{self, Remembered};
use store::{StoreError, Tx};
use uuid::Uuid;

use crate::App;
use crate::secrets::{self, Place};

/// A key a caller chose for one request, with what the request asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey {
    key_hash: [u8; 32],
    request_hash: [u8; 32],
}

/// Longest key accepted, in bytes.
pub const KEY_BYTES_MAX: usize = 255;

/// The key was used before, for a request that asked something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this idempotency key was used before for another request")]
pub struct KeyReused;

impl IdempotencyKey {
    /// A key within `scope` (who asks what), for a request of this canonical form.
    pub fn new(scope: &str, key: &str, request: &str) -> Self {
        Self {
            key_hash: secrets::hash(&format!("{}:{scope}:{key}", scope.len())),
            request_hash: secrets::hash(request),
        }
    }
}

/// A new key for one rendered form: whoever sends that form twice is answered once.
pub fn form_key(app: &App) -> String {
    secrets::token(app.chance(), "form_key")
}

/// What a repeat is answered with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Decision {
    /// A booking, with the token of the seat it gave, if it gave one.
    Booking {
        id: BookingId,
        token: Option<String>,
    },
    /// A hold, with its token.
    Hold {
        token: String,
        time: Interval,
        expires_at: Instant,
    },
    /// A refusal, by its stable code.
    Refused { code: String },
}

/// What a unit finds under a key.
pub(super) enum Found {
    /// Nothing, or no key at all: this unit decides.
    Mine,
    /// An earlier decision on the same request.
    Decided(Decision),
    /// An earlier request that asked something else.
    Reused,
}

/// What a unit needs to remember: drawn before it, because sealing needs chance.
#[derive(Clone)]
pub(super) struct Memory {
    app: App,
    key: Option<IdempotencyKey>,
    now: Instant,
}

impl Memory {
    pub(super) fn new(app: &App, key: Option<IdempotencyKey>, now: Instant) -> Self {
        Self {
            app: app.clone(),
            key,
            now,
        }
    }

    /// Takes the key, or finds what was decided under it.
    pub(super) fn recall(
        &self,
        tx: &mut dyn Tx,
        organization: OrganizationId,
    ) -> Result<Found, StoreError> {
        let Some(key) = &self.key else {
            return Ok(Found::Mine);
        };
        let found =
            idempotency::take(tx, organization, &key.key_hash, &key.request_hash, self.now)?;
        match found {
            None => Ok(Found::Mine),
            Some(Remembered { request_hash, .. }) if request_hash != key.request_hash => {
                Ok(Found::Reused)
            }
            Some(Remembered { decision, .. }) => {
                let sealed = decision.ok_or_else(|| StoreError::decode("an undecided key"))?;
                let opened = self.app.0.vault.open(decision_place(organization), &sealed);
                let opened = opened.map_err(|error| StoreError::decode(error.to_string()))?;
                serde_json::from_str(opened.expose_secret())
                    .map(Found::Decided)
                    .map_err(|error| StoreError::decode(error.to_string()))
            }
        }
    }

    /// Remembers `decision` under the key this unit took.
    pub(super) fn remember(
        &self,
        tx: &mut dyn Tx,
        organization: OrganizationId,
        decision: &Decision,
    ) -> Result<(), StoreError> {
        let Some(key) = &self.key else { return Ok(()) };
        let text = serde_json::to_string(decision)
            .map_err(|error| StoreError::decode(error.to_string()))?;
        let place = decision_place(organization);
        let sealed = self
            .app
            .0
            .vault
            .seal(self.app.chance(), place, &SecretString::from(text));
        idempotency::decide(tx, organization, &key.key_hash, &sealed)
    }
}

/// Where a remembered decision is stored.
pub(crate) fn decision_place(organization: OrganizationId) -> Place {
    Place {
        table: "idempotency_key",
        column: "decision",
        row: Uuid::nil(),
        organization: organization.0,
    }
}
