//! A notice: one message to one account in one currency, and what has become of it.

use std::fmt;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use rust_decimal::Decimal;

use super::{
    money::{Currency, Money},
    policy::{InDoubt, InDoubtRule},
};

/// A notice as the planner sees it: what an account has been told already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastNotice {
    pub id: i64,
    pub as_of: NaiveDate,
    pub currency: Currency,
    /// Invoices with the stage at which each was noticed. Items that were only listed are not here.
    pub stages: Vec<NoticedStage>,
    pub offer: Option<Offer>,
}

/// The stage at which an invoice was noticed, with the days that the stage had then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticedStage {
    pub invoice: String,
    pub stage: String,
    pub days: u32,
}

/// A prompt-payment offer made in a notice, over all its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub percent: Decimal,
    /// Minor units: `pay + discount` is the total asked for.
    pub pay: i64,
    pub discount: i64,
    /// Inclusive; judged by the value date of the payment.
    pub last_day: NaiveDate,
    /// Invoices that the offer covers, oldest first.
    pub invoices: Vec<String>,
}

/// Where a notice stands. See DESIGN for the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Waits for a worker, from a given instant.
    Ready,
    /// The intent is durable; the conversation may be under way.
    Sending,
    Sent,
    /// The server asked for patience; waits for the next try.
    Deferred,
    /// The server refused for good; a person sees it.
    Refused,
    /// Sent perhaps: the answer was lost.
    InDoubt,
    /// Not sent, since something changed; its stages are free again.
    Withdrawn,
}

impl State {
    pub const ALL: [Self; 7] =
        [Self::Ready, Self::Sending, Self::Sent, Self::Deferred, Self::Refused, Self::InDoubt, Self::Withdrawn];

    /// The code in tables and documents.
    pub fn code(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Deferred => "deferred",
            Self::Refused => "refused",
            Self::InDoubt => "in_doubt",
            Self::Withdrawn => "withdrawn",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether the step is legal; anything else is refused by the store.
    pub fn may_become(self, next: Self) -> bool {
        use State::{Deferred, InDoubt, Ready, Refused, Sending, Sent, Withdrawn};
        matches!(
            (self, next),
            (Ready | Deferred | InDoubt, Sending | Withdrawn)
                | (Sending, Sent | Deferred | Refused | InDoubt)
                // A person says so.
                | (Refused, Ready | Withdrawn)
                // A person has found that it arrived.
                | (InDoubt, Sent)
        )
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What became of one attempt, as far as the notice is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attempt {
    /// 250 after the final dot.
    Accepted { reply: String },
    /// A clear refusal for now, or nothing reached the server.
    TryLater { why: String },
    /// A clear refusal that speaks of our settings: the sign-in, the sender, or mail of our kind. Every other
    /// notice would be refused as well, or it is about this message after all: only further tries can tell.
    Misconfigured { reply: String },
    /// A clear refusal for good of the recipient's address.
    AddressRefused { reply: String },
    /// A clear refusal for good for another reason.
    Refused { reply: String },
    /// The final dot was begun and no clear answer came.
    Lost { why: String },
}

/// What the notice becomes after an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub state: State,
    pub next_at: Option<DateTime<Utc>>,
    pub reply: String,
    /// The address does not take mail: it is not used again.
    pub suppress: bool,
    /// One more in [`Tries::refusals`].
    pub misconfigured: bool,
}

/// What was tried for a notice so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    /// All of them, with the one that is judged.
    pub attempts: u32,
    /// Earlier ones whose answer was lost.
    pub doubts: u32,
    /// Earlier ones that were refused for our settings, since a person last resumed sending.
    pub refusals: u32,
}

/// Tries before a deferred notice is shown to a person as refused: with the waits of
/// [`retry_wait`] about five days, as RFC 5321 §4.5.4.1 advises.
const TRIES: u32 = 110;

/// Refusals of our settings before a notice is shown to a person as refused. Sending has not stopped over
/// them, so others were taken meanwhile: it is about this one customer.
const REFUSALS: u32 = 5;

/// Wait before the next try: 5, 10, 20, 40 minutes, then 67 minutes each (Postfix's defaults,
/// 300 s doubling to 4,000 s).
pub fn retry_wait(attempts: u32) -> Duration {
    let doubled = 300_i64.checked_shl(attempts.saturating_sub(1).min(10)).unwrap_or(4_000);
    Duration::seconds(doubled.min(4_000))
}

/// The rule for each outcome.
///
/// A refusal of our settings makes no new state: the notice is deferred, due again after the waits of
/// [`retry_wait`] counted by such refusals alone, and it is none of the tries after which it is given up. Whether all
/// sending stops is not the notice's matter (see [`super::breaker`]): while it is stopped, the notice waits.
pub fn after(attempt: Attempt, tries: Tries, now: DateTime<Utc>, rule: &InDoubtRule) -> After {
    let done = |state, reply| After { state, next_at: None, reply, suppress: false, misconfigured: false };
    let later = |wait, reply| After { next_at: Some(now + wait), ..done(State::Deferred, reply) };
    let counted = tries.attempts.saturating_sub(tries.refusals);
    match attempt {
        Attempt::Accepted { reply } => done(State::Sent, reply),
        Attempt::AddressRefused { reply } => After { suppress: true, ..done(State::Refused, reply) },
        Attempt::Refused { reply } => done(State::Refused, reply),
        Attempt::Misconfigured { reply } => {
            let refusals = tries.refusals + 1;
            let after = match refusals >= REFUSALS {
                true => done(State::Refused, format!("{refusals} times, the last: {reply}")),
                false => later(retry_wait(refusals), reply),
            };
            After { misconfigured: true, ..after }
        }
        Attempt::TryLater { why } if counted >= TRIES => {
            done(State::Refused, format!("given up after {counted} tries: {why}"))
        }
        Attempt::TryLater { why } => later(retry_wait(counted), why),
        Attempt::Lost { why } => {
            let again = rule.then == InDoubt::ResendOnce && tries.doubts == 0;
            let next_at = again.then(|| now + Duration::hours(rule.after_hours.into()));
            After { next_at, ..done(State::InDoubt, why) }
        }
    }
}

/// Why a notice was withdrawn before it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Withdrawal {
    /// Everything on it is settled.
    Paid,
    /// A hold, case, promise or another reason applies now.
    Held,
    /// Amounts or items are no longer those of the notice.
    Changed,
    /// It waited so long that a new sweep must decide afresh.
    Outdated,
    /// Nothing can be sent: the address was refused.
    Unreachable,
}

impl Withdrawal {
    pub fn code(self) -> &'static str {
        match self {
            Self::Paid => "paid",
            Self::Held => "held",
            Self::Changed => "changed",
            Self::Outdated => "outdated",
            Self::Unreachable => "unreachable",
        }
    }
}

/// A line of the itemised table, frozen when the notice was planned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub invoice: String,
    pub issued: NaiveDate,
    pub due: NaiveDate,
    pub days_overdue: i64,
    pub residual: Money,
    /// Stage at which the item is noticed; `None` when it is only listed.
    pub stage: Option<String>,
    pub document: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_stay() {
        let minutes: Vec<i64> = (1..=6).map(|n| retry_wait(n).num_minutes()).collect();
        assert_eq!(minutes, [5, 10, 20, 40, 66, 66]);
        let total: i64 = (1..TRIES).map(|n| retry_wait(n).num_seconds()).sum();
        assert!((4.5..=5.1).contains(&(total as f64 / 86_400.0)), "{total}");
    }

    #[test]
    fn a_lost_answer_is_resent_once_at_most() {
        let now = "2026-03-02T09:00:00Z".parse().unwrap();
        let lost = || Attempt::Lost { why: "cut".into() };
        let resend = InDoubtRule { then: InDoubt::ResendOnce, after_hours: 24 };
        let hold = InDoubtRule { then: InDoubt::Hold, after_hours: 24 };
        let tries = |attempts, doubts| Tries { attempts, doubts, refusals: 0 };
        assert_eq!(after(lost(), tries(1, 0), now, &resend).next_at, Some(now + Duration::hours(24)));
        assert_eq!(after(lost(), tries(2, 1), now, &resend).next_at, None);
        assert_eq!(after(lost(), tries(1, 0), now, &hold).next_at, None);
    }

    #[test]
    fn a_refusal_of_our_settings_burns_no_notice_and_a_lasting_one_is_shown() {
        let (now, rule) =
            ("2026-03-02T09:00:00Z".parse().unwrap(), InDoubtRule { then: InDoubt::Hold, after_hours: 24 });
        // Earlier refusals, all attempts; then the state and the minutes to wait.
        let rows = [
            (0, 1, State::Deferred, Some(5)),
            (1, 2, State::Deferred, Some(10)),
            (3, 4, State::Deferred, Some(40)),
            (4, 5, State::Refused, None),
            // Whatever else was tried does not count here.
            (0, 1_000, State::Deferred, Some(5)),
        ];
        for (refusals, attempts, state, minutes) in rows {
            let tries = Tries { attempts, doubts: 0, refusals };
            let after = after(Attempt::Misconfigured { reply: "554".into() }, tries, now, &rule);
            let waits = after.next_at.map(|at| (at - now).num_minutes());
            assert_eq!((after.state, waits), (state, minutes), "{tries:?}");
            assert!(after.misconfigured && !after.suppress);
        }
        // Nor do such refusals count towards giving up.
        for (attempts, refusals, state) in
            [(TRIES, 0, State::Refused), (TRIES, 1, State::Deferred), (TRIES + 4, 4, State::Refused)]
        {
            let tries = Tries { attempts, doubts: 0, refusals };
            assert_eq!(after(Attempt::TryLater { why: "451".into() }, tries, now, &rule).state, state, "{tries:?}");
        }
    }

    #[test]
    fn only_legal_steps() {
        let legal: Vec<(State, State)> = State::ALL
            .into_iter()
            .flat_map(|from| State::ALL.into_iter().map(move |to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(legal.len(), 13);
        assert!(State::InDoubt.may_become(State::Sent) && !State::Ready.may_become(State::Sent));
        assert!(!State::Sent.may_become(State::Sending));
        assert!(!State::Sending.may_become(State::Withdrawn));
    }
}
