//! The envelope of a message: MAIL, RCPT, DATA.

use std::time::Duration;

use lettre::{
    Address,
    transport::smtp::{
        commands::{Data, Mail, Rcpt},
        extension::{MailBodyParameter, MailParameter},
    },
};

use super::{
    body::Body,
    hello::Offers,
    line::{Answer, Line},
    outcome::{Outcome, Stage},
    relay::Deadlines,
};

/// Whether commands and answers are known to be in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Ready,
    /// In step, but the transaction was refused half-way: RSET comes first.
    Unsettled,
    /// Out of step, hung up, or amid a message: nothing may be written any more, not even QUIT.
    Broken,
}

/// The end of a transaction, and in which state it leaves the conversation.
pub(super) type End = (Outcome, State);

/// One command of the envelope.
pub(super) struct Step {
    stage: Stage,
    command: String,
    /// The replies that mean yes.
    yes: &'static [u16],
    limit: Duration,
}

/// MAIL, RCPT and DATA for one recipient.
pub(super) fn steps(from: &Address, to: &Address, body: &Body, offers: &Offers, deadlines: &Deadlines) -> [Step; 3] {
    let mut parameters = Vec::new();
    if offers.size.is_some() {
        parameters.push(MailParameter::Size(body.size));
    }
    if !body.ascii {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    if [from, to].iter().any(|address| !AsRef::<str>::as_ref(address).is_ascii()) {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = Mail::new(Some(from.clone()), parameters).to_string();
    let recipient = Rcpt::new(to.clone(), Vec::new()).to_string();
    let Deadlines { mail: mail_limit, recipient: recipient_limit, data: data_limit, .. } = *deadlines;
    [
        Step { stage: Stage::MailFrom, command: mail, yes: &[250], limit: mail_limit },
        // 251: not local, will be forwarded (RFC 5321 section 4.3.2).
        Step { stage: Stage::Recipient, command: recipient, yes: &[250, 251], limit: recipient_limit },
        Step { stage: Stage::Data, command: Data.to_string(), yes: &[354], limit: data_limit },
    ]
}

/// Sends the commands and judges the answers: together where the relay offers PIPELINING (RFC 2920), else one after the
/// other. The outcome is the first refusal in order.
pub(super) async fn hand_over(line: &mut Line, steps: &[Step], pipelining: bool) -> Result<(), End> {
    let mut together = pipelining.then(|| steps.iter().map(|step| step.command.as_str()).collect::<String>());
    let mut refusal: Option<End> = None;
    for step in steps {
        let answer = match (pipelining, together.take()) {
            (false, _) => line.ask(&step.command, step.limit).await,
            (true, Some(all)) => line.ask(all, step.limit).await,
            (true, None) => line.answer(step.limit).await,
        };
        refusal = match (refusal, expect(answer, step.yes, step.stage)) {
            (None, judged) => judged.err(),
            // Pipelined: the relay waits for a message although it refused the sender or the recipient.
            (Some((outcome, _)), Ok(())) if step.stage == Stage::Data => Some((outcome, State::Broken)),
            (Some((outcome, _)), Err((_, State::Broken))) => Some((outcome, State::Broken)),
            (earlier, _) => earlier,
        };
        // Further answers are only worth reading if more commands were sent and the answers are in step.
        if let Some(end) = refusal.take_if(|(_, state)| !pipelining || *state == State::Broken) {
            return Err(end);
        }
    }
    refusal.map_or(Ok(()), Err)
}

/// Judges an answer before the message.
fn expect(answer: Result<Answer, String>, yes: &[u16], stage: Stage) -> Result<(), End> {
    match answer {
        Ok(answer) if yes.contains(&answer.code) => Ok(()),
        Ok(answer) => Err(refused(&answer, stage)),
        Err(reason) => Err((Outcome::NotSent { stage, reason }, State::Broken)),
    }
}

/// A clear refusal leaves the conversation in step, save for 421, with which the relay hangs up (RFC 5321 section 3.8).
pub(super) fn refused(answer: &Answer, stage: Stage) -> End {
    let state = if answer.negative() && answer.code != 421 { State::Unsettled } else { State::Broken };
    (answer.verdict(stage), state)
}
