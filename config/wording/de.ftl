# Was Kundinnen und Kunden lesen, auf Deutsch. Nur Wörter; was wo steht, ist Sache der Vorlagen.
#
# Das Kundenkonto ist überfällig, nie der Mensch: `duly check` weist eine Anrede neben Wörtern der
# Schuld zurück, ebenso Vorwurf, Drohung und Drängen (die Listen stehen in de.toml). Die Platzhalter
# in geschweiften Klammern mit Dollarzeichen werden ausgefüllt und müssen bleiben.

## Erstes Schreiben

first-subject = Das Kundenkonto { $account } bei { $company } weist einen überfälligen Betrag auf
first-opening =
    das Kundenkonto { $account } ({ $account_name }) weist { $count ->
        [one] eine überfällige Rechnung auf. Dies ist eine freundliche Erinnerung; die Rechnung ist
       *[other] { $count } überfällige Rechnungen auf. Dies ist eine freundliche Erinnerung; die Rechnungen sind
    } unten noch einmal aufgeführt.
first-contact = { $contact } hilft gern persönlich weiter, telefonisch unter { $phone } oder per Antwort auf diese E-Mail.

## Zweites Schreiben: nicht schärfer als das erste, mit mehr Hilfe

second-subject = Das Kundenkonto { $account } bei { $company } weist einen überfälligen Betrag auf – wie können wir helfen?
second-opening =
    das Kundenkonto { $account } ({ $account_name }) weist { $count ->
        [one] eine überfällige Rechnung auf.
       *[other] { $count } überfällige Rechnungen auf.
    } Dafür kann es gute Gründe geben, und wir möchten gern helfen, so gut es geht.
second-help-title = Wie wir helfen können
second-help-time =
    Wären mehr Zeit oder eine Zahlung in Raten eine Hilfe, genügt eine kurze Antwort; gern suchen wir
    gemeinsam nach einem Weg.
second-help-person = { $contact } hilft gern persönlich weiter: Ein Anruf unter { $phone } ist willkommen.

## Was in einem Fall vereinbart wurde, schriftlich

confirm-subject = Bestätigung der Vereinbarung: das Kundenkonto { $account } bei { $company }
confirm-opening =
    vielen Dank für das Gespräch. Diese E-Mail bestätigt, was für das Kundenkonto { $account }
    ({ $account_name }) vereinbart wurde.
confirm-explained =
    Die Frage wurde gemeinsam geklärt. So etwas kommt vor; vielen Dank für die Nachfrage, damit
    nichts unklar bleibt.
confirm-our-fault =
    Der Fehler lag bei uns. Wir bitten dafür und für die Umstände um Entschuldigung und bringen ihn in
    Ordnung.
confirm-goodwill = Aus Kulanz haben wir eine Gutschrift gewährt.
confirm-credit = Der Betrag wird wie vereinbart verringert.
confirm-fee-waived = Die zusätzlich berechneten Kosten entfallen.
confirm-plan-agreed = Es wurde eine Zahlung in Raten vereinbart.
confirm-stop-business =
    Es wurde vereinbart, dass auf dem Kundenkonto keine weiteren Bestellungen angenommen werden. Vielen
    Dank für die Zeit, in der wir behilflich sein durften.
confirm-write-off = Die Angelegenheit ist abgeschlossen; es wird nichts weiter erbeten.
confirm-credits-title = Gutschriften
confirm-credit-line = Rechnung { $invoice }: eine Gutschrift von { $amount }
confirm-credits-note = Nach diesen Beträgen fragt kein Schreiben mehr.
confirm-parts-title = Raten
confirm-part-line = { $amount } bis { $date }
confirm-parts-note = Solange die Raten eingehen, gehen zu den Rechnungen, für die sie sind, keine Schreiben hinaus.
confirm-contact = { $contact } hilft gern persönlich weiter, telefonisch unter { $phone }.
confirm-ask =
    Fehlt etwas, oder gibt es noch eine Frage? Eine Antwort auf diese E-Mail erreicht einen Menschen,
    der Bescheid weiß.

## Was von einer Antwort auf der Seite notiert wurde, schriftlich

receipt-subject = Notiert für das Kundenkonto { $account } bei { $company }
receipt-opening =
    vielen Dank für die Antwort vom { $date }. Diese E-Mail sagt, was für das Kundenkonto { $account }
    ({ $account_name }) notiert ist und wie es weitergeht.
receipt-promise = Die Zahlung bis zum { $date } ist notiert.
receipt-promise-next = Bis dahin gehen dazu keine Schreiben hinaus, und weiter ist nichts zu tun.
receipt-plan = Eine Zahlung in Raten ist notiert:
receipt-case = Ein Mensch kümmert sich darum. Für Rückfragen lautet die Nummer { $case }.
receipt-case-next =
    Eine Antwort folgt, sobald es etwas zu sagen gibt. Bis dahin gehen dazu keine Schreiben hinaus.
receipt-ask =
    Ist etwas anders, oder kam die Antwort versehentlich von jemand anderem, genügt ein Anruf oder eine
    Antwort auf diese E-Mail.

## Die Seite zum Schreiben, und die Einladung dorthin

page-invite = Etwas unklar oder nicht richtig, schon bezahlt, oder mehr Zeit nötig? Ein Klick genügt:
page-link = zur Seite dieses Schreibens
page-title = Das Kundenkonto { $account } bei { $company }
page-about = Der heutige Stand zum Schreiben vom { $date }. Nur wer den Link aus dieser E-Mail hat, sieht diese Seite.
page-nothing = Das Kundenkonto { $account } ist zu diesem Schreiben ausgeglichen. Vielen Dank!
page-scan = Mit einer Banking-App gelesen, füllt dieser Code die Überweisung aus.
page-documents = Kopien der Rechnungen
page-document = { $name } herunterladen
page-noted = Was notiert ist
page-noted-case = Seit dem { $date } kümmert sich ein Mensch darum. So lange gehen dazu keine Schreiben hinaus.
page-noted-promise = Die Zahlung bis zum { $date } ist notiert. Bis dahin gehen dazu keine Schreiben hinaus.
page-noted-plan = Eine Zahlung in Raten ist vereinbart:
page-noted-hold = Schreiben dazu ruhen zurzeit.
page-thanks = Vielen Dank, das ist notiert. Weiter ist vorerst nichts zu tun.
page-question = Wie ist die Lage?
page-hint = Jede Antwort erreicht einen Menschen. Auf dieser Seite lässt sich später noch etwas ergänzen.
page-paid = Es ist schon bezahlt
page-paid-day = Tag der Zahlung
page-paid-reference = Verwendungszweck oder Name der Überweisung, falls bekannt
page-wrong = Etwas stimmt nicht
page-wrong-with = Worum geht es?
page-wrong-service = Um die Ware oder die Leistung
page-wrong-invoice = Um die Rechnung selbst
page-wrong-items = Welche Rechnungen? (ohne Auswahl: alle)
page-wrong-what = Was ist geschehen?
page-wrong-wish = Was brächte es in Ordnung?
page-time = Es braucht mehr Zeit
page-time-how = Wie ginge es?
page-time-day = Zahlung bis zu einem Tag
page-time-until = Der Tag
page-time-parts = { $number } Monatsraten, die erste in zwei Wochen
page-time-day-bound = Ein Tag bis zum { $date } ist mit dieser Antwort vereinbart; über einen späteren entscheidet ein Mensch.
page-time-parts-bound = Bis zu { $number } Raten sind mit dieser Antwort vereinbart; über mehr entscheidet ein Mensch.
page-contact = Das ist nicht der richtige Kontakt
page-contact-who = Wer wäre es? Ein Name, eine Adresse oder eine Telefonnummer hilft.
page-words = Was sonst noch wissenswert ist
page-send = Diese Antwort senden
page-missing-day = Ein Tag fehlt oder ist nicht lesbar: bitte den Tag noch einmal eintragen.
page-missing-words = Es fehlen einige Worte: bitte das Feld noch einmal ausfüllen.
page-genuine = Ist diese E-Mail echt?
page-genuine-mail = Am { $date } ging eine E-Mail mit dem Betreff „{ $subject }“ an { $address }.
page-genuine-ask = { $contact } bestätigt das gern am Telefon unter { $phone }.
page-gone = Diese Seite kann nicht gezeigt werden
page-gone-ask =
    Der Link ist nicht vollständig oder abgelaufen. Eine Antwort auf die E-Mail ist ebenso gut, und { $contact } hilft
    gern am Telefon unter { $phone }.
page-busy = In kurzer Zeit haben viele angefragt
page-busy-ask = Es ist alles in Ordnung. In einer Minute lässt sich die Seite wieder öffnen.
page-failed = Das ist nicht angekommen
page-failed-ask =
    Es wurde nichts notiert. Die Seite lässt sich aus der E-Mail noch einmal öffnen, eine Antwort auf die E-Mail ist
    ebenso gut, und { $contact } hilft gern am Telefon unter { $phone }.

## Alle

greeting = Guten Tag { $name },
greeting-neutral = Guten Tag,

items-title = Rechnungen
item-invoice = Rechnung
item-issued = Datum
item-due = Fällig
item-days = Tage überfällig
item-amount = Offen
sum-items = Summe
sum-credits = Guthaben auf dem Konto
sum-total = Gesamtbetrag

payments-until = Zahlungseingänge sind bis einschließlich { $date } berücksichtigt.
already-paid =
    Ist eine Zahlung bereits unterwegs, bitten wir, diese Nachricht als gegenstandslos zu betrachten. Vielen Dank!

offer-title = Ein Dankeschön für baldige Zahlung
offer =
    Mit einer Zahlung von { $pay }, die bis einschließlich { $last_day } eingeht, ist der Gesamtbetrag
    vollständig ausgeglichen. Der Nachlass von { $percent } % ({ $discount }) wird dann ohne weiteres Zutun gewährt.

pay-title = So kann gezahlt werden
pay-holder = Kontoinhaber
pay-iban = IBAN
pay-bic = BIC
pay-bank = Bank
pay-reference = Verwendungszweck

documents-title = Dieser E-Mail beigefügt

reply =
    Stimmt etwas mit der Leistung oder mit einer Rechnung nicht, erreicht eine Antwort auf diese E-Mail einen Menschen,
    der sich darum kümmert.

closing = Mit freundlichen Grüßen
phone = Telefon
email = E-Mail
