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
