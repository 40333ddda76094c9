//! Disks that are full or read-only: nothing is sent that cannot be recorded, and it goes on by itself.

use std::{fs::File, io::Write as _, process::Command, time::Duration};

use tempfile::TempDir;

use crate::{
    database::skipped_on_postgres,
    house::{DAY, House, until},
    relay::{PLAIN, ready},
    running::{Running, due_today, last_slot},
    smtp::{Act::*, At::*, Script, Server},
};

/// A small disk of its own under `config` of a house; goes when it is dropped.
struct Disk(std::path::PathBuf);

impl Disk {
    /// Moves `config` to a new disk; only the superuser can.
    fn under(house: &House) -> Option<Self> {
        if skipped_on_postgres("its disk is another one") {
            return None;
        }
        house.closed();
        let (config, kept) = (house.path("config"), TempDir::new().unwrap());
        let run = |program: &str, arguments: &[&str]| {
            Command::new(program).args(arguments).output().unwrap().status.success()
        };
        let (from, to) = (format!("{}/.", config.display()), kept.path().to_str().unwrap());
        assert!(run("cp", &["-a", &from, to]));
        if !run("mount", &["-t", "tmpfs", "-o", "size=4m", "none", config.to_str().unwrap()]) {
            eprintln!("skipped: a disk cannot be mounted here");
            return None;
        }
        let disk = Self(config.clone());
        assert!(run("cp", &["-a", &format!("{to}/."), config.to_str().unwrap()]));
        Some(disk)
    }

    /// Leaves so many bytes of room.
    fn fill(&self, room: usize) {
        let mut file = File::create(self.0.join("filler")).unwrap();
        while file.write_all(&[0; 4_096]).is_ok() {}
        let length = file.metadata().unwrap().len();
        file.set_len(length - room as u64).unwrap();
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}"), self.0.to_str().unwrap()]).output();
        assert!(done.unwrap().status.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").args(["-l", self.0.to_str().unwrap()]).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn full_while_planning_nothing_is_planned_and_later_all_is() {
    let numbers: Vec<String> = (0..150).map(|n| format!("A{n:03}")).collect();
    let house = House::with_accounts(&numbers.iter().map(String::as_str).collect::<Vec<_>>());
    let Some(disk) = Disk::under(&house) else { return };
    disk.fill(96 * 1_024);
    let error = house.sweep(DAY).failed(1);
    assert!(error.contains("full") && error.contains("nothing is sent that cannot be recorded"), "{error}");
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["0"]);
    disk.free();
    assert!(house.sweep(DAY).ended(0).contains("150 notices"));
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["150"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_before_the_dot_nothing_leaves() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    let Some(disk) = Disk::under(&house) else { return };
    // Room for the files beside the database, and not for a commit.
    disk.fill(36 * 1_024);
    let error = house.deliver().failed(1);
    assert!(error.contains("the disk is full"), "{error}");
    assert!(server.received().is_empty());
    disk.free();
    assert_eq!(house.states().await, ["ready", "ready"]);
    assert_eq!(house.deliver().ended(0), "2 sent\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn full_after_the_dot_the_outcome_is_recorded_once_there_is_room() {
    let script = Script::default().next(Dot, &[Wait(Duration::from_secs(2)), Normal]);
    let server = Server::start(script).await;
    let house = due_today(&server, &["A", "B"]);
    last_slot(&house, 2).await;
    let Some(disk) = Disk::under(&house) else { return };
    let daemon = Running::start(&house);
    until("the dot has arrived", || server.received().len() == 1);
    disk.fill(0);
    until("the trouble is told", || daemon.log().contains("it could not be recorded; trying again"));
    assert_eq!(server.received().len(), 1);
    disk.free();
    // It resumes by itself; nothing is in doubt and nothing is sent twice.
    until("both mails", || server.accepted().len() == 2);
    let states = "SELECT state, attempts, doubts FROM notice WHERE as_of > '2025-03-03' ORDER BY id";
    until("both outcomes", || {
        let count = Command::new("sqlite3").arg(house.path("config/duly.db")).arg(states).output().unwrap();
        String::from_utf8(count.stdout).unwrap().matches("sent").count() == 2
    });
    assert_eq!(house.rows(states).await, ["sent 1 0", "sent 1 0"]);
    assert_eq!(server.received().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn full_for_good_after_the_dot_is_a_doubt_and_nothing_more_is_sent() {
    let script = Script::default().next(Dot, &[Wait(Duration::from_secs(2)), Normal]);
    let (house, server) = ready(&["A", "B"], script).await;
    let Some(disk) = Disk::under(&house) else { return };
    let delivery = house.command(&["deliver", "--as-of", DAY]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    until("the dot has arrived", || server.received().len() == 1);
    disk.fill(0);
    let output = delivery.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(1) && error.contains("full"), "{error}");
    assert_eq!(server.received().len(), 1);
    disk.free();
    assert_eq!(house.states().await, ["sending", "ready"]);
    let said = house.deliver().ended(0);
    assert!(said.contains("1 sent") && said.contains("now in doubt"), "{said}");
    assert_eq!(house.rows("SELECT state, doubts FROM notice ORDER BY id").await, ["in_doubt 1", "sent 0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_disk_is_said_plainly_and_nothing_is_sent() {
    let (house, server) = ready(&["A"], Script::default()).await;
    let Some(disk) = Disk::under(&house) else { return };
    disk.remount("ro");
    for command in [&["deliver", "--as-of", DAY][..], &["sweep", "--as-of", DAY], &["run"], &["plan"]] {
        let error = house.duly(command).failed(1);
        assert!(error.contains("look at the rights of its file and folder, and at the mount"), "{command:?}: {error}");
    }
    assert!(server.received().is_empty());
    disk.remount("rw");
    assert_eq!(house.deliver().ended(0), "1 sent\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_cannot_be_written_stops_nothing() {
    let Ok(full) = File::options().write(true).open("/dev/full") else { return };
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B"]);
    house.send_to(&server, PLAIN);
    house.sweep(DAY).ended(0);
    let mut deliver = house.command(&["deliver", "--as-of", DAY, "--log", "debug"]);
    let output = deliver.stderr(full).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(house.states().await, ["sent", "sent"]);
    // An error that nobody can be told of is an exit code still.
    let full = File::options().write(true).open("/dev/full").unwrap();
    assert_eq!(house.command(&["why", "NOBODY"]).stderr(full).status().unwrap().code(), Some(2));
}
