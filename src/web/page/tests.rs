//! The page as it is shown: an account with three invoices, in words of both languages.

use std::{path::Path, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use tempfile::TempDir;

use super::{
    answer::Fields,
    find::Found,
    message,
    view::{self, Shown},
};
use crate::{
    app::App,
    clock::Clock,
    domain::{
        account_facts::AccountFacts,
        case::{CaseFact, CaseKind, CaseStatus},
        facts::{Account, Invoice, Payment},
        instalments::Plan,
        money::Money,
        notice::{Line, Offer, State},
        page::{Asked, Open},
        promise::Promise,
    },
    rules::Rules,
    settings::Settings,
    store::{Address, Store, outbox::Notice, snapshot::Snapshot},
};

const NOW: &str = "2026-03-09T09:00:00Z";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An installation as shipped, at a time.
async fn app(now: &str) -> (App, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/duly.toml");
    let settings = Settings::load(&config).unwrap();
    let rules = Rules::load(&settings).unwrap();
    let store = Store::open(&Address::File(folder.path().join("duly.db")), "T").await.unwrap();
    let clock = Clock::set_to(now.parse().unwrap());
    (App { settings: Arc::new(settings), rules: Arc::new(rules), store, clock, links: None }, folder)
}

/// A notice of 9 March about three invoices, with what is known of its account.
fn found(app: &App, locale: &str, change: impl FnOnce(&mut AccountFacts)) -> Found {
    let currency = "EUR".parse().unwrap();
    let mut facts = AccountFacts::of(Account {
        number: "10042".to_owned(),
        name: "Lindenhof Hotels".to_owned(),
        emails: vec!["maria.huber@buyer.example".to_owned()],
        locale: Some(locale.to_owned()),
        zone: None,
        country: None,
        policy: None,
        autopay: false,
        contact_name: None,
        phone: None,
    });
    let mut lines = Vec::new();
    for (n, minor) in [(1, 123_450), (2, 48_000), (3, 7_205)] {
        let number = format!("R-2025-118{n}");
        let (issued, due) = (day("2025-12-01"), day("2025-12-31"));
        lines.push(Line {
            invoice: number.clone(),
            issued,
            due,
            days_overdue: 68,
            residual: Money::new(minor, currency),
            stage: Some("first".to_owned()),
            document: None,
        });
        facts.invoices.push(Invoice {
            number,
            account: "10042".to_owned(),
            issued,
            due,
            amount: Money::new(minor, currency),
            tax: None,
            terms: Vec::new(),
            delivered: None,
            document: None,
            product: None,
            note: None,
        });
    }
    let offer = Offer {
        percent: 2.into(),
        pay: 175_082,
        discount: 3_573,
        last_day: day("2026-03-23"),
        invoices: lines.iter().map(|line| line.invoice.clone()).collect(),
    };
    change(&mut facts);
    let asked = Asked { currency, lines: &lines, credits: 0, offer: Some(&offer) };
    let open = Open::of(asked, &facts, &app.rules.standard.policy, app.today());
    let at: DateTime<Utc> = NOW.parse().unwrap();
    let notice = Notice {
        id: 1,
        account: 1,
        as_of: day("2026-03-09"),
        currency,
        stage: "first".to_owned(),
        letter: "first".to_owned(),
        policy: "standard-1".to_owned(),
        token: "0123".to_owned(),
        page: None,
        address: "maria.huber@buyer.example".to_owned(),
        overdue_total: 178_655,
        credits: 0,
        offer: Some(offer),
        planned_at: at,
        dated_at: at,
        considered: day("2026-03-09"),
        thread: None,
        due_at: None,
        state: State::Sent,
        attempts: 1,
        doubts: 0,
        refusals: 0,
        reply: None,
        bounced_at: None,
        lines,
    };
    Found { notice, snapshot: Snapshot { id: 1, revision: 0, facts }, open, considered: day("2026-03-09") }
}

fn page(app: &App, found: &Found, thanks: bool) -> String {
    let typed = Fields::default();
    let form = "0123456789abcdef".to_owned();
    let shown = Shown { token: "A-link", thanks, typed: &typed, missing: None, form };
    view::page(app, "", found, shown).unwrap()
}

/// Blanks that cannot be seen are shown, and the squares of the code are left out.
fn visible(page: &str) -> String {
    let text = page.replace(['\u{a0}', '\u{202f}'], "⍽");
    match text.split_once("<path d=\"") {
        Some((before, after)) => format!("{before}<path d=\"…{}", &after[after.find('"').unwrap()..]),
        None => text,
    }
}

#[tokio::test]
async fn pages_as_they_are_shown() {
    let (app, _folder) = app(NOW).await;
    for locale in ["en-GB", "de-DE"] {
        let name = format!("open-{}", &locale[..2]);
        insta::assert_snapshot!(name, visible(&page(&app, &found(&app, locale, |_| {}), false)));
    }
    let paid = found(&app, "en-GB", |facts| {
        facts.payments.push(Payment {
            number: "P-1".to_owned(),
            account: "10042".to_owned(),
            received: day("2026-03-09"),
            amount: Money::new(178_655, "EUR".parse().unwrap()),
            invoices: facts.invoices.iter().map(|invoice| invoice.number.clone()).collect(),
            note: None,
        });
    });
    insta::assert_snapshot!("paid-en", visible(&page(&app, &paid, false)));
    insta::assert_snapshot!("gone-en", message::written(&app, "", ("page-gone", "page-gone-ask")).unwrap());
}

#[tokio::test]
async fn an_offer_is_shown_while_it_can_be_met() {
    let offered = |text: &str| text.contains("A payment of");
    for (now, expected) in [("2026-03-23T22:00:00Z", true), ("2026-03-24T01:00:00Z", false)] {
        let (app, _folder) = app(now).await;
        assert_eq!(offered(&page(&app, &found(&app, "en-GB", |_| {}), false)), expected, "{now}");
    }
    // Something came in: the amount of the offer was computed without it.
    let (app, _folder) = app(NOW).await;
    let part = |facts: &mut AccountFacts| {
        facts.payments.push(Payment {
            number: "P-1".to_owned(),
            account: "10042".to_owned(),
            received: day("2026-03-09"),
            amount: Money::new(48_000, "EUR".parse().unwrap()),
            invoices: vec!["R-2025-1182".to_owned()],
            note: None,
        });
    };
    let text = page(&app, &found(&app, "en-GB", part), false);
    assert!(!offered(&text) && !text.contains("R-2025-1182") && text.contains("€1,306.55"), "{text}");
}

#[tokio::test]
async fn what_was_noted_is_shown_but_no_suspicion() {
    let (app, _folder) = app(NOW).await;
    let case = |id, status| CaseFact {
        id,
        kind: CaseKind::Protest,
        status,
        opened: day("2026-03-08"),
        concerns: Vec::new(),
        said: Some("It broke".to_owned()),
        evidence: Vec::new(),
        outcome: None,
        credits: Vec::new(),
        credited_since: None,
    };
    let suspected = found(&app, "en-GB", |facts| facts.cases.push(case(1, CaseStatus::Suspected)));
    assert!(!page(&app, &suspected, true).contains("What was noted"));
    let all = found(&app, "en-GB", |facts| {
        facts.cases.push(case(1, CaseStatus::Open));
        facts.promises.push(Promise {
            source: "promise 1".to_owned(),
            invoice: Some("R-2025-1181".to_owned()),
            amount: None,
            made: day("2026-03-08"),
            until: day("2026-03-20"),
            ended: None,
        });
        facts.plans.push(Plan {
            id: 1,
            case: None,
            invoices: vec!["R-2025-1182".to_owned()],
            currency: "EUR".parse().unwrap(),
            parts: vec![(day("2026-03-22"), 24_000), (day("2026-04-22"), 24_000)],
            agreed: day("2026-03-08"),
            ended: None,
        });
    });
    let text = page(&app, &all, true).replace('\u{a0}', " ");
    for part in [
        "Thank you, that was noted",
        "Since 8 March 2026 a person is looking into it",
        "Payment by 20 March 2026 is noted",
        "€240.00 by 22 April 2026",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("It broke"), "nobody reads what others wrote: {text}");
}

#[test]
fn templates_leave_escaping_on() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/page");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let source = std::fs::read_to_string(&path).unwrap();
        for banned in [
            "|safe", "| safe", "|escape", "http:", "https:", "url(", "@import", "<script", "style=", "onclick",
            "onload",
        ] {
            assert!(!source.contains(banned), "{} has {banned}", path.display());
        }
        seen += 1;
    }
    assert_eq!(seen, 4);
}
