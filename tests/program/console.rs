//! Signing in to the console, and who may what.

use axum::http::Method;
use duly::{
    domain::person::{Permission, Role},
    web::console::{Needs, routes},
};

use crate::{
    browser::{Browser, Page},
    house::House,
    running::Running,
};

pub const GOOD: &str = "correct horse battery";

/// A running console in which Ada looks after people.
pub fn opened() -> (House, Running, String) {
    opened_on(House::with_accounts(&["A"]))
}

/// The same on this installation.
pub fn opened_on(house: House) -> (House, Running, String) {
    let (daemon, address) = opened_in(&house);
    (house, daemon, address)
}

/// A running console, and where it is.
pub fn opened_in(house: &House) -> (Running, String) {
    opened_at(house, "http://localhost:8082")
}

/// The same, as browsers reach it by this address.
pub fn opened_at(house: &House, url: &str) -> (Running, String) {
    let settings = format!("[console]\nlisten = \"127.0.0.1:0\"\nurl = \"{url}\"\n\n[delivery]\n");
    house.edit("duly.toml", "[delivery]\n", &settings);
    let daemon = Running::start(house);
    let address = address(&daemon);
    (daemon, address)
}

/// Where the log says that the console is.
pub fn address(daemon: &Running) -> String {
    daemon.address("the console is served")
}

/// The path of the link that is printed for a new person.
pub fn invited(house: &House, name: &str, roles: &[&str]) -> String {
    let mut arguments = vec!["user", "add", name, "--by", "root"];
    roles.iter().for_each(|role| arguments.extend(["--role", *role]));
    let said = house.duly(&arguments).ended(0);
    said.lines().find_map(|line| line.strip_prefix("http://localhost:8082")).unwrap().to_owned()
}

fn choose(browser: &mut Browser, path: &str, password: &str) -> Page {
    browser.post(path, &[("new", password), ("again", password)])
}

pub fn sign_in(browser: &mut Browser, name: &str, password: &str) -> Page {
    browser.post("/sign-in", &[("name", name), ("password", password), ("next", "/password")])
}

pub fn signed_in(house: &House, address: &str, name: &str, roles: &[&str]) -> Browser {
    let mut browser = Browser::new(address);
    assert_eq!(choose(&mut browser, &invited(house, name, roles), GOOD).status, 303);
    let page = sign_in(&mut browser, name, GOOD);
    assert_eq!((page.status, page.header("location")), (303, Some("/password")), "{page:?}");
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_person_comes_by_a_link_that_works_once() {
    let (house, _daemon, address) = opened();
    let link = invited(&house, "Ada Clerk", &["admin", "reviewer"]);
    assert!(
        house.duly(&["user", "add", "ada  CLERK", "--role", "viewer", "--by", "root"]).failed(2).contains("already")
    );
    let mut browser = Browser::new(&address);
    let page = browser.get(&link);
    assert!(page.status == 200 && page.body.contains("Choose a password, Ada Clerk."), "{page:?}");
    for (password, why) in [("short", "too short"), ("password1234", "too easy"), ("Ada Clerk Clerk Ada", "too easy")] {
        let page = choose(&mut browser, &link, password);
        assert!(page.status == 422 && page.body.contains(why), "{password}: {page:?}");
    }
    let page = browser.post(&link, &[("new", GOOD), ("again", "correct horse batterz")]);
    assert!(page.status == 422 && page.body.contains("not the same"), "{page:?}");
    assert_eq!(choose(&mut browser, &link, GOOD).status, 303);
    assert_eq!([browser.get(&link).status, choose(&mut browser, &link, GOOD).status], [404, 404], "once");
    assert_eq!(house.rows("SELECT COUNT(*) FROM invitation").await, ["0"]);

    assert_eq!(browser.get("/password").header("location"), Some("/sign-in?next=/password"));
    let page = sign_in(&mut browser, "ada clerk", GOOD);
    let cookie = page.header("set-cookie").unwrap();
    assert!(
        cookie.starts_with("__Host-duly=") && cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert!(browser.get("/password").body.contains("Ada Clerk"));
    let kept = house.rows("SELECT hash FROM session").await.remove(0);
    assert!(!kept.contains(&browser.cookies["__Host-duly"]), "only a hash is kept");
    let told = house.rows("SELECT author, detail FROM audit WHERE kind = 'person' ORDER BY position").await;
    let expected = [
        "root added as reviewer admin",
        "root was invited",
        "Ada Clerk accepted the invitation",
        "Ada Clerk signed in",
    ];
    assert_eq!(told, expected);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_with_the_password_the_person_and_time() {
    let (house, _daemon, address) = opened();
    let mut here = signed_in(&house, &address, "Ada", &["admin"]);
    let mut there = Browser::new(&address);
    sign_in(&mut there, "Ada", GOOD);
    assert_ne!(here.cookies, there.cookies, "each sign-in has its own");
    let new = "drei Wolken am Rand";
    let wrong = here.post("/password", &[("old", "no"), ("new", new), ("again", new)]);
    assert!(wrong.status == 422 && wrong.body.contains("another one"), "{wrong:?}");
    assert_eq!(here.post("/password", &[("old", GOOD), ("new", new), ("again", new)]).status, 303);
    assert_eq!([here.get("/password").status, there.get("/password").status], [303, 303]);
    assert_eq!(sign_in(&mut here, "Ada", GOOD).status, 403);
    assert_eq!(sign_in(&mut here, "Ada", new).status, 303);

    // A session that somebody else had planted does not become a person's.
    let mut planted = Browser::new(&address);
    planted.cookies.insert("__Host-duly".to_owned(), "planted".to_owned());
    sign_in(&mut planted, "Ada", new);
    assert_ne!(planted.cookies["__Host-duly"], "planted");
    assert_eq!(planted.post("/sign-out", &[]).status, 303);
    assert!(planted.cookies.is_empty() && here.get("/password").status == 200);

    let half_an_hour = "UPDATE session SET seen_at = '2020-01-01T00:00:00+00:00'";
    house.change(half_an_hour).await;
    assert_eq!(here.get("/password").status, 303, "too long idle");
    sign_in(&mut here, "Ada", new);
    house.change("UPDATE session SET created_at = '2020-01-01T00:00:00+00:00'").await;
    assert_eq!(here.get("/password").status, 303, "too long in all");
    sign_in(&mut here, "Ada", new);
    house.duly(&["user", "disable", "Ada", "--by", "root"]).ended(0);
    assert_eq!((here.get("/password").status, sign_in(&mut here, "Ada", new).status), (303, 403));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_route_asks_for_what_it_declares() {
    let (house, _daemon, address) = opened();
    let roles = [("Vi", Role::Viewer), ("Re", Role::Reviewer), ("Fi", Role::Finance), ("Ad", Role::Admin)];
    let mut people: Vec<(Option<Role>, Browser)> = vec![(None, Browser::new(&address))];
    people.extend(roles.map(|(name, role)| (Some(role), signed_in(&house, &address, name, &[role.code()]))));
    let allowed = |role: Role, permission: Permission| match permission {
        Permission::Look => true,
        Permission::Review => role == Role::Reviewer,
        Permission::Decide => role == Role::Finance,
        Permission::People => role == Role::Admin,
    };
    let mut walked = 0;
    for route in routes() {
        let path = route
            .path
            .replace("{token}", "x")
            .replace("{number}", "A")
            .replace("{id}", "1")
            .replace("{currency}", "GBP")
            .replace("{locale}", "en")
            .replace("{version}", "1")
            .replace("{stage}", "0")
            .replace("{name}", if route.path.starts_with("/policy") { "standard" } else { "ageing" });
        for (role, browser) in &mut people {
            if path == "/sign-out" || path == "/password" && route.method == Method::POST {
                continue;
            }
            let page = match route.method {
                Method::GET => browser.get(&path),
                _ => browser.post(&path, &[("name", "Nobody"), ("password", "x"), ("new", "x"), ("again", "y")]),
            };
            let refused = page.status == 401
                || page.status == 303 && page.header("location").unwrap().starts_with("/sign-in")
                || page.status == 403 && page.body.contains("This is for others");
            let may = match (route.needs, *role) {
                (Needs::Nobody, _) | (Needs::Person, Some(_)) => true,
                (Needs::Permission(permission), Some(role)) => allowed(role, permission),
                (_, None) => false,
            };
            assert_eq!(!refused, may, "{} {path} as {role:?}: {}", route.method, page.status);
            walked += 1;
        }
    }
    assert!(walked >= 50, "{walked}");
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_come_from_here_and_answers_are_sealed_off() {
    let (house, _daemon, address) = opened();
    let mut browser = signed_in(&house, &address, "Ada", &["admin"]);
    for site in ["cross-site", "same-site", "none", ""] {
        browser.site = site;
        let page = browser.post("/people", &[("name", "Eve"), ("admin", "on")]);
        assert!(page.status == 403 && page.body.contains("not sent from the console"), "{site}: {page:?}");
    }
    browser.site = "same-origin";
    assert_eq!(house.rows("SELECT COUNT(*) FROM person").await, ["1"]);
    for path in ["/people", "/sign-in", "/style.css", "/nowhere"] {
        let page = browser.get(path);
        let policy = page.header("content-security-policy").unwrap();
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
        assert!(path == "/style.css" || page.header("cache-control") == Some("no-store"), "{path}");
    }
    let page = browser.post("/people", &[("name", "<script>alert(1)</script>"), ("reviewer", "on")]);
    assert!(page.body.contains("&#60;script&#62;alert(1)") && !page.body.contains("<script>"), "{}", page.body);
    let page = browser.post("/sign-in", &[("name", "Ada"), ("password", GOOD), ("next", "//evil.example")]);
    assert_eq!(page.header("location"), Some("/"));
    assert_eq!(browser.ask("HEAD", "/people", None).body, "");
    assert_eq!(browser.ask("DELETE", "/people", Some("")).status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn guessing_costs_patience_and_tells_nothing() {
    let (house, _daemon, address) = opened();
    signed_in(&house, &address, "Ada", &["viewer"]);
    let mut browser = Browser::new(&address);
    let known = sign_in(&mut browser, "Ada", "wrong password here");
    let unknown = sign_in(&mut browser, "Bob", "wrong password here");
    assert_eq!((known.status, unknown.status), (403, 403));
    assert_eq!(known.body.replace("Ada", "Bob"), unknown.body);
    for _ in 0..4 {
        assert_eq!(sign_in(&mut browser, "Ada", "wrong password here").status, 403);
    }
    let page = sign_in(&mut browser, "Ada", GOOD);
    assert!(page.status == 429 && page.body.contains("Too many tries"), "{page:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_found_and_shown_with_everything_about_them() {
    let (house, _daemon, address) = opened();
    house.take("accounts", "K-7,Müller & <b>Söhne</b>,office@mueller.example\nK/8,100%_Cotton,c@cotton.example\n");
    house.take("invoices", "R-71,K-7,2025-01-01,2025-01-31,GBP,100.00\nR-72,K-7,2025-02-01,2025-02-28,GBP,50.00\n");
    house.take("payments", "P-7,K-7,2025-03-01,GBP,50.00,R-72\n");
    house.duly(&["hold", "add", "K-7", "--invoice", "R-71", "--why", "they <i>asked</i>", "--by", "ada"]).ended(0);
    house.duly(&[
        "case",
        "open",
        "R-71",
        "--kind",
        "protest",
        "--words",
        "The boxes came wet.",
        "--why",
        "a call",
        "--by",
        "ada",
    ]);
    let mut browser = signed_in(&house, &address, "Vi", &["viewer"]);
    for (asked, expected) in
        [("K-7", "K-7"), ("k-", "K-7"), ("R-72", "K-7"), ("söhne", "K-7"), ("MUELLER.ex", "K-7"), ("100%25_c", "K/8")]
    {
        let asked = asked.replace('ö', "%C3%B6");
        let page = browser.get(&format!("/accounts?q={asked}"));
        assert!(page.status == 200 && page.body.contains(&format!(">{expected}</a>")), "{asked}: {}", page.body);
        assert!(!page.body.contains("<b>"), "{}", page.body);
    }
    assert!(browser.get("/accounts?q=%25").body.matches("<tr>").count() == 2, "a sign of patterns is a letter");
    let all = browser.get("/accounts").body;
    assert!(all.contains("By number") && all.contains(">K-7</a>"), "{all}");
    assert!(!browser.get("/accounts?after=K-7").body.contains(">K-7</a>"));
    assert!(browser.get("/accounts?q=nobody").body.contains("Nothing is found for “nobody”."));
    let page = browser.get("/accounts/K-7");
    for part in [
        "Müller &#38; &#60;b&#62;Söhne",
        "R-71",
        "100.00 GBP",
        "Case 1: service protest, open",
        "The boxes came wet.",
        "they &#60;i&#62;asked",
        "payment",
        "Why is R-71 not paid? protest",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let queue = browser.get("/cases").body;
    assert!(queue.contains("All (1)") && queue.contains("an answer by ") && queue.contains("R-71"), "{queue}");
    let case = browser.get("/cases/1").body;
    for part in ["The boxes came wet.", "Müller &#38;", "service protest", "Questions", "opened", "a call"] {
        assert!(case.contains(part), "{part}: {case}");
    }
    assert_eq!([browser.get("/cases/2").status, browser.get("/cases/x").status], [404, 404]);
    assert_eq!(browser.get("/accounts/K%2F8").status, 200);
    assert_eq!(browser.get("/accounts/NOBODY").status, 404);
}
