//! Both engines have the same tables, columns and indexes once all migrations have run.

use std::collections::BTreeSet;

use crate::fresh::Fresh;

/// What a type of SQLite may be on PostgreSQL.
const TYPES: [(&str, &[&str]); 2] =
    [("INTEGER", &["bigint", "boolean"]), ("TEXT", &["text", "date", "timestamp with time zone"])];

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_tables() {
    let Some(postgres) = Fresh::on_postgres().await else { return };
    let sqlite = Fresh::on_sqlite().await;
    let columns = "SELECT t.name, c.name, c.type, c.\"notnull\" OR c.pk > 0, c.pk FROM sqlite_schema t \
                   JOIN pragma_table_info(t.name) c WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' \
                   AND t.name <> '_sqlx_migrations' ORDER BY t.name, c.name";
    let on_sqlite = sqlite.database.rows(columns).await;
    let columns = "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'NO', \
                   COALESCE(k.ordinal_position, 0)::text FROM information_schema.columns c \
                   LEFT JOIN (information_schema.key_column_usage k JOIN information_schema.table_constraints t \
                   ON t.constraint_name = k.constraint_name AND t.constraint_type = 'PRIMARY KEY') \
                   ON k.table_name = c.table_name AND k.column_name = c.column_name \
                   WHERE c.table_schema = current_schema() AND c.table_name <> '_sqlx_migrations' \
                   ORDER BY c.table_name COLLATE \"C\", c.column_name COLLATE \"C\"";
    let on_postgres = postgres.database.rows(columns).await;
    let but_types =
        |rows: &[Vec<String>]| rows.iter().map(|row| [&row[..2], &row[3..]].concat().join(" ")).collect::<Vec<_>>();
    assert_eq!(but_types(&on_sqlite), but_types(&on_postgres), "table, column, whether it must be, place in the key");
    for (here, there) in on_sqlite.iter().zip(&on_postgres) {
        let known = TYPES.iter().find(|(sqlite, _)| *sqlite == here[2]);
        assert!(known.is_some_and(|(_, may)| may.contains(&there[2].as_str())), "{here:?} {there:?}");
    }
    assert!(on_sqlite.len() > 150, "{}", on_sqlite.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn both_engines_have_the_same_indexes() {
    let Some(postgres) = Fresh::on_postgres().await else { return };
    let sqlite = Fresh::on_sqlite().await;
    // Table, whether it is unique, whether it is partial, and its columns. What a key brings has no name of its own.
    let indexes = "SELECT t.name, CASE WHEN i.origin = 'c' THEN i.name END, i.\"unique\", i.partial, \
                   (SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) \
                   FROM sqlite_schema t JOIN pragma_index_list(t.name) i \
                   WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> '_sqlx_migrations'";
    let on_sqlite: BTreeSet<String> = sqlite.rows(indexes).await.into_iter().collect();
    let indexes = "SELECT c.relname::text, CASE WHEN k.oid IS NULL THEN n.relname::text END, i.indisunique, \
                   i.indpred IS NOT NULL, (SELECT string_agg(a.attname, ' ' ORDER BY p.place) \
                   FROM unnest(i.indkey) WITH ORDINALITY p (attnum, place) \
                   JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = p.attnum) \
                   FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_class n ON n.oid = i.indexrelid \
                   LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u') \
                   WHERE c.relnamespace = current_schema()::regnamespace AND c.relname <> '_sqlx_migrations'";
    let on_postgres: BTreeSet<String> = postgres.rows(indexes).await.into_iter().collect();
    // A single whole number as the key is the row itself on SQLite, and needs no index.
    let is_row = |index: &String| {
        let key: Vec<&str> = index.split(' ').collect();
        matches!(key.as_slice(), [_, "-", "1", "0", "id"] | ["halt", "-", "1", "0", "company"])
    };
    let (rows, on_postgres): (BTreeSet<String>, BTreeSet<String>) = on_postgres.into_iter().partition(is_row);
    assert!(rows.len() > 10, "{rows:?}");
    assert_eq!(on_sqlite, on_postgres);
    assert!(on_sqlite.len() > 25, "{on_sqlite:?}");
}
