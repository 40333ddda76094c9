//! A protest, from the customer's page to its cause.

use thirtyfour::By;

use crate::{desk::Desk, house::until, screen::Screen};

#[tokio::test(flavor = "multi_thread")]
async fn a_protest_goes_from_the_customers_page_to_its_cause() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    desk.site.answer("A", "answer=wrong&with=service&item=2&what=The+boxes+came+wet.&wish=New+boxes");
    let screen = Screen::new().await;
    desk.signed_in(&screen, "Ada Clerk", &["reviewer"]).await;
    screen.presses("Case 1").await;
    screen.sees("The boxes came wet.").await;
    screen.sees("Ada Clerk has it").await;

    screen.presses("Answer or ask the customer").await;
    screen.fills("What you said, or asked", "New ones are on their way").await;
    screen.presses("They have an answer").await;
    screen.presses("Yes: all is out").await;
    screen.presses("Agree on a solution").await;
    screen.chooses("outcome", "our_fault").await;
    screen.fills("INV-A-2, at most 100.00 GBP", "20.00").await;
    screen.fills("Why", "they were packed badly").await;
    screen.presses("It is agreed").await;
    screen.sees("Solution: our fault, 20.00 GBP on INV-A-2").await;

    let before = desk.site.server.accepted().len();
    screen.sees("To a@buyer.example").await;
    screen.presses("Send it").await;
    until("the confirmation", || desk.site.server.accepted().len() > before);
    screen.fills("What they say", "She is glad").await;
    screen.presses("All is well").await;
    screen.chooses("cause", "delivery").await;
    screen.fills("What was learned", "stronger boxes").await;
    screen.clicks(By::Css("button[value=close]"), "Close it").await;
    screen.sees("stronger boxes").await;
    let case = desk.site.house.rows("SELECT status FROM cases").await;
    assert_eq!(case, ["closed"]);
    // The customer sees what is left.
    screen.go(&desk.page("A")).await;
    screen.sees("£180.00").await;
    desk.site.house.duly(&["verify"]).ended(0);
}
