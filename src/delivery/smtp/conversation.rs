//! Messages over an open conversation.

use std::{fmt, mem, time::Duration};

use lettre::{
    Address,
    transport::smtp::commands::{Quit, Rset},
};

use super::{
    body::Body,
    envelope::{End, State, hand_over, refused, steps},
    fence::{Age, Fence},
    hello::Offers,
    line::Line,
    open::open,
    outcome::{Outcome, Stage},
    relay::{Deadlines, Relay},
    wire::Cut,
};
use crate::failpoint;

/// How much of a message is written under one deadline.
const BLOCK_BYTES: usize = 64 * 1024;
/// How long to wait for the reply that may explain why the relay stopped reading.
const EXPLANATION: Duration = Duration::from_secs(1);
/// QUIT is a courtesy: a relay that does not answer it soon is left.
const FAREWELL: Duration = Duration::from_secs(5);

/// An open conversation with a relay, for one message at a time.
pub struct Conversation {
    line: Line,
    offers: Offers,
    deadlines: Deadlines,
    state: State,
}

impl Conversation {
    /// Connects to the relay, greets it, and encrypts and logs in as configured.
    ///
    /// # Errors
    ///
    /// `Deferred` or `Refused` for a clear reply, `NotSent` for everything else; never `InDoubt`.
    pub async fn open(relay: &Relay) -> Result<Self, Outcome> {
        let (line, offers) = open(relay).await?;
        Ok(Self { line, offers, deadlines: relay.deadlines.clone(), state: State::Ready })
    }

    /// Hands one message to the relay, for one recipient. The `fence` is asked before the final dot unless all goes
    /// quickly; a no ends the conversation without the dot.
    ///
    /// If the returned future is dropped before it ends, the fate of the message is unknown to the caller and the
    /// conversation is no longer [usable](Self::usable).
    pub async fn send(
        &mut self,
        from: &Address,
        to: &Address,
        message: &[u8],
        fence: Fence<impl Future<Output = Result<(), String>>>,
    ) -> Outcome {
        let body = Body::of(message);
        if let Some(objection) = self.offers.objection(from, to, &body) {
            return objection;
        }
        if !self.usable() {
            let reason = "the relay hung up or spoke out of turn since the last message".to_owned();
            return self.finish((Outcome::NotSent { stage: Stage::MailFrom, reason }, State::Broken));
        }
        // Stands if this future is dropped half-way.
        let state = mem::replace(&mut self.state, State::Broken);
        let end = match self.transaction(state, (from, to), &body, fence).await {
            Ok(end) | Err(end) => end,
        };
        self.finish(end)
    }

    /// Whether another message can be sent. False after a cut, a timeout, an unexpected reply, a 421, a dropped `send`,
    /// and when the relay has hung up or said something unasked: then drop it and open another.
    pub fn usable(&self) -> bool {
        self.state != State::Broken && self.line.wire.quiet()
    }

    /// Says QUIT if that is still possible, and hangs up.
    pub async fn close(mut self) {
        if self.usable() {
            // Nothing depends on the answer.
            let _ = self.line.ask(Quit, FAREWELL).await;
        }
    }

    fn finish(&mut self, (outcome, state): End) -> Outcome {
        self.state = state;
        outcome
    }

    async fn transaction(
        &mut self,
        state: State,
        (from, to): (&Address, &Address),
        body: &Body,
        fence: Fence<impl Future<Output = Result<(), String>>>,
    ) -> Result<End, End> {
        if state == State::Unsettled {
            self.reset().await.map_err(|reason| {
                (Outcome::NotSent { stage: Stage::MailFrom, reason: format!("no reset: {reason}") }, State::Broken)
            })?;
        }
        let steps = steps(from, to, body, &self.offers, &self.deadlines);
        hand_over(&mut self.line, &steps, self.offers.pipelining).await?;
        Ok(self.content(body, fence).await)
    }

    /// RSET. A relay that refuses it has not refused the next message, whatever its code.
    async fn reset(&mut self) -> Result<(), String> {
        match self.line.ask(Rset, self.deadlines.mail).await? {
            answer if answer.code == 250 => Ok(()),
            answer => Err(format!("{} {}", answer.code, answer.text())),
        }
    }

    /// The message, the final dot and the answer to it.
    async fn content(&mut self, body: &Body, fence: Fence<impl Future<Output = Result<(), String>>>) -> End {
        let (mut left, mut fence) = (0, Some(fence));
        failpoint::hit("before_dot");
        while left < body.bytes.len() {
            // A 250 that came before the dot would be taken for the answer to it.
            if !self.line.wire.quiet() {
                let reason = "the relay hung up or spoke before the message ended".to_owned();
                return self.interrupted(body.in_doubt(left), reason).await;
            }
            let age = fence.as_ref().map(Fence::age);
            match self.block(body, left, || age.is_none_or(Age::fresh)).await {
                Ok(more) => left += more,
                Err(cut) => return self.interrupted(body.in_doubt(left + cut.left), cut.reason).await,
            }
            if left >= body.terminator
                && left < body.bytes.len()
                && let Some(fence) = fence.take_if(|fence| !fence.age().fresh())
                && let Err(reason) = fence.ask().await
            {
                return self.interrupted(body.in_doubt(left), reason).await;
            }
        }
        failpoint::hit("after_dot");
        match self.line.answer(self.deadlines.dot).await {
            Ok(answer) if answer.code == 250 => {
                failpoint::hit("answered");
                (Outcome::Accepted { reply: answer.text() }, State::Ready)
            }
            Ok(answer) if answer.negative() => refused(&answer, Stage::Dot),
            Ok(answer) => {
                let reason = format!("unexpected reply to the final dot: {} {}", answer.code, answer.text());
                (Outcome::InDoubt { reason }, State::Broken)
            }
            Err(reason) => (Outcome::InDoubt { reason: format!("after the final dot: {reason}") }, State::Broken),
        }
    }

    /// Writes the next piece. The terminator goes with the last one while the intent is fresh: one write, one packet.
    /// TLS keeps what it has taken and sends it later, so that there the terminator goes by itself.
    async fn block(&mut self, body: &Body, left: usize, fresh: impl Fn() -> bool) -> Result<usize, Cut> {
        let (wire, limit) = (&self.line.wire, self.deadlines.block);
        let text = &body.bytes[left.min(body.terminator)..body.terminator];
        if text.len() > BLOCK_BYTES || (!text.is_empty() && (wire.encrypted() || !fresh())) {
            let block = &text[..text.len().min(BLOCK_BYTES)];
            return wire.push(block, limit).await.map(|()| block.len());
        }
        wire.push_while(&body.bytes[left..], limit, fresh).await
    }

    /// The message could not be sent whole. A relay that had enough says why before it hangs up, if we are lucky.
    async fn interrupted(&mut self, in_doubt: bool, reason: String) -> End {
        if in_doubt {
            return (Outcome::InDoubt { reason: format!("amid the final dot: {reason}") }, State::Broken);
        }
        match self.line.answer(EXPLANATION).await {
            Ok(answer) if answer.negative() => (answer.verdict(Stage::Body), State::Broken),
            _ => (Outcome::NotSent { stage: Stage::Body, reason }, State::Broken),
        }
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, offers, state, .. } = self;
        f.debug_struct("Conversation").field("wire", &line.wire).field("offers", offers).field("state", state).finish()
    }
}
