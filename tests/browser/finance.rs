//! What finance does: another schedule, files, releases and doubts.

use thirtyfour::By;

use crate::{
    desk::Desk,
    house::{days_ago, until},
    look::Look,
    screen::Screen,
    smtp::{Act::Close, At::Dot, Script},
};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_stage_comes_earlier_once_it_was_seen_whom_that_concerns() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    desk.site.house.take("accounts", "N,Customer N,n@buyer.example\n");
    desk.site.house.take("invoices", &format!("INV-N,N,{},{},GBP,100.00\n", days_ago(80), days_ago(50)));
    let screen = Screen::new().await;
    let mut look = Look::with(&screen);
    desk.signed_in(&screen, "Fi", &["finance"]).await;
    screen.presses("Schedule and policy").await;
    screen.sees("from 60 days overdue").await;
    screen.clicks(By::Css("main a[href='/policy/standard/edit']"), "the form of the policy").await;
    let days = screen.one(By::Css("[name='stage-0-days']"), "the days of the first stage").await;
    days.clear().await.unwrap();
    days.send_keys("45").await.unwrap();
    screen.clicks(By::Css("p.end button"), "See what it would do").await;
    screen.sees("1 would be treated differently").await;
    screen.sees("first stage: 60 → 45 days").await;
    let text = screen.text().await;
    assert!(text.contains("N") && text.contains("keep the wording contract"), "{text}");
    let path = screen.path().await;
    look.at(&path).await;
    screen.go(&desk.console(&path)).await;
    assert!(!policy(&desk).contains("days = 45"), "nothing is changed before it is published");
    screen.fills("Why? The history shows it.", "customers asked to hear earlier").await;
    screen.clicks(By::Css("#publish + form button"), "Publish").await;
    screen.sees("customers asked to hear earlier").await;
    until("the file follows", || policy(&desk).contains("days = 45"));
    assert!(desk.site.house.duly(&["plan"]).ended(0).contains("INV-N") || desk.site.planned(days_ago(0)).contains('N'));
    screen.go(&desk.console("/policy")).await;
    screen.sees("from 45 days overdue").await;
    desk.site.house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn words_become_warmer_and_the_ones_before_can_be_read() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    let screen = Screen::new().await;
    let mut look = Look::with(&screen);
    desk.signed_in(&screen, "Fi", &["finance"]).await;
    let edit = desk.console("/policy/wording/en");
    screen.go(&edit).await;
    let closing = screen.one(By::Css("#text-closing"), "the words of the closing").await;
    closing.clear().await.unwrap();
    closing.send_keys("With <img src=x onerror=alert(1)> regards").await.unwrap();
    screen.clicks(By::Css("p.end button"), "See the letters").await;
    screen.sees("With <img src=x onerror=alert(1)> regards").await;
    let path = screen.path().await;
    look.at(&path).await;
    screen.go(&desk.console(&path)).await;
    screen.fills("Why? The history shows it.", "warmer").await;
    screen.clicks(By::Css("#publish + form button"), "Publish").await;
    screen.sees("Published.").await;
    screen.clicks(By::Css("a[href='/policy/wording/en/versions/2']"), "the version").await;
    screen.sees("warmer").await;
    look.at("a version of the words").await;
    desk.site.house.duly(&["verify"]).ended(0);
}

fn policy(desk: &Desk) -> String {
    std::fs::read_to_string(desk.site.house.path("config/policy.toml")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_uploaded_looked_at_and_taken() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    let file = desk.site.house.path("receipts.csv");
    std::fs::write(&file, format!("Receipt;Customer;Day;Sum;Currency;For\nP-1;A;{};100,00;GBP;INV-A-1\n", days_ago(0)))
        .unwrap();
    let screen = Screen::new().await;
    let mut look = Look::with(&screen);
    desk.signed_in(&screen, "Fi", &["finance"]).await;
    screen.presses("Import").await;
    screen.types_into("#file", file.to_str().unwrap()).await;
    screen.chooses_named("kind", "payments").await;
    screen.presses("Upload").await;
    screen.sees("Its cells are separated by semicolons").await;
    let path = screen.path().await;
    look.at(&path).await;
    screen.go(&desk.console(&path)).await;
    for (field, heading) in
        [("payment", "Receipt"), ("account", "Customer"), ("received", "Day"), ("amount", "Sum"), ("invoice", "For")]
    {
        screen.chooses_named(&format!("f-{field}"), heading).await;
    }
    screen.presses("Look what it would change").await;
    screen.sees("1 rows of payments are understood").await;
    look.at("what it would change").await;
    screen.go(&desk.console(&path)).await;
    screen.presses("Take it").await;
    screen.sees("Taken: 1 rows of payments").await;
    look.at("what was taken").await;
    let told = desk.site.house.rows("SELECT author FROM batch ORDER BY id DESC LIMIT 1").await;
    assert_eq!(told, ["Fi"]);
    desk.site.house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_held_back_is_released() {
    let desk = Desk::after(&[("A", "GBP")], |house, _| {
        house.duly(&["sweep", "--no-send"]).ended(3);
    })
    .await;
    let screen = Screen::new().await;
    desk.signed_in(&screen, "Fi", &["finance"]).await;
    screen.presses("Notices").await;
    screen.sees("A sweep waits for your word").await;
    assert!(desk.site.server.accepted().is_empty());
    screen.presses("Release").await;
    screen.sees("Released.").await;
    until("it is sent", || desk.site.server.accepted().len() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doubtful_notice_is_sent_once_more_by_a_person() {
    let desk = Desk::after(&[("A", "GBP")], |house, server| {
        server.behave(Script::default().next(Dot, &[Close]));
        house.duly(&["sweep", "--release"]);
    })
    .await;
    let before = desk.site.server.accepted().len();
    let screen = Screen::new().await;
    desk.signed_in(&screen, "Fi", &["finance"]).await;
    screen.go(&desk.console("/notices?state=in_doubt")).await;
    screen.presses("Notice 1").await;
    screen.fills("Where you looked, and what you found", "the log of the mail server has nothing").await;
    screen.presses("It did not: send it once more").await;
    screen.sees("It is sent once more").await;
    until("it has left", || desk.site.server.accepted().len() == before + 1);
    desk.site.house.duly(&["verify"]).ended(0);
}
