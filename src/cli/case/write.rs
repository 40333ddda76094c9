//! `duly case write`: what was agreed, confirmed to the customer in writing.

use super::act::{said, told};
use crate::{
    app::{App, Failure},
    cli::{Author, output::print},
    domain::case::Act,
    telemetry::Masked,
};

#[derive(Debug, clap::Args)]
pub struct Write {
    id: i64,
    /// Your own words, as a paragraph of the letter; blank lines divide several
    #[arg(long, value_name = "TEXT")]
    text: Option<String>,
    /// Only show the mail
    #[arg(long)]
    print: bool,
    /// Send it although it may have arrived, or has
    #[arg(long)]
    again: bool,
    #[command(flatten)]
    author: Author,
}

pub async fn run(app: &App, args: &Write) -> Result<(), Failure> {
    let own = args.text.as_deref().map(|text| ("--text", text));
    if args.print {
        let (address, mail) = app.confirmation(&app.case(args.id).await?, own).await?;
        print(&format!("To: {address}\nSubject: {}\n\n{}\n", mail.rendered.subject, mail.rendered.text));
        return Ok(());
    }
    let (address, case) = app.write(args.id, own, args.again, said(&args.author.name()?, "")).await?;
    print(&format!("The confirmation went to {}. ", Masked(&address)));
    told(&case, &Act::Written { since: None });
    Ok(())
}
