//! `duly contact`: addresses that people add, because the one in the files is wrong or takes no mail.

use super::{
    Author, Done, Outcome,
    case::said,
    output::{print, printable},
};
use crate::{
    app::{App, Failure},
    casework::account,
    store::agreements::Agreed,
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add an address: the next notice goes there, whatever the files say
    Add(Add),
    /// Take one back
    End {
        id: i64,
        #[command(flatten)]
        author: Author,
    },
}

#[derive(Debug, clap::Args)]
pub struct Add {
    /// Number of the account
    account: String,
    /// The address
    #[arg(long, value_name = "ADDRESS")]
    email: String,
    /// From whom it is, for the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, command: Command) -> Outcome {
    match command {
        Command::Add(args) => {
            let snapshot = account(app, &args.account).await?;
            let id = app.contact(&snapshot, &args.email, said(&args.author.name()?, &args.why)).await?;
            let (email, number) = (printable(args.email.trim()), printable(&snapshot.facts.account.number));
            print(&format!("Contact {id}: notices to account {number} go to {email} first.\n"));
        }
        Command::End { id, author } => {
            let ended = app.store.end(Agreed::Contact, id, &author.name()?, app.today(), app.clock.now()).await;
            ended.map_err(|error| Failure::Input(error.to_string()))?;
            print(&format!("Contact {id} was taken back.\n"));
        }
    }
    Ok(Done::Well)
}
