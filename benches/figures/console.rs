//! How quickly the console answers over a large ledger, and what the daemon needs of memory for it.

use std::{
    collections::BTreeMap,
    fs::File,
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::{Duration, Instant},
};

use crate::{DULY, House, Sink, browser::Browser, resident};

const ACCOUNTS: usize = 100_000;
const CASES: usize = 5_000;
const USERS: usize = 8;

/// What people visit, each with what is asked for; `#`, `$` and `@` are other numbers each time.
const PAGES: [(&str, &str); 27] = [
    ("today", "/"),
    ("cases", "/cases"),
    ("case", "/cases/@"),
    ("search: number", "/accounts?q=A0#"),
    ("search: invoice", "/accounts?q=I00#"),
    ("search: name", "/accounts?q=customer%200#"),
    ("search: address", "/accounts?q=ar0#%40example"),
    ("search: nothing", "/accounts?q=nobody%20#"),
    ("account", "/accounts/A0$"),
    ("preview", "/accounts/A0$/preview"),
    ("notices", "/notices"),
    ("notices: sent", "/notices?state=sent"),
    ("notice", "/notices/$"),
    ("notice: mail", "/notices/$/mail"),
    ("policy", "/policy"),
    ("policy: edit", "/policy/standard/edit"),
    ("wording: edit", "/policy/wording/en"),
    ("import", "/import"),
    ("people", "/people"),
    ("reports", "/reports"),
    ("ageing", "/reports/ageing"),
    ("dso", "/reports/dso"),
    ("effectiveness", "/reports/effectiveness"),
    ("promises", "/reports/promises"),
    ("discounts", "/reports/discounts"),
    ("causes", "/reports/causes"),
    ("judgement", "/reports/judgement"),
];

/// Between two pages of a person.
const PAUSE: Duration = Duration::from_millis(250);

/// Milliseconds by page.
type Times = BTreeMap<&'static str, Vec<f64>>;

/// 8 people visit all pages in turns, over 1,000,000 open invoices and 5,000 cases.
pub fn console() {
    let house = House::new();
    house.ledger(ACCOUNTS, 10, 1);
    house.edit(
        "config/duly.toml",
        &[("\n[delivery]\n", "\n[console]\nlisten = \"127.0.0.1:0\"\nurl = \"http://localhost:8082\"\n\n[delivery]\n")],
    );
    open_cases(&house);
    let sink = Sink::start();
    house.smtp(sink.port, 4);
    house.run(&["sweep", "--release", "--by", "bench"]);
    let links: Vec<String> = (0..USERS).map(|user| invited(&house, &format!("user {user}"))).collect();
    let daemon = Daemon::start(&house);
    let people: Vec<Browser> =
        links.iter().enumerate().map(|(user, link)| signed_in(&daemon.address, user, link)).collect();
    let peak = |when: &str| {
        println!("peak memory of the daemon {when}: {} MiB", resident(daemon.child.id()).unwrap_or(0) / 1024);
    };
    peak("when all had signed in");
    println!("{} open invoices, {CASES} cases, {USERS} people, a page each {PAUSE:?}", ACCOUNTS * 10);
    let taken = AtomicBool::new(false);
    let start = Instant::now();
    let (times, people) = visit(people, || taken.load(Ordering::Relaxed), &|page, body| {
        taken.fetch_or(page == "today" && body.contains("As of"), Ordering::Relaxed);
    });
    print(&format!("while the first picture of the ledger was taken ({:.0} s)", start.elapsed().as_secs_f64()), &times);
    peak("by then");
    let end = Instant::now() + Duration::from_secs(60);
    let (times, _) = visit(people, || Instant::now() > end, &|_, _| {});
    print("afterwards, for a minute", &times);
    peak("at the end");
}

/// Cases as a person opens them, of the people in turns, over the last week.
fn open_cases(house: &House) {
    let sql = format!(
        "CREATE TEMP TABLE n AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {CASES}) SELECT i FROM n;
         INSERT INTO cases (id, company, account, kind, status, opened, recorded_at, owner, respond_by, resolve_by)
         SELECT i, 1, i * 7, 'protest', 'open', date('now'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', -i || ' minutes'), 'user ' || i % {USERS},
         strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', -i || ' minutes', '+2 hours'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', '+3 days') FROM n;
         INSERT INTO case_item (case_id, invoice) SELECT i, printf('I%08d', (i * 7 - 1) * 10) FROM n;
         INSERT INTO case_event (case_id, step, status, author, why, person, effective, recorded_at)
         SELECT i, 'opened', 'open', 'ada', 'a call', 'user ' || i % {USERS}, date('now'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', -i || ' minutes') FROM n;
         INSERT INTO case_event (case_id, step, status, author, why, effective, recorded_at)
         SELECT i, 'said', 'open', 'ada', 'The boxes came wet, and nobody called back.', date('now'), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now', -i || ' minutes') FROM n;"
    );
    let shell = Command::new("sqlite3").arg(house.path("config/duly.db")).arg(sql).status();
    assert!(shell.unwrap().success());
}

/// The path of the link that is printed for a new person.
fn invited(house: &House, name: &str) -> String {
    let said = Command::new(DULY)
        .args(["user", "add", name, "--role", "reviewer", "--role", "finance", "--role", "admin", "--by", "bench"])
        .current_dir(house.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines()
        .find_map(|line| line.strip_prefix("http://localhost:8082"))
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned()
}

fn signed_in(address: &str, user: usize, link: &str) -> Browser {
    let mut browser = Browser::new(address);
    let password = "correct horse battery";
    assert_eq!(browser.post(link, &[("new", password), ("again", password)]).status, 303);
    let form = [("name", &*format!("user {user}")), ("password", password), ("next", "/")];
    assert_eq!(browser.post("/sign-in", &form).status, 303);
    browser
}

/// Everybody visits all pages in turns, each beginning with another one, until it is over.
fn visit(
    people: Vec<Browser>,
    over: impl Fn() -> bool + Sync,
    look: &(impl Fn(&str, &str) + Sync),
) -> (Times, Vec<Browser>) {
    let over = &over;
    let all: Vec<(Times, Browser)> = std::thread::scope(|scope| {
        let visits = people.into_iter().enumerate().map(|(user, mut browser)| {
            scope.spawn(move || {
                let mut times = Times::new();
                for turn in user * 3.. {
                    if over() {
                        break;
                    }
                    let (name, path) = PAGES[turn % PAGES.len()];
                    let path = path.replace('#', &format!("{:04}", turn * 37 % 10_000));
                    let path = path.replace('@', &(1 + turn * 37 % CASES).to_string());
                    let path = path.replace('$', &format!("{:05}", 1 + turn * 3_701 % (ACCOUNTS - 1_000)));
                    let start = Instant::now();
                    let page = browser.get(&path);
                    times.entry(name).or_default().push(start.elapsed().as_secs_f64() * 1_000.0);
                    assert_eq!(page.status, 200, "{path}: {}", page.head);
                    look(name, &page.body);
                    sleep(PAUSE);
                }
                (times, browser)
            })
        });
        let visits: Vec<_> = visits.collect();
        visits.into_iter().map(|visit| visit.join().unwrap()).collect()
    });
    let mut times = Times::new();
    let mut people = Vec::new();
    for (own, browser) in all {
        own.into_iter().for_each(|(page, own)| times.entry(page).or_default().extend(own));
        people.push(browser);
    }
    (times, people)
}

fn print(what: &str, times: &Times) {
    println!("\n{what}\n{:>18} {:>7} {:>9} {:>9}", "page", "visits", "p50 ms", "p99 ms");
    for (name, _) in PAGES {
        let Some(mut own) = times.get(name).cloned() else { continue };
        own.sort_by(f64::total_cmp);
        let at = |share: usize| own[(own.len() * share / 100).min(own.len() - 1)];
        println!("{name:>18} {:>7} {:>9.1} {:>9.1}", own.len(), at(50), at(99));
    }
}

struct Daemon {
    child: Child,
    address: String,
}

impl Daemon {
    fn start(house: &House) -> Self {
        let log = house.path("daemon.log");
        let mut run = Command::new(DULY);
        run.arg("run").current_dir(house.folder.path()).stdout(Stdio::null()).stderr(File::create(&log).unwrap());
        let mut daemon = Self { child: run.spawn().unwrap(), address: String::new() };
        loop {
            let text = std::fs::read_to_string(&log).unwrap();
            let line = text.lines().find(|line| line.contains("the console is served"));
            if let Some(address) = line.and_then(|line| line.split("address=").nth(1)?.split(' ').next()) {
                daemon.address = address.to_owned();
                return daemon;
            }
            sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
