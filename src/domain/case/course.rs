//! What the events of a case come to.

use chrono::{DateTime, NaiveDate, Utc};

use super::{CaseEvent, CaseKind, CaseOutcome, CaseStatus, Did};
use crate::domain::money::Money;

/// A case after its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Course {
    pub kind: CaseKind,
    pub status: CaseStatus,
    pub reason: Option<String>,
    pub owner: Option<String>,
    /// The customer's words, in order, with when they came.
    pub words: Vec<(DateTime<Utc>, String)>,
    /// The customer said that all is out, and has said nothing more since.
    pub heard: bool,
    pub wish: Option<String>,
    /// Steps of the playbook that are done.
    pub ticked: Vec<String>,
    pub proposal: Option<Proposal>,
    pub outcome: Option<CaseOutcome>,
    /// By invoice: what is credited, or given up.
    pub credits: Vec<(String, Money)>,
    /// Who settled it without a second person.
    pub alone: Option<String>,
    pub follow_up_on: Option<NaiveDate>,
    pub cause: Option<String>,
    pub hand_overs: u32,
    pub reopened: u32,
    /// When the customer first waited for the answer that is still due.
    pub waiting_since: Option<DateTime<Utc>>,
    /// How often the customer spoke up without having got an answer.
    pub unanswered: u32,
    /// The first answer that the customer got.
    pub responded_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// Since when a letter that confirms the solution may have arrived: nobody knows yet.
    pub writing: Option<DateTime<Utc>>,
    /// The customer has the solution in writing.
    pub confirmed: bool,
}

/// A solution that waits for a second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    pub author: String,
    pub outcome: CaseOutcome,
    /// By invoice: what is credited, or given up.
    pub credits: Vec<(String, Money)>,
    pub why: String,
}

impl Course {
    /// `kind` is the one that it was opened as.
    pub fn of(kind: CaseKind, events: &[CaseEvent]) -> Self {
        let mut course = Self {
            kind,
            status: CaseStatus::Suspected,
            reason: None,
            owner: None,
            words: Vec::new(),
            heard: false,
            wish: None,
            ticked: Vec::new(),
            proposal: None,
            outcome: None,
            credits: Vec::new(),
            alone: None,
            follow_up_on: None,
            cause: None,
            hand_overs: 0,
            reopened: 0,
            waiting_since: None,
            unanswered: 0,
            responded_at: None,
            resolved_at: None,
            writing: None,
            confirmed: false,
        };
        events.iter().for_each(|event| course.take(event));
        course
    }

    /// What the books should credit; what is given up with `stop_business` is nobody's booking.
    pub fn booked(&self) -> &[(String, Money)] {
        if self.outcome.is_some_and(CaseOutcome::is_booked) { &self.credits } else { &[] }
    }

    /// Whether a step of the playbook is done: those that every playbook has show in the course itself.
    pub fn has_done(&self, step: &str) -> bool {
        match step {
            "listen" => !self.words.is_empty(),
            "acknowledge" => self.responded_at.is_some(),
            "all_out" => self.heard,
            "wish" => self.wish.is_some(),
            "agree" => self.outcome.is_some(),
            "confirm" => self.confirmed,
            "follow_up" => matches!(self.status, CaseStatus::FollowedUp | CaseStatus::Closed),
            "close" => self.status == CaseStatus::Closed,
            own => self.ticked.iter().any(|ticked| ticked == own),
        }
    }

    fn take(&mut self, event: &CaseEvent) {
        self.status = event.status;
        self.kind = event.kind.unwrap_or(self.kind);
        self.reason = event.reason.clone().or(self.reason.take());
        match event.did {
            Did::Opened => {
                self.owner.clone_from(&event.person);
                self.waiting_since = Some(event.at);
            }
            Did::Said => self.say(event),
            Did::Heard => self.heard = true,
            Did::Wished => self.wish = Some(event.why.clone()),
            Did::Taken => self.owner = Some(event.author.clone()),
            Did::HandedOver => {
                self.owner.clone_from(&event.person);
                self.hand_overs += 1;
            }
            Did::Ticked => self.ticked.extend(event.why.split_whitespace().next().map(str::to_owned)),
            Did::Asked | Did::Answered => self.answer(event),
            Did::Proposed => self.propose(event),
            Did::Declined => (self.proposal, self.follow_up_on) = (None, None),
            Did::Resolved => self.resolve(event),
            Did::Reopened => self.reopen(),
            Did::Writing => self.writing = Some(event.at),
            Did::Written => (self.writing, self.confirmed) = (None, true),
            Did::Unwritten => self.writing = None,
            Did::Returned => (self.writing, self.confirmed) = (None, false),
            Did::Closed => self.cause.clone_from(&event.person),
            Did::Judged | Did::Confirmed | Did::Dismissed | Did::Noted | Did::FollowedUp => {}
        }
    }

    fn say(&mut self, event: &CaseEvent) {
        if self.outcome.is_some() {
            self.reopen();
        }
        self.words.push((event.at, event.why.clone()));
        self.heard = false;
        self.unanswered += 1;
        self.waiting_since = self.waiting_since.or(Some(event.at));
    }

    fn answer(&mut self, event: &CaseEvent) {
        self.waiting_since = None;
        self.unanswered = 0;
        self.responded_at = self.responded_at.or(Some(event.at));
    }

    fn propose(&mut self, event: &CaseEvent) {
        self.proposal = event.outcome.map(|outcome| Proposal {
            author: event.author.clone(),
            outcome,
            credits: event.credits.clone(),
            why: event.why.clone(),
        });
        self.follow_up_on = event.day;
    }

    fn resolve(&mut self, event: &CaseEvent) {
        self.answer(event);
        self.proposal = None;
        self.outcome = event.outcome;
        self.credits.clone_from(&event.credits);
        self.alone = event.person.is_none().then(|| event.author.clone());
        self.follow_up_on = event.day;
        self.resolved_at = Some(event.at);
        (self.writing, self.confirmed) = (None, false);
    }

    fn reopen(&mut self) {
        self.reopened += 1;
        self.outcome = None;
        self.credits.clear();
        self.alone = None;
        self.follow_up_on = None;
        self.resolved_at = None;
    }
}
