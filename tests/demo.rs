//! The demo as a newcomer runs it: the real program, a folder, a page of text.

use std::{
    path::Path,
    process::{Command, Output},
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
    assert!(proof.checks.iter().all(|check| check.counted > 0), "{proof:#?}");
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
