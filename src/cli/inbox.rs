//! `duly inbox`: takes the mails that came in, shows one, and ends its task.

use chrono::{DateTime, Utc};

use super::{
    Author, Done, Outcome,
    output::{aside, count, print, printable},
};
use crate::{
    app::{App, Failure},
    domain::mail::MailKind,
    mailbox,
    store::{
        StoreError,
        mails::{Lifted, MailRow},
    },
};

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// One mail: who wrote, what, and what was made of it
    Show {
        #[arg(value_name = "MAIL")]
        id: i64,
    },
    /// It is read: its task ends, and so does the hold that duly set for it
    Done(Read),
}

#[derive(Debug, clap::Args)]
pub struct Read {
    #[arg(value_name = "MAIL")]
    id: i64,
    /// For the record
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    match &args.command {
        None => take(app).await,
        Some(Command::Show { id }) => show(app, *id).await,
        Some(Command::Done(read)) => done(app, read).await,
    }
}

async fn show(app: &App, id: i64) -> Outcome {
    let missing = || Failure::Input(format!("there is no mail {id}; `duly tasks` and `duly why` name those that are"));
    let mail = app.store.mail(id, app.today()).await?.ok_or_else(missing)?;
    print(&shown(app, &mail));
    Ok(Done::Well)
}

fn shown(app: &App, mail: &MailRow) -> String {
    let minute = |at: DateTime<Utc>| at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M").to_string();
    let mut text = format!("Mail {}, taken {} as {}\n", mail.id, minute(mail.recorded_at), counted(mail.kind, 1));
    let mut line = |name: &str, what: Option<String>| {
        text += &what.map(|what| format!("  {name:<9}{}\n", printable(&what))).unwrap_or_default();
    };
    line("from", mail.sender.clone());
    line("date", mail.dated.map(minute));
    line("subject", mail.subject.clone());
    line("account", mail.account.clone());
    line("notice", mail.notice.map(|notice| notice.to_string()));
    line("case", mail.case.map(|case| format!("{case}: `duly case show {case}`")));
    line("made", Some(mail.made.split_whitespace().collect::<Vec<_>>().join(" ")));
    line("place", Some(format!("{} in {}", mail.place, mail.mailbox)));
    line("hold", mail.hold.map(|(hold, until)| format!("{hold}, notices wait until {until}")));
    let because = |why: &Option<String>| why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    line("done", mail.done.as_ref().map(|done| format!("{} by {}{}", minute(done.at), done.by, because(&done.why))));
    if let Some(words) = &mail.words {
        text += "\nIn the sender's words\n";
        words.lines().for_each(|line| text += &format!("    {}\n", printable(line)));
    }
    if mail.done.is_none() && mail.kind.waits() {
        text += &format!("\nWhen it is settled: `duly inbox done {}`\n", mail.id);
    }
    text
}

async fn done(app: &App, read: &Read) -> Outcome {
    let (id, now) = (read.id, (app.clock.now(), app.today()));
    let lifted = app.store.mail_done(id, &read.author.name()?, read.why.as_deref(), now).await;
    let refused = |error| match error {
        StoreError::Refused(why) => Failure::Input(why),
        error => error.into(),
    };
    let more = match lifted.map_err(refused)? {
        Lifted::Hold(hold) => format!(" Hold {hold} has ended: notices go on."),
        Lifted::StaysFor(other) => format!(" The hold stays, since mail {other} waits too."),
        Lifted::Nothing => String::new(),
    };
    print(&format!("Mail {id} is done.{more}\n"));
    Ok(Done::Well)
}

async fn take(app: &App) -> Outcome {
    let taken = mailbox::look(app).await?;
    for left in &taken.left {
        aside(&format!("duly: a mail stays in the mailbox: {}", printable(left)));
    }
    if taken.kinds.is_empty() {
        print("No mail came in.\n");
        return Ok(Done::Well);
    }
    let said: Vec<String> = taken.kinds.iter().map(|(kind, number)| counted(*kind, *number)).collect();
    print(&format!("{}\n", said.join(", ")));
    Ok(Done::Well)
}

fn counted(kind: MailKind, number: u64) -> String {
    let (one, many) = match kind {
        MailKind::Bounce => ("bounce", "bounces"),
        MailKind::Delayed => ("delay", "delays"),
        MailKind::Complaint => ("complaint", "complaints"),
        MailKind::Automatic => ("automatic answer", "automatic answers"),
        MailKind::Own => ("mail of our own", "mails of our own"),
        MailKind::Ignored => ("mail ignored", "mails ignored"),
        MailKind::Known => ("mail known already", "mails known already"),
        MailKind::Reply => ("answer", "answers"),
        MailKind::Unclear => ("answer for a person to read", "answers for a person to read"),
        MailKind::Thanks => ("word of thanks", "words of thanks"),
        MailKind::Stranger => ("answer of an unknown sender", "answers of unknown senders"),
        MailKind::Returned => ("letter that came back", "letters that came back"),
        MailKind::Unplaced => ("mail that could not be placed", "mails that could not be placed"),
        MailKind::Failed => ("mail that could not be taken", "mails that could not be taken"),
    };
    count(number, one, many)
}
