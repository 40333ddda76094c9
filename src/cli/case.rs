//! `duly case`: possible protests, and the word of the person who looked.

use super::{
    Author, Done, Outcome,
    output::{print, printable, table},
};
use crate::{
    app::{App, Failure},
    store::cases::{CaseRow, Verdict},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Cases that hold notices
    List {
        /// Dismissed ones too
        #[arg(long)]
        all: bool,
    },
    /// One case with its evidence
    Show { id: i64 },
    /// It is a protest: its items stay held
    Confirm(Word),
    /// Nothing is in it: notices go on
    Dismiss(Word),
}

/// A person's word on a case.
#[derive(Debug, clap::Args)]
pub struct Word {
    id: i64,
    /// Why, for the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::List { all } => list(&app.store.cases(all).await?),
        Command::Show { id } => {
            let missing = || Failure::Input(format!("there is no case {id}; `duly case list` shows them"));
            show(&app.store.case(id).await?.ok_or_else(missing)?);
        }
        Command::Confirm(word) => judge(app, word, Verdict::Confirm).await?,
        Command::Dismiss(word) => judge(app, word, Verdict::Dismiss).await?,
    }
    Ok(Done::Well)
}

fn list(cases: &[CaseRow]) {
    if cases.is_empty() {
        print("No case is open.\n");
        return;
    }
    let rows = cases.iter().map(|case| {
        let mut invoices: Vec<&str> = case.evidence.iter().map(|evidence| evidence.invoice.as_str()).collect();
        invoices.dedup();
        vec![
            case.id.to_string(),
            case.status.to_string(),
            case.opened.to_string(),
            printable(&case.account),
            printable(&invoices.join(", ")),
            case.evidence.first().map(|evidence| printable(&evidence.sentence)).unwrap_or_default(),
        ]
    });
    print(&table(&["case", "status", "opened", "account", "invoices", "first observation"], &[0], rows));
}

fn show(case: &CaseRow) {
    let mut text = format!(
        "Case {}: {} of account {}, {}, opened {}\n",
        case.id,
        case.kind,
        printable(&case.account),
        case.status,
        case.opened
    );
    let rows = case.evidence.iter().map(|evidence| {
        let weight = if evidence.decisive { "decisive" } else { "" };
        vec![
            printable(&evidence.invoice),
            printable(&evidence.sentence),
            printable(&evidence.source),
            weight.to_owned(),
        ]
    });
    text += &table(&["invoice", "observation", "source", ""], &[], rows);
    for moved in &case.moves {
        let when = moved.at.format("%Y-%m-%d %H:%M UTC");
        text += &format!("{when}  {} by {}: {}\n", moved.status, printable(&moved.author), printable(&moved.why));
    }
    print(&text);
}

async fn judge(app: &App, word: Word, verdict: Verdict) -> Result<(), Failure> {
    let author = word.author.name()?;
    let said = (author.as_str(), word.why.as_str());
    let status = app.store.judge(word.id, verdict, said, app.today(), app.clock.now()).await;
    let status = status.map_err(|error| Failure::Input(error.to_string()))?;
    print(&format!("Case {} is {status}.\n", word.id));
    Ok(())
}
