#!/usr/bin/env python3
"""An independent count of the reminders that a ledger asks for.

Sweeps once per calendar day, in order, starting with no reminders and no cases.

Facts. A row is an invoice of an account (customerID): number = invoiceNumber padded to
10 digits, issued, due, amount, settled by one payment of the whole amount on SettledDate.
Disputed = Yes becomes known on SettledDate: a past dispute of the account from then on.

On day D, with facts effective on or before D only:
 1. An issued invoice is open unless settled <= D; overdue if open and D - due >= 1 day.
 2. An item's next stage follows the last stage it was noticed at (the first, if never). It
    is due for a stage if overdue, such a stage exists and D - due >= that stage's days.
 3. An account is looked at only if an overdue item of it is due for a stage, held or not.
 4. In a look every overdue item without a case is assessed. A case is opened for it, for
    good and whether or not a reminder goes out, if both hold: another invoice of the
    account, issued strictly later, is settled (skipped); and a different invoice of the
    account has a past dispute. An item with a case is held, in this same look already.
 5. Free items are overdue items without a case. If one is due for a stage, the account gets
    a reminder, unless its last one was fewer than `gap` days ago: held, recent_notice.
 6. If only held items are due for a stage: held, with open_case if such an item had its case
    before, suspected_protest if one got it in this look, and recent_notice if it applies.
 7. A reminder lists all free items. Those due for a stage are recorded at their own next
    stage, the others have stage null. The stage of the reminder is that of the oldest free
    item (due date, then number) due for a stage. Total = sum of the listed amounts.
"""
import argparse
import csv
import json
from collections import defaultdict, namedtuple
from datetime import date, datetime, timedelta
from decimal import Decimal


Invoice = namedtuple("Invoice", "number issued due amount settled disputed")


def parse_ledger_date(text):
    return datetime.strptime(text.strip(), "%d/%m/%Y").date()


def read_ledger(path):
    """Invoices per account, oldest first (due date, then number)."""
    accounts, seen = defaultdict(list), set()
    with open(path, newline="", encoding="utf-8-sig") as file:
        for row in csv.DictReader(file):
            number = row["invoiceNumber"].strip().zfill(10)
            if number in seen or row["Disputed"] not in ("Yes", "No"):
                raise ValueError(f"invoice {number}: number used twice, or Disputed not Yes or No")
            seen.add(number)
            accounts[row["customerID"]].append(Invoice(
                number, *(parse_ledger_date(row[column]) for column in ("InvoiceDate", "DueDate")),
                Decimal(row["InvoiceAmount"]), parse_ledger_date(row["SettledDate"]),
                row["Disputed"] == "Yes"))
    for invoices in accounts.values():
        invoices.sort(key=lambda invoice: (invoice.due, invoice.number))
    return accounts


def is_overdue(invoice, day):
    return invoice.issued <= day < invoice.settled and (day - invoice.due).days >= 1


def was_skipped(item, invoices, day):
    return any(other.number != item.number and other.issued > item.issued
               and other.settled <= day for other in invoices)


def has_past_dispute(item, invoices, day):
    return any(other.number != item.number and other.disputed
               and other.settled <= day for other in invoices)


class Sweeper:
    """The history of one simulation; `look` is one account on one day."""

    def __init__(self, stages, gap):
        self.stages = stages          # [(name, days)], in order
        self.gap = gap
        self.stages_done = {}         # invoice number -> how many stages it was noticed at
        self.cases = set()            # invoice numbers with an open case
        self.last_reminder = {}       # account -> day
        self.notices, self.held = [], []

    def stage_due(self, item, day):
        """Index of the stage this overdue item is due for, or None."""
        following = self.stages_done.get(item.number, 0)
        if following < len(self.stages) and (day - item.due).days >= self.stages[following][1]:
            return following
        return None

    def had_recent_reminder(self, account, day):
        last = self.last_reminder.get(account)
        return last is not None and last + timedelta(days=self.gap) > day

    def open_cases(self, overdue, invoices, day):
        opened = {item.number for item in overdue if item.number not in self.cases
                  and was_skipped(item, invoices, day) and has_past_dispute(item, invoices, day)}
        self.cases |= opened
        return opened

    def look(self, account, invoices, day):
        overdue = [invoice for invoice in invoices if is_overdue(invoice, day)]
        due_for = {item.number: self.stage_due(item, day) for item in overdue}
        if all(stage is None for stage in due_for.values()):
            return
        opened = self.open_cases(overdue, invoices, day)
        free = [item for item in overdue if item.number not in self.cases]
        recent = ["recent_notice"] if self.had_recent_reminder(account, day) else []
        if not any(due_for[item.number] is not None for item in free):
            blocked = {number for number, stage in due_for.items() if stage is not None}
            reasons = (["open_case"] if blocked - opened else []) + (
                ["suspected_protest"] if blocked & opened else []) + recent
            self.hold(account, day, reasons)
        elif recent:
            self.hold(account, day, recent)
        else:
            self.remind(account, free, due_for, day)

    def hold(self, account, day, reasons):
        self.held.append({"day": day.isoformat(), "account": account, "reasons": reasons})

    def remind(self, account, free, due_for, day):
        lines = []
        for item in free:             # oldest first, as the ledger is sorted
            stage = due_for[item.number]
            if stage is not None:
                self.stages_done[item.number] = stage + 1
            lines.append({"invoice": item.number,
                          "stage": None if stage is None else self.stages[stage][0]})
        self.last_reminder[account] = day
        self.notices.append({
            "day": day.isoformat(), "account": account,
            "stage": next(line["stage"] for line in lines if line["stage"] is not None),
            "invoices": lines, "total": f"{sum(item.amount for item in free):.2f}"})


def days_between(first, last):
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def simulate(accounts, first, last, stages, gap):
    sweeper = Sweeper(stages, gap)
    for day in days_between(first, last):
        for account in sorted(accounts):
            sweeper.look(account, accounts[account], day)
    return {"notices": sweeper.notices, "held": sweeper.held}


def parse_stages(text):
    return [(name, int(days)) for name, days in (part.split(":") for part in text.split(","))]


def print_counts(result, first, last, stages):
    def line(label, notices, held):
        per_stage = ", ".join(f"{name} {sum(n['stage'] == name for n in notices)}"
                              for name, _ in stages)
        print(f"{label}: {len(notices)} reminders ({per_stage}), {len(held)} held")
    for day in days_between(first, last):
        of_day = [[entry for entry in result[kind] if entry["day"] == day.isoformat()]
                  for kind in ("notices", "held")]
        line(day.isoformat(), *of_day)
    line("total", result["notices"], result["held"])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("csv")
    parser.add_argument("--from", dest="first", type=date.fromisoformat, required=True)
    parser.add_argument("--to", dest="last", type=date.fromisoformat, required=True)
    parser.add_argument("--stages", type=parse_stages, required=True, help="first:5,second:20")
    parser.add_argument("--gap", type=int, required=True, help="days between two reminders")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.first > options.last:
        parser.error("--from is after --to")
    result = simulate(read_ledger(options.csv), options.first, options.last,
                      options.stages, options.gap)
    if options.json:
        print(json.dumps(result, indent=1))
    else:
        print_counts(result, options.first, options.last, options.stages)


if __name__ == "__main__":
    main()
