//! The program as a whole: the real binary, real files, and a mail relay that does what a script says.

#[path = "../support/smtp.rs"]
#[expect(dead_code, reason = "the relay can do more than these tests ask of it")]
mod smtp;

#[path = "../support/database.rs"]
mod database;

#[path = "../support/dovecot.rs"]
#[expect(dead_code, reason = "the mailbox can do more than these tests ask of it")]
mod dovecot;

#[path = "../support/postfix.rs"]
mod postfix;

mod answers;
mod backup;
mod breaker;
mod browser;
mod cases;
mod clock;
mod console;
mod console_accounts;
mod console_cases;
mod console_import;
mod console_notices;
mod console_oidc;
mod console_policy;
mod console_protected;
mod console_reports;
mod console_today;
mod daemon;
mod damage;
mod delivery;
mod disk;
mod doubt;
mod doubts;
mod hold;
mod house;
mod import;
mod inbox;
mod judgement;
mod layouts;
mod look;
mod moving;
mod ops;
mod page;
mod page_protected;
mod plan;
mod poison;
mod post;
mod practice;
mod provider;
mod receipts;
mod relay;
mod replay;
mod report_delivery;
mod returned;
mod running;
mod secrets;
mod settings;
mod site;
mod sweep;
mod upgrade;
mod verify;
mod whole_way;
