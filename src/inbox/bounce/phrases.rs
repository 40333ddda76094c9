//! The phrases of mail servers, in small letters. `…` stands for a few words, `@` for an address.

use super::reason::{Reason, Step};

/// Phrases with their reason. The first that occurs counts: what spares an address comes before what ends it, a bare
/// "rejected" comes last.
pub(super) const REASONS: &[(Reason, &str)] = &[
    (
        Reason::Sender,
        "sender address | sender rejected | sender denied | sender domain | domain of sender | bad sender | \
         invalid sender | sender verif | envelope sender | return path | sending domain…exist | sender…not exist \
         | mail from…domain | valid sender | unknown sender | send as | not…allowed to send",
    ),
    (
        Reason::Authentication,
        "spf | dmarc | dkim | domainkeys | unauthenticated | sender id | not authenticated | authentication",
    ),
    (
        Reason::MailboxFull,
        "mailbox full | mailbox is full | mailbox…is full | mail box full | full mailbox | mailfolder is full | \
         quota | overquota | out of storage | insufficient…storage | not enough…space | no space left | storage \
         limit | exceeded storage | mailbox…exceed | maildir…full | boite…pleine | boîte…pleine | postfach…voll | \
         mailbox…voll | buzon lleno | buzón…lleno | casella piena | casella…piena | too much mail",
    ),
    (
        Reason::TooLarge,
        "too large | too big | size limit | exceeds…size | exceeded…size | maximum message size | maximum size | \
         message length exceeds | recipsizelimit | size exceeds | larger than",
    ),
    (
        Reason::Content,
        "spam | virus | malware | phish | trojan | infected | content rejected | message content | unsolicited | \
         bulk mail | bulk email | junk | content filter | prohibited attachment | attachment…not allowed | \
         potential security issue | media error | mail rejete | message rejete | content…reject | ube, | looks \
         like | bad content | suspicious | header…missing | message format | illegal attachment | rfc 5322 | \
         rfc5322 | rfc 2822 | bare cr | bare lf | conversion | nicht rfc",
    ),
    (
        Reason::Policy,
        "blacklist | black list | block list | blocklist | blocked | dnsbl | rbl | reputation | ptr record | dns \
         ptr | no ptr | reverse dns | rdns | reverse lookup | reverse name | polic | banned | client host | open \
         relay | no access from | unverifyable | unverifiable | smtp server of your isp | security reasons | \
         local rule | administrative prohibition | administratively | not authorized | not authorised | \
         unauthorized | not permitted | not allowed | access restrict | restricted | prohibited | dynamic ip | \
         dynamic address | generic host | helo | ehlo | dialup | does not match | relaying | gateway user | \
         starttls | encryption required | access denied…state | too fast | cannot find your | your ip | your host \
         | your server | relay access | unable to relay | not relay | relay denied | relay not | cannot relay | \
         to relay | relay is | listed by | listed in rbl | listed at | require tls | tls required | tls is \
         required",
    ),
    (
        Reason::TooMany,
        "too many | rate limit | ratelimit | rate-limit | throttl | connection limit | limit exceeded | limit \
         reached | temporarily deferred | try again later | greylist | graylist | come back later | receiving \
         mail at a rate | exceeded…limit | maximum number",
    ),
    (
        Reason::Disabled,
        "disabled | suspended | inactive | deactivated | not active | account…locked | mailbox…locked | on hold | \
         has been blocked | temporarily unavailable | abeyance | discontinued | not in use | frozen | expired \
         account | account expired | account…has expired | out of service",
    ),
    (
        Reason::NoMailServer,
        "no mx found | mail exchanger or ip | no mail exchanger | null mx | nullmx | does not accept mail | \
         domain…not accept…mail | no mail server | mx…point…nowhere",
    ),
    (
        Reason::Moved,
        "has moved | have moved | has changed…address | no longer on server | no longer employed | no longer work \
         | no longer with | left the company | no forwarding address | account…been closed | mailbox…been closed \
         | account closed | has been closed | is no longer valid | no longer exist | no longer in use | no longer \
         available | account…deleted | mailbox…deleted | user has been removed",
    ),
    (
        Reason::UnknownUser,
        "user unknown | unknown user | no such user | no such mailbox | no such recipient | no such person | no \
         such account | no such address | no such local | no such email | no such alias | no mailbox | \
         recipnotfound | user not found | user…not found | recipient not found | recipient…not found | mailbox \
         not found | mailbox…not found | address not found | address…could not be found | address…not be found | \
         address…wasn't found | account not found | user…not exist | account…not exist | mailbox…not exist | \
         address…not exist | recipient…not exist | alias…not exist | user…doesn't exist | account…doesn't exist | \
         address…doesn't exist | mailbox…doesn't exist | doesn't have a…account | does not have a…account | don't \
         have an account | don't have…an account | invalid recipient | invalid mailbox | invalid user | \
         recipient…invalid | recipient…not valid | no valid recipient | unknown recipient | recipient unknown | \
         recipient…unknown | unknown address | address unknown | unknown local | local part unknown | unknown \
         mailbox | mailbox unknown | unknown account | account unknown | unknown email | unknown or illegal | not \
         listed in | not listed…address book | name is not recognized | not a valid mailbox | not a valid user | \
         not a valid recipient | not our customer | bad destination mailbox | bad destination address | not a \
         known | not known here | isn't known | is not known | destinataire invalide | utilisateur inconnu | \
         destinataire inconnu | adresse inconnue | empfänger…unbekannt | empfänger…existiert nicht | \
         benutzer…unbekannt | adresse…existiert nicht | postfach…existiert nicht | usuario desconocido | usuario \
         no existe | utente sconosciuto | utente…inesistente | onbekende gebruiker | nieznany użytkownik | okänd \
         mottagare | пользователь не найден | 宛先不明 | mailbox unavailable or | unknown to | recipient address \
         rejected: access denied | there is no one at this address | no one by that name | did not match any | \
         adresse d au moins un destinataire invalide | not a user here | email address…not found",
    ),
    (
        Reason::UnknownHost,
        "host unknown | unknown host | host not found | domain not found | no such domain | no such host | no \
         such name | unrouteable address | unroutable address | unrouteable mail domain | unknown domain | \
         domain…not exist | domain…doesn't exist | domain unknown | name or service not known | nxdomain | host \
         or domain name not found | unknown mail host | non-existent domain | nonexistent domain | couldn't find \
         any host | could not be found…domain | dns domain…not exist | domain…couldn't be found",
    ),
    (
        Reason::Expired,
        "message expired | queue.expired | queue too long | for too long | envelope expired | time expired | \
         retry timeout | retry time | delivery failed…attempts | not been delivered after | expired | timed out | \
         has been delayed | is delayed | giving up | aborted after | too old",
    ),
    (
        Reason::Network,
        "connection refused | connection reset | connection lost | no route | unreachable | not reachable | \
         socket error | unable to connect | could not connect | couldn't connect | an smtp connection | accept \
         our requests | too many hops | hop count | mail loop | routing loop | loops back | loop detected | find \
         a gateway | name service error | dns error | dns server | dns query | no answer from | not respond | \
         network error",
    ),
    (
        Reason::System,
        "pipe to | command failed | i/o error | ldap | configuration error | service unavailable | service not \
         available | local error | out of memory | system error | internal error | temporary failure | resources \
         temporarily | lookup failure | not implemented | sequence of commands | syntax error | can't create | \
         cannot open | unable to open | protocol error | delivery error",
    ),
    (Reason::UnknownUser, "mailbox unavailable | invalid address | not deliverable to this address"),
    (Reason::Refused, "rejected | refused | denied | not accepted | unwanted | blocked | not accept"),
];

/// Sentences that deny the account as such.
pub(super) const CERTAIN: &str = "doesn't have a…account | does not have a…account | tried to reach does not exist | there is no account | \
     account…does not exist | no longer employed";

/// Phrases that tell where in the conversation it was.
pub(super) const STEPS: &[(Step, &str)] = &[
    (
        Step::Data,
        "end of data | data command | reply to data | response to data | after i sent the message | final data | \
         text command | after data | smtp command data | after pipelined data",
    ),
    (
        Step::Recipient,
        "rcpt to | smtp:rcpt | rcpt command | after rcpt | not like recipient | rejected recipient | rejected \
         address | rcpt response | recipient address rejected | reply to rcpt",
    ),
    (
        Step::Before,
        "after mail from | reply to mail from | not like our mail from | after initial connection | after ehlo | \
         after helo | reply to ehlo | reply to helo | mail from command | not like our ehlo | on connect",
    ),
];
