//! Two schemas that say the same: migrations by number and name, and what they make, by asking both
//! databases.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use postgres::Client;
use rusqlite::Connection;
use store::migrate::{self, MigrateError};
use store::postgres::OpenError;
use store::postgres::pool::Pool;

use crate::support::NOW;
use crate::support::cluster::{self, Schema};

#[test]
fn migrations_share_numbers_and_names_and_every_file_is_one() {
    let named = |all: &[migrate::Migration]| -> Vec<String> {
        all.iter()
            .map(|(n, name, _)| format!("{n:04}_{name}.sql"))
            .collect()
    };
    let sqlite = named(migrate::SQLITE);
    assert_eq!(sqlite, named(migrate::POSTGRES));
    for database in ["sqlite", "postgres"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("migrations")
            .join(database);
        let files: BTreeSet<String> = fs::read_dir(folder)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(files.into_iter().collect::<Vec<_>>(), sqlite, "{database}");
    }
}

/// What a schema is made of, in words both databases share.
#[derive(Debug, Default, PartialEq, Eq)]
struct Shape {
    /// `table.column: kind`, with `not null` where it is.
    columns: BTreeSet<String>,
    /// `table (columns)`.
    primary_keys: BTreeSet<String>,
    /// `table (columns)`, with `partial` where only some rows count.
    unique: BTreeSet<String>,
    /// `index on table (columns)`.
    indexes: BTreeSet<String>,
    /// `table.column -> table`, with what a deletion does.
    references: BTreeSet<String>,
}

fn shape_of_sqlite() -> Shape {
    let connection = Connection::open_in_memory().unwrap();
    for (_, _, sql) in migrate::SQLITE {
        connection.execute_batch(sql).unwrap();
    }
    let lines = |sql: &str| -> BTreeSet<String> {
        let mut statement = connection.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    };
    Shape {
        columns: lines(
            "SELECT t.name || '.' || c.name || ': ' ||
               CASE c.type WHEN 'INTEGER' THEN 'number' WHEN 'TEXT' THEN 'text' ELSE 'bytes' END ||
               CASE WHEN c.\"notnull\" OR c.pk THEN ' not null' ELSE '' END
             FROM sqlite_schema t, pragma_table_info(t.name) c WHERE t.type = 'table'",
        ),
        primary_keys: lines(
            "SELECT t.name || ' (' || group_concat(c.name, ', ' ORDER BY c.pk) || ')'
             FROM sqlite_schema t, pragma_table_info(t.name) c
             WHERE t.type = 'table' AND c.pk > 0 GROUP BY t.name",
        ),
        unique: lines(
            "SELECT t.name || ' (' || group_concat(c.name, ', ' ORDER BY c.seqno) || ')' ||
               CASE WHEN i.partial THEN ' partial' ELSE '' END
             FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
             WHERE t.type = 'table' AND i.\"unique\" AND i.origin <> 'pk'
             GROUP BY t.name, i.name",
        ),
        indexes: lines(
            "SELECT i.name || ' on ' || t.name || ' (' ||
               group_concat(c.name, ', ' ORDER BY c.seqno) || ')' ||
               CASE WHEN i.partial THEN ' partial' ELSE '' END
             FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
             WHERE t.type = 'table' AND NOT i.\"unique\" GROUP BY t.name, i.name",
        ),
        references: lines(
            "SELECT t.name || '.' || f.\"from\" || ' -> ' || f.\"table\" || ' ' || lower(f.on_delete)
             FROM sqlite_schema t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table'",
        ),
    }
}

fn shape_of_postgres(client: &mut Client) -> Shape {
    let mut lines = |sql: &str| -> BTreeSet<String> {
        let rows = client.query(sql, &[]).unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    };
    let index = |what: &str, which: &str| {
        format!(
            "SELECT {what} t.relname || ' (' || (
               SELECT string_agg(a.attname, ', ' ORDER BY k.place)
               FROM unnest(x.indkey) WITH ORDINALITY k (number, place)
               JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
             ) || ')' || CASE WHEN x.indpred IS NULL THEN '' ELSE ' partial' END
             FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
             WHERE t.relnamespace = to_regnamespace(current_schema()) AND t.relname <> 'migration'
               AND NOT x.indisexclusion AND {which}"
        )
    };
    Shape {
        columns: lines(
            "SELECT table_name || '.' || column_name || ': ' ||
               CASE data_type WHEN 'bigint' THEN 'number' WHEN 'text' THEN 'text'
                 WHEN 'uuid' THEN 'bytes' WHEN 'bytea' THEN 'bytes' ELSE data_type END ||
               CASE is_nullable WHEN 'NO' THEN ' not null' ELSE '' END
             FROM information_schema.columns
             WHERE table_schema = current_schema() AND table_name <> 'migration'",
        ),
        primary_keys: lines(&index("", "x.indisprimary")),
        unique: lines(&index("", "x.indisunique AND NOT x.indisprimary")),
        indexes: lines(&index("i.relname || ' on ' ||", "NOT x.indisunique")),
        references: lines(
            "SELECT t.relname || '.' || a.attname || ' -> ' || o.relname || ' ' ||
               CASE c.confdeltype WHEN 'c' THEN 'cascade' WHEN 'n' THEN 'set null'
                 WHEN 'a' THEN 'no action' ELSE c.confdeltype::text END
             FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
             JOIN pg_class o ON o.oid = c.confrelid
             JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (c.conkey)
             WHERE c.contype = 'f' AND c.connamespace = to_regnamespace(current_schema())",
        ),
    }
}

/// A schema as the migrations leave it.
fn migrated() -> Schema {
    let schema = Schema::fresh();
    drop(Pool::open(&schema.url(), NOW, Box::new(|_| {}), 1).unwrap());
    schema
}

#[test]
fn both_schemas_have_the_same_shape() {
    let (sqlite, postgres) = (
        shape_of_sqlite(),
        shape_of_postgres(&mut migrated().client()),
    );
    assert_eq!(sqlite.columns, postgres.columns);
    assert_eq!(sqlite.primary_keys, postgres.primary_keys);
    assert_eq!(sqlite.unique, postgres.unique);
    assert_eq!(sqlite.indexes, postgres.indexes);
    assert_eq!(sqlite.references, postgres.references);
}

/// Ids are `uuid` and nothing else is, so that a statement that mixes them up fails in every test.
#[test]
fn ids_are_uuids_text_sorts_by_bytes_and_unique_indexes_are_named_for_their_columns() {
    let schema = migrated();
    let mut client = schema.client();
    let mut odd = |sql: &str| -> Vec<String> {
        client
            .query(sql, &[])
            .unwrap()
            .iter()
            .map(|row| row.get(0))
            .collect()
    };
    let mixed_up = "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = current_schema()
           AND ((data_type = 'uuid' AND column_name <> 'id' AND column_name NOT LIKE '%\\_id')
             OR (data_type = 'bytea' AND (column_name = 'id' OR column_name LIKE '%\\_id')))";
    assert_eq!(odd(mixed_up), Vec::<String>::new());
    let other_order = "SELECT table_name || '.' || column_name FROM information_schema.columns
         WHERE table_schema = current_schema() AND data_type = 'text'
           AND collation_name IS DISTINCT FROM 'C'";
    assert_eq!(odd(other_order), Vec::<String>::new());
    let named_otherwise = "SELECT found.name FROM (
           SELECT i.relname AS name, t.relname || '_' || string_agg(a.attname, '_' ORDER BY k.place) || '_key' AS wanted
           FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
           CROSS JOIN unnest(x.indkey) WITH ORDINALITY k (number, place)
           JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number
           WHERE t.relnamespace = to_regnamespace(current_schema())
             AND x.indisunique AND NOT x.indisprimary
           GROUP BY i.relname, t.relname) found
         WHERE found.name <> left(found.wanted, 63)";
    assert_eq!(odd(named_otherwise), Vec::<String>::new());
}

#[test]
fn processes_that_start_at_once_migrate_once() {
    let schema = Schema::fresh();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| drop(Pool::open(&schema.url(), NOW, Box::new(|_| {}), 1).unwrap()));
        }
    });
    let applied = schema
        .client()
        .query("SELECT number FROM migration", &[])
        .unwrap();
    assert_eq!(applied.len(), migrate::POSTGRES.len());
}

#[test]
fn a_database_of_another_version_is_refused() {
    let schema = migrated();
    schema
        .client()
        .batch_execute("UPDATE migration SET checksum = checksum + 1")
        .unwrap();
    let refused = Pool::open(&schema.url(), NOW, Box::new(|_| {}), 1).map(drop);
    let refused = refused.unwrap_err();
    assert!(
        matches!(refused, OpenError::Migrate(MigrateError::Different(1))),
        "{refused}"
    );
}

/// Its own database, because the extension is one for all schemas of a database.
#[test]
fn an_extension_we_may_not_install_is_asked_for() {
    let name = format!("bare_{}", std::process::id());
    let mut client = cluster::client();
    client
        .batch_execute(&format!("CREATE DATABASE {name}"))
        .unwrap();
    let url = cluster::url()
        .replacen("lockstep@", "guarded:open%20sesame@", 1)
        .replacen("/lockstep", &format!("/{name}"), 1);
    let refused = Pool::open(&url, NOW, Box::new(|_| {}), 1)
        .map(drop)
        .unwrap_err();
    client
        .batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)"))
        .unwrap();
    assert!(
        matches!(refused, OpenError::Migrate(MigrateError::Extension(_))),
        "{refused}"
    );
    assert!(
        refused.to_string().contains("CREATE EXTENSION btree_gist"),
        "{refused}"
    );
}

/// Enough of a schema to compare is there at all.
#[test]
fn the_comparison_sees_something() {
    let shape = shape_of_sqlite();
    let seen: BTreeMap<&str, usize> = BTreeMap::from([
        ("columns", shape.columns.len()),
        ("primary keys", shape.primary_keys.len()),
        ("unique", shape.unique.len()),
        ("indexes", shape.indexes.len()),
        ("references", shape.references.len()),
    ]);
    assert!(seen.values().all(|count| *count > 3), "{seen:?}");
    assert!(shape.columns.contains("host.id: bytes not null"));
}
