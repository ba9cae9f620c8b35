//! Users, sessions, API keys.

use domain::{ApiKeyId, UserId};
use store::StoreError;
use store::tables::access::{self, User};

use crate::support::world::{ORGANIZATION, found, hours, id};
use crate::support::{NOW, on_every_database};

fn user() -> User {
    User {
        id: UserId(id(20)),
        organization_id: ORGANIZATION,
        email: "owner@brightside.example".to_owned(),
        password_hash: "$argon2id$…".to_owned(),
    }
}

on_every_database! {
    fn a_user_is_found_by_e_mail(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            access::insert_user(tx, &user(), NOW)
        });
        assert_eq!(stage.done(|tx| access::user_by_email(tx, "owner@brightside.example")), Some(user()));
        assert_eq!(stage.done(|tx| access::user_by_email(tx, "Owner@brightside.example")), None);
        let again = stage.run(|tx| {
            access::insert_user(tx, &User { id: UserId(id(21)), ..user() }, NOW)
        });
        assert_eq!(again, Err(StoreError::Constraint("member_email_key".into())));
    }

    fn a_session_lives_until_it_runs_out_or_is_ended(stage: &Stage) {
        let hash = |n: u8| vec![n; 32];
        stage.done(move |tx| {
            found(tx)?;
            access::insert_user(tx, &user(), NOW)?;
            access::insert_session(tx, &hash(1), user().id, NOW, hours(1))?;
            access::insert_session(tx, &hash(2), user().id, NOW, hours(5))
        });
        let whose = move |n, at| stage.done(move |tx| access::session(tx, &hash(n), at));
        assert_eq!(whose(1, NOW), Some((user().id, user().email, ORGANIZATION)));
        assert_eq!(whose(1, hours(1)), None, "it has run out");
        assert_eq!(whose(3, NOW), None);
        // Opening another forgets those that ran out.
        stage.done(move |tx| access::insert_session(tx, &hash(3), user().id, hours(2), hours(3)));
        assert_eq!(stage.count("SELECT count(*) FROM session"), 2);
        stage.done(move |tx| access::delete_session(tx, &hash(2)));
        assert_eq!(whose(2, NOW), None);
        assert!(whose(3, hours(2)).is_some());
    }

    fn an_api_key_leads_to_its_organization(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            access::insert_api_key(tx, ApiKeyId(id(30)), ORGANIZATION, "website", &[9; 32], NOW)
        });
        let owner = |hash: u8| stage.done(move |tx| access::api_key_organization(tx, &[hash; 32]));
        assert_eq!((owner(9), owner(8)), (Some(ORGANIZATION), None));
    }
}
