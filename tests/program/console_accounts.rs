//! An account in the console: what is known of it, and what staff do there.

use crate::{
    browser::{Browser, Page},
    console::{opened_in, signed_in},
    house::{House, days_ago},
    practice::{body, house, later},
    running::Running,
};

/// Ada reviews and Vi looks, at an account with one invoice over 100.00 that is due for a notice.
struct Office {
    house: House,
    _daemon: Running,
    ada: Browser,
    vi: Browser,
}

impl Office {
    fn new(house: House) -> Self {
        let (daemon, address) = opened_in(&house);
        let person = |name, role| signed_in(&house, &address, name, &[role]);
        Self { ada: person("Ada", "reviewer"), vi: person("Vi", "viewer"), _daemon: daemon, house }
    }

    fn act(&mut self, act: &str, fields: &[(&str, &str)]) -> Page {
        self.ada.post("/accounts/A", &[&[("act", act)], fields].concat())
    }

    #[track_caller]
    fn done(&mut self, act: &str, fields: &[(&str, &str)], word: &str) -> String {
        let page = self.act(act, fields);
        let to = format!("/accounts/A?done={word}");
        assert_eq!((page.status, page.header("location")), (303, Some(to.as_str())), "{act} {fields:?}: {page:?}");
        let page = self.ada.get(&to);
        assert!(page.status == 200 && page.body.contains("<p class=\"good\" role=\"status\">"), "{page:?}");
        page.body
    }

    #[track_caller]
    fn refused(&mut self, act: &str, fields: &[(&str, &str)], why: &str) -> String {
        let page = self.act(act, fields);
        assert!(page.status == 422 && page.body.contains(why), "{act} {fields:?} {why}: {} {}", page.status, page.body);
        page.body
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_promises_and_terms_are_taken_down_and_ended() {
    let mut office = Office::new(house());
    let (soon, later) = (later(5).to_string(), later(30).to_string());
    assert!(office.ada.get("/accounts/A").body.contains("The next sweep writes: 100.00 GBP overdue, stage first."));
    let page = office.done(
        "hold",
        &[("invoice", "INV-A"), ("amount", "40"), ("until", &soon), ("why", "short <b>delivery</b>")],
        "held",
    );
    for part in
        ["40.00 GBP of INV-A", "in force", "short &#60;b&#62;delivery", "60.00 GBP overdue", "Held: what it names"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = office.done("promise", &[("until", &soon), ("why", "by telephone")], "promised");
    assert!(page.contains("waited for") && page.contains("Held, "), "{page}");
    let page = office.done("term", &[("kind", "settling_in"), ("until", &later), ("why", "new prices")], "agreed");
    assert!(page.contains("settling in") && page.contains("new prices"), "{page}");
    let authors = "SELECT author FROM audit WHERE kind IN ('hold', 'agreed') ORDER BY position";
    assert_eq!(office.house.rows(authors).await, ["Ada", "Ada", "Ada"]);

    for (act, word) in [("end-hold", "hold-ended"), ("end-promise", "promise-ended"), ("end-term", "term-ended")] {
        office.done(act, &[("id", "1")], word);
        office.refused(act, &[("id", "1")], "somebody may have done so");
    }
    let page = office.ada.get("/accounts/A").body;
    assert!(page.contains("The next sweep writes: 100.00 GBP overdue"), "{page}");
    for part in ["hold ended", "promise taken back", "term ended"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Those of others stay.
    office.house.take("accounts", "B,Customer B,b@buyer.example\n");
    office.house.duly(&["hold", "add", "B", "--why", "so", "--by", "Ben"]).ended(0);
    office.refused("end-hold", &[("id", "2")], "nothing like that");
    assert_eq!(office.house.rows("SELECT COUNT(*) FROM hold WHERE ended IS NULL").await, ["1"]);
    office.house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_taken_down_is_refused_and_kept_in_the_form() {
    let mut office = Office::new(house());
    let soon = later(5).to_string();
    for (act, fields, why) in [
        ("hold", &[("why", "")][..], "is blank"),
        ("hold", &[("why", "so"), ("until", "2020-01-01")], "lies before the first day"),
        ("hold", &[("why", "so"), ("until", "soon")], "A day is written like"),
        ("hold", &[("why", "so"), ("invoice", "INV-X")], "has no invoice `INV-X`"),
        ("hold", &[("why", "so"), ("amount", "5.00")], "say of which"),
        ("hold", &[("why", "so"), ("invoice", "INV-A"), ("amount", "5.00 EUR")], "is in GBP"),
        ("promise", &[("why", "so")], "needs its last day"),
        ("promise", &[("until", &soon), ("invoice", "INV-A"), ("amount", "100.01")], "at most 100.00 GBP"),
        ("term", &[("why", "so")], "Choose what was agreed"),
        ("term", &[("why", "so"), ("kind", "settling_in")], "needs a last day"),
        ("contact", &[("why", "so"), ("email", "nobody")], "is no address"),
        ("contact", &[("why", "so"), ("email", "a;b@buyer.example")], "is no address"),
        ("contact", &[("why", "so"), ("email", "A@buyer.example")], "already"),
        ("contact", &[("why", ""), ("email", "n@buyer.example")], "is blank"),
        ("case", &[("why", "so")], "Choose what it is about"),
        ("case", &[("why", "so"), ("kind", "billing"), ("reason", "x")], "Choose the reason"),
        ("case", &[("why", "so"), ("kind", "billing"), ("amount", "5.00")], "name that one"),
        ("case", &[("why", "so"), ("kind", "billing"), ("invoice", "INV-A"), ("invoice", "INV-A")], "named twice"),
        ("end-hold", &[("id", "1")], "nothing like that"),
        ("end-hold", &[], "nothing like that"),
        ("dance", &[("id", "1")], "nothing like that"),
    ] {
        office.refused(act, fields, why);
    }
    let hostile = "\"><script>alert(1)</script>";
    let page = office.refused("hold", &[("why", hostile), ("invoice", hostile), ("until", &soon)], "has no invoice");
    assert!(
        !page.contains("<script") && page.matches("&#34;&#62;&#60;script&#62;").count() >= 2,
        "kept, as text: {page}"
    );
    assert!(page.contains(&format!("value=\"{soon}\"")), "{page}");
    for table in ["hold", "promise", "term", "contact", "cases"] {
        assert_eq!(office.house.rows(&format!("SELECT COUNT(*) FROM {table}")).await, ["0"], "{table}");
    }
    assert_eq!(office.vi.post("/accounts/A", &[("act", "hold"), ("why", "so")]).status, 403);
    assert!(!office.vi.get("/accounts/A").body.contains("<button name=\"act\""));
    assert_eq!([office.ada.post("/accounts/X", &[]).status, office.ada.get("/accounts/INV-A").status], [404, 404]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_a_person_adds_is_the_next_one_and_outlives_files() {
    let mut office = Office::new(house());
    let page = office.done("contact", &[("email", " new@buyer.example "), ("why", "Mr Gray called")], "contact");
    assert!(page.contains("new@buyer.example") && page.contains("in use") && page.contains("in reserve"), "{page}");
    assert!(office.ada.get("/accounts?q=new%40buyer").body.contains(">A</a>"), "it is found by it");
    office.house.take("accounts", "A,Customer A renamed,a@buyer.example\n");
    assert!(office.ada.get("/accounts/A/preview").body.contains("to new@buyer.example"));
    office.done("end-contact", &[("id", "1")], "contact-ended");
    let page = office.ada.get("/accounts/A").body;
    assert!(!page.contains("in reserve") && page.contains("contact taken back"), "{page}");
    // One that refused our mail is none.
    let refuse = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                  VALUES (1, 'gone@buyer.example', '550 no such user', '2025-01-01T09:00:00+00:00')";
    office.house.change(refuse).await;
    office.refused(
        "contact",
        &[("email", "GONE@buyer.example"), ("why", "so")],
        "takes no mail from us (550 no such user)",
    );
    let said =
        office.house.duly(&["contact", "add", "A", "--email", "x@buyer.example", "--why", "a call", "--by", "Ada"]);
    assert!(said.ended(0).contains("Contact 2: notices to account A go to x@buyer.example first."));
    office.house.duly(&["contact", "end", "2", "--by", "Ada"]).ended(0);
    assert!(office.house.duly(&["contact", "end", "2", "--by", "Ada"]).failed(2).contains("could be ended"));
    office.done("contact", &[("email", "new@buyer.example"), ("why", "once more")], "contact");
    let Office { house, mut _daemon, .. } = office;
    _daemon.signal("TERM");
    _daemon.ended();
    house.duly(&["sweep", "--release"]).ended(0);
    let sent = String::from_utf8(house.mails().remove(0)).unwrap();
    assert!(sent.contains("new@buyer.example") && body(sent.as_bytes()).contains("INV-A"), "{sent}");
    let told = house
        .rows("SELECT author, kind, subject, detail FROM audit WHERE subject = 'contact 1' ORDER BY position")
        .await;
    assert_eq!(told[0], "Ada agreed contact 1 account A, new@buyer.example: Mr Gray called");
    assert!(told[1].starts_with("Ada agreed_ended contact 1 from "), "{told:?}");
    house.duly(&["verify"]).ended(0);
    house.duly(&["replay", "1"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_opened_from_the_account() {
    let mut office = Office::new(house());
    let words =
        [("kind", "billing"), ("reason", "price"), ("invoice", ""), ("words", "Too <i>dear</i>."), ("why", "a call")];
    let fields = [&[("invoice", "INV-A"), ("amount", "25.00")][..], &words].concat();
    let page = office.act("case", &fields);
    assert_eq!((page.status, page.header("location")), (303, Some("/cases/1?done=opened")), "{page:?}");
    let case = office.ada.get("/cases/1?done=opened").body;
    for part in [
        "Too &#60;i&#62;dear",
        "billing dispute: another price was agreed",
        "about INV-A (25.00 GBP)",
        "The case is open",
    ] {
        assert!(case.contains(part), "{part}: {case}");
    }
    let page = office.ada.get("/accounts/A").body;
    assert!(page.contains("Case 1: billing dispute, open") && page.contains("in a case"), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_notice_is_shown_in_a_frame_that_can_do_nothing() {
    let house = house();
    house.take("accounts", "A,\"<script>alert(1)</script>\",a@buyer.example\nK/8,Cotton,c@cotton.example\n");
    let mut office = Office::new(house);
    let page = office.vi.get("/accounts/A/preview");
    for part in [
        "<iframe class=\"mail\" src=\"/accounts/A/preview/GBP\"",
        " sandbox></iframe>",
        "INV-A",
        "stage first",
        "Subject: <strong>",
    ] {
        assert!(page.body.contains(part), "{part}: {}", page.body);
    }
    assert!(page.header("content-security-policy").unwrap().contains("frame-src 'self'"));
    assert!(!page.body.contains("<script"), "{}", page.body);
    let mail = office.vi.get("/accounts/A/preview/GBP");
    let policy = mail.header("content-security-policy").unwrap();
    assert!(
        policy.contains("default-src 'none'") && policy.ends_with("sandbox") && !policy.contains("script"),
        "{policy}"
    );
    assert!(mail.status == 200 && mail.body.contains("INV-A") && !mail.body.contains("<script"), "{}", mail.body);
    assert!(office.house.mails().is_empty(), "nothing is sent");
    office.done("hold", &[("why", "so")], "held");
    assert!(office.ada.get("/accounts/A/preview").body.contains("It would wait: "));
    let page = office.vi.get("/accounts/K%2F8/preview");
    assert!(
        page.status == 200
            && page.body.contains("no notice would go")
            && page.body.contains("href=\"/accounts/K%2F8\""),
        "{}",
        page.body
    );
    assert_eq!(
        [office.vi.get("/accounts/A/preview/EUR").status, office.vi.get("/accounts/X/preview").status],
        [404, 404]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_that_happened_stands_in_one_line_of_time() {
    let house = house();
    house.take("payments", &format!("P-1,A,{},GBP,10.00,INV-A\n", days_ago(3)));
    house.take("credits", &format!("C-1,A,{},GBP,5.00,INV-A\n", days_ago(2)));
    house.take("events", &format!("T-1,A,{},ticket_opened,INV-A,\n", days_ago(4)));
    house.duly(&["sweep", "--release"]).ended(0);
    house.duly(&["hold", "add", "A", "--why", "asked", "--by", "Ben"]).ended(0);
    house
        .change(
            "INSERT INTO incoming (company, account, kind, mailbox, place, made, words, recorded_at) VALUES \
         (1, 1, 'thanks', 'INBOX', '1', 'the customer says thanks', 'Thanks <b>all</b>', '2026-01-02T09:00:00+00:00')",
        )
        .await;
    let mut office = Office::new(house);
    let page = office.vi.get("/accounts/A").body;
    for part in [
        "<td>payment</td>",
        "<td>credit</td>",
        "ticket_opened",
        "<td>invoice</td>",
        "<td>decision</td>",
        "<td>hold</td>",
        "<a href=\"/notices/1\">Notice 1: first (sent)</a>",
        "Ben: asked",
        "the customer says thanks “Thanks &#60;b&#62;all&#60;/b&#62;”",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(page.contains("<td class=\"number\">85.00</td>"), "the position: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_very_long_account_is_shown_a_page_at_a_time() {
    let house = house();
    let row = |n: u32| format!("L-{n:04},A,{},{},GBP,1.00\n", days_ago(95), days_ago(65));
    house.take("invoices", &(0..450).map(row).collect::<String>());
    let mut office = Office::new(house);
    let rows =
        |page: &str| page.split("aria-label=\"Open items\"").nth(1).unwrap().matches("<th scope=\"row\">L-").count();
    let page = office.vi.get("/accounts/A").body;
    assert!(page.contains("Page 1 of 5, 100 on each") && page.contains("The last 300 are shown."), "{page}");
    assert!(page.matches("<td>invoice</td>").count() == 300 && page.contains("550.00"), "{page}");
    assert_eq!((rows(&page), page.matches("Why is ").count()), (99, 10));
    let last = office.vi.get("/accounts/A?items=5").body;
    assert_eq!(
        (rows(&last), last.contains("rel=\"next\""), last.contains("items=4\" rel=\"prev\"")),
        (51, false, true)
    );
    for odd in ["0", "-1", "x", "99999999999999999999", "600"] {
        assert_eq!(office.vi.get(&format!("/accounts/A?items={odd}")).status, 200, "{odd}");
    }
}
