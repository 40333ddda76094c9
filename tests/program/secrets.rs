//! The password of the relay is used, and never seen.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    house::{DAY, House, Said},
    smtp::{Act::*, At::*, Script, Server},
};

const PASSWORD: &str = "correct-horse-battery";

/// Every command of an installation with this password, logged in full.
fn talkative(house: &House, arguments: &[&str]) -> Said {
    let mut command = house.command(&[&["--log", "trace"], arguments].concat());
    let output = command.env("DULY_TEST_PASSWORD", PASSWORD).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let said = Said { code: output.status.code().unwrap(), out: text(&output.stdout), err: text(&output.stderr) };
    let whole = said.out.clone() + &said.err;
    for secret in [PASSWORD.to_owned(), STANDARD.encode(PASSWORD), STANDARD.encode(format!("\0duly\0{PASSWORD}"))] {
        assert!(!whole.contains(&secret), "{arguments:?} shows the password");
    }
    assert!(!said.err.contains("a@buyer.example"), "{arguments:?} logs an address in full");
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_environment_and_from_a_file() {
    for source in [r#"password_env = "DULY_TEST_PASSWORD""#, r#"password_file = "secret""#] {
        for mechanism in ["AUTH PLAIN", "AUTH LOGIN"] {
            let server = Server::start(Script::with(&[mechanism])).await;
            let house = House::with_accounts(&["A"]);
            house.file("config/secret", format!("{PASSWORD}\n"));
            house.send_to(&server, &format!("tls = \"none\"\nuser = \"duly\"\n{source}"));
            talkative(&house, &["check"]).ended(0);
            let said = talkative(&house, &["sweep", "--as-of", DAY, "--release"]).ended(0);
            assert!(said.ends_with("1 sent\n"), "{said}");
            let commands = server.commands();
            let expected = match mechanism {
                "AUTH PLAIN" => format!("AUTH PLAIN {}", STANDARD.encode(format!("\0duly\0{PASSWORD}"))),
                _ => STANDARD.encode(PASSWORD),
            };
            assert!(commands.contains(&expected), "{commands:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_login_burns_nothing_and_shows_nothing() {
    let script = Script::with(&["AUTH PLAIN"]).always(Auth, &[Say("535 5.7.8 no: correct-horse-battery")]);
    let server = Server::start(script).await;
    let house = House::with_accounts(&["A", "B"]);
    house.file("config/secret", PASSWORD);
    house.send_to(&server, "tls = \"none\"\nuser = \"duly\"\npassword_file = \"secret\"");
    let said = talkative(&house, &["sweep", "--as-of", DAY, "--release"]).ended(3);
    assert!(said.contains("the relay refuses the sign-in (535 (text withheld"), "{said}");
    assert!(!house.rows("SELECT why FROM halt").await[0].contains(PASSWORD));
    assert_eq!(house.states().await, ["ready", "ready"]);
    assert!(server.received().is_empty());
}

#[test]
fn a_password_that_is_not_there_is_named() {
    let house = House::new();
    let smtp = "[delivery.smtp]\nhost = \"127.0.0.1\"\nport = 25\ntls = \"none\"\nuser = \"duly\"\n";
    house.edit("duly.toml", r#"to = "folder""#, r#"to = "smtp""#);
    let section = format!("{smtp}password_env = \"DULY_TEST_MISSING\"\n\n# [delivery.dkim]");
    house.edit("duly.toml", "# [delivery.dkim]", &section);
    let error = house.duly(&["deliver"]).failed(2);
    assert!(error.contains("`DULY_TEST_MISSING`"), "{error}");
    house.edit("duly.toml", "password_env = \"DULY_TEST_MISSING\"", "password_file = \"nowhere\"");
    let error = house.duly(&["deliver"]).failed(2);
    assert!(error.contains("nowhere"), "{error}");
    house.edit("duly.toml", "password_file = \"nowhere\"", "password = \"in the open\"");
    let error = house.duly(&["check"]).failed(2);
    assert!(!error.contains("in the open"), "{error}");
}
