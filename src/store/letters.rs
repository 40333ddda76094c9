//! Letters of cases: by their tokens a bounce and an answer find the case.

use chrono::{DateTime, Utc};

use super::{
    Result, Store,
    engine::{Builder, Columns, query},
};
use crate::domain::case::CaseStatus;

/// A letter of a case that a mail is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutLetter {
    pub case: i64,
    pub status: CaseStatus,
    pub account: i64,
    /// To whom it went, the last one first.
    pub addresses: Vec<String>,
    /// No other letter of the case came later.
    pub last: bool,
}

impl Store {
    /// A letter leaves now. The same one may leave once more, to another address.
    pub async fn keep_letter(&self, case: i64, token: &str, address: &str, now: DateTime<Utc>) -> Result<()> {
        let text = "INSERT INTO letter (company, case_id, token, address, recorded_at) VALUES ($1, $2, $3, $4, $5)";
        let insert = query(text).bind(self.company).bind(case).bind(token).bind(address).bind(now);
        insert.execute(self.pool()).await?;
        Ok(())
    }

    /// The letter with the first of these tokens that is one of a letter.
    pub async fn letter_of(&self, tokens: &[String]) -> Result<Option<AboutLetter>> {
        if tokens.is_empty() {
            return Ok(None);
        }
        let mut read = Builder::new(
            "SELECT l.token, l.address, l.case_id, c.status, c.account, \
             l.token = (SELECT n.token FROM letter n WHERE n.case_id = l.case_id ORDER BY n.id DESC LIMIT 1) \
             FROM letter l JOIN cases c ON c.id = l.case_id WHERE l.company = ",
        );
        read.push_bind(self.company).push(" AND l.token IN ").push_list(tokens).push(" ORDER BY l.id DESC");
        let mut found: Option<(usize, AboutLetter)> = None;
        for row in &read.build().fetch_all(self.pool()).await? {
            let mut c = Columns::of(row);
            let (token, address): (String, String) = (c.take()?, c.take()?);
            let rank = tokens.iter().position(|known| *known == token).unwrap_or(usize::MAX);
            match &mut found {
                Some((best, about)) if *best == rank => about.addresses.push(address),
                Some((best, _)) if *best < rank => {}
                _ => {
                    let (case, status) = (c.take()?, c.code(CaseStatus::from_code)?);
                    let addresses = vec![address];
                    found = Some((rank, AboutLetter { case, status, account: c.take()?, addresses, last: c.take()? }));
                }
            }
        }
        Ok(found.map(|(_, about)| about))
    }
}
