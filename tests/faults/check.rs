//! What is in the book, what is at the relay, and what should be.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use mail_parser::MessageParser;
use sha2::{Digest, Sha256};

use crate::{
    facts::{Facts, STAGES},
    smtp::Received,
    world::World,
};

/// An item that had to be noticed at a stage.
pub struct Called {
    /// Its place among the invoices.
    pub invoice: usize,
    pub stage: usize,
    /// It was paid, or a day began, while duly was at it: either is right.
    pub optional: bool,
}

/// What the messages and notices of a world came to.
#[derive(Debug, Default, Clone)]
pub struct Verdict {
    pub accepted: usize,
    /// Items, and how they ended.
    pub expected: usize,
    pub optional: usize,
    pub sent: usize,
    pub in_doubt: usize,
    pub refused: usize,
    pub withdrawn: usize,
    /// Messages beyond the first of a notice that a recorded doubt explains.
    pub explained: usize,
    pub lost: Vec<String>,
    pub unexplained: Vec<String>,
}

struct Notice {
    id: String,
    state: String,
    doubts: usize,
    reply: String,
    address: String,
    sha256: String,
    copies: Vec<Received>,
}

struct Item {
    notice: usize,
    invoice: String,
    stage: String,
    live: bool,
}

struct Book<'w> {
    facts: &'w Facts,
    notices: Vec<Notice>,
    items: Vec<Item>,
    refused_addresses: BTreeSet<String>,
    verdict: Verdict,
}

const NOTICES: &str = "SELECT CAST(id AS TEXT), token, state, CAST(doubts AS TEXT), reply, address, sha256 \
                       FROM notice ORDER BY id";
const ITEMS: &str = "SELECT CAST(notice AS TEXT), invoice, stage, CASE WHEN void THEN 'void' ELSE 'live' END \
                     FROM notice_item WHERE stage IS NOT NULL";

/// Compares everything that was called so far.
pub fn check(world: &World, facts: &Facts, called: &[Called]) -> Verdict {
    let mut book = Book::read(world, facts);
    for item in called {
        book.item(item);
    }
    book.uncalled(called);
    book.copies();
    book.taken(world);
    book.verdict
}

impl<'w> Book<'w> {
    fn read(world: &World, facts: &'w Facts) -> Self {
        let mut verdict = Verdict::default();
        let mut messages: HashMap<String, Vec<Received>> = HashMap::new();
        for message in world.relay.accepted() {
            verdict.accepted += 1;
            let id =
                MessageParser::default().parse(&message.bytes).unwrap().message_id().unwrap_or_default().to_owned();
            messages.entry(id.split('@').next().unwrap_or_default().to_owned()).or_default().push(message);
        }
        let (mut notices, mut places) = (Vec::new(), HashMap::new());
        for row in world.rows(NOTICES) {
            let [id, token, state, doubts, reply, address, sha256] = row.try_into().unwrap();
            places.insert(id.clone(), notices.len());
            let copies = messages.remove(&token).unwrap_or_default();
            notices.push(Notice { id, state, doubts: doubts.parse().unwrap(), reply, address, sha256, copies });
        }
        verdict.unexplained.extend(messages.keys().map(|id| format!("a message {id} that no notice knows")));
        let item = |row: Vec<String>| {
            let [notice, invoice, stage, live] = row.try_into().unwrap();
            Item { notice: places[&notice], invoice, stage, live: live == "live" }
        };
        let items = world.rows(ITEMS).into_iter().map(item).collect();
        let refused = world.rows("SELECT email FROM refused_address").into_iter().flatten().collect();
        Self { facts, notices, items, refused_addresses: refused, verdict }
    }

    /// One expected item: in whose notice it stands, and how that ended.
    fn item(&mut self, called: &Called) {
        let invoice = &self.facts.invoices[called.invoice];
        let account = &self.facts.accounts[invoice.account];
        let (name, stage) = (&invoice.number, STAGES[called.stage]);
        let verdict = &mut self.verdict;
        verdict.expected += usize::from(!called.optional);
        verdict.optional += usize::from(called.optional);
        let items: Vec<&Item> = self.items.iter().filter(|i| i.invoice == *name && i.stage == stage).collect();
        let live: Vec<&Notice> = items.iter().filter(|i| i.live).map(|i| &self.notices[i.notice]).collect();
        if live.len() > 1 {
            verdict.unexplained.push(format!("{name} {stage}: {} notices count", live.len()));
        }
        let reached: BTreeSet<usize> =
            items.iter().map(|i| i.notice).filter(|n| !self.notices[*n].copies.is_empty()).collect();
        if reached.len() > 1 {
            verdict.unexplained.push(format!("{name} {stage}: messages of {} notices", reached.len()));
        }
        let Some(notice) = live.first() else {
            if account.unknown && self.refused_addresses.contains(&account.email()) {
                verdict.refused += 1;
            } else if !called.optional {
                verdict.lost.push(format!("{name} {stage} of {}: no notice", account.number));
            }
            return;
        };
        match notice.state.as_str() {
            "sent" if !notice.copies.is_empty() => verdict.sent += 1,
            "in_doubt" if notice.doubts > 0 => verdict.in_doubt += 1,
            "refused" if !notice.reply.is_empty() => verdict.refused += 1,
            "withdrawn" if !notice.reply.is_empty() && account.paid_meanwhile => verdict.withdrawn += 1,
            state => verdict.lost.push(format!(
                "{name} {stage}: notice {} is {state} with {} messages and {} doubts ({})",
                notice.id,
                notice.copies.len(),
                notice.doubts,
                notice.reply
            )),
        }
    }

    /// Nobody else is noticed.
    fn uncalled(&mut self, called: &[Called]) {
        let name = |c: &Called| (self.facts.invoices[c.invoice].number.as_str(), STAGES[c.stage]);
        let called: BTreeSet<(&str, &str)> = called.iter().map(name).collect();
        let nobody_called = self.items.iter().filter(|i| !called.contains(&(i.invoice.as_str(), i.stage.as_str())));
        let told = nobody_called.map(|i| format!("{} {}: noticed, but not due", i.invoice, i.stage));
        self.verdict.unexplained.extend(told);
    }

    /// Each message beyond what the book says was sent is a doubt that the book tells of; all copies are the same.
    fn copies(&mut self) {
        for Notice { id, state, doubts, address, sha256, copies, .. } in &self.notices {
            let known = usize::from(state == "sent") + doubts;
            if copies.len() > known {
                let told = format!("notice {id} is {state} with {doubts} doubts: {} messages", copies.len());
                self.verdict.unexplained.push(told);
            } else {
                self.verdict.explained += copies.len().saturating_sub(1);
            }
            for copy in copies {
                if copy.to != *address {
                    self.verdict.unexplained.push(format!("notice {id} went to {} and not to {address}", copy.to));
                }
                let hash: String = Sha256::digest(&copy.bytes).iter().map(|byte| format!("{byte:02x}")).collect();
                if hash != *sha256 {
                    self.verdict.unexplained.push(format!("notice {id}: a message differs from the one recorded"));
                }
            }
        }
    }

    /// Every fact was taken exactly once.
    fn taken(&mut self, world: &World) {
        let (accounts, invoices) = (self.facts.accounts.len(), self.facts.invoices.len());
        let paid = self.facts.invoices.iter().filter(|invoice| invoice.paid.is_some()).count();
        let tables = BTreeMap::from([
            ("account", accounts),
            ("account_fact", accounts),
            ("invoice", invoices),
            ("payment", paid),
        ]);
        for (table, expected) in tables {
            let rows = world.count(table);
            if rows != expected {
                self.verdict.unexplained.push(format!("{rows} rows in {table}, not {expected}"));
            }
        }
    }
}
