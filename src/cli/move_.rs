//! `duly move`: everything to another database.

use std::path::Path;

use super::{
    Done, Outcome,
    output::{count, print, table},
};
use crate::{
    app::{Failure, address},
    clock::Clock,
    settings::{Database, Settings},
    store::{Address, transfer::move_all, whole::Whole},
};

/// One end is the database of the settings, the other one is named here.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Move out of this database: `sqlite:` and a path, or `postgres://user@host/database`
    #[arg(long, value_name = "URL", required_unless_present = "to", conflicts_with = "to")]
    from: Option<String>,
    /// Move into this database; it must be empty
    #[arg(long, value_name = "URL")]
    to: Option<String>,
    /// Environment variable with the password of the database named here
    #[arg(long, value_name = "NAME")]
    password_env: Option<String>,
}

pub async fn run(config: &Path, args: &Args) -> Outcome {
    let settings = Settings::load(config).map_err(|problem| Failure::Input(problem.to_string()))?;
    let here = address(&settings)?;
    let there = other(args, &settings)?;
    let (from, to) = if args.to.is_some() { (&here, &there) } else { (&there, &here) };
    if let Address::File(file) = from
        && !file.is_file()
    {
        return Err(Failure::Input(format!("there is no database {}", file.display())));
    }
    let (from, to) = (Whole::open(from).await?, Whole::open(to).await?);
    let (mut lines, mut rows) = (Vec::new(), 0);
    let moved = move_all(&from, &to, settings.database.silent(), Clock::System.now(), |copied| {
        rows += copied.rows;
        let digest = copied.digest.get(..16).unwrap_or_default().to_owned();
        lines.push(vec![copied.table.clone(), copied.rows.to_string(), digest]);
    });
    let moved = moved.await;
    from.close().await;
    to.close().await;
    moved?;
    print(&table(&["table", "rows", "digest on both sides"], &[1], lines));
    print(&format!("\n{} moved. Nothing is sent from the old database any more.\n", count(rows, "row", "rows")));
    if let Some(url) = &args.to {
        print(&format!("Now set `database.url = \"{url}\"` in {}.\n", config.display()));
    }
    Ok(Done::Well)
}

/// The database that is named on the command line; a file is looked for from the current folder.
fn other(args: &Args, settings: &Settings) -> Result<Address, Failure> {
    let url = args.from.iter().chain(&args.to).next().cloned().unwrap_or_default();
    let mut other = settings.clone();
    other.folder = Path::new(".").to_owned();
    let silent_seconds = settings.database.silent_seconds;
    other.database = Database { url, password_env: args.password_env.clone(), password_file: None, silent_seconds };
    other.check_database().map_err(|why| Failure::Input(why.replace("`database.url`", "the other database")))?;
    address(&other)
}
