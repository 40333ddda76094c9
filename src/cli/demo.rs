//! `duly demo`: everything, on an invented ledger.
#[derive(Debug, clap::Args)]
pub struct Args {}
pub async fn run(_args: Args) -> super::Outcome {
    Ok(super::Done::Well)
}
