//! A fresh database on either engine, with what a contract needs to fill it.

use std::{convert::Infallible, ops::Deref};

use chrono::{DateTime, NaiveDate, Utc};
use duly::{
    domain::{
        account_facts::AccountFacts,
        ledger::positions,
        money::{Currency, Money},
        policy::Policy,
    },
    intake::{Context, Kind, Row, read},
    store::{
        Address, Store,
        import::{Chunk, Import, Merged, Source},
        snapshot::{Horizon, Snapshot},
        warnings::Checks,
    },
};
use tempfile::TempDir;

use crate::database::Database;

pub const COMPANY: &str = "HOUSE";

/// A store whose tables are empty; it goes when this is dropped.
pub struct Fresh {
    store: Store,
    pub database: Database,
    _folder: TempDir,
}

impl Deref for Fresh {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

impl Fresh {
    pub async fn on_sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::of(Database::Sqlite(folder.path().join("duly.db")), folder).await
    }

    /// `None` where there is no server to test on.
    pub async fn on_postgres() -> Option<Self> {
        if std::env::var_os("DULY_TEST_POSTGRES").is_none() {
            eprintln!("skipped: `scripts/postgres run` starts the PostgreSQL that this test needs");
            return None;
        }
        Some(Self::of(Database::postgres(), tempfile::tempdir().unwrap()).await)
    }

    async fn of(database: Database, folder: TempDir) -> Self {
        let store = Store::open(&address(&database), COMPANY).await.unwrap();
        Self { store, database, _folder: folder }
    }

    /// The same database as another process sees it.
    pub async fn again(&self) -> Store {
        self.of_company(COMPANY).await
    }

    pub async fn of_company(&self, company: &str) -> Store {
        Store::open(&self.address(), company).await.unwrap()
    }

    pub fn address(&self) -> Address {
        address(&self.database)
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres { .. })
    }

    /// A worker that claims.
    pub async fn worker(&self) -> i64 {
        self.enlist("test", at("2025-03-03T09:00")).await.unwrap()
    }

    /// Rows of the database, cells as text with a blank between them.
    pub async fn rows(&self, text: &str) -> Vec<String> {
        self.database.rows(text).await.iter().map(|row| row.join(" ")).collect()
    }

    /// Takes rows of a canonical file; what they came to.
    pub async fn take(&self, kind: Kind, rows: &str, now: &str) -> Merged {
        let mut import = self.begin_import(kind, None, now).await;
        import.stage(&chunk(kind, rows)).await.unwrap();
        let merged = import.merge(&checks()).await.unwrap().pop().unwrap();
        keep(&mut import, at(now)).await;
        import.commit(self).await.unwrap();
        merged
    }

    pub async fn begin_import(&self, kind: Kind, layout: Option<&str>, now: &str) -> Import {
        let source = Source {
            kind: kind.name(),
            file: "test.csv",
            author: None,
            layout,
            tells_payments: kind == Kind::Payments,
        };
        self.import(&source, at(now)).await.unwrap()
    }

    /// Accounts with one invoice each, of 100.00 GBP and due at the end of 2024.
    pub async fn with_accounts(&self, numbers: &[&str]) {
        let rows = |row: &dyn Fn(&str) -> String| numbers.iter().map(|number| row(number)).collect::<String>();
        let accounts = rows(&|number| format!("{number},Customer {number},{number}@buyer.example\n"));
        self.take(Kind::Accounts, &accounts, "2025-01-02T08:00").await;
        let invoices = rows(&|number| format!("INV-{number},{number},2024-12-01,2024-12-31,GBP,100.00\n"));
        self.take(Kind::Invoices, &invoices, "2025-01-02T09:00").await;
    }

    pub async fn account(&self, number: &str) -> i64 {
        self.find_account(number).await.unwrap().unwrap()
    }

    pub async fn snapshot(&self, number: &str, horizon: Horizon) -> Option<Snapshot> {
        self.snapshots(&[self.account(number).await], horizon).await.unwrap().pop()
    }

    /// All that is known of an account.
    pub async fn facts(&self, number: &str) -> AccountFacts {
        self.snapshot(number, everything()).await.unwrap().facts
    }
}

/// Where a database is.
pub fn address(database: &Database) -> Address {
    match database {
        Database::Sqlite(file) => Address::File(file.clone()),
        Database::Postgres { .. } => Address::Server { url: database.url(), password: None },
    }
}

/// Computes the kept values, as an import does, with the policy that is shipped.
pub async fn keep(import: &mut Import, now: DateTime<Utc>) {
    let policy = policy();
    let accounts = import.touched(0, 1_000).await.unwrap();
    let snapshots = import.snapshots(&accounts).await.unwrap();
    let page: Vec<_> = snapshots.iter().map(|one| (one.id, positions(&one.facts, &policy, NaiveDate::MAX))).collect();
    import.keep(&page, now).await.unwrap();
}

pub fn policy() -> Policy {
    toml::from_str(include_str!("../../config/policy.toml")).unwrap()
}

/// Rows under the usual header of their kind.
pub fn chunk(kind: Kind, rows: &str) -> Chunk {
    let header = match kind {
        Kind::Accounts => "account,name,email",
        Kind::Invoices => "invoice,account,issued,due,currency,amount",
        Kind::Payments => "payment,account,received,currency,amount,invoice",
        Kind::Credits => "credit,account,date,currency,amount,invoice",
        Kind::Events => "event,account,date,kind,invoice,note",
    };
    let mut chunk = Chunk::default();
    let file = format!("{header}\n{rows}");
    let context = Context { today: day("2025-03-03"), currency: None };
    let reading = read(file.as_bytes(), kind, None, &context, &mut |line, row| {
        match row {
            Row::Account(fact) => chunk.accounts.push((line, fact)),
            Row::Invoice(fact) => chunk.invoices.push((line, fact)),
            Row::Payment(fact) => chunk.payments.push((line, fact)),
            Row::Credit(fact) => chunk.credits.push((line, fact)),
            Row::Event(fact) => chunk.events.push((line, fact)),
        }
        Ok::<_, Infallible>(())
    });
    assert!(reading.unwrap().bad.is_empty(), "{file}");
    chunk
}

pub fn checks() -> Checks {
    Checks { today: day("2025-03-03"), policies: vec!["standard".to_owned()] }
}

pub fn everything() -> Horizon {
    Horizon::everything(day("2025-03-03"))
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An instant from its date, hour and minute in UTC.
pub fn at(text: &str) -> DateTime<Utc> {
    format!("{text}:00Z").parse().unwrap()
}

pub fn gbp(minor: i64) -> Money {
    Money::new(minor, pounds())
}

pub fn pounds() -> Currency {
    "GBP".parse().unwrap()
}
