//! Day by day: what is new is imported, the sweep decides, the mails are written, people answer.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, atomic::AtomicU64},
};

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};
use rand_chacha::ChaCha20Rng;
use tokio_util::sync::CancellationToken;

use super::{
    END, START,
    diary::Day,
    folder, pdf,
    people::Persona,
    plots::{Deed, Deeds},
    town::Town,
};
use crate::{
    app::{App, AtWork, Failure},
    domain::{
        calendar::instant,
        case::{Act, CaseStatus},
        notice::State,
    },
    intake::take::{Order, take},
    rules::Rules,
    store::{cases::Actor, holds::NewHold},
    sweep::SweepReport,
};

/// The person who acts for the company.
pub const PERSON: &str = "Grace Hall";

/// Days on which the file of the bank did not come, first and last.
const BANK_LATE: (NaiveDate, NaiveDate) = (super::date(2026, 5, 11), super::date(2026, 5, 19));

/// Days on which finance paused all notices, first and last.
const PAUSED: (NaiveDate, NaiveDate) = (super::date(2026, 6, 10), super::date(2026, 6, 11));

/// Possible protests from this day on have not been looked at yet.
const NEWEST_CASES: NaiveDate = super::date(2026, 6, 8);

/// What happened besides what the database tells.
#[derive(Debug, Default)]
pub struct Played {
    pub files: usize,
    pub sweeps: usize,
    /// Why the very first sweep waited for a person.
    pub first_held_back: Option<String>,
    pub stale: Vec<NaiveDate>,
    pub paused: Vec<NaiveDate>,
    pub bank_back: Option<NaiveDate>,
    pub last: SweepReport,
}

pub struct Play<'p> {
    pub app: &'p mut App,
    pub out: &'p Path,
    pub town: Town,
    pub deeds: Deeds,
    /// For the tokens of notices.
    pub random: ChaCha20Rng,
    pub played: Played,
    answered: BTreeSet<i64>,
}

impl<'p> Play<'p> {
    pub fn new(app: &'p mut App, out: &'p Path, town: Town, deeds: Deeds, random: ChaCha20Rng) -> Self {
        Self { app, out, town, deeds, random, played: Played::default(), answered: BTreeSet::new() }
    }

    /// Plays from the first to the last day.
    pub async fn run(mut self) -> Result<(Played, Town), Failure> {
        let work = self.app.at_work().await?;
        self.write_documents()?;
        let before = self.town.until(START - Duration::days(1), true);
        self.move_to(START, 6, 30);
        self.import(&before, "before", true).await?;
        for day in START.iter_days().take_while(|day| *day <= END) {
            if self.app.rules.calendar.is_business_day(&self.app.settings.company.country, day) {
                self.day(&work, day).await?;
            }
        }
        work.presence.leave().await?;
        Ok((self.played, self.town))
    }

    async fn day(&mut self, work: &AtWork, day: NaiveDate) -> Result<(), Failure> {
        self.move_to(day, 7, 0);
        self.pause(day).await?;
        let with_payments = !within(BANK_LATE, day);
        let news = self.town.until(day, with_payments);
        self.import(&news, &day.to_string(), with_payments).await?;
        self.people(day).await?;
        self.sweep(work, day).await?;
        // At once, while Tokyo is at work, and late enough for Los Angeles.
        for (hour, minute) in [(7, 0), (8, 30), (14, 30), (16, 30)] {
            self.move_to(day, hour, minute);
            self.deliver(work).await?;
        }
        self.answers(day).await
    }

    fn move_to(&self, day: NaiveDate, hour: i64, minute: i64) {
        let time = NaiveTime::MIN + Duration::minutes(hour * 60 + minute);
        self.app.clock.move_to(instant(self.app.settings.company.zone, day.and_time(time)));
    }

    fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    async fn import(&mut self, news: &Day, name: &str, with_payments: bool) -> Result<(), Failure> {
        for (kind, file) in news.write(&self.out.join("ledger"), name, with_payments)? {
            let (today, now, progress) = (self.app.today(), self.now(), Arc::new(AtomicU64::new(0)));
            let order = Order {
                file: &file,
                name: &file.to_string_lossy(),
                author: None,
                kind,
                map: None,
                dry_run: false,
                today,
                now,
                progress,
            };
            let wrong = |why: String| Failure::Failed(format!("{}: {why}", file.display()));
            let taken =
                take(&self.app.store, &self.app.rules, order).await.map_err(|error| wrong(error.to_string()))?;
            if !taken.committed {
                return Err(wrong(taken.reading.bad.report(&file.display().to_string()).to_string()));
            }
            self.played.files += 1;
        }
        Ok(())
    }

    /// Finance edits the policy; each change is a version of its own.
    async fn pause(&mut self, day: NaiveDate) -> Result<(), Failure> {
        let paused = within(PAUSED, day);
        if paused != self.app.rules.standard.policy.paused {
            folder::pause(self.out, paused)?;
            let mut rules = Rules::load(&self.app.settings).map_err(|problems| Failure::Failed(problems.join("\n")))?;
            rules.publish(&self.app.store, self.now()).await?;
            self.app.rules = Arc::new(rules);
        }
        if paused {
            self.played.paused.push(day);
        }
        Ok(())
    }

    async fn sweep(&mut self, work: &AtWork, day: NaiveDate) -> Result<(), Failure> {
        let (now, worker) = (self.now(), work.presence.worker().id());
        let sweeper = self.app.sweeper();
        let seen = self.app.store.payments_seen(i64::MAX).await?;
        if sweeper.setting(&self.app.rules.standard, day, seen).ledger_is_stale() {
            self.played.stale.push(day);
        } else if self.played.bank_back.is_none() && !self.played.stale.is_empty() {
            self.played.bank_back = Some(day);
        }
        let mut report = sweeper.sweep(day, now, false, (worker, &mut self.random)).await?;
        if let Some(why) = report.held_back.take() {
            // A person has looked at the plan.
            self.played.first_held_back.get_or_insert(why);
            self.app.store.release_sweep(PERSON, now).await?;
            report = sweeper.sweep(day, now, true, (worker, &mut self.random)).await?;
        }
        self.played.sweeps += 1;
        self.played.last = report;
        Ok(())
    }

    async fn deliver(&self, work: &AtWork) -> Result<(), Failure> {
        if self.app.store.next_due().await?.is_none_or(|due| due > self.now()) {
            return Ok(());
        }
        let report = self.app.deliverer(work, None)?.deliver(&CancellationToken::new()).await?;
        match report.failed.first().or(report.halted.as_ref()) {
            Some(why) => Err(Failure::Failed(why.clone())),
            None => Ok(()),
        }
    }

    /// Customers answer what has come.
    async fn answers(&mut self, day: NaiveDate) -> Result<(), Failure> {
        let mut sent = self.app.store.notices_in(State::Sent, 400).await?;
        sent.retain(|notice| self.answered.insert(notice.id));
        sent.sort_by_key(|notice| notice.id);
        for notice in sent {
            let with_lines = self.app.store.notices_of(notice.account).await?.into_iter().find(|n| n.id == notice.id);
            let Some(notice) = with_lines else { continue };
            let owner = |line: &crate::domain::notice::Line| {
                let has = |c: &&super::ledger::Customer| c.invoices.iter().any(|i| i.number == line.invoice);
                self.town.customers.iter().find(has).cloned()
            };
            if let Some(customer) = notice.lines.first().and_then(owner) {
                self.town.answer(&customer, &notice, day);
            }
        }
        Ok(())
    }

    /// What the company's people do on a day.
    async fn people(&mut self, day: NaiveDate) -> Result<(), Failure> {
        let later = self.deeds.split_off(&(day + Duration::days(1)));
        let now_due = std::mem::replace(&mut self.deeds, later);
        for deed in now_due.into_values().flatten() {
            match deed {
                Deed::HoldAccount { account, until, why } => self.hold(&account, (None, until), None, why).await?,
                Deed::HoldInvoice { account, invoice, amount, why } => {
                    self.hold(&account, (Some(invoice), None), amount, why).await?;
                }
                Deed::FindDocument { invoice } => self.write_document(&invoice)?,
            }
        }
        self.judge(day).await
    }

    async fn hold(
        &self,
        account: &str,
        (invoice, until): (Option<String>, Option<NaiveDate>),
        amount: Option<crate::domain::money::Money>,
        why: &str,
    ) -> Result<(), Failure> {
        let Some(account) = self.app.store.find_account(account).await? else { return Ok(()) };
        let hold = NewHold {
            account,
            invoice,
            amount,
            reason: "person".to_owned(),
            starts: self.app.today(),
            until,
            note: Some(why.to_owned()),
            author: PERSON.to_owned(),
        };
        self.app.store.add_hold(&hold, self.now()).await?;
        Ok(())
    }

    /// Some possible protests are looked at within a few days; the newest wait.
    async fn judge(&self, day: NaiveDate) -> Result<(), Failure> {
        for case in self.app.store.cases(false).await? {
            let waited = (day - case.opened).num_days();
            let Some(customer) = self.town.customer(&case.account) else { continue };
            let (act, why) = match customer.persona {
                Persona::Complainer => (
                    Act::Confirm { kind: None, reason: None },
                    "spoke with them: the wrong goods went out, a replacement is on its way",
                ),
                Persona::Skipper if customer.nth.is_multiple_of(3) => (
                    Act::Confirm { kind: None, reason: None },
                    "spoke with them: they wait until the matter is put right",
                ),
                _ => (Act::Dismiss, "spoke with them: the matter is settled, the invoice was overlooked"),
            };
            if case.course.status == CaseStatus::Suspected && waited >= 4 && case.opened < NEWEST_CASES {
                let actor = Actor { author: PERSON, why, today: day, now: self.now() };
                self.app.store.act(case.id, &act, &actor).await?;
            }
        }
        Ok(())
    }

    /// PDFs of the invoices that may go along with a notice, but for those that nobody finds.
    fn write_documents(&self) -> Result<(), Failure> {
        let known = self.town.customers.iter().filter(|customer| customer.persona != Persona::NoDocument);
        let named = known.flat_map(|c| &c.invoices).filter(|invoice| invoice.document.is_some());
        named.map(|invoice| invoice.number.clone()).try_for_each(|number| self.write_document(&number))
    }

    fn write_document(&self, number: &str) -> Result<(), Failure> {
        let all = self.town.customers.iter().flat_map(|c| c.invoices.iter().map(move |invoice| (c, invoice)));
        let Some((customer, invoice)) = all.into_iter().find(|(_, invoice)| invoice.number == number) else {
            return Ok(());
        };
        let company = &self.app.settings.company;
        let mut lines = vec![company.name.clone()];
        lines.extend(company.address.iter().cloned());
        lines.extend([String::new(), format!("Invoice {number}"), String::new()]);
        lines.extend([format!("To: {} ({})", customer.account.name, customer.account.number)]);
        lines.extend([format!("Issued {}, due {}", invoice.issued, invoice.due)]);
        lines.extend([format!("Amount {} {}", invoice.amount, invoice.amount.currency)]);
        lines.extend([String::new(), "Invented for the demo of duly.".to_owned()]);
        let folder = self.app.settings.path(&self.app.settings.files.documents);
        let name = invoice.document.clone().unwrap_or_else(|| format!("{number}.pdf"));
        Ok(std::fs::write(folder.join(name), pdf::page(&lines))?)
    }
}

fn within((first, last): (NaiveDate, NaiveDate), day: NaiveDate) -> bool {
    first <= day && day <= last
}
