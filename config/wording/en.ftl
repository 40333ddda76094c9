# What customers read, in English. Words only; what stands where is the templates' business.
#
# The account is overdue, never the person: `duly check` refuses a second person beside words of
# debt, and words of blame, threat or urgency (the lists are in en.toml). Variables in braces with
# a dollar sign are filled in and must stay.

## First notice

first-subject = The account { $account } at { $company } is overdue
first-opening =
    The account { $account } ({ $account_name }) shows { $count ->
        [one] one invoice that is overdue. This is a kind reminder, with the invoice
       *[other] { $count } invoices that are overdue. This is a kind reminder, with the invoices
    } set out once more below.
first-contact = { $contact } is glad to help in person, by telephone at { $phone } or by reply to this mail.

## Second notice: not harsher than the first, with more help

second-subject = The account { $account } at { $company } is overdue: how can we help?
second-opening =
    The account { $account } ({ $account_name }) shows { $count ->
        [one] one invoice that is overdue.
       *[other] { $count } invoices that are overdue.
    } There may well be a good reason, and we would like to help in whatever way is useful.
second-help-title = How we can help
second-help-time =
    If more time or payment in instalments would be a help, a few words in reply are enough, and we
    will look for a way together.
second-help-person =
    { $contact } is glad to help in person: a call to { $phone } is welcome.

## Both

greeting = Dear { $name },
greeting-neutral = Good day,

items-title = Invoices
item-invoice = Invoice
item-issued = Issued
item-due = Due
item-days = Days overdue
item-amount = Open
sum-items = Sum
sum-credits = Credits on the account
sum-total = Total

payments-until = Payments received up to and including { $date } have been taken into account.
already-paid = If a payment is on its way, please disregard this message, with our thanks.

offer-title = A thank-you for prompt payment
offer =
    A payment of { $pay } that arrives on or before { $last_day } settles the total above in full.
    The discount of { $percent }% ({ $discount }) is then granted without any further step.

pay-title = How to pay
pay-holder = Account holder
pay-iban = IBAN
pay-bic = BIC
pay-bank = Bank
pay-reference = Reference

documents-title = Attached to this mail

reply =
    If something is not right with the service or an invoice, a reply to this mail reaches a person
    who will look into it.

closing = With kind regards
phone = Telephone
email = Email
