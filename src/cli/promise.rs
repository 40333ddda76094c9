//! `duly promise`: the customer's word to pay.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    case::{account, money},
    output::{print, printable, table},
    record,
};
use crate::{
    app::{App, Failure},
    domain::promise::{Word, promises},
    store::{
        agreements::{Agreed, NewPromise},
        snapshot::Horizon,
    },
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
    let (snapshot, today) = (account(app, &args.account).await?, app.today());
    let facts = &snapshot.facts;
    let named = (facts.account.number != args.account).then(|| args.account.clone());
    let invoice = args.invoice.clone().or(named);
    let amount = match &invoice {
        Some(invoice) => money(facts, invoice, args.amount.as_deref())?,
        None => None,
    };
    if args.until < today {
        return Err(Failure::Input(format!("--until {} is in the past; it is {today}", args.until)));
    }
    if let Some(case) = args.case {
        let known = app.store.case(case).await?.filter(|known| known.account == facts.account.number);
        known.ok_or_else(|| Failure::Input(format!("there is no case {case} of this account")))?;
    }
    let promise = NewPromise {
        account: snapshot.id,
        case: args.case,
        invoice,
        amount,
        made: today,
        until: args.until,
        note: args.note.as_deref().map(|text| record::note("--note", text)).transpose()?.map(str::to_owned),
        author: args.author.name()?,
    };
    let id = app.store.add_promise(&promise, app.clock.now()).await?;
    let tolerance = app.rules.policy_of(&facts.account).policy.hold.promise_tolerance_days;
    let number = printable(&facts.account.number);
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
