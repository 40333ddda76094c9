//! A case in the console, from the customer's first words to its cause, by two people.

use crate::{
    browser::{Browser, Page},
    console::{opened_in, signed_in},
    house::{House, days_ago},
    practice::{body, house, later},
    running::Running,
};

/// An account with one case of the customer's words; Ada settles up to 50.00, Ben approves, Vi looks.
struct Office {
    house: House,
    _daemon: Running,
    ada: Browser,
    ben: Browser,
    vi: Browser,
}

impl Office {
    fn new() -> Self {
        let house = house();
        let (daemon, address) = opened_in(&house);
        let person = |name, role| signed_in(&house, &address, name, &[role]);
        let (ada, ben, vi) = (person("Ada", "reviewer"), person("Ben", "reviewer"), person("Vi", "viewer"));
        Self { ada, ben, vi, _daemon: daemon, house }
    }

    fn with_a_case(words: &str) -> Self {
        let office = Self::new();
        let open = ["case", "open", "INV-A", "--kind", "protest", "--words", words, "--why", "a call", "--by", "Ada"];
        office.house.duly(&open).ended(0);
        office
    }
}

/// A form of the page of case 1, as that page stands.
fn act(browser: &mut Browser, act: &str, fields: &[(&str, &str)]) -> Page {
    let seen = seen(browser);
    sent(browser, &seen, act, fields)
}

fn sent(browser: &mut Browser, seen: &str, act: &str, fields: &[(&str, &str)]) -> Page {
    browser.post("/cases/1", &[&[("seen", seen), ("act", act)], fields].concat())
}

fn seen(browser: &mut Browser) -> String {
    let body = browser.get("/cases/1").body;
    let (_, rest) = body.split_once("name=\"seen\" value=\"").unwrap_or_else(|| panic!("{body}"));
    rest.split('"').next().unwrap().to_owned()
}

#[track_caller]
fn done(page: &Page, word: &str) {
    assert_eq!(
        (page.status, page.header("location")),
        (303, Some(format!("/cases/1?done={word}").as_str())),
        "{page:?}"
    );
}

#[track_caller]
fn refused(page: &Page, why: &str) {
    assert!(page.status == 422 && page.body.contains(why), "{why}: {} {}", page.status, page.body);
}

/// Values of the buttons that the page offers.
fn offered(body: &str) -> Vec<&str> {
    body.split("name=\"act\" value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protest_goes_from_its_first_words_to_its_cause() {
    let Office { house, mut ada, mut ben, _daemon, .. } = Office::with_a_case("The crates came broken.");
    let page = ada.get("/cases/1").body;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not in\n{page}"));
    assert!(place("The crates came broken.") < place("What would put it right"), "{page}");
    assert!(place("What would put it right") < place("Evidence") && place("Evidence") < place("Playbook"), "{page}");
    assert!(!offered(&page).contains(&"resolve") && page.contains("A solution comes when all is out"), "{page}");

    done(&act(&mut ada, "take", &[]), "taken");
    done(&act(&mut ada, "answer", &[("why", "I look into it today")]), "noted");
    done(&act(&mut ada, "tick", &[("step", "look"), ("why", "the carrier dropped them")]), "noted");
    done(&act(&mut ada, "heard", &[]), "noted");
    done(&act(&mut ada, "wish", &[("why", "Half of it")]), "noted");
    let credit = [("outcome", "our_fault"), ("credit:INV-A", "60.00"), ("why", "broken on the way")];
    done(&act(&mut ada, "resolve", &credit), "proposed");
    let page = ada.get("/cases/1").body;
    assert!(page.contains("Ada proposes: our fault, 60.00 GBP on INV-A. broken on the way"), "{page}");
    assert!(!offered(&page).contains(&"approve") && page.contains("Take it back"), "nobody approves their own: {page}");
    refused(&act(&mut ada, "approve", &[("why", "yes")]), "second person");
    done(&act(&mut ben, "decline", &[("why", "half is enough")]), "declined");
    done(&act(&mut ada, "resolve", &[credit[0], ("credit:INV-A", "55"), credit[2]]), "proposed");
    done(&act(&mut ben, "approve", &[("why", "yes")]), "resolved");

    let page = ada.get("/cases/1?done=resolved").body;
    assert!(
        page.contains("Solution: our fault, 55.00 GBP on INV-A") && page.contains("Resolved. Confirm it"),
        "{page}"
    );
    assert!(page.contains("To a@buyer.example") && page.contains("55.00"), "the mail is shown: {page}");
    refused(&act(&mut ada, "follow-up", &[("why", "well")]), "not confirmed in writing");
    let page = act(&mut ada, "show", &[("own", "We packed it anew.")]);
    assert!(page.status == 200 && page.body.contains("We packed it anew."), "{page:?}");
    assert!(house.mails().is_empty(), "showing sends nothing");
    refused(&act(&mut ada, "write", &[("own", "It is your fault that you did not look.")]), "cannot be sent");
    done(&act(&mut ada, "write", &[("own", "We packed it anew.")]), "written");
    assert!(body(&house.mails()[0]).contains("We packed it anew."));
    refused(&act(&mut ada, "write", &[]), "in writing already");
    done(&act(&mut ben, "follow-up", &[("why", "She is glad")]), "followed_up");
    refused(
        &act(&mut ben, "close", &[("why", "talked over"), ("cause", "bad luck")]),
        "What could have prevented it".to_lowercase().as_str(),
    );
    done(&act(&mut ben, "close", &[("why", "talked over"), ("cause", "delivery")]), "closed");
    let page = ben.get("/cases/1").body;
    assert!(offered(&page).is_empty() && page.contains("She is glad"), "{page}");
    refused(&sent(&mut ben, "20", "note", &[("why", "more")]), "it is closed");
    let who = house
        .rows("SELECT author FROM case_event WHERE step IN ('declined', 'resolved', 'written', 'closed') ORDER BY id")
        .await;
    assert_eq!(who, ["Ben", "Ben", "Ada", "Ben"]);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_stale_says_what_happened_and_keeps_its_words() {
    let Office { house, mut ada, mut ben, _daemon, .. } = Office::with_a_case("Broken.");
    let old = seen(&mut ada);
    done(&act(&mut ben, "say", &[("why", "And <b>late</b>")]), "noted");
    let page = sent(&mut ada, &old, "dismiss", &[("why", "a mix-up <i>there</i>")]);
    refused(&page, "somebody has gone on with it meanwhile");
    assert!(
        page.body.contains("Ben: said") && page.body.contains("a mix-up &#60;i&#62;there&#60;/i&#62;</textarea>"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("<b>late") && !page.body.contains("<i>there"), "{}", page.body);
    assert_eq!(house.rows("SELECT status FROM cases").await, ["open"]);
    // What the page says now may be sent.
    done(&act(&mut ada, "dismiss", &[("why", "a mix-up")]), "dismissed");
    for nothing in ["", "x", "-1", "99"] {
        assert_eq!(sent(&mut ada, nothing, "note", &[("why", "x")]).status, 422, "{nothing}");
    }
    // A solution as well, which looks at the account besides.
    house.case("open INV-A --kind billing --words dear", "a call");
    house.case("heard 2", "");
    let solution = [("seen", "2"), ("act", "resolve"), ("outcome", "goodwill"), ("credit:INV-A", "1"), ("why", "so")];
    refused(&ada.post("/cases/2", &solution), "gone on with it meanwhile");
    assert_eq!(house.rows("SELECT COUNT(*) FROM adjustment").await, ["0"]);
    let solution = [&[("seen", "3")], &solution[1..]].concat();
    assert_eq!(ada.post("/cases/2", &solution).header("location"), Some("/cases/2?done=resolved"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_refused_and_says_why() {
    let Office { house, mut ada, mut vi, _daemon, .. } = Office::with_a_case("Broken.");
    for (act_of, fields, why) in [
        ("resolve", &[("outcome", "explained"), ("why", "so")][..], "Is all out?"),
        ("resolve", &[("why", "so")], "Choose what was agreed"),
        ("approve", &[("why", "so")], "No solution waits"),
        ("decline", &[("why", "so")], "no solution waits"),
        ("follow-up", &[("why", "so")], "no solution yet"),
        ("reopen", &[("why", "so")], "it is open"),
        ("confirm", &[("why", "so")], "has been confirmed already"),
        ("close", &[("why", "so"), ("cause", "other")], "no solution yet"),
        ("write", &[], "no solution yet"),
        ("note", &[("why", " ")], "is blank"),
        ("note", &[("why", "a \u{1b}[31mred one")], "control character"),
        ("dismiss", &[], "is blank"),
        ("hand-over", &[("to", "Mallory"), ("why", "ill")], "is not among the staff"),
        ("hand-over", &[("to", "Ada"), ("why", "ill")], "Ada has it already"),
        ("tick", &[("step", "dance")], "has no step `dance`"),
        ("ask", &[("until", "2020-01-01"), ("why", "which?")], "lies in the past"),
        ("ask", &[("until", "20-1-1"), ("why", "which?")], "a day is written like"),
        ("fly", &[], "no such act"),
    ] {
        let page = act(&mut ada, act_of, fields);
        assert!(
            page.status == 422 && page.body.to_lowercase().contains(&why.to_lowercase()),
            "{act_of} {fields:?}: {}",
            page.body
        );
    }
    done(&act(&mut ada, "heard", &[]), "noted");
    let far = later(900).to_string();
    for (fields, why) in [
        (&[("outcome", "goodwill"), ("credit:INV-A", "100.01")][..], "at most 100.00 GBP"),
        (&[("outcome", "goodwill"), ("credit:INV-X", "1.00")], "has no invoice `INV-X`"),
        (&[("outcome", "goodwill"), ("credit:INV-A", "<b>")], "&#60;b&#62;"),
        (&[("outcome", "our_fault")], "tick that none goes with it"),
        (&[("outcome", "goodwill"), ("none", "yes")], "needs the amount"),
        (&[("outcome", "write_off"), ("credit:INV-A", "1.00")], "gives up all that is open"),
        (&[("outcome", "plan_agreed")], "needs its instalments"),
        (&[("outcome", "plan_agreed"), ("part_day", &far), ("part_amount", "100.00")], "24 months ahead"),
        (&[("outcome", "plan_agreed"), ("part_day", &far), ("part_amount", "")], "its day and its amount"),
        (&[("outcome", "explained"), ("follow_up", "2020-01-01")], "lies in the past"),
    ] {
        refused(&act(&mut ada, "resolve", &[&[("why", "so")], fields].concat()), why);
    }
    // Kept as it was entered.
    let page = act(
        &mut ada,
        "resolve",
        &[("outcome", "plan_agreed"), ("part_day", &far), ("part_amount", "7"), ("why", "later")],
    );
    assert!(
        page.body.contains(&format!("value=\"{far}\""))
            && page.body.contains("value=\"7\"")
            && page.body.contains(">later</textarea>"),
        "{}",
        page.body
    );
    let (soon, next) = (later(5).to_string(), later(40).to_string());
    let plan = [
        ("outcome", "plan_agreed"),
        ("part_day", &*soon),
        ("part_amount", "60"),
        ("part_day", &*next),
        ("part_amount", "40.00"),
        ("why", "later"),
    ];
    done(&act(&mut ada, "resolve", &plan), "resolved");
    assert!(ada.get("/cases/1").body.contains(&format!("60.00 GBP by {soon}: waiting")));

    let page = vi.get("/cases/1").body;
    assert!(page.contains("Broken.") && offered(&page).is_empty(), "who looks sees no form: {page}");
    assert_eq!(sent(&mut vi, "1", "note", &[("why", "so")]).status, 403);
    assert_eq!(
        [ada.get("/cases/9").status, ada.get("/cases/x").status, ada.post("/cases/x", &[]).status],
        [404, 404, 404]
    );
    assert_eq!(ada.post("/cases/9", &[("seen", "1"), ("act", "take")]).status, 404);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_of_the_staff_takes_words_down_only() {
    let Office { house, _daemon, .. } = Office::with_a_case("Broken.");
    let address = crate::console::address(&_daemon);
    let mut mallory = signed_in(&house, &address, "Mallory", &["reviewer"]);
    let page = mallory.get("/cases/1").body;
    assert_eq!(offered(&page), ["say", "wish", "note"], "{page}");
    assert!(page.contains("is not among the staff of the policy"), "{page}");
    refused(&act(&mut mallory, "take", &[]), "is not among the staff");
    done(&act(&mut mallory, "say", &[("why", "She called again")]), "noted");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_without_staff_hands_over_to_who_works_on_cases() {
    let (house, _daemon, address) = crate::console::opened();
    house.case("open A --kind protest --words Broken. --by Ada", "a call");
    let mut ada = signed_in(&house, &address, "Ada", &["reviewer"]);
    let _others =
        [("Ben Hill", "reviewer"), ("Vi", "viewer")].map(|(name, role)| signed_in(&house, &address, name, &[role]));
    for nobody in ["Nobody Real", "Vi"] {
        let page = act(&mut ada, "hand-over", &[("to", nobody), ("why", "ill")]);
        refused(&page, "there are Ada, Ben Hill");
    }
    done(&act(&mut ada, "hand-over", &[("to", "ben hill"), ("why", "ill")]), "handed_over");
    assert_eq!(house.rows("SELECT owner FROM cases").await, ["Ben Hill"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_words_are_only_words() {
    let hostile = "</blockquote><script>alert(1)</script><img src=x onerror=alert(2)>\"'&";
    let Office { house, mut ada, _daemon, .. } = Office::with_a_case(hostile);
    house.take("accounts", "A,\"<script>name</script>\",a@buyer.example\n");
    done(&act(&mut ada, "note", &[("why", hostile)]), "noted");
    done(&act(&mut ada, "wish", &[("why", hostile)]), "noted");
    house.take("events", &format!("T-<b>1,A,{},complaint,INV-A,\n", days_ago(1)));
    for path in ["/cases/1", "/cases/1?done=%3Cscript%3E", "/cases?which=%3Cscript%3E&page=%3C", "/cases"] {
        let page = ada.get(path);
        assert_eq!(page.status, 200, "{path}");
        for bad in ["<script", "<img", "onerror=alert(2)>\"", "<b>1"] {
            assert!(!page.body.contains(bad), "{bad} in {path}: {}", page.body);
        }
    }
    assert!(ada.get("/cases/1").body.contains("&#60;script&#62;alert(1)&#60;/script&#62;"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_shows_what_is_due_first_a_page_at_a_time() {
    let Office { house, mut ada, mut ben, _daemon, .. } = Office::with_a_case("Broken.");
    house.case("open A --kind administrative --by Ben", "a mail");
    house.change("UPDATE cases SET respond_by = '2020-01-01T10:00:00+00:00', owner = 'Ben' WHERE id = 2").await;
    house.change("UPDATE case_event SET person = 'Ben' WHERE case_id = 2").await;
    let rows = |page: &str| {
        page.split("<th scope=\"row\">")
            .skip(1)
            .map(|row| row.split("Case ").nth(1).unwrap()[..1].to_owned())
            .collect::<Vec<_>>()
    };
    let page = ada.get("/cases").body;
    assert_eq!(rows(&page), ["2", "1"], "{page}");
    assert!(page.contains("All (2)") && page.contains("Mine (1)") && page.contains("class=\"late\""), "{page}");
    assert_eq!(rows(&ada.get("/cases?which=mine").body), ["1"]);
    assert_eq!(rows(&ben.get("/cases?which=mine").body), ["2"]);
    assert!(ada.get("/cases?which=nobodys").body.contains("There is none."));
    house.case("dismiss 2 --by Ben", "a mix-up");
    assert_eq!(
        (rows(&ada.get("/cases?which=over").body), rows(&ada.get("/cases").body)),
        (vec!["2".into()], vec!["1".into()])
    );
    let many = "INSERT INTO cases (id, company, account, kind, status, opened, recorded_at, respond_by) \
                SELECT 100 + n, 1, 1, 'billing', 'open', '2025-01-01', '2025-01-01T09:00:00+00:00', '2031-01-01T09:00:00+00:00' FROM numbers";
    let numbers = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 60) ";
    let (insert, select) = many.split_once("SELECT").unwrap();
    house.change(format!("{insert}{numbers}SELECT{select}")).await;
    let opened = "INSERT INTO case_event (case_id, step, status, author, why, effective, recorded_at) SELECT id, 'opened', \
                  'open', 'Ben', '', '2025-01-01', '2025-01-01T09:00:00+00:00' FROM cases WHERE id > 100";
    house.change(opened).await;
    let first = ada.get("/cases").body;
    assert!(
        rows(&first).len() == 50 && first.contains("page=2\" rel=\"next\"") && !first.contains("rel=\"prev\""),
        "{first}"
    );
    let second = ada.get("/cases?which=all&page=2").body;
    assert!(
        rows(&second).len() == 11 && second.contains("page=1\" rel=\"prev\"") && !second.contains("rel=\"next\""),
        "{second}"
    );
}
