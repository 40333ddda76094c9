//! What must hold in the tables whatever happened, each as a statement that finds what does not.

use super::{
    Result,
    engine::{Columns, Tx, dynamic},
};

/// Something that is not as it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub table: String,
    /// The row: its id, or its number.
    pub key: String,
    /// What the table says.
    pub kept: String,
    /// What it should say.
    pub computed: String,
}

/// What several statements check together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Invariant {
    pub name: &'static str,
    /// Counts what is looked at.
    counted: &'static str,
    rules: &'static [Rule],
}

/// A table, and a statement over the company `$1` whose rows are what is wrong: `key`, `kept` and `computed`.
type Rule = (&'static str, &'static str);

/// The versions of a table of facts: each one but the last is superseded by the next, and no two
/// came with the same batch.
macro_rules! versions {
    ($table:literal, $key:literal, $number:literal, $of_company:literal) => {
        (
            $table,
            concat!(
                "SELECT ",
                $number,
                " AS key, 'batch ' || f.batch || ' superseded by ' \
                 || COALESCE(CAST(f.superseded_by AS TEXT), '-') AS kept, 'superseded by ' \
                 || COALESCE(CAST((SELECT MIN(n.batch) FROM ",
                $table,
                " n WHERE ",
                $key,
                " AND n.batch > f.batch) AS TEXT), '-') AS computed FROM ",
                $table,
                " f WHERE ",
                $of_company,
                " AND f.superseded_by IS DISTINCT FROM (SELECT MIN(n.batch) FROM ",
                $table,
                " n WHERE ",
                $key,
                " AND n.batch > f.batch) UNION ALL SELECT ",
                $number,
                ", 'another row of batch ' || f.batch, 'one row' FROM ",
                $table,
                " f WHERE ",
                $of_company,
                " AND EXISTS (SELECT 1 FROM ",
                $table,
                " n WHERE ",
                $key,
                " AND n.batch = f.batch AND n.id < f.id)"
            ),
        )
    };
    ($table:literal) => {
        versions!($table, "n.company = f.company AND n.number = f.number", "f.number", "f.company = $1")
    };
}

const FACTS: Invariant = Invariant {
    name: "facts",
    counted: "SELECT (SELECT COUNT(*) FROM account_fact f JOIN account a ON a.id = f.account WHERE a.company = $1) \
              + (SELECT COUNT(*) FROM invoice WHERE company = $1) + (SELECT COUNT(*) FROM payment WHERE company = $1) \
              + (SELECT COUNT(*) FROM credit WHERE company = $1) + (SELECT COUNT(*) FROM event WHERE company = $1)",
    rules: &[
        versions!(
            "account_fact",
            "n.account = f.account",
            "(SELECT number FROM account WHERE id = f.account)",
            "f.account IN (SELECT id FROM account WHERE company = $1)"
        ),
        versions!("invoice"),
        versions!("payment"),
        versions!("credit"),
        versions!("event"),
        (
            "batch",
            "SELECT CAST(b.id AS TEXT) AS key, (b.added + b.changed) || ' facts' AS kept, \
             COALESCE(f.facts, 0) || ' facts' AS computed FROM batch b LEFT JOIN (SELECT batch, COUNT(*) AS facts FROM ( \
             SELECT batch FROM account_fact UNION ALL SELECT batch FROM invoice UNION ALL SELECT batch FROM payment \
             UNION ALL SELECT batch FROM credit UNION ALL SELECT batch FROM event) told GROUP BY batch) f ON f.batch = b.id \
             WHERE b.company = $1 AND b.added + b.changed <> COALESCE(f.facts, 0)",
        ),
    ],
};

const DECISIONS: Invariant = Invariant {
    name: "decisions",
    counted: "SELECT COUNT(*) FROM decision WHERE sweep IN (SELECT id FROM sweep WHERE company = $1)",
    rules: &[
        (
            "notice",
            "SELECT CAST(n.id AS TEXT) AS key, 'notice, ' || n.stage || ', overdue ' || n.overdue_total || ', credits ' \
             || n.credits || ', ' || n.policy AS kept, COALESCE(d.outcome || ', ' || d.stage || ', overdue ' \
             || d.overdue_total || ', credits ' || d.credits || ', ' || d.policy, 'no decision') AS computed FROM notice n \
             LEFT JOIN decision d ON d.sweep = n.sweep AND d.account = n.account AND d.currency = n.currency \
             WHERE n.company = $1 AND (d.outcome IS DISTINCT FROM 'notice' OR d.stage <> n.stage \
             OR d.overdue_total <> n.overdue_total OR d.credits <> n.credits OR d.policy <> n.policy)",
        ),
        (
            "decision",
            "SELECT s.id || ' ' || a.number || ' ' || d.currency AS key, 'a notice' AS kept, (SELECT COUNT(*) FROM notice n \
             WHERE n.account = d.account AND n.sweep = d.sweep AND n.currency = d.currency) || ' notices' AS computed \
             FROM decision d JOIN sweep s ON s.id = d.sweep JOIN account a ON a.id = d.account \
             WHERE s.company = $1 AND d.outcome = 'notice' AND (SELECT COUNT(*) FROM notice n \
             WHERE n.account = d.account AND n.sweep = d.sweep AND n.currency = d.currency) <> 1",
        ),
        (
            "sweep",
            "SELECT CAST(s.id AS TEXT) AS key, s.notices || ' notices' AS kept, (SELECT COUNT(*) FROM decision d \
             WHERE d.sweep = s.id AND d.outcome = 'notice') || ' notices' AS computed FROM sweep s \
             WHERE s.company = $1 AND s.finished_at IS NOT NULL AND s.held_back IS NULL \
             AND s.notices <> (SELECT COUNT(*) FROM decision d WHERE d.sweep = s.id AND d.outcome = 'notice')",
        ),
    ],
};

const NOTICES: Invariant = Invariant {
    name: "notices",
    counted: "SELECT COUNT(*) FROM notice WHERE company = $1",
    rules: &[
        (
            "notice",
            "SELECT CAST(n.id AS TEXT) AS key, 'overdue ' || n.overdue_total AS kept, 'overdue ' || COALESCE((SELECT \
             CAST(SUM(i.residual) AS BIGINT) FROM notice_item i WHERE i.notice = n.id), 0) AS computed FROM notice n \
             WHERE n.company = $1 AND n.overdue_total <> COALESCE((SELECT SUM(i.residual) FROM notice_item i \
             WHERE i.notice = n.id), 0)",
        ),
        (
            "notice",
            "SELECT CAST(id AS TEXT) AS key, 'pay ' || offer_pay || ', discount ' || offer_discount AS kept, \
             'together ' || (overdue_total - credits) AS computed FROM notice WHERE company = $1 \
             AND offer_pay + offer_discount <> overdue_total - credits",
        ),
        (
            "notice",
            "SELECT CAST(n.id AS TEXT) AS key, CAST(n.as_of AS TEXT) AS kept, CAST(s.as_of AS TEXT) AS computed \
             FROM notice n JOIN sweep s ON s.id = n.sweep WHERE n.company = $1 AND n.as_of <> s.as_of",
        ),
        (
            "notice_item",
            "SELECT i.notice || ' ' || i.invoice AS key, CASE WHEN i.void THEN 'void' ELSE 'counts' END AS kept, \
             CASE WHEN n.void THEN 'void' ELSE 'counts' END AS computed \
             FROM notice n JOIN notice_item i ON i.notice = n.id WHERE n.company = $1 AND i.void <> n.void",
        ),
        // Mails stand in the chain.
        (
            "notice",
            "SELECT CAST(n.id AS TEXT) AS key, 'came back' AS kept, 'no mail says so' AS computed FROM notice n \
             WHERE n.company = $1 AND n.bounced_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM incoming m \
             WHERE m.account = n.account AND m.notice = n.id AND m.kind = 'bounce' AND m.recorded_at = n.bounced_at)",
        ),
    ],
};

const STATES: Invariant = Invariant {
    name: "states",
    counted: "SELECT COUNT(*) FROM notice WHERE company = $1",
    rules: &[(
        "notice",
        "SELECT CAST(id AS TEXT) AS key, state || CASE WHEN void THEN ', void' ELSE '' END \
         || CASE WHEN due_at IS NULL THEN '' ELSE ', due_at' END || CASE WHEN claim IS NULL THEN '' ELSE ', claim' END \
         || CASE WHEN intent_at IS NULL THEN '' ELSE ', intent_at' END || CASE WHEN sha256 IS NULL THEN '' ELSE ', sha256' END \
         || CASE WHEN relay IS NULL THEN '' ELSE ', relay' END || CASE WHEN reply IS NULL THEN '' ELSE ', reply' END \
         || CASE WHEN closed_at IS NULL THEN '' ELSE ', closed_at' END AS kept, CASE state \
         WHEN 'ready' THEN 'due_at, not closed_at' \
         WHEN 'sending' THEN 'intent_at, sha256, relay, not due_at or closed_at' \
         WHEN 'sent' THEN 'intent_at, sha256, relay, reply, closed_at, not due_at or claim; void if it came back' \
         WHEN 'deferred' THEN 'due_at, intent_at, reply, not closed_at' \
         WHEN 'refused' THEN 'intent_at, reply, closed_at, not due_at' \
         WHEN 'in_doubt' THEN 'intent_at, reply, doubts, not closed_at' \
         WHEN 'withdrawn' THEN 'reply, closed_at, not due_at; void unless it was in doubt' \
         ELSE 'a known state' END AS computed FROM notice WHERE company = $1 AND CASE state \
         WHEN 'ready' THEN due_at IS NOT NULL AND closed_at IS NULL AND NOT void \
         WHEN 'sending' THEN intent_at IS NOT NULL AND sha256 IS NOT NULL AND relay IS NOT NULL AND due_at IS NULL \
          AND closed_at IS NULL AND NOT void \
         WHEN 'sent' THEN intent_at IS NOT NULL AND sha256 IS NOT NULL AND relay IS NOT NULL AND reply IS NOT NULL \
          AND closed_at IS NOT NULL AND due_at IS NULL AND claim IS NULL AND void = (bounced_at IS NOT NULL) \
         WHEN 'deferred' THEN due_at IS NOT NULL AND intent_at IS NOT NULL AND reply IS NOT NULL AND closed_at IS NULL \
          AND NOT void \
         WHEN 'refused' THEN intent_at IS NOT NULL AND reply IS NOT NULL AND closed_at IS NOT NULL AND due_at IS NULL \
         WHEN 'in_doubt' THEN intent_at IS NOT NULL AND reply IS NOT NULL AND doubts > 0 AND closed_at IS NULL AND NOT void \
         WHEN 'withdrawn' THEN reply IS NOT NULL AND closed_at IS NOT NULL AND due_at IS NULL AND void = (doubts = 0) \
         END IS NOT TRUE",
    )],
};

const STAGES: Invariant = Invariant {
    name: "stages",
    counted: "SELECT COUNT(*) FROM notice_item WHERE company = $1 AND NOT void AND stage IS NOT NULL",
    rules: &[(
        "notice_item",
        "SELECT invoice || ' ' || stage AS key, COUNT(*) || ' times' AS kept, 'once' AS computed FROM notice_item \
         WHERE company = $1 AND NOT void AND stage IS NOT NULL GROUP BY invoice, stage HAVING COUNT(*) > 1",
    )],
};

const NUMBERS: Invariant = Invariant {
    name: "numbers",
    counted: "SELECT (SELECT COUNT(*) FROM account WHERE company = $1) + (SELECT COUNT(*) FROM notice WHERE company = $1) \
              + (SELECT COUNT(*) FROM policy_version WHERE company = $1)",
    rules: &[
        (
            "account",
            "SELECT number AS key, COUNT(*) || ' times' AS kept, 'once' AS computed FROM account WHERE company = $1 \
             GROUP BY number HAVING COUNT(*) > 1",
        ),
        (
            "notice",
            "SELECT token AS key, COUNT(*) || ' times' AS kept, 'once' AS computed FROM notice WHERE company = $1 \
             GROUP BY token HAVING COUNT(*) > 1",
        ),
        (
            "policy_version",
            "SELECT name || '-' || version AS key, COUNT(*) || ' times' AS kept, 'once' AS computed FROM policy_version \
             WHERE company = $1 GROUP BY name, version HAVING COUNT(*) > 1",
        ),
    ],
};

const CHANGES: Invariant = Invariant {
    name: "changes",
    counted: "SELECT COUNT(*) FROM change WHERE company = $1 AND state <> 'draft'",
    rules: &[
        (
            "change",
            "SELECT CAST(id AS TEXT) AS key, 'approved by its author' AS kept, 'by a second person' AS computed \
             FROM change WHERE company = $1 AND state = 'published' AND LOWER(decided_by) = LOWER(author)",
        ),
        (
            "change",
            "SELECT CAST(c.id AS TEXT) AS key, 'published as ' || COALESCE(CAST(c.version AS TEXT), '-') AS kept, \
             'a version with its text' AS computed FROM change c WHERE c.company = $1 AND c.state = 'published' \
             AND NOT EXISTS (SELECT 1 FROM policy_version v WHERE c.matter = 'policy' AND v.company = c.company \
             AND v.name = c.name AND v.version = c.version AND v.text = c.text AND v.author = c.author) \
             AND NOT EXISTS (SELECT 1 FROM wording_version v WHERE c.matter = 'wording' AND v.company = c.company \
             AND v.name = c.name AND v.version = c.version AND v.text = c.text AND v.author = c.author)",
        ),
    ],
};

/// In the order in which they are told.
pub const INVARIANTS: [Invariant; 7] = [FACTS, DECISIONS, NOTICES, STATES, STAGES, NUMBERS, CHANGES];

impl Invariant {
    /// How much is looked at.
    pub(super) async fn counted(&self, tx: &mut Tx, company: i64) -> Result<u64> {
        let row = dynamic(self.counted.to_owned()).bind(company).fetch_one(tx).await?;
        Columns::of(&row).number()
    }

    /// How much is wrong by each rule, with the first of it.
    pub(super) async fn broken(&self, tx: &mut Tx, company: i64) -> Result<Vec<(u64, Difference)>> {
        let mut found = Vec::new();
        for (table, wrong) in self.rules {
            let text =
                format!("SELECT COUNT(*) OVER (), key, kept, computed FROM ({wrong}) wrong ORDER BY key, kept LIMIT 1");
            if let Some(row) = dynamic(text).bind(company).fetch_optional(&mut *tx).await? {
                let mut c = Columns::of(&row);
                let (number, table) = (c.number()?, (*table).to_owned());
                found.push((number, Difference { table, key: c.take()?, kept: c.take()?, computed: c.take()? }));
            }
        }
        Ok(found)
    }
}
