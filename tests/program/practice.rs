//! The practice that duly encodes, one rule a test: what an experienced person would have to remember happens by itself.

use chrono::{Days, NaiveDate};
use mail_parser::{HeaderValue, MessageParser};

use crate::{
    house::{DAY, House, days_ago},
    relay::PLAIN,
    smtp::{Act, At, Script, Server},
};

const STAFF: &str =
    "[[staff]]\nname = \"Ada\"\nlimit = { GBP = \"50.00\" }\n[[staff]]\nname = \"Ben\"\napproves = true";

pub fn later(days: u64) -> NaiveDate {
    days_ago(0).checked_add_days(Days::new(days)).unwrap()
}

/// One account whose invoice over 100.00 is due for a notice today; Ada settles up to 50.00, Ben approves.
pub fn house() -> House {
    let house = House::with_one_due_today();
    house.edit("policy.toml", "# [[staff]]", STAFF);
    house
}

impl House {
    /// A step on a case by a person: by Ada when nobody is named.
    #[track_caller]
    pub fn case(&self, arguments: &str, why: &str) -> String {
        self.duly(&split("case", arguments, why)).ended(0)
    }

    /// One that must be refused.
    #[track_caller]
    pub fn refused(&self, arguments: &str, why: &str) -> String {
        self.duly(&split("case", arguments, why)).failed(2)
    }

    pub fn shown(&self, case: u32) -> String {
        self.duly(&["case", "show", &case.to_string()]).ended(0)
    }

    pub fn tasks(&self) -> String {
        self.duly(&["tasks"]).ended(0)
    }

    /// Outcome, reasons and amount of the only decision on a date.
    pub fn decision(&self, day: &str) -> (String, Vec<String>, String) {
        let text = self.duly(&["plan", "--as-of", day, "--json"]).ended(0);
        let plan: serde_json::Value = serde_json::from_str(&text).unwrap();
        let [decision] = &plan["decisions"].as_array().unwrap()[..] else { panic!("{plan}") };
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        let reasons = decision["reasons"].as_array().unwrap().iter().map(text).collect();
        (text(&decision["outcome"]), reasons, text(&decision["overdue_total"]))
    }

    pub fn today(&self) -> (String, Vec<String>, String) {
        self.decision(&days_ago(0).to_string())
    }

    /// From the solution that was agreed to the end.
    pub fn close(&self, case: u32, cause: &str) {
        self.case(&format!("write {case}"), "");
        self.case(&format!("follow-up {case}"), "All is well");
        self.case(&format!("close {case} --cause {cause}"), "Talked over");
    }

    /// Mails that were written into the folder.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        let Ok(entries) = std::fs::read_dir(self.path("config/outbox")) else { return Vec::new() };
        entries.map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }
}

/// `duly case …` as words; the reason may have blanks. Ada works on cases when nobody is named.
fn split<'a>(command: &'a str, arguments: &'a str, why: &'a str) -> Vec<&'a str> {
    let mut words: Vec<&str> = [command].into_iter().chain(arguments.split(' ')).collect();
    if !why.is_empty() {
        words.extend(["--why", why]);
    }
    if command == "case" && !words.contains(&"--by") {
        words.extend(["--by", "Ada"]);
    }
    words
}

/// The text of a mail, as one line.
pub fn body(mail: &[u8]) -> String {
    let mail = MessageParser::default().parse(mail).unwrap();
    mail.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn c01_the_words_come_first_and_all_is_out_before_a_solution() {
    let house = house();
    let words = "Two crates arrived broken. Nobody called back!";
    house.duly(&["case", "open", "INV-A", "--kind", "protest", "--words", words, "--why", "a call"]).ended(0);
    let shown = house.shown(1);
    let place = |text: &str| shown.find(text).unwrap_or_else(|| panic!("{text} is not in\n{shown}"));
    assert!(place(words) < place("Questions") && place("Questions") < place("Course"), "{shown}");
    let solve = |why| house.duly(&split("case", "resolve 1 --outcome explained --by Ada", why));
    assert!(solve("It was").failed(2).contains("is all out?"));
    house.case("heard 1", "");
    // More words: it is not all out.
    house.case("said 1", "And the third was late");
    assert!(solve("It was").failed(2).contains("is all out?"));
    house.case("heard 1", "");
    assert!(solve("It was").ended(0).contains("is resolved"));
    // Nobody can have heard everything before anything was said.
    house.case("open A --kind administrative", "a mail");
    assert!(house.refused("heard 2", "").contains("record the customer's words first"));
}

#[test]
fn c02_each_kind_asks_questions_of_its_own() {
    let house = house();
    let kinds = ["protest", "billing", "administrative", "paid_unmatched", "cannot_pay", "stalling", "not_debtor"];
    let mut seen = std::collections::BTreeSet::new();
    for (id, kind) in (1..).zip(kinds) {
        house.case(&format!("open A --kind {kind}"), "a call");
        let shown = house.shown(id);
        let questions: Vec<_> = shown.lines().filter(|line| line.starts_with("  - ")).map(str::to_owned).collect();
        assert!(questions.len() >= 3, "{shown}");
        assert!(seen.insert(questions), "{kind} asks what another one asks");
    }
}

#[test]
fn c03_a_reply_begins_with_an_acknowledgement_without_blame() {
    let house = house();
    let header = "account,name,email,locale\n";
    house.import_file("accounts", format!("{header}A,Customer A,a@buyer.example,de-AT\n"), &[]).ended(0);
    house.case("open A --kind billing", "a call");
    let shown = house.shown(1);
    let (_, draft) = shown.split_once("A reply may begin\n").unwrap();
    assert!(draft.contains("Vielen Dank, dass die Rechnung so genau angesehen wurde"), "{shown}");
    // Whoever edits it cannot make it blame.
    house.edit("playbooks/billing.toml", "Thank you for the close look at", "You should have looked closely at");
    let error = house.duly(&["check"]).failed(2);
    assert!(error.contains("“should have” blames"), "{error}");
}

#[test]
fn c04_what_would_put_it_right_is_asked_and_kept() {
    let house = house();
    house.case("open INV-A --kind protest", "a call");
    assert!(house.shown(1).contains("[ ] wish "));
    house.case("wish 1", "A new crate by Friday");
    let shown = house.shown(1);
    assert!(shown.contains("What would put it right\n    A new crate by Friday\n") && shown.contains("[x] wish "));
}

#[test]
fn c05_notices_stop_while_a_case_is_open_and_go_on_after() {
    let house = house();
    assert_eq!(house.today().0, "notice");
    let said = house.case("open INV-A --kind protest --words broken", "a call");
    assert!(said.contains("INV-A is held"), "{said}");
    assert_eq!((house.today().0, house.today().1), ("held".to_owned(), vec!["open_case".to_owned()]));
    house.case("heard 1", "");
    house.case("resolve 1 --outcome explained --by Ada", "A mix-up");
    assert_eq!(house.today().1, ["open_case"], "not before it is followed up");
    house.close(1, "other");
    assert_eq!(house.today(), ("notice".to_owned(), Vec::new(), "100.00".to_owned()));
    // Only what is disputed waits.
    house.case("open A --kind billing --amount INV-A=40.00", "a mail");
    assert_eq!(house.today(), ("notice".to_owned(), Vec::new(), "60.00".to_owned()));
}

#[test]
fn c06_one_owner_and_every_hand_over_is_counted() {
    let house = house();
    assert!(house.case("open INV-A --kind protest", "a call").ends_with("Ada has it.\n"));
    assert!(house.duly(&["case", "hand-over", "1", "--to", "Ben"]).failed(2).contains("--why"));
    assert!(house.refused("hand-over 1 --to Bern", "ill").contains("there are Ada, Ben"));
    assert!(house.refused("hand-over 1 --to Ada", "ill").contains("Ada has it already"));
    house.case("hand-over 1 --to ben --by Ada", "He knows the goods");
    house.case("hand-over 1 --to Ada --by Ben", "He is away");
    let shown = house.shown(1);
    assert!(shown.contains("Ada has it, handed over 2 times"), "{shown}");
    assert!(shown.contains("handed over by Ada to Ben: He knows the goods"), "{shown}");
    let mine = house.duly(&["case", "list", "--of", "ben"]).ended(0);
    assert_eq!(mine, "No case is open.\n");
}

#[tokio::test]
async fn c07_who_is_called_may_settle_and_beyond_the_limit_a_second_person_approves() {
    let house = house();
    house.case("open INV-A --kind billing --words dear", "a call");
    house.case("heard 1", "");
    let said = house.case("resolve 1 --outcome goodwill --credit INV-A=50.00 --by ada", "Worth it");
    assert!(said.contains("is resolved"), "{said}");
    house.case("reopen 1", "It is more");
    house.case("heard 1", "");
    let said = house.case("resolve 1 --outcome goodwill --credit INV-A=50.01 --by Ada", "Worth it");
    assert!(said.contains("50.01 GBP is more than Ada may settle alone: it waits for `duly case approve 1"), "{said}");
    let tasks = house.tasks();
    assert!(tasks.contains("approve?") && tasks.contains("Ada proposes `goodwill`"), "{tasks}");
    assert!(house.refused("approve 1 --by Ada", "Yes").contains("second person"));
    assert!(house.refused("approve 1 --by Cleo", "Yes").contains("among the staff"));
    assert_eq!(house.rows("SELECT gross FROM adjustment ORDER BY id").await, ["5000", "-5000"]);
    house.case("approve 1 --by Ben", "Yes");
    assert_eq!(house.rows("SELECT gross FROM adjustment ORDER BY id").await, ["5000", "-5000", "5001"]);
    assert!(house.shown(1).contains("Solution: goodwill, 50.01 GBP on INV-A"));
}

#[tokio::test]
async fn c08_an_answer_and_a_solution_are_due_in_business_hours_and_late_ones_are_tasks() {
    let house = house();
    house.case("open INV-A --kind protest --words broken", "a call");
    let due = house.rows("SELECT respond_by, resolve_by FROM cases").await.remove(0);
    let (answer, solution) = due.split_once(' ').unwrap();
    assert!(answer < solution, "{due}");
    let listed = || house.duly(&["case", "list"]).ended(0);
    assert!(listed().contains("an answer by ") && !listed().contains("late"), "{}", listed());
    let waits = "case 1, account A: Ada's, waits for an answer by ";
    assert!(house.tasks().contains(waits) && !house.tasks().contains("late"), "{}", house.tasks());
    house.change("UPDATE cases SET respond_by = '2025-01-02T10:00:00+00:00'").await;
    assert!(listed().contains("an answer by 2025-01-02 10:00, late"), "{}", listed());
    assert!(house.tasks().contains(&format!("{waits}2025-01-02 10:00, late")), "{}", house.tasks());
    house.case("answer 1", "Called back");
    assert!(listed().contains("a solution by ") && !house.tasks().contains("case 1"), "{}", listed());
    house.change("UPDATE cases SET resolve_by = '2025-01-03T10:00:00+00:00'").await;
    assert!(house.tasks().contains("case 1, account A: Ada's, waits for a solution"), "{}", house.tasks());
}

#[test]
fn c09_the_solution_is_confirmed_in_writing() {
    let house = house();
    house.case("open INV-A --kind protest --words broken", "a call");
    house.case("heard 1", "");
    assert!(house.refused("write 1", "").contains("no solution yet"));
    let said = house.case("resolve 1 --outcome our_fault --credit INV-A=30.00 --by Ada", "Two of ten were broken");
    assert!(said.contains("`duly case write 1`"), "{said}");
    assert!(house.tasks().contains("case 1, account A: Ada's, is not confirmed in writing"), "{}", house.tasks());
    assert!(house.refused("follow-up 1", "All is well").contains("not confirmed in writing yet"));
    let write = |further: &[&str]| house.duly(&[&["case", "write", "1", "--by", "Ada"], further].concat());
    let error = write(&["--text", "New ones come today.\n\nYou failed to count them."]).failed(2);
    assert!(error.contains("“you failed” blames"), "{error}");
    let printed = write(&["--text", "New ones come today.", "--print"]).ended(0);
    assert!(printed.starts_with("To: a@buyer.example\nSubject: What was agreed"), "{printed}");
    assert!(house.mails().is_empty() && !house.shown(1).contains("writing by"));
    let said = write(&["--text", "New ones come today."]).ended(0);
    assert!(said.starts_with("The confirmation went to a…@buyer.example. Case 1 is resolved. Next: ask on "), "{said}");
    let [bytes] = &house.mails()[..] else { panic!("{said}") };
    let mail = MessageParser::default().parse(bytes).unwrap();
    assert_eq!(mail.to().unwrap().first().unwrap().address(), Some("a@buyer.example"));
    assert_eq!(mail.subject(), Some("What was agreed, confirmed for the account A at Example Ltd"));
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
    assert!(matches!(mail.in_reply_to(), HeaderValue::Empty));
    assert!(mail.body_html(0).unwrap().contains("New ones come today."));
    let text = body(bytes);
    for expected in [
        "The mistake was ours",
        "Invoice INV-A: a credit of £30.00",
        "New ones come today.",
        "Ada Clerk",
        "+44 20 7946 0000",
        "A reply to this mail reaches a person",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
    assert!(house.shown(1).contains("The letter\n    to a@buyer.example\n"), "{}", house.shown(1));
    assert!(write(&[]).failed(2).contains("in writing already"));
    assert_eq!(house.mails().len(), 1);
    house.case("follow-up 1", "All is well");
}

#[tokio::test(flavor = "multi_thread")]
async fn c09_a_letter_that_may_have_arrived_is_sent_again_only_by_a_word() {
    let script = Script::default().next(At::Recipient, &[Act::Say("550 5.1.1 no such user")]);
    let script = script.next(At::Dot, &[Act::Take, Act::Close]);
    let server = Server::start(script).await;
    let house = house();
    house.send_to(&server, PLAIN);
    house.case("open INV-A --kind cannot_pay --words later", "a call");
    house.case("heard 1", "");
    let parts =
        format!("resolve 1 --outcome plan_agreed --part {}=60.00 --part {}=40.00 --by Ada", later(30), later(60));
    house.case(&parts, "Two instalments");
    let write = |further: &[&str]| house.duly(&[&["case", "write", "1", "--by", "Ada"], further].concat());
    // The relay's refusal is told, and nothing is tried again by itself.
    let error = write(&[]).failed(1);
    assert!(error.contains("was not sent") && error.contains("no such user"), "{error}");
    assert!(house.shown(1).contains("unwritten by Ada: "), "{}", house.shown(1));
    let error = write(&[]).failed(1);
    assert!(error.contains("may have arrived, or not") && error.contains("--again"), "{error}");
    assert!(house.tasks().contains("its confirmation may not have arrived"), "{}", house.tasks());
    assert!(write(&[]).failed(2).contains("may have arrived already"));
    assert!(house.refused("follow-up 1", "Well").contains("not confirmed in writing yet"));
    assert_eq!(server.received().len(), 1);
    write(&["--again"]).ended(0);
    let ids: Vec<_> = crate::relay::messages(&server).into_iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "a mailbox can tell that it is the same letter");
    let text = body(&server.accepted()[1].bytes);
    assert!(text.contains("Payment in instalments was agreed.") && text.contains("£60.00 by "), "{text}");
    assert!(!house.tasks().contains("case 1"), "{}", house.tasks());
}

#[cfg(debug_assertions)]
#[tokio::test(flavor = "multi_thread")]
async fn c09_a_crash_before_the_answer_leaves_a_doubt_and_other_means_settle_it() {
    let server = Server::start(Script::default()).await;
    let house = house();
    house.send_to(&server, PLAIN);
    house.case("open INV-A --kind protest --words broken", "a call");
    house.case("heard 1", "");
    house.case("resolve 1 --outcome explained --by Ada", "A mix-up");
    for (place, arrived) in [("connected", 0), ("intent_after", 0), ("after_dot", 1)] {
        let again: &[&str] = if place == "after_dot" { &["--again"] } else { &[] };
        let mut command = house.command(&[&["case", "write", "1", "--by", "Ada"], again].concat());
        assert_eq!(command.env("DULY_FAILPOINT", place).output().unwrap().status.code(), None, "{place}");
        let doubt = place != "connected";
        assert_eq!(house.tasks().contains("may not have arrived"), doubt, "{place}");
        if arrived > 0 {
            crate::house::until("it arrives", || server.received().len() == arrived);
        }
    }
    assert!(house.refused("write 1", "").contains("may have arrived already"));
    house.case("written 1", "by telephone and letter");
    assert!(!house.tasks().contains("may not have arrived"));
    assert!(house.shown(1).contains("written by Ada: by telephone and letter"));
    house.case("follow-up 1", "All is well");
}

#[tokio::test]
async fn c10_the_follow_up_comes_by_itself_and_the_case_closes_only_after_it() {
    let house = house();
    house.case("open INV-A --kind protest --words broken", "a call");
    house.case("heard 1", "");
    house.case("resolve 1 --outcome explained --by Ada", "A mix-up");
    house.case("write 1", "");
    assert!(!house.tasks().contains("follow-up"), "{}", house.tasks());
    let listed = house.duly(&["case", "list"]).ended(0);
    assert!(listed.contains(&format!("the follow-up on {}", later(7))), "{listed}");
    let close = || house.duly(&split("case", "close 1 --cause other", "Done"));
    assert!(close().failed(2).contains("ask the customer first whether all is well"));
    house.change(format!("UPDATE case_event SET day = '{}' WHERE step = 'resolved'", days_ago(0))).await;
    assert!(house.tasks().contains("follow-up"), "{}", house.tasks());
    // Not well: it begins anew.
    house.case("follow-up 1 --not-well", "Another one broke");
    assert!(!house.tasks().contains("follow-up"));
    house.case("resolve 1 --outcome explained --by Ada", "Shown how to open it");
    house.case("write 1", "");
    house.case("follow-up 1", "All is well");
    assert!(house.tasks().contains("is done but for its cause"), "{}", house.tasks());
    assert!(close().ended(0).contains("is closed"));
}

#[test]
fn c11_each_closed_case_has_a_cause_and_causes_are_counted() {
    let house = house();
    for (outcome, cause) in
        [("our_fault --credit INV-A=30.00", "quality"), ("explained", "quality"), ("explained", "other")]
    {
        let id =
            1 + house.duly(&["case", "list", "--all"]).ended(0).lines().filter(|line| line.contains("closed")).count();
        house.case("open INV-A --kind protest --words broken", "a call");
        house.case(&format!("hand-over {id} --to Ben"), "He knows it");
        house.case(&format!("heard {id}"), "");
        house.case(&format!("resolve {id} --outcome {outcome} --by Ada"), "Looked into");
        assert!(house.refused(&format!("close {id} --cause quality"), "Done").contains("follow up"));
        house.case(&format!("write {id}"), "");
        house.case(&format!("follow-up {id}"), "Well");
        assert!(house.duly(&["case", "close", &id.to_string(), "--why", "Done"]).failed(2).contains("--cause"));
        assert!(house.refused(&format!("close {id} --cause luck"), "Done").contains("price_change_unannounced"));
        house.case(&format!("close {id} --cause {cause}"), "Done");
    }
    house.case("open INV-A --kind protest", "still open: not counted");
    let text = house.duly(&["report", "causes", "--json"]).ended(0);
    let report: serde_json::Value = serde_json::from_str(&text).unwrap();
    let [quality, other] = &report["causes"].as_array().unwrap()[..] else { panic!("{text}") };
    assert_eq!((quality["cause"].as_str(), quality["cases"].as_u64()), (Some("quality"), Some(2)));
    assert_eq!((quality["upheld"].as_u64(), quality["not_upheld"].as_u64()), (Some(1), Some(1)));
    assert_eq!((quality["handed_over"].as_u64(), quality["reopened"].as_u64()), (Some(2), Some(0)));
    assert_eq!(quality["concerned"], serde_json::json!([{ "currency": "GBP", "amount": "200.00" }]));
    assert_eq!(quality["credited"], serde_json::json!([{ "currency": "GBP", "amount": "30.00" }]));
    assert_eq!(quality["kinds"], serde_json::json!({ "protest": 2 }));
    assert!(quality["answer_minutes"].is_u64() && quality["solution_minutes"].is_u64(), "{text}");
    assert_eq!((other["cause"].as_str(), &other["credited"]), (Some("other"), &serde_json::json!([])));
    let said = house.duly(&["report", "causes"]).ended(0);
    assert!(said.contains("quality") && said.contains("200.00 GBP") && said.contains("100 %"), "{said}");
    let later = house.duly(&["report", "causes", "--since", &later(1).to_string()]).ended(0);
    assert!(later.ends_with(": none.\n"), "{later}");
}

#[tokio::test]
async fn c12_a_credit_or_an_end_of_business_is_on_record_and_its_items_are_left_alone() {
    let house = house();
    house.case("open INV-A --kind protest --words never", "a call");
    house.case("heard 1", "");
    assert!(house.refused("resolve 1 --outcome goodwill --by Ada", "So be it").contains("needs the amount"));
    assert!(house.duly(&["case", "resolve", "1", "--outcome", "stop_business"]).failed(2).contains("--why"));
    let said = house.case("resolve 1 --outcome stop_business --by Ada", "Three quarrels in a year");
    assert!(said.contains("100.00 GBP is more than Ada may settle alone"), "{said}");
    house.case("approve 1 --by Ben", "It is better so");
    let shown = house.shown(1);
    assert!(shown.contains("Ada has it") && shown.contains("Solution: no more business, 100.00 GBP"), "{shown}");
    assert!(shown.contains("by Ben, no more business") && shown.contains("Three quarrels in a year"), "{shown}");
    house.close(1, "other");
    assert_eq!((house.today().0, house.today().1), ("held".to_owned(), vec!["open_case".to_owned()]));
    assert!(house.rows("SELECT gross FROM adjustment").await.is_empty());
}

#[test]
fn c13_a_kind_word_may_be_asked_for_in_the_follow_up() {
    let house = house();
    house.case("open INV-A --kind protest --words broken", "a call");
    assert!(house.shown(1).contains("[ ] kind_word "));
    assert!(house.refused("done 1 kind_words", "").contains("its playbook has no step `kind_words`"));
    house.case("done 1 kind_word", "Glad to write one");
    assert!(house.shown(1).contains("[x] kind_word "));
    // It is never needed.
    house.case("open INV-A --kind protest --words late", "a call");
    house.case("heard 2", "");
    house.case("resolve 2 --outcome explained --by Ada", "A mix-up");
    house.close(2, "other");
}

#[tokio::test]
async fn c14_waiting_and_being_passed_on_heat_a_case_and_the_hottest_comes_first() {
    let house = house();
    for number in 1..=3 {
        house.case(&format!("open A --kind protest --words case{number}"), "a call");
    }
    let order = || -> Vec<String> {
        let listed = house.duly(&["case", "list"]).ended(0);
        listed.lines().skip(2).map(|line| line.split_whitespace().next().unwrap().to_owned()).collect()
    };
    assert_eq!(order(), ["1", "2", "3"]);
    house.case("hand-over 2 --to Ada", "She knows it");
    assert_eq!(order(), ["2", "1", "3"]);
    house.case("said 3", "I wrote already");
    house.case("said 3", "Is anybody there?");
    assert_eq!(order(), ["3", "2", "1"]);
    // The customer of the first waits for days.
    house.change("UPDATE case_event SET recorded_at = '2025-01-02T10:00:00+00:00' WHERE case_id = 1").await;
    assert_eq!(order(), ["1", "3", "2"]);
    house.case("answer 1", "Called back");
    assert_eq!(order(), ["3", "2", "1"]);
}

#[test]
fn s01_a_changed_price_settles_in_before_notices_go_on() {
    settles_in("price_change");
    let house = house();
    let until = later(10);
    let add = format!("add A --kind settling_in --until {until} --note");
    house.duly(&[&split("term", &add, "")[..], &["New prices"]].concat()).ended(0);
    assert_eq!(house.today().1, ["settling_in"]);
    assert!(house.decision(&until.to_string()).1.contains(&"settling_in".to_owned()));
    assert!(!house.decision(&later(11).to_string()).1.contains(&"settling_in".to_owned()));
}

#[test]
fn s02_a_changed_contact_settles_in_too() {
    settles_in("contact_change");
}

/// No notice for 30 days after a change.
#[track_caller]
fn settles_in(change: &str) {
    let house = House::with_accounts(&["A"]);
    house.take("events", &format!("E-1,A,2025-02-20,{change},,\n"));
    assert_eq!(house.decision(DAY).1, ["settling_in"]);
    assert_eq!(house.decision("2025-03-21").1, ["settling_in"]);
    assert_eq!(house.decision("2025-03-22").0, "notice");
}

#[test]
fn s03_an_arrangement_that_is_withdrawn_holds_until_the_day_that_was_agreed() {
    let house = house();
    let until = later(20);
    let add = split("term", "add A --kind transition --note", "");
    assert!(house.duly(&[&add[..], &["The old terms"]].concat()).failed(2).contains("last day"));
    let day = until.to_string();
    house.duly(&[&add[..], &["60 days for this order and the next", "--until", &day]].concat()).ended(0);
    assert_eq!(house.today().1, ["settling_in"]);
    assert!(!house.decision(&later(21).to_string()).1.contains(&"settling_in".to_owned()));
}

#[test]
fn s04_what_was_asked_for_is_on_record_with_its_answer() {
    let house = house();
    let note = "Asked for 60 days; no, 30 days as everybody has, and 2 % within 10";
    house.duly(&["term", "add", "A", "--kind", "request", "--note", note, "--by", "Ada"]).ended(0);
    let listed = house.duly(&["term", "list", "A"]).ended(0);
    assert!(listed.contains(note) && listed.contains("Ada"), "{listed}");
    assert_eq!(house.today().0, "notice", "asking holds nothing");
}

#[test]
fn s05_who_may_order_is_on_record_and_work_that_nobody_ordered_is_a_reason_of_its_own() {
    let house = house();
    let note = "Orders above 500.00 only by Mr Gray";
    house.duly(&["term", "add", "A", "--kind", "authorised", "--note", note]).ended(0);
    assert!(house.duly(&["term", "list", "A"]).ended(0).contains(note));
    house.case("open INV-A --kind protest --reason not_authorised", "a call");
    assert!(house.shown(1).contains(note), "{}", house.shown(1));
    house.case("open INV-A --kind protest --reason quality", "a call");
    let shown = house.shown(1);
    assert!(shown.starts_with("Case 1, service protest: not ordered or not authorised\n"), "{shown}");
    let number = |shown: &str| shown.lines().filter(|line| line.starts_with("  - ")).count();
    assert!(number(&shown) > number(&house.shown(2)), "{shown}");
}

#[test]
fn s06_who_asks_about_rates_is_asked_for_specifics_and_a_number_to_call_back() {
    let house = house();
    house.case("open INV-A --kind billing --reason price", "a call");
    house.case("open INV-A --kind billing --reason tax", "a call");
    for question in ["High beside what", "On which number, and when, may we call back?"] {
        assert!(house.shown(1).contains(question), "{}", house.shown(1));
        assert!(!house.shown(2).contains(question));
    }
    assert!(house.shown(1).contains("Thank you for asking about the rates"));
}

#[test]
fn s07_a_mistake_of_the_customer_is_explained_without_blame() {
    let house = house();
    house.case("open INV-A --kind billing --words twice", "a call");
    house.case("heard 1", "");
    let error = house.refused("resolve 1 --outcome explained --credit INV-A=1.00 --by Ada", "Two orders");
    assert!(error.contains("no credit belongs to"), "{error}");
    house.case("resolve 1 --outcome explained --by Ada", "There were two orders");
    house.close(1, "customer_mistake");
    let text = body(&house.mails()[0]);
    assert!(text.contains("looked into together and explained. Such things happen"), "{text}");
    assert!(!text.contains("There were two orders"), "what staff noted is not the customer's to read: {text}");
    let text = house.duly(&["report", "causes", "--json"]).ended(0);
    assert!(text.contains("\"upheld\":0"), "{text}");
}

#[test]
fn s08_a_fault_of_ours_is_credited_and_its_amount_is_no_longer_asked_for() {
    let house = house();
    house.case("open INV-A --kind protest --words broken", "a call");
    house.case("heard 1", "");
    house.case("resolve 1 --outcome our_fault --credit INV-A=30.00 --by Ada", "Two of ten were broken");
    let booked = house.duly(&["export", "adjustments"]).ended(0);
    let today = days_ago(0);
    assert!(booked.contains(&format!("INV-A,A,{today},our_fault,GBP,30.00,30.00,0.00,case 1,")), "{booked}");
    assert!(house.duly(&["case", "write", "1", "--print"]).ended(0).contains("we apologise"));
    house.close(1, "quality");
    assert_eq!(house.today(), ("notice".to_owned(), Vec::new(), "70.00".to_owned()));
    // Once the books have it, it does not count twice.
    house.take("credits", &format!("CN-1,A,{today},GBP,30.00,INV-A\n"));
    assert_eq!(house.today(), ("notice".to_owned(), Vec::new(), "70.00".to_owned()));
}

#[test]
fn s09_the_notice_names_a_person_with_a_telephone_number() {
    let notice = house().duly(&["preview", "A"]).ended(0);
    let text = notice.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("Ada Clerk is glad to help in person, by telephone at +44 20 7946 0000"), "{text}");
}
