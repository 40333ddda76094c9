//! What the chain tells about rows of other tables, composed from the rows themselves.

use super::{
    Result, agreements,
    engine::{Columns, Row, Tx, dynamic, query},
    policies::{digest, table},
    sweep_print::{add, sweep_print},
};
use crate::domain::{
    audit::{DULY, Entry, Fingerprint, Kind, instant},
    money::Money,
    publication::Matter,
};
use chrono::{DateTime, NaiveDate, Utc};

/// The entry about a row, if the row is there. Seals, and what stands in no other table, are none
/// of these.
pub(super) async fn told(tx: &mut Tx, company: i64, kind: Kind, subject: &str) -> Result<Option<Entry>> {
    let id = subject.parse::<i64>().ok();
    let found = match (kind, id) {
        (Kind::Policy, _) => version(tx, company, Matter::Policy, subject).await?,
        (Kind::Wording, _) => version(tx, company, Matter::Wording, subject).await?,
        (Kind::Proposed, Some(id)) => proposed(tx, company, id).await?,
        (Kind::Decided, Some(id)) => decided(tx, company, id).await?,
        (Kind::Import, Some(id)) => import(tx, company, id).await?,
        (Kind::Sweep, Some(id)) => sweep(tx, company, id).await?,
        (Kind::HeldBack, Some(id)) => held_back(tx, company, id).await?,
        (Kind::Released, Some(id)) => released(tx, company, id).await?,
        (Kind::Hold, Some(id)) => hold(tx, company, id).await?,
        (Kind::HoldEnded, Some(id)) => hold_ended(tx, company, id).await?,
        (Kind::Case, _) => case(tx, company, subject).await?,
        (Kind::Mail, Some(id)) => mail(tx, company, id).await?,
        (Kind::MailDone, Some(id)) => mail_done(tx, company, id).await?,
        (Kind::Agreed | Kind::AgreedEnded, _) => {
            let told = agreements::told(tx, company, kind, subject).await?;
            told.map(|(at, author, detail)| Told { at, author, detail })
        }
        _ => None,
    };
    Ok(found.map(|Told { at, author, detail }| Entry::new(kind, at, &author, subject.to_owned(), detail)))
}

struct Told {
    at: DateTime<Utc>,
    author: String,
    detail: String,
}

/// The row of a table with an id, if it is there and belongs to the company.
async fn row(tx: &mut Tx, text: &'static str, company: i64, id: i64) -> Result<Option<Row>> {
    query(text).bind(company).bind(id).fetch_optional(tx).await
}

/// The subject is the label of the version, e.g. `standard-1`.
async fn version(tx: &mut Tx, company: i64, matter: Matter, label: &str) -> Result<Option<Told>> {
    let parts = label.rsplit_once('-').and_then(|(name, version)| Some((name, version.parse::<i64>().ok()?)));
    let Some((name, version)) = parts else { return Ok(None) };
    let text = format!(
        "SELECT recorded_at, author, text, reason FROM {} WHERE company = $1 AND name = $2 AND version = $3",
        table(matter)
    );
    let Some(row) = dynamic(text).bind(company).bind(name).bind(version).fetch_optional(tx).await? else {
        return Ok(None);
    };
    let mut c = Columns::of(&row);
    let (at, author, text): (_, _, &str) = (c.take()?, c.take()?, c.take()?);
    let reason = c.take::<Option<&str>>()?.map(|reason| format!(": {reason}")).unwrap_or_default();
    Ok(Some(Told { at, author, detail: format!("sha256 {}{reason}", digest(text)) }))
}

async fn proposed(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT proposed_at, author, matter, name, base, text, reason FROM change \
                WHERE company = $1 AND id = $2 AND proposed_at IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author, matter, name): (_, _, &str, &str) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let (base, text): (&str, &str) = (c.take()?, c.take()?);
    let why = c.take::<Option<&str>>()?.unwrap_or_default();
    let detail = format!("{matter} {name}, sha256 {} instead of {}: {why}", digest(text), digest(base));
    Ok(Some(Told { at, author, detail }))
}

async fn decided(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT decided_at, decided_by, state, name, version, decided_why FROM change \
                WHERE company = $1 AND id = $2 AND decided_at IS NOT NULL AND decided_by IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author, state, name): (_, _, &str, &str) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let label = c.take::<Option<i64>>()?.map(|version| format!(" as {name}-{version}")).unwrap_or_default();
    let why = c.take::<Option<&str>>()?.unwrap_or_default();
    Ok(Some(Told { at, author, detail: format!("{state}{label}: {why}") }))
}

async fn import(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT recorded_at, kind, file, layout, tells_payments, added, changed, known, author FROM batch \
                WHERE company = $1 AND id = $2";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, kind, file): (_, &str, &str) = (c.take()?, c.take()?, c.take()?);
    let layout = c.take::<Option<&str>>()?.map(|layout| format!(" by map {layout}")).unwrap_or_default();
    let payments = if c.take()? { ", tells payments" } else { "" };
    let [new, changed, known]: [i64; 3] = [c.take()?, c.take()?, c.take()?];
    let author = c.take::<Option<String>>()?.unwrap_or_else(|| DULY.to_owned());
    let detail = format!("{kind} from {file}{layout}: {new} new, {changed} changed, {known} known{payments}");
    Ok(Some(Told { at, author, detail }))
}

/// With a hash over all that the sweep decided. Where a decision is the same as before it has no row.
async fn sweep(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT as_of, started_at, finished_at, notices, held FROM sweep \
                WHERE company = $1 AND id = $2 AND finished_at IS NOT NULL AND held_back IS NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (as_of, started, at): (NaiveDate, DateTime<Utc>, _) = (c.take()?, c.take()?, c.take()?);
    let (notices, held): (i64, i64) = (c.take()?, c.take()?);
    // Also those of accounts that are on none of its pages.
    let text = "SELECT COUNT(*) FROM decision WHERE sweep = $1";
    let decisions: i64 = query(text).bind(id).value(&mut *tx).await?;
    let (started, print) = (instant(started), sweep_print(tx, id).await?);
    let detail = format!(
        "as of {as_of}, begun {started}: {notices} notices, {held} held, {decisions} decisions; sha256 {print}"
    );
    Ok(Some(Told { at, author: DULY.to_owned(), detail }))
}

async fn held_back(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT as_of, finished_at, notices, held, held_back FROM sweep \
                WHERE company = $1 AND id = $2 AND finished_at IS NOT NULL AND held_back IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (as_of, at): (NaiveDate, _) = (c.take()?, c.take()?);
    let (notices, held, why): (i64, i64, &str) = (c.take()?, c.take()?, c.take()?);
    let detail = format!("as of {as_of}: {notices} notices, {held} held; {why}");
    Ok(Some(Told { at, author: DULY.to_owned(), detail }))
}

async fn released(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT released_at, released_by, as_of FROM sweep \
                WHERE company = $1 AND id = $2 AND released_at IS NOT NULL AND released_by IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author) = (c.take()?, c.take()?);
    let detail = format!("as of {}", c.take::<NaiveDate>()?);
    Ok(Some(Told { at, author, detail }))
}

async fn hold(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT h.recorded_at, h.author, a.number, h.invoice, h.currency, h.amount, h.reason, h.starts, h.until, \
                h.note FROM hold h JOIN account a ON a.id = h.account WHERE h.company = $1 AND h.id = $2";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author, account): (_, _, &str) = (c.take()?, c.take()?, c.take()?);
    let mut detail = format!("account {account}");
    if let Some(invoice) = c.take::<Option<&str>>()? {
        detail += &format!(", invoice {invoice}");
    }
    if let Some(amount) = c.money_optional()? {
        detail += &format!(", {}", said(amount));
    }
    let (reason, starts, until): (&str, NaiveDate, Option<NaiveDate>) = (c.take()?, c.take()?, c.take()?);
    detail += &format!(", from {starts}");
    if let Some(until) = until {
        detail += &format!(" until {until}");
    }
    detail += &format!(" ({reason}): {}", c.take::<Option<&str>>()?.unwrap_or_default());
    Ok(Some(Told { at, author, detail }))
}

async fn hold_ended(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT ended_at, ended_by, ended FROM hold \
                WHERE company = $1 AND id = $2 AND ended IS NOT NULL AND ended_at IS NOT NULL AND ended_by IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author) = (c.take()?, c.take()?);
    let detail = format!("from {}", c.take::<NaiveDate>()?);
    Ok(Some(Told { at, author, detail }))
}

/// The subject is the case and the move, e.g. `4/9`.
async fn case(tx: &mut Tx, company: i64, subject: &str) -> Result<Option<Told>> {
    let ids = subject.split_once('/').and_then(|(case, id)| Some((case.parse::<i64>().ok()?, id.parse::<i64>().ok()?)));
    let Some((case, id)) = ids else { return Ok(None) };
    let text = "SELECT e.recorded_at, e.author, a.number, e.status, e.effective, e.why, e.step, e.kind, e.reason, \
                e.outcome, e.person, e.day FROM case_event e \
                JOIN cases c ON c.id = e.case_id JOIN account a ON a.id = c.account \
                WHERE c.company = $1 AND e.id = $2 AND c.id = $3";
    let Some(row) = query(text).bind(company).bind(id).bind(case).fetch_optional(&mut *tx).await? else {
        return Ok(None);
    };
    let mut c = Columns::of(&row);
    let (at, author, account): (_, _, &str) = (c.take()?, c.take()?, c.take()?);
    let (status, effective, why): (&str, NaiveDate, &str) = (c.take()?, c.take()?, c.take()?);
    let mut detail = format!("account {account}, {status} from {effective}: {why}");
    // Verdicts of before there were other steps have nothing of this.
    let step: &str = c.take()?;
    if step != "judged" {
        detail += &format!(" [{step}");
        for _ in 0..4 {
            detail += &c.take::<Option<&str>>()?.map(|told| format!(" {told}")).unwrap_or_default();
        }
        detail += &c.take::<Option<NaiveDate>>()?.map(|day| format!(" {day}")).unwrap_or_default();
        let text = "SELECT invoice, currency, amount FROM case_credit WHERE case_event = $1 ORDER BY invoice";
        for row in &query(text).bind(id).fetch_all(tx).await? {
            let mut c = Columns::of(row);
            detail += &format!(" {}: {}", c.take::<&str>()?, said(c.money()?));
        }
        detail += "]";
    }
    Ok(Some(Told { at, author, detail }))
}

async fn mail(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT m.recorded_at, m.kind, m.mailbox, m.place, m.message_id, a.number, m.notice, m.case_id, m.made, \
                m.sender, m.subject, m.dated, m.words \
                FROM incoming m LEFT JOIN account a ON a.id = m.account WHERE m.company = $1 AND m.id = $2";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, kind, mailbox, place): (_, &str, &str, &str) = (c.take()?, c.take()?, c.take()?, c.take()?);
    let mut detail = format!("{kind} in {mailbox}: {place}");
    for what in ["Message-ID", "account"] {
        detail += &c.take::<Option<&str>>()?.map(|named| format!(", {what} {named}")).unwrap_or_default();
    }
    for what in ["notice", "case"] {
        detail += &c.take::<Option<i64>>()?.map(|number| format!(", {what} {number}")).unwrap_or_default();
    }
    detail += &format!(": {}", c.take::<&str>()?);
    let mut print = Fingerprint::default();
    add(&mut print, &mut c, "ssts")?;
    detail += &format!("; sha256 {}", print.hex());
    Ok(Some(Told { at, author: DULY.to_owned(), detail }))
}

async fn mail_done(tx: &mut Tx, company: i64, id: i64) -> Result<Option<Told>> {
    let text = "SELECT done_at, done_by, done_why FROM incoming \
                WHERE company = $1 AND id = $2 AND done_at IS NOT NULL AND done_by IS NOT NULL";
    let Some(row) = row(tx, text, company, id).await? else { return Ok(None) };
    let mut c = Columns::of(&row);
    let (at, author, why) = (c.take()?, c.take()?, c.take::<Option<&str>>()?);
    Ok(Some(Told { at, author, detail: why.unwrap_or_default().to_owned() }))
}

fn said(amount: Money) -> String {
    format!("{amount} {}", amount.currency)
}
