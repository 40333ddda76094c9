//! `duly backup`: everything in one file.

use std::path::{Path, PathBuf};

use super::{Done, Outcome, output::print};
use crate::{
    app::{Failure, address},
    clock::Clock,
    settings::Settings,
    store::{Address, whole::Whole},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// File to write; it must not be there yet
    file: PathBuf,
}

pub async fn run(config: &Path, args: &Args) -> Outcome {
    let settings = Settings::load(config).map_err(|problem| Failure::Input(problem.to_string()))?;
    let address = address(&settings)?;
    if let Address::File(file) = &address
        && !file.is_file()
    {
        return Err(Failure::Input(format!("there is no database {}", file.display())));
    }
    let whole = Whole::open(&address).await?;
    let done = whole.back_up(&args.file, Clock::System.now()).await;
    whole.close().await;
    done?;
    let bytes = std::fs::metadata(&args.file)?.len();
    print(&format!("{}: {} KiB\n", args.file.display(), bytes.div_ceil(1024)));
    Ok(Done::Well)
}
