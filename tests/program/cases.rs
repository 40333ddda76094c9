//! Control over what cases give away: each amount once, by whoever may, and undone when it is open again.

use crate::{
    house::{House, days_ago},
    practice::{body, house, later},
};

/// Like [`house`], with a second invoice over 60.00 that is as old.
fn two() -> House {
    let house = house();
    house.take("invoices", &format!("INV-B,A,{},{},GBP,60.00\n", days_ago(95), days_ago(65)));
    house
}

impl House {
    /// A case that may be resolved.
    fn heard(&self, id: u32, about: &str) -> String {
        let said = self.case(&format!("open {about} --kind billing --words dear"), "a call");
        self.case(&format!("heard {id}"), "");
        said
    }

    fn asked(&self) -> String {
        self.today().2
    }

    fn exported(&self) -> Vec<String> {
        let booked = self.duly(&["export", "adjustments"]).ended(0);
        let cells = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        booked.lines().skip(1).map(|line| [0, 3, 5, 8].map(|n| cells(line)[n].clone()).join(" ")).collect()
    }

    fn verified(&self) {
        self.duly(&["verify"]).ended(0);
    }
}

#[test]
fn a_proposal_takes_nothing_off_and_its_approval_once() {
    let house = house();
    house.heard(1, "INV-A");
    let propose = |amount| house.case(&format!("resolve 1 --outcome our_fault --credit INV-A={amount}"), "broken");
    assert!(!propose("70.00").contains("replaces"));
    let said = propose("60.00");
    assert!(said.starts_with("It replaces what Ada proposed: our fault, 70.00 GBP on INV-A. 60.00 GBP is"), "{said}");
    assert!(house.tasks().contains("Ada proposes `our fault`, 60.00 GBP"), "{}", house.tasks());
    assert!(house.shown(1).contains("Ada proposes `our fault`, 60.00 GBP on INV-A"), "{}", house.shown(1));
    assert!(house.exported().is_empty());
    house.verified();
    let said = house.case("approve 1 --by Ben", "Yes");
    assert!(
        said.starts_with("Approved what Ada proposed: our fault, 60.00 GBP on INV-A. Case 1 is resolved"),
        "{said}"
    );
    house.close(1, "quality");
    assert_eq!(house.asked(), "40.00");
    house.take("credits", &format!("CN-1,A,{},GBP,60.00,INV-A\n", days_ago(0)));
    assert_eq!((house.asked(), house.exported()), ("40.00".into(), vec!["INV-A our_fault 60.00 case 1".into()]));
    house.verified();
}

#[tokio::test]
async fn agreed_credits_are_no_difference_and_changed_ones_are() {
    let house = house();
    house.heard(1, "INV-A");
    house.case("resolve 1 --outcome our_fault --credit INV-A=20.00", "broken");
    house.verified();
    house.change("UPDATE adjustment SET gross = 2100").await;
    let said = house.duly(&["verify"]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.out.contains("adjustment INV-A case 1") && said.out.contains("granted 2000"), "{}", said.out);
    house.change("DELETE FROM adjustment").await;
    assert_eq!(house.duly(&["verify"]).code, 1);
}

#[test]
fn an_invoice_is_credited_once_and_at_most_what_is_open() {
    let house = two();
    assert!(!house.heard(1, "INV-A").contains("about the same"));
    assert!(house.heard(2, "INV-A").contains("Case 1 (open) is about the same: `duly case show 1`"));
    assert!(!house.heard(3, "INV-B").contains("about the same"));
    house.case("resolve 1 --outcome goodwill --credit INV-A=40.00", "worth it");
    let resolve = |id, credit: &str| house.refused(&format!("resolve {id} --outcome goodwill {credit}"), "worth it");
    let error = resolve(2, "--credit INV-A=60.01");
    assert!(error.contains("case 2: of invoice INV-A no more than 60.00 GBP is open and not agreed to"), "{error}");
    house.take("payments", &format!("P-1,A,{},GBP,25.00,INV-A\n", days_ago(0)));
    assert!(resolve(2, "--credit INV-A=35.01").contains("no more than 35.00 GBP"));
    assert!(resolve(2, "--credit INV-B=1.00").contains("it is not about invoice INV-B"));
    assert!(resolve(2, "--credit INV-A=1.00 --credit INV-A=1.00").contains("INV-A is named twice"));
    let error = house.refused("open A --kind billing --invoice INV-A --amount INV-A=1.00", "a call");
    assert!(error.contains("INV-A is named twice"), "{error}");
    // Two credit notes of the books are not one for both.
    house.case("resolve 2 --outcome goodwill --credit INV-A=35.00", "worth it");
    house.case("approve 2 --by Ben", "Yes");
    house.take("credits", &format!("CN-1,A,{},GBP,40.00,INV-A\n", days_ago(0)));
    house.case("open INV-A --kind billing --words dear", "a call");
    house.case("heard 4", "");
    assert!(resolve(4, "--credit INV-A=0.01").contains("no more than 0.00 GBP"));
    house.verified();
}

#[tokio::test]
async fn splitting_does_not_go_around_the_limit() {
    let house = two();
    for (id, invoice) in [(1, "INV-A"), (2, "INV-B"), (3, "INV-B")] {
        house.heard(id, invoice);
    }
    house.case("resolve 1 --outcome goodwill --credit INV-A=30.00", "worth it");
    let said = house.case("resolve 2 --outcome goodwill --credit INV-B=20.01", "worth it");
    let told = "20.01 GBP is more than Ada may settle alone, with 30.00 GBP on this account in the last 30 days";
    assert!(said.contains(told), "{said}");
    let said = house.case("resolve 2 --outcome goodwill --credit INV-B=20.00", "worth it");
    assert!(said.contains("Case 2 is resolved"), "{said}");
    // What a second person approved is not Ada's; what was reopened neither.
    house.case("reopen 1", "more");
    house.case("resolve 1 --outcome goodwill --credit INV-A=60.00", "worth it");
    house.case("approve 1 --by Ben", "Yes");
    let said = house.case("resolve 3 --outcome goodwill --credit INV-B=30.00", "worth it");
    assert!(said.contains("Case 3 is resolved"), "{said}");
    house.heard(4, "INV-A");
    let last = || house.case("resolve 4 --outcome goodwill --credit INV-A=1.00", "worth it");
    assert!(last().contains("waits for"));
    house.change("UPDATE case_event SET recorded_at = '2025-01-02T10:00:00+00:00' WHERE case_id < 4").await;
    assert!(last().contains("Case 4 is resolved"));
}

#[test]
fn giving_up_needs_a_second_person_and_the_books_hear_of_it() {
    let house = two();
    house.heard(1, "INV-A");
    let error = house.refused("resolve 1 --outcome write_off --credit INV-A=1.00", "small");
    assert!(error.contains("gives up all that is open"), "{error}");
    let said = house.case("resolve 1 --outcome write_off", "they are bankrupt");
    assert!(said.contains("100.00 GBP is more than Ada may settle alone"), "{said}");
    assert!(house.exported().is_empty());
    house.case("approve 1 --by Ben", "Yes");
    assert_eq!(house.exported(), ["INV-A write_off 100.00 case 1"]);
    house.case("write 1", "");
    let text = body(&house.mails()[0]);
    assert!(text.contains("nothing further is asked for") && !text.contains("100.00"), "{text}");
    house.case("follow-up 1", "well");
    house.case("close 1 --cause customer_funds", "over");
    assert_eq!(house.asked(), "60.00");
    // Within the limit, nobody is asked.
    house.take("payments", &format!("P-1,A,{},GBP,20.00,INV-B\n", days_ago(0)));
    house.heard(2, "INV-B");
    assert!(house.case("resolve 2 --outcome stop_business", "enough").contains("Case 2 is resolved"));
    assert_eq!(house.exported().len(), 1);
    house.verified();
}

#[test]
fn a_whole_account_is_given_up_with_all_that_is_open() {
    let house = two();
    house.heard(1, "A");
    let said = house.case("resolve 1 --outcome stop_business", "enough");
    assert!(said.contains("160.00 GBP is more than"), "{said}");
    assert!(house.shown(1).contains("100.00 GBP on INV-A, 60.00 GBP on INV-B: 160.00 GBP in all"));
}

#[test]
fn only_the_staff_moves_a_case_and_every_name_can_be_read() {
    let house = house();
    house.heard(1, "INV-A");
    house.case("note 1 --by Mallory", "she called again");
    for act in ["take 1", "heard 1", "answer 1", "resolve 1 --outcome write_off", "dismiss 1", "done 1 compare"] {
        let why = if act == "done 1 compare" { "" } else { "so" };
        let error = house.refused(&format!("{act} --by Mallory"), why);
        assert!(error.contains("`Mallory` is not among the staff of the policy; there are Ada, Ben"), "{act}: {error}");
    }
    let error = house.duly(&["case", "hand-over", "1", "--to", "", "--why", "ill", "--by", "Ada"]).failed(2);
    assert!(error.contains("`--to` is blank"), "{error}");
    let long = "é".repeat(101);
    for (name, why) in [("", "is blank"), (" ", "is blank"), ("a\u{1b}[31m", "control"), (&long, "has 101 letters")] {
        for words in [&["case", "note", "1", "--why", "so"][..], &["hold", "add", "A", "--why", "so"]] {
            let error = house.duly(&[words, &["--by", name]].concat()).failed(2);
            assert!(error.contains("`--by`") && error.contains(why), "{error}");
        }
    }
    for (words, why) in [("", "is blank"), ("  ", "is blank"), (&"x".repeat(10_001), "at most"), ("\u{7}", "control")] {
        for command in ["case note 1 --by Ada", "case said 1 --by Ada", "hold add A --by Ada"] {
            let command: Vec<&str> = command.split(' ').chain(["--why", words]).collect();
            assert!(house.duly(&command).failed(2).contains(why), "{command:?}");
        }
    }
}

#[test]
fn without_staff_every_settlement_needs_a_second_person() {
    let house = House::with_one_due_today();
    house.heard(1, "INV-A");
    let said = house.case("resolve 1 --outcome write_off --by Eva", "small");
    assert!(said.contains("100.00 GBP is more than Eva may settle alone"), "{said}");
    assert!(house.refused("approve 1 --by EVA", "Yes").contains("second person"));
    house.case("approve 1 --by Gus", "Yes");
}

#[test]
fn what_was_reopened_is_undone() {
    let house = house();
    house.heard(1, "INV-A");
    house.case("resolve 1 --outcome our_fault --credit INV-A=20.00", "broken");
    house.case("reopen 1", "it was not");
    house.verified();
    house.case("dismiss 1", "a mix-up");
    assert_eq!(house.asked(), "100.00");
    assert_eq!(house.exported(), ["INV-A our_fault 20.00 case 1", "INV-A our_fault -20.00 case 1"]);
    house.heard(2, "INV-A");
    let part = format!("resolve 2 --outcome plan_agreed --part {}=100.00", later(30));
    house.case(&part, "later");
    house.case("said 2", "We cannot");
    assert!(house.shown(2).contains(&format!("ended {}: nothing of it", days_ago(0))), "{}", house.shown(2));
    house.case("heard 2", "");
    house.case("resolve 2 --outcome explained", "a mix-up");
    house.close(2, "other");
    assert_eq!(house.today(), ("notice".to_owned(), Vec::new(), "100.00".to_owned()));
    house.verified();
}

#[tokio::test]
async fn instalments_are_looked_at_shown_and_called_about() {
    let house = two();
    house.heard(1, "INV-A");
    let plan = |parts: &str| format!("resolve 1 --outcome plan_agreed {parts}");
    let (soon, next, far) = (later(5), later(40), later(800));
    for (parts, why) in [
        (format!("--part {}=100.00", days_ago(1)), "lies in the past"),
        (format!("--part {soon}=60.00 --part {far}=40.00"), "more than 24 months ahead"),
        (format!("--part {soon}=60.00 --part {next}=41.00"), "come to 101.00 GBP, but 100.00 are open"),
        (format!("--part {soon}=60.00 --part {soon}=40.00"), "two instalments are on"),
    ] {
        assert!(house.refused(&plan(&parts), "later").contains(why), "{parts}");
    }
    house.case(&plan(&format!("--part {soon}=60.00 --part {next}=40.00")), "later");
    let why = || house.duly(&["why", "A"]).ended(0);
    for shown in [house.shown(1), why()] {
        assert!(shown.contains("Instalments for INV-A (plan 1 of case 1)"), "{shown}");
        assert!(shown.contains(&format!("60.00 GBP by {soon}: waiting")), "{shown}");
    }
    let course = house.shown(1);
    assert!(course.contains(&format!("plan agreed, follow-up on {}", later(7))), "{course}");
    assert!(!house.tasks().contains("instalment"), "{}", house.tasks());
    // Time passes.
    let missed = days_ago(4);
    house.change(format!("UPDATE plan SET agreed = '{}'", days_ago(20))).await;
    house.change(format!("UPDATE plan_part SET due = '{missed}' WHERE due = '{soon}'")).await;
    assert!(why().contains(&format!("60.00 GBP by {missed}: missed")), "{}", why());
    let tasks = house.tasks();
    assert!(tasks.contains(&format!("the instalment of 60.00 GBP for {missed} of account A did not come")), "{tasks}");
    assert!(tasks.contains("call (`duly case show 1`)"), "{tasks}");
    house.take("payments", &format!("P-1,A,{},GBP,60.00,INV-A\n", days_ago(5)));
    assert!(why().contains(&format!("60.00 GBP by {missed}: kept")) && !house.tasks().contains("instalment"));
}

#[test]
fn days_that_have_passed_are_refused() {
    let house = house();
    house.heard(1, "INV-A");
    let yesterday = days_ago(1);
    let error = house.refused(&format!("ask 1 --until {yesterday}"), "which?");
    assert!(error.contains(&format!("`--until {yesterday}` lies in the past; it is {}", days_ago(0))), "{error}");
    let error = house.refused(&format!("resolve 1 --outcome explained --follow-up {yesterday}"), "so");
    assert!(error.contains("`--follow-up"), "{error}");
}
