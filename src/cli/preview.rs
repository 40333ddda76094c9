//! `duly preview`: the mail that an account would get, as text or as files.

use std::path::PathBuf;

use super::{
    Done, Outcome, When,
    output::{aside, print, printable},
    why::find,
};
use crate::{
    app::{App, Failure},
    domain::plan::Outcome as Decided,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Number of the account
    account: String,
    #[command(flatten)]
    when: When,
    /// Write .eml, .html and .txt into this folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    let horizon = args.when.horizon(app).await?;
    let previews = app.previews(&find(app, &args.account, horizon).await?, horizon).await?;
    if previews.is_empty() {
        let number = printable(&args.account);
        return Err(Failure::Input(format!(
            "nothing of {number} has reached a new stage; `duly why {number}` tells more"
        )));
    }
    for preview in previews {
        let (decision, mail) = (&preview.decision, &preview.mail);
        if let Decided::Held { reasons } = &decision.outcome {
            let codes: Vec<&str> = reasons.iter().map(|reason| reason.code()).collect();
            aside(&format!("This would be held ({}); it would say:", codes.join(", ")));
        }
        match &args.out {
            None => print(&format!("Subject: {}\n\n{}\n", mail.rendered.subject, mail.rendered.text)),
            Some(folder) => {
                std::fs::create_dir_all(folder)?;
                let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
                let name: String = format!("{}-{}", decision.account, decision.currency).chars().map(safe).collect();
                std::fs::write(folder.join(format!("{name}.eml")), &mail.bytes)?;
                std::fs::write(folder.join(format!("{name}.html")), &mail.rendered.html)?;
                std::fs::write(folder.join(format!("{name}.txt")), &mail.rendered.text)?;
                print(&format!("{}\n", folder.join(format!("{name}.{{eml,html,txt}}")).display()));
            }
        }
    }
    Ok(Done::Well)
}
