//! What could have prevented the cases that are closed.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};

use super::{Cell, Sheet};
use crate::{
    app::App,
    domain::{
        business_hours::BusinessHours,
        calendar::date_at,
        case::{CaseKind, CaseStatus, Cause},
        money::{Currency, Money},
    },
    store::{Result, cases::CaseRow},
};

/// Closed cases of one cause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    pub cases: u64,
    pub kinds: BTreeMap<CaseKind, u64>,
    /// The customer was right, at least in part.
    pub upheld: u64,
    /// What they were about; a case about a whole account names nothing and adds nothing.
    pub concerned: Sums,
    pub credited: Sums,
    /// Business time from the opening to the first answer, and to the solution.
    pub answers: Vec<Duration>,
    pub solutions: Vec<Duration>,
    pub handed_over: u64,
    pub reopened: u64,
}

/// Minor units by currency.
pub type Sums = BTreeMap<Currency, i64>;

/// By the code of the cause, the most frequent first.
pub type Causes = Vec<(String, Tally)>;

/// Cases closed on or after a date.
pub async fn causes(app: &App, since: Option<NaiveDate>) -> Result<Causes> {
    let mut concerned: BTreeMap<i64, Vec<Money>> = BTreeMap::new();
    for (case, amount) in app.store.concerned().await? {
        concerned.entry(case).or_default().push(amount);
    }
    let mut found: BTreeMap<String, Tally> = BTreeMap::new();
    for ids in app.store.closed_cases().await?.chunks(PAGE) {
        for case in app.store.cases_by(ids).await? {
            let closed = case.events.last().map(|event| date_at(app.settings.company.zone, event.at));
            if case.course.status == CaseStatus::Closed && closed >= since {
                let cause = case.course.cause.clone().unwrap_or_default();
                let about = concerned.get(&case.id).map_or(&[][..], Vec::as_slice);
                found.entry(cause).or_default().add(&app.business_hours(), &case, about);
            }
        }
    }
    let mut found: Causes = found.into_iter().collect();
    found.sort_by_key(|(_, tally)| std::cmp::Reverse(tally.cases));
    Ok(found)
}

/// Cases read at a time.
const PAGE: usize = 500;

impl Tally {
    fn add(&mut self, hours: &BusinessHours, case: &CaseRow, about: &[Money]) {
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
            self.answers.extend(course.responded_at.map(|at| hours.between(opened.at, at)));
            self.solutions.extend(course.resolved_at.map(|at| hours.between(opened.at, at)));
        }
    }
}

/// What a cause is called.
pub fn title(code: &str) -> String {
    Cause::from_code(code).map(|cause| cause.to_string()).unwrap_or_default()
}

/// The middle one in minutes, or the mean of the two in the middle.
pub fn median(waits: &[Duration]) -> Option<i64> {
    let mut minutes: Vec<i64> = waits.iter().map(Duration::num_minutes).collect();
    minutes.sort_unstable();
    let (low, high) = (minutes.get(minutes.len().checked_sub(1)? / 2)?, minutes.get(minutes.len() / 2)?);
    Some((low + high) / 2)
}

/// Sums in words: `60.00 EUR, 20.00 GBP`.
pub fn sums(sums: &Sums) -> String {
    let said: Vec<String> =
        sums.iter().map(|(currency, minor)| format!("{} {currency}", Money::new(*minor, *currency))).collect();
    said.join(", ")
}

pub fn sheet(causes: &Causes) -> Sheet {
    let row = |(cause, tally): &(String, Tally)| {
        vec![
            Cell::text(cause),
            Cell::text(title(cause)),
            Cell::number(tally.cases),
            Cell::text(sums(&tally.concerned)),
            Cell::text(sums(&tally.credited)),
            Cell::number(tally.upheld),
            Cell::maybe(median(&tally.answers)),
            Cell::maybe(median(&tally.solutions)),
            Cell::number(tally.handed_over),
            Cell::number(tally.reopened),
        ]
    };
    let columns = vec![
        ("cause", false),
        ("what", false),
        ("cases", true),
        ("about", false),
        ("credited", false),
        ("upheld", true),
        ("minutes to the answer", true),
        ("minutes to the solution", true),
        ("handed over", true),
        ("reopened", true),
    ];
    Sheet { columns, rows: causes.iter().map(row).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_one_in_the_middle() {
        let of = |minutes: &[i64]| median(&minutes.iter().map(|m| Duration::minutes(*m)).collect::<Vec<_>>());
        assert_eq!((of(&[]), of(&[7]), of(&[90, 10, 50]), of(&[40, 10, 20, 90])), (None, Some(7), Some(50), Some(30)));
    }
}
