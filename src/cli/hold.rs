//! `duly hold`: a person's word that notices wait.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    domain::money::{Currency, Money},
    store::{holds::NewHold, snapshot::Horizon},
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
    /// Holds in force
    List {
        /// Ended ones too
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number of the account
    account: String,
    /// Only this invoice
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// Only this amount of the invoice, e.g. `120.50 EUR`
    #[arg(long, requires = "invoice", value_name = "AMOUNT")]
    amount: Option<String>,
    /// First day [default: today]
    #[arg(long, value_name = "DATE")]
    from: Option<NaiveDate>,
    /// Last day; without it the hold stays until it is ended
    #[arg(long, value_name = "DATE")]
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
    let missing = || Failure::Input(format!("there is no account `{}`", printable(&add.account)));
    let account = app.store.find_account(&add.account).await?.ok_or_else(missing)?;
    if let Some(invoice) = &add.invoice {
        let horizon = Horizon::everything(app.today());
        let snapshot = app.store.snapshots(&[account], horizon).await?.pop().ok_or_else(missing)?;
        if !snapshot.facts.invoices.iter().any(|known| known.number == *invoice) {
            let (account, invoice) = (printable(&add.account), printable(invoice));
            return Err(Failure::Input(format!("account `{account}` has no invoice `{invoice}`")));
        }
    }
    let hold = NewHold {
        account,
        invoice: add.invoice,
        amount: add.amount.as_deref().map(amount).transpose()?,
        reason: "person".to_owned(),
        starts: add.from.unwrap_or_else(|| app.today()),
        until: add.until,
        note: Some(add.why),
        author: add.author.name()?,
    };
    let id = app.store.add_hold(&hold, app.clock.now()).await?;
    print(&format!("Hold {id} is set.\n"));
    Ok(())
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
    let holds = app.store.holds(all).await?;
    if holds.is_empty() {
        print("No hold is in force.\n");
        return Ok(());
    }
    let rows = holds.iter().map(|(account, hold)| {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        let what = hold.invoice.as_deref().unwrap_or("whole account");
        let amount = hold.amount.map(|money| format!(" ({money} {})", money.currency)).unwrap_or_default();
        vec![
            hold.id.to_string(),
            printable(account),
            printable(what) + &amount,
            hold.from.to_string(),
            date(hold.until),
            date(hold.ended),
            printable(&hold.author),
            printable(hold.note.as_deref().unwrap_or_default()),
        ]
    });
    print(&table(&["hold", "account", "what", "from", "until", "ended", "by", "why"], &[0], rows));
    Ok(())
}
