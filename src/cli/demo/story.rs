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
    },
    domain::{audit::DULY, case::CaseStatus, notice::State, reason::Reason},
    store::{
        outbox::Notice,
        snapshot::{Horizon, Snapshot},
    },
    tasks::waiting,
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
    text += &main_discounts(app, &discounts).await?;
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
         {} to {}, {} business days. Each morning at 07:00 the day's CSV\n\
         files were imported ({} in all) and a sweep decided who is due. Mails went into a folder\n\
         at the recipients' own working hours, and the customers answered. Along the way:\n",
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
        line(START, format!("the first sweep waits for a person ({planned} notices planned); {PERSON} released it"));
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
        line(*first, format!("finance paused all notices for {days}; each change of the policy is a version"));
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
    let mut text = format!(
        "\nACCOUNTS HELD INSTEAD, by each reason that applied: ever, and on the last day\n{:>5}{:>7}  reason\n",
        "ever",
        END.format("%-d %b").to_string(),
    );
    for (reason, number) in &ever {
        let now = match played.last.reasons.get(reason) {
            Some(now) => now.to_string(),
            None => "·".to_owned(),
        };
        text += &format!("{number:>5}{now:>7}  {:<18} {}\n", reason.code(), reason.sentence());
    }
    text
}

/// The rows of the report on discounts in the three main currencies.
async fn main_discounts(app: &App, report: &str) -> Result<String, Failure> {
    let mut lines = report.lines().skip(1);
    let heading: Vec<&str> = lines.by_ref().take(2).collect();
    let main = |line: &&str| ["EUR", "GBP", "USD"].iter().any(|code| line.trim_start().starts_with(code));
    let rows: Vec<&str> = lines.take_while(|line| !line.is_empty()).filter(main).collect();
    let (costs, books) = (&app.rules.standard.policy.costs, app.store.adjustments(None).await?.len());
    Ok(format!(
        "\nDISCOUNTS in the main currencies\n{}\n{}\n{}",
        heading.join("\n"),
        rows.join("\n"),
        wrapped(
            "",
            &format!(
                "Waiting costs {}% a year and a penalty would have been {}%, from the due date until the money came. \
                 The books get {books} adjustments.",
                costs.waiting_percent, costs.penalty_percent
            )
        )
    ))
}

/// Text in lines of at most 98 columns, the first after `start`, the others below its end.
fn wrapped(start: &str, text: &str) -> String {
    let indent = start.chars().count();
    let (mut out, mut width) = (start.to_owned(), indent);
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if width > indent && width + 1 + length > 98 {
            out += &format!("\n{}", " ".repeat(indent));
            width = indent;
        } else if width > indent {
            out.push(' ');
            width += 1;
        }
        out += word;
        width += length;
    }
    out + "\n"
}

async fn cases(app: &App) -> Result<String, Failure> {
    let all = app.store.cases(true).await?;
    let number = |status| all.iter().filter(|case| case.course.status == status).count();
    let mut text = format!(
        "\nPOSSIBLE PROTESTS: {}; {} confirmed by a person, {} dismissed, {} waiting\n",
        all.len(),
        number(CaseStatus::Open),
        number(CaseStatus::Dismissed),
        number(CaseStatus::Suspected),
    );
    let newest = |status| all.iter().find(|case| case.course.status == status);
    for (case, state) in [
        (newest(CaseStatus::Open), "confirmed"),
        (newest(CaseStatus::Dismissed), "dismissed"),
        (newest(CaseStatus::Suspected), "waiting"),
    ] {
        let Some(case) = case else { continue };
        text += &format!("  Case {}, account {}: {state}\n", case.id, printable(&case.account));
        for evidence in case.evidence.iter().take(2) {
            text += &wrapped("    - ", &printable(&evidence.sentence));
        }
        for moved in case.events.iter().filter(|moved| moved.author != DULY) {
            text += &wrapped("    → ", &format!("{}: {}", printable(&moved.author), printable(&moved.why)));
        }
    }
    Ok(text)
}

async fn tasks(app: &App) -> Result<String, Failure> {
    let tasks = waiting(app, END).await?;
    let mut kinds: BTreeMap<&str, u64> = BTreeMap::new();
    tasks.iter().for_each(|task| *kinds.entry(task.kind.code()).or_default() += 1);
    let kinds = kinds.iter().map(|(kind, number)| match *kind {
        "protest?" => count(*number, "possible protest", "possible protests"),
        "match" => count(*number, "sum of money to match", "sums of money to match"),
        "discount" => count(*number, "discount taken late", "discounts taken late"),
        "held" => count(*number, "account that lacks something", "accounts that lack something"),
        other => format!("{number} {other}"),
    });
    let kinds: Vec<String> = kinds.collect();
    let number = count(tasks.len() as u64, "THING WAITS", "THINGS WAIT");
    Ok(format!("\n{number} FOR A PERSON\n{}", wrapped("  ", &kinds.join(", "))))
}
