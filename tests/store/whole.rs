//! Everything moves to the other engine, or nothing does.

use chrono::Duration;
use duly::store::{Address, halts::RESTORED, sums::Copied, transfer::move_all, whole::Whole};

use crate::{
    database::Database,
    fresh::{Fresh, address, at},
    plans::LATER,
};

contracts!(
    everything_arrives,
    what_does_not_fit_moves_nothing,
    a_value_that_arrives_changed_is_found,
    a_backup_is_halted_and_complete,
);

/// An empty database of the other engine, where there is one to be had.
fn other(fresh: &Fresh) -> Option<(Database, tempfile::TempDir)> {
    let folder = tempfile::tempdir().unwrap();
    let database = match fresh.is_postgres() {
        true => Database::Sqlite(folder.path().join("other.db")),
        false if std::env::var_os("DULY_TEST_POSTGRES").is_some() => Database::postgres(),
        false => return None,
    };
    Some((database, folder))
}

async fn moved(fresh: &Fresh, to: &Database) -> Result<Vec<Copied>, String> {
    let (from, to) = (Whole::open(&fresh.address()).await.unwrap(), Whole::open(&address(to)).await.unwrap());
    let mut copied = Vec::new();
    let done = move_all(&from, &to, Duration::seconds(60), at(LATER), |table| copied.push(table.clone())).await;
    from.close().await;
    to.close().await;
    done.map(|()| copied).map_err(|error| error.to_string())
}

async fn everything_arrives(fresh: Fresh) {
    let Some((to, _folder)) = other(&fresh) else { return };
    fresh.with_notices(&["A", "b", "a-1", "Z"]).await;
    let refused = "INSERT INTO refused_address SELECT company, address, 'no', planned_at FROM notice";
    fresh.rows(refused).await;
    if fresh.is_postgres() {
        let said = moved(&fresh, &to).await.unwrap_err();
        assert!(said.contains("1 duly at work"), "{said}");
    }
    fresh.rows("DELETE FROM worker").await;
    let copied = moved(&fresh, &to).await.unwrap();
    let rows = |name: &str| copied.iter().find(|table| table.table == name).unwrap().rows;
    assert_eq!((rows("company"), rows("account"), rows("notice_item"), rows("refused_address")), (1, 4, 4, 4));
    let emails = "SELECT email FROM refused_address ORDER BY email";
    assert_eq!(to.rows(emails).await, fresh.database.rows(emails).await);
    assert_eq!(fresh.rows("SELECT kind FROM halt").await, ["moved"]);
    assert!(to.rows("SELECT kind FROM halt").await.is_empty());
    let again = moved(&fresh, &to).await.unwrap_err();
    assert!(again.contains("holds the company `HOUSE` already"), "{again}");
}

/// A table that the other end cannot take as it is.
async fn what_does_not_fit_moves_nothing(fresh: Fresh) {
    let Some((to, _folder)) = other(&fresh) else { return };
    fresh.with_accounts(&["A"]).await;
    match fresh.is_postgres() {
        true => fresh.rows("UPDATE account SET company = company; ALTER TABLE account ADD COLUMN odd BIGINT").await,
        false => fresh.rows("UPDATE invoice SET due = 'whenever'").await,
    };
    let said = moved(&fresh, &to).await.unwrap_err();
    assert!(said.contains(if fresh.is_postgres() { "table account" } else { "table invoice" }), "{said}");
    assert!(to.rows("SELECT * FROM company").await.is_empty(), "all or nothing");
    assert!(fresh.rows("SELECT * FROM halt").await.is_empty(), "so the old one goes on");
}

async fn a_value_that_arrives_changed_is_found(fresh: Fresh) {
    let Some((to, _folder)) = other(&fresh) else { return };
    fresh.with_accounts(&["A"]).await;
    Whole::open(&address(&to)).await.unwrap().close().await;
    let trigger = match to {
        Database::Sqlite(_) => {
            "CREATE TRIGGER odd AFTER INSERT ON account BEGIN \
             UPDATE account SET revision = revision + 1 WHERE id = NEW.id; END"
        }
        Database::Postgres { .. } => {
            "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN NEW.revision := NEW.revision + 1; RETURN NEW; END $$; \
             CREATE TRIGGER odd BEFORE INSERT ON account FOR EACH ROW EXECUTE FUNCTION odd()"
        }
    };
    to.rows(trigger).await;
    let said = moved(&fresh, &to).await.unwrap_err();
    assert_eq!(said, "nothing was moved: table account is not the same in column revision");
    assert!(to.rows("SELECT * FROM company").await.is_empty());
}

async fn a_backup_is_halted_and_complete(fresh: Fresh) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.db");
    fresh.with_notices(&["A", "B"]).await;
    fresh.set_halt("relay", "no sign-in", at(LATER)).await.unwrap();
    // Somebody writes all the time.
    let import = fresh.begin_import(duly::intake::Kind::Payments, None, "2025-03-03T11:00").await;
    let from = Whole::open(&fresh.address()).await.unwrap();
    from.back_up(&file, at(LATER)).await.unwrap();
    let again = from.back_up(&file, at(LATER)).await.unwrap_err().to_string();
    assert!(again.contains("a backup replaces nothing"), "{again}");
    import.commit(&fresh).await.unwrap();
    let copy = duly::store::Store::open(&Address::File(file), crate::fresh::COMPANY).await.unwrap();
    let halt = copy.halt().await.unwrap().unwrap();
    assert_eq!((halt.kind.as_str(), halt.since), (RESTORED, at(LATER)));
    assert!(halt.why.contains("this is the backup of 2025-03-03 10:00 UTC"), "{halt:?}");
    assert_eq!(copy.counts().await.unwrap(), [2, 2, 0, 2]);
    assert_eq!(copy.payments_seen(i64::MAX).await.unwrap(), None, "what was not committed is not in it");
    assert_eq!(fresh.halt().await.unwrap().unwrap().kind, "relay", "the database itself goes on as it was");
}
