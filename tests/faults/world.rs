//! An installation in a folder of its own, with its relay; and duly in it, which may be killed.

use std::{
    fs::File,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use tempfile::TempDir;
use tokio::runtime::Handle;

use crate::{
    engine::{Database, Engine},
    mood::well_behaved,
    smtp::Server,
};

/// Longest undisturbed run of a command.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct World {
    pub folder: TempDir,
    pub relay: Server,
    pub handle: Handle,
    database: Database,
}

/// How finance and operations set a world up.
pub struct Setup {
    pub sessions: u32,
    pub days: [u64; 2],
    pub in_doubt: &'static str,
}

/// When a run is to die.
#[derive(Debug, Clone, Copy)]
pub enum Death {
    /// At this place, when it is reached for the count-th time; after the wait in any case.
    At(&'static str, u32, Duration),
    After(Duration),
    Never,
}

/// How a run ended.
pub struct Ended {
    pub status: ExitStatus,
    /// Killed from outside, not by itself at its failpoint.
    pub outside: bool,
    pub out: String,
    pub err: String,
}

impl Ended {
    pub fn killed(&self) -> bool {
        self.status.signal() == Some(9)
    }
}

impl World {
    pub fn build(engine: Engine, name: &str, setup: &Setup, handle: Handle) -> Self {
        let relay = handle.block_on(Server::start(well_behaved()));
        let folder = tempfile::Builder::new().prefix("duly-faults-").tempdir().unwrap();
        let config = folder.path().join("config");
        let (database, url) = handle.block_on(engine.create(&config, name));
        let world = Self { folder, relay, handle, database };
        assert!(world.run(&["init"], Death::Never).status.success());
        // Most of a start is the check of the wording; one language is enough to be killed in.
        for part in ["de.ftl", "de.toml"] {
            std::fs::remove_file(config.join("wording").join(part)).unwrap();
        }
        let port = world.relay.address.port();
        edit(
            &config.join("duly.toml"),
            &[
                ("url = \"sqlite:duly.db\"", &format!("url = \"{url}\"\nsilent_seconds = 1")),
                (r#"to = "folder""#, r#"to = "smtp""#),
                ("sessions = 4", &format!("sessions = {}", setup.sessions)),
                (
                    "# [delivery.dkim]",
                    &format!(
                        "[delivery.smtp]\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n\n# [delivery.dkim]"
                    ),
                ),
            ],
        );
        edit(
            &config.join("policy.toml"),
            &[
                ("days = 60", &format!("days = {}", setup.days[0])),
                ("days = 90", &format!("days = {}", setup.days[1])),
                (r#""0 7 * * Mon-Fri""#, r#""0 7 * * *""#),
                ("stale_after_business_days = 5", "stale_after_business_days = 0"),
                // An offer could settle what nobody paid.
                (r#"stages = ["first"]"#, "stages = []"),
                (r#"["mon", "tue", "wed", "thu", "fri"]"#, r#"["mon", "tue", "wed", "thu", "fri", "sat", "sun"]"#),
                (r#"from = "08:00:00""#, r#"from = "00:00:00""#),
                (r#"until = "18:00:00""#, ""),
                ("holidays = true", "holidays = false"),
                (r#"then = "resend-once""#, &format!("then = \"{}\"", setup.in_doubt)),
                ("after_hours = 24", "after_hours = 0"),
            ],
        );
        world
    }

    pub fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// Runs a command until it ends, one way or another.
    pub fn run(&self, arguments: &[&str], death: Death) -> Ended {
        let (mut child, files) = self.start(arguments, death);
        let begun = Instant::now();
        let limit = match death {
            Death::At(_, _, limit) | Death::After(limit) => limit,
            Death::Never => PATIENCE,
        };
        let mut outside = false;
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if begun.elapsed() >= limit && !outside {
                child.kill().unwrap();
                outside = true;
            }
            sleep(Duration::from_millis(1));
        };
        let [out, err] = files.map(|file| std::fs::read_to_string(file).unwrap_or_default());
        Ended { status, outside, out, err }
    }

    /// Runs the daemon undisturbed until something is so, and ends it as a service manager does.
    pub fn daemon(&self, so: impl Fn() -> bool) -> Ended {
        let (mut child, files) = self.start(&["run"], Death::Never);
        let begun = Instant::now();
        // Before it says that it runs, it does not listen to signals.
        let running = || std::fs::read_to_string(&files[1]).is_ok_and(|log| log.contains("duly is running"));
        while !(running() && so()) && begun.elapsed() < PATIENCE && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_millis(50));
        }
        if let Some(process) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
            // It may have ended by itself; its status tells.
            let _ = rustix::process::kill_process(process, rustix::process::Signal::TERM);
        }
        let status = child.wait().unwrap();
        let [out, err] = files.map(|file| std::fs::read_to_string(file).unwrap_or_default());
        Ended { status, outside: false, out, err }
    }

    /// One of several daemons, with a log of its own.
    pub fn replica(&self, number: usize) -> Child {
        let log = File::options().create(true).append(true).open(self.folder.path().join(format!("replica-{number}")));
        self.command(&["run"]).stdout(Stdio::null()).stderr(log.unwrap()).spawn().unwrap()
    }

    fn start(&self, arguments: &[&str], death: Death) -> (Child, [PathBuf; 2]) {
        let files = ["out", "err"].map(|name| self.folder.path().join(name));
        let mut command = self.command(arguments);
        command.stdout(File::create(&files[0]).unwrap()).stderr(File::create(&files[1]).unwrap());
        if let Death::At(place, count, _) = death {
            command.env("DULY_FAILPOINT", format!("{place}:{count}"));
        }
        (command.spawn().unwrap(), files)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(arguments).current_dir(self.folder.path()).env("USER", "faults").stdin(Stdio::null());
        for name in ["DULY_CONFIG", "DULY_LOG", "DULY_LOG_FORMAT", "DULY_FAILPOINT"] {
            command.env_remove(name);
        }
        command
    }

    pub fn rows(&self, text: &str) -> Vec<Vec<String>> {
        self.handle.block_on(self.database.rows(text)).unwrap()
    }

    pub fn change(&self, text: &str) {
        self.handle.block_on(self.database.change(text));
    }

    /// Rows of a table; none while it has not been made.
    pub fn count(&self, text: &str) -> usize {
        let query = format!("SELECT CAST(COUNT(*) AS TEXT) FROM {text}");
        match self.handle.block_on(self.database.rows(&query)) {
            Ok(rows) => rows[0][0].parse().unwrap(),
            // Whoever made the tables was killed.
            Err(error) if error.to_string().contains("no such table") => 0,
            Err(error) if error.to_string().contains("does not exist") => 0,
            Err(error) => panic!("{text}: {error}"),
        }
    }

    /// What waits is due, claims of dead processes have run out, nobody was heard for long.
    pub fn time_passes(&self) {
        let past = "'2025-01-01T00:00:00+00:00'";
        self.change(&format!("UPDATE notice SET due_at = {past} WHERE due_at IS NOT NULL"));
        self.change(&format!("UPDATE worker SET seen_at = {past}"));
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // The tables of a world that went wrong are left, as its folder is.
        if !std::thread::panicking() {
            self.handle.block_on(self.database.leave());
        }
    }
}

fn edit(file: &Path, edits: &[(&str, &str)]) {
    let mut text = std::fs::read_to_string(file).unwrap();
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {}", file.display());
        text = text.replace(from, to);
    }
    std::fs::write(file, text).unwrap();
}

/// The program: that of this build, or the one named.
fn binary() -> PathBuf {
    std::env::var_os("DULY_BINARY").map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_duly")), PathBuf::from)
}
