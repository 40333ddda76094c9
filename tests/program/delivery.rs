//! What goes out: documents, threads, TLS, and each notice once.

use std::sync::Arc;

use mail_parser::{MessageParser, MimeHeaders};

use crate::{
    house::{DAY, House},
    relay::{PLAIN, ready},
    smtp::{Identity, Script, Security, Server},
};

const HEADER: &str = "invoice,account,issued,due,currency,amount,document\n";

#[tokio::test(flavor = "multi_thread")]
async fn documents_go_along_byte_for_byte_and_a_missing_one_holds() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B"]);
    house.send_to(&server, PLAIN);
    let row = |number: &str| format!("INV-{number},{number},2024-12-01,2024-12-31,GBP,100.00,{number}.pdf\n");
    house.import_file("invoices", [HEADER, &row("A"), &row("B")].concat(), &[]).ended(0);
    let document: Vec<u8> = b"%PDF-1.7\n.\r\n..\n".iter().copied().chain((0..=255).cycle().take(70_000)).collect();
    std::fs::write(house.path("config/documents/A.pdf"), &document).unwrap();
    let said = house.duly(&["sweep", "--as-of", DAY, "--release"]).ended(0);
    assert!(said.contains("1 notice, 1 account held") && said.contains("document_missing"), "{said}");
    let sent = server.accepted();
    assert_eq!(sent.len(), 1);
    let mail = MessageParser::default().parse(&sent[0].bytes).unwrap();
    let attached: Vec<_> = mail.attachments().map(|part| (part.attachment_name(), part.contents())).collect();
    assert_eq!(attached, [(Some("A.pdf"), document.as_slice())]);
    // Once it is there, the notice goes.
    std::fs::write(house.path("config/documents/B.pdf"), b"%PDF-1.4").unwrap();
    assert!(house.duly(&["sweep", "--as-of", DAY]).ended(0).ends_with("1 sent\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_vanishes_after_the_sweep_withdraws() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A"]);
    house.send_to(&server, PLAIN);
    let row = "INV-A,A,2024-12-01,2024-12-31,GBP,100.00,A.pdf\n";
    house.import_file("invoices", [HEADER, row].concat(), &[]).ended(0);
    std::fs::write(house.path("config/documents/A.pdf"), b"%PDF").unwrap();
    house.sweep(DAY).ended(0);
    std::fs::remove_file(house.path("config/documents/A.pdf")).unwrap();
    assert_eq!(house.deliver().ended(0), "1 withdrawn, since something changed\n");
    assert!(server.received().is_empty());
    for outside in ["../duly.toml", "/etc/passwd"] {
        let row = format!("INV-A,A,2024-12-01,2024-12-31,GBP,100.00,{outside}\n");
        let error = house.import_file("invoices", [HEADER, &row].concat(), &[]).failed(2);
        assert!(error.contains("column 'document'"), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_letter_that_cannot_be_written_is_shown_and_stops_nobody_else() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B"]);
    house.send_to(&server, PLAIN);
    let row = "INV-A,A,2024-12-01,2024-12-31,GBP,100.00,A.pdf\n";
    house.import_file("invoices", [HEADER, row].concat(), &[]).ended(0);
    // A link that leads out of the folder of documents.
    std::os::unix::fs::symlink(house.path("config/duly.toml"), house.path("config/documents/A.pdf")).unwrap();
    house.sweep(DAY).ended(0);
    let delivery = house.deliver();
    assert!(delivery.err.contains("1 letter could not be written"), "{}", delivery.err);
    let said = delivery.ended(1);
    assert!(said.starts_with("1 sent\n  not written: notice 1: document `A.pdf`: it lies outside"), "{said}");
    assert_eq!(house.states().await, ["ready", "sent"]);
    let tasks = house.duly(&["tasks"]).ended(0);
    assert!(
        tasks.contains("notice 1 of 2025-03-03 to account A (a…@buyer.example) cannot be written: document `A.pdf`"),
        "{tasks}"
    );
    std::fs::remove_file(house.path("config/documents/A.pdf")).unwrap();
    std::fs::write(house.path("config/documents/A.pdf"), b"%PDF").unwrap();
    house.all_due().await;
    assert_eq!(house.deliver().ended(0), "1 sent\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_stage_answers_in_the_thread_of_the_first() {
    let (house, server) = ready(&["A"], Script::default()).await;
    house.deliver().ended(0);
    house.no_payments();
    let day = "2025-04-01";
    house.duly(&["sweep", "--as-of", day]).ended(0);
    let mails: Vec<_> = server.accepted();
    assert_eq!(mails.len(), 2);
    let [first, second] = [&mails[0], &mails[1]].map(|mail| MessageParser::default().parse(&mail.bytes).unwrap());
    assert_eq!(second.references().as_text(), first.message_id());
    assert_ne!(second.message_id(), first.message_id());
    assert_eq!(
        house.rows("SELECT stage, letter, state FROM notice ORDER BY id").await,
        ["first first sent", "second second sent"]
    );
    assert!(first.header("Auto-Submitted").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn sweeping_again_and_again_sends_nothing_more() {
    let (house, server) = ready(&["A", "B", "C"], Script::default()).await;
    assert_eq!(house.deliver().ended(0), "3 sent\n");
    for _ in 0..25 {
        assert!(house.duly(&["sweep", "--as-of", DAY]).ended(0).ends_with("Nothing was due to be sent.\n"));
        assert!(house.duly(&["sweep", "--as-of", "2025-03-04"]).ended(0).ends_with("Nothing was due to be sent.\n"));
    }
    assert_eq!(server.received().len(), 3);
    assert_eq!(house.rows("SELECT COUNT(*) FROM notice").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_with_a_certificate_of_ones_own() {
    let identity = Identity::valid();
    for (tls, security) in [
        ("required", Security::Implicit(Arc::clone(&identity))),
        ("starttls", Security::StartTls(Arc::clone(&identity))),
    ] {
        let server = Server::start(Script::with(&["PIPELINING"]).secured(security)).await;
        let house = House::with_accounts(&["A"]);
        house.send_to(&server, &format!("tls = \"{tls}\"\nca_file = \"ca.pem\""));
        let config = pem(&identity.root);
        house.file("config/ca.pem", config);
        house.sweep(DAY).ended(0);
        assert_eq!(house.deliver().ended(0), "1 sent\n", "{tls}");
        // A certificate that nobody vouches for gets nothing.
        house.edit("duly.toml", "ca_file = \"ca.pem\"", "");
        let house = house;
        house.take("invoices", "INV-N,A,2024-12-01,2024-12-31,EUR,50.00\n");
        house.sweep(DAY).ended(0);
        let error = house.deliver().failed(1);
        assert!(error.contains("the TLS handshake failed"), "{error}");
        assert_eq!(house.states().await, ["sent", "ready"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_not_good_gets_nothing_and_halts_nothing() {
    for (identity, expected) in [(Identity::expired(), "expired"), (Identity::wrong_name(), "not valid for name")] {
        let server = Server::start(Script::default().secured(Security::StartTls(Arc::clone(&identity)))).await;
        let house = House::with_accounts(&["A"]);
        house.send_to(&server, "tls = \"starttls\"\nca_file = \"ca.pem\"");
        house.file("config/ca.pem", pem(&identity.root));
        house.sweep(DAY).ended(0);
        let error = house.deliver().failed(1);
        assert!(error.contains("the TLS handshake failed, and nothing is sent without it"), "{error}");
        assert!(error.contains(expected), "{error}");
        assert_eq!(house.rows("SELECT state, attempts FROM notice").await, ["ready 0"]);
        assert!(!server.commands().iter().any(|line| line.starts_with("MAIL")), "{:?}", server.commands());
        assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
    }
}

fn pem(certificate: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// The secret that the bounce addresses of these tests are signed with.
const SECRET: &str = "a secret for bounces";

#[tokio::test(flavor = "multi_thread")]
async fn every_notice_has_its_own_bounce_address() {
    let server = Server::start(Script::default()).await;
    let house = House::with_accounts(&["A", "B"]);
    house.send_to(&server, PLAIN);
    let inbox = "[inbox]\nbounce_address = \"bounces@example.test\"\nsecret_file = \"bounces.secret\"\n\n# [ops]";
    house.edit("duly.toml", "# [ops]", inbox);
    house.file("config/bounces.secret", format!("{SECRET}\n"));
    house.sweep(DAY).ended(0);
    house.deliver().ended(0);
    let verp = duly::inbox::token::Verp::new("bounces@example.test", SECRET.as_bytes()).unwrap();
    let mut found: Vec<String> = server.accepted().iter().map(|mail| verp.token(&mail.from).unwrap()).collect();
    found.sort();
    assert_eq!(found, house.rows("SELECT token FROM notice ORDER BY token").await);
    assert_eq!(found.len(), 2);
    for mail in server.accepted() {
        let token = verp.token(&mail.from).unwrap();
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        assert_eq!(parsed.message_id().unwrap(), format!("{token}@example.test"));
    }
}

#[test]
fn a_bounce_address_that_cannot_be_signed_is_refused() {
    let cases = [
        ("bounce_address = \"bounces@example.test\"", "needs `secret_env` or `secret_file`"),
        ("bounce_address = \"nothing\"\nsecret_file = \"good\"", "is not an email address"),
        ("bounce_address = \"fifteen-letters@example.test\"\nsecret_file = \"good\"", "more than 14 characters"),
        ("bounce_address = \"bounces@example.test\"\nsecret_file = \"short\"", "fewer than 16 characters"),
        ("bounce_address = \"bounces@example.test\"\nsecret_file = \"none\"", "none"),
        ("bounce_address = \"bounces@example.test\"\nsecret_env = \"DULY_NOT_SET\"", "`DULY_NOT_SET`"),
        ("secret = \"open to all\"", "Did you mean `secret_"),
    ];
    for (keys, expected) in cases {
        let house = House::new();
        house.file("config/good", SECRET);
        house.file("config/short", "short");
        house.edit("duly.toml", "# [ops]", &format!("[inbox]\n{keys}\n\n# [ops]"));
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains(expected) && !error.contains("open to all"), "{keys}: {error}");
    }
}
