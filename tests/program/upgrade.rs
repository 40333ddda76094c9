//! Tables of other versions: an older program refuses them, a newer one asks for `duly migrate`.

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};

use duly::{app::App, clock::Clock};

use crate::{database::skipped_on_postgres, house::House};

/// The newest migration of this program.
fn newest() -> u32 {
    let names = std::fs::read_dir("migrations/sqlite").unwrap().map(|entry| entry.unwrap().file_name());
    names.filter_map(|name| name.to_str()?.split('_').next()?.parse().ok()).max().unwrap()
}

#[tokio::test]
async fn a_database_of_a_newer_duly_is_refused_by_every_command() {
    let house = House::with_accounts(&["A"]);
    house
        .change(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             SELECT 99, 'later', success, checksum, 1 FROM _sqlx_migrations WHERE version = 1",
        )
        .await;
    for command in [&["plan"][..], &["sweep", "--release"], &["deliver"], &["run"], &["check"], &["migrate"]] {
        let error = house.duly(command).failed(1);
        assert!(
            error.contains(&format!("tables of a newer duly (version 99; this program knows {})", newest())),
            "{command:?}: {error}"
        );
    }
    let error = house.duly(&["migrate", "--check"]).failed(1);
    assert!(
        error.contains(&format!("the database has tables of version 99, this program needs version {}", newest())),
        "{error}"
    );
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["0"]);
}

#[tokio::test]
async fn a_database_of_an_older_duly_waits_for_migrate() {
    if skipped_on_postgres("there was no older one there") {
        return;
    }
    let house = House::new();
    let file = SqliteConnectOptions::new().filename(house.path("config/duly.db")).create_if_missing(true);
    let pool = SqlitePool::connect_with(file).await.unwrap();
    sqlx::migrate!("migrations/sqlite").run_to(2, &pool).await.unwrap();
    // Tables that nobody has used yet are brought along without asking.
    sqlx::query("INSERT INTO company (code) VALUES ('main')").execute(&pool).await.unwrap();
    pool.close().await;
    for command in [&["plan"][..], &["sweep"], &["run"]] {
        let error = house.duly(command).failed(1);
        assert!(
            error.contains(&format!("tables of an older duly (version 2; this program needs {})", newest())),
            "{command:?}: {error}"
        );
        assert!(error.contains("`duly migrate`"), "{error}");
    }
    house.duly(&["migrate", "--check"]).failed(1);
    let brought = format!("The tables were brought from version 2 to version {}.\n", newest());
    assert_eq!(house.duly(&["migrate"]).ended(0), brought);
    assert!(
        house.duly(&["migrate"]).ended(0).contains(&format!("has the tables of this program (version {})", newest()))
    );
    house.duly(&["migrate", "--check"]).ended(0);
    house.duly(&["plan"]).ended(0);
}

#[tokio::test]
async fn tables_are_not_changed_under_a_working_process() {
    let house = House::with_accounts(&["A"]);
    let app = App::open(&house.path("config/duly.toml"), Clock::System).await.unwrap();
    let _work = app.at_work().await.unwrap();
    let error = house.duly(&["migrate"]).failed(1);
    assert!(error.contains("another duly process"), "{error}");
}
