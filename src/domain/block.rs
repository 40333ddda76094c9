//! What stands in the way of a notice: reasons of single items, and of the whole account.

use super::{
    account_facts::AccountFacts,
    calendar::plus_days,
    case::unbooked::unbooked,
    evidence::{Known, Suspicion},
    facts::{Event, EventKind},
    ledger::{Item, Position},
    money::Currency,
    plan::Setting,
    promise::promises,
    reason::Reason,
};

/// What stands in the way of the items of an account, in their order.
pub(super) struct Blocks {
    pub per_item: Vec<Block>,
    pub suspicions: Vec<Suspicion>,
}

/// What stands in the way of one item.
#[derive(Default)]
pub(super) struct Block {
    pub reasons: Vec<Reason>,
    /// Part of the residual that is disputed, in minor units.
    pub disputed: i64,
}

pub(super) fn items<'a>(
    facts: &AccountFacts,
    setting: &Setting,
    position: &Position,
    overdue: impl Iterator<Item = &'a Item<'a>>,
) -> Blocks {
    let mut suspicions = Vec::new();
    // Gathered for the first item that needs it; most accounts have none.
    let mut known = None;
    let assessed = setting.policy.evidence.needed > 0;
    let per_item = overdue
        .map(|item| {
            let mut block = one_item(facts, setting, item);
            if assessed
                && !block.reasons.contains(&Reason::OpenCase)
                && let Some(suspicion) =
                    known.get_or_insert_with(|| Known::of(facts, setting.policy, position, setting.as_of)).suspect(item)
            {
                block.reasons.push(Reason::SuspectedProtest);
                suspicions.push(suspicion);
            }
            block
        })
        .collect();
    Blocks { per_item, suspicions }
}

fn one_item(facts: &AccountFacts, setting: &Setting, item: &Item) -> Block {
    let (rules, as_of, number) = (&setting.policy.hold, setting.as_of, &item.invoice.number);
    let mut block = Block::default();
    let mut add = |applies: bool, reason: Reason| {
        if applies {
            block.reasons.push(reason);
        }
    };
    let cases = || facts.cases.iter().filter(|case| case.opened <= as_of);
    add(cases().any(|case| case.holds(number)), Reason::OpenCase);
    add(promised(facts, setting, Some(number)), Reason::Promise);
    add(asked_for_instalments(facts, setting, Some(number)), Reason::InstalmentRequest);
    let tolerance = rules.promise_tolerance_days;
    add(facts.plans.iter().any(|plan| plan.covers(number, facts, tolerance, as_of)), Reason::Instalments);
    add(facts.terms.iter().any(|term| term.spares(item.invoice.issued, as_of)), Reason::SettlingIn);
    add(rules.cutover.is_some_and(|cutover| item.invoice.due < cutover), Reason::BeforeCutover);
    let quiet = |date| plus_days(date, rules.delivered_days) > as_of;
    add(item.invoice.delivered.is_some_and(quiet), Reason::RecentlyDelivered);
    add(item.late_discount, Reason::DiscountLate);

    let holds = facts.holds.iter().filter(|hold| hold.holds_on(as_of) && hold.invoice.as_ref() == Some(number));
    let held: i64 = holds.map(|hold| hold.amount.map_or(item.residual, |amount| amount.minor)).sum();
    let agreed = unbooked(facts, number, as_of);
    // What is agreed in a case is part of what it disputes.
    let in_case = |id, disputed: i64| disputed.max(agreed.get(&id).copied().unwrap_or_default());
    let in_cases: i64 = cases().map(|case| in_case(case.id, case.disputed(number))).sum();
    let disputed = held + in_cases;
    // An export that marks an invoice as disputed while it is open tells of a dispute that goes on.
    let marked = |event: &Event| event.kind == EventKind::PastDispute && event.invoice.as_ref() == Some(number);
    let told = facts.events.iter().any(|event| event.date <= as_of && marked(event));
    if told || disputed >= item.residual {
        block.reasons.push(Reason::Disputed);
    } else {
        block.disputed = disputed;
    }
    block
}

/// Reasons that hold the whole account. `asked` is the total that a notice would ask for.
pub(super) fn account(
    facts: &AccountFacts,
    setting: &Setting,
    currency: Currency,
    position: &Position,
    asked: i64,
) -> Vec<Reason> {
    let (policy, as_of) = (setting.policy, setting.as_of);
    let mut reasons = Vec::new();
    let mut add = |applies: bool, reason: Reason| {
        if applies {
            reasons.push(reason);
        }
    };
    add(policy.paused, Reason::CompanyPaused);
    add(setting.ledger_is_stale(), Reason::LedgerStale);
    add(facts.holds.iter().any(|hold| hold.invoice.is_none() && hold.holds_on(as_of)), Reason::AccountHold);
    add(promised(facts, setting, None), Reason::Promise);
    add(asked_for_instalments(facts, setting, None), Reason::InstalmentRequest);
    add(below_minimum(setting, currency, position, asked), Reason::BelowMinimum);
    add(recent_notice(facts, setting, currency), Reason::RecentNotice);
    add(facts.account.autopay, Reason::Autopay);
    add(settling_in(facts, setting), Reason::SettlingIn);
    add(facts.address().is_none(), Reason::NoContact);
    reasons
}

/// Whether a promise still keeps notices back; `invoice` is the one that it names, `None` asks for those about the
/// whole account.
fn promised(facts: &AccountFacts, setting: &Setting, invoice: Option<&String>) -> bool {
    let tolerance = setting.policy.hold.promise_tolerance_days;
    let about = promises(facts, setting.as_of).into_iter().filter(|promise| promise.invoice.as_ref() == invoice);
    about.into_iter().any(|promise| promise.waits(tolerance, setting.as_of))
}

/// Whether a request for instalments still keeps notices back.
fn asked_for_instalments(facts: &AccountFacts, setting: &Setting, invoice: Option<&String>) -> bool {
    let days = setting.policy.hold.instalment_request_days;
    let last_day = |event: &Event| event.until.unwrap_or_else(|| plus_days(event.date, days.saturating_sub(1)));
    let asked = |event: &&Event| event.kind == EventKind::InstalmentRequest && event.invoice.as_ref() == invoice;
    let heard = facts.events.iter().filter(asked).filter(|event| event.date <= setting.as_of);
    days > 0 && heard.into_iter().any(|event| setting.as_of <= last_day(event))
}

fn below_minimum(setting: &Setting, currency: Currency, position: &Position, asked: i64) -> bool {
    let minimum = &setting.policy.minimum;
    let open: i64 = position.items.iter().map(|item| item.residual.max(0)).sum();
    let share = rust_decimal::Decimal::from(open) * minimum.share_percent / rust_decimal::Decimal::ONE_HUNDRED;
    asked < minimum.minor(currency) || rust_decimal::Decimal::from(asked) < share
}

/// A notice fewer days ago than the gap, or one in this currency today.
fn recent_notice(facts: &AccountFacts, setting: &Setting, currency: Currency) -> bool {
    let (gap, as_of) = (setting.policy.hold.min_gap_days, setting.as_of);
    facts.notices.iter().filter(|notice| notice.as_of <= as_of).any(|notice| {
        let same_day = notice.as_of == as_of;
        if same_day { notice.currency == currency } else { plus_days(notice.as_of, gap) > as_of }
    })
}

fn settling_in(facts: &AccountFacts, setting: &Setting) -> bool {
    let days = setting.policy.hold.settling_in_days;
    facts.events.iter().filter(|event| event.date <= setting.as_of).any(|event| {
        let change = matches!(event.kind, EventKind::PriceChange | EventKind::ContactChange);
        change && plus_days(event.date, days) > setting.as_of
    })
}
