//! TLS, users and folders.

use std::time::Duration;

use duly::{
    inbox::imap::{Mailbox, Server},
    settings::TlsMode,
};

use crate::dovecot::{Dovecot, FOREIGN};

async fn error(server: &Server) -> String {
    Mailbox::open(server).await.unwrap_err().to_string()
}

#[tokio::test]
async fn tls_with_our_own_authority_and_with_no_other() {
    let Some(dovecot) = Dovecot::start() else { return };
    for tls in [TlsMode::Required, TlsMode::Starttls] {
        for host in ["127.0.0.1", "localhost"] {
            let server = Server { host: host.to_owned(), ..dovecot.secure(tls) };
            Mailbox::open(&server).await.unwrap().mails_after(0, 1).await.unwrap();
        }
        for extra_roots in [vec![dovecot.wrong_root.clone()], Vec::new()] {
            let text = error(&Server { extra_roots, ..dovecot.secure(tls) }).await;
            assert!(text.contains("nothing is sent without it") && text.contains("certificate"), "{text}");
            assert!(text.ends_with("check `inbox.imap.host`, `port` and `tls`"), "{text}");
        }
    }
    let log = dovecot.log();
    let logins: Vec<&str> = log.lines().filter(|line| line.contains("Login: user=<desk>")).collect();
    assert!(logins.len() == 4 && logins.iter().all(|line| line.contains(", TLS,")), "{log}");
}

#[tokio::test]
async fn the_wrong_port_is_said() {
    let Some(dovecot) = Dovecot::start() else { return };
    let plain = Server { port: dovecot.port, ..dovecot.secure(TlsMode::Required) };
    assert!(error(&plain).await.contains("the TLS handshake failed"));
    let secure = Server { port: dovecot.tls_port, patience: Duration::from_secs(1), ..dovecot.server() };
    let text = error(&secure).await;
    assert!(text.contains("greet"), "{text}");
    let none = Server { port: 1, ..dovecot.server() };
    assert!(error(&none).await.starts_with("cannot connect to 127.0.0.1:1"));
}

#[tokio::test]
async fn without_starttls_nothing_is_sent() {
    let Some(dovecot) = Dovecot::with("ssl = no\n") else { return };
    let text = error(&dovecot.secure(TlsMode::Starttls)).await;
    assert!(text.contains("the server does not begin TLS, and nothing is sent in plain text"), "{text}");
    assert!(!dovecot.log().contains("desk"), "{}", dovecot.log());
}

#[tokio::test]
async fn plain_text_stays_near() {
    let Some(dovecot) = Dovecot::start() else { return };
    let text = error(&Server { host: "203.0.113.7".to_owned(), ..dovecot.server() }).await;
    assert!(text.contains("without TLS only loopback and private ones are allowed"), "{text}");
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_folder_are_named() {
    let Some(dovecot) = Dovecot::start() else { return };
    let wrong = |password: &str| Server { password: password.into(), ..dovecot.server() };
    for password in ["battery staple", "bättery"] {
        let text = error(&wrong(password)).await;
        assert!(text.starts_with("the mail server does not let `desk` in: "), "{text}");
        assert!(text.contains("Authentication failed") && text.contains("`inbox.imap.user`"), "{text}");
        assert!(!text.contains(password), "{text}");
    }
    for folder in ["Bounces", "Boun\"ces\\"] {
        let text = error(&Server { folder: folder.to_owned(), ..dovecot.server() }).await;
        assert!(text.starts_with(&format!("the folder `{folder}` cannot be opened: ")), "{text}");
        assert!(text.ends_with("check `inbox.imap.folder`"), "{text}");
    }
}

#[tokio::test]
async fn a_password_may_have_letters_that_are_not_ascii() {
    let Some(dovecot) = Dovecot::start() else { return };
    let server = Server { user: "gast".to_owned(), password: FOREIGN.into(), ..dovecot.server() };
    Mailbox::open(&server).await.unwrap();
}
