//! The chain of what happened, against itself and against the tables it tells of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{understood, verify::Check};
use crate::{
    domain::audit::{Entry, Head, Kind, instant},
    store::{Result, audit::Link, frozen::Frozen, invariants::Difference},
};

/// What following the chain came to.
pub(super) struct Followed {
    pub checks: [Check; 3],
    pub head: Head,
    pub unsealed: u64,
}

/// The chain so far.
struct Walk<'e> {
    /// Hashes, positions, and what somebody noted elsewhere.
    chain: Check,
    /// What entries tell, against the tables.
    told: Check,
    head: Head,
    begun: Option<DateTime<Utc>>,
    expect: Option<&'e Head>,
    subjects: BTreeMap<Kind, BTreeSet<String>>,
    /// What seals say, by their positions.
    seals: BTreeMap<i64, String>,
}

pub(super) async fn check(frozen: &mut Frozen, expect: Option<&Head>) -> Result<Followed> {
    let mut walk = Walk {
        chain: Check::new("audit chain"),
        told: Check::new("audit entries"),
        head: Head::start(),
        begun: None,
        expect,
        subjects: BTreeMap::new(),
        seals: BTreeMap::new(),
    };
    loop {
        let links = match understood(frozen.links(walk.head.position).await)? {
            Ok(links) if links.is_empty() => break,
            Ok(links) => links,
            Err(why) => {
                walk.chain.differs(audit(walk.head.position + 1, &why, "what can be read"));
                break;
            }
        };
        for link in links {
            walk.follow(&frozen.code, &link);
            walk.retell(frozen, &link.entry).await?;
        }
    }
    walk.look_for_untold(frozen).await?;
    walk.ends_as_expected();
    let (seals, unsealed) = walk.seals(frozen).await?;
    Ok(Followed { checks: [walk.chain, walk.told, seals], head: walk.head, unsealed })
}

impl Walk<'_> {
    /// The entry stands where it must, and its hash is that of its fields and the entry before.
    fn follow(&mut self, company: &str, link: &Link) {
        self.chain.counted += 1;
        self.begun.get_or_insert(link.entry.at);
        let computed = self.head.after(company, &link.entry);
        if link.head != computed {
            self.chain.differs(audit(link.head.position, &link.head.to_string(), &computed.to_string()));
        }
        if let Some(expect) = self.expect.filter(|expect| expect.position == link.head.position)
            && expect.hash != link.head.hash
        {
            self.chain.differs(audit(expect.position, &link.head.to_string(), &format!("{expect}, as noted")));
        }
        self.head = link.head.clone();
    }

    /// Whether the rows still say what the entry tells.
    async fn retell(&mut self, frozen: &mut Frozen, entry: &Entry) -> Result<()> {
        let Some(kind) = Kind::from_code(&entry.kind) else { return Ok(()) };
        match kind {
            Kind::Sent => {
                self.seals.insert(self.head.position, entry.detail.clone());
                return Ok(());
            }
            // These stand nowhere else.
            Kind::Doubt | Kind::Withdrawn | Kind::Retried | Kind::Halt | Kind::Resumed | Kind::Moved | Kind::Person => {
                return Ok(());
            }
            _ => {}
        }
        self.told.counted += 1;
        self.subjects.entry(kind).or_default().insert(entry.subject.clone());
        let now = understood(frozen.told(kind, &entry.subject).await)?;
        let now = now.map(|now| now.as_ref().map_or_else(|| "nothing".to_owned(), said));
        let (kept, computed) = (said(entry), now.unwrap_or_else(|why| why));
        if kept != computed {
            let (table, key) = (entry.kind.clone(), entry.subject.clone());
            self.told.differs(Difference { table, key, kept, computed });
        }
        Ok(())
    }

    /// Rows that came without an entry, since there is a chain.
    async fn look_for_untold(&mut self, frozen: &mut Frozen) -> Result<()> {
        let Some(begun) = self.begun else { return Ok(()) };
        for kind in Kind::ALL {
            let told = self.subjects.remove(&kind).unwrap_or_default();
            if let Some((table, key)) = frozen.untold(kind, begun, &told).await? {
                let (kept, computed) = ("a row".to_owned(), format!("no entry `{}` of the chain", kind.code()));
                self.told.differs(Difference { table: table.to_owned(), key, kept, computed });
            }
        }
        Ok(())
    }

    /// What was cut off at the end shows only to whoever noted an end elsewhere.
    fn ends_as_expected(&mut self) {
        if let Some(expect) = self.expect.filter(|expect| expect.position > self.head.position) {
            let kept = format!("the chain ends at {}", self.head.position);
            self.chain.differs(audit(expect.position, &kept, &format!("{expect}, as noted")));
        }
    }

    async fn seals(&mut self, frozen: &mut Frozen) -> Result<(Check, u64)> {
        let mut check = Check::new("sent notices");
        let found = match understood(frozen.seals().await)? {
            Ok(found) => found,
            Err(why) => {
                let (table, key, computed) = ("notice".to_owned(), "sent".to_owned(), "what can be read".to_owned());
                check.differs(Difference { table, key, kept: why, computed });
                return Ok((check, 0));
            }
        };
        check.counted = found.sealed;
        let positions: BTreeSet<i64> = self.seals.keys().chain(found.details.keys()).copied().collect();
        for position in positions {
            let nothing = || "nothing".to_owned();
            let kept = self.seals.remove(&position).unwrap_or_else(nothing);
            let computed = found.details.get(&position).cloned().unwrap_or_else(nothing);
            if kept != computed {
                check.differs(audit(position, &kept, &computed));
            }
        }
        Ok((check, found.open))
    }
}

fn said(entry: &Entry) -> String {
    format!("{} {}: {}", instant(entry.at), entry.author, entry.detail)
}

fn audit(position: i64, kept: &str, computed: &str) -> Difference {
    let (table, key) = ("audit".to_owned(), position.to_string());
    Difference { table, key, kept: kept.to_owned(), computed: computed.to_owned() }
}
