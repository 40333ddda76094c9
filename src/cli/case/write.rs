//! `duly case write`: what was agreed, confirmed to the customer in writing.

use std::time::Instant;

use super::{
    act::{self, refused},
    open,
};
use crate::{
    app::{App, Failure},
    cli::{
        Author,
        deliver::stopped,
        output::{print, printable},
        record,
    },
    delivery::{
        Confirmed, Outgoing, Target, Way,
        compose::{ComposeError, Composer, Mail},
    },
    domain::{
        case::{Act, CaseOutcome},
        notice::Attempt,
    },
    failpoint,
    letter::LetterError,
    store::{
        StoreError,
        cases::{Actor, CaseRow},
    },
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
    let case = act::case(app, args.id).await?;
    let own = args.text.as_deref().map(|text| record::note("--text", text)).transpose()?;
    let (address, mail) = compose(app, &case, own.unwrap_or_default()).await?;
    if args.print {
        print(&format!("To: {address}\nSubject: {}\n\n{}\n", mail.rendered.subject, mail.rendered.text));
        return Ok(());
    }
    let author = act::colleague(app, &args.author)?;
    let intent = Act::Writing { again: args.again };
    case.course.after(&intent, &author).map_err(|why| Failure::Input(format!("case {}: {why}", case.id)))?;
    if let Some(halt) = app.store.halt().await? {
        return Err(Failure::Failed(format!("{}; mend it, then `duly deliver --resume`", stopped(app, &halt))));
    }
    let (target, verp) = (Target::of(&app.settings).map_err(Failure::Input)?, app.verp()?);
    // Nothing is at stake before the mail server is reached.
    let way = Way::to(&target).await.map_err(|why| Failure::Failed(format!("nothing was sent: {why}")))?;
    let since = Instant::now();
    let kept = format!("to {address}\n{}\n\n{}", mail.rendered.subject, mail.rendered.text);
    note(app, case.id, &intent, &author, &kept).await.map_err(refused)?;
    let token = mail.message_id.trim_matches(['<', '>']).split('@').next().unwrap_or_default();
    app.store.keep_letter(case.id, token, &address, app.clock.now()).await?;
    failpoint::hit("intent_after");
    let writing = act::case(app, case.id).await?.course.writing;
    let still = async {
        match app.store.case(case.id).await {
            Ok(Some(now)) if now.course.writing == writing => Ok(()),
            Ok(_) => Err("somebody has gone on with the letter meanwhile".to_owned()),
            Err(error) => Err(format!("nobody can say whether somebody has gone on with it: {error}")),
        }
    };
    let (name, delivery) = (format!("{token}.eml"), &app.settings.delivery);
    // As with a notice: a bounce of it cannot be forged.
    let signed = verp.map(|verp| verp.address(token));
    let from = signed.as_deref().or(delivery.envelope_from.as_deref()).unwrap_or(&delivery.from);
    let outgoing = Outgoing { from, to: &address, name: &name, bytes: &mail.bytes };
    let attempt = way.send(&outgoing, since, still).await;
    failpoint::hit("outcome_before");
    let unwritten = writing.map(|since| Act::Unwritten { since });
    outcome(app, &case, attempt, unwritten, (&author, &address)).await
}

/// Records what became of it, and says so.
async fn outcome(
    app: &App,
    case: &CaseRow,
    attempt: Attempt,
    unwritten: Option<Act>,
    (author, address): (&str, &str),
) -> Result<(), Failure> {
    let id = case.id;
    match attempt {
        Attempt::Accepted { reply } => {
            match note(app, id, &Act::Written, author, &reply).await {
                // It was opened again in that moment: what was sent is on record all the same.
                Err(StoreError::Refused(why)) => {
                    let why = format!("the letter left ({reply}), but {why}");
                    note(app, id, &Act::Note, author, &why).await.map_err(refused)?;
                }
                written => written.map_err(refused)?,
            }
            print(&format!("The confirmation went to {}. ", Masked(address)));
            act::told(app, id, &Act::Written).await
        }
        Attempt::Lost { why } => Err(Failure::Failed(format!(
            "the confirmation may have arrived, or not ({}): ask the customer, then `duly case write {id} --again` or \
             `duly case written {id}`",
            printable(&why)
        ))),
        Attempt::Refused { reply: why }
        | Attempt::AddressRefused { reply: why }
        | Attempt::Misconfigured { reply: why }
        | Attempt::TryLater { why } => {
            if let Some(unwritten) = unwritten {
                note(app, id, &unwritten, author, &why).await.map_err(refused)?;
            }
            Err(Failure::Failed(format!(
                "the confirmation was not sent: {}; nothing is tried again by itself: `duly case write {id}`, or confirm \
                 it by other means and say so with `duly case written {id}`",
                printable(&why)
            )))
        }
    }
}

async fn note(app: &App, id: i64, act: &Act, author: &str, why: &str) -> Result<(), StoreError> {
    let actor = Actor { author, why, today: app.today(), now: app.clock.now() };
    app.store.act(id, act, &actor).await.map(|_| ())
}

/// The mail, and to whom it goes.
async fn compose(app: &App, case: &CaseRow, own: &str) -> Result<(String, Mail), Failure> {
    let id = case.id;
    let missing = || Failure::Input(format!("case {id}: it has no solution yet that could be confirmed"));
    let outcome = case.course.outcome.ok_or_else(missing)?;
    let snapshot = open::account(app, &case.account).await?;
    let nowhere = || {
        let account = printable(&case.account);
        Failure::Input(format!(
            "no address of account {account} takes mail: confirm it by letter or telephone, then `duly case written {id}`"
        ))
    };
    let address = snapshot.facts.address().ok_or_else(nowhere)?.to_owned();
    let parts = match outcome {
        CaseOutcome::PlanAgreed => app.store.instalments_of(id).await?,
        _ => Vec::new(),
    };
    let (course, account, at) = (&case.course, &snapshot.facts.account, app.clock.now());
    let composer =
        Composer { settings: &app.settings, words: &app.rules.words, dkim: app.dkim()?, links: app.links.as_ref() };
    let confirmed = Confirmed { case: id, course, outcome, parts, account, address: &address, own, at };
    match composer.confirmation(confirmed) {
        Ok(mail) => Ok((address, mail)),
        Err(ComposeError::Letter(error @ LetterError::Tone { .. })) => Err(Failure::Input(error.to_string())),
        Err(error) => Err(Failure::Failed(error.to_string())),
    }
}
