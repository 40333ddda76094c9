//! The words in which servers say why.

use super::reason::{Reason, Step};

/// Octets of a text that are looked at.
const LOOKED_AT: usize = 8 << 10;
/// Octets that may stand between two words of a phrase.
const GAP: usize = 40;

/// Phrases with their reason, the first that occurs counts: what spares an address comes before what ends it, a bare
/// "rejected" comes last. `…` stands for a few words. Addresses have become `@`.
const REASONS: &[(Reason, &[&str])] = &[
    (
        Reason::Sender,
        &[
            "sender address",
            "sender rejected",
            "sender denied",
            "sender domain",
            "domain of sender",
            "bad sender",
            "invalid sender",
            "sender verif",
            "envelope sender",
            "return path",
            "sending domain…exist",
            "sender…not exist",
            "mail from…domain",
            "valid sender",
            "unknown sender",
            "send as",
            "not…allowed to send",
        ],
    ),
    (
        Reason::Authentication,
        &["spf", "dmarc", "dkim", "domainkeys", "unauthenticated", "sender id", "not authenticated", "authentication"],
    ),
    (
        Reason::MailboxFull,
        &[
            "mailbox full",
            "mailbox is full",
            "mailbox…is full",
            "mail box full",
            "full mailbox",
            "mailfolder is full",
            "quota",
            "overquota",
            "out of storage",
            "insufficient…storage",
            "not enough…space",
            "no space left",
            "storage limit",
            "exceeded storage",
            "mailbox…exceed",
            "maildir…full",
            "boite…pleine",
            "boîte…pleine",
            "postfach…voll",
            "mailbox…voll",
            "buzon lleno",
            "buzón…lleno",
            "casella piena",
            "casella…piena",
            "too much mail",
        ],
    ),
    (
        Reason::TooLarge,
        &[
            "too large",
            "too big",
            "size limit",
            "exceeds…size",
            "exceeded…size",
            "maximum message size",
            "maximum size",
            "message length exceeds",
            "recipsizelimit",
            "size exceeds",
            "larger than",
        ],
    ),
    (
        Reason::Content,
        &[
            "spam",
            "virus",
            "malware",
            "phish",
            "trojan",
            "infected",
            "content rejected",
            "message content",
            "unsolicited",
            "bulk mail",
            "bulk email",
            "junk",
            "content filter",
            "prohibited attachment",
            "attachment…not allowed",
            "potential security issue",
            "media error",
            "mail rejete",
            "message rejete",
            "content…reject",
            "ube,",
            "looks like",
            "bad content",
            "suspicious",
            "header…missing",
            "message format",
            "illegal attachment",
            "rfc 5322",
            "rfc5322",
            "rfc 2822",
            "bare cr",
            "bare lf",
            "conversion",
            "nicht rfc",
        ],
    ),
    (
        Reason::Policy,
        &[
            "blacklist",
            "black list",
            "block list",
            "blocklist",
            "blocked",
            "dnsbl",
            "rbl",
            "reputation",
            "ptr record",
            "dns ptr",
            "no ptr",
            "reverse dns",
            "rdns",
            "reverse lookup",
            "reverse name",
            "polic",
            "banned",
            "client host",
            "open relay",
            "no access from",
            "unverifyable",
            "unverifiable",
            "smtp server of your isp",
            "spamhaus",
            "barracuda",
            "spamcop",
            "security reasons",
            "local rule",
            "administrative prohibition",
            "administratively",
            "not authorized",
            "not authorised",
            "unauthorized",
            "not permitted",
            "not allowed",
            "access restrict",
            "restricted",
            "prohibited",
            "dynamic ip",
            "dynamic address",
            "generic host",
            "hello",
            "helo",
            "ehlo",
            "dialup",
            "does not match",
            "relay",
            "relaying",
            "gateway user",
            "starttls",
            "tls",
            "encryption required",
            "access denied…state",
            "too fast",
            "cannot find your",
            "your ip",
            "your host",
            "your server",
        ],
    ),
    (
        Reason::TooMany,
        &[
            "too many",
            "rate limit",
            "ratelimit",
            "rate-limit",
            "throttl",
            "connection limit",
            "limit exceeded",
            "limit reached",
            "temporarily deferred",
            "try again later",
            "greylist",
            "graylist",
            "come back later",
            "receiving mail at a rate",
            "exceeded…limit",
            "maximum number",
        ],
    ),
    (
        Reason::Disabled,
        &[
            "disabled",
            "suspended",
            "inactive",
            "deactivated",
            "not active",
            "account…locked",
            "mailbox…locked",
            "on hold",
            "has been blocked",
            "temporarily unavailable",
            "abeyance",
            "discontinued",
            "not in use",
            "frozen",
            "expired account",
            "account expired",
            "account…has expired",
            "out of service",
        ],
    ),
    (
        Reason::NoMailServer,
        &[
            "no mx found",
            "mail exchanger or ip",
            "no mail exchanger",
            "null mx",
            "nullmx",
            "does not accept mail",
            "domain…not accept…mail",
            "no mail server",
            "mx…point…nowhere",
        ],
    ),
    (
        Reason::Moved,
        &[
            "has moved",
            "have moved",
            "has changed…address",
            "no longer on server",
            "no longer employed",
            "no longer work",
            "no longer with",
            "left the company",
            "no forwarding address",
            "account…been closed",
            "mailbox…been closed",
            "account closed",
            "has been closed",
            "is no longer valid",
            "no longer exist",
            "no longer in use",
            "no longer available",
            "account…deleted",
            "mailbox…deleted",
            "user has been removed",
        ],
    ),
    (
        Reason::UnknownUser,
        &[
            "user unknown",
            "unknown user",
            "no such user",
            "no such mailbox",
            "no such recipient",
            "no such person",
            "no such account",
            "no such address",
            "no such local",
            "no such email",
            "no such alias",
            "no mailbox",
            "recipnotfound",
            "user not found",
            "user…not found",
            "recipient not found",
            "recipient…not found",
            "mailbox not found",
            "mailbox…not found",
            "address not found",
            "address…could not be found",
            "address…not be found",
            "address…wasn't found",
            "account not found",
            "user…not exist",
            "account…not exist",
            "mailbox…not exist",
            "address…not exist",
            "recipient…not exist",
            "alias…not exist",
            "user…doesn't exist",
            "account…doesn't exist",
            "address…doesn't exist",
            "mailbox…doesn't exist",
            "doesn't have a…account",
            "does not have a…account",
            "don't have an account",
            "don't have…an account",
            "invalid recipient",
            "invalid mailbox",
            "invalid user",
            "recipient…invalid",
            "recipient…not valid",
            "no valid recipient",
            "unknown recipient",
            "recipient unknown",
            "recipient…unknown",
            "unknown address",
            "address unknown",
            "unknown local",
            "local part unknown",
            "unknown mailbox",
            "mailbox unknown",
            "unknown account",
            "account unknown",
            "unknown email",
            "unknown or illegal",
            "not listed in",
            "not listed…address book",
            "name is not recognized",
            "not a valid mailbox",
            "not a valid user",
            "not a valid recipient",
            "not our customer",
            "bad destination mailbox",
            "bad destination address",
            "not a known",
            "not known here",
            "isn't known",
            "is not known",
            "destinataire invalide",
            "utilisateur inconnu",
            "destinataire inconnu",
            "adresse inconnue",
            "empfänger…unbekannt",
            "empfänger…existiert nicht",
            "benutzer…unbekannt",
            "adresse…existiert nicht",
            "postfach…existiert nicht",
            "usuario desconocido",
            "usuario no existe",
            "utente sconosciuto",
            "utente…inesistente",
            "onbekende gebruiker",
            "nieznany użytkownik",
            "okänd mottagare",
            "пользователь не найден",
            "宛先不明",
            "mailbox unavailable or",
            "unknown to",
            "recipient address rejected: access denied",
            "there is no one at this address",
            "no one by that name",
            "did not match any",
            "adresse d au moins un destinataire invalide",
            "not a user here",
            "email address…not found",
        ],
    ),
    (
        Reason::UnknownHost,
        &[
            "host unknown",
            "unknown host",
            "host not found",
            "domain not found",
            "no such domain",
            "no such host",
            "no such name",
            "unrouteable address",
            "unroutable address",
            "unrouteable mail domain",
            "unknown domain",
            "domain…not exist",
            "domain…doesn't exist",
            "domain unknown",
            "name or service not known",
            "nxdomain",
            "host or domain name not found",
            "unknown mail host",
            "non-existent domain",
            "nonexistent domain",
            "couldn't find any host",
            "could not be found…domain",
            "dns domain…not exist",
            "domain…couldn't be found",
        ],
    ),
    (
        Reason::Expired,
        &[
            "message expired",
            "queue.expired",
            "queue too long",
            "for too long",
            "envelope expired",
            "time expired",
            "retry timeout",
            "retry time",
            "delivery failed…attempts",
            "not been delivered after",
            "expired",
            "timed out",
            "has been delayed",
            "is delayed",
            "giving up",
            "aborted after",
            "too old",
        ],
    ),
    (
        Reason::Network,
        &[
            "connection refused",
            "connection reset",
            "connection lost",
            "no route",
            "unreachable",
            "not reachable",
            "socket error",
            "unable to connect",
            "could not connect",
            "couldn't connect",
            "an smtp connection",
            "accept our requests",
            "too many hops",
            "hop count",
            "mail loop",
            "routing loop",
            "loops back",
            "loop detected",
            "find a gateway",
            "name service error",
            "dns error",
            "dns server",
            "dns query",
            "no answer from",
            "not respond",
            "network error",
        ],
    ),
    (
        Reason::System,
        &[
            "pipe to",
            "command failed",
            "i/o error",
            "ldap",
            "configuration error",
            "service unavailable",
            "service not available",
            "local error",
            "out of memory",
            "system error",
            "internal error",
            "temporary failure",
            "resources temporarily",
            "lookup failure",
            "not implemented",
            "sequence of commands",
            "syntax error",
            "can't create",
            "cannot open",
            "unable to open",
            "protocol error",
            "delivery error",
        ],
    ),
    (Reason::UnknownUser, &["mailbox unavailable", "invalid address", "not deliverable to this address"]),
    (Reason::Refused, &["rejected", "refused", "denied", "not accepted", "unwanted", "blocked", "not accept"]),
];

/// Sentences that deny the account as such.
const CERTAIN: &[&str] = &[
    "doesn't have a…account",
    "does not have a…account",
    "tried to reach does not exist",
    "there is no account",
    "account…does not exist",
    "no longer employed",
];

/// Phrases that tell where in the conversation it was.
const STEPS: &[(Step, &[&str])] = &[
    (
        Step::Data,
        &[
            "end of data",
            "data command",
            "reply to data",
            "response to data",
            "after i sent the message",
            "final data",
            "text command",
            "after data",
            "smtp command data",
            "after pipelined data",
        ],
    ),
    (
        Step::Recipient,
        &[
            "rcpt to",
            "smtp:rcpt",
            "rcpt command",
            "after rcpt",
            "not like recipient",
            "rejected recipient",
            "rejected address",
            "rcpt response",
            "recipient address rejected",
            "reply to rcpt",
        ],
    ),
    (
        Step::Before,
        &[
            "after mail from",
            "reply to mail from",
            "not like our mail from",
            "after initial connection",
            "after ehlo",
            "after helo",
            "reply to ehlo",
            "reply to helo",
            "mail from command",
            "not like our ehlo",
            "on connect",
        ],
    ),
];

/// The first reason in the list of which a phrase occurs.
pub(super) fn reason(text: &str) -> Option<Reason> {
    find(REASONS, &plain(text))
}

/// Whether the words leave no doubt.
pub(super) fn certain(text: &str) -> bool {
    let plain = plain(text);
    CERTAIN.iter().any(|phrase| occurs(phrase, &plain))
}

/// The step that a report names. A transcript says it in the protocol's own words.
pub(super) fn step(text: &str, recipient: Option<&str>) -> Option<Step> {
    transcript(text, recipient).or_else(|| find(STEPS, &plain(text)))
}

fn find<T: Copy>(rules: &[(T, &[&str])], plain: &str) -> Option<T> {
    rules.iter().find(|(_, phrases)| phrases.iter().any(|phrase| occurs(phrase, plain))).map(|(found, _)| *found)
}

/// The command before the first refusal of a transcript: `>>> RCPT To:<…>`, `<<< 550 …`. Where several recipients
/// were named, that of this one counts.
fn transcript(text: &str, recipient: Option<&str>) -> Option<Step> {
    let recipient = recipient.map(str::to_lowercase);
    let (mut command, mut found, mut pipelined) = (None, None, false);
    for line in text.lines().map(|line| line.trim().to_lowercase()).take(400) {
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
                let window = &text[end..floor(text, end + GAP + piece.len())];
                window.find(piece).map(|found| end += found + piece.len()).is_some()
            })
    })
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// In small letters, one blank between words, without links, addresses as `@`.
pub(super) fn plain(text: &str) -> String {
    let text = &text[..floor(text, LOOKED_AT)];
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        let word = word.to_lowercase().replace(['’', '`', '´'], "'");
        if word.contains("://") || word.starts_with("www.") {
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
            assert_eq!(reason(text), expected, "{text}");
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
