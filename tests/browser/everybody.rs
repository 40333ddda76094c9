//! Every page of both faces, looked at as [`Look`] does.

use axum::http::Method;
use chrono::Days;
use duly::web::console::routes;

use crate::{desk::Desk, house::days_ago, look::Look, screen::Screen};

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_the_console() {
    let desk = Desk::open(&[("A", "GBP"), ("B", "EUR")]).await;
    desk.site.answer("A", "answer=wrong&with=service&what=The+boxes+came+wet.&wish=New+boxes");
    desk.site.house.take("accounts", "N,Customer N,n@buyer.example\n");
    let (issued, due) = (days_ago(95), days_ago(65));
    desk.site.house.take("invoices", &format!("INV-N,N,{issued},{due},GBP,100.00\n"));
    let screen = Screen::new().await;
    let mut look = Look::with(&screen);
    let invitation = desk.invited("Somebody Else", &["viewer"]);
    let token = invitation.rsplit('/').next().unwrap();
    screen.go(&desk.console("/sign-in")).await;
    look.at("/sign-in").await;
    desk.signed_in(&screen, "Ada Clerk", &["admin", "finance", "reviewer"]).await;
    // What finance has to begin first is looked at while it does.
    let later = ["/policy/changes/", "/policy/wording/en/versions/", "/import/", "/sign-in/back"];
    let begun = |path: &str| later.iter().any(|later| path.starts_with(later)) || path.ends_with("/oidc");
    for route in routes().into_iter().filter(|route| route.method == Method::GET) {
        let path = filled(route.path, token);
        if begun(&path) {
            continue;
        }
        if screen.is_page(&path).await {
            screen.go(&desk.console(&path)).await;
            look.at(&path).await;
        }
    }
    for (path, words) in [
        ("/accounts?q=customer", "found"),
        ("/accounts?q=nobody", "Nothing is found"),
        ("/nowhere", "There is no such page."),
    ] {
        screen.go(&desk.console(path)).await;
        screen.sees(words).await;
        look.at(path).await;
    }
    assert!(look.pages() >= 10, "{}", look.pages());
}

/// A path with real names in it.
fn filled(path: &str, token: &str) -> String {
    // Of an account that waits for its first notice there is a preview.
    let number = if path.contains("/preview") { "N" } else { "A" };
    let names = [("{token}", token), ("{number}", number), ("{id}", "1"), ("{currency}", "GBP")];
    let name = if !path.starts_with("/policy") {
        "ageing"
    } else if path.contains("/wording/") {
        "en"
    } else {
        "standard"
    };
    let more = [("{name}", name), ("{locale}", "en"), ("{version}", "1"), ("{stage}", "0")];
    let filled = names.iter().chain(&more).fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
    assert!(!filled.contains('{'), "what belongs into {filled}?");
    filled
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_can_use_the_customers_page() {
    let desk = Desk::open(&[("A", "GBP"), ("B", "EUR"), ("C", "GBP")]).await;
    let screen = Screen::new().await;
    let mut look = Look::with(&screen);
    for account in ["A", "B"] {
        screen.go(&desk.page(account)).await;
        look.at(account).await;
    }
    screen.go(&desk.page("A")).await;
    screen.presses("More time is needed").await;
    screen.presses("Payment by a day").await;
    screen.answers("time").await;
    screen.sees("A day is missing").await;
    look.at("A, a day is missing").await;
    screen.presses("2 monthly instalments, the first in two weeks").await;
    screen.answers("time").await;
    screen.sees("Payment in instalments is agreed").await;
    look.at("A, noted").await;
    let soon = days_ago(0) + Days::new(3);
    desk.site.answer("B", &format!("answer=time&how=day&day={soon}"));
    screen.go(&desk.page("B")).await;
    look.at("B, noted").await;
    let paid = [1, 2].map(|n| format!("P-{n},C,{},GBP,100.00,INV-C-{n}\n", days_ago(0)));
    desk.site.house.take("payments", &paid.concat());
    screen.go(&desk.page("C")).await;
    screen.sees("Nothing is open").await;
    look.at("C, paid").await;
    screen.go(&desk.page("C").replace("/r/", "/r/x")).await;
    screen.sees("This page cannot be shown").await;
    look.at("no page").await;
    assert_eq!(look.pages(), 7);
}
