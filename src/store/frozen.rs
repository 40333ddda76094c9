//! One state of everything: for checks that take long while others go on writing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Result, Store,
    audit::{Link, links},
    cases::CASE,
    engine::{Builder, Columns, Engine, Row, Tx, dynamic, query},
    invariants::{Difference, Invariant},
    seal::{Seal, sent},
    snapshot::{Horizon, Snapshot, load},
    told::told,
    unreadable::{Page, load_readable},
};
use crate::domain::{
    audit::{Entry, Kind},
    facts::CLOSING_PREFIXES,
    money::Currency,
};

/// The database as it was when this was made.
pub struct Frozen {
    pub(super) tx: Tx,
    pub(super) company: i64,
    /// Code of the company.
    pub code: String,
}

/// What is kept beside the facts of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Since when each invoice is settled.
    pub settled: BTreeMap<String, Option<NaiveDate>>,
    /// Gross and tax of the discounts recorded, by invoice and source.
    pub granted: BTreeMap<(String, String), (i64, i64)>,
    /// The same of what was agreed in cases.
    pub agreed: BTreeMap<(String, String), (i64, i64)>,
}

/// A policy as it was published.
#[derive(Debug, Clone)]
pub struct PolicyVersion {
    pub name: String,
    pub version: i64,
    pub text: String,
    pub recorded_at: DateTime<Utc>,
}

/// What the seals in the chain should say.
#[derive(Debug, Default)]
pub struct Seals {
    /// By position of the entry.
    pub details: BTreeMap<i64, String>,
    pub sealed: u64,
    /// Sent since the last seal.
    pub open: u64,
}

/// Entries read at a time.
const PAGE: i64 = 1_000;

impl Store {
    pub async fn freeze(&self) -> Result<Frozen> {
        let mut tx = self.pool().begin_read().await?;
        let code = query("SELECT code FROM company WHERE id = $1").bind(self.company).value(&mut tx).await?;
        Ok(Frozen { tx, company: self.company, code })
    }
}

impl Frozen {
    /// Accounts after an id, in the order of their ids.
    pub async fn accounts(&mut self, after: i64, limit: i64) -> Result<Vec<i64>> {
        let text = "SELECT id FROM account WHERE company = $1 AND id > $2 ORDER BY id LIMIT $3";
        query(text).bind(self.company).bind(after).bind(limit).values(&mut self.tx).await
    }

    pub async fn snapshots(&mut self, accounts: &[i64], horizon: Horizon) -> Result<Vec<Snapshot>> {
        load(&mut self.tx, accounts, horizon).await
    }

    /// The same, but accounts that cannot be read are named.
    pub async fn readable(&mut self, accounts: &[i64], horizon: Horizon) -> Result<Page> {
        load_readable(&mut self.tx, accounts, horizon).await
    }

    /// Rows of a statement that ends in the column of the account, for these accounts.
    pub(super) async fn of(&mut self, text: String, accounts: &[i64], end: &str) -> Result<Vec<Row>> {
        let mut read = Builder::new(text);
        read.push(" IN ").push_list(accounts.iter().copied()).push(end);
        read.build().fetch_all(&mut self.tx).await
    }

    /// What is kept beside the facts of these accounts.
    pub async fn kept(&mut self, accounts: &[i64]) -> Result<BTreeMap<i64, Kept>> {
        let mut found: BTreeMap<i64, Kept> = BTreeMap::new();
        let text = "SELECT account, number, settled_on FROM invoice WHERE superseded_by IS NULL AND account";
        for row in &self.of(text.to_owned(), accounts, "").await? {
            let mut c = Columns::of(row);
            found.entry(c.take()?).or_default().settled.insert(c.take()?, c.take()?);
        }
        let text = "SELECT account, invoice, source, CAST(SUM(gross) AS BIGINT), CAST(SUM(tax) AS BIGINT) \
                    FROM adjustment WHERE account";
        for row in &self.of(text.to_owned(), accounts, " GROUP BY account, invoice, source").await? {
            let mut c = Columns::of(row);
            let (account, invoice, source, sum) = (c.take()?, c.take()?, c.take()?, (c.take()?, c.take()?));
            if sum != (0, 0) {
                let kept = found.entry(account).or_default();
                let source: String = source;
                let of_case = source.starts_with(CASE);
                let sums = if of_case { &mut kept.agreed } else { &mut kept.granted };
                sums.insert((invoice, source), sum);
            }
        }
        Ok(found)
    }

    /// Sums of the payments and credits of these accounts, in minor units, without those that only
    /// close an invoice.
    pub async fn came_in(&mut self, accounts: &[i64]) -> Result<BTreeMap<(i64, Currency), i64>> {
        let closing: Vec<String> =
            CLOSING_PREFIXES.iter().map(|prefix| format!("AND number NOT LIKE '{prefix}%'")).collect();
        let mut found = BTreeMap::new();
        for table in ["payment", "credit"] {
            let text = format!(
                "SELECT account, currency, CAST(SUM(amount) AS BIGINT) FROM {table} \
                 WHERE superseded_by IS NULL {} AND account",
                closing.join(" ")
            );
            for row in &self.of(text, accounts, " GROUP BY account, currency").await? {
                let mut c = Columns::of(row);
                let key = (c.take()?, c.parse()?);
                *found.entry(key).or_default() += c.take::<i64>()?;
            }
        }
        Ok(found)
    }

    /// The last batch that told something about an account, and when it was recorded: the kept
    /// values are from then.
    pub async fn last_batch(&mut self, account: i64) -> Result<Option<(i64, DateTime<Utc>)>> {
        let tables = ["account_fact", "invoice", "payment", "credit", "event"];
        let each = tables.map(|table| {
            format!("SELECT MAX(batch) AS b, MAX(superseded_by) AS s FROM {table} WHERE account = {account}")
        });
        let text = format!(
            "SELECT id, recorded_at FROM batch WHERE id = (SELECT MAX(CASE WHEN COALESCE(s, 0) > b THEN s ELSE b END) \
             FROM ({}) told)",
            each.join(" UNION ALL ")
        );
        let row = dynamic(text).fetch_optional(&mut self.tx).await?;
        row.map(|row| {
            let mut c = Columns::of(&row);
            Ok((c.take()?, c.take()?))
        })
        .transpose()
    }

    /// All versions of policies, newest first.
    pub async fn policies(&mut self) -> Result<Vec<PolicyVersion>> {
        let text = "SELECT name, version, text, recorded_at FROM policy_version WHERE company = $1 ORDER BY id DESC";
        let version = |row| {
            let mut c = Columns::of(row);
            Ok(PolicyVersion { name: c.take()?, version: c.take()?, text: c.take()?, recorded_at: c.take()? })
        };
        query(text).bind(self.company).fetch_all(&mut self.tx).await?.iter().map(version).collect()
    }

    pub async fn counted(&mut self, invariant: &Invariant) -> Result<u64> {
        invariant.counted(&mut self.tx, self.company).await
    }

    pub async fn broken(&mut self, invariant: &Invariant) -> Result<Vec<(u64, Difference)>> {
        invariant.broken(&mut self.tx, self.company).await
    }

    /// What the engine itself finds wrong with its file; `None` where it offers no such check.
    pub async fn damage(&mut self) -> Result<Option<Vec<String>>> {
        if self.tx.engine() == Engine::Postgres {
            return Ok(None);
        }
        let mut found: Vec<String> = query("PRAGMA integrity_check").values(&mut self.tx).await?;
        found.retain(|line| line != "ok");
        for row in query("PRAGMA foreign_key_check").fetch_all(&mut self.tx).await? {
            let mut c = Columns::of(&row);
            let (table, row, parent): (String, Option<i64>, String) = (c.take()?, c.take()?, c.take()?);
            found.push(format!("row {} of {table} names a row of {parent} that is not there", row.unwrap_or(0)));
        }
        Ok(Some(found))
    }

    /// Entries of the chain after a position.
    pub async fn links(&mut self, after: i64) -> Result<Vec<Link>> {
        links(&mut self.tx, self.company, after, PAGE).await
    }

    /// The entry about a row as the tables tell it now.
    pub async fn told(&mut self, kind: Kind, subject: &str) -> Result<Option<Entry>> {
        told(&mut self.tx, self.company, kind, subject).await
    }

    /// Subjects of a kind that stand in the tables since an instant and not among those told.
    pub async fn untold(
        &mut self,
        kind: Kind,
        since: DateTime<Utc>,
        told: &BTreeSet<String>,
    ) -> Result<Option<(&'static str, String)>> {
        let (table, text) = match kind {
            Kind::Policy => (
                "policy_version",
                "SELECT name || '-' || version FROM policy_version WHERE company = $1 AND recorded_at >= $2",
            ),
            Kind::Import => {
                ("batch", "SELECT CAST(id AS TEXT) FROM batch WHERE company = $1 AND recorded_at >= $2 ORDER BY id")
            }
            Kind::Sweep => (
                "sweep",
                "SELECT CAST(id AS TEXT) FROM sweep WHERE company = $1 AND finished_at >= $2 AND held_back IS NULL \
                 ORDER BY id",
            ),
            Kind::HeldBack => (
                "sweep",
                "SELECT CAST(id AS TEXT) FROM sweep WHERE company = $1 AND finished_at >= $2 AND held_back IS NOT NULL \
                 ORDER BY id",
            ),
            Kind::Released => {
                ("sweep", "SELECT CAST(id AS TEXT) FROM sweep WHERE company = $1 AND released_at >= $2 ORDER BY id")
            }
            Kind::Hold => {
                ("hold", "SELECT CAST(id AS TEXT) FROM hold WHERE company = $1 AND recorded_at >= $2 ORDER BY id")
            }
            Kind::HoldEnded => {
                ("hold", "SELECT CAST(id AS TEXT) FROM hold WHERE company = $1 AND ended_at >= $2 ORDER BY id")
            }
            // The first move of a case is its sweep's.
            Kind::Case => (
                "case_event",
                "SELECT c.id || '/' || e.id FROM case_event e JOIN cases c ON c.id = e.case_id \
                 WHERE c.company = $1 AND e.recorded_at >= $2 AND NOT (e.status = 'suspected' AND e.step IN ('opened', 'judged')) ORDER BY e.id",
            ),
            Kind::Agreed => (
                "promise, plan, term or contact",
                "SELECT 'promise ' || CAST(id AS TEXT) FROM promise WHERE company = $1 AND recorded_at >= $2 UNION ALL \
                 SELECT 'plan ' || CAST(id AS TEXT) FROM plan WHERE company = $1 AND recorded_at >= $2 UNION ALL \
                 SELECT 'term ' || CAST(id AS TEXT) FROM term WHERE company = $1 AND recorded_at >= $2 UNION ALL \
                 SELECT 'contact ' || CAST(id AS TEXT) FROM contact WHERE company = $1 AND recorded_at >= $2",
            ),
            Kind::AgreedEnded => (
                "promise, plan, term or contact",
                "SELECT 'promise ' || CAST(id AS TEXT) FROM promise WHERE company = $1 AND ended_at >= $2 UNION ALL \
                 SELECT 'plan ' || CAST(id AS TEXT) FROM plan WHERE company = $1 AND ended_at >= $2 UNION ALL \
                 SELECT 'term ' || CAST(id AS TEXT) FROM term WHERE company = $1 AND ended_at >= $2 UNION ALL \
                 SELECT 'contact ' || CAST(id AS TEXT) FROM contact WHERE company = $1 AND ended_at >= $2",
            ),
            Kind::Mail => (
                "incoming",
                "SELECT CAST(id AS TEXT) FROM incoming WHERE company = $1 AND recorded_at >= $2 ORDER BY id",
            ),
            Kind::MailDone => {
                ("incoming", "SELECT CAST(id AS TEXT) FROM incoming WHERE company = $1 AND done_at >= $2 ORDER BY id")
            }
            Kind::Sent | Kind::Doubt | Kind::Halt | Kind::Resumed | Kind::Moved | Kind::Person => return Ok(None),
        };
        let subjects: Vec<String> = query(text).bind(self.company).bind(since).values(&mut self.tx).await?;
        Ok(subjects.into_iter().find(|subject| !told.contains(subject)).map(|subject| (table, subject)))
    }

    /// Recomputes all seals, reading what was sent once.
    pub async fn seals(&mut self) -> Result<Seals> {
        let (mut found, mut last) = (BTreeMap::<i64, Seal>::new(), 0);
        let mut seals = Seals::default();
        loop {
            let page = sent(&mut self.tx, self.company, last).await?;
            let Some(newest) = page.last() else { break };
            last = newest.id;
            for notice in page {
                match notice.seal {
                    Some(position) => {
                        seals.sealed += 1;
                        found.entry(position).or_default().add(notice);
                    }
                    None => seals.open += 1,
                }
            }
        }
        seals.details = found.into_iter().map(|(position, seal)| (position, seal.detail())).collect();
        Ok(seals)
    }
}
