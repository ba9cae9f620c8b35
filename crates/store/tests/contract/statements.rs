//! Values come back as they went, whatever they are, and bad ones are refused alike.

use store::{Dialect, StoreError, Value, values};

use crate::support::world::{HOST, ORGANIZATION, found, id};
use crate::support::{Stage, on_every_database};

/// The value after a trip through a column that takes its kind.
fn there_and_back(stage: &Stage, value: Value) -> Value {
    stage.done(move |tx| {
        let (write, read) = match &value {
            Value::Text(_) => (
                "UPDATE organization SET name = ?1",
                "SELECT name FROM organization",
            ),
            Value::Int(_) => (
                "UPDATE organization SET created_at = ?1",
                "SELECT created_at FROM organization",
            ),
            _ => (
                "UPDATE connection SET access_token = ?1",
                "SELECT access_token FROM connection",
            ),
        };
        tx.execute(write, std::slice::from_ref(&value))?;
        let row = tx.first(read, &[])?.expect("a row");
        Ok(row.as_slice()[0].clone())
    })
}

on_every_database! {
    fn values_come_back_as_they_went(stage: &Stage) {
        stage.done(|tx| {
            found(tx)?;
            crate::support::world::connect(tx)
        });
        let texts = [
            "", " ", "'; DROP TABLE host; --", "\\ \\x41 ? ?1 $1 %s", "\u{1}\u{7f}\r\n\t",
            "\u{feff}\u{202e}\u{1F469}\u{200D}\u{1F4BB}\u{10FFFF}", "e\u{301} is not \u{e9}",
        ];
        let long = "ü".repeat(1 << 20);
        for text in texts.into_iter().chain([long.as_str()]) {
            let value = Value::from(text);
            assert_eq!(there_and_back(stage, value.clone()), value);
        }
        for number in [0, 1, -1, i64::from(i32::MAX) + 1, i64::MIN, i64::MAX] {
            assert_eq!(there_and_back(stage, Value::Int(number)), Value::Int(number));
        }
        let all: Vec<u8> = (0..=255).collect();
        for bytes in [vec![], vec![0], all, vec![0xa5; 1 << 20]] {
            assert_eq!(there_and_back(stage, Value::Bytes(bytes.clone())), Value::Bytes(bytes));
        }
        assert_eq!(there_and_back(stage, Value::Null), Value::Null);
    }

    /// PostgreSQL keeps none, and SQLite's own functions stop at one.
    fn text_with_a_nul_is_refused(stage: &Stage) {
        stage.done(found);
        let refused = stage.run(|tx| tx.execute("UPDATE host SET name = ?1", values!["a\0b"]));
        assert_eq!(refused, Err(StoreError::Unstorable("text with a NUL character")));
        let sought = stage.run(|tx| tx.rows("SELECT 1 FROM host WHERE name = ?1", values!["\0"]).map(drop));
        assert_eq!(sought, Err(StoreError::Unstorable("text with a NUL character")));
    }

    fn a_value_of_another_kind_than_its_column_is_refused(stage: &Stage) {
        stage.done(found);
        for (sql, value) in [
            ("UPDATE organization SET created_at = ?1", Value::from("soon")),
            ("UPDATE organization SET name = ?1", Value::from(&[1_u8, 2][..])),
        ] {
            let refused = stage.run(move |tx| tx.execute(sql, std::slice::from_ref(&value)));
            assert!(matches!(refused, Err(StoreError::Database(_))), "{sql}: {refused:?}");
        }
    }

    fn nothing_can_be_asked_for_where_its_kind_is_plain(stage: &Stage) {
        stage.done(found);
        let others = |except: Value| {
            stage.done(move |tx| {
                let sql = "SELECT count(*) FROM host WHERE (id <> ?1 OR ?1 IS NULL)";
                tx.first(sql, std::slice::from_ref(&except))?.expect("a count").take::<i64>()
            })
        };
        assert_eq!((others(Value::Null), others(HOST.into())), (1, 0));
    }

    fn a_comparison_is_zero_or_one(stage: &Stage) {
        let sql = "SELECT 1 = 1, 1 = 2, EXISTS (SELECT 1 FROM host), count(*), 7 FROM host";
        let row = stage.done(move |tx| Ok(tx.first(sql, &[])?.expect("a row")));
        let numbers = [1, 0, 0, 0, 7].map(Value::Int);
        assert_eq!(row.as_slice(), numbers);
    }

    fn rows_changed_are_counted(stage: &Stage) {
        stage.done(found);
        let changed = |sql: &'static str| stage.done(move |tx| tx.execute(sql, values![ORGANIZATION]));
        assert_eq!(changed("UPDATE host SET name = 'x' WHERE organization_id = ?1"), 1);
        assert_eq!(changed("UPDATE host SET name = 'x' WHERE id = ?1"), 0);
        assert_eq!(
            changed("INSERT INTO organization (id, slug, name, time_zone, locale, created_at, on_stale,
                 stale_after_minutes)
                     VALUES (?1, 'brightside', '', '', '', 0, 'allow', 60) ON CONFLICT DO NOTHING"),
            0
        );
        assert_eq!(changed("DELETE FROM event_type_host WHERE event_type_id IN
                       (SELECT id FROM event_type WHERE organization_id = ?1)"), 1);
    }

    fn a_write_can_give_rows(stage: &Stage) {
        stage.done(found);
        let names = stage.done(|tx| {
            let sql = "UPDATE host SET name = ?2 WHERE id = ?1 RETURNING name, id";
            tx.rows(sql, values![HOST, "Grace"])
        });
        assert_eq!(names[0].as_slice(), [Value::from("Grace"), Value::from(id(2))]);
    }

    /// An id column of PostgreSQL takes 16 bytes and no others; SQLite never finds others either.
    fn an_id_of_another_length_is_never_found(stage: &Stage) {
        stage.done(found);
        let sought = stage.run(|tx| {
            let sql = "SELECT count(*) FROM host WHERE id = ?1";
            tx.first(sql, values![&[1_u8, 2][..]])?.expect("a count").take::<i64>()
        });
        let dialect = stage.done(|tx| Ok(tx.dialect()));
        match dialect {
            Dialect::Sqlite => assert_eq!(sought, Ok(0)),
            Dialect::Postgres => assert!(matches!(sought, Err(StoreError::Database(_)))),
        }
    }
}
