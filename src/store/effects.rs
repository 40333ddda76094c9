//! What follows from a customer's words, within the transaction that records them.

use super::{
    Result, Store,
    agreements::{NewPlan, NewPromise, plan_in, promise_in},
    cases::{Actor, NewCase, act_in, open_case},
    engine::{Tx, query},
    holds::{NewHold, hold_for_a_mail},
    outbox::came_back,
    touch,
};
use crate::domain::case::Act;

/// What may follow from a mail or an answer on the page. There is nothing else.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The address is not written to any more.
    Stop {
        address: String,
        account: i64,
        why: String,
    },
    /// A notice never arrived: its stages are free again.
    NeverArrived {
        notice: i64,
    },
    /// Nor did the letter of a case.
    LetterCameBack {
        case: i64,
        why: String,
    },
    Open(Box<NewCase>),
    /// The customer's words on a case that is there.
    Say {
        case: i64,
        words: String,
    },
    /// What would put it right, on the case of the effect before.
    Wish(String),
    /// Something about a mail, on the case that it went on; on that of the effect before when none is named.
    Note {
        case: Option<i64>,
        note: String,
    },
    Promise(NewPromise),
    Plan(NewPlan),
    /// Nobody is reminded until a person had time to read.
    Hold(NewHold),
}

impl Store {
    /// Makes them so, in their order; returns the case that they are on.
    pub(super) async fn follow(&self, tx: &mut Tx, effects: &[Effect], actor: &Actor<'_>) -> Result<Option<i64>> {
        let mut case = None;
        for effect in effects {
            case = self.follow_one(tx, effect, case, actor).await?.or(case);
        }
        Ok(case)
    }

    async fn follow_one(
        &self,
        tx: &mut Tx,
        effect: &Effect,
        before: Option<i64>,
        actor: &Actor<'_>,
    ) -> Result<Option<i64>> {
        let said = |why| Actor { why, ..actor.clone() };
        match effect {
            Effect::Stop { address, account, why } => {
                let text = "INSERT INTO refused_address (company, email, reply, recorded_at) VALUES ($1, $2, $3, $4) \
                            ON CONFLICT DO NOTHING";
                query(text).bind(self.company).bind(address).bind(why).bind(actor.now).execute(&mut *tx).await?;
                touch(tx, *account).await?;
                Ok(None)
            }
            Effect::NeverArrived { notice } => {
                came_back(tx, *notice, actor.now).await?;
                Ok(None)
            }
            Effect::LetterCameBack { case, why } => {
                act_in(tx, self.company, *case, &Act::Returned, &said(why)).await?;
                Ok(Some(*case))
            }
            Effect::Open(case) => Ok(Some(open_case(tx, self.company, case, actor.now).await?)),
            Effect::Say { case, words } => {
                act_in(tx, self.company, *case, &Act::Say, &said(words)).await?;
                Ok(Some(*case))
            }
            Effect::Wish(words) => {
                if let Some(case) = before {
                    act_in(tx, self.company, case, &Act::Wish, &said(words)).await?;
                }
                Ok(before)
            }
            Effect::Note { case, note } => {
                let case = case.or(before);
                if let Some(case) = case {
                    act_in(tx, self.company, case, &Act::Note, &said(note)).await?;
                }
                Ok(case)
            }
            Effect::Plan(plan) => {
                plan_in(tx, self.company, plan, actor.today, actor.now).await?;
                Ok(plan.case)
            }
            Effect::Promise(promise) => {
                promise_in(tx, self.company, promise, actor.now).await?;
                Ok(promise.case)
            }
            Effect::Hold(hold) => {
                hold_for_a_mail(tx, self.company, hold, actor.now).await?;
                Ok(None)
            }
        }
    }
}
