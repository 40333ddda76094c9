//! The store's contract: what it promises, on SQLite and on PostgreSQL.
//!
//! A contract is one function over a fresh database. It runs on SQLite always, and on PostgreSQL where
//! `scripts/postgres run` started one.

#[path = "../support/database.rs"]
#[expect(dead_code, reason = "contracts name their engine themselves")]
mod database;

/// Declares the contracts of a module: each becomes a test for each engine.
macro_rules! contracts {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            use crate::fresh::Fresh;

            #[tokio::test(flavor = "multi_thread")]
            async fn sqlite() {
                super::$name(Fresh::on_sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn postgres() {
                if let Some(fresh) = Fresh::on_postgres().await {
                    super::$name(fresh).await;
                }
            }
        })+

        /// All of them, for [`crate::statements`].
        pub const ALL: &[crate::statements::Contract] = &[$(|fresh| Box::pin($name(fresh))),+];
    };
}

mod agreements;
mod cases;
mod chain;
mod cohorts;
mod contacts;
mod facts;
mod figures;
mod fresh;
mod halts;
mod health;
mod holds;
mod incoming;
mod kept;
mod notices;
mod outbox;
mod page;
mod pages;
mod people;
mod plans;
mod policies;
mod receipts;
mod schema;
mod slots;
mod statements;
mod unreadable;
mod waiting;
mod watching;
mod whole;
mod workers;
mod writes;
