//! `duly report causes`: what could have prevented the cases that are closed.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use serde_json::{Value, json};

use super::{
    output::{printable, table},
    report::Rendered,
};
use crate::{
    app::{App, Failure},
    domain::{
        calendar::date_at,
        case::{CaseKind, CaseStatus, Cause},
        money::{Currency, Money},
    },
    store::cases::CaseRow,
};

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Cases closed on or after this date
    #[arg(long, value_name = "DATE", value_parser = super::date)]
    since: Option<NaiveDate>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Closed cases of one cause.
#[derive(Default)]
struct Tally {
    cases: u64,
    kinds: BTreeMap<CaseKind, u64>,
    /// The customer was right, at least in part.
    upheld: u64,
    /// What they were about; a case about a whole account names nothing and adds nothing.
    concerned: Sums,
    credited: Sums,
    /// Business time from the opening to the first answer, and to the solution.
    answers: Vec<Duration>,
    solutions: Vec<Duration>,
    handed_over: u64,
    reopened: u64,
}

/// Minor units by currency.
type Sums = BTreeMap<Currency, i64>;

pub async fn causes(app: &App, args: &Args) -> Result<Rendered, Failure> {
    let mut concerned: BTreeMap<i64, Vec<Money>> = BTreeMap::new();
    for (case, amount) in app.store.concerned().await? {
        concerned.entry(case).or_default().push(amount);
    }
    let mut found: BTreeMap<String, Tally> = BTreeMap::new();
    for case in app.store.cases(true).await? {
        let closed = case.events.last().map(|event| date_at(app.settings.company.zone, event.at));
        if case.course.status == CaseStatus::Closed && closed >= args.since {
            let cause = case.course.cause.clone().unwrap_or_default();
            let about = concerned.get(&case.id).map_or(&[][..], Vec::as_slice);
            found.entry(cause).or_default().add(app, &case, about);
        }
    }
    let mut found: Vec<(String, Tally)> = found.into_iter().collect();
    found.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.cases));
    Ok((text(&found, args.since), json(app, &found, args.since)))
}

impl Tally {
    fn add(&mut self, app: &App, case: &CaseRow, about: &[Money]) {
        let course = &case.course;
        self.cases += 1;
        *self.kinds.entry(course.kind).or_default() += 1;
        self.upheld += u64::from(course.outcome.is_some_and(|outcome| outcome.upheld()));
        self.handed_over += u64::from(course.hand_overs > 0);
        self.reopened += u64::from(course.reopened > 0);
        about.iter().for_each(|amount| *self.concerned.entry(amount.currency).or_default() += amount.minor);
        course
            .booked()
            .iter()
            .for_each(|(_, amount)| *self.credited.entry(amount.currency).or_default() += amount.minor);
        if let Some(opened) = case.events.first() {
            let hours = app.business_hours();
            self.answers.extend(course.responded_at.map(|at| hours.between(opened.at, at)));
            self.solutions.extend(course.resolved_at.map(|at| hours.between(opened.at, at)));
        }
    }
}

fn text(found: &[(String, Tally)], since: Option<NaiveDate>) -> String {
    let title = since.map_or("Closed cases".to_owned(), |since| format!("Cases closed since {since}"));
    if found.is_empty() {
        return format!("{title}: none.\n");
    }
    let rows = found.iter().map(|(cause, tally)| {
        let kinds: Vec<String> = tally.kinds.iter().map(|(kind, number)| format!("{number} {kind}")).collect();
        vec![
            printable(cause),
            tally.cases.to_string(),
            kinds.join(", "),
            sums(&tally.concerned),
            sums(&tally.credited),
            tally.upheld.to_string(),
            hours(&tally.answers),
            hours(&tally.solutions),
            share(tally.handed_over, tally.cases),
            share(tally.reopened, tally.cases),
        ]
    });
    let header =
        ["cause", "cases", "kinds", "about", "credited", "upheld", "answer", "solution", "handed over", "reopened"];
    let mut text = format!("{title}, by what could have prevented them\n");
    text += &table(&header, &[1, 5, 6, 7, 8, 9], rows);
    text += "Answer and solution: median of business hours since the opening.\n\n";
    for (code, _) in found {
        let cause = Cause::from_code(code).map(|cause| cause.to_string()).unwrap_or_default();
        text += &format!("  {}: {cause}\n", printable(code));
    }
    text
}

fn sums(sums: &Sums) -> String {
    let said: Vec<String> =
        sums.iter().map(|(currency, minor)| format!("{} {currency}", Money::new(*minor, *currency))).collect();
    said.join(", ")
}

fn hours(waits: &[Duration]) -> String {
    median(waits).map_or(String::new(), |minutes| format!("{}.{} h", minutes / 60, minutes % 60 / 6))
}

fn share(number: u64, all: u64) -> String {
    format!("{} %", (200 * number + all) / (2 * all.max(1)))
}

/// The middle one in minutes, or the mean of the two in the middle.
fn median(waits: &[Duration]) -> Option<i64> {
    let mut minutes: Vec<i64> = waits.iter().map(Duration::num_minutes).collect();
    minutes.sort_unstable();
    let (low, high) = (minutes.get(minutes.len().checked_sub(1)? / 2)?, minutes.get(minutes.len() / 2)?);
    Some((low + high) / 2)
}

fn json(app: &App, found: &[(String, Tally)], since: Option<NaiveDate>) -> Value {
    let amounts = |sums: &Sums| -> Vec<Value> {
        let one = |(currency, minor): (&Currency, &i64)| json!({ "currency": currency.to_string(), "amount": Money::new(*minor, *currency).to_string() });
        sums.iter().map(one).collect()
    };
    let causes = found.iter().map(|(cause, tally)| {
        let kinds = tally.kinds.iter().map(|(kind, number)| (kind.code().to_owned(), (*number).into()));
        json!({
            "cause": cause, "cases": tally.cases, "kinds": kinds.collect::<serde_json::Map<_, _>>(),
            "concerned": amounts(&tally.concerned), "credited": amounts(&tally.credited),
            "upheld": tally.upheld, "not_upheld": tally.cases - tally.upheld,
            "answer_minutes": median(&tally.answers), "solution_minutes": median(&tally.solutions),
            "handed_over": tally.handed_over, "reopened": tally.reopened,
        })
    });
    json!({
        "company": app.settings.company.code, "since": since.map(|since| since.to_string()),
        "causes": causes.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let of = |minutes: &[i64]| median(&minutes.iter().map(|m| Duration::minutes(*m)).collect::<Vec<_>>());
        assert_eq!((of(&[]), of(&[7]), of(&[90, 10, 50]), of(&[40, 10, 20, 90])), (None, Some(7), Some(50), Some(30)));
        assert_eq!(hours(&[Duration::minutes(90)]), "1.5 h");
        assert_eq!((share(1, 3), share(2, 3), share(0, 1)), ("33 %".into(), "67 %".into(), "0 %".into()));
    }
}
