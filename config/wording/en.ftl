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

## What was agreed in a case, in writing

confirm-subject = What was agreed, confirmed for the account { $account } at { $company }
confirm-opening =
    Thank you for talking it through with us. This mail confirms what was agreed for the account
    { $account } ({ $account_name }).
confirm-explained =
    The question was looked into together and explained. Such things happen; thank you for asking,
    so that nothing is left unclear.
confirm-our-fault =
    The mistake was ours, and we apologise for it and for the trouble that it made. It is being put
    right.
confirm-goodwill = As a sign of goodwill, we have granted a credit.
confirm-credit = The amount is reduced, as was agreed.
confirm-fee-waived = The additional charge is waived.
confirm-plan-agreed = Payment in instalments was agreed.
confirm-stop-business =
    It was agreed that no further orders are taken on the account. Thank you for the time in which
    we could be of service.
confirm-write-off = The matter is closed; nothing further is asked for.
confirm-credits-title = Credits
confirm-credit-line = Invoice { $invoice }: a credit of { $amount }
confirm-credits-note = No notice asks for these amounts any more.
confirm-parts-title = Instalments
confirm-part-line = { $amount } by { $date }
confirm-parts-note = While the instalments arrive, no notices go out about the invoices that they are for.
confirm-contact = { $contact } is glad to help in person, by telephone at { $phone }.
confirm-ask =
    Has something been left out, or is a question still open? A reply to this mail reaches a person
    who knows about it.

## What was noted of an answer on the page, in writing

receipt-subject = What was noted for the account { $account } at { $company }
receipt-opening =
    Thank you for the answer of { $date } about the account { $account } ({ $account_name }). This
    mail says what was noted and what happens next.
receipt-promise = Payment by { $date } is noted.
receipt-promise-next = Until then no notices go out about it, and nothing else is needed.
receipt-plan = Payment in instalments is noted:
receipt-case = A person is looking into it. The number is { $case }, should a question come up.
receipt-case-next =
    A reply comes as soon as there is something to say. No notices go out about it meanwhile.
receipt-ask =
    Should anything be different, or should the answer have come from somebody else by mistake, a
    call or a reply to this mail is enough.

## The customer's page, and the invitation to it in each notice

page-invite = Something unclear or wrong, already paid, or more time needed? One click is enough:
page-link = to the page of this notice
page-title = The account { $account } at { $company }
page-about = What is open today of the notice of { $date }. Only whoever has the link in that mail can see this page.
page-nothing = Nothing is open of this notice on the account { $account }. Many thanks!
page-scan = Scanned with a banking app, this code fills in the transfer.
page-documents = Copies of the invoices
page-document = Download { $name }
page-noted = What was noted
page-noted-case = Since { $date } a person is looking into it. No notices go out about it meanwhile.
page-noted-promise = Payment by { $date } is noted. No notices go out about it until then.
page-noted-plan = Payment in instalments is agreed:
page-noted-hold = Notices wait for now.
page-thanks = Thank you, that was noted. Nothing further is needed for now.
page-question = What is the situation?
page-hint = Each answer reaches a person. Something can be added later on this page.
page-paid = It was paid already
page-paid-day = Day of the payment
page-paid-reference = Reference or name on the transfer, if known
page-wrong = Something is wrong
page-wrong-with = What is it about?
page-wrong-service = The goods or the service
page-wrong-invoice = The invoice itself
page-wrong-items = Which invoices? (none chosen: all)
page-wrong-what = What happened?
page-wrong-wish = What would put it right?
page-time = More time is needed
page-time-how = How would it work?
page-time-day = Payment by a day
page-time-until = The day
page-time-parts = { $number } monthly instalments, the first in two weeks
page-time-day-bound = A day up to { $date } is agreed by this answer alone; about a later one a person decides.
page-time-parts-bound = Up to { $number } instalments are agreed by this answer alone; about more a person decides.
page-contact = This is not the right contact
page-contact-who = Who would be? A name, an address or a telephone number helps.
page-words = Anything else worth knowing
page-send = Send this answer
page-missing-day = A day is missing, or it cannot be read: please fill in the day again.
page-missing-words = Some words are missing: please fill in the field once more.
page-genuine = Is this mail genuine?
page-genuine-mail = On { $date } a mail with the subject “{ $subject }” was sent to { $address }.
page-genuine-ask = { $contact } is glad to confirm it by telephone at { $phone }.
page-gone = This page cannot be shown
page-gone-ask =
    The link is not complete, or it has expired. A reply to the mail is just as good, and { $contact } is glad to help
    by telephone at { $phone }.
page-busy = Many have asked in a short time
page-busy-ask = Nothing is wrong. The page can be opened again in a minute.
page-failed = That did not arrive
page-failed-ask =
    Nothing was noted. The page can be opened again from the mail, a reply to the mail is just as good, and { $contact }
    is glad to help by telephone at { $phone }.

## All

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
