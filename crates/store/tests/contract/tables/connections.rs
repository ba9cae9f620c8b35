//! Calendar connections.

use domain::connection::Cause;
use domain::sync::policy::{OnChange, Policy, Winner};
use domain::{ConnectionId, OrganizationId};
use store::StoreError;
use store::tables::connections::{
    self, Connection, Credential, Grant, Proof, ProofStage, State, Tokens,
};
use store::tables::leases;

use crate::support::world::{CONNECTION, ORGANIZATION, connect, connection, found, hours, id};
use crate::support::{NOW, on_every_database};

on_every_database! {
    fn a_connection_comes_back_and_changes(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connections::insert(tx, &connection(5, "sub-1"), NOW)
        });
        let by_id = || stage.done(|tx| connections::by_id(tx, CONNECTION));
        assert_eq!(by_id(), Some(connection(5, "sub-1")));
        let broken = Connection {
            state: State::Error,
            cause: Some(Cause::NeedsReconnect),
            credential: Credential::OAuth { refresh: Some(vec![]) },
            tokens: Tokens { access: None, access_expires_at: hours(9) },
            grant: Grant { at: hours(1), used_at: hours(2), short_before: 3 },
            proof: Proof {
                stage: ProofStage::Writing,
                event: Some("event".to_owned()),
                problem: Some(Cause::Unreachable),
                proven_at: Some(hours(3)),
            },
            run_at: hours(4),
            failures: 5,
            ..connection(5, "sub-1")
        };
        let change = broken.clone();
        stage.done(move |tx| connections::update(tx, &change));
        assert_eq!(by_id(), Some(broken.clone()));
        let by_account = stage.done(|tx| connections::by_account(tx, ORGANIZATION, "sub-1"));
        assert_eq!(by_account, Some(broken));
        assert_eq!(stage.done(|tx| connections::by_account(tx, ORGANIZATION, "sub-2")), None);
        assert_eq!(stage.done(|tx| connections::by_id(tx, ConnectionId(id(9)))), None);
    }

    fn a_disconnected_connection_has_no_tokens_and_shares_no_grant(stage: &Stage) {
        let gone = Connection {
            state: State::Inactive,
            credential: Credential::OAuth { refresh: None },
            tokens: Tokens { access: None, access_expires_at: NOW },
            ..connection(5, "sub")
        };
        stage.done(|tx| {
            found(tx)?;
            connections::insert(tx, &connection(5, "sub"), NOW)
        });
        let is_shared = |of| {
            stage.done(move |tx| connections::is_grant_shared(tx, ConnectionId(id(of)), "sub"))
        };
        assert!(is_shared(6), "by another one");
        assert!(!is_shared(5), "not by itself");
        let change = gone.clone();
        stage.done(move |tx| connections::update(tx, &change));
        assert_eq!(stage.done(|tx| connections::by_id(tx, CONNECTION)), Some(gone.clone()));
        assert!(!is_shared(6), "it is disconnected");
        let kept = Connection { tokens: connection(5, "sub").tokens, ..gone };
        let kept = stage.run(move |tx| connections::update(tx, &kept));
        assert!(kept.is_err(), "a token is left");
    }

    fn every_kind_of_credential_comes_back(stage: &Stage) {
        stage.done(found);
        for (number, credential) in [(5, Credential::ServiceAccount), (6, Credential::ApiKey)] {
            let made = Connection { credential, ..connection(number, &format!("sub-{number}")) };
            let stored = made.clone();
            stage.done(move |tx| connections::insert(tx, &stored, NOW));
            assert_eq!(stage.done(move |tx| connections::by_id(tx, ConnectionId(id(number)))), Some(made));
        }
    }

    fn how_conflicts_are_decided_is_by_default_until_it_is_chosen(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connect(tx)
        });
        assert_eq!(stage.done(|tx| connections::policy(tx, CONNECTION)), Policy::default());
        let chosen = Policy {
            deletions: OnChange::Ask,
            both: Some(Winner::Newest),
            keeps_place: true,
            ..Policy::default()
        };
        stage.done(move |tx| connections::set_policy(tx, CONNECTION, &chosen));
        assert_eq!(stage.done(|tx| connections::policy(tx, CONNECTION)), chosen);
    }

    fn the_connection_due_first_is_found_if_it_works_and_is_free(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            let due = |number, at| Connection { run_at: hours(at), ..connection(number, &at.to_string()) };
            connections::insert(tx, &Connection { state: State::Error, ..due(5, 1) }, NOW)?;
            connections::insert(tx, &due(6, 3), NOW)?;
            connections::insert(tx, &due(7, 2), NOW)
        });
        let next = || stage.done(|tx| connections::next_due(tx, hours(0)));
        assert_eq!(next(), Some((ConnectionId(id(7)), hours(2))));
        stage.done(|tx| leases::take(tx, ConnectionId(id(7)), hours(0), hours(9)));
        assert_eq!(next(), Some((ConnectionId(id(6)), hours(3))));
    }

    fn connections_are_listed_oldest_first_and_an_account_is_connected_once(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            connections::insert(tx, &connection(8, "c"), hours(1))?;
            connections::insert(tx, &connection(7, "b"), hours(1))?;
            connections::insert(tx, &connection(9, "a"), NOW)
        });
        let listed = stage.done(|tx| connections::list(tx, ORGANIZATION));
        let subs: Vec<&str> = listed.iter().map(|c| c.account_sub.as_str()).collect();
        assert_eq!(subs, ["a", "b", "c"]);
        assert_eq!(stage.done(|tx| connections::list(tx, OrganizationId(id(9)))), []);
        let twice = stage.run(|tx| connections::insert(tx, &connection(10, "a"), NOW));
        assert_eq!(twice, Err(StoreError::Constraint("connection_organization_id_account_sub_key".into())));
    }
}
