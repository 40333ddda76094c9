//! `duly promise`: the customer's word to pay.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    case::said,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    casework::{self, PromiseAsked, account},
    domain::promise::{Word, promises},
    store::{agreements::Agreed, snapshot::Horizon},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Take one down: notices wait until its day has passed
    Add(Add),
    /// Take one back
    End {
        id: i64,
        #[command(flatten)]
        author: Author,
    },
    /// Promises and what became of them
    List {
        /// Those that are over too
        #[arg(long)]
        all: bool,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number of the account, or of one of its invoices
    account: String,
    /// Last day on which the money should come in
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    until: NaiveDate,
    /// Only this invoice
    #[arg(long, value_name = "NUMBER")]
    invoice: Option<String>,
    /// How much was promised, when it is not all of it
    #[arg(long, value_name = "AMOUNT", requires = "invoice")]
    amount: Option<String>,
    /// The case that it belongs to
    #[arg(long, value_name = "CASE")]
    case: Option<i64>,
    /// Who promised, and how
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::Add(args) => add(app, &args).await?,
        Command::End { id, author } => {
            let ended = app.store.end(Agreed::Promise, id, &author.name()?, app.today(), app.clock.now()).await;
            ended.map_err(|error| Failure::Input(error.to_string()))?;
            print(&format!("Promise {id} was taken back.\n"));
        }
        Command::List { all } => list(app, all).await?,
    }
    Ok(Done::Well)
}

async fn add(app: &App, args: &Add) -> Result<(), Failure> {
    let snapshot = account(app, &args.account).await?;
    let number = &snapshot.facts.account.number;
    let named = (*number != args.account).then_some(args.account.as_str());
    let (invoice, amount) = (args.invoice.as_deref().or(named), args.amount.as_deref());
    let asked = PromiseAsked { invoice, amount, until: args.until, case: args.case };
    let note = args.note.as_deref().unwrap_or_default();
    let author = args.author.name()?;
    let word = casework::Word { field: "--note", ..said(&author, note) };
    let (id, tolerance) = app.promise(&snapshot, asked, word).await?;
    let number = printable(number);
    print(&format!("Promise {id} of account {number} until {}; notices wait {tolerance} days longer.\n", args.until));
    Ok(())
}

async fn list(app: &App, all: bool) -> Result<(), Failure> {
    let accounts = app.store.accounts_with(Agreed::Promise).await?;
    let mut rows = Vec::new();
    for accounts in accounts.chunks(500) {
        for snapshot in app.store.snapshots(accounts, Horizon::everything(app.today())).await? {
            let (facts, policy) = (&snapshot.facts, &app.rules.policy_of(&snapshot.facts.account).policy);
            for promise in promises(facts, app.today()) {
                let word = promise.word(facts, policy, app.today());
                if !all && word != Word::Waiting && word != Word::Broken {
                    continue;
                }
                let amount = promise.amount.map(|amount| format!("{amount} {}", amount.currency));
                rows.push(vec![
                    printable(&promise.source),
                    printable(&facts.account.number),
                    promise.invoice.as_deref().map_or("all".to_owned(), printable),
                    amount.unwrap_or_else(|| "all of it".to_owned()),
                    promise.made.to_string(),
                    promise.until.to_string(),
                    word.code().replace('_', " "),
                ]);
            }
        }
    }
    if rows.is_empty() {
        print("No promise is waited for.\n");
        return Ok(());
    }
    print(&table(&["promise", "account", "invoice", "amount", "made", "until", "state"], &[3], rows));
    Ok(())
}
