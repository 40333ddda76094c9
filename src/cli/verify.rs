//! `duly verify`: whether what is kept is right, and the chain of what happened whole.

use serde::Serialize;

use super::{
    Done, Outcome,
    output::{count, print, printable, table},
};
use crate::{
    app::{App, Failure},
    domain::audit::Head,
    proof::verify::{Check, Proof, verify},
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// The chain must still have this hash at this position, which `--head` had printed
    #[arg(long, value_name = "POSITION:HASH")]
    expect: Option<Head>,
    /// Only print the end of the chain, to be kept elsewhere
    #[arg(long, conflicts_with_all = ["json", "expect"])]
    head: bool,
}

/// Documented in docs/JSON.md.
#[derive(Debug, Serialize)]
struct ProofJson<'a> {
    company: &'a str,
    clean: bool,
    head: String,
    unsealed: u64,
    checks: Vec<CheckJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckJson<'a> {
    name: &'a str,
    counted: u64,
    differences: u64,
    first: Option<DifferenceJson<'a>>,
}

#[derive(Debug, Serialize)]
struct DifferenceJson<'a> {
    table: &'a str,
    key: &'a str,
    kept: &'a str,
    computed: &'a str,
}

pub async fn run(app: &App, args: &Args) -> Outcome {
    if args.head {
        print(&format!("{}\n", app.store.audit_head().await?));
        return Ok(Done::Well);
    }
    let proof = verify(&app.store, &app.rules, args.expect.as_ref()).await?;
    if args.json {
        print(&(json(app, &proof).map_err(|error| Failure::Failed(error.to_string()))? + "\n"));
    } else {
        print(&page(app, &proof));
    }
    match proof.checks.iter().map(|check| check.differences).sum() {
        0 => Ok(Done::Well),
        number => Err(Failure::Failed(format!(
            "{}: something was changed, lost or is damaged; keep a copy as it is",
            count(number, "difference was found", "differences were found")
        ))),
    }
}

fn json(app: &App, proof: &Proof) -> serde_json::Result<String> {
    serde_json::to_string(&ProofJson {
        company: &app.settings.company.code,
        clean: proof.is_clean(),
        head: proof.head.to_string(),
        unsealed: proof.unsealed,
        checks: proof.checks.iter().map(check_json).collect(),
    })
}

fn check_json(check: &Check) -> CheckJson<'_> {
    CheckJson {
        name: check.name,
        counted: check.counted,
        differences: check.differences,
        first: check.first.as_ref().map(|first| DifferenceJson {
            table: &first.table,
            key: &first.key,
            kept: &first.kept,
            computed: &first.computed,
        }),
    }
}

fn page(app: &App, proof: &Proof) -> String {
    let mut text = format!("{} on {}\n", app.settings.company.name, app.store.engine());
    let rows = proof.checks.iter().map(|check| {
        let result = match check.differences {
            0 => "as it must be".to_owned(),
            number => count(number, "difference", "differences"),
        };
        vec![check.name.to_owned(), check.counted.to_string(), result]
    });
    text += &table(&["check", "looked at", ""], &[1], rows);
    for check in &proof.checks {
        let Some(first) = &check.first else { continue };
        text += &format!("\n{}: {} {}\n", check.name, first.table, printable(&first.key));
        text += &format!("  kept      {}\n  computed  {}\n", printable(&first.kept), printable(&first.computed));
    }
    if proof.unsealed > 0 {
        let notices = count(proof.unsealed, "sent notice is", "sent notices are");
        text += &format!("\n{notices} not in the chain yet: the next delivery seals them\n");
    }
    text + &format!("\nThe chain ends at {}\n", proof.head)
}
