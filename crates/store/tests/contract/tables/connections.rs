//! Calendar connections.

use domain::{ConnectionId, OrganizationId};
use store::StoreError;
use store::tables::connections::{self, Connection, State, Tokens};

use crate::support::world::{CONNECTION, ORGANIZATION, connection, found, hours, id};
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
            cause: Some("needs_reconnect".to_owned()),
            tokens: Tokens { access: None, access_expires_at: hours(9), refresh: vec![] },
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
