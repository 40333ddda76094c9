//! Whose link it is.

use chrono::{Duration, NaiveDate};

use super::Site;
use crate::{
    app::App,
    domain::page::{Asked, Open},
    link::kept,
    store::{
        Result,
        outbox::Notice,
        snapshot::{Horizon, Snapshot},
    },
};

/// The notice of a page with what is known of its account today.
pub struct Found {
    pub notice: Notice,
    pub snapshot: Snapshot,
    pub open: Open,
    /// Payments are known up to this day.
    pub considered: NaiveDate,
}

impl Found {
    /// All invoices of the notice, as it was written.
    pub fn invoices(&self) -> impl Iterator<Item = &str> {
        self.notice.lines.iter().map(|line| line.invoice.as_str())
    }
}

impl Site {
    /// The notice of a link. What is no link costs the same hash and the same look into an index.
    pub(super) async fn find(&self, app: &App, token: &str) -> Result<Option<Found>> {
        let not_before = app.clock.now() - Duration::days(self.page.days.into());
        let Some(notice) = app.store.notice_of_page(&kept(token), not_before).await? else { return Ok(None) };
        let today = app.today();
        let found = app.store.snapshots(&[notice.account], Horizon::everything(today)).await?.pop();
        let Some(snapshot) = found.filter(|found| is_contact(found, &notice.address)) else { return Ok(None) };
        let asked = Asked {
            currency: notice.currency,
            lines: &notice.lines,
            credits: notice.credits,
            offer: notice.offer.as_ref(),
        };
        let policy = &app.rules.policy_of(&snapshot.facts.account).policy;
        let open = Open::of(asked, &snapshot.facts, policy, today);
        let considered = app.sweeper().considered(today, app.store.payments_seen(i64::MAX).await?);
        Ok(Some(Found { notice, snapshot, open, considered }))
    }
}

/// Whoever is not a contact any more, or never got the mail, has no business here.
fn is_contact(snapshot: &Snapshot, address: &str) -> bool {
    let facts = &snapshot.facts;
    let known = facts.account.emails.iter().any(|email| email.eq_ignore_ascii_case(address));
    known && !facts.refused_addresses.contains(address)
}
