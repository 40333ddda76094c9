//! The customer's page: the link of a mail that was really sent opens it, and each answer has its effect.

use chrono::{Datelike, Days};

use crate::{
    house::days_ago,
    site::{Answered, noticed},
};

const CASES: &str = "SELECT a.number, c.kind, c.status, COALESCE(c.reason, '-'), COALESCE((SELECT MIN(i.invoice) \
                     FROM case_item i WHERE i.case_id = c.id), 'all') FROM cases c JOIN account a ON a.id = c.account \
                     ORDER BY c.id";

#[tokio::test(flavor = "multi_thread")]
async fn the_link_of_a_mail_opens_its_page() {
    let site = noticed(&[("A", "GBP"), ("B", "EUR")], "").await;
    let page = site.get(&site.link("A"));
    assert_eq!(page.status, 200);
    let text = page.text();
    for part in [
        "<html lang=\"en-GB\"",
        "The account A at Example Ltd",
        "INV-A-1",
        "INV-A-2",
        "£100.00",
        "£200.00",
        "A payment of £196.00",
        "GB33BUKB20201555555555",
        "What is the situation?",
        "a…@buyer.example",
        "Ada Clerk",
        "/document/2\">Download A-2.pdf",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("INV-B") && !text.contains("a@buyer.example") && !text.contains("<svg"), "{text}");
    assert!(text.len() < 100_000 && !text.contains("<script") && page.header("set-cookie").is_none());
    let german = site.get(&site.link("B")).text();
    for part in ["<html lang=\"de-DE\"", "Das Kundenkonto B bei Example Ltd", "196,00\u{a0}€", "<svg"] {
        assert!(german.contains(part), "{part}: {german}");
    }
    assert!(german.len() < 100_000, "{}", german.len());
    // What is stored makes no link.
    let kept = site.house.rows("SELECT token, page FROM notice").await.join(" ");
    assert!(!kept.contains(site.link("A").rsplit('/').next().unwrap()), "{kept}");
    let document = site.get(&format!("{}/document/2", site.link("A")));
    assert_eq!((document.status, &document.body[..]), (200, &b"%PDF-1.7 A 2"[..]));
    let name = "attachment; filename=\"A-2.pdf\"; filename*=UTF-8''A-2.pdf";
    assert_eq!(document.header("content-disposition"), Some(name));
    assert_eq!(document.header("content-type"), Some("application/pdf"));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_answer_has_its_effect_and_nothing_more_is_sent() {
    let site = noticed(
        &[("A", "GBP"), ("B", "GBP"), ("C", "GBP"), ("D", "GBP"), ("E", "GBP"), ("F", "GBP"), ("G", "GBP")],
        "",
    )
    .await;
    let soon = days_ago(0) + Days::new(20);
    let far = days_ago(0) + Days::new(200);
    let noted = site.answer("A", "answer=paid&day=2026-01-03&reference=TRX-77&words=by+cheque");
    assert!(noted.contains("Thank you, that was noted") && noted.contains("a person is looking into it"), "{noted}");
    site.answer("B", "answer=wrong&with=service&what=It+broke.%0D%0ATwice%21&wish=A+new+one");
    site.answer("C", "answer=wrong&with=invoice&item=INV-C-2&what=Billed+twice");
    let noted = site.answer("D", &format!("answer=time&how=day&day={soon}"));
    assert!(noted.contains(&format!("{}", soon.year())) && noted.contains("Payment by"), "{noted}");
    let noted = site.answer("E", "answer=time&how=3&day=");
    assert!(noted.contains("Payment in instalments is agreed") && noted.contains("£66.68"), "{noted}");
    site.answer("F", &format!("answer=time&how=day&day={far}&words=A+hard+year"));
    site.answer("G", "answer=contact&words=Ask+Bob");
    let cases = [
        "A paid_unmatched open paid INV-A-1",
        "B protest open - INV-B-1",
        "C billing open - INV-C-2",
        "F cannot_pay open - INV-F-1",
        "G administrative open contact all",
    ];
    assert_eq!(site.house.rows(CASES).await, cases);
    let said = site.house.rows("SELECT author, why FROM case_event WHERE step IN ('said', 'wished') ORDER BY id").await;
    let expected = [
        "customer [paid already on 2026-01-03, reference TRX-77]\nby cheque".to_owned(),
        "customer It broke.\nTwice!".to_owned(),
        "customer A new one".to_owned(),
        "customer Billed twice".to_owned(),
        format!("customer [more time is needed: until {far}]\nA hard year"),
        "customer [not the right contact]\nAsk Bob".to_owned(),
    ];
    assert_eq!(said, expected);
    let promises = site.house.rows("SELECT invoice, until, author FROM promise ORDER BY invoice").await;
    assert_eq!(promises, [1, 2].map(|n| format!("INV-D-{n} {soon} customer")));
    let plan = site.house.rows("SELECT p.invoices, COUNT(*), SUM(t.amount) FROM plan p JOIN plan_part t ON t.plan = p.id GROUP BY p.invoices").await;
    assert_eq!(plan, ["INV-E-1;INV-E-2 3 20000"]);
    assert_eq!(
        site.house.rows("SELECT kind FROM page_answer ORDER BY id").await,
        ["paid", "service", "invoice", "time", "time", "time", "contact"]
    );
    let due = "SELECT COUNT(*) FROM cases WHERE respond_by IS NOT NULL AND resolve_by IS NOT NULL";
    assert_eq!(site.house.rows(due).await, ["5"]);
    // The next stage is reached: only what nobody spoke of is noticed. Later a word that was not kept has passed.
    site.house.edit("policy.toml", "days = 90", "days = 70");
    site.house.edit("policy.toml", "stale_after_business_days = 5", "stale_after_business_days = 0");
    let soon = site.planned(days_ago(0) + Days::new(8));
    assert!(soon.contains(": 1 notice, 6 held") && soon.contains("open_case"), "{soon}");
    assert!(soon.contains("promise") && soon.contains("instalments"), "{soon}");
    let later = site.planned(days_ago(0) + Days::new(30));
    assert!(later.contains(": 3 notices, 4 held"), "{later}");
    site.house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_form_counts_once_and_another_goes_on_the_case() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    let body = format!("form={}&answer=wrong&with=service&what=It+broke", site.get(&link).form());
    let answers: Vec<Answered> = std::thread::scope(|scope| {
        let tasks: Vec<_> = (0..4).map(|_| scope.spawn(|| site.post(&link, &body))).collect();
        tasks.into_iter().map(|task| task.join().unwrap()).collect()
    });
    assert!(answers.iter().all(|answer| answer.status == 303 && *answer == answers[0]), "{answers:?}");
    assert_eq!(site.house.rows(CASES).await, ["A protest open - INV-A-1"]);
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM case_event WHERE step = 'said'").await, ["1"]);
    // More time, while a person looks into it: the words go on the case, and nothing is promised.
    site.answer("A", "answer=time&how=2&words=and+we+are+short");
    assert_eq!(site.house.rows(CASES).await.len(), 1);
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM case_event WHERE step = 'said'").await, ["2"]);
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM plan").await, ["0"]);
    // That nobody is reached there concerns the whole account.
    site.answer("A", "answer=contact&words=Ask+Bob");
    site.answer("A", "answer=contact&words=or+Eve");
    assert_eq!(site.house.rows(CASES).await, ["A protest open - INV-A-1", "A administrative open contact all"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_time_is_given_once() {
    let site = noticed(&[("A", "GBP")], "").await;
    site.answer("A", &format!("answer=time&how=day&day={}", days_ago(0) + Days::new(5)));
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM promise").await, ["2"]);
    site.answer("A", &format!("answer=time&how=day&day={}", days_ago(0) + Days::new(25)));
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM promise").await, ["2"]);
    assert_eq!(site.house.rows(CASES).await, ["A cannot_pay open - INV-A-1"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_follows_the_ledger_and_the_policy() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    site.house.take("payments", &format!("P-1,A,{},GBP,100.00,INV-A-1\n", days_ago(0)));
    let text = site.get(&link).text();
    assert!(!text.contains("INV-A-1<") && text.contains("INV-A-2<"), "{text}");
    assert!(!text.contains("A payment of"), "the offer was for both: {text}");
    // A policy that agrees to nothing by itself, once the daemon has read it.
    site.house.edit("policy.toml", "promise_days = 30", "promise_days = 0");
    site.house.edit("policy.toml", "instalments = 3 ", "instalments = 0 ");
    site.daemon.signal("HUP");
    crate::house::until("the new policy", || !site.get(&link).text().contains("by this answer alone"));
    site.answer("A", &format!("answer=time&how=day&day={}", days_ago(0) + Days::new(2)));
    assert_eq!(site.house.rows(CASES).await, ["A cannot_pay open - INV-A-2"]);
    site.house.take("payments", &format!("P-2,A,{},GBP,100.00,INV-A-2\n", days_ago(0)));
    let paid = site.get(&link);
    assert!(paid.text().contains("Nothing is open of this notice on the account A. Many thanks!"), "{}", paid.text());
    assert!(!paid.text().contains("<form"));
    let sent = site.post(&link, "form=0123456789abcdef&answer=contact");
    assert_eq!((sent.status, sent.header("location")), (303, Some(&*format!("/duly{link}"))));
    assert_eq!(site.house.rows(CASES).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_ticked_is_meant_whatever_was_paid_meanwhile() {
    let site = noticed(&[("A", "GBP"), ("B", "GBP"), ("C", "GBP")], "").await;
    let ticked = |account: &str, item: &str, what: &str| {
        let form = site.get(&site.link(account)).form();
        format!("form={form}&answer=wrong&with=invoice&what={what}&item={item}")
    };
    let page = site.get(&site.link("A")).text();
    assert!(page.contains("name=\"item\" value=\"INV-A-2\""), "{page}");
    // All forms are shown before anything is paid.
    let forms = [
        ("A", ticked("A", "INV-A-2", "Twice")),
        ("B", ticked("B", "INV-B-1", "Paid+under+protest")),
        ("C", ticked("C", "INV-X-1", "Never+came")),
    ];
    let paid = |invoice: &str| format!("P-{invoice},{},{},GBP,100.00,{invoice}\n", &invoice[4..5], days_ago(0));
    let payments: String = ["INV-A-1", "INV-B-1", "INV-C-1", "INV-C-2"].map(paid).concat();
    site.house.take("payments", &payments);
    for (account, form) in &forms {
        let sent = site.post(&site.link(account), form);
        assert!(sent.header("location").is_some_and(|place| place.ends_with("?noted")), "{sent:?}");
    }
    let cases = ["A billing open - INV-A-2", "B billing open - INV-B-1"];
    assert_eq!(site.house.rows(CASES).await[..2], cases);
    let all = "SELECT invoice FROM case_item WHERE case_id = 3 ORDER BY invoice";
    assert_eq!(site.house.rows(all).await, ["INV-C-1", "INV-C-2"], "of a notice that is paid, all that it was about");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_missing_is_asked_for_and_what_was_typed_stays() {
    let site = noticed(&[("A", "GBP")], "").await;
    let link = site.link("A");
    let form = site.get(&link).form();
    let words = "%3Cscript%3Ealert(1)%3C%2Fscript%3E%22%27%26";
    let asked = site.post(&link, &format!("form={form}&answer=paid&day=soon&words={words}"));
    let text = asked.text();
    assert_eq!(asked.status, 422);
    assert!(text.contains("A day is missing") && text.contains("role=\"alert\""), "{text}");
    assert!(
        text.contains("&#60;script&#62;alert(1)&#60;/script&#62;&#34;&#39;&#38;") && !text.contains("<script"),
        "{text}"
    );
    assert!(text.contains("<details name=\"answer\" open>") && asked.form() == form);
    assert_eq!(site.post(&link, &format!("form={form}&answer=wrong&with=service&what=+")).status, 422);
    assert_eq!(site.post(&link, &format!("form={form}&answer=nothing")).status, 422);
    assert_eq!(site.post(&link, "answer=contact").status, 422);
    assert_eq!(site.house.rows("SELECT COUNT(*) FROM page_answer").await, ["0"]);
}
