//! Thanks, and what only begins with them.

use super::*;

#[test]
fn mere_thanks_are_thanks() {
    let table = [
        ("en", "Thank you!"),
        ("en", "Dear Ada,\n\nthank you for your friendly reminder.\n\nKind regards\nMax Gray\nGray & Sons"),
        ("de", "Vielen Dank für die Information.\n\nMit freundlichen Grüßen\nMax Muster"),
        ("fr", "Merci beaucoup.\n\nCordialement,\nAnne Petit"),
        ("es", "Muchas gracias. Un saludo, Ana"),
        ("it", "Grazie mille.\nCordiali saluti"),
        ("nl", "Hartelijk dank. Met vriendelijke groet, Jan"),
    ];
    for (language, text) in table {
        assert_eq!(read(language, text).main, ReplyKind::Thanks, "{text}");
    }
}

#[test]
fn thanks_do_not_hide_what_else_is_said() {
    let table = [
        ("en", "Thank you, but the invoice is a cheek."),
        ("en", "Thanks. That is not how it works."),
        ("en", "Noted. The cups are chipped again."),
        ("de", "Danke, aber so geht das bei uns."),
        ("fr", "Merci, mais les tasses sont ébréchées."),
        ("es", "Gracias, pero las tazas llegaron hechas polvo."),
        ("it", "Grazie, ma le tazze sono arrivate scheggiate."),
        ("nl", "Bedankt, maar de kopjes hebben scherven."),
    ];
    for (language, text) in table {
        let main = read(language, text).main;
        assert!(!matches!(main, ReplyKind::Thanks | ReplyKind::Promise { .. }), "{main:?}: {text}");
    }
}

#[test]
fn what_is_too_high_or_not_accepted_is_a_dispute() {
    let table = [
        ("en", "Thank you, but the invoice R-1101 is too high."),
        ("en", "Thank you for the reminder, but the invoice R-1502 is dear and we do not accept it."),
        ("en", "That is not what we agreed. Invoice R-1501 should be credited by 120, not 60."),
        ("de", "Danke, aber die Rechnung ist überhöht."),
        ("de", "Danke. Wir lehnen die Rechnung ab."),
        ("fr", "Merci, mais le montant est excessif."),
        ("fr", "Merci, mais nous n'acceptons pas la facture."),
        ("es", "Gracias, pero no aceptamos la factura."),
        ("es", "Gracias, pero el importe es excesivo."),
        ("it", "Grazie, ma non accettiamo la fattura."),
        ("it", "Grazie, ma la cifra è eccessiva."),
        ("nl", "Bedankt, maar wij accepteren de factuur niet."),
        ("nl", "Bedankt, maar het bedrag is veel te hoog."),
    ];
    for (language, text) in table {
        assert_eq!(read(language, text).main, ReplyKind::BillingDispute, "{text}");
    }
}

#[test]
fn a_promise_may_be_a_mere_noun() {
    let table = [
        ("de", "Zahlungszusage bis 15.12.2026 für alle drei Rechnungen"),
        ("de", "Zahlungszusage: 15.12.2026"),
        ("en", "Promise of payment: 15 December 2026"),
        ("fr", "Promesse de paiement : 15/12/2026"),
        ("es", "Compromiso de pago: 15/12/2026"),
        ("it", "Impegno di pagamento: 15/12/2026"),
        ("nl", "Betaaltoezegging: 15-12-2026"),
    ];
    for (language, text) in table {
        let expected = NaiveDate::from_ymd_opt(2026, 12, 15);
        let found = read(language, text).main;
        assert!(matches!(found, ReplyKind::Promise { date, .. } if date == expected), "{found:?}: {text}");
    }
}
