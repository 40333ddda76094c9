//! The mail that confirms a solution: the same case with the same solution has the same Message-ID.

use chrono::{DateTime, NaiveDate, Utc};
use sha2::{Digest, Sha256};

use super::compose::{ComposeError, Composer, Mail, sender};
use crate::{
    domain::{
        case::{CaseOutcome, Course},
        facts::Account,
        money::Money,
    },
    letter::{
        confirmation::{Confirmation, confirm, paragraphs},
        mail::{self, Correspondent},
    },
    store::policies::hex,
};

/// What is confirmed, and to whom.
#[derive(Debug)]
pub struct Confirmed<'a> {
    pub case: i64,
    pub course: &'a Course,
    pub outcome: CaseOutcome,
    /// Instalments, when a plan was agreed.
    pub parts: Vec<(NaiveDate, Money)>,
    pub account: &'a Account,
    pub address: &'a str,
    /// What the person who writes adds.
    pub own: &'a str,
    /// When it is written.
    pub at: DateTime<Utc>,
}

impl Composer<'_> {
    pub fn confirmation(&self, confirmed: Confirmed<'_>) -> Result<Mail, ComposeError> {
        let (account, company) = (confirmed.account, &self.settings.company);
        let letter = Confirmation {
            sender: sender(company),
            account: account.number.clone(),
            account_name: account.name.clone(),
            contact_name: account.contact_name.clone(),
            locale: account.locale.clone().unwrap_or_else(|| company.locale.clone()),
            outcome: confirmed.outcome,
            // What is given up is no credit to the customer.
            credits: match confirmed.outcome.leaves_alone() {
                true => Vec::new(),
                false => confirmed.course.credits.clone(),
            },
            parts: confirmed.parts,
            own: paragraphs(confirmed.own),
        };
        let rendered = confirm(&letter, self.words)?;
        let to = Correspondent::new(&account.name, confirmed.address);
        let token = token(&company.code, confirmed.case, confirmed.course.resolved_at);
        let envelope = self.envelope(to, confirmed.at, &token);
        let bytes = mail::build(&rendered, &envelope)?;
        Ok(Mail { rendered, message_id: envelope.message_id, bytes })
    }
}

/// Of the case and the event that resolved it.
fn token(company: &str, case: i64, resolved_at: Option<DateTime<Utc>>) -> String {
    let at = resolved_at.map_or(0, |at| at.timestamp_micros());
    hex(&Sha256::digest(format!("confirmation {} {company} {case} {at}", company.len())))[..32].to_owned()
}

#[cfg(test)]
mod tests {
    use super::token;
    use crate::clock::Clock;

    #[test]
    fn a_case_that_is_resolved_anew_has_a_letter_of_its_own() {
        let now = Clock::System.now();
        let of = |case, at| token("EXAMPLE", case, Some(at));
        assert_eq!(of(1, now), of(1, now));
        let others = [of(2, now), of(1, now + chrono::Duration::microseconds(1)), token("OTHER", 1, Some(now))];
        assert!(others.iter().all(|other| *other != of(1, now) && other.len() == 32));
    }
}
