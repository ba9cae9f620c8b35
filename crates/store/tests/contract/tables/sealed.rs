//! Sealed values, found by the id of the key that sealed them.

use domain::OrganizationId;
use store::tables::connections::Credential;
use store::tables::oauth_attempts::{self, OAuthAttempt};
use store::tables::sealed::{self, Column, Sealed};
use store::tables::{connections, idempotency, installation, leases};
use store::{StoreError, Tx};

use crate::support::world::{CONNECTION, ORGANIZATION, connection, found, hours, id};
use crate::support::{NOW, on_every_database};

/// As `app` writes them: a version, the key's id, and the rest.
fn value(key: u8, rest: u8) -> Vec<u8> {
    vec![1, key, key, key, key, rest]
}

fn fill(tx: &mut dyn Tx) -> Result<(), StoreError> {
    found(tx)?;
    let mut sealed = connection(5, "sub");
    sealed.tokens.access = Some(value(7, 1));
    sealed.credential = Credential::OAuth {
        refresh: Some(value(7, 2)),
    };
    connections::insert(tx, &sealed, NOW)?;
    let attempt = OAuthAttempt {
        organization_id: ORGANIZATION,
        browser_hash: vec![1],
        verifier: value(7, 3),
        nonce: "n".into(),
        expires_at: hours(1),
    };
    oauth_attempts::insert(tx, b"state", &attempt, NOW)?;
    idempotency::take(tx, ORGANIZATION, b"key", b"request", NOW)?;
    idempotency::decide(tx, ORGANIZATION, b"key", &value(7, 4))?;
    // Taken and not decided: nothing to find.
    idempotency::take(tx, ORGANIZATION, b"other", b"request", NOW)?;
    installation::insert_key_check(tx, &value(7, 5))
}

fn others(tx: &mut dyn Tx, key: u8) -> Result<Vec<(Column, Sealed)>, StoreError> {
    let mut all = Vec::new();
    for column in Column::ALL {
        let found = sealed::others(tx, column, &[key; 4], 0)?;
        all.extend(found.into_iter().map(|value| (column, value)));
    }
    Ok(all)
}

on_every_database! {
    fn sealed_values_are_found_by_their_key_and_replaced_once(stage: &Stage) {
        stage.done(fill);
        assert_eq!(stage.done(|tx| others(tx, 7)), []);
        let found = stage.done(|tx| others(tx, 8));
        let rests: Vec<u8> = found.iter().map(|(_, sealed)| sealed.value[5]).collect();
        assert_eq!(rests, [1, 2, 3, 4, 5]);
        let whose: Vec<Option<OrganizationId>> = found.iter().map(|(_, s)| s.organization).collect();
        assert_eq!(whose, [Some(ORGANIZATION), Some(ORGANIZATION), Some(ORGANIZATION), Some(ORGANIZATION), None]);
        assert_eq!(found[0].1.connection, Some(CONNECTION));
        assert_eq!(stage.done(|tx| sealed::all(tx, Column::Verifier, 0)).len(), 1);
        assert_eq!(stage.done(|tx| sealed::all(tx, Column::Verifier, 1)), []);

        for (column, old) in found {
            let new = value(8, old.value[5]);
            let replace = move |tx: &mut dyn Tx| sealed::replace(tx, column, &old, &new, NOW);
            assert!(stage.done(replace.clone()), "{column:?}");
            assert!(!stage.done(replace), "{column:?} has changed meanwhile");
        }
        assert_eq!(stage.done(|tx| others(tx, 8)), []);
        let tokens = stage.done(|tx| connections::by_id(tx, CONNECTION)).unwrap().tokens;
        assert_eq!(tokens.access, Some(value(8, 1)));
    }

    fn a_token_in_use_is_left(stage: &Stage) {
        stage.done(fill);
        let lease = stage.done(|tx| leases::take(tx, CONNECTION, NOW, hours(1))).unwrap();
        let token = stage.done(|tx| sealed::others(tx, Column::AccessToken, &[8; 4], 0)).remove(0);
        let replace = |now| {
            let token = token.clone();
            stage.done(move |tx| sealed::replace(tx, Column::AccessToken, &token, &value(8, 1), now))
        };
        assert!(!replace(NOW));
        assert!(replace(hours(2)), "the lease has run out");
        assert!(!stage.done(move |tx| leases::is_held(tx, lease)), "and what it brings is not kept");
    }

    fn values_of_one_organization_are_not_taken_for_another(stage: &Stage) {
        stage.done(fill);
        let mut decision = stage.done(|tx| sealed::others(tx, Column::Decision, &[8; 4], 0)).remove(0);
        decision.organization = Some(OrganizationId(id(99)));
        assert!(!stage.done(move |tx| sealed::replace(tx, Column::Decision, &decision, &value(8, 4), NOW)));
    }
}
