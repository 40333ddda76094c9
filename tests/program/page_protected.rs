//! The customer's page against those who have no link, and those who send too much.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::{Duration, Instant},
};

use crate::{
    house::{House, days_ago},
    relay::PLAIN,
    site::{Answered, Site, noticed, site, with_page},
    smtp::{Script, Server},
};

/// Everything that an answer may change.
const ALL: [&str; 7] = [
    "SELECT id, state, void FROM notice ORDER BY id",
    "SELECT id, revision FROM account ORDER BY id",
    "SELECT COUNT(*) FROM page_answer",
    "SELECT COUNT(*) FROM cases",
    "SELECT COUNT(*) FROM case_event",
    "SELECT COUNT(*) FROM promise",
    "SELECT COUNT(*) FROM audit",
];

async fn state(site: &Site) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    for text in ALL {
        found.push(site.house.rows(text).await);
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_changes_nothing() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    let before = state(&site).await;
    let body = "?form=0123456789abcdef&answer=contact&words=x";
    for path in [
        link.clone(),
        format!("{link}?noted"),
        format!("{link}{body}"),
        format!("{link}/document/1"),
        "/page.css".to_owned(),
    ] {
        assert_eq!(site.get(&path).status, 200, "{path}");
        let head = site.ask("HEAD", &path);
        assert!(head.status == 200 && head.body.is_empty(), "{path}");
    }
    for method in ["OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"] {
        assert_eq!(site.ask(method, &link).status, 404, "{method}");
    }
    assert_eq!(state(&site).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_links_have_one_and_the_same_answer() {
    let site = noticed(&[("A", "GBP"), ("B", "GBP"), ("C", "GBP"), ("D", "GBP")], "").await;
    let good = site.link("A");
    let gone = site.get("/r/AAAAAAAAAAAAAAAAAAAAAAAAAAA");
    assert_eq!(gone.status, 404);
    assert!(gone.text().contains("This page cannot be shown") && gone.text().contains("Ada Clerk"), "{}", gone.text());
    let same = |what: &str, answer: Answered| assert_eq!(answer, gone, "{what}");
    let long = format!("/r/{}", "A".repeat(5_000));
    let token = site.house.rows("SELECT token FROM notice LIMIT 1").await.remove(0);
    let kept = site.house.rows("SELECT page FROM notice LIMIT 1").await.remove(0);
    for path in [
        "/",
        "/r/",
        "/r/%00",
        "/r/%ff%fe",
        "/r/..%2f..%2fduly.toml",
        "/health",
        "/metrics",
        &long,
        &format!("/r/{token}"),
        &format!("/r/{kept}"),
        &good.to_lowercase(),
        &good[..good.len() - 1],
        &format!("{good}A"),
        &format!("{good}/"),
        &format!("{good}/document"),
    ] {
        same(path, site.get(path));
        same(path, site.post(path, "form=0123456789abcdef&answer=contact"));
    }
    for number in
        ["0", "3", "-1", "01x", "99999", "..", "%2e%2e", "..%2f..%2fduly.toml", "1%2f..%2f2", "A-1.pdf", "%31%00"]
    {
        let path = format!("{good}/document/{number}");
        same(&path, site.get(&path));
    }
    // Expired, withdrawn, void, and to somebody who is no contact any more.
    let change = |text: &str| site.house.change(text.to_owned());
    for account in ["A", "B", "C", "D"] {
        assert_eq!(site.get(&site.link(account)).status, 200, "{account}");
    }
    let of = |account: &str| format!("account = (SELECT id FROM account WHERE number = '{account}')");
    let old = days_ago(181);
    change(&format!("UPDATE notice SET dated_at = '{old}T00:00:00+00:00' WHERE {}", of("A"))).await;
    change(&format!("UPDATE notice SET state = 'withdrawn' WHERE {}", of("B"))).await;
    change(&format!("UPDATE notice SET void = TRUE WHERE {}", of("C"))).await;
    site.house.take("accounts", "D,Customer D,somebody-else@buyer.example\n");
    for account in ["A", "B", "C", "D"] {
        let link = site.link(account);
        same(account, site.get(&link));
        same(account, site.get(&format!("{link}/document/1")));
        same(account, site.post(&link, "form=0123456789abcdef&answer=contact"));
    }
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM page_answer").await, ["0"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_the_headers() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    let posted = site.post(&link, &format!("form={}&answer=contact", site.get(&link).form()));
    let answers = [
        site.get(&link),
        site.get("/r/nothing"),
        site.get("/page.css"),
        site.get(&format!("{link}/document/1")),
        posted,
        site.post(&link, &"x".repeat(70_000)),
    ];
    assert_eq!(answers.each_ref().map(|answer| answer.status), [200, 404, 200, 200, 303, 413]);
    for answer in answers {
        let csp = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";
        for (name, value) in [
            ("content-security-policy", csp),
            ("strict-transport-security", "max-age=31536000"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cache-control", "no-store"),
            ("x-robots-tag", "noindex, nofollow"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{}", answer.head);
        }
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_cannot_write_the_page() {
    let server = Server::start(Script::default()).await;
    let house = House::new();
    let evil = "<script>alert(1)</script>\"\"'&";
    house.import_file("accounts", format!("account,name,email\n\"{evil}\",\"{evil}\",a@buyer.example\n"), &[]).ended(0);
    std::fs::write(house.path("config/documents/<b>.pdf"), b"%PDF").unwrap();
    let row = format!("\"{evil}\",\"{evil}\",{},{},EUR,100.00,<b>.pdf\n", days_ago(95), days_ago(65));
    let header = "invoice,account,issued,due,currency,amount,document\n";
    house.import_file("invoices", format!("{header}{row}"), &[]).ended(0);
    house.no_payments();
    house.send_to(&server, PLAIN);
    with_page(&house, "");
    let site = site(house, server, 1);
    let link = site.link("A");
    let text = site.get(&link).text();
    assert!(!text.contains("<script") && !text.contains("<b>"), "{text}");
    assert!(text.contains("&#60;script&#62;alert(1)") && text.contains("Download &#60;b&#62;.pdf"), "{text}");
    let document = site.get(&format!("{link}/document/1"));
    let name = "attachment; filename=\"_b_.pdf\"; filename*=UTF-8''%3Cb%3E.pdf";
    assert_eq!(document.header("content-disposition"), Some(name));
    site.post(&link, &format!("form={}&answer=wrong&what=%3Cscript%3E%00%1b[31m", site.get(&link).form()));
    let said = site.house.rows("SELECT why FROM case_event WHERE step = 'said'").await;
    assert_eq!(said, ["<script>[31m"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_much_is_refused() {
    let site = noticed(&[("A", "GBP")], "behind_proxy = true").await;
    let link = site.link("A");
    // Ten answers in a day.
    let codes: Vec<u16> = (0..12)
        .map(|n| site.post(&link, &format!("form=0123456789abcdef{n}&answer=contact&words={n}")).status)
        .collect();
    assert_eq!(codes, [[303; 10].to_vec(), vec![429; 2]].concat());
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM page_answer").await, ["10"]);
    let large = site.post(&link, &format!("form=0123456789abcdefX&answer=contact&words={}", "x".repeat(64 * 1024)));
    assert_eq!(large.status, 413);
    // One address, as the proxy says it, whatever stands before.
    let ask = |n: usize, address: &str, path: &str| {
        let head = format!("GET {path} HTTP/1.1\r\nHost: duly\r\nConnection: close\r\n");
        site.raw(format!("{head}X-Forwarded-For: 10.0.0.{n}, {address}\r\n\r\n").as_bytes())
    };
    let codes: Vec<u16> = (0..130).map(|n| ask(n % 250, "192.0.2.1", "/page.css").status).collect();
    assert_eq!(codes.iter().filter(|code| **code == 429).count(), 10, "{codes:?}");
    assert_eq!(ask(0, "192.0.2.2", "/page.css").status, 200);
    // One link, whoever asks.
    let busy = (0..70).map(|n| ask(0, &format!("192.0.3.{n}"), &link)).find(|answer| answer.status == 429).unwrap();
    assert_eq!(busy.header("retry-after"), Some("60"));
    assert!(busy.text().contains("Many have asked in a short time"), "{}", busy.text());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_proxy_nobody_says_for_whom_they_ask() {
    let site = noticed(&[("A", "GBP")], "").await;
    let ask = |n: usize| {
        let head = "GET /page.css HTTP/1.1\r\nHost: duly\r\nConnection: close\r\n";
        site.raw(format!("{head}X-Forwarded-For: 192.0.2.{n}\r\n\r\n").as_bytes()).status
    };
    assert_eq!((0..130).filter(|n| ask(*n) == 429).count(), 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_drips_does_not_stay() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    let start = Instant::now();
    let head = format!("POST {link} HTTP/1.1\r\nHost: duly\r\nContent-Length: 100\r\n\r\nform=");
    let slow = site.raw(head.as_bytes());
    assert!(
        slow.status == 408 && start.elapsed() < Duration::from_secs(15) && start.elapsed() > Duration::from_secs(9)
    );
    let mut stream = TcpStream::connect(site.address()).unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: du").unwrap();
    let start = Instant::now();
    assert!(matches!(stream.read_to_end(&mut Vec::new()), Ok(0) | Err(_)));
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let cases = [
        ("url = \"http://pay.example.com\"\nsecret_file = \"good\"", "does not begin with https://"),
        ("url = \"https://pay.example.com\"", "`[page]` needs `secret_env` or `secret_file`"),
        ("url = \"https://pay.example.com\"\nsecret_file = \"short\"", "fewer than 16 characters"),
        ("url = \"https://pay.example.com\"\nsecret_file = \"none\"", "the secret of `[page]`"),
        ("url = \"https://pay.example.com\"\nsecret_file = \"good\"\ndays = 0", "`page.days`"),
        ("url = \"https://pay.example.com\"\nsecrt_file = \"good\"", "Did you mean `secret_file`?"),
    ];
    for (keys, expected) in cases {
        let house = House::new();
        house.file("config/good", "a secret of the company");
        house.file("config/short", "fifteen letters");
        house.edit("duly.toml", "# [ops]", &format!("[page]\nlisten = \"127.0.0.1:0\"\n{keys}\n\n# [ops]"));
        let error = house.duly(&["check"]).failed(2);
        assert!(error.contains(expected) && !error.contains("a secret of"), "{error}");
    }
    let house = House::with_accounts(&["A"]);
    with_page(&house, "");
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("https://pay.example.com/duly/r/…, good for 180 days"), "{said}");
    let mail = house.duly(&["preview", "A", "--as-of", "2025-03-03"]).ended(0);
    assert!(mail.contains("is enough:\n  https://pay.example.com/duly/r/"), "{mail}");
}

#[tokio::test]
async fn without_the_page_there_is_no_link() {
    let house = House::with_accounts(&["A"]);
    house.sweep(crate::house::DAY).ended(0);
    assert_eq!(house.rows("SELECT page FROM notice").await, ["-"]);
    // A notice that was planned without a page gets no link to one.
    with_page(&house, "");
    house.deliver().ended(0);
    let mail = std::fs::read_dir(house.path("config/outbox")).unwrap().next().unwrap().unwrap().path();
    assert!(!std::fs::read_to_string(mail).unwrap().contains("pay.example.com"));
}
