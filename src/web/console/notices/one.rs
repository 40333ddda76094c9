//! One notice: what it says, what became of it, its mail, and what can still be done.

use askama::Template;
use axum::{
    Extension,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::{mail::unlinked, words};
use crate::{
    domain::{
        money::Money,
        notice::{Line, State as Is},
        person::Permission,
    },
    noticework::{Rewritten, Sameness},
    store::{Result, notices::Sending, outbox::Notice},
    telemetry::Masked,
    web::console::{
        Console, Shared,
        guard::Actor,
        html::{self, Head},
    },
};

#[derive(Template)]
#[template(path = "console/notice.html")]
struct One {
    head: Head,
    done: Option<&'static str>,
    problem: Option<String>,
    /// A reason that was entered and refused.
    why: String,
    id: i64,
    account: String,
    name: String,
    state: &'static str,
    /// What the state means, where that is not plain.
    meaning: Option<&'static str>,
    facts: Vec<(&'static str, String)>,
    lines: Vec<Line>,
    total: Money,
    credits: Option<Money>,
    offer: Option<String>,
    may: May,
    mail: Mail,
}

/// What this person can do about it now.
#[derive(Default)]
struct May {
    withdraw: bool,
    settle: bool,
    retry: bool,
    source: bool,
}

/// The mail as far as it can be shown.
struct Mail {
    /// What is shown: as it was sent, or how it differs from that.
    is: String,
    as_sent: bool,
    subject: String,
    text: Option<String>,
    documents: Vec<String>,
}

#[derive(Deserialize, Default)]
pub struct Asked {
    #[serde(default)]
    done: String,
}

pub async fn page(
    State(console): State<Shared>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<i64>,
    Query(asked): Query<Asked>,
) -> Response {
    console.notice_shown(id, &actor, &asked.done, None).await
}

impl Console {
    /// One notice; after an act that was refused with the problem and the reason that was entered.
    pub(super) async fn notice_shown(
        &self,
        id: i64,
        actor: &Actor,
        done: &str,
        refused: Option<(String, String)>,
    ) -> Response {
        let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        match self.notice(id, actor).await {
            Ok(Some(mut one)) => {
                one.done = super::said(done);
                (one.problem, one.why) = refused.map_or((None, String::new()), |(what, why)| (Some(what), why));
                (status, html::page(&one)).into_response()
            }
            Ok(None) => html::problem(StatusCode::NOT_FOUND, "There is no such notice."),
            Err(error) => html::failure(&error),
        }
    }

    /// A notice with what is kept of its sending, and its mail.
    pub(super) async fn found(
        &self,
        id: i64,
    ) -> Result<Option<(Notice, Sending, std::result::Result<Rewritten, String>)>> {
        let store = &self.app.store;
        let (Some(notice), Some(sending)) = (store.notice(id).await?, store.sending_of(id).await?) else {
            return Ok(None);
        };
        let mail = self.app.rewritten(notice.clone(), &sending).await?;
        Ok(Some((notice, sending, mail)))
    }

    async fn notice(&self, id: i64, actor: &Actor) -> Result<Option<One>> {
        let Some((notice, sending, mail)) = self.found(id).await? else { return Ok(None) };
        let money = |minor| Money::new(minor, notice.currency);
        let decides = actor.person.may(Permission::Decide);
        let open = matches!(notice.state, Is::Ready | Is::Deferred | Is::InDoubt | Is::Refused);
        let may = May {
            withdraw: decides && open && !sending.void,
            settle: decides && notice.state == Is::InDoubt,
            retry: decides && notice.state == Is::Refused && !sending.void,
            source: decides && mail.is_ok(),
        };
        Ok(Some(One {
            head: Head::of(&format!("Notice {id}"), actor),
            done: None,
            problem: None,
            why: String::new(),
            id,
            state: words(notice.state, notice.bounced_at.is_some()),
            meaning: meaning(&notice, &sending),
            facts: self.notice_facts(&notice, &sending),
            total: money(notice.overdue_total - notice.credits),
            credits: (notice.credits != 0).then(|| money(notice.credits)),
            offer: notice.offer.as_ref().map(|offer| {
                let (pay, discount) = (money(offer.pay), money(offer.discount));
                let (percent, currency, until) = (offer.percent.normalize(), pay.currency, offer.last_day);
                format!("{percent} % ({discount} {currency}) off if {pay} {currency} is paid by {until}")
            }),
            may,
            mail: self.mail_shown(&notice, mail),
            account: sending.account,
            name: sending.name,
            lines: notice.lines,
        }))
    }

    fn mail_shown(&self, notice: &Notice, mail: std::result::Result<Rewritten, String>) -> Mail {
        match mail {
            Ok(Rewritten { mail, is }) => Mail {
                is: said(is, notice.state).to_owned(),
                as_sent: is == Sameness::AsSent,
                text: Some(unlinked(&self.app, notice, &mail.rendered.text)),
                subject: mail.rendered.subject,
                documents: notice.lines.iter().filter_map(|line| line.document.clone()).collect(),
            },
            Err(why) => Mail {
                is: format!("The mail cannot be shown: {why}."),
                as_sent: false,
                subject: String::new(),
                text: None,
                documents: Vec::new(),
            },
        }
    }

    fn notice_facts(&self, notice: &Notice, sending: &Sending) -> Vec<(&'static str, String)> {
        let minute = |at: Option<_>| at.map(|at| self.minute(at)).unwrap_or_default();
        let tried = match (notice.attempts, sending.tried_at) {
            (_, None) => "never".to_owned(),
            (1, Some(at)) => format!("once, {}", self.minute(at)),
            (times, Some(at)) => format!("{times} times, the last {}", self.minute(at)),
        };
        let doubts = match notice.doubts {
            0 => String::new(),
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        let facts = [
            ("To", Masked(&notice.address).to_string()),
            ("Stage", notice.stage.clone()),
            (
                "Planned",
                format!("for {}, by sweep {}, {}", notice.as_of, sending.sweep, minute(Some(notice.planned_at))),
            ),
            ("Policy", notice.policy.clone()),
            ("Payments considered up to", notice.considered.to_string()),
            ("Sent from", minute(notice.due_at)),
            ("Tried", tried),
            ("Answer lost", doubts),
            ("Mail server", sending.relay.clone().unwrap_or_default()),
            ("Its reply, or why", notice.reply.clone().unwrap_or_default()),
            ("Came to an end", minute(sending.closed_at)),
            ("Came back", minute(notice.bounced_at)),
            ("Message-ID", format!("<{}@{}>", notice.token, self.app.settings.message_domain())),
            ("SHA-256", sending.sha256.clone().unwrap_or_default()),
            ("Sealed by entry of the chain", sending.seal.map(|seal| seal.to_string()).unwrap_or_default()),
        ];
        facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

fn meaning(notice: &Notice, sending: &Sending) -> Option<&'static str> {
    Some(match notice.state {
        Is::Refused if sending.void => {
            "The address takes no mail and is not used again. The stage is free: the next sweep \
                                        writes to the account's next address, or asks for one."
        }
        Is::Refused => "The mail server refused it. Mend the cause and put it back, or withdraw it.",
        Is::InDoubt => {
            "The answer of the mail server was lost: it may have arrived. Look for the Message-ID in the \
                        server's log, or ask the customer, and say what you found."
        }
        Is::Deferred => "The mail server asked for patience; it is tried again by itself.",
        Is::Sending => "It is on its way at this moment.",
        Is::Withdrawn if sending.void => "It was not sent; its stage is free, and the next sweep decides afresh.",
        Is::Withdrawn => "It may have arrived before it was withdrawn, so its stage stays taken.",
        Is::Sent if notice.bounced_at.is_some() => "It came back, so it counts as never sent; its stage is free.",
        Is::Ready | Is::Sent => return None,
    })
}

fn said(is: Sameness, state: Is) -> &'static str {
    match is {
        Sameness::AsSent if state == Is::Deferred => {
            "Exactly as it was tried: its SHA-256 is the one that was recorded."
        }
        Sameness::AsSent => "Exactly as it was handed over: its SHA-256 is the one that was recorded before it left.",
        Sameness::NotSentYet => "It has not left. This is what would leave now.",
        Sameness::Changed => {
            "Not as it was sent: wording, settings, the account's details or a document have changed since. The figures \
             are those of the notice; the words are those of today. The mail server's archive has the original."
        }
    }
}
