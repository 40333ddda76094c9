//! Days and amounts of promises, days and references of payments.

use super::*;

fn promised(locale: &str, text: &str) -> (Option<String>, Option<String>) {
    match read(locale, text).main {
        ReplyKind::Promise { date, amount } => {
            (date.map(|date| date.to_string()), amount.map(|money| format!("{money} {}", money.currency)))
        }
        other => panic!("{text}: {other:?}"),
    }
}

/// The mail is of Wednesday, 18 November 2026.
#[test]
fn days_of_promises() {
    let days = [
        ("en-GB", "I will pay tomorrow.", "2026-11-19"),
        ("en-GB", "I will pay on Friday.", "2026-11-20"),
        ("en-GB", "I will pay next Friday.", "2026-11-27"),
        ("en-GB", "I will pay next Monday.", "2026-11-23"),
        ("en-GB", "We will pay on 4/12.", "2026-12-04"),
        ("en-US", "We will pay on 12/4.", "2026-12-04"),
        ("en-US", "We will pay on December 4th, 2026.", "2026-12-04"),
        ("en-GB", "We will pay on Friday, 4 December.", "2026-12-04"),
        ("en-GB", "I'll pay by the 4th.", "2026-12-04"),
        ("en-GB", "I'll pay by the end of the month.", "2026-11-30"),
        ("en-GB", "I'll pay at the end of next month.", "2026-12-31"),
        ("en-GB", "I'll pay mid January.", "2027-01-20"),
        ("en-GB", "I'll pay next week.", "2026-11-29"),
        ("en-GB", "I'll pay within 10 days.", "2026-11-28"),
        ("en-GB", "I'll pay in two weeks.", "2026-12-02"),
        ("en-GB", "I'll pay in 5 working days.", "2026-11-25"),
        ("en-GB", "I'll pay in a month.", "2026-12-18"),
        ("en-GB", "I'll pay on 2026-12-04.", "2026-12-04"),
        ("de", "Ich zahle am 15.12.", "2026-12-15"),
        ("de", "Wir zahlen am 4. Dezember 2026.", "2026-12-04"),
        ("de", "Wir überweisen bis zum 4.12.2026.", "2026-12-04"),
        ("de", "Wir zahlen am 25.", "2026-11-25"),
        ("de", "Ich überweise Ende der Woche.", "2026-11-22"),
        ("de", "Wir zahlen bis Ende des Monats.", "2026-11-30"),
        ("de", "Ich zahle Anfang Januar.", "2027-01-10"),
        ("de", "Wir zahlen innerhalb von 10 Tagen.", "2026-11-28"),
        ("de", "Ich zahle übermorgen.", "2026-11-20"),
        ("de", "Ich zahle nächste Woche Dienstag.", "2026-11-29"),
        ("fr", "Je paierai le 3 mars.", "2027-03-03"),
        ("fr", "Nous réglerons d'ici 15 jours.", "2026-12-03"),
        ("fr", "Je paierai à la fin du mois.", "2026-11-30"),
        ("fr", "Je vais payer lundi prochain.", "2026-11-23"),
        ("fr", "Nous paierons le 1er décembre.", "2026-12-01"),
        ("es", "Pagaremos el 4 de diciembre de 2026.", "2026-12-04"),
        ("es", "Voy a pagar la semana que viene.", "2026-11-29"),
        ("es", "Pagaré dentro de una semana.", "2026-11-25"),
        ("it", "Pagherò entro il 15 dicembre.", "2026-12-15"),
        ("it", "Pagheremo fra due settimane.", "2026-12-02"),
        ("it", "Pagherò a fine mese.", "2026-11-30"),
        ("nl", "Wij betalen op 4 december.", "2026-12-04"),
        ("nl", "Ik zal volgende maandag betalen.", "2026-11-23"),
        ("nl", "We betalen over twee weken.", "2026-12-02"),
        ("nl", "Ik betaal eind deze maand.", "2026-11-30"),
    ];
    for (locale, text, day) in days {
        assert_eq!(promised(locale, text).0.as_deref(), Some(day), "{text}");
    }
}

#[test]
fn days_that_no_promise_can_mean() {
    for text in [
        "I will pay.",
        "I will pay on 3 November 2026.",
        "I will pay on 4 December 2028.",
        "I will pay on 31/2/2027.",
        "I will pay on 17/11.",
    ] {
        assert_eq!(promised("en-GB", text).0, None, "{text}");
    }
}

#[test]
fn amounts_of_promises() {
    let amounts = [
        ("en-US", "I will pay $1,250.50 tomorrow.", "1250.50 EUR"),
        ("en-GB", "I will pay £500 tomorrow.", "500.00 GBP"),
        ("en-GB", "I will pay EUR 1,250 tomorrow.", "1250.00 EUR"),
        ("de", "Ich zahle morgen 1.250,50 €.", "1250.50 EUR"),
        ("de", "Ich zahle morgen 500,- Euro.", "500.00 EUR"),
        ("de", "Ich zahle morgen CHF 1'250.50.", "1250.50 CHF"),
        ("de", "Ich zahle morgen 500€.", "500.00 EUR"),
        ("fr", "Je paierai demain 1 250,50 €.", "1250.50 EUR"),
        ("fr", "Je paierai demain 1\u{202f}250 euros.", "1250.00 EUR"),
        ("es", "Pagaremos mañana 1.250 euros.", "1250.00 EUR"),
        ("it", "Pagherò domani euro 99,90.", "99.90 EUR"),
        ("nl", "Ik betaal morgen € 99,90.", "99.90 EUR"),
    ];
    for (locale, text, amount) in amounts {
        let amount = if text.contains('$') { amount.replace("EUR", "USD") } else { amount.to_owned() };
        assert_eq!(promised(locale, text).1, Some(amount), "{text}");
    }
    for text in
        ["I will pay 2 invoices tomorrow.", "I will pay 1.2.3 EUR tomorrow.", "I will pay invoice 12345 tomorrow."]
    {
        assert_eq!(promised("en-GB", text).1, None, "{text}");
    }
    let canada = Mail { date: today(), locale: "en-CA", currency: Some("CAD".parse().unwrap()) };
    let said = classify("I will pay $20 tomorrow.", &canada, &REPLIES);
    assert!(matches!(said.main, ReplyKind::Promise { amount: Some(money), .. } if money.currency.code() == "CAD"));
}

#[test]
fn days_and_references_of_payments() {
    let told = [
        ("en-GB", "We paid this on 12 November, reference BX-20931.", Some("2026-11-12"), Some("BX-20931")),
        ("en-GB", "Paid yesterday. Transaction id 99812.", Some("2026-11-17"), Some("99812")),
        ("en-GB", "It was paid last Friday.", Some("2026-11-13"), None),
        ("en-GB", "It was paid 3 days ago.", Some("2026-11-15"), None),
        ("de", "Wurde am 10.11. bezahlt, Verwendungszweck RE-2026/118.", Some("2026-11-10"), Some("RE-2026/118")),
        ("de", "Wurde vor drei Tagen bezahlt.", Some("2026-11-15"), None),
        ("fr", "Payé il y a deux semaines.", Some("2026-11-04"), None),
        ("es", "Pagado hace 3 días.", Some("2026-11-15"), None),
        ("it", "Pagato il 2 novembre, CRO 1234567.", Some("2026-11-02"), Some("1234567")),
        ("nl", "Betaald op 20 december.", Some("2025-12-20"), None),
    ];
    for (locale, text, day, reference) in told {
        let day = day.map(|day| day.parse().unwrap());
        let expected = ReplyKind::PaidAlready { date: day, reference: reference.map(str::to_owned) };
        assert_eq!(read(locale, text).main, expected, "{text}");
    }
}

#[test]
fn negation_questions_conditions_and_quotations() {
    let cases: [(&str, &[&str]); 17] = [
        ("We have not paid this.", &["other"]),
        ("We haven't yet paid it.", &["other"]),
        ("It will be paid.", &["promise"]),
        ("I can confirm that this was paid.", &["paid_already"]),
        ("To be honest we paid it.", &["paid_already"]),
        ("Die Rechnung wird am kommenden Freitag per Überweisung bezahlt.", &["promise"]),
        ("No complaints so far.", &["other"]),
        ("Nothing was damaged.", &["other"]),
        ("Will you pay the shipping?", &["other"]),
        ("I will pay once the goods have been replaced.", &["other"]),
        ("I will not pay.", &["billing_dispute"]),
        ("You wrote “the goods were damaged” and we paid it.", &["paid_already"]),
        ("Die Ware ist nicht beschädigt.", &["other"]),
        ("Wir haben noch nicht bezahlt.", &["other"]),
        ("Nous n'avons pas payé.", &["other"]),
        ("No hemos pagado todavía.", &["other"]),
        ("Non abbiamo ancora pagato.", &["other"]),
    ];
    for (text, expected) in cases {
        assert_eq!(kinds(&read("en-GB", text)), expected, "{text}");
    }
}

#[test]
fn findings_quote_the_very_words() {
    let text = "Hello,\nthe goods were damaged. I will pay half of it, 500 €, on 4 December.";
    let said = read("en-GB", text);
    let quoted: Vec<(&str, &str)> =
        said.findings.iter().map(|finding| (finding.kind.code(), &text[finding.words.clone()])).collect();
    let expected = [
        ("service_protest", "damaged"),
        ("promise", "will pay half of it, 500 €, on 4 December"),
        ("cannot_pay", "pay half"),
    ];
    assert_eq!(quoted, expected);
    assert_eq!(said.main, ReplyKind::ServiceProtest);
}
