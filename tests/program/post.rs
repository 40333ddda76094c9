//! Real mail servers between duly and its customers: Postfix and Dovecot, and a house that uses both.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use lettre::{Message, SmtpTransport, Transport};
use mail_parser::MessageParser;

use crate::{
    clock::faketime,
    dovecot::{Dovecot, PASSWORD, free_port},
    house::{House, Said, days_ago, said},
    postfix::Postfix,
};

/// What comes with Debian's packages dovecot-lmtpd and dovecot-sieve.
const PARTS: [&str; 2] = ["/usr/lib/dovecot/lmtp", "/usr/lib/dovecot/modules/lib90_sieve_plugin.so"];

pub struct Post {
    dovecot: Dovecot,
    postfix: Postfix,
    faketime: PathBuf,
}

impl Post {
    /// `None`, said plainly, where something is missing.
    pub fn start() -> Option<Self> {
        if !Postfix::is_possible() {
            return None;
        }
        if let Some(part) = PARTS.iter().find(|part| !Path::new(part).exists()) {
            eprintln!("skipped: {part} is not installed");
            return None;
        }
        let faketime = faketime()?;
        let port = free_port();
        let dovecot = Dovecot::with(&format!(
            "protocols = imap lmtp\nauth_username_format = %Ln\nhostname = mail.buyer.example\n\
             postmaster_address = postmaster@buyer.example\nsubmission_host = 127.0.0.1:{port}\n\
             service lmtp {{\n  unix_listener lmtp {{\n    mode = 0600\n    user = postfix\n  }}\n}}\n\
             protocol lmtp {{\n  mail_plugins = sieve\n}}\n"
        ))?;
        let postfix = Postfix::start(port, &dovecot);
        Some(Self { dovecot, postfix, faketime })
    }

    /// An installation that sends and reads through them, by TLS. Each account, with its address, has an invoice that
    /// is due for its first notice today.
    pub fn house(&self, accounts: &[(&str, &str)]) -> House {
        let house = House::new();
        let rows = accounts.iter().map(|(number, email)| format!("{number},Customer {number},{email}\n"));
        house.take("accounts", &rows.collect::<String>());
        let (issued, due) = (days_ago(95), days_ago(65));
        let rows = accounts.iter().map(|(number, _)| format!("INV-{number},{number},{issued},{due},GBP,100.00\n"));
        house.take("invoices", &rows.collect::<String>());
        house.no_payments();
        let root = self.dovecot.folder.path().join("root.pem");
        let ca = format!("ca_file = \"{}\"", root.display());
        house.send_to_port(self.postfix.port, &format!("tls = \"starttls\"\n{ca}"));
        house.file("config/bounces.secret", "a secret of the company");
        house.file("config/imap.password", PASSWORD);
        let inbox = format!(
            "[inbox]\nbounce_address = \"bounces@example.test\"\nsecret_file = \"bounces.secret\"\n\n\
             [inbox.imap]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"required\"\n{ca}\nuser = \"desk\"\n\
             password_file = \"imap.password\"\npoll_seconds = 3600\n\n# [ops]",
            self.dovecot.tls_port
        );
        house.edit("duly.toml", "# [ops]", &inbox);
        house
    }

    /// Gives a mailbox a Sieve script.
    pub fn script(&self, user: &str, script: &str) {
        let home = self.dovecot.home(user);
        let file = home.join(".dovecot.sieve");
        fs::create_dir(&home).unwrap();
        fs::write(&file, script).unwrap();
        let owner = fs::metadata(self.dovecot.home("")).unwrap().uid();
        for path in [home, file] {
            chown(path, Some(owner), None).unwrap();
        }
    }

    /// Runs the program when the second notice is due, 26 days later.
    pub fn later(&self, house: &House, arguments: &[&str]) -> Said {
        let mut command = house.command(arguments);
        said(command.env("LD_PRELOAD", &self.faketime).env("FAKETIME", "+26d").output().unwrap())
    }

    /// The next sweep, with newer payment data, and what it sends.
    pub fn next_sweep(&self, house: &House) -> String {
        house.file("none.csv", "payment,account,received,currency,amount,invoice\n");
        self.later(house, &["import", "none.csv", "--kind", "payments"]).ended(0);
        let sweep = self.later(house, &["sweep", "--release"]).out;
        self.settle();
        sweep
    }

    /// Waits until every mail is delivered, returned or put off.
    pub fn settle(&self) {
        let end = Instant::now() + Duration::from_secs(60);
        while !self.postfix.is_idle() {
            assert!(Instant::now() < end, "mail waits\n{}{}", self.postfix.log(), self.dovecot.log());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Hands a person's mail to the mail server.
    pub fn send(&self, mail: &Message) {
        SmtpTransport::builder_dangerous("127.0.0.1").port(self.postfix.port).build().send(mail).unwrap();
    }

    /// The mails in a mailbox.
    pub fn mails(&self, user: &str) -> Vec<Vec<u8>> {
        let folders = ["new", "cur"].map(|part| self.dovecot.home(user).join("Maildir").join(part));
        let files = folders.iter().flat_map(|folder| fs::read_dir(folder).into_iter().flatten().flatten());
        files.map(|file| fs::read(file.path()).unwrap()).collect()
    }

    /// The only mail in a mailbox.
    #[track_caller]
    pub fn mail(&self, user: &str) -> Vec<u8> {
        let mut mails = self.mails(user);
        assert_eq!(mails.len(), 1, "mails of {user}\n{}{}", self.postfix.log(), self.dovecot.log());
        mails.remove(0)
    }

    /// How many mails there are in each mailbox.
    pub fn counts(&self) -> String {
        let homes = fs::read_dir(self.dovecot.home("")).unwrap();
        let names: BTreeSet<_> = homes.map(|home| home.unwrap().file_name().into_string().unwrap()).collect();
        names.iter().map(|name| format!("{name} {}", self.mails(name).len())).collect::<Vec<_>>().join(", ")
    }
}

/// An answer as mail programs write it: to where the notice wants answers, in its thread, with its text below.
pub fn answer(notice: &[u8], words: &str) -> Message {
    let notice = MessageParser::default().parse(notice).unwrap();
    let address = |of: Option<&mail_parser::Address>| of.unwrap().first().unwrap().address().unwrap().to_owned();
    let to = address(notice.reply_to().or(notice.from()));
    let id = format!("<{}>", notice.message_id().unwrap());
    let text = notice.body_text(0).unwrap();
    let quoted: String = text.lines().map(|line| format!("> {line}\r\n")).collect();
    Message::builder()
        .from(format!("Somebody <{}>", address(notice.to())).parse().unwrap())
        .to(to.parse().unwrap())
        .subject(format!("Re: {}", notice.subject().unwrap()))
        .in_reply_to(id.clone())
        .references(id)
        .body(format!("{words}\r\n\r\nOn Monday, {to} wrote:\r\n{quoted}"))
        .unwrap()
}
