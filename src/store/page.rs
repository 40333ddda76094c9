//! Answers on the page of a notice: each form is taken once, with all that follows, in one transaction.

use chrono::{DateTime, Duration, Utc};

use super::{
    Result, Store,
    cases::Actor,
    effects::Effect,
    engine::{Tx, dynamic, query},
    receipts,
};

/// An answer with what follows from it.
#[derive(Debug, Clone)]
pub struct NewAnswer {
    pub notice: i64,
    pub account: i64,
    /// Number of the form that was sent.
    pub form: String,
    /// Code of the answer.
    pub kind: &'static str,
    pub effects: Vec<Effect>,
    /// The account as it was when the effects were worked out.
    pub revision: i64,
    /// To whom it is said by mail what was noted, and by what that mail is known.
    pub address: String,
    pub token: String,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    Noted,
    /// The same form was taken before.
    Known,
    /// Something was recorded about the account meanwhile: the effects are to be worked out anew.
    Changed,
    /// There were too many already.
    Enough,
}

impl Store {
    /// Takes an answer with its effects, or nothing of it. At most `most` of a notice are taken in a day.
    pub async fn take_answer(&self, answer: &NewAnswer, most: i64, actor: &Actor<'_>) -> Result<Taken> {
        let mut tx = self.begin().await?;
        let text = "INSERT INTO page_answer (company, notice, form, kind, recorded_at) VALUES ($1, $2, $3, $4, $5) \
                    ON CONFLICT (notice, form) DO NOTHING RETURNING id";
        let insert = query(text).bind(self.company).bind(answer.notice).bind(&answer.form).bind(answer.kind);
        let Some(id) = insert.bind(actor.now).value_optional::<i64>(&mut tx).await? else { return Ok(Taken::Known) };
        let text = format!("SELECT revision FROM account WHERE id = $1{}", tx.engine().locked());
        let revision: i64 = dynamic(text).bind(answer.account).value(&mut tx).await?;
        if revision != answer.revision {
            return Ok(Taken::Changed);
        }
        if lately(&mut tx, answer.notice, actor.now).await? > most {
            return Ok(Taken::Enough);
        }
        let case = self.follow(&mut tx, &answer.effects, actor).await?;
        query("UPDATE page_answer SET case_id = $1 WHERE id = $2").bind(case).bind(id).execute(&mut tx).await?;
        receipts::owe(&mut tx, self.company, id, answer, actor.now).await?;
        tx.commit().await?;
        Ok(Taken::Noted)
    }
}

/// Answers about a notice within a day, the one that is being taken included.
async fn lately(tx: &mut Tx, notice: i64, now: DateTime<Utc>) -> Result<i64> {
    let text = "SELECT COUNT(*) FROM page_answer WHERE notice = $1 AND recorded_at > $2";
    query(text).bind(notice).bind(now - Duration::days(1)).value(tx).await
}
