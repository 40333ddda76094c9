//! What came back: bounces of notices and of letters, and complaints.

use chrono::NaiveDate;

use super::{
    reply,
    take::{Draft, MADE, Taker, clean},
};
use crate::{
    domain::{case::CaseKind, excerpt::shortened, mail::MailKind},
    inbox::{Bounce, Complaint, Feedback, bounce::Failure, words},
    store::{Result, incoming::Effect, letters::AboutLetter},
};

/// What a bounce says about the addresses of one mail of ours.
struct Judged {
    kind: MailKind,
    /// In the words of the server.
    said: String,
    /// The address that will never take it, and what its server says.
    hard: Option<(String, String)>,
}

fn judged(bounce: &Bounce, addresses: &[String]) -> Judged {
    let final_ones = || bounce.failures.iter().filter(|failure| !failure.delayed);
    let kind = if final_ones().next().is_some() { MailKind::Bounce } else { MailKind::Delayed };
    let said = final_ones().chain(&bounce.failures).map(|failure| clean(&failure.diagnostic)).next();
    let signed = bounce.letter.clues.token.is_some();
    let address = |failure: &Failure| match &failure.recipient {
        Some(recipient) => addresses.iter().find(|address| recipient.eq_ignore_ascii_case(address)),
        None => addresses.first().filter(|_| signed),
    };
    let hard = final_ones().filter(|failure| failure.hard).find_map(|failure| Some((address(failure)?, failure)));
    let hard = hard.map(|(address, failure)| (address.clone(), clean(&failure.diagnostic)));
    Judged { kind, said: said.unwrap_or_default(), hard }
}

fn stop(address: &str, account: i64, said: &str) -> Effect {
    Effect::Stop { address: address.to_owned(), account, why: shortened(&format!("bounced: {said}"), MADE) }
}

impl Taker<'_> {
    /// A hard one stops the address. With our signature a notice counts as never sent, since nobody else has that. One
    /// that cannot be tied to a mail of ours changes nothing.
    pub(super) async fn bounce(&self, bounce: &Bounce) -> Result<Draft> {
        let clues = &bounce.letter.clues;
        let Some(about) = self.about(clues).await? else {
            let tokens = self.tokens(clues);
            if let Some(about) = self.app.store.letter_of(&tokens).await? {
                return Ok(letter_bounced(&judged(bounce, &about.addresses), &about));
            }
            if let Some(receipt) = self.app.store.receipt_with(&tokens).await? {
                return Ok(receipt_bounced(bounce, receipt));
            }
            let Judged { kind, said, .. } = judged(bounce, &[]);
            return Ok(Draft::note(kind, format!("of no mail of ours; nothing follows: {said}")));
        };
        let Judged { kind, said, hard } = judged(bounce, std::slice::from_ref(&about.address));
        let signed = clues.token.as_ref() == Some(&about.token);
        let (made, effects) = match hard {
            None => (format!("{} stays in use: {said}", about.address), Vec::new()),
            Some((address, why)) if signed => {
                let made = format!(
                    "{address} is not written to any more; notice {} counts as never sent: {said}",
                    about.notice
                );
                (made, vec![stop(&address, about.account, &why), Effect::NeverArrived { notice: about.notice }])
            }
            Some((address, why)) => {
                (format!("{address} is not written to any more: {said}"), vec![stop(&address, about.account, &why)])
            }
        };
        Ok(Draft { account: Some(about.account), notice: Some(about.notice), effects, ..Draft::note(kind, made) })
    }

    /// Stops the address, and asks a person who should get notices instead.
    pub(super) async fn complaint(&self, complaint: &Complaint, today: NaiveDate) -> Result<Draft> {
        let about = self.about(&complaint.letter.clues).await?;
        let harmless = match complaint.feedback {
            Feedback::NotSpam => Some("somebody says that it is no spam"),
            Feedback::AuthFailure => Some("a report about SPF, DKIM or DMARC"),
            Feedback::Abuse | Feedback::Fraud | Feedback::Virus | Feedback::OptOut | Feedback::Other => None,
        };
        let (about, why) = match (about, harmless) {
            (_, Some(harmless)) => return Ok(Draft::note(MailKind::Ignored, harmless)),
            (None, None) => return Ok(Draft::note(MailKind::Unplaced, "a complaint about no notice that is known")),
            (Some(about), None) => (about, "the recipient's provider passed on a complaint about our mail"),
        };
        let snapshot = self.snapshot(about.account, today).await?;
        let stop = Effect::Stop { address: about.address.clone(), account: about.account, why: why.to_owned() };
        let case = reply::case_about(&snapshot.facts, &[], &words::ReplyKind::WrongContact).map(|case| case.id);
        let further = match case {
            Some(case) => Effect::Say { case, words: why.to_owned() },
            None => {
                let (kind, why) = (CaseKind::Administrative, format!("{why} to {}", about.address));
                self.open(&snapshot, kind, Some("contact"), Vec::new(), why, None).await?
            }
        };
        let made = format!("{} is not written to any more: {why}", about.address);
        Ok(Draft {
            account: Some(about.account),
            notice: Some(about.notice),
            effects: vec![stop, further],
            ..Draft::note(MailKind::Complaint, made)
        })
    }
}

/// What was noted stands on the page as well.
fn receipt_bounced(bounce: &Bounce, (account, address): (i64, String)) -> Draft {
    let Judged { kind, said, hard } = judged(bounce, &[address]);
    let (made, effects) = match hard {
        None => (format!("the receipt of an answer, nothing follows: {said}"), Vec::new()),
        Some((address, why)) => {
            let made = format!("{address} is not written to any more; the receipt of an answer came back: {said}");
            (made, vec![stop(&address, account, &why)])
        }
    };
    Draft { account: Some(account), effects, ..Draft::note(kind, made) }
}

/// The customer does not have it in writing: that is put on the case, or said to a person when it is over. An earlier
/// letter is no matter any more.
fn letter_bounced(judged: &Judged, about: &AboutLetter) -> Draft {
    let AboutLetter { case, account, .. } = *about;
    let draft = |kind, made| Draft { account: Some(account), ..Draft::note(kind, made) };
    let Some((address, why)) = &judged.hard else {
        return draft(judged.kind, format!("a letter of case {case}, nothing follows: {}", judged.said));
    };
    let made = format!("{address} is not written to any more; the letter of case {case} came back: {}", judged.said);
    let stop = stop(address, account, why);
    if !about.last || about.addresses.first() != Some(address) {
        return Draft { effects: vec![stop], ..draft(judged.kind, made) };
    }
    if about.status.is_over() {
        return Draft { effects: vec![stop], ..draft(MailKind::Returned, made) };
    }
    let back = Effect::LetterCameBack { case, why: shortened(&format!("{address}: {why}"), MADE) };
    Draft { effects: vec![stop, back], ..draft(judged.kind, made) }
}
