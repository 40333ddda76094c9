//! Cases as people see them: the queue, and one with everything about it.

use chrono::NaiveDate;

use super::amounts::{by_invoice, plan};
use crate::{
    app::{App, Failure},
    casework::account,
    cli::output::{count, print, printable, table},
    domain::{
        case::{CaseEvent, Did, about, reason::CaseReason},
        term::Term,
    },
    store::cases::CaseRow,
};

#[derive(Debug, clap::Args)]
pub struct List {
    /// Those that are over too
    #[arg(long)]
    all: bool,
    /// Only those of a person
    #[arg(long, value_name = "NAME")]
    of: Option<String>,
}

pub async fn list(app: &App, args: &List) -> Result<(), Failure> {
    let mut cases = app.store.cases(args.all).await?;
    if let Some(name) = &args.of {
        let name = app.colleague(name).map_err(Failure::Input)?;
        cases.retain(|case| case.course.owner.as_ref() == Some(&name));
    }
    if cases.is_empty() {
        print("No case is open.\n");
        return Ok(());
    }
    // The oldest of the hottest first; what is over comes last.
    cases.reverse();
    cases.sort_by_key(|case| {
        let over = case.course.status.is_over();
        (over, std::cmp::Reverse(app.temperature(&case.course)))
    });
    let rows = cases.iter().map(|case| {
        vec![
            case.id.to_string(),
            if case.course.status.is_over() {
                String::new()
            } else {
                app.temperature(&case.course).degrees().to_string()
            },
            case.course.status.to_string(),
            case.course.kind.to_string(),
            printable(&case.account),
            printable(&about(&case.concerns)),
            case.course.owner.as_deref().map(printable).unwrap_or_default(),
            app.next_due(case),
        ]
    });
    let columns = ["case", "heat", "status", "kind", "account", "about", "owner", "due"];
    print(&table(&columns, &[0, 1], rows));
    Ok(())
}

pub async fn show(app: &App, id: i64) -> Result<(), Failure> {
    let case = app.case(id).await?;
    let mut text = head(app, &case);
    text += &words(app, &case);
    text += &evidence(&case);
    let facts = account(app, &case.account).await?.facts;
    let policy = &app.rules.policy_of(&facts.account).policy;
    for agreed in facts.plans.iter().filter(|plan| plan.case == Some(id)) {
        text += &plan(agreed, &facts, policy, app.today());
    }
    text += &terms(&facts.terms, app.today());
    text += &playbook(app, &case);
    text += &letter(&case);
    text += "\nCourse\n";
    case.events.iter().for_each(|event| text += &line(app, event));
    print(&text);
    Ok(())
}

fn head(app: &App, case: &CaseRow) -> String {
    let course = &case.course;
    let reason = course.reason.as_deref().and_then(CaseReason::from_code);
    let because = reason.map(|reason| format!(": {}", reason.title)).unwrap_or_default();
    let (account, name) = (printable(&case.account), printable(&case.name));
    let mut text = format!(
        "Case {}, {}{because}\nAccount {account} ({name}), about {}\n",
        case.id,
        course.kind,
        printable(&about(&case.concerns))
    );
    let owner =
        course.owner.as_deref().map_or("nobody has it".to_owned(), |owner| format!("{} has it", printable(owner)));
    let passed_on = match course.hand_overs {
        0 => String::new(),
        number => format!(", handed over {}", count(number.into(), "time", "times")),
    };
    text += &format!("{}, opened {}, {owner}{passed_on}", course.status, case.opened);
    let due = app.next_due(case);
    text += &if due.is_empty() { "\n".to_owned() } else { format!("; due: {due}\n") };
    if let Some(proposal) = &course.proposal {
        let amounts = by_invoice(&proposal.credits);
        let author = printable(&proposal.author);
        text += &format!(
            "{author} proposes `{}`{amounts}; it waits for `duly case approve {} --by NAME`\n",
            proposal.outcome, case.id
        );
    }
    if let Some(outcome) = course.outcome {
        text += &format!("Solution: {outcome}{}\n", by_invoice(&course.credits));
    }
    text
}

/// The customer first.
fn words(app: &App, case: &CaseRow) -> String {
    let course = &case.course;
    let mut text = String::new();
    if !course.words.is_empty() {
        text += "\nIn the customer's words\n";
    }
    for (at, words) in &course.words {
        text += &format!("  {}\n", at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M"));
        text += &indented(words);
    }
    if let Some(wish) = &course.wish {
        text += &format!("\nWhat would put it right\n    {}\n", printable(wish));
    }
    text
}

fn evidence(case: &CaseRow) -> String {
    if case.evidence.is_empty() {
        return String::new();
    }
    let rows = case.evidence.iter().map(|evidence| {
        let weight = if evidence.decisive { "decisive".to_owned() } else { evidence.weight.clone() };
        vec![
            printable(&evidence.invoice),
            evidence.side.clone(),
            weight,
            printable(&evidence.sentence),
            printable(&evidence.source),
        ]
    });
    format!("\nEvidence\n{}", table(&["invoice", "for", "weight", "observation", "source"], &[], rows))
}

/// What was agreed or asked for on the account before.
fn terms(terms: &[Term], today: NaiveDate) -> String {
    let mut text = String::new();
    for term in terms.iter().filter(|term| term.is_in_force(today)) {
        let until = term.until.map(|until| format!(" until {until}")).unwrap_or_default();
        let kind = term.kind.code().replace('_', " ");
        text += &format!("  {kind} from {}{until}: {}\n", term.from, printable(&term.note));
    }
    if text.is_empty() { text } else { format!("\nOn the account\n{text}") }
}

fn playbook(app: &App, case: &CaseRow) -> String {
    if case.course.status.is_over() {
        return String::new();
    }
    let (playbook, course) = (app.rules.playbooks.of(case.course.kind), &case.course);
    let reason = course.reason.as_deref();
    let mut text = "\nQuestions\n".to_owned();
    playbook.questions(reason).for_each(|question| text += &format!("  - {question}\n"));
    text += "\nSteps\n";
    for step in &playbook.steps {
        let mark = if course.has_done(step.code()) { "x" } else { " " };
        text += &format!("  [{mark}] {:<12} {}\n", step.code(), step.say());
    }
    if let Some((_, draft)) = playbook.acknowledgement(reason, &[&case.locale, &app.settings.company.locale]) {
        text += "\nA reply may begin\n";
        text += &indented(draft);
    }
    text
}

/// The last letter that was written in it.
fn letter(case: &CaseRow) -> String {
    let last = case.events.iter().rev().find(|event| event.did == Did::Writing);
    last.map_or(String::new(), |event| format!("\nThe letter\n{}", indented(&event.why)))
}

/// Words as they are, set in.
fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {}", printable(line)).trim_end().to_owned() + "\n").collect()
}

fn line(app: &App, event: &CaseEvent) -> String {
    let when = event.at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M");
    let mut text = format!("  {when}  {} by {}", event.did.code().replace('_', " "), printable(&event.author));
    if let Some(kind) = event.kind {
        text += &format!(", as {kind}");
    }
    if let Some(outcome) = event.outcome {
        text += &format!(", {outcome}{}", by_invoice(&event.credits));
    }
    if let (Did::HandedOver, Some(person)) = (event.did, &event.person) {
        text += &format!(" to {}", printable(person));
    }
    if let Some(day) = event.day {
        let what = if event.did == Did::Asked { "until" } else { "follow-up on" };
        text += &format!(", {what} {day}");
    }
    // The words stand above.
    let why = match event.did {
        Did::Said => "",
        Did::Writing => event.why.lines().next().unwrap_or_default(),
        _ => &event.why,
    };
    if !why.is_empty() {
        text += &format!(": {}", printable(why));
    }
    text + "\n"
}
