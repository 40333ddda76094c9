//! Servers that are broken, or mean harm: one that says whatever the test wants.

use std::time::{Duration, Instant};

use duly::{
    inbox::imap::{ImapError, Mailbox, Server},
    settings::TlsMode,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::TcpListener,
};

const LIMIT: Duration = Duration::from_millis(500);

/// Answers the commands that open a folder, with these words for one that begins like this; `TAG` is the tag.
async fn server(instead_of: &'static str, says: Vec<u8>) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, instead_of, says.clone()));
        }
    });
    Server {
        host: "127.0.0.1".to_owned(),
        port,
        tls: TlsMode::None,
        user: "desk".to_owned(),
        password: "horse".into(),
        folder: "INBOX".to_owned(),
        extra_roots: Vec::new(),
        patience: LIMIT,
    }
}

async fn talk(stream: tokio::net::TcpStream, instead_of: &str, says: Vec<u8>) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(if instead_of == "greeting" { &says } else { b"* OK hello\r\n" }).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or((&line, ""));
        let words: Vec<&str> = command.split(' ').collect();
        let usual = match words[..] {
            ["CAPABILITY", ..] => "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned(),
            ["SELECT", ..] => "* 1 EXISTS\r\n* OK [UIDVALIDITY 9] ok\r\n".to_owned(),
            ["UID", "FETCH", "*", ..] => "* 1 FETCH (UID 7)\r\n".to_owned(),
            ["UID", "SEARCH", ..] => "* SEARCH 40007 20007 7\r\n".to_owned(),
            ["UID", "FETCH", uid, ..] => format!("* 1 FETCH (UID {uid} RFC822.SIZE 3 BODY[]<0> {{3}}\r\nabc)\r\n"),
            _ => String::new(),
        };
        let answer = match !instead_of.is_empty() && command.starts_with(instead_of) {
            true => replace(&says, tag),
            false => format!("{usual}{tag} OK done\r\n").into_bytes(),
        };
        stream.write_all(&answer).await?;
        line.clear();
    }
    Ok(())
}

fn replace(says: &[u8], tag: &str) -> Vec<u8> {
    match says.windows(3).rposition(|word| word == b"TAG") {
        Some(at) => [&says[..at], tag.as_bytes(), &says[at + 3..]].concat(),
        None => says.to_vec(),
    }
}

async fn look(server: &Server) -> Result<usize, ImapError> {
    Ok(Mailbox::open(server).await?.mails_after(0, 10).await?.len())
}

#[tokio::test]
async fn the_usual_answers_are_taken() {
    assert_eq!(look(&server("", Vec::new()).await).await, Ok(1));
}

#[tokio::test]
async fn garbage_is_an_error_and_no_panic() {
    let proportion = "out of all proportion";
    let rows: [(&str, Vec<u8>, &str); 14] = [
        ("greeting", b"\x16\x03\x01garbage\r\n".to_vec(), "no greeting of a mail server"),
        ("greeting", b"* BYE too many\r\n".to_vec(), "does not greet: too many"),
        ("greeting", b"* PREAUTH welcome\r\n".to_vec(), "does not greet"),
        ("greeting", vec![b'x'; 3 << 20], proportion),
        ("greeting", "* OK [ALERT]\u{e9}\u{e9}\r\n".into(), "cannot be read"),
        ("LOGIN", "TAG OK [ALERT]\u{fc}\r\n".into(), "cannot be read"),
        ("CAPABILITY", b"\0\r\n".to_vec(), "CAPABILITY"),
        ("SELECT", b"* OK [UIDVALIDITY 99999999999999999999] x\r\nTAG OK\r\n".to_vec(), "SELECT"),
        ("SELECT", b"TAG OK done\r\n".to_vec(), "no UIDVALIDITY"),
        ("UID SEARCH", b"* SEARCH 7\r\n* BYE\r\n".to_vec(), "does not say why"),
        ("UID SEARCH", b"* SEARCH ".iter().copied().chain(b"1 ".repeat(1 << 20)).collect(), proportion),
        ("UID FETCH 7", b"* 1 FETCH (UID 7 BODY[]<0> {400000000}\r\nabc".to_vec(), "more than was asked for"),
        ("UID FETCH 7", [&b"* 1 FETCH (BODYSTRUCTURE "[..], &b"(".repeat(1 << 20)].concat(), proportion),
        ("UID FETCH 7", b"* 2 EXISTS\r\n".repeat(300_000), "has no end"),
    ];
    for (instead_of, says, expected) in rows {
        let shown = String::from_utf8_lossy(&says[..says.len().min(60)]).into_owned();
        let began = Instant::now();
        let patient = Server { patience: LIMIT * 10, ..server(instead_of, says).await };
        let error = look(&patient).await.expect_err(&shown);
        assert!(error.is_final() && error.to_string().contains(expected), "{shown}: {error}");
        assert!(error.to_string().len() < 600, "{shown}: {error}");
        assert!(began.elapsed() < LIMIT * 10, "{shown}: {:?}", began.elapsed());
    }
}

/// The library's own commands take this for an empty folder.
#[tokio::test]
async fn a_refusal_is_not_an_empty_folder() {
    for (command, name) in [("UID SEARCH", "UID SEARCH"), ("UID FETCH", "UID FETCH"), ("UID FETCH 7", "UID FETCH")] {
        let error = look(&server(command, b"TAG NO [ALERT] disk is full\r\n".to_vec()).await).await.unwrap_err();
        assert_eq!(error, ImapError::Refused { command: name, answer: "disk is full".to_owned() });
    }
    let refusing = server("UID STORE", b"TAG NO read-only\r\n".to_vec()).await;
    let mut mailbox = Mailbox::open(&refusing).await.unwrap();
    assert!(!mailbox.mark_seen(&[7]).await.unwrap_err().is_final());
    assert_eq!(mailbox.mails_after(0, 10).await.unwrap().len(), 1);
    let closing = server("UID SEARCH", b"* SEARCH 7\r\n* BYE shut down\r\n".to_vec()).await;
    assert!(look(&closing).await.unwrap_err().to_string().contains("UID SEARCH: shut down"));
}

#[tokio::test]
async fn what_was_not_asked_for_is_not_taken() {
    let lies = b"* SEARCH 3 7 9 4000000000\r\nTAG OK\r\n".to_vec();
    let found = Mailbox::open(&server("UID SEARCH", lies).await).await.unwrap().mails_after(3, 10).await.unwrap();
    assert_eq!(found.iter().map(|mail| mail.uid).collect::<Vec<_>>(), [7]);
    let other = b"* 1 FETCH (UID 8 RFC822.SIZE 3 BODY[]<0> {3}\r\nabc)\r\nTAG OK\r\n".to_vec();
    assert_eq!(look(&server("UID FETCH 7", other).await).await, Ok(0));
}

/// However far UIDs are apart, a line of the answer stays short.
#[tokio::test]
async fn a_long_folder_is_searched_piece_by_piece() {
    let long = server("UID FETCH *", b"* 1 FETCH (UID 45000)\r\nTAG OK\r\n".to_vec()).await;
    let mut mailbox = Mailbox::open(&long).await.unwrap();
    for (after, most, expected) in
        [(0, 10, &[7, 20_007, 40_007][..]), (7, 10, &[20_007, 40_007]), (0, 2, &[7, 20_007]), (40_007, 10, &[])]
    {
        let found = mailbox.mails_after(after, most).await.unwrap();
        assert_eq!(found.iter().map(|mail| mail.uid).collect::<Vec<_>>(), expected);
    }
    let last = server("UID FETCH *", b"* 1 FETCH (UID 4294967295)\r\nTAG OK\r\n".to_vec()).await;
    let mut mailbox = Mailbox::open(&last).await.unwrap();
    assert_eq!(mailbox.mails_after(u32::MAX - 3, 10).await.unwrap(), []);
}

#[tokio::test]
async fn silence_has_an_end() {
    for command in ["greeting", "LOGIN", "CAPABILITY", "SELECT", "UID SEARCH", "UID FETCH 7"] {
        let began = Instant::now();
        let error = look(&server(command, Vec::new()).await).await.unwrap_err();
        assert!(error.to_string().contains("no answer within"), "{command}: {error}");
        assert!((LIMIT..LIMIT * 4).contains(&began.elapsed()), "{command}");
    }
    let refusing = server("IDLE", b"TAG NO not now\r\n".to_vec()).await;
    let error = Mailbox::open(&refusing).await.unwrap().wait(LIMIT * 100).await.unwrap_err();
    assert!(error.to_string().contains("IDLE: not now"), "{error}");
    // It takes the end of IDLE for the next command, and says nothing: the deadline of DONE holds.
    let mute = server("IDLE", b"+ idling\r\n".to_vec()).await;
    let began = Instant::now();
    let waited = Mailbox::open(&mute).await.unwrap().wait(LIMIT).await;
    assert!(waited.is_err() && began.elapsed() < LIMIT * 5, "{waited:?}");
}
