//! `duly doubt`: notices that may have arrived, and the word of the person who looked.

use chrono::{DateTime, Utc};

use super::{
    Author, Done, Outcome,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    casework::record,
    store::doubts::{Doubt, Verdict},
    telemetry::Masked,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Notices in doubt, with what is known to look for them in the mail server's log
    List,
    /// It did not arrive: send it once more at once, with the same Message-ID
    Resend(Word),
    /// It arrived: it counts as sent
    Accept(Word),
}

/// A person's word on a doubt.
#[derive(Debug, clap::Args)]
pub struct Word {
    notice: i64,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

/// Notices shown.
const MOST: i64 = 1_000;

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::List => list(app, &app.store.doubts(MOST).await?),
        Command::Resend(word) => settle(app, &word, Verdict::Resend).await?,
        Command::Accept(word) => settle(app, &word, Verdict::Accept).await?,
    }
    Ok(Done::Well)
}

fn list(app: &App, doubts: &[Doubt]) {
    if doubts.is_empty() {
        print("No notice is in doubt.\n");
        return;
    }
    let minute = |at: Option<DateTime<Utc>>| {
        at.map(|at| at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M %Z").to_string())
    };
    let text = |doubt: &Doubt| {
        let (account, address) = (printable(&doubt.account), printable(&Masked(&doubt.address).to_string()));
        let rows = [
            ("tried", minute(doubt.tried_at).unwrap_or_default()),
            ("relay", doubt.relay.clone().unwrap_or_default()),
            ("Message-ID", format!("<{}@{}>", doubt.token, app.settings.message_domain())),
            ("known", doubt.reply.clone().unwrap_or_default()),
            ("in doubt", if doubt.doubts == 1 { "once".to_owned() } else { format!("{} times", doubt.doubts) }),
            ("sent again", minute(doubt.again_at).unwrap_or_else(|| "not by itself".to_owned())),
        ];
        let rows = rows.map(|(name, value)| vec![name.to_owned(), value]);
        let header = format!("Notice {} of {} to account {account} ({address})", doubt.id, doubt.as_of);
        let body = table(&["", ""], &[], rows);
        header + "\n" + &body.lines().skip(2).map(|line| format!("{line}\n")).collect::<String>()
    };
    print(&doubts.iter().map(text).collect::<Vec<_>>().join("\n"));
}

async fn settle(app: &App, word: &Word, verdict: Verdict) -> Result<(), Failure> {
    let (by, why, notice) = (word.author.name()?, record::note("--why", &word.why)?, word.notice);
    let settled = app.store.settle_doubt(notice, verdict, (&by, why), app.clock.now()).await;
    settled.map_err(|error| if error.passes() { error.into() } else { Failure::Input(error.to_string()) })?;
    tracing::warn!(notice, by, why, ?verdict, "a doubt was settled");
    match verdict {
        Verdict::Accept => print(&format!("Notice {notice} counts as sent.\n")),
        Verdict::Resend => {
            app.store.ring().await?;
            print(&format!(
                "Notice {notice} is sent once more: by a running daemon within a minute, else by `duly deliver`.\n"
            ));
            if app.store.halt().await?.is_some() {
                print("Sending is stopped: first `duly deliver --resume`.\n");
            }
        }
    }
    Ok(())
}
