//! `duly deliver`: send what is ready.

use tokio_util::sync::CancellationToken;

use super::{
    Done, Outcome,
    output::{count, print},
};
use crate::{
    app::{App, Failure},
    delivery::DeliveryReport,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Put refused notices back first, after their cause was mended
    #[arg(long)]
    retry_refused: bool,
    /// Look at the facts of this date in the past instead of today
    #[arg(long, value_name = "DATE")]
    as_of: Option<chrono::NaiveDate>,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let _lock = app.lock()?;
    if args.retry_refused {
        let back = app.store.retry_refused(app.clock.now()).await?;
        print(&format!("{} put back\n", count(back, "refused notice", "refused notices")));
    }
    let report = app.deliverer(args.as_of)?.deliver(&CancellationToken::new()).await?;
    print(&describe(&report));
    halted(&report)?;
    Ok(Done::Well)
}

/// What the delivery came to, in words.
pub fn describe(report: &DeliveryReport) -> String {
    let parts = [
        (report.sent, "sent"),
        (report.deferred, "to be tried again"),
        (report.refused, "refused"),
        (report.in_doubt, "in doubt"),
        (report.withdrawn, "withdrawn, since something changed"),
        (report.recovered, "left without an outcome by an earlier process, now in doubt"),
    ];
    let said: Vec<String> =
        parts.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect();
    let mut text = if said.is_empty() { "Nothing was due to be sent.\n".to_owned() } else { said.join(", ") + "\n" };
    for failure in &report.failed {
        text += &format!("  not written: {failure}\n");
    }
    text
}

/// Trouble with the relay is a failure, though nothing is lost.
pub fn halted(report: &DeliveryReport) -> Result<(), Failure> {
    match &report.halted {
        Some(why) => Err(Failure::Failed(format!("sending stopped: {why}; what was not sent stays ready"))),
        None => Ok(()),
    }
}
