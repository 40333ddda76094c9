//! `duly term`: what was agreed or asked for on an account, beyond its policy.

use chrono::NaiveDate;

use super::{
    Author, Done, Outcome,
    case::said,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    casework::{self, TermAsked, account},
    domain::term::TermKind,
    store::{agreements::Agreed, snapshot::Horizon},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Take one down
    Add(Add),
    /// End one
    End {
        id: i64,
        #[command(flatten)]
        author: Author,
    },
    /// All of an account, or all in force
    List {
        /// Number of the account
        account: Option<String>,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number of the account
    account: String,
    /// settling_in, transition, request or authorised
    #[arg(long, value_parser = kind, value_name = "KIND")]
    kind: TermKind,
    /// First day [default: today]
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    from: Option<NaiveDate>,
    /// Last day
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    until: Option<NaiveDate>,
    /// What was agreed; of a request, the answer that is fair to the others
    #[arg(long, value_name = "TEXT")]
    note: String,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::Add(args) => add(app, &args).await?,
        Command::End { id, author } => {
            let ended = app.store.end(Agreed::Term, id, &author.name()?, app.today(), app.clock.now()).await;
            ended.map_err(|error| Failure::Input(error.to_string()))?;
            print(&format!("Term {id} has ended.\n"));
        }
        Command::List { account } => list(app, account.as_deref()).await?,
    }
    Ok(Done::Well)
}

async fn add(app: &App, args: &Add) -> Result<(), Failure> {
    let snapshot = account(app, &args.account).await?;
    let asked = TermAsked { kind: args.kind, from: args.from, until: args.until };
    let author = args.author.name()?;
    let word = casework::Word { field: "--note", ..said(&author, &args.note) };
    let (id, from) = app.term(&snapshot, asked, word).await?;
    let account = printable(&snapshot.facts.account.number);
    print(&format!(
        "Term {id} of account {account}: {}, {}.\n",
        args.kind.code().replace('_', " "),
        days(from, args.until)
    ));
    Ok(())
}

async fn list(app: &App, number: Option<&str>) -> Result<(), Failure> {
    let accounts = match number {
        Some(number) => vec![account(app, number).await?.id],
        None => app.store.accounts_with(Agreed::Term).await?,
    };
    let mut rows = Vec::new();
    for accounts in accounts.chunks(500) {
        for snapshot in app.store.snapshots(accounts, Horizon::everything(app.today())).await? {
            let facts = &snapshot.facts;
            for term in facts.terms.iter().filter(|term| number.is_some() || term.is_in_force(app.today())) {
                rows.push(vec![
                    term.id.to_string(),
                    printable(&facts.account.number),
                    term.kind.code().replace('_', " "),
                    term.ended.map_or_else(|| days(term.from, term.until), |ended| format!("ended {ended}")),
                    printable(&term.note),
                    printable(&term.author),
                ]);
            }
        }
    }
    if rows.is_empty() {
        print("There is no term.\n");
        return Ok(());
    }
    print(&table(&["term", "account", "kind", "days", "what", "by"], &[0], rows));
    Ok(())
}

fn days(from: NaiveDate, until: Option<NaiveDate>) -> String {
    until.map_or_else(|| format!("from {from}"), |until| format!("from {from} until {until}"))
}

/// A kind of term by its code.
fn kind(text: &str) -> Result<TermKind, String> {
    let known = || TermKind::ALL.map(TermKind::code).join(", ");
    TermKind::from_code(text).ok_or_else(|| format!("there is no such kind; there are {}", known()))
}
