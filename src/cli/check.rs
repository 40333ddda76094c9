//! `duly check`: everything that is set, what it means, and when it runs next.

use std::collections::BTreeSet;

use chrono::NaiveTime;

use super::{
    Done, Outcome,
    output::{count, print, printable, table},
};
use crate::{
    app::{App, Failure},
    delivery::Target,
    domain::{
        answer::PageRule,
        case::{CaseRule, staff::Staff},
        discount::{Anchor, Base, PartPayments, TaxShare, Terms},
        policy::{Allocate, Climb, InDoubt, Minimum, Policy},
        schedule::next_runs,
    },
    mailbox::maildir,
    rules::Overruled,
    settings::TlsMode,
};

#[derive(Debug, clap::Args)]
pub struct Args {}

/// Settings, policies and wording have been checked when the app was opened; this tells them.
pub async fn run(app: &App, _args: &Args) -> Outcome {
    let mut text = company(app)?;
    let published = app.rules.named.values().chain([&app.rules.standard]);
    for published in published {
        text += &format!("\nPolicy {}\n{}", published.label, policy(&published.policy));
    }
    text += &overruled(app);
    text += &runs(app)?;
    text += &maps(app)?;
    let locales: Vec<&str> = app.rules.words.catalogues().iter().map(|catalogue| catalogue.locale.as_str()).collect();
    text += &format!("Wording passes the contract: {}\n", locales.join(", "));
    text += &playbooks(app);
    let languages: Vec<&str> = app.rules.replies.languages().iter().map(|language| language.code.as_str()).collect();
    text += &format!("Replies are read in: {}\n", languages.join(", "));
    let [accounts, invoices, payments, notices] = app.store.counts().await?;
    let rows = [
        (accounts, "account", "accounts"),
        (invoices, "invoice", "invoices"),
        (payments, "payment", "payments"),
        (notices, "notice", "notices"),
    ];
    let rows = rows.map(|(number, one, many)| count(u64::try_from(number).unwrap_or_default(), one, many));
    text += &format!("Database: {}\n", rows.join(", "));
    print(&text);
    Ok(Done::Well)
}

/// Files that do not count any more, since somebody published a later version in the console.
fn overruled(app: &App) -> String {
    let rules = &app.rules;
    let policies = rules.named.values().chain([&rules.standard]).filter_map(|published| published.overruled.as_ref());
    let said = |old: &Overruled| {
        format!(
            "\n{} still has version {}. Version {}, published in the console, counts; change the file, and it counts \
             again.\n",
            old.file.display(),
            old.of_file,
            old.version
        )
    };
    policies.chain(&rules.overruled_words).map(said).collect()
}

/// Where bounces and answers are looked for.
fn mailbox(app: &App) -> Result<String, Failure> {
    let inbox = &app.settings.inbox;
    if let Some(imap) = &inbox.imap {
        let server = format!("{}@{}:{}, folder {}", imap.user, imap.host, imap.port, imap.folder);
        return Ok(format!("into {server}, looked at every {}", count(imap.poll_seconds.into(), "second", "seconds")));
    }
    let Some(folder) = &inbox.maildir else {
        return Ok("nobody reads what comes back (`inbox.maildir` or `[inbox.imap]`)".to_owned());
    };
    let folder = app.settings.path(folder);
    maildir::check(&folder).map_err(Failure::Input)?;
    Ok(format!("into {}, looked at every {}", folder.display(), count(inbox.poll_seconds.into(), "second", "seconds")))
}

/// Where customers answer.
fn page(app: &App) -> String {
    let Some(page) = &app.settings.page else { return "none: notices have no link (`[page]`)".to_owned() };
    let who = if page.behind_proxy { "a proxy says who asks" } else { "asked directly" };
    let days = count(page.days.into(), "day", "days");
    format!("{}/r/…, good for {days}; served on {}, {who}", page.base(), page.listen)
}

fn company(app: &App) -> Result<String, Failure> {
    let (company, delivery) = (&app.settings.company, &app.settings.delivery);
    let target = Target::of(&app.settings).map_err(Failure::Input)?;
    app.dkim()?;
    app.verp()?;
    let mailbox = mailbox(app)?;
    let bounces = app.settings.inbox.bounce_address.as_ref().map(|at| format!(", bounces to signed forms of {at}"));
    let protection = match delivery.smtp.as_ref().map(|smtp| smtp.tls) {
        Some(TlsMode::Required) => ", TLS from the first byte",
        Some(TlsMode::Starttls) => ", STARTTLS and never without",
        Some(TlsMode::None) => ", without TLS, to a loopback or private address only",
        None => "",
    };
    let to = match &target {
        Target::Folder(folder) => format!("into the folder {}; nothing leaves the machine", folder.display()),
        Target::Smtp(relay) => format!("to {}:{}{protection}", relay.host, relay.port),
    };
    let documents = app.settings.path(&app.settings.files.documents);
    let missing = if documents.is_dir() { "" } else { " (not there: invoices with a document are held)" };
    let pace = match delivery.per_minute {
        0 => "as fast as the server takes it".to_owned(),
        limit => format!("at most {limit} messages a minute"),
    };
    let rows = [
        ("company", format!("{} ({}), {}, {}", company.name, company.code, company.country, company.zone)),
        ("language", format!("{} for accounts that name none", company.locale)),
        ("contact", format!("{}, {}, {}", company.contact, company.phone, company.email)),
        ("mail goes", to),
        ("mail comes", mailbox),
        ("page", page(app)),
        (
            "from",
            format!(
                "{}, answers to {}{}",
                delivery.from,
                delivery.reply_to.as_ref().unwrap_or(&delivery.from),
                bounces.unwrap_or_default()
            ),
        ),
        ("pace", format!("{}, {pace}", count(delivery.sessions as u64, "conversation", "conversations"))),
        (
            "signature",
            app.settings
                .delivery
                .dkim
                .as_ref()
                .map_or("none (the relay may sign)".into(), |d| format!("DKIM {}", d.domain)),
        ),
        ("documents", format!("{}{missing}", documents.display())),
        ("database", app.settings.database.url.clone()),
        ("sent last", app.settings.path(&app.settings.files.head).display().to_string()),
    ];
    Ok(pairs(rows))
}

fn policy(policy: &Policy) -> String {
    let hold = &policy.hold;
    let stages: Vec<String> =
        policy.stages.iter().map(|stage| format!("`{}` at {} days", stage.name, stage.days)).collect();
    let climb = match policy.climb {
        Climb::OneAtATime => "one stage at a time",
        Climb::Latest => "the latest stage that was reached",
    };
    let offer = policy.offer.as_ref().map_or("none".to_owned(), |offer| {
        let stages: Vec<&str> = offer.stages.iter().map(String::as_str).collect();
        format!(
            "{}% within {} days in stage {}, once in {} months",
            offer.percent,
            offer.days,
            stages.join(", "),
            offer.every_months
        )
    });
    let doubt = match policy.in_doubt.then {
        InDoubt::ResendOnce => format!("sent once more after {} hours, same Message-ID", policy.in_doubt.after_hours),
        InDoubt::Hold => "left for a person".to_owned(),
    };
    let any = |number: u32, one: &str, many: &str, rule: &str| match number {
        0 => "off".to_owned(),
        _ => format!("{} {rule}", count(number.into(), one, many)),
    };
    let days = |number: u32, rule: &str| any(number, "day", "days", rule);
    let sending = &policy.sending;
    let until = sending.until.map_or("24:00".to_owned(), |until| until.format("%H:%M").to_string());
    let rows = [
        ("paused", if policy.paused { "yes: nothing is noticed".to_owned() } else { "no".to_owned() }),
        ("stages", format!("{}; {climb}", stages.join(", "))),
        ("minimum", minimum(&policy.minimum)),
        ("offer", offer),
        ("terms", terms(&policy.terms)),
        (
            "other money",
            match policy.allocate {
                Allocate::Named => "what names no invoice stays apart",
                Allocate::OldestFirst => "what names no invoice settles the oldest",
            }
            .to_owned(),
        ),
        (
            "cutover",
            hold.cutover.map_or("none".to_owned(), |date| format!("invoices due before {date} are left alone")),
        ),
        ("gap", days(hold.min_gap_days, "between two notices to one account")),
        (
            "stale ledger",
            any(
                hold.stale_after_business_days,
                "business day",
                "business days",
                "without payment data, and everything is held",
            ),
        ),
        ("settling in", days(hold.settling_in_days, "after a price or contact change")),
        ("delivery", days(hold.delivered_days, "after the invoice was delivered")),
        ("promises", days(hold.promise_tolerance_days, "after the promised date")),
        ("instalments", days(hold.instalment_request_days, "after they were asked for")),
        (
            "disputes",
            if hold.undisputed_rest { "the undisputed rest goes on" } else { "hold the whole account" }.to_owned(),
        ),
        (
            "sending",
            format!("{} {}–{until} in the recipient's zone", sending.days.join(" "), sending.from.format("%H:%M")),
        ),
        (
            "unusual",
            format!(
                "more than {} notices and {} times the usual wait for a person",
                policy.limits.notices, policy.limits.factor
            ),
        ),
        ("in doubt", doubt),
        (
            "alarm",
            format!(
                "a notice that may be sent has been ready for more than {}",
                count(policy.alarm.oldest_ready_hours.into(), "hour", "hours")
            ),
        ),
        (
            "costs",
            format!(
                "waiting {}%, penalty {}% a year; for reports only",
                policy.costs.waiting_percent.normalize(),
                policy.costs.penalty_percent.normalize()
            ),
        ),
        (
            "evidence",
            match policy.evidence.needed {
                0 => "off".to_owned(),
                needed => format!(
                    "{} within {} make a possible protest",
                    count(needed.into(), "sign", "independent signs"),
                    count(policy.evidence.window_days.into(), "day", "days")
                ),
            },
        ),
        ("cases", cases(&policy.cases)),
        ("page", agrees(policy.page)),
        ("staff", staff(&policy.staff)),
    ];
    pairs(rows)
}

fn cases(rule: &CaseRule) -> String {
    let hour = |time: NaiveTime| time.format("%H:%M").to_string();
    format!(
        "answered within {}, resolved within {} of {}–{} on business days; followed up after {}",
        count(rule.first_response_hours.into(), "hour", "hours"),
        rule.resolve_hours,
        hour(rule.from),
        hour(rule.until),
        count(rule.follow_up_days.into(), "day", "days")
    )
}

/// How far the customer's page may agree by itself.
fn agrees(rule: PageRule) -> String {
    let day = match rule.promise_days {
        0 => "no day of payment".to_owned(),
        days => format!("a day of payment up to {} away", count(days.into(), "day", "days")),
    };
    let parts = match rule.instalments {
        0 => "no instalments".to_owned(),
        number => format!("up to {number} instalments"),
    };
    format!("agrees to {day} and {parts} by itself, once for an invoice")
}

/// Who may settle how much alone.
fn staff(staff: &[Staff]) -> String {
    let person = |person: &Staff| {
        let amounts: Vec<String> =
            person.limit.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect();
        let limit = if amounts.is_empty() { "nothing".to_owned() } else { format!("up to {}", amounts.join(", ")) };
        let approves = if person.approves { ", approves" } else { "" };
        format!("{} (settles {limit} alone{approves})", printable(&person.name))
    };
    match staff {
        [] => "nobody is named: a second person approves each settlement".to_owned(),
        _ => staff.iter().map(person).collect::<Vec<_>>().join("; "),
    }
}

/// How terms on invoices are understood.
fn terms(terms: &Terms) -> String {
    let anchor = match terms.anchor {
        Anchor::Issued => "from the date of issue",
        Anchor::Delivered => "from delivery where it is known",
    };
    let base = match terms.base {
        Base::Gross => "of the gross amount",
        Base::Net => "of the net amount",
    };
    let tax = match terms.tax {
        TaxShare::Follows => "tax follows",
        TaxShare::Fixed => "tax stays",
    };
    let parts = match terms.part_payments {
        PartPayments::None => "not for part payments",
        PartPayments::Proportional => "part payments earn their share",
        PartPayments::FinalOnly => "the last part payment earns the whole",
    };
    let grace = count(terms.grace_days.into(), "day of grace", "days of grace");
    format!("{anchor}, {base}, {tax}, {grace}, {parts}")
}

/// What is too little to write about.
fn minimum(minimum: &Minimum) -> String {
    let amounts: Vec<String> = minimum.amount.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect();
    let amounts = if amounts.is_empty() { "no amount".to_owned() } else { amounts.join(", ") };
    let share = minimum.share_percent.normalize();
    if share.is_zero() { amounts } else { format!("{amounts}; {share}% of what the account has open") }
}

fn runs(app: &App) -> Result<String, Failure> {
    let Some(schedule) = &app.rules.standard.policy.schedule else {
        return Ok("\nNo schedule: the daemon sends what is ready but never sweeps.\n".to_owned());
    };
    let zone = app.settings.company.zone;
    let next = next_runs(&schedule.sweep, zone, app.clock.now(), 5).map_err(Failure::Input)?;
    let times: Vec<String> = next.iter().map(|at| at.format("  %a %Y-%m-%d %H:%M %Z").to_string()).collect();
    Ok(format!("\nNext sweeps (`{}`)\n{}\n\n", schedule.sweep, times.join("\n")))
}

fn maps(app: &App) -> Result<String, Failure> {
    let names = app.map_names();
    for name in &names {
        app.load_map(name).map_err(Failure::Input)?;
    }
    Ok(format!("Maps: {}\n", names.join(", ")))
}

/// Which playbooks are the company's own, and in which languages a reply can be begun.
fn playbooks(app: &App) -> String {
    let books = || app.rules.playbooks.all();
    let own: Vec<&str> = books().filter(|(_, _, own)| *own).map(|(kind, _, _)| kind.code()).collect();
    let own = if own.is_empty() { "none of your own".to_owned() } else { format!("your own for {}", own.join(", ")) };
    let locales: BTreeSet<&str> = books().flat_map(|(_, book, _)| book.drafts()).map(|(locale, _)| locale).collect();
    let locales: Vec<&str> = locales.into_iter().collect();
    format!("Playbooks: {own}; replies in {}\n", locales.join(", "))
}

fn pairs<const N: usize>(rows: [(&str, String); N]) -> String {
    table(&["", ""], &[], rows.map(|(name, value)| vec![name.to_owned(), value]))
        .lines()
        .skip(2)
        .collect::<Vec<_>>()
        .join("\n")
        + "\n"
}
