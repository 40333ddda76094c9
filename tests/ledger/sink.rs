//! Postfix's `smtp-sink`, which takes every mail and writes it into a folder.

use std::{
    net::{TcpListener, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Child, Command, Stdio},
};

use tempfile::TempDir;

pub struct Sink {
    pub port: u16,
    process: Child,
    folder: TempDir,
}

impl Sink {
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        // As root it gives up its rights before it writes.
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = if Path::new("/usr/sbin/smtp-sink").exists() { "/usr/sbin/smtp-sink" } else { "smtp-sink" };
        let mut command = Command::new(program);
        let id = Command::new("id").arg("-u").output().unwrap();
        if id.stdout.starts_with(b"0\n") {
            command.args(["-u", "nobody"]);
        }
        let process = command
            .args(["-d", "mail.", &format!("127.0.0.1:{port}"), "100"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        super::wait_until("smtp-sink listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
        Self { port, process, folder }
    }

    /// The left part of the Message-ID of every mail that arrived, doubles too.
    pub fn message_ids(&self) -> Vec<String> {
        let mut found = Vec::new();
        for entry in std::fs::read_dir(self.folder.path()).unwrap().flatten() {
            let mail = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let id = mail.lines().find_map(|line| line.strip_prefix("Message-ID: <"));
            found.extend(id.and_then(|id| id.split('@').next()).map(str::to_owned));
        }
        found
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
