//! A real Postfix (3.7) with its own settings, queue and log in a temporary folder, on free ports of 127.0.0.1.
//!
//! It takes mail for the company and its customers, hands it to Dovecot by LMTP, and passes on what is for
//! `gone.example` to a second server of its own that knows nobody there. Nothing leaves the machine.

use std::{
    net::TcpStream,
    os::unix::{
        fs::{PermissionsExt, chown},
        process::CommandExt,
    },
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::dovecot::{Dovecot, free_port};

const MASTER: &str = "/usr/lib/postfix/sbin/master";

pub struct Postfix {
    pub port: u16,
    folder: TempDir,
    process: Child,
}

impl Postfix {
    /// Whether it can run here; if not, that is said plainly.
    pub fn is_possible() -> bool {
        let possible = Path::new(MASTER).exists() && id("-u", "") == Some(0);
        if !possible {
            eprintln!("skipped: Postfix is not installed, or nobody is root");
        }
        possible
    }

    /// On this port, with the certificate of a Dovecot that takes the mails.
    pub fn start(port: u16, dovecot: &Dovecot) -> Self {
        let folder = TempDir::new().unwrap();
        let dir = folder.path();
        std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755)).unwrap();
        make_folders(dir);
        let second = free_port();
        std::fs::write(dir.join("main.cf"), main_cf(dir, dovecot.folder.path(), second)).unwrap();
        std::fs::write(dir.join("master.cf"), master_cf(port, second)).unwrap();
        // It ends its children by its process group.
        let process = Command::new(MASTER).arg("-c").arg(dir).arg("-d").process_group(0).stdin(Stdio::null()).spawn();
        let mut postfix = Self { port, process: process.unwrap(), folder };
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end && postfix.process.try_wait().unwrap().is_none(), "{}", postfix.log());
            std::thread::sleep(Duration::from_millis(20));
        }
        postfix
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Whether all mail is delivered, returned or put off. In the order in which a mail moves on, and twice, since on its
    /// way it may bring another one about.
    pub fn is_idle(&self) -> bool {
        let queue = self.folder.path().join("queue");
        ["incoming", "active", "incoming", "active"].iter().all(|part| is_empty(&queue.join(part)))
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        // It takes its children along when it is asked to end.
        let _ = Command::new("kill").arg(self.process.id().to_string()).status();
        let _ = self.process.wait();
    }
}

fn id(what: &str, user: &str) -> Option<u32> {
    let output = Command::new("id").arg(what).args([user].iter().filter(|user| !user.is_empty())).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().parse().ok()
}

/// Whether there is no file in a folder and those below; what goes meanwhile is gone.
fn is_empty(folder: &Path) -> bool {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().all(|entry| entry.path().is_dir() && is_empty(&entry.path()))
}

/// As Debian's package makes them.
fn make_folders(dir: &Path) {
    let owner = id("-u", "postfix");
    for part in ["active", "bounce", "corrupt", "defer", "deferred", "flush", "hold", "incoming", "private", "public"] {
        let part = dir.join("queue").join(part);
        std::fs::create_dir_all(&part).unwrap();
        chown(&part, owner, None).unwrap();
    }
    for part in ["queue/trace", "data"] {
        std::fs::create_dir(dir.join(part)).unwrap();
        chown(dir.join(part), owner, None).unwrap();
    }
    std::fs::create_dir(dir.join("queue/pid")).unwrap();
}

fn main_cf(dir: &Path, dovecot: &Path, second: u16) -> String {
    let (dir, dovecot) = (dir.display(), dovecot.display());
    format!(
        "\
compatibility_level = 3.6
queue_directory = {dir}/queue
data_directory = {dir}/data
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {dir}/log
maillog_file_prefixes = {dir}
myhostname = mail.example.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
mydestination =
alias_maps =
smtp_dns_support_level = disabled
smtp_host_lookup = native
default_transport = error:5.1.2 nothing leaves this machine
smtpd_tls_security_level = may
smtpd_tls_chain_files = {dovecot}/key.pem {dovecot}/cert.pem
recipient_delimiter = +
virtual_mailbox_domains = example.test, buyer.example
virtual_mailbox_maps = inline:{{ {{desk@example.test = desk}} {{@buyer.example = any}} }}
virtual_alias_maps = inline:{{
    {{accounts@example.test = desk@example.test}}
    {{bounces@example.test = desk@example.test}} }}
virtual_transport = lmtp:unix:{dovecot}/run/lmtp
relay_domains = gone.example
transport_maps = inline:{{
    {{gone.example = smtp:[127.0.0.1]:{second}}}
    {{away@buyer.example = gateway:unix:{dovecot}/run/lmtp}} }}
delay_warning_time = 1s
"
    )
}

/// The gateway before one customer drops the marks that a machine wrote the mail, as some do.
fn master_cf(port: u16, second: u16) -> String {
    format!(
        "\
127.0.0.1:{port} inet n - n - - smtpd
127.0.0.1:{second} inet n - n - - smtpd
  -o myhostname=mail.gone.example
  -o {{ relay_recipient_maps = inline:{{ {{full@gone.example = x}} {{later@gone.example = x}} }} }}
  -o {{ smtpd_recipient_restrictions = check_recipient_access inline:{{
    {{full@gone.example = 552 5.2.2 the mailbox is full}}
    {{later@gone.example = 450 4.2.1 come again later}} }}, permit_mynetworks, reject }}
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n - 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
lmtp unix - - n - - lmtp
gateway unix - - n - - lmtp
  -o {{ lmtp_header_checks = regexp:{{ {{/^(Auto-Submitted|X-Auto-Response-Suppress):/ IGNORE}} }} }}
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
tlsmgr unix - - n - 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
"
    )
}
