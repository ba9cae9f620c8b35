//! PostgreSQL that goes away, at the worst moments, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use postgres::Client;
use store::postgres::pool::Pool;
use store::tables::organizations;
use store::{Lane, Store, StoreError, Topic};

use crate::support::cluster::Schema;
use crate::support::proxy::{Cut, Proxy};
use crate::support::world::organization;
use crate::support::{Heard, NOW, Stage};

/// Looks at a condition of the server's before it counts as missed.
const LOOKS_MAX: u32 = 500;

/// A store that reaches its database by a way that can be cut.
struct Scene {
    stage: Stage,
    proxy: Proxy,
    heard: Arc<Heard>,
    schema: Schema,
}

impl Scene {
    fn with(connections: usize) -> Self {
        let (schema, proxy) = (Schema::fresh(), Proxy::start());
        let heard = Arc::<Heard>::default();
        let url = schema.url_by(&proxy.url());
        let pool = Pool::open(&url, NOW, Heard::ear(&heard), connections).unwrap();
        Self {
            stage: Stage::on(Store::new(Arc::new(pool))),
            proxy,
            heard,
            schema,
        }
    }

    fn add(&self, number: u128) -> Result<(), StoreError> {
        self.stage.run(move |tx| {
            let slug = format!("s{number}");
            organizations::insert(tx, &organization(number, &slug, &slug), NOW)
        })
    }

    /// Rows, counted past the store and the way.
    fn stored(&self) -> i64 {
        count(&mut self.schema.client())
    }
}

fn count(client: &mut Client) -> i64 {
    let sql = "SELECT count(*) FROM organization";
    client.query_one(sql, &[]).unwrap().get(0)
}

#[test]
fn a_connection_lost_between_units_is_not_noticed() {
    let scene = Scene::with(2);
    for number in 0..6 {
        scene.proxy.cut();
        assert_eq!(scene.add(number), Ok(()));
    }
    assert_eq!(scene.stored(), 6);
}

#[test]
fn a_connection_lost_within_a_unit_runs_it_again() {
    let scene = Arc::new(Scene::with(1));
    let (inner, runs) = (Arc::clone(&scene), Arc::new(AtomicU32::new(0)));
    let counted = Arc::clone(&runs);
    let done = scene.stage.run(move |tx| {
        organizations::insert(tx, &organization(1, "a", "a"), NOW)?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            inner.proxy.cut();
        }
        organizations::insert(tx, &organization(2, "b", "b"), NOW)
    });
    assert_eq!((done, runs.load(Ordering::SeqCst)), (Ok(()), 2));
    assert_eq!(scene.stored(), 2);
}

#[test]
fn a_unit_that_always_loses_its_connection_is_given_up() {
    let scene = Arc::new(Scene::with(1));
    let (inner, runs) = (Arc::clone(&scene), Arc::new(AtomicU32::new(0)));
    let counted = Arc::clone(&runs);
    let given_up = scene.stage.run(move |tx| {
        counted.fetch_add(1, Ordering::SeqCst);
        inner.proxy.cut();
        organizations::insert(tx, &organization(1, "a", "a"), NOW)
    });
    assert_eq!(given_up, Err(StoreError::Unavailable));
    assert_eq!(runs.load(Ordering::SeqCst), 5);
    assert_eq!(
        scene.add(2),
        Ok(()),
        "it is the unit's fault, not the database's"
    );
}

#[test]
fn a_commit_lost_on_its_way_is_unknown_and_not_done() {
    let scene = Scene::with(1);
    assert_eq!(scene.add(1), Ok(()));
    scene.proxy.cut_next(Cut::Commit);
    assert_eq!(scene.add(2), Err(StoreError::Unknown));
    assert_eq!(scene.stored(), 1);
    assert_eq!(scene.add(2), Ok(()), "asking again does it");
}

#[test]
fn a_commit_whose_answer_is_lost_is_unknown_and_done() {
    let scene = Scene::with(1);
    assert_eq!(scene.add(1), Ok(()));
    scene.proxy.cut_next(Cut::Answer);
    assert_eq!(scene.add(2), Err(StoreError::Unknown));
    let mut client = scene.schema.client();
    let done = (0..LOOKS_MAX).any(|_| {
        client.batch_execute("SELECT pg_sleep(0.01)").unwrap();
        count(&mut client) == 2
    });
    assert!(done, "the server did what it was told");
    let again = scene.add(2);
    assert_eq!(
        again.unwrap_err().constraint(),
        Some("organization_pkey"),
        "which is how to tell"
    );
}

/// To a server that does not even refuse, each try would take seconds.
#[test]
fn while_the_database_is_away_units_do_not_try_to_reach_it() {
    let scene = Scene::with(1);
    scene.proxy.close();
    assert_eq!(scene.add(1), Err(StoreError::Unavailable));
    let known = scene.proxy.attempts();
    for _ in 0..200 {
        assert_eq!(scene.add(1), Err(StoreError::Unavailable));
    }
    let tried = scene.proxy.attempts() - known;
    assert!(
        tried < 100,
        "{tried}: only the listener looks, now and then"
    );
}

/// Nothing is lost with a snapshot: a unit that only reads is simply run again.
#[test]
fn a_read_that_loses_its_end_is_run_again() {
    let scene = Scene::with(1);
    assert_eq!(scene.add(1), Ok(()));
    for cut in [Cut::Commit, Cut::Answer] {
        scene.proxy.cut_next(cut);
        let read = scene.stage.run_in(Lane::Read, organizations::list);
        assert_eq!(read.map(|all| all.len()), Ok(1));
    }
}

#[test]
fn while_the_database_is_away_units_fail_at_once_and_it_comes_back_by_itself() {
    let scene = Scene::with(4);
    assert_eq!(scene.add(1), Ok(()));
    for number in 2..5 {
        scene.proxy.close();
        let known = scene.heard.count();
        for _ in 0..20 {
            assert_eq!(scene.add(number), Err(StoreError::Unavailable));
        }
        assert_eq!(
            scene.stage.run_in(Lane::Read, |_| Ok(())),
            Err(StoreError::Unavailable)
        );
        scene.proxy.open();
        // What was said meanwhile was not heard, so everything is woken when it is back.
        assert!(scene.heard.more_than(known), "it never came back");
        assert_eq!(scene.add(number), Ok(()));
    }
    assert_eq!(scene.stored(), 4);
}

#[test]
fn a_server_that_ends_every_session_is_survived() {
    let stage = Stage::postgres_with(4);
    let mut client = crate::support::cluster::client();
    for number in 0..5 {
        let add = move |tx: &mut dyn store::Tx| {
            organizations::insert(tx, &organization(number, &format!("s{number}"), ""), NOW)?;
            tx.rows("SELECT pg_backend_pid()", &[])
        };
        let pid = match stage.done(add)[0].as_slice() {
            [store::Value::Int(pid)] => i32::try_from(*pid).unwrap(),
            other => panic!("{other:?}"),
        };
        client
            .execute("SELECT pg_terminate_backend($1)", &[&pid])
            .unwrap();
    }
    assert_eq!(stage.count("SELECT count(*) FROM organization"), 5);
}

#[test]
fn a_commit_of_one_process_wakes_another() {
    let schema = Schema::fresh();
    let open = |heard: &Arc<Heard>| {
        let pool = Pool::open(&schema.url(), NOW, Heard::ear(heard), 2).unwrap();
        Stage::on(Store::new(Arc::new(pool)))
    };
    let (here, there) = (Arc::<Heard>::default(), Arc::<Heard>::default());
    let (first, _second) = (open(&here), open(&there));
    // The other may still be on its way to listening: told again and again, it hears.
    let heard = (0..LOOKS_MAX).any(|_| {
        first.done(|tx| {
            tx.wake(Topic::DueWork);
            tx.rows("SELECT pg_sleep(0.01)", &[]).map(drop)
        });
        there.count() > 0
    });
    assert!(heard);
}
