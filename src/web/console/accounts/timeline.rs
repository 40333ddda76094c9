//! Everything that happened on an account and has a day, the newest first.

use std::cmp::Reverse;

use chrono::NaiveDate;
use chrono_tz::Tz;

use crate::{
    domain::{
        account_facts::AccountFacts, calendar::date_at, excerpt::shortened, facts::Event, money::Money, reason::Reason,
    },
    store::{contacts::Contact, mails::MailRow, outbox::Notice, receipts::ReceiptRow},
};

/// Rows that are shown; an account may have very many more.
pub const MOST: usize = 300;
/// Letters of a note or of a mail.
const EXCERPT: usize = 300;

/// Something that happened.
pub struct Told {
    pub date: NaiveDate,
    pub what: &'static str,
    pub about: String,
    /// Where more stands.
    pub link: Option<String>,
    pub amount: String,
    pub note: String,
}

/// A decision as the store lists it: the day, the currency, the outcome, the reasons and the policy.
pub type Decided = (NaiveDate, String, String, String, String);

/// Where it all comes from.
pub struct Sources<'a> {
    pub facts: &'a AccountFacts,
    pub notices: &'a [Notice],
    pub receipts: &'a [ReceiptRow],
    pub mails: &'a [MailRow],
    pub decisions: &'a [Decided],
    pub contacts: &'a [Contact],
    pub zone: Tz,
}

impl Told {
    fn new(date: NaiveDate, what: &'static str, about: &str, amount: Option<Money>, note: Option<&str>) -> Self {
        Self {
            date,
            what,
            about: about.to_owned(),
            link: None,
            amount: amount.map(|money| format!("{money:#} {}", money.currency)).unwrap_or_default(),
            note: shortened(note.unwrap_or_default(), EXCERPT),
        }
    }

    fn at(self, link: String) -> Self {
        Self { link: Some(link), ..self }
    }
}

/// The newest of all; whether there are more.
pub fn timeline(sources: &Sources<'_>) -> (Vec<Told>, bool) {
    let facts = sources.facts;
    // Only the newest of each kind can be among the newest of all.
    let mut all = newest(
        &facts.invoices,
        |i| i.issued,
        |i| Told::new(i.issued, "invoice", &i.number, Some(i.amount), i.note.as_deref()),
    );
    all.extend(newest(
        &facts.payments,
        |p| p.received,
        |p| {
            Told::new(
                p.received,
                "payment",
                &shortened(&p.invoices.join(", "), EXCERPT),
                Some(p.amount),
                p.note.as_deref(),
            )
        },
    ));
    all.extend(newest(
        &facts.credits,
        |c| c.date,
        |c| Told::new(c.date, "credit", c.invoice.as_deref().unwrap_or_default(), Some(c.amount), c.reason.as_deref()),
    ));
    all.extend(newest(&facts.events, |e| e.date, event));
    agreed(sources, &mut all);
    all.extend(sources.notices.iter().map(notice));
    all.extend(sources.receipts.iter().map(|receipt| {
        let about = format!("of the answer `{}` ({})", receipt.kind, receipt.state);
        let date = date_at(sources.zone, receipt.answered_at);
        Told::new(date, "receipt", &about, None, receipt.reply.as_deref())
    }));
    all.extend(sources.decisions.iter().map(decision));
    all.extend(sources.mails.iter().map(|mail| reply(mail, sources.zone)));
    all.extend(facts.cases.iter().map(|case| {
        let about = format!("Case {}: {} ({})", case.id, case.kind, case.status);
        Told::new(case.opened, "case", &about, None, case.said.as_deref()).at(format!("/cases/{}", case.id))
    }));
    all.sort_by_key(|told| Reverse(told.date));
    let more = all.len() > MOST;
    all.truncate(MOST);
    (all, more)
}

fn newest<T>(facts: &[T], day: impl Fn(&T) -> NaiveDate, told: impl Fn(&T) -> Told) -> Vec<Told> {
    let mut facts: Vec<&T> = facts.iter().collect();
    facts.sort_by_key(|fact| Reverse(day(fact)));
    // One more tells that there are more.
    facts.into_iter().take(MOST + 1).map(told).collect()
}

fn event(event: &Event) -> Told {
    let about = event.invoice.as_deref().unwrap_or_default();
    Told::new(event.date, event.kind.code(), about, event.amount, event.note.as_deref())
}

/// What people set and agreed, with who ended it when.
fn agreed(sources: &Sources<'_>, all: &mut Vec<Told>) {
    let facts = sources.facts;
    let whole = |invoice: &Option<String>| invoice.clone().unwrap_or_else(|| "the account".to_owned());
    for hold in &facts.holds {
        let note = format!("{}: {}", hold.author, hold.note.as_deref().unwrap_or_default());
        all.push(Told::new(hold.from, "hold", &whole(&hold.invoice), hold.amount, Some(&note)));
        all.extend(hold.ended.map(|ended| Told::new(ended, "hold ended", &whole(&hold.invoice), None, None)));
    }
    for promise in &facts.promises {
        let note = format!("until {}", promise.until);
        all.push(Told::new(promise.made, "promise", &whole(&promise.invoice), promise.amount, Some(&note)));
        all.extend(
            promise.ended.map(|ended| Told::new(ended, "promise taken back", &whole(&promise.invoice), None, None)),
        );
    }
    for plan in &facts.plans {
        let note = format!("{} instalments", plan.parts.len());
        all.push(Told::new(plan.agreed, "instalments", &plan.invoices.join(", "), None, Some(&note)));
    }
    for term in &facts.terms {
        let (kind, note) = (term.kind.code().replace('_', " "), format!("{}: {}", term.author, term.note));
        all.push(Told::new(term.from, "term", &kind, None, Some(&note)));
        all.extend(term.ended.map(|ended| Told::new(ended, "term ended", &kind, None, None)));
    }
    for contact in sources.contacts {
        let (on, note) = (date_at(sources.zone, contact.recorded_at), format!("{}: {}", contact.author, contact.note));
        all.push(Told::new(on, "contact", &contact.email, None, Some(&note)));
        all.extend(contact.ended.map(|ended| Told::new(ended, "contact taken back", &contact.email, None, None)));
    }
}

fn notice(notice: &Notice) -> Told {
    let total = Money::new(notice.overdue_total - notice.credits, notice.currency);
    let state = if notice.bounced_at.is_some() { "came back".to_owned() } else { notice.state.to_string() };
    let about = format!("Notice {}: {} ({state})", notice.id, notice.stage);
    Told::new(notice.as_of, "notice", &about, Some(total), notice.reply.as_deref())
        .at(format!("/notices/{}", notice.id))
}

/// With why, in sentences.
fn decision((date, currency, outcome, reasons, policy): &Decided) -> Told {
    let sentence = |code: &str| {
        let known = Reason::ALL.into_iter().find(|reason| reason.code() == code);
        known.map_or_else(|| code.to_owned(), |reason| reason.sentence().to_owned())
    };
    let why: Vec<String> = reasons.split_whitespace().map(sentence).collect();
    Told::new(*date, "decision", &format!("{outcome}, {currency}, {policy}"), None, Some(&why.join("; ")))
}

/// What came by mail, and what became of it.
fn reply(mail: &MailRow, zone: Tz) -> Told {
    let words = mail.words.as_deref().map(|words| format!(" “{words}”")).unwrap_or_default();
    let told = Told::new(
        date_at(zone, mail.recorded_at),
        "mail",
        mail.kind.code(),
        None,
        Some(&format!("{}{words}", mail.made)),
    );
    match mail.case {
        Some(case) => told.at(format!("/cases/{case}")),
        None => told,
    }
}
