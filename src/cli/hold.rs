//! `duly hold`: a person's word that notices wait.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    case::said,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    casework::HoldAsked,
    domain::account_facts::Hold,
    store::{
        holds::NewHold,
        snapshot::{Horizon, Snapshot},
    },
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Hold an account, an invoice, or an amount of an invoice
    Add(Add),
    /// End a hold
    End {
        id: i64,
        #[command(flatten)]
        author: Author,
    },
    /// Holds in force today, and those that begin later
    List {
        /// Those that are over or ended too
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number of the account (an invoice is named by --invoice)
    account: String,
    /// Only this invoice
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// Only this amount of the invoice, e.g. `120.50 EUR`
    #[arg(long, requires = "invoice", value_name = "AMOUNT")]
    amount: Option<String>,
    /// First day [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    from: Option<NaiveDate>,
    /// Last day; without it the hold stays until it is ended
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    until: Option<NaiveDate>,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::Add(add) => run_add(app, add).await?,
        Command::End { id, author } => {
            let ended = app.store.end_hold(id, &author.name()?, app.today(), app.clock.now()).await;
            ended.map_err(|error| Failure::Input(error.to_string()))?;
            print(&format!("Hold {id} has ended.\n"));
        }
        Command::List { all } => list(app, all).await?,
    }
    Ok(Done::Well)
}

async fn run_add(app: &App, add: Add) -> Result<(), Failure> {
    let snapshot = account(app, &add).await?;
    let (invoice, amount) = (add.invoice.as_deref(), add.amount.as_deref());
    let asked = HoldAsked { invoice, amount, from: add.from, until: add.until };
    let (id, hold) = app.hold(&snapshot, asked, said(&add.author.name()?, &add.why)).await?;
    print(&format!("Hold {id}: {}.\n", what(&hold, &snapshot.facts.account.number)));
    Ok(())
}

/// The account that is meant; the number of an invoice in its place would hold far more than that.
async fn account(app: &App, add: &Add) -> Result<Snapshot, Failure> {
    let number = printable(&add.account);
    let missing = || Failure::Input(format!("there is no account `{number}`"));
    let id = app.store.find_account(&add.account).await?.ok_or_else(missing)?;
    let horizon = Horizon::everything(app.today());
    let snapshot = app.store.snapshots(&[id], horizon).await?.pop().ok_or_else(missing)?;
    if snapshot.facts.account.number == add.account {
        return Ok(snapshot);
    }
    let account = printable(&snapshot.facts.account.number);
    Err(Failure::Input(format!(
        "`{number}` is an invoice of account `{account}`, not an account; \
         hold it with `duly hold add {account} --invoice {number}`"
    )))
}

/// What is held, and how long.
fn what(hold: &NewHold, account: &str) -> String {
    let account = printable(account);
    let what = match (&hold.invoice, hold.amount) {
        (None, _) => format!("the whole account {account}"),
        (Some(invoice), None) => format!("invoice {} of account {account}", printable(invoice)),
        (Some(invoice), Some(amount)) => {
            format!("{amount} {} of invoice {} of account {account}", amount.currency, printable(invoice))
        }
    };
    let until = hold.until.map_or("until it is ended".to_owned(), |until| format!("until {until}"));
    format!("{what}, from {} {until}", hold.starts)
}

async fn list(app: &App, all: bool) -> Result<(), Failure> {
    let today = app.today();
    let mut holds = app.store.holds(all).await?;
    holds.retain(|(_, hold)| all || hold.holds_on(today) || is_later(hold, today));
    if holds.is_empty() {
        print(if all { "There is no hold.\n" } else { "No hold is in force.\n" });
        return Ok(());
    }
    let rows = holds.iter().map(|(account, hold)| {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let what = hold.invoice.as_deref().unwrap_or("whole account");
        let amount = hold.amount.map(|money| format!(" ({money} {})", money.currency)).unwrap_or_default();
        let state = match (hold.ended, hold.holds_on(today)) {
            (_, true) => "in force".to_owned(),
            (Some(ended), false) => format!("ended {ended}"),
            (None, false) if is_later(hold, today) => "later".to_owned(),
            (None, false) => "over".to_owned(),
        };
        vec![
            hold.id.to_string(),
            printable(account),
            printable(what) + &amount,
            hold.from.to_string(),
            date(hold.until),
            state,
            printable(&hold.author),
            printable(hold.note.as_deref().unwrap_or_default()),
        ]
    });
    print(&table(&["hold", "account", "what", "from", "until", "", "by", "why"], &[0], rows));
    Ok(())
}

/// Its first day has not come yet.
fn is_later(hold: &Hold, today: NaiveDate) -> bool {
    hold.from > today && hold.ended.is_none()
}
