//! Notices in the console: looked at, released, withdrawn, settled, sent again.

use crate::{
    browser::{Browser, Page},
    console::{opened, opened_in, signed_in},
    house::{DAY, House, until},
    relay::{PLAIN, ready},
    running::{Running, due_today},
    site::with_page,
    smtp::{Act::*, At::*, Script, Server},
};

fn finance(house: &House, address: &str) -> Browser {
    signed_in(house, address, "Fi", &["finance"])
}

/// Posts to a notice and follows to what the next page says.
fn act(browser: &mut Browser, path: &str, form: &[(&str, &str)]) -> Page {
    let page = browser.post(path, form);
    assert_eq!(page.status, 303, "{path}: {}", page.body);
    let next = page.header("location").unwrap().to_owned();
    browser.get(&next)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_shown_exactly_as_it_was_sent() {
    let (house, server) = (House::with_accounts(&["A"]), Server::start(Script::default()).await);
    with_page(&house, "");
    house.send_to(&server, PLAIN);
    house.sweep(DAY).ended(0);
    house.deliver().ended(0);
    let (daemon, address) = opened_in(&house);
    let (mut browser, mut viewer) = (finance(&house, &address), signed_in(&house, &address, "Vi", &["viewer"]));
    let list = browser.get("/notices").body;
    assert!(list.contains("Notice 1") && list.contains("Customer A") && list.contains(">sent<"), "{list}");
    let sent = server.received()[0].bytes.clone();
    let sha256 = house.rows("SELECT sha256 FROM notice").await.remove(0);
    let one = browser.get("/notices/1").body;
    for part in
        ["Exactly as it was handed over", &sha256, "a…@buyer.example", "INV-A", "100.00 GBP", "/accounts/A", "once, "]
    {
        assert!(one.contains(part), "{part}: {one}");
    }
    assert!(!one.contains("a@buyer.example"), "{one}");
    let source = browser.get("/notices/1/source");
    assert_eq!(source.header("content-disposition"), Some("attachment; filename=\"notice-1.eml\""));
    assert_eq!(source.body.as_bytes(), sent, "byte by byte");
    assert_eq!(viewer.get("/notices/1/source").status, 403, "it has the address");
    let mail = viewer.get("/notices/1/mail");
    let policy = mail.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.ends_with("; sandbox"), "{policy}");
    assert!(!policy.contains("script") && mail.header("x-frame-options") == Some("SAMEORIGIN"));
    assert!(mail.body.contains("INV-A") && mail.body.contains("<table"), "{}", mail.body);
    // The link alone lets anybody answer as the customer: who only looks does not get it.
    let raw = String::from_utf8(sent).unwrap().replace("=\r\n", "");
    let link = raw.split("https://pay.example.com/duly/r/").nth(1).unwrap();
    let secret = &link[..27];
    assert!(mail.body.contains("https://pay.example.com/duly/r/…"), "{}", mail.body);
    assert!(![&mail.body, &one, &viewer.get("/notices/1").body].iter().any(|page| page.contains(secret)), "{secret}");
    // What is known of the account now does not change what was sent then.
    house.take("accounts", "A,Another Name,a@buyer.example\n");
    assert!(browser.get("/notices/1").body.contains("Exactly as it was handed over"));
    drop(daemon);
    house.edit("duly.toml", "phone = \"", "phone = \"00 ");
    let daemon = Running::start(&house);
    let cookies = std::mem::take(&mut browser.cookies);
    browser = Browser::new(&crate::console::address(&daemon));
    browser.cookies = cookies;
    let one = browser.get("/notices/1").body;
    assert!(one.contains("Not as it was sent") && !one.contains("Exactly"), "{one}");
    let name = browser.get("/notices/1/source").header("content-disposition").unwrap().to_owned();
    assert!(name.contains("as-written-today"), "{name}");
    assert_eq!([browser.get("/notices/2").status, browser.get("/notices/2/mail").status], [404, 404]);
    assert_eq!([browser.get("/notices/x").status, browser.get("/notices/2/source").status], [400, 404]);
}

#[tokio::test(flavor = "multi_thread")]
async fn doubts_and_refusals_are_settled_with_a_reason() {
    let server = Server::start(Script::default()).await;
    let house = due_today(&server, &["A", "B", "C"]);
    server.behave(Script::default().next(Dot, &[Close]).next(Dot, &[Say("550 5.6.0 <b>no</b>")]).next(Dot, &[Close]));
    house.duly(&["sweep", "--release"]);
    let state = async |state: &str| house.rows(&format!("SELECT id FROM notice WHERE state = '{state}'")).await;
    let (doubts, refused) = (state("in_doubt").await, state("refused").await);
    assert_eq!((doubts.len(), refused.len()), (2, 1), "{:?}", house.states().await);
    let before = server.accepted().len();
    let (_daemon, address) = opened_in(&house);
    let mut browser = finance(&house, &address);
    let list = browser.get("/notices?state=refused").body;
    assert!(list.contains("550 5.6.0 &#60;b&#62;no") && list.contains("Refused (1)") && list.contains("In doubt (2)"));
    assert!(list.contains("Put all refused back"));
    let path = |id: &str, verb: &str| format!("/notices/{id}/{verb}");
    let blank = browser.post(&path(&doubts[0], "resend"), &[("why", "  ")]);
    assert!(blank.status == 422 && blank.body.contains("The reason is blank"), "{}", blank.body);
    let page = act(&mut browser, &path(&doubts[0], "resend"), &[("why", "the log has <i>nothing</i>")]);
    assert!(page.body.contains("It is sent once more") && !page.body.contains("<i>"), "{}", page.body);
    let page = act(&mut browser, &path(&doubts[1], "accept"), &[("why", "the log has it")]);
    assert!(page.body.contains("It counts as sent."), "{}", page.body);
    let again = browser.post(&path(&doubts[1], "accept"), &[("why", "twice")]);
    assert!(again.status == 422 && again.body.contains("is not in doubt"), "{}", again.body);
    act(&mut browser, &path(&refused[0], "retry"), &[]);
    assert_eq!(browser.post(&path(&doubts[1], "retry"), &[]).status, 422);
    until("both have left", || server.accepted().len() == before + 2);
    let told = "SELECT author, kind, detail FROM audit WHERE kind IN ('doubt', 'retried') ORDER BY position";
    assert_eq!(
        house.rows(told).await,
        [
            "Fi doubt to be sent again: the log has <i>nothing</i>",
            "Fi doubt arrived: the log has it",
            "Fi retried put back after a refusal: 1",
        ]
    );
    let one = browser.get(&format!("/notices/{}", doubts[1])).body;
    assert!(one.contains("arrived, says Fi: the log has it"), "{one}");
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_back_is_released_by_who_has_seen_it() {
    let server = Server::start(Script::default()).await;
    let house = House::with_one_due_today();
    house.send_to(&server, PLAIN);
    house.duly(&["sweep", "--no-send"]).ended(3);
    let (_daemon, address) = opened_in(&house);
    let (mut browser, mut viewer) = (finance(&house, &address), signed_in(&house, &address, "Vi", &["viewer"]));
    for page in [viewer.get("/notices").body, viewer.get("/notices?state=held").body] {
        assert!(page.contains("A sweep waits for your word") && page.contains("this is the first sweep"), "{page}");
        assert!(!page.contains("Release</button>") && page.contains("Held for release (1)"), "{page}");
    }
    assert_eq!(viewer.post("/notices/release", &[("sweep", "1")]).status, 403);
    let wrong = browser.post("/notices/release", &[("sweep", "7")]);
    assert!(wrong.status == 422 && wrong.body.contains("does not wait any more"), "{}", wrong.body);
    assert!(browser.get("/notices").body.contains("Release</button>"));
    let page = act(&mut browser, "/notices/release", &[("sweep", "1")]);
    assert!(page.body.contains("Released. duly plans"), "{}", page.body);
    assert_eq!(browser.post("/notices/release", &[("sweep", "1")]).status, 422, "once");
    until("it is sent", || server.accepted().len() == 1);
    assert!(browser.get("/notices?state=held").body.contains("by Fi, "));
    let told = house.rows("SELECT author FROM audit WHERE kind = 'released'").await;
    assert_eq!(told, ["Fi"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_is_withdrawn_before_it_leaves() {
    let (house, server) = ready(&["A", "B"], Script::default()).await;
    house.change("UPDATE notice SET due_at = '2099-01-01T00:00:00+00:00'").await;
    let (_daemon, address) = opened_in(&house);
    let mut browser = finance(&house, &address);
    let one = browser.get("/notices/1").body;
    assert!(one.contains("It has not left. This is what would leave now.") && one.contains("Withdraw"), "{one}");
    let long = "x".repeat(2_001);
    let refused = browser.post("/notices/1/withdraw", &[("why", &long)]);
    assert!(refused.status == 422 && refused.body.contains("at most 2000 are kept"), "{}", refused.body);
    let page = act(&mut browser, "/notices/1/withdraw", &[("why", "<script>alert(1)</script>")]);
    assert!(page.body.contains("Withdrawn: it is not sent.") && !page.body.contains("<script>"), "{}", page.body);
    assert_eq!(browser.post("/notices/1/withdraw", &[("why", "twice")]).status, 422);
    assert_eq!(house.rows("SELECT state, void FROM notice ORDER BY id").await, ["withdrawn 1", "ready 0"]);
    let withdrawn = browser.get("/notices?state=withdrawn").body;
    assert!(withdrawn.contains("Notice 1<") && !withdrawn.contains("Notice 2<"), "{withdrawn}");
    let waiting = browser.get("/notices?state=waiting&before=2").body;
    assert!(waiting.contains("There are none."), "{waiting}");
    assert!(server.received().is_empty());
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn sending_that_was_stopped_is_resumed() {
    let (house, _daemon, address) = opened();
    house
        .change("INSERT INTO halt SELECT id, 'relay', 'the <password>', '2025-03-03T00:00:00+00:00' FROM company")
        .await;
    let mut browser = finance(&house, &address);
    let page = browser.get("/notices").body;
    assert!(page.contains("Nothing is sent") && page.contains("the &#60;password&#62;"), "{page}");
    assert!(act(&mut browser, "/notices/resume", &[]).body.contains("Sending is resumed."));
    assert_eq!(browser.post("/notices/resume", &[]).status, 422);
    assert_eq!(house.rows("SELECT COUNT(*) FROM halt").await, ["0"]);
}
