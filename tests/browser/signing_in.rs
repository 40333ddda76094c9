//! The first person, and what each role is shown.

use thirtyfour::SameSite;

use crate::{desk::Desk, screen::Screen};

#[tokio::test(flavor = "multi_thread")]
async fn the_first_person_chooses_a_password_and_signs_in() {
    let desk = Desk::open(&[]).await;
    let screen = Screen::new().await;
    let link = desk.invited("Ada Clerk", &["admin", "reviewer"]);
    screen.go(&desk.console("/people")).await;
    screen.sees("Sign in").await;
    screen.go(&link).await;
    screen.sees("Choose a password, Ada Clerk.").await;
    screen.fills("New password", "password1234").await;
    screen.fills("The same again", "password1234").await;
    screen.presses("Keep it").await;
    screen.sees("too easy").await;
    screen.fills("New password", crate::desk::PASSWORD).await;
    screen.fills("The same again", crate::desk::PASSWORD).await;
    screen.presses("Keep it").await;
    desk.signs_in(&screen, "Ada Clerk").await;
    screen.sees("Cases").await;
    let cookie = screen.get_named_cookie("__Host-duly").await.unwrap();
    assert_eq!((cookie.secure, cookie.path.as_deref(), cookie.same_site), (Some(true), Some("/"), Some(SameSite::Lax)));
    let seen = screen.execute("return document.cookie", Vec::new()).await.unwrap();
    assert_eq!(seen.json(), "", "no script sees the session");
    screen.go(&link).await;
    screen.sees("This invitation was used").await;

    screen.go(&desk.console("/people")).await;
    screen.presses("Sign out").await;
    screen.sees("Password").await;
    screen.back().await.unwrap();
    screen.go(&desk.console("/people")).await;
    assert_eq!(screen.path().await, "/sign-in?next=/people");
    desk.signs_in(&screen, "Ada Clerk").await;
    assert_eq!(screen.path().await, "/people", "where they wanted to go");
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_is_shown_what_it_may() {
    let desk = Desk::open(&[("A", "GBP")]).await;
    for role in ["viewer", "reviewer", "finance", "admin"] {
        let screen = Screen::new().await;
        desk.signed_in(&screen, role, &[role]).await;
        let nav = screen.find(thirtyfour::By::Css("nav")).await.unwrap().text().await.unwrap();
        for everybodys in ["Today", "Cases", "Accounts", "Notices", "Reports", "Schedule and policy"] {
            assert!(nav.contains(everybodys), "{role}: {nav}");
        }
        assert_eq!(
            (nav.contains("Import"), nav.contains("People")),
            (role == "finance", role == "admin"),
            "{role}: {nav}"
        );
        for (path, whose, words) in [
            ("/people", "admin", "Somebody new"),
            ("/import", "finance", "What the file holds"),
            ("/policy/standard/edit", "finance", "See what it would do"),
        ] {
            screen.go(&desk.console(path)).await;
            screen.sees(if role == whose { words } else { "This is for others." }).await;
        }
        screen.go(&desk.console("/accounts/A")).await;
        screen.sees("Customer A").await;
        let text = screen.text().await;
        assert_eq!(text.contains("Hold: notices wait"), role == "reviewer", "{role}: {text}");
    }
}
