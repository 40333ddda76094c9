//! `duly hold`: a person's word that notices wait.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    output::{print, printable, table},
    record,
};
use crate::{
    app::{App, Failure},
    domain::{
        account_facts::Hold,
        money::{Currency, Money},
    },
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
    let hold = new_hold(app, &add, &snapshot)?;
    let id = app.store.add_hold(&hold, app.clock.now()).await?;
    print(&format!("Hold {id}: {}.\n", said(&hold, &snapshot.facts.account.number)));
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

fn new_hold(app: &App, add: &Add, snapshot: &Snapshot) -> Result<NewHold, Failure> {
    let amount = add.amount.as_deref().map(amount).transpose()?;
    if let Some(number) = &add.invoice {
        let known = snapshot.facts.invoices.iter().find(|known| known.number == *number);
        let (account, number) = (printable(&add.account), printable(number));
        let known = known.ok_or_else(|| Failure::Input(format!("account `{account}` has no invoice `{number}`")))?;
        let currency = known.amount.currency;
        if amount.is_some_and(|amount| amount.currency != currency) {
            return Err(Failure::Input(format!(
                "--amount: invoice `{number}` is in {currency}; give the amount in {currency}"
            )));
        }
    }
    let (today, starts) = (app.today(), add.from.unwrap_or_else(|| app.today()));
    match add.until {
        Some(until) if until < starts => {
            return Err(Failure::Input(format!("--until {until} lies before the first day, {starts}")));
        }
        Some(until) if until < today => {
            return Err(Failure::Input(format!(
                "--until {until} is in the past; the last day must be {today} or later"
            )));
        }
        _ => {}
    }
    Ok(NewHold {
        account: snapshot.id,
        invoice: add.invoice.clone(),
        amount,
        reason: "person".to_owned(),
        starts,
        until: add.until,
        note: Some(record::note("--why", &add.why)?.to_owned()),
        author: add.author.name()?,
    })
}

/// What is held, and how long.
fn said(hold: &NewHold, account: &str) -> String {
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

fn amount(text: &str) -> Result<Money, Failure> {
    let bad = |why: String| Failure::Input(format!("--amount `{text}`: {why}"));
    let (number, currency) =
        text.split_once(' ').ok_or_else(|| bad("expected an amount and a currency, like `120.50 EUR`".to_owned()))?;
    let currency: Currency =
        currency.parse().map_err(|error: crate::domain::money::MoneyError| bad(error.to_string()))?;
    let money = Money::parse(number, currency).map_err(|error| bad(error.to_string()))?;
    if money.minor > 0 { Ok(money) } else { Err(bad("must be more than 0".to_owned())) }
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
