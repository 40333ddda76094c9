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

## Beide

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
