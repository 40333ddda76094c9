//! What was agreed or asked for on an account, beyond its policy.

use chrono::NaiveDate;

use super::{Word, record};
use crate::{
    app::{App, Failure},
    domain::term::TermKind,
    store::{agreements::NewTerm, snapshot::Snapshot},
};

/// A term as a person takes it down.
#[derive(Debug, Clone, Copy)]
pub struct TermAsked {
    pub kind: TermKind,
    /// Today when left out.
    pub from: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

impl App {
    /// Takes one down; its number and its first day.
    pub async fn term(
        &self,
        snapshot: &Snapshot,
        asked: TermAsked,
        word: Word<'_>,
    ) -> Result<(i64, NaiveDate), Failure> {
        let from = asked.from.unwrap_or_else(|| self.today());
        match (asked.kind, asked.until) {
            (TermKind::SettlingIn | TermKind::Transition, None) => {
                return Err(Failure::Input("it needs a last day".into()));
            }
            (_, Some(until)) if until < from => {
                return Err(Failure::Input(format!("the last day {until} lies before the first day, {from}")));
            }
            _ => {}
        }
        let note = record::note(word.field, word.why)?.to_owned();
        let (kind, until, author) = (asked.kind, asked.until, word.author.to_owned());
        let term = NewTerm { account: snapshot.id, kind, from, until, note, author };
        Ok((self.store.add_term(&term, self.clock.now()).await?, from))
    }
}
