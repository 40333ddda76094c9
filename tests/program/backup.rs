//! Backups, and an older database that comes back: nothing is sent until a person has looked.

use crate::{
    database::{Database, on_postgres, skipped_on_postgres},
    house::{DAY, House},
    relay::{messages, ready},
    smtp::Script,
};

/// Puts a backup in the place of the database, as OPERATIONS says.
fn restore(house: &mut House, backup: &str) {
    if on_postgres() {
        house.go_on_with(Database::postgres());
        house.duly(&["move", "--from", &format!("sqlite:{backup}")]).ended(0);
    } else {
        std::fs::copy(house.path(backup), house.path("config/duly.db")).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_restores_a_backup_looks_first() {
    let (mut house, server) = ready(&["A", "B"], Script::default()).await;
    let said = house.duly(&["backup", "backup.db"]).ended(0);
    assert!(said.starts_with("backup.db: "), "{said}");
    let names =
        |path| std::fs::read_dir(house.path(path)).unwrap().map(|file| file.unwrap().file_name()).collect::<Vec<_>>();
    let left = |name: &std::ffi::OsString| name.to_string_lossy().starts_with("backup.db") && name != "backup.db";
    assert!(!names(".").iter().any(left), "it is one file");
    let again = house.duly(&["backup", "backup.db"]).failed(1);
    assert!(again.contains("a backup replaces nothing"), "{again}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"], "the database itself goes on");
    assert_eq!(house.deliver().ended(0), "2 sent\n");
    let before = messages(&server);

    restore(&mut house, "backup.db");
    assert_eq!(house.states().await, ["ready", "ready"], "so it looks from here");
    let said = house.deliver().ended(3);
    assert!(said.contains("this is the backup of") && said.contains("what was sent since then is not known"), "{said}");
    assert!(house.duly(&["tasks"]).ended(0).contains("this is the backup of"));
    assert_eq!(server.accepted().len(), 2);
    let said = house.duly(&["deliver", "--resume", "--by", "eva", "--as-of", DAY]).ended(0);
    assert_eq!(said, "Sending is resumed.\n2 sent\n");
    // Honestly twice; their mail programs see the same message.
    assert_eq!(messages(&server), [before.clone(), before].concat());
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_made_by_other_means_is_noticed() {
    if skipped_on_postgres("its files are not copied; a standby that fell behind looks the same to duly") {
        return;
    }
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    let (file, copy, head) = (house.path("config/duly.db"), house.path("copy.db"), house.path("config/duly.head"));
    std::fs::copy(&file, &copy).unwrap();
    assert!(!head.exists(), "nothing was sent yet");
    assert_eq!(house.deliver().ended(0), "2 sent\n");
    let known = std::fs::read_to_string(&head).unwrap();
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");

    for _ in 0..2 {
        // Even if it comes back twice.
        std::fs::copy(&copy, &file).unwrap();
        let said = house.deliver().ended(3);
        assert!(said.contains("the database does not know that notice 2 was tried on"), "{said}");
        assert!(house.duly(&["tasks"]).ended(0).contains("the database does not know that notice 2"));
        assert_eq!((server.accepted().len(), std::fs::read_to_string(&head).unwrap()), (2, known.clone()));
    }
    // A person looks: A has been written to, so nothing more goes there.
    let why = "the relay's log says that it was sent";
    house.duly(&["hold", "add", "A", "--from", DAY, "--why", why, "--by", "eva"]).ended(0);
    let said = house.duly(&["deliver", "--resume", "--by", "eva", "--as-of", DAY]).ended(0);
    assert_eq!(said, "Sending is resumed.\n1 sent, 1 withdrawn, since something changed\n");
    assert_eq!(house.states().await, ["withdrawn", "sent"]);
    assert_ne!(std::fs::read_to_string(&head).unwrap(), known);
    assert_eq!(house.deliver().ended(0), "Nothing was due to be sent.\n");
}

/// As a standby that takes over and has not heard of the last commits.
#[tokio::test(flavor = "multi_thread")]
async fn commits_that_are_gone_are_noticed() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    assert_eq!(house.deliver().ended(0), "2 sent\n");
    let gone =
        "UPDATE notice SET state = 'ready', due_at = planned_at, attempts = 0, intent_at = NULL, closed_at = NULL";
    house.change(format!("{gone} WHERE id = 2")).await;
    let said = house.deliver().ended(3);
    assert!(said.contains("the database does not know that notice 2 was tried on"), "{said}");
    assert_eq!((server.accepted().len(), house.states().await), (2, vec!["sent".to_owned(), "ready".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_understood_is_a_doubt() {
    let (house, server) = ready(&["A"], Script::default()).await;
    house.file("config/duly.head", "");
    let said = house.deliver().ended(3);
    assert!(said.contains("duly.head cannot be understood"), "{said}");
    assert!(server.received().is_empty());
    assert_eq!(
        house.duly(&["deliver", "--resume", "--by", "eva", "--as-of", DAY]).ended(0),
        "Sending is resumed.\n1 sent\n"
    );
}
