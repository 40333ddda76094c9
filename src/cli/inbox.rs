//! `duly inbox`: takes the mails that came in.

use super::{
    Done, Outcome,
    output::{aside, count, print, printable},
};
use crate::{app::App, domain::mail::MailKind, mailbox};

#[derive(Debug, clap::Args)]
pub struct Args {}

pub async fn run(app: &App, _args: &Args) -> Outcome {
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
        MailKind::Unplaced => ("mail that could not be placed", "mails that could not be placed"),
        MailKind::Failed => ("mail that could not be taken", "mails that could not be taken"),
    };
    count(number, one, many)
}
