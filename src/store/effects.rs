//! What follows from a customer's words, within the transaction that records them.

use super::{
    Result, Store,
    agreements::{NewPlan, NewPromise, plan_in, promise_in},
    cases::{Actor, NewCase, act_in, open_case},
    engine::{Tx, query},
    holds::{NewHold, hold_in},
    touch,
};
use crate::domain::case::Act;

/// What may follow from a mail or an answer on the page. There is nothing else.
#[derive(Debug, Clone)]
pub enum Effect {
    /// The address of a notice is not written to any more.
    Stop {
        notice: i64,
        account: i64,
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
        match effect {
            Effect::Stop { notice, account, why } => {
                let text = "INSERT INTO refused_address (company, email, reply, recorded_at) \
                            SELECT company, address, $1, $2 FROM notice WHERE id = $3 ON CONFLICT DO NOTHING";
                query(text).bind(why).bind(actor.now).bind(*notice).execute(&mut *tx).await?;
                touch(tx, *account).await?;
                Ok(None)
            }
            Effect::Open(case) => Ok(Some(open_case(tx, self.company, case, actor.now).await?)),
            Effect::Say { case, words } => {
                let said = Actor { why: words, ..actor.clone() };
                act_in(tx, self.company, *case, &Act::Say, &said).await?;
                Ok(Some(*case))
            }
            Effect::Wish(words) => {
                let wished = Actor { why: words, ..actor.clone() };
                if let Some(case) = before {
                    act_in(tx, self.company, case, &Act::Wish, &wished).await?;
                }
                Ok(before)
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
                hold_in(tx, self.company, hold, actor.now).await?;
                Ok(None)
            }
        }
    }
}
