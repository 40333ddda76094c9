//! The demo as a newcomer runs it: the real program, a folder, a page of text.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::Path,
    process::{Command, Output, Stdio},
};

use duly::{
    app::App,
    clock::Clock,
    domain::{notice::State, reason::Reason},
    proof::{replay::replay, verify::verify},
    store::StoreError,
};

fn duly(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_duly"));
    command.env_remove("DULY_CONFIG").env_remove("DULY_LOG").args(arguments).output().unwrap()
}

fn demo(out: &Path, more: &[&str]) -> Output {
    let out = out.to_str().unwrap();
    duly(&[&["demo", "--out", out], more].concat())
}

/// The page with the name of its folder left out.
fn page(output: &Output, out: &Path) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().replace(out.to_str().unwrap(), "OUT")
}

fn mails(out: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(out.join("mails")).unwrap().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// What the page says is true, and the same each time.
#[tokio::test]
async fn the_page_is_the_same_and_true() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let first = page(&demo(&one, &[]), &one);
    let names = mails(&one);
    // A second run replaces the folder, and leaves what is not the demo's own.
    std::fs::write(one.join("notes.txt"), "mine").unwrap();
    assert_eq!(page(&demo(&one, &[]), &one), first);
    assert_eq!(mails(&one), names);
    assert_eq!(std::fs::read_to_string(one.join("notes.txt")).unwrap(), "mine");
    assert_ne!(page(&demo(&two, &["--seed", "8"]), &two), first);

    for reason in Reason::ALL {
        assert!(first.contains(&format!(" {} ", reason.code())), "{reason} does not occur\n{first}");
    }
    assert!(first.lines().all(|line| line.chars().count() <= 100 || line.contains("OUT")), "{first}");
    numbers_agree(&one, names.len()).await;
    everything_is_proved(&one).await;
    printed_commands_work(&first, &one);
}

/// Mails in the folder are the notices sent in the database.
async fn numbers_agree(out: &Path, mails: usize) {
    let app = App::open(&out.join("config").join("duly.toml"), Clock::System).await.unwrap();
    let states = app.store.notice_states().await.unwrap();
    let known = |state: State| states.iter().find(|s| s.state == state.code()).map_or(0, |s| s.count);
    assert_eq!(usize::try_from(known(State::Sent)).unwrap(), mails);
    assert!(mails > 100, "{mails}");
    for state in [State::Sending, State::Deferred, State::Refused, State::InDoubt] {
        assert_eq!(known(state), 0, "{state}");
    }
    let [accounts, ..] = app.store.counts().await.unwrap();
    assert_eq!(accounts, 400);
    let adjustments = app.store.adjustments(None).await.unwrap();
    assert!(adjustments.iter().any(|one| one.source.starts_with("terms")));
    assert!(adjustments.iter().any(|one| one.notice.is_some()));
    app.store.close().await;
}

/// Weeks with everything in them: all that is kept is right, and each sweep comes out the same again.
async fn everything_is_proved(out: &Path) {
    let app = App::open(&out.join("config").join("duly.toml"), Clock::System).await.unwrap();
    let proof = verify(&app.store, &app.rules, None).await.unwrap();
    assert!(proof.is_clean() && proof.unsealed == 0, "{proof:#?}");
    // Nobody publishes anything in the demo.
    let empty = proof.checks.iter().filter(|check| check.counted == 0).map(|check| check.name);
    assert_eq!(empty.collect::<Vec<_>>(), ["changes"], "{proof:#?}");
    let mut again = 0;
    for sweep in 1.. {
        match replay(&app.sweeper(), sweep).await {
            Ok(replayed) => assert_eq!(replayed.divergences, [], "sweep {sweep}"),
            Err(StoreError::Refused(why)) if why.contains("held back") => continue,
            Err(StoreError::Refused(why)) if why.contains("no sweep") => break,
            Err(error) => panic!("sweep {sweep}: {error}"),
        }
        again += 1;
    }
    assert!(again > 80, "{again}");
    app.store.close().await;
}

fn printed_commands_work(page: &str, out: &Path) {
    let program = env!("CARGO_BIN_EXE_duly");
    let printed: Vec<&str> =
        page.lines().filter_map(|line| line.trim().split_once(" --config ")).map(|(_, rest)| rest).collect();
    assert!(printed.len() >= 7, "{page}");
    for line in printed {
        let line = line.replace("OUT", out.to_str().unwrap());
        let arguments: Vec<&str> = ["--config"].into_iter().chain(line.split(' ')).collect();
        let output = duly(&arguments);
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 3)), "{program} {line}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn another_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ledger.xlsx"), "precious").unwrap();
    let output = demo(folder.path(), &[]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("is not empty") && said.contains("--out DIR"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// The console asks for a sign-in, and the link in a mail opens the customer's page.
#[test]
fn it_is_seen_in_a_browser() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("demo");
    let port = two_free_ports();
    let mut command = Command::new(env!("CARGO_BIN_EXE_duly"));
    let command = command.args(["demo", "--out", out.to_str().unwrap(), "--serve", &port.to_string()]);
    let mut demo = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(demo.stdout.take().unwrap()).lines().map_while(Result::ok);
    let console = format!("http://localhost:{}/invitation/", port + 1);
    let invited: Vec<String> = lines.by_ref().filter(|line| line.starts_with(&console)).take(2).collect();
    assert_eq!(invited.len(), 2, "two people, since what changes money needs two");
    let welcome = get(&invited[0]);
    assert!(welcome.starts_with("HTTP/1.1 200") && welcome.contains("Welcome"), "{welcome}");
    assert!(get(&format!("http://localhost:{}/sign-in", port + 1)).starts_with("HTTP/1.1 200"));
    let mail = std::fs::read_dir(out.join("mails")).unwrap().flatten().map(|entry| entry.path()).max().unwrap();
    let text = std::fs::read_to_string(mail).unwrap();
    let at = text.find(&format!("http://localhost:{port}/r/")).unwrap();
    let link: String = text[at..].chars().take_while(|c| !c.is_whitespace() && *c != '"').collect();
    let page = get(&link);
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("Northwind Tools Ltd"), "{page}");
    Command::new("kill").arg(demo.id().to_string()).status().unwrap();
    assert!(demo.wait().unwrap().success());
}

/// Two ports side by side that nobody uses.
fn two_free_ports() -> u16 {
    loop {
        let first = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        if first < u16::MAX - 1 && TcpListener::bind(("127.0.0.1", first + 1)).is_ok() {
            return first;
        }
    }
}

fn get(url: &str) -> String {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let port = host.split(':').nth(1).unwrap();
    // Invitations are printed just before the pages are served.
    let mut stream = (0..100)
        .find_map(|_| {
            let connected = TcpStream::connect(format!("127.0.0.1:{port}")).ok();
            if connected.is_none() {
                std::thread::sleep(std::time::Duration::from_millis(100));
            }
            connected
        })
        .unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
