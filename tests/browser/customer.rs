//! The customer's page, in a browser in which no script runs.

use chrono::Days;

use crate::{desk::Desk, house::days_ago, screen::Screen};

const CASES: &str = "SELECT a.number, c.kind, c.status FROM cases c JOIN account a ON a.id = c.account ORDER BY c.id";

#[tokio::test(flavor = "multi_thread")]
async fn each_of_the_four_answers_is_taken_without_scripts() {
    let desk = Desk::open(&[("A", "GBP"), ("B", "GBP"), ("C", "GBP"), ("D", "GBP")]).await;
    let screen = Screen::new().await;
    screen.runs_no_scripts().await;

    screen.go(&desk.page("A")).await;
    screen.presses("It was paid already").await;
    screen.types_into("#paid-day", &typed(3)).await;
    screen.types_into("#paid-reference", "TRX-77").await;
    screen.answers("paid").await;
    screen.sees("a person is looking into it").await;

    screen.go(&desk.page("B")).await;
    screen.presses("Something is wrong").await;
    screen.presses("The goods or the service").await;
    screen.types_into("#wrong-what", "The boxes came wet.").await;
    screen.answers("wrong").await;
    screen.sees("a person is looking into it").await;

    screen.go(&desk.page("C")).await;
    screen.presses("More time is needed").await;
    screen.presses("3 monthly instalments, the first in two weeks").await;
    screen.answers("time").await;
    screen.sees("Payment in instalments is agreed").await;

    screen.go(&desk.page("D")).await;
    screen.presses("This is not the right contact").await;
    screen.types_into("#contact-words", "Ask Bob").await;
    screen.answers("contact").await;
    screen.sees("a person is looking into it").await;

    let cases = ["A paid_unmatched open", "B protest open", "D administrative open"];
    assert_eq!(desk.site.house.rows(CASES).await, cases);
    let paid = desk.site.house.rows("SELECT why FROM case_event WHERE step = 'said' ORDER BY id LIMIT 1").await;
    assert_eq!(paid, [format!("[paid already on {}, reference TRX-77]", days_ago(3))]);
    assert_eq!(desk.site.house.rows("SELECT COUNT(*) FROM plan_part").await, ["3"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protest_reaches_staff_with_the_customers_words() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    let screen = Screen::new().await;
    screen.go(&desk.page("A")).await;
    screen.presses("Something is wrong").await;
    screen.presses("The goods or the service").await;
    screen.presses("INV-A-2").await;
    screen.types_into("#wrong-what", "The boxes came wet & <b>open</b>.").await;
    screen.types_into("#wrong-wish", "New boxes").await;
    screen.answers("wrong").await;
    screen.sees("Thank you").await;

    desk.signed_in(&screen, "Rita", &["reviewer"]).await;
    screen.presses("Cases").await;
    screen.sees("All (1)").await;
    screen.presses("Case 1").await;
    screen.sees("The boxes came wet & <b>open</b>.").await;
    screen.sees("New boxes").await;
    screen.sees("about INV-A-2").await;
}

/// A day as it is typed into a field of a browser that speaks American English, as Debian's does.
fn typed(ago: u64) -> String {
    (days_ago(0) - Days::new(ago)).format("%m%d%Y").to_string()
}
