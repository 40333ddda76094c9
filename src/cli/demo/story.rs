//! The page that the demo prints: what was played, what came of it, and where to look next.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Args, END, START, next,
    play::{PERSON, Played},
    samples,
    town::Town,
};
use crate::{
    app::{App, Failure},
    cli::{
        output::{count, printable, table},
        report::both,
        tasks::waiting,
    },
    domain::{case::CaseStatus, notice::State, reason::Reason},
    store::{
        outbox::Notice,
        snapshot::{Horizon, Snapshot},
    },
};

/// An account with all its notices.
pub struct Told {
    pub snapshot: Snapshot,
    pub language: String,
    pub notices: Vec<Notice>,
    /// Every reason for which it was ever held.
    pub reasons: BTreeSet<Reason>,
}

/// The whole page.
pub async fn tell(app: &App, args: &Args, played: &Played, town: &Town) -> Result<String, Failure> {
    let told = read(app).await?;
    let mut text = opening(app, args, played, town).await?;
    text += &notices(&told);
    text += &reasons(&told, played);
    text += &samples::three(app, &told)?;
    let (ageing, discounts) = both(app, Horizon::everything(END)).await?;
    text += &format!("\nOPEN ON {}, by days overdue\n{ageing}", day(END).to_uppercase());
    text += &format!("\n{}", discounts.replacen("Discounts up to 2026-06-30", "DISCOUNTS", 1));
    let adjustments = app.store.adjustments(None).await?;
    text += &format!("For the books: {}.\n", count(adjustments.len() as u64, "adjustment", "adjustments"));
    text += &cases(app).await?;
    text += &tasks(app).await?;
    text += &next::commands(app, args, &told).await?;
    Ok(text)
}

pub fn day(date: chrono::NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

async fn read(app: &App) -> Result<Vec<Told>, Failure> {
    let accounts = app.store.all_accounts().await?;
    let mut told = Vec::new();
    for snapshot in app.store.snapshots(&accounts, Horizon::everything(END)).await? {
        let locale = snapshot.facts.account.locale.clone().unwrap_or_else(|| app.settings.company.locale.clone());
        let language = app.rules.words.choose(&locale).0.locale.clone();
        let notices = app.store.notices_of(snapshot.id).await?;
        let decisions = app.store.decisions_of(snapshot.id, i64::MAX).await?;
        let codes = decisions.iter().flat_map(|(_, _, _, codes, _)| codes.split(' '));
        let reasons = codes.filter_map(Reason::from_code).collect();
        told.push(Told { snapshot, language, notices, reasons });
    }
    Ok(told)
}

async fn opening(app: &App, args: &Args, played: &Played, town: &Town) -> Result<String, Failure> {
    let [accounts, invoices, payments, _] = app.store.counts().await?;
    let known = |get: fn(&crate::domain::facts::Account) -> Option<String>| {
        let values: BTreeSet<String> = town.customers.iter().filter_map(|c| get(&c.account)).collect();
        values.len()
    };
    let currencies: BTreeSet<_> = town.customers.iter().flat_map(|c| &c.invoices).map(|i| i.amount.currency).collect();
    let mut text = format!(
        "DULY DEMO: {}, an invented company (seed {})\n\n\
         {accounts} accounts in {} countries, {} time zones and {} currencies; {invoices} invoices, {payments} payments.\n\
         Played: {} to {}, {} business days. Each morning at 07:00 the day's CSV files were\n\
         imported ({} files) and a sweep decided; mails went into a folder at the recipients' own\n\
         working hours, and the customers answered. Along the way:\n",
        app.settings.company.name,
        args.seed,
        known(|account| account.country.clone()),
        known(|account| account.zone.map(|zone| zone.to_string())),
        currencies.len(),
        day(START),
        day(END),
        played.sweeps,
        played.files,
    );
    let mut line = |when: chrono::NaiveDate, what: String| text += &format!("  {:>6}  {what}\n", when.format("%-d %b"));
    if let Some(why) = &played.first_held_back {
        let planned = why.split(" notices").next().unwrap_or_default();
        line(
            START,
            format!(
                "the first sweep over an old ledger waits for a person ({planned} notices planned); {PERSON} released it"
            ),
        );
    }
    if let (Some(first), Some(back)) = (played.stale.first(), played.bank_back) {
        let days = count(played.stale.len() as u64, "day", "days");
        line(
            *first,
            format!(
                "the bank's file was late: for {days} nothing was sent, until it came on {}",
                back.format("%-d %B")
            ),
        );
    }
    if let Some(first) = played.paused.first() {
        let days = count(played.paused.len() as u64, "day", "days");
        line(*first, format!("finance paused the policy for {days}: {} and the next version record it", "standard-2"));
    }
    Ok(text)
}

/// Notices by stage and language, and what became of them.
fn notices(told: &[Told]) -> String {
    let all = || told.iter().flat_map(|told| told.notices.iter().map(move |notice| (told, notice)));
    let sent = || all().filter(|(_, notice)| notice.state == State::Sent);
    let languages: BTreeSet<&str> = sent().map(|(told, _)| told.language.as_str()).collect();
    let stages: BTreeSet<&str> = sent().map(|(_, notice)| notice.stage.as_str()).collect();
    let number = |stage: &str, language: Option<&str>| {
        let here = |told: &Told| language.is_none_or(|language| told.language == language);
        sent().filter(|(told, notice)| notice.stage == stage && here(told)).count().to_string()
    };
    let rows = stages.iter().map(|stage| {
        let mut row = vec![(*stage).to_owned()];
        row.extend(languages.iter().map(|language| number(stage, Some(language))));
        row.push(number(stage, None));
        let offers = sent().filter(|(_, notice)| notice.stage == *stage && notice.offer.is_some()).count();
        row.push(offers.to_string());
        row
    });
    let mut header = vec!["stage"];
    header.extend(&languages);
    header.extend(["all", "with an offer"]);
    let right: Vec<usize> = (1..header.len()).collect();
    let text = table(&header, &right, rows);
    let withdrawn = all().filter(|(_, notice)| notice.state == State::Withdrawn).count() as u64;
    let withdrawn = match withdrawn {
        0 => String::new(),
        number => format!(
            "{} before the mail went out, since something had changed.\n",
            count(number, "was withdrawn", "were withdrawn")
        ),
    };
    format!("\nNOTICES SENT: {}\n{text}{withdrawn}", sent().count())
}

/// Accounts held by reason: ever, and on the last day.
fn reasons(told: &[Told], played: &Played) -> String {
    let mut ever: BTreeMap<Reason, u64> = BTreeMap::new();
    told.iter().flat_map(|told| &told.reasons).for_each(|reason| *ever.entry(*reason).or_default() += 1);
    let rows = ever.iter().map(|(reason, number)| {
        let now = played.last.reasons.get(reason).copied().unwrap_or(0);
        vec![number.to_string(), now.to_string(), reason.code().to_owned(), reason.sentence().to_owned()]
    });
    let last = format!("{}", END.format("%-d %b"));
    let text = table(&["ever", &last, "reason", "which means"], &[0, 1], rows);
    format!("\nACCOUNTS HELD INSTEAD, by each reason that applied\n{text}")
}

async fn cases(app: &App) -> Result<String, Failure> {
    let all = app.store.cases(true).await?;
    let number = |status| all.iter().filter(|case| case.status == status).count();
    let mut text = format!(
        "\nPOSSIBLE PROTESTS: {}; {} confirmed by a person, {} dismissed, {} waiting\n",
        all.len(),
        number(CaseStatus::Open),
        number(CaseStatus::Dismissed),
        number(CaseStatus::Suspected),
    );
    for status in [CaseStatus::Open, CaseStatus::Dismissed, CaseStatus::Suspected] {
        let Some(case) = all.iter().rev().find(|case| case.status == status) else { continue };
        let name = match status {
            CaseStatus::Open => "confirmed",
            CaseStatus::Dismissed => "dismissed",
            CaseStatus::Suspected => "waiting",
        };
        text += &format!("  Case {} ({}), {name}\n", case.id, printable(&case.account));
        for evidence in case.evidence.iter().take(2) {
            text += &format!("    evidence: {}\n", printable(&evidence.sentence));
        }
        for moved in case.moves.iter().filter(|moved| moved.author != "duly") {
            text += &format!("    {}: {}\n", printable(&moved.author), printable(&moved.why));
        }
    }
    Ok(text)
}

async fn tasks(app: &App) -> Result<String, Failure> {
    let tasks = waiting(app, END).await?;
    let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
    tasks.iter().for_each(|[kind, ..]| *kinds.entry(kind).or_default() += 1);
    let kinds: Vec<String> = kinds.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
    let number = count(tasks.len() as u64, "thing waits", "things wait");
    Ok(format!("\n{} for a person on {}: {}\n", number.to_uppercase(), day(END), kinds.join(", ")))
}
