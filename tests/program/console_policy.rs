//! Schedule and policy in the console: what a change would do, publishing, a second person.

use crate::{
    browser::{Browser, Page},
    console::{opened_in, signed_in},
    house::{House, days_ago, until},
    running::{Running, due_today, last_slot},
    smtp::{Script, Server},
};

/// A house whose console Fi of finance uses.
fn opened() -> (House, Running, Browser, String) {
    let house = House::with_accounts(&["A"]);
    let (daemon, address) = opened_in(&house);
    let browser = signed_in(&house, &address, "Fi", &["finance"]);
    (house, daemon, browser, address)
}

/// What a browser would send of the form of a page.
fn fields(page: &Page) -> Vec<(String, String)> {
    let form = page.body.split("<form method=\"post\" action=\"/policy").nth(1).unwrap_or_else(|| panic!("{page:?}"));
    let form = form.split("</form>").next().unwrap();
    let mut found = Vec::new();
    for (at, _) in form.match_indices('<') {
        let tag = &form[at + 1..];
        let (inner, rest) = tag.split_once('>').unwrap();
        let of = |name: &str| {
            let value = inner.split(&format!(" {name}=\"")).nth(1)?;
            Some(plain(value.split('"').next()?))
        };
        let Some(name) = of("name") else { continue };
        let ticked = || inner.contains(" checked");
        match (inner.split(' ').next().unwrap(), of("type").as_deref()) {
            ("input", Some("checkbox" | "radio")) if !ticked() => {}
            ("input", _) => found.push((name, of("value").unwrap_or_default())),
            ("select", _) => {
                let options = rest.split("</select>").next().unwrap();
                let chosen = options.split("<option ").find(|option| option.contains(" selected"));
                let chosen = chosen.unwrap_or_else(|| options.split("<option ").nth(1).unwrap());
                found.push((name, chosen.split('"').nth(1).unwrap().to_owned()));
            }
            ("textarea", _) => {
                let text = rest.split("</textarea>").next().unwrap();
                found.push((name, plain(text.strip_prefix('\n').unwrap_or(text)).replace('\n', "\r\n")));
            }
            _ => {}
        }
    }
    found
}

fn plain(text: &str) -> String {
    [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

/// Sends the form of a page with some fields changed.
fn send(browser: &mut Browser, path: &str, changes: &[(&str, &str)]) -> Page {
    let page = browser.get(path);
    resend(browser, path, &page, changes)
}

fn resend(browser: &mut Browser, path: &str, page: &Page, changes: &[(&str, &str)]) -> Page {
    let mut form = fields(page);
    form.retain(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    form.extend(changes.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &form)
}

/// Begins a change, and waits until its page has looked what it would do.
fn begun(browser: &mut Browser, changes: &[(&str, &str)]) -> (String, String) {
    let page = send(browser, "/policy/standard/edit", changes);
    assert_eq!(page.status, 303, "{}", page.body);
    let path = page.header("location").unwrap().to_owned();
    let mut last = String::new();
    for _ in 0..600 {
        let page = browser.get(&path);
        let over = page.header("refresh").is_none();
        last = page.body;
        if over {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    (path, last)
}

fn reasoned(browser: &mut Browser, path: &str, why: &str) -> Page {
    browser.post(path, &[("reason", why)])
}

fn done(page: &Page) -> &str {
    page.header("location").unwrap_or_else(|| panic!("{}", page.body)).split("done=").nth(1).unwrap()
}

fn policy_file(house: &House) -> String {
    std::fs::read_to_string(house.path("config/policy.toml")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn sixty_days_become_forty_five_and_everybody_sees_who_is_affected() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["C"]);
    house.take("accounts", "B,Customer B,b@buyer.example\n");
    house.take("invoices", &format!("INV-B,B,{},{},GBP,100.00\n", days_ago(80), days_ago(50)));
    let (daemon, address) = opened_in(&house);
    let mut fi = signed_in(&house, &address, "Fi", &["finance"]);
    let mut vi = signed_in(&house, &address, "Vi", &["viewer"]);
    let before = policy_file(&house);
    let page = vi.get("/policy");
    assert!(page.body.contains("from 60 days overdue") && page.body.contains("The next five runs"), "{}", page.body);
    assert!(!page.body.contains("/policy/standard/edit") && vi.get("/policy/standard/edit").status == 403);
    assert!(fi.get("/policy").body.contains("/policy/standard/edit"));
    let unchanged = send(&mut fi, "/policy/standard/edit", &[]);
    assert!(unchanged.status == 422 && unchanged.body.contains("Nothing was changed yet."), "{}", unchanged.body);

    let (path, page) = begun(&mut fi, &[("stage-0-days", "45")]);
    for part in [
        "first stage: 60 → 45 days",
        "1 would be treated differently",
        "1 would be noticed now",
        "<a href=\"/accounts/B\">B</a></th><td>Customer B</td><td>nothing yet</td><td>notice first, 100.00 GBP, offer of 2.00 GBP</td>",
        "<th scope=\"row\">Asked for, GBP</th><td class=\"number\">100.00</td><td class=\"number\">200.00</td>",
        "As before: every day at 07:00",
        "sandbox=\"\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let letter = fi.get(&format!("{path}/sample/0"));
    let policy = letter.header("content-security-policy").unwrap();
    assert!(letter.status == 200 && letter.body.contains("Example Ltd"), "{}", letter.body);
    assert!(policy.contains("frame-ancestors 'self'") && policy.ends_with("sandbox"), "{policy}");
    assert_eq!(fi.get(&format!("{path}/sample/9")).status, 404);
    // Others look on, and nobody but its author publishes.
    assert!(vi.get(&path).body.contains("first stage: 60 → 45 days"));
    let draft = format!("<a href=\"{path}\">Change of the policy standard</a>");
    assert!(fi.get("/policy").body.contains(&draft) && !vi.get("/policy").body.contains(&draft), "its author finds it");
    assert_eq!(
        (policy_file(&house), vi.post(&format!("{path}/publish"), &[("reason", "x")]).status),
        (before.clone(), 403)
    );
    let page = reasoned(&mut fi, &format!("{path}/publish"), " ");
    assert!(page.status == 422 && page.body.contains("Say why"), "{}", page.body);
    let page = reasoned(&mut fi, &format!("{path}/publish"), "we wait <too> long");
    assert_eq!(done(&page), "published");

    assert_eq!(policy_file(&house), before.replace("days = 60", "days = 45"), "comments stay");
    let row = house.rows("SELECT version, author, reason FROM policy_version ORDER BY version DESC LIMIT 1").await;
    assert!(row[0].ends_with("Fi we wait <too> long"), "{row:?}");
    let label = format!("standard-{}", row[0].split(' ').next().unwrap());
    let page = fi.get("/policy?done=published");
    for part in [&label, "Published. The next sweep follows it.", "from 45 days overdue", "we wait &#60;too&#62; long"]
    {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    let page = fi.get(&format!("/policy/standard/versions/{}", row[0].split(' ').next().unwrap()));
    assert!(page.body.contains("-days = 60\n+days = 45"), "{}", page.body);
    let chain = house
        .rows("SELECT author, subject, detail FROM audit WHERE kind = 'policy' ORDER BY position DESC LIMIT 1")
        .await;
    assert!(
        chain[0].starts_with(&format!("Fi {label} sha256 ")) && chain[0].ends_with(": we wait <too> long"),
        "{chain:?}"
    );
    assert!(house.duly(&["plan"]).ended(0).contains(&format!("policy {label}: 2 notices")));

    // And so does the daemon, without being told.
    until("the daemon has read it", || daemon.log().contains("policies and wording reloaded"));
    last_slot(&house, 2).await;
    house.change("DELETE FROM slot WHERE note LIKE '%first start%'").await;
    until("both are written to", || server.accepted().len() == 2);
    let notices = house.rows("SELECT DISTINCT policy FROM notice WHERE as_of > '2025-03-03'").await;
    assert_eq!(notices, [label]);
    drop(daemon);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_touches_money_needs_a_second_person() {
    let (house, _daemon, mut fi, address) = opened();
    let mut bo = signed_in(&house, &address, "Bo", &["finance"]);
    let before = policy_file(&house);
    let (path, page) = begun(&mut fi, &[("offer.percent", "3,5")]);
    for part in ["offer: Discount: 2 → 3.5 percent", "This touches money (the offer for prompt payment)"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(
        page.contains("<button>Ask a second person</button>") && !page.contains("<button>Publish</button>"),
        "{page}"
    );
    assert_eq!(reasoned(&mut bo, &format!("{path}/publish"), "mine").status, 422, "it is Fi's");
    assert_eq!(done(&reasoned(&mut fi, &format!("{path}/publish"), "a better offer")), "proposed");
    assert_eq!(policy_file(&house), before);
    let own = reasoned(&mut fi, &format!("{path}/approve"), "I agree");
    assert!(own.status == 422 && own.body.contains("nobody approves their own change"), "{}", own.body);
    assert!(bo.get("/policy").body.contains("Change of the policy standard by Fi"));
    let today = bo.get("/").body;
    assert!(
        today.contains(&format!("<a href=\"{path}\">policy of standard, asked by Fi: a better offer</a>")),
        "{today}"
    );
    assert!(bo.get(&path).body.contains("Approve and publish"));
    assert_eq!(reasoned(&mut bo, &format!("{path}/approve"), "").status, 422);
    assert_eq!(done(&reasoned(&mut bo, &format!("{path}/approve"), "agreed")), "published");
    assert!(policy_file(&house).contains("percent = 3.5\n"));
    let page = fi.get("/policy").body;
    assert!(page.contains("Fi, approved by Bo") && !page.contains("Waiting for a second person"), "{page}");
    assert_eq!(reasoned(&mut bo, &format!("{path}/approve"), "again").status, 422);

    for (decides, expected) in [(&mut bo, "declined"), (&mut fi, "withdrawn")] {
        let mut author = signed_in_again(&address);
        let (path, _) = begun(&mut author, &[("costs.waiting_percent", "9")]);
        assert_eq!(done(&reasoned(&mut author, &format!("{path}/publish"), "rates rise")), "proposed");
        assert_eq!(done(&reasoned(decides, &format!("{path}/decline"), "not yet")), expected);
    }
    // Where nobody can say what changes, a second person is asked too.
    house.edit("policy.toml", "climb = ", "climbs = ");
    let text = "/policy/standard/text";
    let mended = fi.get(text).body.split("</textarea>").next().unwrap().split("<textarea").nth(1).unwrap().to_owned();
    let mended = plain(mended.split_once('>').unwrap().1).trim_start().replace("climbs = ", "climb = ");
    let begun = send(&mut fi, text, &[("text", &mended)]);
    assert_eq!(begun.status, 303, "{}", begun.body);
    let path = begun.header("location").unwrap().to_owned();
    assert_eq!(done(&reasoned(&mut fi, &format!("{path}/publish"), "mended by hand")), "proposed");
    house.edit("policy.toml", "climbs = ", "climb = ");
    assert_eq!(done(&reasoned(&mut fi, &format!("{path}/decline"), "mended on the disk")), "withdrawn");

    let told = house
        .rows("SELECT author, kind, detail FROM audit WHERE kind IN ('proposed', 'decided') ORDER BY position")
        .await;
    let told: Vec<&str> = told.iter().map(|line| line.split(", sha256").next().unwrap()).collect();
    assert_eq!(told[..2], ["Fi proposed policy standard", "Bo decided published as standard-2: agreed"]);
    assert_eq!((told[3], told[5]), ("Bo decided declined: not yet", "Fi decided withdrawn: not yet"));
    house.duly(&["verify"]).ended(0);
    house.change("UPDATE change SET decided_by = author WHERE state = 'published'").await;
    let said = house.duly(&["verify"]).ended(1);
    assert!(said.contains("approved by its author"), "{said}");
}

/// Fi in another browser.
fn signed_in_again(address: &str) -> Browser {
    let mut browser = Browser::new(address);
    let page = browser.post("/sign-in", &[("name", "Fi"), ("password", crate::console::GOOD), ("next", "/policy")]);
    assert_eq!(page.status, 303, "{page:?}");
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn what_began_from_something_older_is_refused_with_the_difference() {
    let (house, _daemon, mut fi, _) = opened();
    let edit = "/policy/standard/edit";
    let old = fi.get(edit);
    let (first, _) = begun(&mut fi, &[("hold.min_gap_days", "9")]);
    let (second, _) = begun(&mut fi, &[("stage-0-days", "50")]);
    assert_eq!(done(&reasoned(&mut fi, &format!("{first}/publish"), "first")), "published");
    // A form that was open meanwhile keeps what was entered, on top of what is new.
    let page = resend(&mut fi, edit, &old, &[("stage-0-days", "45")]);
    assert!(page.status == 422 && page.body.contains("published meanwhile"), "{}", page.body);
    assert!(page.body.contains("Between two notices to one account: 7 → 9 days"), "{}", page.body);
    let kept = fields(&page);
    let value = |name: &str| kept.iter().find(|(known, _)| known == name).unwrap().1.clone();
    assert_eq!((value("stage-0-days"), value("hold.min_gap_days")), ("45".to_owned(), "9".to_owned()));
    // So is a change that waited to be published.
    let page = reasoned(&mut fi, &format!("{second}/publish"), "second");
    assert!(page.status == 422 && page.body.contains("Not published"), "{}", page.body);
    assert!(page.body.contains("Between two notices to one account: 7 → 9 days"), "{}", page.body);
    let again = fi.get(&format!("{edit}?change={}", second.rsplit('/').next().unwrap()));
    let kept = fields(&again);
    assert!(kept.contains(&("stage-0-days".to_owned(), "50".to_owned())), "{kept:?}");
    assert!(kept.contains(&("hold.min_gap_days".to_owned(), "9".to_owned())), "{kept:?}");

    // Somebody edits the file by hand between the form and publishing.
    let (third, _) = begun(&mut fi, &[("stage-0-days", "45")]);
    house.edit("policy.toml", "delivered_days = 14", "delivered_days = 15");
    let page = reasoned(&mut fi, &format!("{third}/publish"), "third");
    assert!(page.status == 422 && page.body.contains("After an invoice was delivered: 14 → 15 days"), "{}", page.body);
    assert!(policy_file(&house).contains("delivered_days = 15"), "the hand is not overwritten");
    assert!(fi.get("/policy").body.contains("was changed by hand and not used yet"));
    let (fourth, _) = begun(&mut fi, &[("stage-0-days", "45")]);
    assert_eq!(done(&reasoned(&mut fi, &format!("{fourth}/publish"), "on top of the hand")), "published");
    let rows = house.rows("SELECT version, author FROM policy_version ORDER BY version").await;
    assert_eq!(rows, ["1 policy file", "2 Fi", "3 policy file", "4 Fi"]);

    // A file that nobody can read is told, and stops nothing else.
    house.edit("policy.toml", "min_gap_days = 9", "min_gap_days = nine");
    let page = fi.get("/policy");
    assert!(page.status == 200 && page.body.contains("A file has a problem and is not used"), "{}", page.body);
    assert_eq!(fi.get(edit).status, 409);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_does_not_undo_what_was_published() {
    let (house, _daemon, mut fi, _) = opened();
    let old = policy_file(&house);
    let (path, _) = begun(&mut fi, &[("stage-0-days", "45"), ("schedule.sun", "on")]);
    assert_eq!(done(&reasoned(&mut fi, &format!("{path}/publish"), "sooner")), "published");
    assert!(
        policy_file(&house).contains("sweep = \"0 7 * * Mon-Fri,Sun\"")
            || policy_file(&house).contains("Mon,Tue,Wed,Thu,Fri,Sun")
    );
    // The machine of another replica still has the file of before.
    std::fs::write(house.path("config/policy.toml"), &old).unwrap();
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("Policy standard-2") && said.contains("`first` at 45 days"), "{said}");
    assert!(said.contains("policy.toml still has version 1. Version 2, published in the console, counts"), "{said}");
    house.no_payments();
    assert_eq!(house.rows("SELECT MAX(version) FROM policy_version").await, ["2"], "using it makes no version");
    assert!(fi.get("/policy").body.contains("on this machine still has version 1"));
    // Whoever changes the file means it.
    house.edit("policy.toml", "min_gap_days = 7", "min_gap_days = 8");
    house.no_payments();
    let said = house.duly(&["check"]).ended(0);
    assert!(said.contains("Policy standard-3") && said.contains("`first` at 60 days"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn wording_that_breaks_the_contract_is_refused_at_its_message() {
    let (house, daemon, mut fi, _) = opened();
    let path = "/policy/wording/en";
    let file = house.path("config/wording/en.ftl");
    let before = std::fs::read_to_string(&file).unwrap();
    for (key, text, expected) in [
        ("text-closing", "Pay at once, or we see us in court", "threatens"),
        ("text-greeting", "Dear customer,", "the variable `$name` is missing"),
        ("text-reply", "{ $oops", "this cannot be read"),
    ] {
        let page = send(&mut fi, path, &[(key, text)]);
        let place = format!("id=\"{key}-problem\"");
        assert_eq!(page.status, 422, "{}", page.body);
        let problem = page.body.split(&place).nth(1).unwrap_or_else(|| panic!("{key}: {}", page.body));
        assert!(problem.split("</p>").next().unwrap().contains(expected), "{key}: {problem}");
        assert_eq!(page.body.matches("class=\"problem\" id=").count(), 1, "{}", page.body);
        assert!(fields(&page).iter().any(|(name, value)| name == key && value == text), "what was entered stays");
    }
    let page = send(&mut fi, path, &[("text-closing", "With very kind <regards>")]);
    let change = page.header("location").unwrap_or_else(|| panic!("{}", page.body)).to_owned();
    let page = fi.get(&change).body;
    assert!(page.contains("closing: “With kind regards” → “With very kind &#60;regards&#62;”"), "{page}");
    assert!(fi.get(&format!("{change}/sample/1")).body.contains("With very kind &#60;regards&#62;"));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before);
    assert_eq!(done(&reasoned(&mut fi, &format!("{change}/publish"), "warmer")), "published");
    let after = std::fs::read_to_string(&file).unwrap();
    assert_eq!(after, before.replace("closing = With kind regards", "closing = With very kind <regards>"));
    until("the daemon has read it", || daemon.log().contains("policies and wording reloaded"));
    assert!(house.duly(&["preview", "A", "--as-of", "2025-03-03"]).ended(0).contains("With very kind <regards>"));
    // Another machine with the file of before follows the version.
    std::fs::write(&file, &before).unwrap();
    assert!(house.duly(&["check"]).ended(0).contains("en.ftl still has version 1. Version 2"));
    assert!(house.duly(&["preview", "A", "--as-of", "2025-03-03"]).ended(0).contains("With very kind <regards>"));
    let rows = house.rows("SELECT name, version, author, reason FROM wording_version ORDER BY version").await;
    assert_eq!(rows, ["en 1 wording file -", "en 2 Fi warmer"]);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_entries_stay_texts() {
    let (house, _daemon, mut fi, _) = opened();
    let before = policy_file(&house);
    let edit = "/policy/standard/edit";
    for (name, value) in [
        ("stage-0-name", "<script>alert(1)</script>"),
        ("stage-0-name", "first\"\nname = \"second"),
        ("stage-0-days", "-1"),
        ("stage-0-days", "99999999999999999999"),
        ("hold.min_gap_days", "<b>7</b>"),
        ("climb", "\"]\n[[staff]]"),
        ("schedule.cron", "\u{7}"),
        ("new-currency", "<i>"),
    ] {
        let more = [(name, value), ("new-amount", "1.00"), ("schedule", "cron")];
        let page = send(&mut fi, edit, &more);
        assert!(page.status == 422 && page.body.contains("aria-invalid"), "{name} {value}: {}", page.body);
        assert!(!page.body.contains("<script>") && !page.body.contains("<b>") && !page.body.contains("<i>"), "{name}");
    }
    let text = "/policy/standard/text";
    for (value, expected) in [
        ("", "missing field"),
        ("name = ", "TOML parse error"),
        (&before.replace("name = \"standard\"", "name = \"other\""), "`name` stays `standard`"),
        (&before.replace("min_gap_days", "<script>"), "TOML parse error"),
        (&"x".repeat(100_001), "too long"),
    ] {
        let page = send(&mut fi, text, &[("text", value)]);
        assert!(page.status == 422 && page.body.contains(expected), "{expected}: {}", page.body);
        assert!(!page.body.contains("<script>"));
    }
    // Staff and their limits are money.
    let staff = before.replace("# [[staff]]\n# name", "[[staff]]\nname");
    let page = send(&mut fi, text, &[("text", &staff.replace('\n', "\r\n"))]);
    let change = page.header("location").unwrap_or_else(|| panic!("{}", page.body)).to_owned();
    let page = fi.get(&change).body;
    assert!(page.contains("new among staff: Ada Clerk") && page.contains("what staff may settle or approve"), "{page}");
    let page = fi.post(&format!("{change}/publish"), &[("reason", "<script>alert(1)</script>\nx")]);
    assert!(page.status == 422 && !page.body.contains("<script>"), "{}", page.body);
    for path in [
        "/policy/nobody/edit",
        "/policy/%2E%2E%2Fduly/edit",
        "/policy/wording/%2E%2E%2F%2E%2E%2Fduly",
        "/policy/changes/x",
        "/policy/changes/999",
        "/policy/changes/1/sample/x",
        "/policy/standard/versions/99",
        "/policy/standard/versions/x",
    ] {
        assert_eq!(fi.get(path).status, 404, "{path}");
    }
    assert!(fi.get("/policy?done=%3Cscript%3E").body.contains("<h1>Schedule and policy</h1>"));
    assert_eq!(policy_file(&house), before);
}
