//! `duly tasks`: everything that waits for a person, in one list.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveTime, Utc};

use super::{
    Done, Outcome,
    case::total,
    output::{count, excerpt, print, printable, table},
    report::each_position,
};
use crate::{
    app::{App, Failure},
    domain::{
        calendar::{instant, plus_days},
        case::CaseStatus,
        instalments::Part,
        mail::MailKind,
        money::Money,
        notice::State,
        promise::Word,
        reason::Reason,
    },
    store::{agreements::Agreed, snapshot::Horizon, waiting::Stuck},
    sweep::behind,
    telemetry::Masked,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// What waits on this date instead of today; only facts effective up to it count
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    as_of: Option<NaiveDate>,
}

/// Notices shown of each kind of trouble.
const MOST: i64 = 1_000;

/// Kind, what it is about, what to do.
pub type Task = [String; 3];

pub async fn run(app: &App, args: &Args) -> Outcome {
    let tasks = waiting(app, args.as_of.unwrap_or_else(|| app.today())).await?;
    if tasks.is_empty() {
        print("Nothing waits for a person.\n");
    } else {
        let number = count(tasks.len() as u64, "thing waits", "things wait");
        print(&format!(
            "{number} for a person\n{}",
            table(&["", "what", "to do"], &[], tasks.into_iter().map(Vec::from))
        ));
    }
    Ok(Done::Well)
}

/// Everything that waits for a person on a date.
pub async fn waiting(app: &App, as_of: NaiveDate) -> Result<Vec<Task>, Failure> {
    let mut tasks = Vec::new();
    if let Some(halt) = app.store.halt().await? {
        tasks.push(["stopped".into(), app.stopped(&halt), "mend it, then `duly deliver --resume`".into()]);
    }
    for alarm in app.store.alarms(app.rules.standard.policy.alarm, app.clock.now()).await? {
        let to_do = "look at `duly report delivery`, and whether the daemon runs";
        tasks.push(["alarm".into(), alarm.to_string(), to_do.into()]);
    }
    releases(app, &mut tasks).await?;
    cases(app, as_of, &mut tasks).await?;
    promises(app, as_of, &mut tasks).await?;
    instalments(app, as_of, &mut tasks).await?;
    mail(app, &mut tasks).await?;
    answers(app, &mut tasks).await?;
    late_together(app, as_of, &mut tasks).await?;
    held(app, as_of, &mut tasks).await?;
    money(app, as_of, &mut tasks).await?;
    Ok(tasks)
}

/// Perhaps something went wrong with us: one look may answer many customers.
async fn late_together(app: &App, as_of: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    for cohort in app.store.cohorts(Horizon::everything(as_of)).await? {
        let what = format!(
            "{} of {} accounts with invoices for {} due in {} have not paid",
            cohort.late,
            cohort.accounts,
            printable(&cohort.product),
            cohort.month.format("%Y-%m")
        );
        let to_do = "look whether something went wrong there, and tell these customers first";
        tasks.push(["our own?".into(), what, to_do.into()]);
    }
    Ok(())
}

async fn releases(app: &App, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    if let Some(why) = behind(&app.store, app.clock.now()).await? {
        tasks.push(["clock".into(), why, "if it is right now: `duly sweep`, then `duly sweep --release`".into()]);
    }
    if let Some(sweep) = app.store.last_sweep().await?
        && let (Some(why), None) = (sweep.held_back, sweep.released_at)
    {
        let what = format!("sweep for {}: {why}", sweep.as_of);
        tasks.push(["release".into(), what, "look at `duly plan`, then `duly sweep --release`".into()]);
    }
    Ok(())
}

async fn cases(app: &App, as_of: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    let end = instant(app.settings.company.zone, plus_days(as_of, 1).and_time(NaiveTime::MIN));
    let now = if as_of == app.today() { app.clock.now() } else { end };
    for case in app.store.cases(false).await? {
        let (course, id) = (&case.course, case.id);
        let late = |by: Option<DateTime<Utc>>| by.is_some_and(|by| by < now);
        let owner = course.owner.as_deref().map_or("nobody's".to_owned(), |owner| format!("{}'s", printable(owner)));
        let (mark, why, to_do) = match course.status {
            CaseStatus::Suspected => {
                let first = case.evidence.first().map(|evidence| printable(&evidence.sentence)).unwrap_or_default();
                ("protest?", first, format!("`duly case show {id}`, then confirm or dismiss"))
            }
            CaseStatus::Open | CaseStatus::AwaitingCustomer => match &course.proposal {
                Some(proposal) => {
                    let why = format!(
                        "{} proposes `{}`, {}",
                        printable(&proposal.author),
                        proposal.outcome,
                        total(&proposal.credits)
                    );
                    ("approve?", why, format!("`duly case show {id}`, then `duly case approve {id}`"))
                }
                None if course.responded_at.is_none() => {
                    let waits = format!("{owner}, waits for {}", app.next_due_at(&case, now));
                    ("case", waits, format!("`duly case show {id}`, and answer"))
                }
                None if late(case.resolve_by) => {
                    ("case", format!("{owner}, waits for a solution"), format!("`duly case show {id}`, and resolve it"))
                }
                None => continue,
            },
            CaseStatus::Resolved if course.writing.is_some() => {
                let to_do = format!("ask, then `duly case write {id} --again` or `duly case written {id}`");
                ("in doubt", format!("{owner}, its confirmation may not have arrived"), to_do)
            }
            CaseStatus::Resolved if !course.confirmed => {
                ("case", format!("{owner}, is not confirmed in writing"), format!("`duly case write {id}`"))
            }
            CaseStatus::Resolved if course.follow_up_on.is_none_or(|day| day <= as_of) => {
                let to_do = format!("ask whether all is well: `duly case follow-up {id}`");
                ("follow-up", format!("{owner}, was resolved some days ago"), to_do)
            }
            CaseStatus::FollowedUp => {
                ("case", format!("{owner}, is done but for its cause"), format!("`duly case close {id} --cause CODE`"))
            }
            CaseStatus::Resolved | CaseStatus::Closed | CaseStatus::Dismissed => continue,
        };
        tasks.push([mark.into(), format!("case {id}, account {}: {why}", printable(&case.account)), to_do]);
    }
    Ok(())
}

/// Instalments that did not come, as long as that is news.
async fn instalments(app: &App, today: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    for accounts in app.store.accounts_with(Agreed::Plan).await?.chunks(500) {
        for snapshot in app.store.snapshots(accounts, Horizon::everything(today)).await? {
            let facts = &snapshot.facts;
            let tolerance = app.rules.policy_of(&facts.account).policy.hold.promise_tolerance_days;
            for plan in facts.plans.iter().filter(|plan| plan.ended.is_none()) {
                let mut parts = plan.parts(facts, tolerance, today).into_iter().rev();
                let missed = parts.find(|(.., part)| *part == Part::Missed);
                let Some((day, amount, _)) = missed.filter(|(day, ..)| (today - *day).num_days() <= LATELY) else {
                    continue;
                };
                let (account, currency) = (printable(&facts.account.number), amount.currency);
                let what = format!("the instalment of {amount} {currency} for {day} of account {account} did not come");
                let case = plan.case.map(|case| format!(" (`duly case show {case}`)")).unwrap_or_default();
                tasks.push(["plan".into(), what, format!("call{case}; reminders go on where they stopped")]);
            }
        }
    }
    Ok(())
}

/// Promises whose day has passed without all of the money, as long as notices have not gone on.
async fn promises(app: &App, as_of: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    for accounts in app.store.accounts_with(Agreed::Promise).await?.chunks(500) {
        for snapshot in app.store.snapshots(accounts, Horizon::everything(as_of)).await? {
            let (facts, policy) = (&snapshot.facts, &app.rules.policy_of(&snapshot.facts.account).policy);
            for promise in facts.promises.iter().filter(|promise| promise.word(facts, policy, as_of) == Word::Broken) {
                if (as_of - promise.until).num_days() > LATELY {
                    continue;
                }
                let account = printable(&facts.account.number);
                let what = format!("{} of account {account} for {} was not kept", promise.source, promise.until);
                tasks.push(["promise".into(), what, "call; reminders go on where they stopped".into()]);
            }
        }
    }
    Ok(())
}

/// Days for which a broken promise is news.
const LATELY: i64 = 14;

/// How long a conversation with the mail server may take before it is a person's matter.
const LONG: Duration = Duration::minutes(15);

async fn mail(app: &App, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    let what = |notice: &Stuck, said: &str| {
        let (account, address) = (printable(&notice.account), printable(&Masked(&notice.address).to_string()));
        format!("notice {} of {} to account {account} ({address}) {}", notice.id, notice.as_of, printable(said))
    };
    for notice in app.store.stuck_in(State::Refused, MOST).await? {
        let said = format!("was refused: {}", notice.reply.as_deref().unwrap_or("no reason was given"));
        let to_do = match notice.void {
            true => "find an address that works; the next sweep writes to it",
            false => "mend the cause; `duly deliver --retry-refused`",
        };
        tasks.push(["refused".into(), what(&notice, &said), to_do.into()]);
    }
    // A notice that was never tried has an answer only when its letter could not be written.
    for notice in app.store.stuck_in(State::Ready, MOST).await? {
        if let Some(why) = &notice.reply {
            let what = what(&notice, &format!("cannot be written: {why}"));
            tasks.push(["letter".into(), what, "mend the cause; it is tried again every hour".into()]);
        }
    }
    for notice in app.store.stuck_in(State::InDoubt, MOST).await? {
        let again = notice.due_at.map(|at| format!("; sent again {}", at.format("%Y-%m-%d %H:%M UTC")));
        let what = what(&notice, &format!("may not have arrived{}", again.unwrap_or_default()));
        tasks.push(["in doubt".into(), what, "`duly doubt list`, then accept or resend".into()]);
    }
    let long_ago = app.clock.now() - LONG;
    for notice in app.store.stuck_in(State::Sending, MOST).await? {
        if let Some(since) = notice.tried_at.filter(|since| *since < long_ago) {
            let what = what(&notice, &format!("has no outcome since {}", since.format("%Y-%m-%d %H:%M UTC")));
            tasks.push(["sending".into(), what, "start the daemon, or `duly deliver`: it is in doubt then".into()]);
        }
    }
    Ok(())
}

/// Mails of the last days that a person should read.
async fn answers(app: &App, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    for mail in app.store.mails_for_people(app.clock.now(), app.today(), MOST).await? {
        let id = mail.id;
        let account = mail.account.as_deref().map(|account| format!("account {}", printable(account)));
        let account = account.unwrap_or_else(|| "nobody that is known".to_owned());
        let (what, to_do) = match mail.kind {
            MailKind::Failed => ("could not be taken".to_owned(), ""),
            MailKind::Thanks => (format!("from {account} says thanks"), ""),
            MailKind::Stranger => (
                format!("from an unknown sender names an invoice of {account}"),
                ", find out who it is; `duly case open` if it is the customer",
            ),
            MailKind::Returned => (format!("is a letter to {account} that came back"), ", tell them by other means"),
            MailKind::Unplaced => (format!("is from {account}"), ", find the account, then `duly case open`"),
            _ => (
                format!("from {account} does not say what is wanted"),
                ", and answer; `duly case open` if it holds notices back",
            ),
        };
        let waits = mail.hold.map(|(hold, until)| format!("; notices wait until {until} (hold {hold})"));
        let what = format!("mail {id} {what}: {}", excerpt(mail.words.as_ref().unwrap_or(&mail.made)));
        let to_do = format!("`duly inbox show {id}`{to_do}; then `duly inbox done {id}`{}", waits.unwrap_or_default());
        tasks.push(["mail".into(), what, to_do]);
    }
    Ok(())
}

/// What the planner holds for a person.
async fn held(app: &App, as_of: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    let unreadable = app
        .sweeper()
        .plan(Horizon::everything(as_of), |_, decision| {
            for reason in decision.outcome.reasons() {
                // The whole ledger, cases and money are listed by their own rules.
                let own =
                    matches!(reason.code(), "ledger_stale" | "suspected_protest" | "credits_cover" | "discount_late");
                if !own {
                    tasks.extend(held_by(&printable(&decision.account), *reason));
                }
            }
        })
        .await?;
    for account in unreadable {
        let what = format!("account {} cannot be read: {}", printable(&account.number), printable(&account.why));
        tasks.push(["unreadable".into(), what, "import its rows again, or restore a backup".into()]);
    }
    let seen = app.store.payments_seen(i64::MAX).await?;
    let sweeper = app.sweeper();
    if sweeper.setting(&app.rules.standard, as_of, seen).ledger_is_stale() {
        let when = seen.map_or("never".to_owned(), |at| at.format("%Y-%m-%d").to_string());
        tasks.push(["stale".into(), format!("payment data last came in: {when}"), "import the newest payments".into()]);
    }
    Ok(())
}

fn held_by(account: &str, reason: Reason) -> Option<Task> {
    let what = format!("account {account}: {}", reason.sentence());
    reason.task().map(|task| ["held".into(), what, task.into()])
}

/// Money to match, discounts taken late, and who owes something and cannot be written to any more.
async fn money(app: &App, as_of: NaiveDate, tasks: &mut Vec<Task>) -> Result<(), Failure> {
    // Whoever is due for a notice was listed with what is held.
    let told: BTreeSet<Task> = tasks.iter().cloned().collect();
    each_position(app, Horizon::everything(as_of), |snapshot, positions| {
        let facts = &snapshot.facts;
        let account = printable(&facts.account.number);
        let owes = positions.iter().any(|(_, position)| position.items.iter().any(|item| item.residual > 0));
        if owes && facts.address().is_none() && !facts.refused_addresses.is_empty() {
            let task = held_by(&account, Reason::NoContact);
            tasks.extend(task.filter(|task| !told.contains(task)));
        }
        for (currency, position) in positions {
            let open = position.items.iter().any(|item| item.residual > 0);
            if position.unallocated > 0 && open {
                let money = Money::new(position.unallocated, *currency);
                let from: Vec<&str> = position.unmatched.iter().map(|(number, _)| number.as_str()).collect();
                let what =
                    format!("account {account}: {money} {currency} not matched ({})", printable(&from.join(", ")));
                tasks.push(["match".into(), what, "name the invoices in the payments file".into()]);
            }
            if position.unallocated < 0 {
                let money = Money::new(-position.unallocated, *currency);
                let what = format!("account {account}: {money} {currency} more was taken back than had come in");
                tasks.push(["match".into(), what, "name the payment's invoices in the reversal".into()]);
            }
            for item in position.items.iter().filter(|item| item.late_discount) {
                let money = Money::new(item.residual, *currency);
                let what = format!(
                    "account {account}, invoice {}: short by {money} {currency}",
                    printable(&item.invoice.number)
                );
                tasks.push(["discount".into(), what, "accept it (a credit) or ask for the rest".into()]);
            }
        }
    })
    .await
}
