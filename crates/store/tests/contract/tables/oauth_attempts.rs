//! Consents under way.

use store::tables::oauth_attempts::{self, OAuthAttempt};

use crate::support::world::{ORGANIZATION, found, hours};
use crate::support::{NOW, on_every_database};

fn attempt(expires: i64) -> OAuthAttempt {
    OAuthAttempt {
        organization_id: ORGANIZATION,
        browser_hash: vec![3; 32],
        verifier: vec![0, 255],
        nonce: "n-0".to_owned(),
        expires_at: hours(expires),
    }
}

on_every_database! {
    fn an_attempt_is_found_until_it_is_used_up_or_forgotten(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            oauth_attempts::insert(tx, &[1; 32], &attempt(1), NOW)?;
            oauth_attempts::insert(tx, &[2; 32], &attempt(9), NOW)
        });
        assert_eq!(stage.done(|tx| oauth_attempts::find(tx, &[1; 32])), Some(attempt(1)));
        stage.done(|tx| oauth_attempts::insert(tx, &[3; 32], &attempt(9), hours(1)));
        assert_eq!(stage.done(|tx| oauth_attempts::find(tx, &[1; 32])), None, "it ran out");
        assert_eq!(stage.done(|tx| oauth_attempts::last_end(tx, NOW)), Some(hours(9)));
        stage.done(|tx| oauth_attempts::use_up(tx, &[2; 32], hours(2)));
        assert_eq!(stage.done(|tx| oauth_attempts::find(tx, &[2; 32])), Some(attempt(2)), "it has run out");
        stage.done(|tx| oauth_attempts::use_up(tx, &[3; 32], hours(3)));
        assert_eq!(stage.done(|tx| oauth_attempts::last_end(tx, hours(2))), Some(hours(3)));
        assert_eq!(stage.done(|tx| oauth_attempts::last_end(tx, hours(3))), None);
        assert_eq!(stage.done(|tx| oauth_attempts::find(tx, &[3; 32])), Some(attempt(3)));
        stage.done(|tx| oauth_attempts::forget(tx, &[3; 32]));
        assert_eq!(stage.done(|tx| oauth_attempts::find(tx, &[3; 32])), None, "it was forgotten");
    }
}
