//! A daemon that a test starts, signals and looks at.

use std::{
    ffi::OsString,
    fs::File,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use chrono::NaiveTime;
use duly::domain::calendar::instant;

use crate::{
    house::{DAY, House, PLAIN, days_ago, until},
    smtp::Server,
};

/// A running daemon with its log; killed when dropped.
pub struct Running {
    pub child: Child,
    log: std::path::PathBuf,
}

impl Running {
    pub fn start(house: &House) -> Self {
        Self::start_with(house, &[])
    }

    /// With these variables in its environment.
    pub fn start_with(house: &House, variables: &[(&'static str, OsString)]) -> Self {
        let log = house.path("daemon.log");
        let file = File::create(&log).unwrap();
        let child = house.command(&["run"]).envs(variables.iter().cloned()).stderr(file).spawn().unwrap();
        let running = Self { child, log };
        until("the daemon runs", || running.log().contains("duly is running"));
        running
    }

    /// The address that a line of the log names, once it is there: it may come after the daemon runs.
    #[track_caller]
    pub fn address(&self, line: &str) -> String {
        let whole = || self.log().rsplit_once('\n').map(|(lines, _)| lines.to_owned()).unwrap_or_default();
        let found = || whole().lines().find(|one| one.contains(line)).map(str::to_owned);
        until(line, || found().is_some());
        let line = found().unwrap();
        line.split("address=").nth(1).unwrap().split(' ').next().unwrap().to_owned()
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }

    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(start.elapsed() < Duration::from_secs(30), "the daemon goes on\n{}", self.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Accounts that are due today, after a first sweep that a person released. Nothing is due on a schedule yet.
pub fn due_today(server: &Server, numbers: &[&str]) -> House {
    let house = House::with_accounts(&["FIRST"]);
    house.sweep(DAY).ended(0);
    house.take("payments", "P-FIRST,FIRST,2025-03-03,GBP,100.00,INV-FIRST\n");
    house.duly(&["deliver", "--as-of", DAY]).ended(0);
    let row = |number: &&str| format!("{number},Customer {number},{}@buyer.example\n", number.to_lowercase());
    house.take("accounts", &numbers.iter().map(row).collect::<String>());
    let (issued, due) = (days_ago(95), days_ago(65));
    let row = |number: &&str| format!("INV-{number},{number},{issued},{due},GBP,100.00\n");
    house.take("invoices", &numbers.iter().map(row).collect::<String>());
    house.send_to(server, PLAIN);
    house.edit("policy.toml", r#"sweep = "0 7 * * Mon-Fri""#, r#"sweep = "0 7 * * *""#);
    house
}

/// Says that the daemon ran last so many days ago.
pub async fn last_slot(house: &House, days: u64) {
    let at = instant(chrono_tz::Europe::London, days_ago(days).and_time(NaiveTime::MIN));
    let text = format!(
        "INSERT INTO slot (company, schedule, at, holder, done_at, note) \
         SELECT id, 'sweep', '{0}', 0, '{0}', 'long ago' FROM company",
        at.to_rfc3339()
    );
    house.change(text).await;
}
