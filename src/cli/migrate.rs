//! `duly migrate`: bring the database to the tables of this program, after an upgrade.

use std::path::Path;

use super::{Done, Outcome, output::print};
use crate::{
    app::{Failure, address},
    settings::Settings,
    store::{Store, schema::Schema},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only say which tables the database has; exit code 1 when they are not those of this program
    #[arg(long)]
    check: bool,
}

pub async fn run(config: &Path, args: &Args) -> Outcome {
    let settings = Settings::load(config).map_err(|problem| Failure::Input(problem.to_string()))?;
    if let Some(file) = settings.database_file().filter(|file| !file.exists()) {
        return Err(Failure::Input(format!("there is no database {} yet; the first command makes it", file.display())));
    }
    let address = address(&settings)?;
    let schema = match args.check {
        true => Store::schema(&address).await?,
        false => Store::migrate(&address, settings.database.silent()).await?,
    };
    let Schema { database, program } = schema;
    if database == program {
        print(&format!("The database has the tables of this program (version {program}).\n"));
        return Ok(Done::Well);
    }
    if args.check {
        let what = format!("the database has tables of version {database}, this program needs version {program}");
        return Err(Failure::Failed(what));
    }
    print(&format!("The tables were brought from version {database} to version {program}.\n"));
    Ok(Done::Well)
}
