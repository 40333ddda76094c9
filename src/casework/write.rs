//! What was agreed, confirmed to the customer in writing.

use std::time::Instant;

use chrono::{DateTime, Utc};

use super::{Word, account, record, refused};
use crate::{
    app::{App, Failure},
    delivery::{
        Confirmed, Outgoing, Target, Way,
        compose::{ComposeError, Mail},
    },
    domain::{
        case::{Act, CaseOutcome},
        excerpt::printable,
        notice::Attempt,
    },
    failpoint,
    letter::LetterError,
    store::{
        StoreError,
        cases::{Actor, CaseRow},
    },
};

impl App {
    /// The mail that would confirm a solution now, and to whom it would go. `own` are the writer's own words, with what
    /// the caller calls them.
    pub async fn confirmation(&self, case: &CaseRow, own: Option<(&str, &str)>) -> Result<(String, Mail), Failure> {
        let own = own.map(|(field, own)| record::note(field, own)).transpose()?.unwrap_or_default();
        let id = case.id;
        let missing = || Failure::Input(format!("case {id}: it has no solution yet that could be confirmed"));
        let outcome = case.course.outcome.ok_or_else(missing)?;
        let snapshot = account(self, &case.account).await?;
        let nowhere = || {
            let account = printable(&case.account);
            Failure::Input(format!(
                "no address of account {account} takes mail: confirm it by letter or telephone, then say so (`duly case written {id}`)"
            ))
        };
        let address = snapshot.facts.address().ok_or_else(nowhere)?.to_owned();
        let parts = match outcome {
            CaseOutcome::PlanAgreed => self.store.instalments_of(id).await?,
            _ => Vec::new(),
        };
        let (course, account, at) = (&case.course, &snapshot.facts.account, self.clock.now());
        let confirmed = Confirmed { case: id, course, outcome, parts, account, address: &address, own, at };
        match self.composer()?.confirmation(confirmed) {
            Ok(mail) => Ok((address, mail)),
            Err(ComposeError::Letter(error @ LetterError::Tone { .. })) => Err(Failure::Input(error.to_string())),
            Err(error) => Err(Failure::Failed(error.to_string())),
        }
    }

    /// Sends it, and waits for the outcome: the address, and the case afterwards. `again` is a person's word that it may
    /// go once more, although it may have arrived, or has.
    pub async fn write(
        &self,
        id: i64,
        own: Option<(&str, &str)>,
        again: bool,
        word: Word<'_>,
    ) -> Result<(String, CaseRow), Failure> {
        let case = self.case(id).await?;
        let (address, mail) = self.confirmation(&case, own).await?;
        let author = self.colleague(word.author).map_err(Failure::Input)?;
        let intent = Act::Writing { again };
        case.course.after(&intent, &author).map_err(|why| Failure::Input(format!("case {id}: {why}")))?;
        if let Some(halt) = self.store.halt().await? {
            return Err(Failure::Failed(format!(
                "{}; mend it, then resume (`duly deliver --resume`)",
                printable(&halt.said(self.settings.company.zone))
            )));
        }
        let (target, verp) = (Target::of(&self.settings).map_err(Failure::Input)?, self.verp()?);
        // Nothing is at stake before the mail server is reached.
        let way = Way::to(&target).await.map_err(|why| Failure::Failed(format!("nothing was sent: {why}")))?;
        let since = Instant::now();
        let kept = format!("to {address}\n{}\n\n{}", mail.rendered.subject, mail.rendered.text);
        // Somebody may have agreed on something else since it was composed.
        let seen = word.seen.or(Some(case.events.len()));
        self.noted(id, seen, &intent, (&author, &kept)).await.map_err(refused)?;
        let token = mail.message_id.trim_matches(['<', '>']).split('@').next().unwrap_or_default();
        self.store.keep_letter(id, token, &address, self.clock.now()).await?;
        failpoint::hit("intent_after");
        let writing = self.case(id).await?.course.writing;
        let still = async {
            match self.store.case(id).await {
                Ok(Some(now)) if now.course.writing == writing => Ok(()),
                Ok(_) => Err("somebody has gone on with the letter meanwhile".to_owned()),
                Err(error) => Err(format!("nobody can say whether somebody has gone on with it: {error}")),
            }
        };
        let (name, delivery) = (format!("{token}.eml"), &self.settings.delivery);
        // As with a notice: a bounce of it cannot be forged.
        let signed = verp.map(|verp| verp.address(token));
        let from = signed.as_deref().or(delivery.envelope_from.as_deref()).unwrap_or(&delivery.from);
        let outgoing = Outgoing { from, to: &address, name: &name, bytes: &mail.bytes };
        let attempt = way.send(&outgoing, since, still).await;
        failpoint::hit("outcome_before");
        self.written(id, attempt, writing, &author).await?;
        Ok((address, self.case(id).await?))
    }

    /// Records what became of the letter that was begun at `since`.
    async fn written(
        &self,
        id: i64,
        attempt: Attempt,
        since: Option<DateTime<Utc>>,
        author: &str,
    ) -> Result<(), Failure> {
        match attempt {
            Attempt::Accepted { reply } => {
                match self.noted(id, None, &Act::Written { since }, (author, &reply)).await {
                    // It was opened again, or solved anew, in that moment: what was sent is on record all the same.
                    Err(StoreError::Refused(why)) => {
                        let why = format!("the letter left ({reply}), but {why}");
                        self.noted(id, None, &Act::Note, (author, &why)).await.map_err(refused)
                    }
                    written => written.map_err(refused),
                }
            }
            Attempt::Lost { why } => Err(Failure::Failed(format!(
                "the confirmation may have arrived, or not ({}): ask the customer, then send it again (`duly case write {id} \
                 --again`) or say that they have it (`duly case written {id}`)",
                printable(&why)
            ))),
            Attempt::Refused { reply: why }
            | Attempt::AddressRefused { reply: why }
            | Attempt::Misconfigured { reply: why }
            | Attempt::TryLater { why } => {
                if let Some(since) = since {
                    self.noted(id, None, &Act::Unwritten { since }, (author, &why)).await.map_err(refused)?;
                }
                Err(Failure::Failed(format!(
                    "the confirmation was not sent: {}; nothing is tried again by itself: send it again (`duly case \
                     write {id}`), or confirm it by other means and say so (`duly case written {id}`)",
                    printable(&why)
                )))
            }
        }
    }

    async fn noted(
        &self,
        id: i64,
        seen: Option<usize>,
        act: &Act,
        (author, why): (&str, &str),
    ) -> Result<(), StoreError> {
        let actor = Actor { author, why, today: self.today(), now: self.clock.now() };
        self.store.act_if(id, seen, act, &actor).await.map(|_| ())
    }
}
