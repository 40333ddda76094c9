//! What is written and what is not, rule by rule.

use super::super::trim;

#[track_caller]
fn written(mail: &str, expected: &str) {
    assert_eq!(trim(mail).written, expected, "{mail}");
}

#[test]
fn headings_of_quotes_in_many_languages() {
    let headings = [
        "On Mon, Mar 2, 2026 at 9:14 AM Accounts <ar@example.com> wrote:",
        "Am 02.03.2026 um 09:14 schrieb Buchhaltung:",
        "Am Mo., 2. März 2026 um 09:14 Uhr schrieb Buchhaltung <\nar@example.com>:",
        "Le lun. 2 mars 2026 à 09:14, Comptabilité <ar@example.com> a écrit :",
        "El lun, 2 mar 2026 a las 9:14, Cuentas (<ar@example.com>) escribió:",
        "Il giorno lun 2 mar 2026 alle ore 09:14 Contabilità <ar@example.com> ha scritto:",
        "Op ma 2 mrt 2026 om 09:14 schreef Boekhouding <ar@example.com>:",
        "Em seg., 2 de mar. de 2026 às 09:14, Contas <ar@example.com> escreveu:",
        "pon., 2 mar 2026 o 09:14 Konta <ar@example.com> napisał(a):",
        "Den mån 2 mars 2026 kl 09:14 skrev Konton <ar@example.com>:",
        "ma 2. maalisk. 2026 klo 9.14 Tilit (ar@example.com) kirjoitti:",
        "пн, 2 мар. 2026 г. в 09:14, Счета <ar@example.com>:",
        "пн, 2 мар. 2026 г. в 09:14, Счета <ar@example.com> написал:",
        "在 2026年3月2日，09:14，会计 <ar@example.com> 写道：",
        "2026年3月2日(月) 9:14 経理 <ar@example.com>:",
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-------- Message d'origine --------",
        "Von: Buchhaltung\nGesendet: Montag, 2. März 2026 09:14\nAn: Müller\nBetreff: Konto 1042",
        "________________________________\nVan: Boekhouding\nVerzonden: maandag 2 maart 2026\nAan: Jan\nOnderwerp: Rekening",
        "De : Comptabilité\nEnvoyé : lundi 2 mars 2026\nÀ : Jean\nObjet : Compte 1042",
    ];
    for heading in headings {
        written(&format!("We paid last week.\n\n{heading}\n\nThe account is overdue.\nThanks"), "We paid last week.");
    }
}

#[test]
fn sentences_of_the_customer_are_no_headings() {
    let sentences = [
        "On 3 March 2026 we wrote:\n\nthe goods are broken",
        "Am 3.3.2026 schrieb ich Ihnen:\n\nDie Ware ist kaputt",
        "On 3 March I paid 500 euros.\n\nBob told me that you wrote:\n\nnothing",
        "From: my point of view\nit is paid.",
        "Sent from our bank on 3 March.",
        "Sent via mobile banking yesterday.",
        "Sent by cheque from my phone bank.",
        "-- \nNothing stands above the line, so this is no signature.",
        "Date: 3 March\nAmount: 500",
    ];
    for sentence in sentences {
        written(sentence, sentence);
    }
}

#[test]
fn answers_between_the_lines_stay() {
    let mail = "On 2 Mar 2026, at 09:14, Accounts wrote:\n\n> Invoice 1042 is open.\n\nPaid on Friday.\n\n> Invoice 1043 too.\n\n\
                The goods were broken.\n\n-- \nBob\n";
    written(mail, "Paid on Friday.\n\n\nThe goods were broken.");
    let above = "See below.\n\n-- \nBob\n\nOn 2 Mar 2026, at 09:14, Accounts wrote:\n> Invoice 1042 is open.\nPaid.\n";
    written(above, "See below.\n\nPaid.");
}

#[test]
fn our_own_letter_is_never_taken_for_their_words() {
    written("> The account is overdue.\n> If it was paid already, please disregard this.\n", "");
    written("On 2 Mar 2026, at 09:14, Accounts <a@b.c> wrote:\n\nThe account is overdue.", "");
    written("From: a@b.c\nSent: Monday\nTo: me\nSubject: Account 1042\n\nThe account is overdue.", "");
}

#[test]
fn a_mail_that_only_passes_on_says_what_it_passes_on() {
    let mail = "---------- Forwarded message ---------\nFrom: Bank <a@b.c>\nDate: Mon, 2 Mar 2026\nSubject: Done\nTo: <c@d.e>\n\nThe \
                transfer was made.";
    written(mail, "The transfer was made.");
    written(&format!("Please see below.\n\n{mail}"), "Please see below.");
}

#[test]
fn letterheads_and_devices_are_cut() {
    let tails = [
        "-- \nBob Miller\nHead of nothing",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Envoyé de mon iPhone",
        "Enviado desde mi iPhone",
        "Inviato da iPhone",
        "Verstuurd vanaf mijn iPhone",
        "Skickat från min iPhone",
        "Lähetetty iPhonesta, iphone",
        "Отправлено с iPhone",
        "发自我的 iPhone",
        "iPhoneから送信 (iPhone)",
        "Disclaimer: if you are not the intended recipient, you are the wrong person.",
        "Diese E-Mail enthält vertrauliche Informationen. Falls Sie nicht der richtige Adressat sind, …",
    ];
    for tail in tails {
        written(&format!("Invoice 7 was paid.\n\n{tail}\n"), "Invoice 7 was paid.");
    }
}
