//! The words in which servers say why.

use super::{
    phrases::{CERTAIN, REASONS, STEPS},
    reason::{Reason, Step},
};

/// Octets of a text that are looked at.
const LOOKED_AT: usize = 4 << 10;
/// Octets of a transcript that are looked at.
const TRANSCRIPT: usize = 16 << 10;
/// Octets that may stand between two words of a phrase.
const GAP: usize = 40;

/// The first reason in the list of which a phrase occurs, and whether the words leave no doubt.
pub(super) fn reason(text: &str) -> (Option<Reason>, bool) {
    let plain = plain(text);
    (find(REASONS, &plain), any(CERTAIN, &plain))
}

/// The step that a report names. A transcript says it in the protocol's own words.
pub(super) fn step(text: &str, recipient: Option<&str>) -> Option<Step> {
    transcript(text, recipient).or_else(|| find(STEPS, &plain(text)))
}

fn find<T: Copy>(rules: &[(T, &str)], plain: &str) -> Option<T> {
    rules.iter().find(|(_, phrases)| any(phrases, plain)).map(|(found, _)| *found)
}

fn any(phrases: &str, plain: &str) -> bool {
    phrases.split(" | ").any(|phrase| occurs(phrase, plain))
}

/// The command before the first refusal of a transcript: `>>> RCPT To:<…>`, `<<< 550 …`. Where several recipients
/// were named, that of this one counts.
fn transcript(text: &str, recipient: Option<&str>) -> Option<Step> {
    let recipient = recipient.map(str::to_lowercase);
    let (mut command, mut found, mut pipelined) = (None, None, false);
    for line in cut(text, TRANSCRIPT).lines().map(|line| line.trim().to_lowercase()) {
        if let Some(said) = line.strip_prefix(">>>") {
            command = Some(said.trim().to_owned());
        } else if let (Some(answer), Some(command)) = (line.strip_prefix("<<<"), &command) {
            let answer = answer.trim();
            if !answer.starts_with(['4', '5']) {
                continue;
            }
            let step = by_command(command);
            let named = recipient.as_ref().is_some_and(|recipient| command.contains(recipient.as_str()));
            if step == Step::Recipient && named {
                return Some(step);
            }
            // Commands were sent together: DATA finds nobody left, so what came before it was about the recipient.
            pipelined |= found == Some(Step::Data) && (answer.contains("rcpt") || answer.contains("recipient"));
            found = found.or(Some(step));
        }
    }
    if pipelined { Some(Step::Recipient) } else { found }
}

fn by_command(command: &str) -> Step {
    match () {
        () if command.starts_with("rcpt") => Step::Recipient,
        () if command.starts_with("data") || command.starts_with('.') => Step::Data,
        () => Step::Before,
    }
}

/// Whether a phrase begins at the beginning of a word, its pieces near each other.
fn occurs(phrase: &str, text: &str) -> bool {
    let mut pieces = phrase.split('…');
    let first = pieces.next().unwrap_or_default();
    let starts_word = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric());
    text.match_indices(first).any(|(at, _)| {
        let mut end = at + first.len();
        starts_word(at)
            && pieces.clone().all(|piece| {
                let window = &cut(text, end + GAP + piece.len())[end..];
                window.find(piece).map(|found| end += found + piece.len()).is_some()
            })
    })
}

/// The beginning of a text, so many octets at most, whole letters.
pub(super) fn cut(text: &str, octets: usize) -> &str {
    let end = (0..=octets.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    &text[..end.unwrap_or(0)]
}

/// In small letters, one blank between words, without links and names of servers, addresses as `@`.
pub(super) fn plain(text: &str) -> String {
    let text = cut(text, LOOKED_AT);
    let mut out = String::with_capacity(text.len());
    let mut before = String::new();
    for word in text.split_whitespace() {
        let word = word.to_lowercase().replace(['’', '`', '´'], "'");
        // Names of servers say nothing: relay.spam-filter.example is one that knows its users.
        let host = word.contains('.') && ["host", "server", "to", "by", "from", "at"].contains(&before.as_str());
        before.clone_from(&word);
        if host || word.contains("://") || word.starts_with("www.") {
            continue;
        }
        // An address may say anything: no-such-user@… is one that exists.
        match word.contains('@') {
            // `to:<…>` keeps what stands before the address.
            true => out.extend([word.split_once('<').map_or("", |(before, _)| before), "@"]),
            false => out.push_str(word.trim_matches(['"', '<', '>', '(', '*'])),
        }
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_tell_reasons() {
        let cases = [
            ("550 5.1.1 <no-such-user@example.test>... User unknown", Some(Reason::UnknownUser)),
            ("User  not listed in public Name & Address Book", Some(Reason::UnknownUser)),
            ("550 <user-unknown@example.test> https://example.test/user-unknown", None),
            ("552 5.2.2 Quota exceeded (mailbox for user is full)", Some(Reason::MailboxFull)),
            ("554 Sender address rejected: Domain not found", Some(Reason::Sender)),
            ("550 Benutzer bei uns leider unbekannt", Some(Reason::UnknownUser)),
            ("Unrouteable address", Some(Reason::UnknownHost)),
            ("550 rejected", Some(Reason::Refused)),
            ("550 User unknown; rejected by our block list", Some(Reason::Policy)),
        ];
        for (text, expected) in cases {
            assert_eq!(reason(text).0, expected, "{text}");
        }
    }

    #[test]
    fn steps_are_found() {
        let cases = [
            ("550 unknown (in reply to RCPT TO command)", Some(Step::Recipient)),
            ("550 unknown (in reply to end of DATA\n    command)", Some(Step::Data)),
            (">>> DATA\n<<< 550 Unknown user a@b\n554 Service unavailable", Some(Step::Data)),
            (">>> DATA\n<<< 550 Unknown user a@b\n<<< 503 Need RCPT (recipient)", Some(Step::Recipient)),
            (">>> MAIL From:<a@b>\n<<< 250 ok\n>>> RCPT To:<c@d>\n<<< 550 no", Some(Step::Recipient)),
            ("SMTP error from remote mail server after MAIL FROM:<a@b.test> SIZE=1", Some(Step::Before)),
            ("User unknown", None),
        ];
        for (text, expected) in cases {
            assert_eq!(step(text, None), expected, "{text}");
        }
    }

    #[test]
    fn long_texts_cost_little_and_are_cut_between_letters() {
        let text = "ü".repeat(1 << 20);
        assert!(plain(&text).len() <= LOOKED_AT + 1);
        assert!(occurs("mailbox…full", "the mailbox of ü is full"));
        assert!(!occurs("mailbox…full", &format!("mailbox {} full", "ü".repeat(100))));
    }
}
