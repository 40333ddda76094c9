//! What a person may do on a case now: the course decides, by the very rule that would refuse it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::{
    app::App,
    domain::{
        case::{Act, CaseOutcome, Course, Solution, assign::WINDOW_DAYS, staff::same_person},
        money::Money,
    },
    store::cases::CaseRow,
    web::console::{form::sentence, guard::Actor},
};

/// Each is a form of the page.
#[derive(Default)]
pub struct May {
    /// Notes, and the customer's words: whoever hears them.
    pub words: bool,
    pub judge: bool,
    pub dismiss: bool,
    pub take: bool,
    pub heard: bool,
    pub ask: bool,
    pub answer: bool,
    pub tick: bool,
    pub resolve: bool,
    /// All has to be out before.
    pub resolve_later: bool,
    pub approve: bool,
    pub decline: bool,
    /// The proposal is their own.
    pub own: bool,
    pub hand_over: bool,
    pub write: bool,
    /// It may have arrived already, or has.
    pub write_again: bool,
    pub written: bool,
    pub follow_up: bool,
    pub reopen: bool,
    pub close: bool,
    /// Why not more, when it is about the person.
    pub hint: Option<String>,
}

impl May {
    pub fn of(app: &App, case: &CaseRow, actor: &Actor, reviews: bool) -> Self {
        let course = &case.course;
        if !reviews {
            return Self::default();
        }
        let able = |act: &Act, by: &str| course.after(act, by).is_ok();
        let words = able(&Act::Note, &actor.person.name);
        let me = match app.colleague(&actor.person.name) {
            Ok(me) => me,
            Err(why) => return Self { words, hint: Some(sentence(&why)), ..Self::default() },
        };
        let can = |act: Act| able(&act, &me);
        let judge = can(Act::Confirm { kind: None, reason: None });
        let working = words && !judge;
        let (resolve, unheard) = (can(solution()), Course { heard: true, ..course.clone() });
        let proposal = course.proposal.as_ref();
        let refused = proposal.and_then(|proposed| app.may_approve(&proposed.author, &me, &proposed.credits).err());
        let (writes, again) = (can(Act::Writing { again: false }), can(Act::Writing { again: true }));
        Self {
            words,
            judge,
            dismiss: can(Act::Dismiss),
            take: can(Act::Take) && course.owner.as_ref() != Some(&me),
            heard: can(Act::HearAll) && !course.heard && course.outcome.is_none(),
            ask: can(Act::Ask { until: None }),
            answer: working && course.outcome.is_none(),
            tick: words,
            resolve,
            resolve_later: !resolve && unheard.after(&solution(), &me).is_ok(),
            approve: can(Act::Approve { follow_up_on: app.today() }) && refused.is_none(),
            decline: can(Act::Decline),
            own: proposal.is_some_and(|proposed| same_person(&proposed.author, &me)),
            hand_over: words,
            write: writes || again,
            write_again: again && !writes,
            written: can(Act::Written { since: None }) && !course.confirmed,
            follow_up: can(Act::FollowUp),
            reopen: can(Act::Reopen),
            close: can(Act::Close { cause: String::new() }),
            hint: refused.map(|why| sentence(&why)),
        }
    }
}

/// One that needs nothing but that a solution may be agreed now.
fn solution() -> Act {
    Act::Resolve(Solution { outcome: CaseOutcome::Explained, credits: Vec::new(), follow_up_on: NaiveDate::MIN })
}

/// What a person may settle alone, and what of that was used, in words.
pub fn limit(app: &App, person: &str, currencies: &[Money], earlier: &[(String, Money)]) -> String {
    let staff = &app.rules.standard.policy.staff;
    let mine = staff.iter().find(|known| known.is(person));
    let each = currencies.iter().map(|money| {
        let currency = money.currency;
        let limit = Money::new(mine.map_or(0, |person| person.limit(currency)), currency);
        let used = earlier.iter().filter(|(_, settled)| settled.currency == currency).map(|(_, settled)| settled.minor);
        let used = Money::new(used.sum(), currency);
        let of_it = if used.minor > 0 { format!(", {used} of it used in other cases") } else { String::new() };
        format!("{limit} {currency}{of_it}")
    });
    let each: Vec<String> = each.collect();
    format!(
        "You settle alone, on this account within {WINDOW_DAYS} days: {}. More waits for a second person.",
        each.join("; ")
    )
}

/// Until the minute.
pub fn minute(app: &App, at: DateTime<Utc>) -> String {
    at.with_timezone(&app.settings.company.zone).format("%Y-%m-%d %H:%M").to_string()
}
