//! What kinds of tasks are called in the console, and what is to be done there.

use crate::tasks::Kind;

pub(super) fn words(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Stopped => ("Sending is stopped", "Mend the cause, then resume under Notices."),
        Kind::Alarm => {
            ("Something waits for too long", "Whoever runs duly looks whether it runs, and at the mail server.")
        }
        Kind::Clock => ("The clock is not believed", "Whoever runs duly sets it right."),
        Kind::Release => ("A sweep waits for a release", "Look at what it would do, then release it under Notices."),
        Kind::Change => {
            ("Changes that wait for a second person", "Look at what it would do, then approve or decline it.")
        }
        Kind::Suspected => ("Possible protests", "Look at the case, then confirm or dismiss it."),
        Kind::Approval => ("Solutions that wait for a second person", "Look at the case, then approve."),
        Kind::Case => ("Cases", "Answer, resolve, confirm or close."),
        Kind::CaseInDoubt => ("Confirmations that may not have arrived", "Ask the customer, then say so on the case."),
        Kind::FollowUp => ("Follow-ups", "Ask whether all is well."),
        Kind::Promise => ("Promises that were not kept", "Call; reminders go on where they stopped."),
        Kind::Instalment => ("Instalments that did not come", "Call; reminders go on where they stopped."),
        Kind::Refused => ("Notices that were refused", "Mend the cause, or find an address that works."),
        Kind::Letter => ("Letters that cannot be written", "Mend the cause; they are tried again every hour."),
        Kind::InDoubt => ("Notices that may not have arrived", "Ask the customer, then accept or resend."),
        Kind::Sending => ("Notices without an outcome", "The daemon was ended in the middle; they are in doubt soon."),
        Kind::Mail => ("Mails that a person should read", "Read, and answer or open a case."),
        Kind::LateTogether => {
            ("Perhaps something went wrong with us", "Look whether it did, and tell these customers before they ask.")
        }
        Kind::Held => ("Accounts that wait for something you can do", "As each says."),
        Kind::NoContact => {
            ("Accounts without an address that takes mail", "Find one, and add it on the account's page.")
        }
        Kind::Unreadable => ("Accounts that cannot be read", "Import their rows again, or restore a backup."),
        Kind::Stale => ("Payment data is too old", "Import the newest payments, even if there are none."),
        Kind::Match => ("Money to match", "Name the invoices in the payments file."),
        Kind::Discount => ("Discounts taken late", "Accept it (a credit), or ask for the rest."),
    }
}
