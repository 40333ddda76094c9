//! The ledger of a world, and who must be noticed on a day: counted here, not by duly.

use chrono::{Days, NaiveDate};
use rand::Rng;
use rand_chacha::ChaCha20Rng;

/// Addresses that begin like this do not exist; the relay says so.
pub const UNKNOWN: &str = "gone";

/// Names of the stages, first to last.
pub const STAGES: [&str; 2] = ["first", "second"];

pub struct Account {
    pub number: String,
    pub unknown: bool,
    /// Something of it was paid while duly was at it, so that a notice may have been taken back.
    pub paid_meanwhile: bool,
}

pub struct Invoice {
    pub number: String,
    pub account: usize,
    pub due: NaiveDate,
    pub pence: u32,
    /// Stages that were called so far.
    pub noticed: usize,
    pub paid: Option<NaiveDate>,
}

#[derive(Default)]
pub struct Facts {
    pub accounts: Vec<Account>,
    pub invoices: Vec<Invoice>,
    /// Days overdue of each stage.
    pub days: [u64; 2],
}

impl Account {
    pub fn email(&self) -> String {
        let name = self.number.to_lowercase();
        if self.unknown { format!("{UNKNOWN}.{name}@buyer.example") } else { format!("{name}@buyer.example") }
    }
}

impl Invoice {
    /// The stage at which it must be noticed on a day, if it is not paid.
    pub fn called(&self, days: [u64; 2], day: NaiveDate) -> Option<usize> {
        let reached = days.get(self.noticed).is_some_and(|days| self.due + Days::new(*days) <= day);
        (self.paid.is_none() && reached).then_some(self.noticed)
    }
}

impl Facts {
    /// New accounts, and new invoices to them and to some of the old ones.
    pub fn grow(&mut self, accounts: usize, day: NaiveDate, random: &mut ChaCha20Rng) {
        let before = self.accounts.len();
        for number in before..before + accounts {
            let (number, unknown) = (format!("A{number:03}"), random.random_ratio(1, 12));
            self.accounts.push(Account { number, unknown, paid_meanwhile: false });
        }
        for account in 0..self.accounts.len() {
            let new = account >= before;
            // An unknown mailbox is tried once: its later invoices would only be held.
            if !new && (self.accounts[account].unknown || random.random_ratio(2, 3)) {
                continue;
            }
            for _ in 0..if self.accounts[account].unknown { 1 } else { random.random_range(1..=3) } {
                let overdue = random.random_range(1..self.days[0] + 12);
                self.invoices.push(Invoice {
                    number: format!("INV-{:04}", self.invoices.len()),
                    account,
                    due: day - Days::new(overdue),
                    pence: random.random_range(2_000..500_000),
                    noticed: 0,
                    paid: None,
                });
            }
        }
    }

    /// Some of the open invoices of known mailboxes are paid.
    pub fn pay(&mut self, day: NaiveDate, random: &mut ChaCha20Rng) {
        for invoice in &mut self.invoices {
            if invoice.paid.is_none() && !self.accounts[invoice.account].unknown && random.random_ratio(1, 10) {
                invoice.paid = Some(day);
            }
        }
    }

    /// The canonical files: kind, and text.
    pub fn files(&self) -> [(&'static str, String); 3] {
        let mut accounts = "account,name,email\n".to_owned();
        for account in &self.accounts {
            accounts += &format!("{0},Customer {0},{1}\n", account.number, account.email());
        }
        let mut invoices = "invoice,account,issued,due,currency,amount\n".to_owned();
        let mut payments = "payment,account,received,currency,amount,invoice\n".to_owned();
        for Invoice { number, account, due, pence, paid, .. } in &self.invoices {
            let (account, issued) = (&self.accounts[*account].number, *due - Days::new(30));
            let amount = format!("{}.{:02}", pence / 100, pence % 100);
            invoices += &format!("{number},{account},{issued},{due},GBP,{amount}\n");
            if let Some(paid) = paid {
                payments += &format!("P-{number},{account},{paid},GBP,{amount},{number}\n");
            }
        }
        [("accounts", accounts), ("invoices", invoices), ("payments", payments)]
    }
}
