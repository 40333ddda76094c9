//! What headers and first words tell about who writes.

use super::fields::Fields;

/// Local parts of addresses from which servers write.
const DAEMONS: &str = "mailer-daemon | postmaster | mail.delivery | mail-daemon | mailerdaemon";

/// Subjects and sentences of reports about deliveries, in several languages.
const UNDELIVERED: &str = "undeliver | not deliver | returned mail | returned to sender | delivery status | failure notice | delivery \
     fail | delivery has failed | delivery failure | delivery notification | mail delivery | non-delivery | \
     nondelivery | mail system error | mail fail | failed addresses | could not be delivered | cannot be \
     delivered | was not delivered | not been delivered | unable to deliver | delivery to the following | did not \
     reach | permanent fatal errors | failed permanently | failure reasons | delivery problem | delivery error | \
     delivery report | error sending your mail | trouble delivering | an error occurred while | delivering your \
     mail | transcript of session | mailbox is full | delivery failed | failed to deliver | wasn't able to \
     deliver | message blocked | message you sent | sending failed | could not be sent | warning: message | \
     delayed | rejected by a remote | unzustellbar | nicht zugestellt | zustellung fehlgeschlagen | zustellung \
     verzögert | non remis | n'a pas pu être | échec de la remise | non distribu | non recapitabile | mancato \
     recapito | impossibile recapitare | no se puede entregar | no se pudo entregar | no se ha podido entregar | \
     no entregado | onbestelbaar | niet bezorgd | niet worden bezorgd | niedostarcz | nie można dostarczyć | nie \
     może zostać dostarcz | ej levererat | kunde inte levereras | kunne ikke leveres | недоставлен | не доставлен \
     | не может быть доставлен | 送信できません | 配信できません | 配信不能";

/// Reports that the server still tries.
const DELAYED: &str = "has been delayed | is delayed | delivery will continue | delivery attempts will continue | warning message \
     only | not yet been delivered | zustellung verzögert | will be retried";

/// Whether it comes from nobody who could be answered (RFC 5321, 4.5.5).
pub(super) fn from_nobody(fields: &Fields) -> bool {
    fields.all("return-path").any(|value| matches!(value, "" | "<>"))
}

/// Whether it is written by a mail server: from nobody at all, or from a name that servers use.
pub(super) fn from_daemon(fields: &Fields) -> bool {
    let from = fields.get("from").unwrap_or_default().to_ascii_lowercase();
    matches!(from.as_str(), "" | "<>") || contains(&from, DAEMONS)
}

/// Whether a text says that a mail was not delivered.
pub(super) fn undelivered(text: &str) -> bool {
    contains(&start(text), UNDELIVERED)
}

/// Whether it is only late.
pub(super) fn only_delayed(subject: &str, text: &str) -> bool {
    [subject, &start(text)].iter().any(|text| contains(text, DELAYED))
}

/// Whether the headers call it an answer by a machine to a mail, as servers' reports also do.
pub(super) fn is_answer(fields: &Fields) -> bool {
    fields.says("auto-submitted", "auto-replied")
}

/// Whether one of these phrases occurs, in any case.
pub(super) fn contains(text: &str, phrases: &str) -> bool {
    let text = text.to_lowercase().replace('’', "'");
    phrases.split(" | ").any(|phrase| text.contains(phrase))
}

/// The first two thousand characters, on one line.
fn start(text: &str) -> String {
    let text: String = text.chars().take(2000).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
