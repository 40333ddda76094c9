//! A real Dovecot (2.3) with its own settings, users and mails in a temporary folder, on free ports of 127.0.0.1.

use std::{
    io::Write,
    net::{TcpListener, TcpStream},
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use duly::{inbox::imap::Server, settings::TlsMode};
use rustls::pki_types::CertificateDer;
use tempfile::TempDir;

pub const PASSWORD: &str = "correct \"horse\" \\";
/// Another user has it.
pub const FOREIGN: &str = "richtiges Pferdchen, größer";

pub struct Dovecot {
    pub port: u16,
    pub tls_port: u16,
    pub root: CertificateDer<'static>,
    pub wrong_root: CertificateDer<'static>,
    pub folder: TempDir,
    process: Child,
    owner: u32,
    count: u32,
}

impl Dovecot {
    /// `None`, said plainly, where it is not installed.
    pub fn start() -> Option<Self> {
        Self::with("")
    }

    /// With further settings.
    pub fn with(settings: &str) -> Option<Self> {
        let program =
            ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|file| Path::new(file).exists());
        let Some(program) = program else {
            eprintln!("skipped: Dovecot (dovecot-imapd) is not installed");
            return None;
        };
        let folder = TempDir::new().unwrap();
        let root = id("-u") == "0";
        // Mails belong to nobody when root starts it; root itself may not have any.
        let owner = if root { 65534 } else { id("-u").parse().unwrap() };
        let (port, tls_port) = (free_port(), free_port());
        let (root_certificate, wrong_root) = certificates(folder.path());
        let users = format!("desk:{{PLAIN}}{PASSWORD}\ngast:{{PLAIN}}{FOREIGN}\n");
        std::fs::write(folder.path().join("users"), users).unwrap();
        let conf = folder.path().join("dovecot.conf");
        let text = conf_text(folder.path(), root, owner, port, tls_port) + settings;
        std::fs::write(&conf, text).unwrap();
        for part in ["", "mail", "mail/desk"] {
            let part = folder.path().join(part);
            std::fs::create_dir_all(&part).unwrap();
            std::fs::set_permissions(&part, std::fs::Permissions::from_mode(0o755)).unwrap();
        }
        for part in ["mail", "mail/desk"] {
            chown(folder.path().join(part), Some(owner), Some(owner)).unwrap();
        }
        let log = std::fs::File::create(folder.path().join("start.log")).unwrap();
        let process =
            Command::new(program).arg("-F").arg("-c").arg(&conf).stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let mut dovecot = Self { port, tls_port, root: root_certificate, wrong_root, folder, process, owner, count: 0 };
        dovecot.await_port();
        Some(dovecot)
    }

    fn await_port(&mut self) {
        let end = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < end && self.process.try_wait().unwrap().is_none(), "{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    pub fn log(&self) -> String {
        let part = |name| std::fs::read_to_string(self.folder.path().join(name)).unwrap_or_default();
        part("start.log") + &part("dovecot.log")
    }

    /// How the mailbox is reached in plain text.
    pub fn server(&self) -> Server {
        Server {
            host: "127.0.0.1".to_owned(),
            port: self.port,
            tls: TlsMode::None,
            user: "desk".to_owned(),
            password: PASSWORD.into(),
            folder: "INBOX".to_owned(),
            extra_roots: Vec::new(),
            patience: Duration::from_secs(10),
        }
    }

    /// By TLS, with our own authority.
    pub fn secure(&self, tls: TlsMode) -> Server {
        let port = if tls == TlsMode::Required { self.tls_port } else { self.port };
        Server { tls, port, extra_roots: vec![self.root.clone()], ..self.server() }
    }

    pub fn maildir(&self) -> PathBuf {
        self.home("desk").join("Maildir")
    }

    /// Where a user has mails.
    pub fn home(&self, user: &str) -> PathBuf {
        self.folder.path().join("mail").join(user)
    }

    /// Delivers a mail as mail servers do: written aside, then moved into `new`.
    pub fn deliver(&mut self, mail: &[u8]) {
        self.count += 1;
        for part in ["", "tmp", "new", "cur"] {
            let part = self.maildir().join(part);
            if !part.exists() {
                std::fs::create_dir(&part).unwrap();
                chown(&part, Some(self.owner), Some(self.owner)).unwrap();
            }
        }
        let name = format!("{}.M{}.host", 1_700_000_000 + self.count, self.count);
        let aside = self.maildir().join("tmp").join(&name);
        let mut file = std::fs::File::create(&aside).unwrap();
        file.write_all(mail).unwrap();
        chown(&aside, Some(self.owner), Some(self.owner)).unwrap();
        std::fs::rename(aside, self.maildir().join("new").join(name)).unwrap();
    }

    /// Names of all files of mails, with their flags, in order.
    pub fn files(&self) -> Vec<String> {
        let mut names = Vec::new();
        for part in ["new", "cur"] {
            let entries = std::fs::read_dir(self.maildir().join(part)).unwrap();
            names.extend(entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()));
        }
        names.sort();
        names
    }

    /// The folder goes, with its mails and its UIDVALIDITY.
    pub fn remove_folder(&self) {
        std::fs::remove_dir_all(self.maildir()).unwrap();
    }

    /// The process that serves the last login dies at once.
    pub fn kill_session(&self) {
        let log = self.log();
        let id = log.rsplit_once("mpid=").and_then(|(_, rest)| rest.split_once(',')).unwrap().0;
        assert!(Command::new("kill").args(["-9", id]).status().unwrap().success());
    }

    pub fn kill(&mut self) {
        // The master takes its children along when it is asked to end.
        if matches!(self.process.try_wait(), Ok(None)) {
            Command::new("kill").arg(self.process.id().to_string()).status().unwrap();
            self.process.wait().unwrap();
        }
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.kill();
    }
}

fn id(what: &str) -> String {
    String::from_utf8(Command::new("id").arg(what).output().unwrap().stdout).unwrap().trim().to_owned()
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Writes a certificate for 127.0.0.1 with its key; returns the authority that signed it, and another one.
fn certificates(folder: &Path) -> (CertificateDer<'static>, CertificateDer<'static>) {
    let authority = || {
        let mut params = rcgen::CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        rcgen::CertifiedIssuer::self_signed(params, rcgen::KeyPair::generate().unwrap()).unwrap()
    };
    let issuer = authority();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    std::fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    std::fs::write(folder.join("root.pem"), issuer.pem()).unwrap();
    (issuer.der().clone(), authority().der().clone())
}

fn conf_text(folder: &Path, root: bool, owner: u32, port: u16, tls_port: u16) -> String {
    let folder = folder.display();
    let users = match root {
        true => String::new(),
        false => {
            let user = id("-un");
            format!(
                "default_internal_user = {user}\ndefault_internal_group = {}\ndefault_login_user = {user}\n",
                id("-gn")
            )
        }
    };
    format!(
        r#"
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
protocols = imap
listen = 127.0.0.1
{users}
first_valid_uid = 1
first_valid_gid = 1
disable_plaintext_auth = no
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
mail_location = maildir:{folder}/mail/%u/Maildir
mailbox_idle_check_interval = 1s
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = passwd-file
  args = username_format=%u {folder}/users
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={folder}/mail/%u allow_all_users=yes
}}
"#
    )
}
