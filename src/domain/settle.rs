//! Discounts that come true: which short payments settle an invoice after all.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::{
    calendar::plus_days,
    discount::{Anchor, PartPayments, Payable, Quote, TaxShare, Terms, Tier, proportional, quote, tax_share},
    ledger::{Grant, GrantSource, Item, Movement, Position},
    notice::Offer,
    policy::Policy,
};

/// Grants the terms of the invoices that a payment names: the best tier in time, never the sum.
pub(super) fn grant_terms(position: &mut Position, movement: &Movement, policy: &Policy) {
    let by = position.bookings.len().saturating_sub(1);
    let parts = position.bookings.last().map_or(&[][..], |booking| &booking.parts);
    let touched: BTreeSet<usize> = parts.iter().map(|(place, _)| *place).collect();
    for place in touched {
        let Some(item) = position.items.get_mut(place).filter(|item| item.residual > 0) else { continue };
        let Some(paid) = item.part_of(movement) else { continue };
        let terms = &policy.terms;
        let in_time =
            quotes(item, terms).filter(|(_, quote)| movement.date <= plus_days(quote.last_day, terms.grace_days));
        let Some((tier, best)) = in_time.max_by_key(|(_, quote)| quote.discount) else { continue };
        let amount = match terms.part_payments {
            PartPayments::None if item.payments > 1 => 0,
            PartPayments::None | PartPayments::FinalOnly if item.residual > best.discount => 0,
            PartPayments::None | PartPayments::FinalOnly => item.residual,
            PartPayments::Proportional => proportional(paid, payable(item), best).min(item.residual),
        };
        if amount > 0 {
            let tax = tax_share(amount, payable(item), terms.tax);
            item.grant(Grant { on: movement.date, amount, tax, source: GrantSource::Terms(tier.to_string()), by });
        }
    }
}

/// What each tier of an item is worth; credits reduce what the discount is computed on.
fn quotes<'i>(item: &Item<'i>, terms: &'i Terms) -> impl Iterator<Item = (&'i Tier, Quote)> {
    let invoice = item.invoice;
    let anchor = match terms.anchor {
        Anchor::Issued => invoice.issued,
        Anchor::Delivered => invoice.delivered.unwrap_or(invoice.issued),
    };
    let payable = payable(item);
    invoice.terms.iter().map(move |tier| (tier, quote(payable, tier, terms, anchor)))
}

fn payable(item: &Item) -> Payable {
    let (amount, invoiced_tax) = (item.invoice.amount, item.invoice.tax.unwrap_or(0));
    let whole = Payable { gross: amount.minor, tax: invoiced_tax, exponent: amount.currency.exponent() };
    let gross = amount.minor - item.credited;
    Payable { gross, tax: invoiced_tax - tax_share(item.credited, whole, TaxShare::Follows), ..whole }
}

/// Grants the offers of earlier notices: when what is left is no more than the discount.
pub(super) fn grant_offers(
    position: &mut Position,
    movement: &Movement,
    offers: &[(i64, NaiveDate, &Offer)],
    policy: &Policy,
) {
    let by = position.bookings.len().saturating_sub(1);
    for (notice, made_on, offer) in offers {
        if movement.date < *made_on || movement.date > offer.last_day {
            continue;
        }
        let left = covered(position, offer);
        let open = left - position.unallocated.max(0);
        let touched = position.items.iter().any(|item| is_in(item, offer) && item.part_of(movement).is_some());
        if !touched || open <= 0 || open > offer.discount {
            continue;
        }
        let mut to_grant = open;
        let mut amounts: Vec<i64> = Vec::new();
        for item in position.items.iter().filter(|item| is_in(item, offer)) {
            amounts.push(item.residual.min(to_grant));
            to_grant -= item.residual.min(to_grant);
        }
        // What is left may lie on any of the invoices, but the discount is on all of them, and so is its tax.
        let of_all = position.items.iter().filter(|item| is_in(item, offer)).map(payable);
        let whole = of_all.reduce(|a, b| Payable { gross: a.gross + b.gross, tax: a.tax + b.tax, ..a });
        let tax = whole.map_or(0, |whole| tax_share(open, whole, policy.terms.tax));
        let taxes = in_proportion(tax, &amounts);
        let items = position.items.iter_mut().filter(|item| is_in(item, offer));
        for (item, (amount, tax)) in items.zip(amounts.into_iter().zip(taxes)).filter(|(_, (amount, _))| *amount > 0) {
            item.grant(Grant { on: movement.date, amount, tax, source: GrantSource::Offer(*notice), by });
        }
    }
}

/// Splits a total in proportion to the weights, exactly: the largest remainders are rounded up,
/// the first of equal ones.
fn in_proportion(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum = weights.iter().map(|weight| i128::from(*weight)).sum::<i128>().max(1);
    let exact = |weight: i64| i128::from(total) * i128::from(weight);
    let mut parts: Vec<i64> = weights.iter().map(|weight| exact(*weight).div_euclid(sum) as i64).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|&at| std::cmp::Reverse(exact(weights[at]).rem_euclid(sum)));
    let missing = total - parts.iter().sum::<i64>();
    for at in order.into_iter().take(usize::try_from(missing).unwrap_or(0)) {
        parts[at] += 1;
    }
    parts
}

/// The largest discount that the terms of an item ever allowed, in time or not.
pub(super) fn largest_discount(item: &Item, terms: &Terms) -> i64 {
    quotes(item, terms).map(|(_, quote)| quote.discount).max().unwrap_or(0)
}

/// The discount that unallocated payments received in time would earn on an item if they named it.
pub(super) fn would_earn(position: &Position, item: &Item, terms: &Terms) -> i64 {
    let earned = |(_, quote): (&Tier, Quote)| {
        let last_day = plus_days(quote.last_day, terms.grace_days);
        let in_time = position.bookings.iter().filter(|booking| booking.is_payment && booking.date <= last_day);
        let money: i64 = in_time.map(|booking| booking.rest.max(0)).sum();
        let most = quote.discount - item.discount;
        match terms.part_payments {
            _ if money == 0 => 0,
            PartPayments::Proportional => proportional(money.min(quote.pay), payable(item), quote).min(most),
            PartPayments::None | PartPayments::FinalOnly => most,
        }
    };
    quotes(item, terms).map(earned).max().unwrap_or(0).max(0)
}

/// Money of a booking was taken back from an item, and with it whatever it had earned there: the
/// terms (but what another part payment earned by itself stays), and the offers that it answered.
pub(super) fn forfeit(
    position: &mut Position,
    (place, booking): (usize, usize),
    date: NaiveDate,
    offers: &[(i64, NaiveDate, &Offer)],
    policy: &Policy,
) {
    let by_itself = policy.terms.part_payments == PartPayments::Proportional;
    let item = &position.items[place];
    let broken: Vec<i64> = offers.iter().filter(|(.., offer)| is_in(item, offer)).map(|(notice, ..)| *notice).collect();
    for (at, item) in position.items.iter_mut().enumerate() {
        item.keep_grants(date, |grant| match &grant.source {
            GrantSource::Terms(_) => at != place || (by_itself && grant.by != booking),
            GrantSource::Offer(notice) => !broken.contains(notice),
        });
    }
}

/// What a payment puts on each of the several invoices that it names, when it is short by exactly
/// their discounts: those in time, or, for a person to review, those that it is too late for.
pub(super) fn short_by_discounts<'a>(
    position: &Position,
    movement: &Movement<'a>,
    policy: &Policy,
) -> Vec<(&'a String, i64)> {
    let terms = &policy.terms;
    let named: BTreeMap<&str, &'a String> = movement.invoices.iter().map(|number| (number.as_str(), number)).collect();
    if !movement.is_payment || named.len() < 2 {
        return Vec::new();
    }
    let items = || position.items.iter().filter(|item| item.residual > 0);
    let less = |item: &Item, any_time: bool| {
        let one_payment = terms.part_payments != PartPayments::None || item.payments == 0;
        let good = quotes(item, terms)
            .filter(|(_, quote)| any_time || movement.date <= plus_days(quote.last_day, terms.grace_days));
        let best = good.map(|(_, quote)| quote.discount).max().filter(|_| one_payment);
        item.residual - best.filter(|discount| *discount < item.residual).unwrap_or(0)
    };
    for any_time in [false, true] {
        let parts = items().filter_map(|item| Some((*named.get(item.invoice.number.as_str())?, less(item, any_time))));
        let parts: Vec<(&String, i64)> = parts.collect();
        if parts.iter().map(|(_, part)| part).sum::<i64>() == movement.amount {
            return parts;
        }
    }
    Vec::new()
}

/// The invoices of the offer that a payment without a name answers to the cent, oldest first. A
/// late answer is one too: it leaves the discount open, for a person to review.
pub(super) fn offer_met<'o>(
    position: &Position,
    movement: &Movement,
    offers: &[(i64, NaiveDate, &'o Offer)],
) -> &'o [String] {
    let met = offers.iter().find(|(_, made_on, offer)| {
        let open = covered(position, offer) - position.unallocated.max(0);
        *made_on <= movement.date && movement.amount == offer.pay && open == offer.pay + offer.discount
    });
    met.map_or(&[], |(.., offer)| offer.invoices.as_slice())
}

/// Marks what is short by exactly a discount that was not granted, since the money came too late or
/// in parts. It is for a person to review.
pub(super) fn mark_late(position: &mut Position, offers: &[(i64, NaiveDate, &Offer)], policy: &Policy) {
    for item in position.items.iter_mut().filter(|item| item.residual > 0 && item.payments > 0) {
        let residual = item.residual;
        let late = quotes(item, &policy.terms).any(|(_, quote)| quote.discount == residual);
        item.late_discount = late;
    }
    for (_, _, offer) in offers {
        let open = covered(position, offer) - position.unallocated.max(0);
        let paid_after = |item: &Item| is_in(item, offer) && item.last_money > Some(offer.last_day);
        if open == offer.discount && position.items.iter().any(paid_after) {
            position.items.iter_mut().filter(|item| is_in(item, offer)).for_each(|item| {
                item.late_discount = item.residual > 0;
            });
        }
    }
}

/// What is left of the items of an offer, in minor units.
fn covered(position: &Position, offer: &Offer) -> i64 {
    position.items.iter().filter(|item| is_in(item, offer)).map(|item| item.residual).sum()
}

fn is_in(item: &Item, offer: &Offer) -> bool {
    offer.invoices.contains(&item.invoice.number)
}
