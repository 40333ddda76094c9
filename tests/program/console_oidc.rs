//! Signing in with an account that the company has already.

use crate::{
    browser::{Browser, Page},
    console::{invited, opened, opened_in, signed_in},
    house::House,
    provider::{Provider, SECRET, Twist},
    running::Running,
};

fn with_provider() -> (House, Running, String, Provider) {
    let provider = Provider::start();
    let (house, daemon, address) = with_issuer(&provider.issuer);
    (house, daemon, address, provider)
}

fn with_issuer(issuer: &str) -> (House, Running, String) {
    let house = House::with_accounts(&["A"]);
    let section = format!(
        "[console.oidc]\nissuer = \"{issuer}\"\nclient_id = \"duly\"\nsecret_file = \"client.secret\"\n\
         account = \"Example <ID>\"\n\n"
    );
    house.edit("duly.toml", "[delivery]\n", &format!("{section}[delivery]\n"));
    std::fs::write(house.path("config/client.secret"), SECRET).unwrap();
    let (daemon, address) = opened_in(&house);
    (house, daemon, address)
}

/// Goes to the provider; where the browser comes back to.
fn away(browser: &mut Browser, provider: &Provider, path: &str, subject: &str, twist: Twist) -> String {
    let page = browser.get(path);
    assert_eq!(page.status, 303, "{}", page.body);
    let asked = page.header("location").unwrap();
    assert!(asked.starts_with(&format!("{}/authorize?", provider.issuer)), "{asked}");
    provider.agree(asked, subject, twist)
}

fn through(browser: &mut Browser, provider: &Provider, path: &str, subject: &str, twist: Twist) -> Page {
    let back = away(browser, provider, path, subject, twist);
    browser.get(&back)
}

const SIGN_IN: &str = "/sign-in/oidc?next=/accounts/A";

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_binds_an_account_and_that_account_alone_comes_in() {
    let (house, _daemon, address, provider) = with_provider();
    let mut browser = Browser::new(&address);
    let page = browser.get("/sign-in?next=/accounts/A").body;
    assert!(page.contains("/sign-in/oidc?next=/accounts/A") && page.contains("Example &#60;ID&#62;"), "{page}");
    let stranger = through(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None);
    assert!(stranger.status == 403 && stranger.body.contains("You are not known here."), "{}", stranger.body);
    assert!(!browser.cookies.contains_key("__Host-duly"), "{:?}", browser.cookies);

    let path = invited(&house, "Ada", &["viewer"]);
    assert!(browser.get(&path).body.contains(&format!("{path}/oidc")));
    let page = through(&mut browser, &provider, &format!("{path}/oidc"), "ada-1", Twist::None);
    assert_eq!((page.status, page.header("location")), (303, Some("/")), "{}", page.body);
    assert_eq!(browser.get("/accounts/A").status, 200);
    assert!(browser.cookies.keys().all(|name| name == "__Host-duly"), "{:?}", browser.cookies);
    assert_eq!(browser.get(&path).status, 404, "once");

    let mut later = Browser::new(&address);
    let page = through(&mut later, &provider, SIGN_IN, "ada-1", Twist::None);
    assert_eq!((page.status, page.header("location")), (303, Some("/accounts/A")), "{}", page.body);
    assert_eq!(later.get("/accounts/A").status, 200);
    let other = through(&mut Browser::new(&address), &provider, SIGN_IN, "ada-2", Twist::None);
    assert!(other.body.contains("You are not known here."), "{}", other.body);

    // One account is one person.
    let second = invited(&house, "Bob", &["viewer"]);
    let page = through(&mut Browser::new(&address), &provider, &format!("{second}/oidc"), "ada-1", Twist::None);
    assert!(page.status == 403 && page.body.contains("somebody else"), "{}", page.body);
    assert_eq!(browser.get(&second).status, 200, "the invitation still counts");
    let told = house.rows("SELECT author, detail FROM audit WHERE kind = 'person' ORDER BY position").await;
    assert!(told.iter().any(|entry| entry == &format!("Ada signs in by {}", provider.issuer)), "{told:?}");

    house.duly(&["user", "disable", "Ada", "--by", "root"]).ended(0);
    assert_eq!(later.get("/accounts/A").status, 303);
    assert_eq!(through(&mut later, &provider, SIGN_IN, "ada-1", Twist::None).status, 403);
    house.duly(&["verify"]).ended(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_meant_for_this_try_lets_nobody_in() {
    let (house, daemon, address, provider) = with_provider();
    let mut browser = Browser::new(&address);
    let path = invited(&house, "Ada", &["viewer"]);
    assert_eq!(through(&mut browser, &provider, &format!("{path}/oidc"), "ada-1", Twist::None).status, 303);
    browser.cookies.clear();
    let twists = [Twist::Nonce, Twist::Audience, Twist::Issuer, Twist::Expired, Twist::Stranger, Twist::Unsigned];
    for twist in twists {
        let page = through(&mut browser, &provider, SIGN_IN, "ada-1", twist);
        assert!(page.status == 403 && page.body.contains("is not believed"), "{twist:?}: {}", page.body);
        assert!(browser.cookies.is_empty(), "{twist:?}");
        assert_eq!(through(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None).status, 303);
        browser.cookies.clear();
    }
    assert!(daemon.log().contains("what the provider says of a person is not believed"));
    // Another state, no cookie, somebody else's cookie.
    let back = away(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None);
    let asked = provider.asked.lock().unwrap().len();
    let wrong = browser.get(&format!("{back}0"));
    assert!(wrong.status == 403 && wrong.body.contains("is over, or began in another browser"), "{}", wrong.body);
    assert_eq!(browser.get(&back).status, 403, "the try has ended with the first answer");
    assert_eq!(Browser::new(&address).get(&back).status, 403);
    let mut victim = Browser::new(&address);
    away(&mut victim, &provider, SIGN_IN, "bob", Twist::None);
    assert_eq!(victim.get(&back).status, 403, "signed in as somebody else unawares");
    assert_eq!(provider.asked.lock().unwrap().len(), asked, "no code of these was used");
    // The same answer again, even with its cookie.
    let back = away(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None);
    let cookies = browser.cookies.clone();
    assert_eq!(browser.get(&back).status, 303);
    browser.cookies = cookies;
    let again = browser.get(&back);
    assert!(again.status == 403 && again.body.contains("is not believed"), "{}", again.body);
    // The person said no.
    let back = away(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None);
    let state = back.split("state=").nth(1).unwrap();
    let no = browser.get(&format!("/sign-in/back?error=access_denied%3Cb%3E&state={state}"));
    assert!(no.status == 403 && no.body.contains("Example &#60;ID&#62; did not let you in."), "{}", no.body);
    assert!(!no.body.contains("access_denied"));
    // Whoever tries code after code is stopped.
    for _ in 0..4 {
        through(&mut browser, &provider, SIGN_IN, "ada-1", Twist::Nonce);
    }
    let page = through(&mut browser, &provider, SIGN_IN, "ada-1", Twist::None);
    assert!(page.status == 403 && page.body.contains("Too many tries."), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_go_on_when_the_provider_is_away() {
    let (house, _daemon, address) = with_issuer("http://127.0.0.1:1");
    house.duly(&["check"]).ended(0);
    let mut browser = signed_in(&house, &address, "Ada", &["viewer"]);
    let page = browser.get(SIGN_IN);
    assert!(page.status == 502 && page.body.contains("does not answer"), "{}", page.body);
    assert_eq!(browser.get("/accounts/A").status, 200);
    // Where there is none, nothing is offered.
    let (_house, _daemon, address) = opened();
    let mut browser = Browser::new(&address);
    assert!(!browser.get("/sign-in").body.contains("oidc"));
    assert_eq!([browser.get(SIGN_IN).status, browser.get("/sign-in/back?code=x&state=y").status], [404, 403]);
}
