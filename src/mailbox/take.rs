//! A mail becomes a record with its effects.

use chrono::NaiveDate;

use super::{
    place::Place,
    reply::{self, Answer},
};
use crate::{
    app::App,
    domain::{
        account_facts::AccountFacts,
        audit::DULY,
        calendar::plus_days,
        case::{CaseKind, Concern},
        mail::MailKind,
        money::Currency,
    },
    inbox::{
        Automatic, Bounce, Complaint, Feedback, Ignored, Incoming, Letter, Machine, Ours, quote, read,
        token::Verp,
        words::{self, Mail, Said},
    },
    store::{
        Result,
        agreements::NewPromise,
        cases::{Actor, NewCase},
        holds::NewHold,
        incoming::{Effect, NewMail},
        snapshot::{Horizon, Snapshot},
    },
};

/// Letters of a customer's words that are kept.
const WORDS: usize = 10_000;
/// Days for which an answer that is not understood keeps notices back.
const READING_DAYS: u32 = 7;
/// Letters of what is made of a mail.
const MADE: usize = 300;
/// Longest Message-ID by which a mail is known again.
const LONGEST_ID: usize = 500;

/// Takes mails.
#[derive(Debug)]
pub struct Taker<'a> {
    pub app: &'a App,
    pub verp: Option<Verp>,
}

/// What is made of a mail, before it is recorded.
struct Draft {
    kind: MailKind,
    account: Option<i64>,
    notice: Option<i64>,
    made: String,
    effects: Vec<Effect>,
}

impl Draft {
    fn note(kind: MailKind, made: impl Into<String>) -> Self {
        Self { kind, account: None, notice: None, made: made.into(), effects: Vec::new() }
    }
}

impl Taker<'_> {
    /// Takes a mail with all that follows; `None` when the mail at this place was taken before. One that cannot be
    /// taken is recorded for a person, so that it stops no other.
    pub async fn take(&self, mailbox: &str, place: &str, bytes: &[u8]) -> Result<Option<MailKind>> {
        if self.app.store.mail_was_taken(mailbox, place).await? {
            return Ok(None);
        }
        let today = self.app.today();
        let actor = Actor { author: DULY, why: "", today, now: self.app.clock.now() };
        let ours = Ours {
            message_domain: self.app.settings.message_domain(),
            from: &self.app.settings.delivery.from,
            verp: self.verp.as_ref(),
        };
        let incoming = read(bytes, &ours);
        let message_id = message_id(&incoming);
        let record = |draft: Draft| NewMail {
            mailbox: mailbox.to_owned(),
            place: place.to_owned(),
            message_id: message_id.clone(),
            kind: draft.kind,
            account: draft.account,
            notice: draft.notice,
            made: shortened(&draft.made, MADE),
            effects: draft.effects,
        };
        // Twice, since a case may have ended in between.
        let mut failed = String::new();
        for _ in 0..2 {
            let taken = match self.understand(&incoming, today).await {
                Ok(draft) => self.app.store.take_mail(&record(draft), &actor).await,
                Err(error) => Err(error),
            };
            match taken {
                Err(error) if !error.passes() => failed = error.to_string(),
                taken => return taken,
            }
        }
        tracing::error!(place, failed, "a mail could not be taken; it is left to a person");
        self.app.store.take_mail(&record(Draft::note(MailKind::Failed, failed)), &actor).await
    }

    async fn understand(&self, incoming: &Incoming, today: NaiveDate) -> Result<Draft> {
        match incoming {
            Incoming::Bounce(bounce) => self.bounce(bounce).await,
            Incoming::Complaint(complaint) => self.complaint(complaint, today).await,
            Incoming::Automatic(automatic) => self.automatic(automatic).await,
            Incoming::Own(_) => Ok(Draft::note(MailKind::Own, "a notice of ours came back")),
            Incoming::Reply(letter) if self.is_ours(letter) => Ok(Draft::note(MailKind::Own, "a colleague wrote")),
            Incoming::Reply(letter) => self.reply(letter, today).await,
            Incoming::Ignored(why) => {
                let why = match why {
                    Ignored::Unreadable => "it is no mail",
                    Ignored::Receipt => "a receipt",
                    Ignored::Bulk => "a newsletter or a list",
                };
                Ok(Draft::note(MailKind::Ignored, why))
            }
        }
    }

    /// A hard one stops the address of the notice; one that cannot be tied to a notice changes nothing.
    async fn bounce(&self, bounce: &Bounce) -> Result<Draft> {
        let clues = &bounce.letter.clues;
        let final_ones = || bounce.failures.iter().filter(|failure| !failure.delayed);
        let kind = if final_ones().next().is_some() { MailKind::Bounce } else { MailKind::Delayed };
        let said = final_ones().chain(&bounce.failures).map(|failure| clean(&failure.diagnostic)).next();
        let said = said.unwrap_or_default();
        let Some(about) = self.about(clues).await? else {
            return Ok(Draft::note(kind, format!("of no notice of ours; nothing follows: {said}")));
        };
        let same = |recipient: &Option<String>| match recipient {
            Some(recipient) => recipient.eq_ignore_ascii_case(&about.address),
            None => clues.token.is_some(),
        };
        let hard = final_ones().find(|failure| failure.hard && same(&failure.recipient));
        let why = hard.map(|failure| format!("bounced: {}", clean(&failure.diagnostic)));
        let made = match &why {
            Some(_) => format!("{} is not written to any more: {said}", about.address),
            None => format!("{} stays in use: {said}", about.address),
        };
        let stop =
            |why: String| Effect::Stop { notice: about.notice, account: about.account, why: shortened(&why, MADE) };
        Ok(Draft {
            kind,
            account: Some(about.account),
            notice: Some(about.notice),
            made,
            effects: why.map(stop).into_iter().collect(),
        })
    }

    /// Stops the address, and asks a person who should get notices instead.
    async fn complaint(&self, complaint: &Complaint, today: NaiveDate) -> Result<Draft> {
        let about = self.about(&complaint.letter.clues).await?;
        let harmless = match complaint.feedback {
            Feedback::NotSpam => Some("somebody says that it is no spam"),
            Feedback::AuthFailure => Some("a report about SPF, DKIM or DMARC"),
            Feedback::Abuse | Feedback::Fraud | Feedback::Virus | Feedback::OptOut | Feedback::Other => None,
        };
        let (about, harmless) = match (about, harmless) {
            (_, Some(harmless)) => return Ok(Draft::note(MailKind::Ignored, harmless)),
            (None, None) => return Ok(Draft::note(MailKind::Unplaced, "a complaint about no notice that is known")),
            (Some(about), None) => (about, "the recipient's provider passed on a complaint about our mail"),
        };
        let snapshot = self.snapshot(about.account, today).await?;
        let stop = Effect::Stop { notice: about.notice, account: about.account, why: harmless.to_owned() };
        let case = reply::case_about(&snapshot.facts, &[], &words::ReplyKind::WrongContact).map(|case| case.id);
        let further = match case {
            Some(case) => Effect::Say { case, words: harmless.to_owned() },
            None => {
                let (kind, why) = (CaseKind::Administrative, format!("{harmless} to {}", about.address));
                self.open(&snapshot, kind, Some("contact"), Vec::new(), why, None).await?
            }
        };
        Ok(Draft {
            kind: MailKind::Complaint,
            account: Some(about.account),
            notice: Some(about.notice),
            made: format!("{} is not written to any more: {harmless}", about.address),
            effects: vec![stop, further],
        })
    }

    async fn automatic(&self, automatic: &Automatic) -> Result<Draft> {
        let about = self.about(&automatic.letter.clues).await?;
        let returns = automatic.returns.map(|day| format!(", back on {day}")).unwrap_or_default();
        let who = if automatic.machine == Machine::Away { "somebody is away" } else { "a machine answers" };
        let made = format!("{who}{returns}: {}", head(&automatic.letter));
        let (account, notice) = (about.as_ref().map(|about| about.account), about.map(|about| about.notice));
        Ok(Draft { account, notice, ..Draft::note(MailKind::Automatic, made) })
    }

    async fn reply(&self, letter: &Letter, today: NaiveDate) -> Result<Draft> {
        let written = shortened(&clean(&quote::trim(&letter.text).written), WORDS);
        let place = self.place(letter, &written).await?;
        let Some(account) = place.account else {
            return Ok(Draft::note(MailKind::Unplaced, format!("{}: {written}", head(letter))));
        };
        let snapshot = self.snapshot(account, today).await?;
        let facts = &snapshot.facts;
        let noticed = match place.notice {
            Some(notice) => self.app.store.invoices_of(notice).await?,
            None => Vec::new(),
        };
        let items = reply::items(facts, &written, &letter.subject, &noticed);
        let said = self.said(facts, letter, &written, today);
        let effects = self.follow(&snapshot, letter, &place, (&written, &said, items), today).await?;
        let unread = effects.iter().all(|effect| matches!(effect, Effect::Hold(_)));
        let (kind, what) = match unread {
            true => (MailKind::Unclear, &written[..]),
            false => (MailKind::Reply, reply::decisive(&said, &written)),
        };
        let made = format!("{} ({}, {}): {what}", head(letter), said.main.code().replace('_', " "), place.by);
        Ok(Draft { kind, account: Some(account), notice: place.notice, made, effects })
    }

    fn said(&self, facts: &AccountFacts, letter: &Letter, written: &str, today: NaiveDate) -> Said {
        let company = &self.app.settings.company;
        let currency: Option<Currency> = facts.invoices.last().map(|invoice| invoice.amount.currency);
        let locale = facts.account.locale.as_deref().unwrap_or(&company.locale);
        let date = reply::written_on(letter.date, company.zone, today);
        words::classify(written, &Mail { date, locale, currency }, &self.app.rules.replies)
    }

    async fn follow(
        &self,
        snapshot: &Snapshot,
        letter: &Letter,
        place: &Place,
        (written, said, items): (&str, &Said, Vec<String>),
        today: NaiveDate,
    ) -> Result<Vec<Effect>> {
        let answer = reply::answer(said, today);
        // What says nothing in particular belongs on whatever is under way.
        let about: &[String] = if answer == Answer::Read { &[] } else { &items };
        let case = reply::case_about(&snapshot.facts, about, &said.main).map(|case| case.id);
        let say = case.map(|case| Effect::Say { case, words: written.to_owned() });
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
                say.into_iter().chain([promise]).collect()
            }
            Answer::Case { kind, reason } if say.is_none() => {
                let concerns = items.into_iter().map(|invoice| Concern { invoice, amount: None }).collect();
                let why = format!("{} ({}): {}", head(letter), place.by, reply::decisive(said, written));
                let words = Some(written.to_owned());
                vec![self.open(snapshot, kind, reason, concerns, shortened(&why, MADE), words).await?]
            }
            // What nobody understood may be a complaint: nobody is reminded before a person had time to read it.
            Answer::Read if say.is_none() && said.main != words::ReplyKind::Thanks => {
                vec![Effect::Hold(NewHold {
                    account: snapshot.id,
                    invoice: None,
                    amount: None,
                    reason: "unread_reply".to_owned(),
                    starts: today,
                    until: Some(plus_days(today, READING_DAYS)),
                    note: Some(head(letter)),
                    author: DULY.to_owned(),
                })]
            }
            Answer::Case { .. } | Answer::Read => say.into_iter().collect(),
        })
    }

    async fn open(
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

    async fn snapshot(&self, account: i64, today: NaiveDate) -> Result<Snapshot> {
        let found = self.app.store.snapshots(&[account], Horizon::everything(today)).await?.pop();
        found.ok_or_else(|| crate::store::StoreError::Refused(format!("account {account} has no facts")))
    }

    /// Colleagues are not customers.
    fn is_ours(&self, letter: &Letter) -> bool {
        let settings = &self.app.settings;
        let own = [Some(&settings.delivery.from), settings.delivery.reply_to.as_ref(), Some(&settings.company.email)];
        letter.from.as_ref().is_some_and(|from| own.into_iter().flatten().any(|ours| ours.eq_ignore_ascii_case(from)))
    }
}

fn message_id(incoming: &Incoming) -> Option<String> {
    let letter = match incoming {
        Incoming::Bounce(Bounce { letter, .. })
        | Incoming::Complaint(Complaint { letter, .. })
        | Incoming::Automatic(Automatic { letter, .. })
        | Incoming::Own(letter)
        | Incoming::Reply(letter) => letter,
        Incoming::Ignored(_) => return None,
    };
    letter.message_id.as_deref().map(clean).filter(|id| !id.is_empty() && id.len() <= LONGEST_ID)
}

/// Sender and subject.
fn head(letter: &Letter) -> String {
    let from = letter.from.as_deref().unwrap_or("nobody");
    format!("{} “{}”", shortened(&clean(from), 100), shortened(&clean(&letter.subject), 100))
}

/// Without control characters, which a database may refuse and a terminal obeys.
fn clean(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
