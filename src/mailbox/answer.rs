//! What a person answered: on a case, a promise, or for a person to read.

use chrono::NaiveDate;

use super::{
    place::{By, Place},
    reply::{self, Answer},
    take::{Draft, MADE, Taker, clean, head},
};
use crate::{
    domain::{
        account_facts::{AccountFacts, UNREAD_REPLY},
        audit::DULY,
        calendar::plus_days,
        case::{CaseKind, Concern, LONGEST_WORDS},
        excerpt::shortened,
        mail::MailKind,
        money::Currency,
    },
    inbox::{
        Letter, quote,
        words::{self, Mail, ReplyKind, Said},
    },
    store::{Result, agreements::NewPromise, cases::NewCase, holds::NewHold, incoming::Effect, snapshot::Snapshot},
};

/// Days for which an answer that is not understood keeps notices back.
const READING_DAYS: u32 = 7;

/// A mail as it is read.
struct Heard<'a> {
    letter: &'a Letter,
    /// Without quotes: only this is taken for the customer's word.
    written: &'a str,
    /// The same, or all of the text if nothing would be left: for people.
    shown: &'a str,
    said: &'a Said,
    items: Vec<String>,
}

impl Taker<'_> {
    pub(super) async fn reply(&self, letter: &Letter, today: NaiveDate) -> Result<Draft> {
        let written = shortened(&clean(&quote::trim(&letter.text).written), LONGEST_WORDS);
        let whole = shortened(&clean(letter.text.trim()), LONGEST_WORDS);
        let shown = if written.trim().is_empty() { &whole } else { &written };
        let place = self.place(letter, &written).await?;
        let Some(account) = place.account else {
            let draft = Draft::note(MailKind::Unplaced, format!("{}: {shown}", head(letter)));
            return Ok(Draft { words: Some(shown.clone()), ..draft });
        };
        let snapshot = self.snapshot(account, today).await?;
        let facts = &snapshot.facts;
        let concerned = match place.by {
            By::Notice(notice) => self.app.store.invoices_of(notice).await?,
            By::LetterOf(case) => reply::invoices_of(facts, case),
            _ => Vec::new(),
        };
        let items = reply::items(facts, &written, &letter.subject, &concerned);
        let said = self.said(facts, letter, &written, today);
        let heard = Heard { letter, written: &written, shown, said: &said, items };
        let stranger = place.by == By::Invoice && !reply::is_contact(facts, letter.from.as_deref());
        let (kind, effects) = match stranger {
            true => (MailKind::Stranger, self.of_a_stranger(&snapshot, &heard, today)),
            false => self.follow(&snapshot, &place, &heard, today).await?,
        };
        let what = if kind.waits() { &shown[..] } else { reply::decisive(&said, &written) };
        let by = if stranger {
            "it names an invoice, and the sender is no contact".to_owned()
        } else {
            place.by.to_string()
        };
        let made = format!("{} ({}, {by}): {what}", head(letter), said.main.code().replace('_', " "));
        let notice = if let By::Notice(notice) = place.by { Some(notice) } else { None };
        Ok(Draft { account: Some(account), notice, words: Some(shown.clone()), effects, ..Draft::note(kind, made) })
    }

    fn said(&self, facts: &AccountFacts, letter: &Letter, written: &str, today: NaiveDate) -> Said {
        let company = &self.app.settings.company;
        let currency: Option<Currency> = facts.invoices.last().map(|invoice| invoice.amount.currency);
        let locale = facts.account.locale.as_deref().unwrap_or(&company.locale);
        let date = reply::written_on(letter.date, company.zone, today);
        let mut said = words::classify(written, &Mail { date, locale, currency }, &self.app.rules.replies);
        // Who names an invoice says something about it.
        if said.main == ReplyKind::Thanks && !reply::items(facts, written, "", &[]).is_empty() {
            said.main = ReplyKind::Other;
        }
        said
    }

    /// Anybody may know the number of an invoice: a person looks, and nothing is held against the customer.
    fn of_a_stranger(&self, snapshot: &Snapshot, heard: &Heard<'_>, today: NaiveDate) -> Vec<Effect> {
        // Nor can anybody keep notices back for longer by writing again.
        let held = snapshot.facts.holds.iter().any(|hold| hold.is_for_a_mail() && hold.holds_on(today));
        let quiet = held || heard.said.main == ReplyKind::Thanks;
        if quiet { Vec::new() } else { vec![until_read(snapshot.id, heard.letter, today)] }
    }

    async fn follow(
        &self,
        snapshot: &Snapshot,
        place: &Place,
        heard: &Heard<'_>,
        today: NaiveDate,
    ) -> Result<(MailKind, Vec<Effect>)> {
        let Heard { letter, written, shown, said, items } = heard;
        let answer = reply::answer(said, today);
        // What says nothing in particular belongs on whatever is under way.
        let about: &[String] = if answer == Answer::Read { &[] } else { items };
        let thanks = said.main == ReplyKind::Thanks;
        let answered = if let By::LetterOf(case) = place.by { reply::under_way(&snapshot.facts, case) } else { None };
        if let (Some(case), true) = (answered, thanks) {
            let note = Effect::Note { case: Some(case), note: format!("{}: {shown}", head(letter)) };
            return Ok((MailKind::Reply, vec![note]));
        }
        let case = answered.or_else(|| reply::case_about(&snapshot.facts, about, &said.main).map(|case| case.id));
        let say = case.map(|case| Effect::Say { case, words: (*shown).to_owned() });
        let promised = reply::promised(said, written);
        let beside = promised.map(|words| Effect::Note { case: None, note: format!("promised beside it: {words}") });
        Ok(match answer {
            Answer::Promise { until, amount } => {
                let invoice = (items.len() == 1).then(|| items[0].clone());
                let amount = invoice.as_ref().zip(amount);
                let promise = Effect::Promise(NewPromise {
                    account: snapshot.id,
                    case,
                    amount: amount.and_then(|(invoice, amount)| reply::part_of(&snapshot.facts, invoice, amount)),
                    invoice,
                    made: today,
                    until,
                    note: Some(format!("{}: {}", head(letter), shortened(reply::decisive(said, written), MADE))),
                    author: DULY.to_owned(),
                });
                (MailKind::Reply, say.into_iter().chain([promise]).collect())
            }
            Answer::Case { kind, reason } if say.is_none() => {
                let concern = |invoice: &String| Concern { invoice: invoice.clone(), amount: None };
                let concerns = items.iter().map(concern).collect();
                let why = format!("{} ({}): {}", head(letter), place.by, reply::decisive(said, written));
                let words = Some((*shown).to_owned());
                let open = self.open(snapshot, kind, reason, concerns, shortened(&why, MADE), words).await?;
                (MailKind::Reply, [open].into_iter().chain(beside).collect())
            }
            Answer::Case { .. } => (MailKind::Reply, say.into_iter().chain(beside).collect()),
            Answer::Read if say.is_some() => (MailKind::Reply, say.into_iter().collect()),
            Answer::Read if thanks => (MailKind::Thanks, Vec::new()),
            Answer::Read => (MailKind::Unclear, vec![until_read(snapshot.id, letter, today)]),
        })
    }

    pub(super) async fn open(
        &self,
        snapshot: &Snapshot,
        kind: CaseKind,
        reason: Option<&str>,
        concerns: Vec<Concern>,
        why: String,
        words: Option<String>,
    ) -> Result<Effect> {
        let new = self.app.new_case((snapshot.id, &snapshot.facts.account.number), kind, DULY).await?;
        let reason = reason.map(str::to_owned);
        Ok(Effect::Open(Box::new(NewCase { reason, concerns, why, words, ..new })))
    }
}

/// What nobody understood may be a complaint: nobody is reminded before a person had time to read it.
fn until_read(account: i64, letter: &Letter, today: NaiveDate) -> Effect {
    Effect::Hold(NewHold {
        account,
        invoice: None,
        amount: None,
        reason: UNREAD_REPLY.to_owned(),
        starts: today,
        until: Some(plus_days(today, READING_DAYS)),
        note: Some(head(letter)),
        author: DULY.to_owned(),
    })
}
