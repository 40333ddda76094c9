//! The console against those who have not signed in, and those who want others to do something for them.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use axum::http::Method;
use duly::{
    clock::Clock,
    web::console::{Needs, routes},
};

use crate::{
    browser::{Browser, Page},
    console::{GOOD, invited, opened, opened_at, sign_in, signed_in},
    house::House,
    running::Running,
};

/// Sends a request as it is.
fn raw(address: &str, request: impl AsRef<[u8]>) -> Page {
    let mut stream = TcpStream::connect(address).unwrap();
    // A server that has heard enough may hang up.
    let _ = stream.write_all(request.as_ref());
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer}"));
    Page { status: head.split(' ').nth(1).unwrap().parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
}

/// A form with these further lines in its head.
fn form(address: &str, path: &str, lines: &str, body: &str) -> Page {
    let length = body.len();
    let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n");
    let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
    let kind = if lines.contains("Content-Type") { "" } else { kind };
    raw(address, format!("{head}{kind}{lines}\r\n{body}"))
}

fn filled(path: &str) -> String {
    path.replace("{token}", "x").replace("{number}", "A").replace("{id}", "1")
}

/// Everything that an act could change.
async fn state(house: &House) -> Vec<String> {
    let mut found = Vec::new();
    for text in [
        "SELECT name, roles, password, disabled_at FROM person ORDER BY id",
        "SELECT hash FROM invitation ORDER BY hash",
        "SELECT hash FROM session ORDER BY hash",
        "SELECT position FROM audit ORDER BY position DESC LIMIT 1",
        "SELECT id, revision FROM account ORDER BY id",
    ] {
        found.extend(house.rows(text).await);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn no_act_is_taken_from_elsewhere() {
    let (house, _daemon, address) = opened();
    let ada = signed_in(&house, &address, "Ada", &["admin", "finance", "reviewer"]);
    let cookie = format!("Cookie: __Host-duly={}\r\n", ada.cookies["__Host-duly"]);
    let before = state(&house).await;
    let mut acts = 0;
    for route in routes().iter().filter(|route| route.method == Method::POST) {
        for lines in [
            "",
            "Sec-Fetch-Site: cross-site\r\n",
            "Sec-Fetch-Site: same-site\r\n",
            "Sec-Fetch-Site: none\r\n",
            "Sec-Fetch-Site: cross-site\r\nOrigin: http://localhost:8082\r\n",
            "Origin: null\r\n",
            "Origin: http://localhost:8083\r\n",
            "Origin: http://localhost:8082.evil.example\r\n",
            "Origin: https://evil.example\r\nReferer: http://localhost:8082/people\r\n",
            "Sec-Fetch-Site: cross-site\r\nContent-Type: text/plain\r\n",
        ] {
            let body = "name=Ada&old=x&new=y&again=y&viewer=on";
            let page = form(&address, &filled(route.path), &format!("{cookie}{lines}"), body);
            assert!(
                page.status == 403 && page.body.contains("not sent from the console"),
                "{} {lines}: {page:?}",
                route.path
            );
            acts += 1;
        }
    }
    assert!(acts >= 60, "{acts}");
    assert_eq!(state(&house).await, before);
    // What a browser of today and an older one say of our own forms.
    for lines in ["Sec-Fetch-Site: same-origin\r\n", "Origin: http://localhost:8082\r\n"] {
        assert_eq!(form(&address, "/people", &format!("{cookie}{lines}"), "name=").status, 422, "{lines}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing_whoever_looks() {
    let (house, _daemon, address) = opened();
    let mut ada = signed_in(&house, &address, "Ada", &["admin", "finance", "reviewer"]);
    let link = invited(&house, "Bob", &["viewer"]);
    let before = state(&house).await;
    let mut nobody = Browser::new(&address);
    let token = link.rsplit('/').next().unwrap();
    for route in routes().iter().filter(|route| route.method == Method::GET) {
        let path = filled(&route.path.replace("{token}", token));
        for method in ["GET", "HEAD", "GET"] {
            let pages = [nobody.ask(method, &path, None), ada.ask(method, &path, None)];
            assert!(pages.iter().all(|page| page.status < 500), "{method} {path}: {pages:?}");
        }
    }
    // A scanner of mails follows the link of an invitation, and the person comes after it.
    for method in ["HEAD", "GET", "GET"] {
        assert_eq!(nobody.ask(method, &link, None).status, 200);
    }
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"] {
        let page = raw(&address, format!("{method} {link} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!(page.status, 403, "{method}");
    }
    assert_eq!(state(&house).await, before);
    assert_eq!(nobody.post(&link, &[("new", GOOD), ("again", GOOD)]).status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_signing_in_is_for_everybody() {
    let open: Vec<String> = routes()
        .iter()
        .filter(|route| route.needs == Needs::Nobody)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    let expected = [
        "GET /sign-in",
        "POST /sign-in",
        "GET /sign-in/oidc",
        "GET /sign-in/back",
        "GET /invitation/{token}/oidc",
        "GET /invitation/{token}",
        "POST /invitation/{token}",
        "GET /style.css",
    ];
    assert_eq!(open, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers() {
    let house = House::with_accounts(&["A"]);
    let (_daemon, address) = opened_at(&house, "https://duly.example.com");
    let ours = "Sec-Fetch-Site: same-origin\r\n";
    let mut nobody = Browser::new(&address);
    let get = |path: &str| raw(&address, format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
    let answers = [
        (get("/sign-in"), 200),
        (get("/style.css"), 200),
        (get("/cases"), 303),
        (get("/nowhere"), 404),
        (get("/invitation/x"), 404),
        (get("/%ff%00"), 404),
        (nobody.ask("DELETE", "/sign-in", Some("")), 405),
        (form(&address, "/people", ours, "name=x"), 401),
        (form(&address, "/people", "", "name=x"), 403),
        (form(&address, "/sign-in", ours, "name=x&password=y"), 403),
        (form(&address, "/sign-in", ours, "name=x"), 422),
        (form(&address, "/sign-in", &format!("{ours}Content-Type: text/plain\r\n"), "name=x"), 415),
        (form(&address, "/sign-in", ours, &format!("name=x&password={}", "y".repeat(2 << 20))), 413),
    ];
    for (page, status) in answers {
        assert_eq!(page.status, status, "{page:?}");
        let csp = page.header("content-security-policy").unwrap();
        for part in ["default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
            assert!(csp.contains(part), "{csp}");
        }
        assert!(!csp.contains("unsafe") && !csp.contains("http:") && !csp.contains('*'), "{csp}");
        for (name, value) in [
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("x-robots-tag", "noindex"),
        ] {
            assert_eq!(page.header(name), Some(value), "{}", page.head);
        }
        assert_eq!(page.header("set-cookie"), None);
    }
    let (_house, _other, plain) = opened();
    assert_eq!(Browser::new(&plain).get("/sign-in").header("strict-transport-security"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_made_anew_and_ends_with_what_it_was_for() {
    let (house, _daemon, address) = opened();
    let mut ada = signed_in(&house, &address, "Ada", &["admin"]);
    let mut bob = signed_in(&house, &address, "Bob", &["viewer"]);
    // Signing in again makes another session, and the one before is over.
    let before = bob.cookies["__Host-duly"].clone();
    assert_eq!(sign_in(&mut bob, "Bob", GOOD).status, 303);
    assert_ne!(bob.cookies["__Host-duly"], before);
    let mut old = Browser::new(&address);
    old.cookies.insert("__Host-duly".to_owned(), before);
    assert_eq!((old.get("/cases").status, bob.get("/cases").status), (303, 200));
    // Other roles end it; whoever may less does not go on with more.
    assert_eq!(ada.post("/people/change", &[("name", "Bob"), ("reviewer", "on")]).status, 303);
    assert_eq!(bob.get("/cases").status, 303);
    assert_eq!(sign_in(&mut bob, "Bob", GOOD).status, 303);
    assert_eq!(ada.post("/people/change", &[("name", "Bob"), ("reviewer", "on"), ("disabled", "on")]).status, 303);
    assert_eq!((bob.get("/cases").status, sign_in(&mut bob, "Bob", GOOD).status), (303, 403));
    // Half an hour without a page, or twelve hours in all.
    for (column, minutes, status) in
        [("seen_at", 29, 200), ("seen_at", 31, 303), ("created_at", 12 * 60 - 1, 200), ("created_at", 12 * 60 + 1, 303)]
    {
        let mut ada = Browser::new(&address);
        sign_in(&mut ada, "Ada", GOOD);
        let at = (Clock::System.now() - chrono::Duration::minutes(minutes)).to_rfc3339();
        house.change(format!("UPDATE session SET {column} = '{at}'")).await;
        assert_eq!(ada.get("/cases").status, status, "{column} {minutes}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_words_cannot_write_a_page() {
    let (house, _daemon, address) = opened();
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'";
    let quoted = evil.replace('"', "\"\"");
    house.take("accounts", &format!("\"K{quoted}\",\"{quoted}\",k@buyer.example\n"));
    house.take("invoices", &format!("\"R{quoted}\",\"K{quoted}\",2025-01-01,2025-01-31,GBP,100.00\n"));
    let words = ["--words", evil, "--why", evil, "--by", "ada"];
    house.duly(&[&["case", "open", &format!("R{evil}"), "--kind", "protest"][..], &words].concat()).ended(0);
    house.duly(&["hold", "add", &format!("K{evil}"), "--why", evil, "--by", "ada"]).ended(0);
    let mut ada = signed_in(&house, &address, "Ada", &["admin", "finance", "reviewer"]);
    assert_eq!(ada.post("/people", &[("name", evil), ("viewer", "on")]).status, 200);
    let encoded: String = evil.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut nobody = Browser::new(&address);
    let pages = [
        ada.get(&format!("/accounts/K{encoded}")),
        ada.get("/accounts?q=alert"),
        ada.get(&format!("/accounts?q={encoded}")),
        ada.get("/cases"),
        ada.get("/cases/1"),
        ada.get("/people"),
        ada.get(&format!("/cases/{encoded}")),
        ada.get(&format!("/{encoded}")),
        ada.post("/people", &[("name", evil)]),
        nobody.get(&format!("/sign-in?next=/{encoded}")),
        nobody.get(&format!("/invitation/{encoded}")),
        nobody.post("/sign-in", &[("name", evil), ("password", evil), ("next", evil)]),
    ];
    let shown = pages.iter().filter(|page| page.body.contains("&#60;script&#62;")).count();
    assert!(shown >= 6, "{shown} pages show it as text");
    for page in &pages {
        assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_leads_nowhere_else() {
    let (house, _daemon, address) = opened();
    signed_in(&house, &address, "Ada", &["viewer"]);
    for next in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "evil.example",
        "/a\r\nSet-Cookie: a=b",
        "",
    ] {
        let page = Browser::new(&address).post("/sign-in", &[("name", "Ada"), ("password", GOOD), ("next", next)]);
        assert_eq!((page.status, page.header("location")), (303, Some("/")), "{next:?}");
        assert_eq!(page.head.matches("set-cookie").count(), 1, "{next:?}");
    }
    // Nor does asking for a page first.
    for path in ["//evil.example", "/%2F/evil.example", "/https://evil.example"] {
        let page = raw(&address, format!("GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"));
        let place = page.header("location").unwrap_or("/");
        assert!(place.starts_with('/') && !place.starts_with("//"), "{place}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_an_invitation_costs_patience() {
    let (house, _daemon, address) = opened();
    let link = invited(&house, "Bob", &["viewer"]);
    let mut guesser = Browser::new(&address);
    assert_eq!(guesser.get(&link).status, 200, "who has a good one starts anew");
    let codes: Vec<u16> = (0..8).map(|n| guesser.get(&format!("/invitation/{n}")).status).collect();
    assert_eq!(codes, [404, 404, 404, 404, 404, 429, 429, 429]);
    assert_eq!(guesser.post(&link, &[("new", GOOD), ("again", GOOD)]).status, 429);
    // Who says to come from elsewhere is not believed without a proxy.
    let head = format!("GET {link} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Forwarded-For: 192.0.2.7\r\n\r\n");
    assert_eq!(raw(&address, head).status, 429);
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_heads_do_no_harm() {
    let (house, _daemon, address) = opened();
    let ada = signed_in(&house, &address, "Ada", &["viewer"]);
    let good = format!("__Host-duly={}", ada.cookies["__Host-duly"]);
    let get = |lines: &str| raw(&address, format!("GET /cases HTTP/1.1\r\nConnection: close\r\n{lines}\r\n"));
    for (lines, status) in [
        (format!("Host: x\r\nCookie: {good}\r\n"), 200),
        (format!("Host: x\r\nCookie: a=b; {good}; c\r\n"), 200),
        (format!("Host: x\r\nCookie: a=b\r\nCookie: {good}\r\n"), 200),
        (format!("Host: x\r\nCookie: __Host-duly=; {good}\r\n"), 303),
        (format!("Host: x\r\nCookie: __host-duly={}\r\n", ada.cookies["__Host-duly"]), 303),
        (format!("Host: x\r\nCookie: __Host-duly=\"{}\"\r\n", ada.cookies["__Host-duly"]), 303),
        ("Host: x\r\nCookie: __Host-duly=' OR 1=1 --\r\n".to_owned(), 303),
        (format!("Host: x\r\nCookie: {}\r\n", "a=b; ".repeat(2_000)), 303),
        ("Host: evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Original-URL: /people\r\n".to_owned(), 303),
        ("Host: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n".to_owned(), 400),
        (format!("Host: x\r\n{}", "X: y\r\n".repeat(200)), 431),
    ] {
        let page = get(&lines);
        assert_eq!(page.status, status, "{lines:.200}");
        assert!(!page.head.contains("evil.example"), "{}", page.head);
    }
    let both = "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Site: cross-site\r\n";
    assert_eq!(form(&address, "/sign-out", &format!("Cookie: {good}\r\n{both}"), "").status, 403);
}

/// The most memory that the daemon ever had, in MiB.
fn peak(daemon: &Running) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", daemon.child.id())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_sign_in_at_once_do_not_fill_the_memory() {
    let (house, daemon, address) = opened();
    signed_in(&house, &address, "Ada", &["viewer"]);
    let before = peak(&daemon);
    let codes: Vec<u16> = std::thread::scope(|scope| {
        let try_one =
            |n: usize| Browser::new(&address).post("/sign-in", &[("name", &n.to_string()), ("password", "x")]);
        let tasks: Vec<_> = (0..40).map(|n| scope.spawn(move || try_one(n).status)).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| **code == 403).count(), 20, "one address: {codes:?}");
    let more = peak(&daemon) - before;
    assert!(more < 60, "a password takes 19 MiB, and so do twenty: {more} MiB");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_drips_does_not_stay_and_keeps_nobody_out() {
    let (_house, _daemon, address) = opened();
    // More than there is room for; each says the beginning of something.
    let held: Vec<TcpStream> = (0..300)
        .map(|n| {
            let mut stream = TcpStream::connect(&address).unwrap();
            let begin =
                ["GET / HTTP/1.1\r\nHost: du", "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\nn", ""];
            stream.write_all(begin[n % 3].as_bytes()).unwrap();
            stream
        })
        .collect();
    let start = Instant::now();
    assert_eq!(Browser::new(&address).get("/sign-in").status, 200);
    assert!(start.elapsed() < Duration::from_secs(45), "{:?}", start.elapsed());
    for mut stream in held.into_iter().take(3) {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let ended = stream.read_to_end(&mut Vec::new());
        assert!(!matches!(&ended, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "{ended:?}");
    }
}
