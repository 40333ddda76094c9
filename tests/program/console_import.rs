//! Files uploaded in the console: understood, looked at, taken whole or not at all; whatever comes instead is refused.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use crate::{
    browser::{Browser, Page, answer},
    console::{opened, signed_in},
    house::{House, until},
    running::Running,
};

fn finance(house: &House, address: &str) -> Browser {
    signed_in(house, address, "Fi", &["finance"])
}

/// Uploads a file that is taken in; where it is then.
fn uploaded(browser: &mut Browser, kind: &str, name: &str, bytes: &[u8]) -> String {
    let page = browser.upload("/import", kind, name, bytes);
    assert_eq!(page.status, 303, "{}", page.body);
    let path = page.header("location").unwrap().to_owned();
    assert!(path.starts_with("/import/") && path.len() == "/import/".len() + 64, "{path}");
    path
}

/// The page of an upload once nothing is under way any more.
fn settled(browser: &mut Browser, path: &str) -> Page {
    let start = Instant::now();
    loop {
        let page = browser.get(path);
        if page.header("refresh").is_none() {
            return page;
        }
        assert!(start.elapsed() < Duration::from_secs(60), "{}", page.body);
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn look(browser: &mut Browser, path: &str, form: &[(&str, &str)]) -> Page {
    let page = browser.post(&format!("{path}/look"), form);
    assert_eq!(page.status, 303, "{}", page.body);
    settled(browser, path)
}

fn lying(house: &House) -> usize {
    std::fs::read_dir(house.path("config/uploads")).map_or(0, Iterator::count)
}

const OPEN_ITEMS: &[u8] = b"Re.-Nr.;<b>Kunde;Datum;F\xe4llig;Betrag;\nR-1;A;01.02.2025;03.03.2025;1.234,50;<script>\n\
                            R-2;A;02.02.2025;04.03.2025;10,00;x\n";

/// The columns of that file.
const PICKED: [(&str, &str); 9] = [
    ("by", "picked"),
    ("invoice", "0"),
    ("account", "1"),
    ("issued", "2"),
    ("due", "3"),
    ("amount", "4"),
    ("note", "5"),
    ("constant", "eur"),
    ("decimal", ","),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_understood_and_taken_once() {
    let (house, daemon, address) = opened();
    let mut browser = finance(&house, &address);
    let batches = house.rows("SELECT COUNT(*) FROM batch").await;
    let path = uploaded(&mut browser, "invoices", "../../evil/offene posten.csv", OPEN_ITEMS);
    assert!(!house.path("evil").exists() && lying(&house) == 1);
    let page = browser.get(&path).body;
    for part in
        ["What is in offene posten.csv?", "separated by semicolons", "Windows (1252)", "&#60;b&#62;Kunde", "Fällig"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<script>") && !page.contains("<b>") && page.contains("column 6"), "{page}");
    assert!(page.contains("<option value=\"%d.%m.%Y\" selected>"), "{page}");
    let missing = browser.post(&format!("{path}/look"), &PICKED[..8]);
    assert!(missing.status == 422 && missing.body.contains("Choose how dates are written."), "{}", missing.body);
    let picked = [&PICKED[..], &[("dates", "%d.%m.%Y")]].concat();
    let page = look(&mut browser, &path, &picked).body;
    for part in [
        "2 rows of invoices are understood",
        "1234.50 EUR",
        "2025-02-01, due 2025-03-03",
        "&#60;script&#62;",
        "Take it",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert_eq!(house.rows("SELECT COUNT(*) FROM batch").await, batches, "looking changes nothing");

    let save = |name| [("name", name)];
    for (name, why) in [("../evil", "a name has letters"), ("xero_sales", "there already"), ("", "a name has letters")]
    {
        let page = browser.post(&format!("{path}/save"), &save(name));
        let why = why.replace("there already", "There is a map `xero_sales` already").replace("a name", "A name");
        assert!(page.status == 422 && page.body.contains(&why), "{name}: {}", page.body);
    }
    assert_eq!(browser.post(&format!("{path}/save"), &save("our_books")).status, 303);

    // What is taken is what was seen: another window has looked anew since.
    assert!(page.contains("name=\"look\" value=\"0\""), "{page}");
    look(&mut browser, &path, &picked);
    let refused = browser.post(&format!("{path}/take"), &[("look", "0")]);
    assert!(refused.status == 422 && refused.body.contains("looked at anew meanwhile"), "{}", refused.body);
    assert_eq!(house.rows("SELECT COUNT(*) FROM batch").await, batches);

    assert_eq!(browser.post(&format!("{path}/take"), &[("look", "1")]).status, 303);
    let page = settled(&mut browser, &path).body;
    assert!(page.contains("Taken: 2 rows of invoices.") && page.contains("What changed"), "{page}");
    assert_eq!(lying(&house), 0, "the file is gone");
    assert_eq!(browser.post(&format!("{path}/take"), &[("look", "0")]).status, 303, "twice is once");
    assert_eq!(browser.post(&format!("{path}/look"), &picked).status, 303);
    settled(&mut browser, &path);
    let found = house.rows("SELECT number, amount, due FROM invoice WHERE number LIKE 'R-%' ORDER BY number").await;
    assert_eq!(found, ["R-1 123450 2025-03-03", "R-2 1000 2025-03-04"]);
    let told =
        house.rows("SELECT author, detail FROM audit WHERE kind = 'import' ORDER BY position DESC LIMIT 1").await;
    assert_eq!(told, ["Fi invoices from offene posten.csv by map picked: 2 new, 0 changed, 0 known"]);
    house.duly(&["verify"]).ended(0);

    // The map is offered, and the command line knows it.
    let path = uploaded(&mut browser, "invoices", "again.csv", OPEN_ITEMS);
    assert!(browser.get(&path).body.contains("by the map our_books"));
    let page = look(&mut browser, &path, &[("by", "map:our_books")]).body;
    assert!(page.contains("2 rows of invoices are understood"), "{page}");
    std::fs::write(house.path("open.csv"), OPEN_ITEMS).unwrap();
    house.duly(&["import", "open.csv", "--kind", "invoices", "--map", "our_books"]).ended(0);
    assert_eq!(browser.post(&format!("{path}/abandon"), &[]).header("location"), Some("/import?done=abandoned"));
    assert_eq!((browser.get(&path).status, lying(&house)), (404, 0));

    // Whatever lies there when it starts belongs to nobody.
    let path = uploaded(&mut browser, "invoices", "left.csv", OPEN_ITEMS);
    drop(daemon);
    assert_eq!(lying(&house), 1);
    let daemon = Running::start(&house);
    assert_eq!(lying(&house), 0);
    let cookies = std::mem::take(&mut browser.cookies);
    browser = Browser::new(&crate::console::address(&daemon));
    browser.cookies = cookies;
    assert_eq!(browser.get(&path).status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_with_wrong_rows_changes_nothing() {
    let (house, _daemon, address) = opened();
    let mut browser = finance(&house, &address);
    let before = house.rows("SELECT COUNT(*), MAX(position) FROM batch, audit").await;
    let mut text = "invoice,account,issued,due,currency,amount,note\n".to_owned();
    text += "R-1,A,2025-02-01,2025-03-03,EUR,10.00,fine\nR-2,A,2025-02-31,2025-03-03,EUR,1,\"<img src=x onerror=alert(1)>\"\n";
    (0..30).for_each(|n| text += &format!("X-{n},A,2025-02-01,2025-03-03,EUR,<i>ten</i>,\n"));
    let path = uploaded(&mut browser, "invoices", "bad.csv", text.as_bytes());
    assert!(browser.get(&path).body.contains("with duly&#39;s own headings"));
    let page = look(&mut browser, &path, &[("by", "own")]).body;
    for part in [
        "31 rows are wrong",
        "2025-02-31",
        "&#60;i&#62;ten",
        "These are the first 20 of 31.",
        "issued",
        "pload it again",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains("<i>") && !page.contains("<img") && !page.contains("Take it"), "{page}");
    let page = browser.post(&format!("{path}/take"), &[("look", "0")]);
    assert!(page.status == 422 && page.body.contains("It cannot be taken yet"), "{}", page.body);
    // What only the ledger knows to be wrong.
    let path = uploaded(
        &mut browser,
        "invoices",
        "stranger.csv",
        b"invoice,account,issued,due,currency,amount\nR-9,NOBODY,2025-02-01,2025-03-03,EUR,1\n",
    );
    let page = look(&mut browser, &path, &[("by", "own")]).body;
    assert!(page.contains("1 row is wrong") && page.contains("NOBODY"), "{page}");
    assert_eq!(house.rows("SELECT COUNT(*), MAX(position) FROM batch, audit").await.len(), before.len());
    assert_eq!(house.rows("SELECT COUNT(*) FROM invoice WHERE number LIKE 'R-%'").await, ["0"]);
    assert_eq!(house.rows("SELECT COUNT(*) FROM batch WHERE author IS NOT NULL").await, ["0"]);
    // A map that does not fit says so, and one that is not there as well.
    for (by, why) in [("map:xero_sales", "is missing"), ("map:../../etc/passwd", "There is no map")] {
        let page = browser.post(&format!("{path}/look"), &[("by", by)]);
        let body = if page.status == 303 { settled(&mut browser, &path).body } else { page.body };
        assert!(body.contains(why), "{by}: {body}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_table_is_refused_with_words() {
    let (house, _daemon, address) = opened();
    let mut browser = finance(&house, &address);
    let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (name, bytes, why) in [
        ("books.xlsx", &b"PK\x03\x04\x14\x00\x06\x00"[..], "a workbook or a ZIP file"),
        ("books.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "an old workbook"),
        ("<b>.pdf", b"%PDF-1.7 \xff", "&#60;b&#62;.pdf: this is a PDF"),
        ("noise.csv", &noise, "NUL bytes"),
        ("empty.csv", b"", "this is empty"),
    ] {
        let page = browser.upload("/import", "payments", name, bytes);
        assert!(page.status == 422 && page.body.contains(why), "{name}: {}", page.body);
    }
    let page = browser.upload("/import", "everything", "a.csv", b"a,b\n");
    assert!(page.status == 422 && page.body.contains("Say first what the file holds."), "{}", page.body);
    let page = browser.post("/import", &[("kind", "payments")]);
    assert!(page.status == 422 && page.body.contains("Choose a file first."), "{}", page.body);
    for path in ["/import/x", "/import/..%2f..%2fduly.toml", "/import/x/columns"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    assert_eq!(lying(&house), 0, "nothing of it stays");
    let stray = signed_in(&house, &address, "Vi", &["viewer"]).upload("/import", "payments", "a.csv", b"a,b\n");
    assert_eq!(stray.status, 403);
}

/// The most memory that a process has had, in KiB.
fn peak(daemon: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn large_files_go_to_the_disk_and_too_large_ones_nowhere() {
    let (house, daemon, address) = opened();
    let mut browser = finance(&house, &address);
    let before = peak(&daemon);
    let mut large = b"account,name,email\n".to_vec();
    while large.len() < 100 << 20 {
        large.extend_from_slice(b"K-1,A customer with a name of the usual length,accounts@buyer.example\n");
    }
    let path = uploaded(&mut browser, "accounts", "large.csv", &large);
    let size =
        std::fs::read_dir(house.path("config/uploads")).unwrap().next().unwrap().unwrap().metadata().unwrap().len();
    assert_eq!(size, large.len() as u64);
    let grown = peak(&daemon) - before;
    eprintln!("peak {before} KiB before, {grown} KiB more with 100 MiB uploaded");
    assert!(grown < 32 << 10, "{grown} KiB more");
    assert_eq!(browser.post(&format!("{path}/abandon"), &[]).status, 303);
    let page = answer(browser.begin_upload("/import", "accounts", "huge.csv", 300 << 20));
    assert!(page.status == 413 && page.body.contains("more than 256 MiB"), "{page:?}");
    assert_eq!(lying(&house), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_slow_keeps_nobody_waiting_for_long() {
    let (house, _daemon, address) = opened();
    let mut browser = finance(&house, &address);
    let mut slow: Vec<_> =
        (0..2).map(|n| browser.begin_upload("/import", "accounts", &format!("{n}.csv"), 1_000)).collect();
    slow.iter_mut().for_each(|stream| stream.write_all(b"account,name\n").unwrap());
    until("both are being received", || lying(&house) == 2);
    let page = browser.upload("/import", "accounts", "third.csv", b"account,name\n");
    assert!(page.status == 503 && page.body.contains("Others are uploading"), "{}", page.body);
    // One hangs up, the other just says nothing.
    drop(slow.pop());
    until("what was cut off is gone", || lying(&house) == 1);
    let start = Instant::now();
    let page = answer(slow.remove(0));
    assert!(page.status == 408 && page.body.contains("came too slowly"), "{}", page.body);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(lying(&house), 0);
}
