//! What mail programs put around a reply, language after language. All entries are in lower case.

/// Verbs of the line above a quote: "On … X wrote:".
pub const WROTE: &[&str] = &[
    "wrote",                                                                       // English
    "schrieb", "geschrieben",                                                      // German
    "a écrit", "écrit", "a ecrit",                                                 // French
    "escribió", "escribio", "va escriure",                                         // Spanish, Catalan
    "ha scritto", "scrive", "scritto",                                             // Italian
    "schreef", "geschreven",                                                       // Dutch
    "escreveu",                                                                    // Portuguese
    "napisał", "napisała", "napisał(a)", "pisze",                                  // Polish
    "skrev",                                                                       // Swedish, Norwegian, Danish
    "kirjoitti",                                                                   // Finnish
    "написал", "написала", "написал(а)", "пишет", "писал", "написав",              // Russian, Ukrainian
    "napsal", "napsal(a)", "napsala", "napísal", "napísal(a)",                     // Czech, Slovak
    "írta", "ezt írta",                                                            // Hungarian
    "a scris",                                                                     // Romanian
    "yazdı", "şunu yazdı",                                                         // Turkish
    "έγραψε",                                                                      // Greek
    "je napisao", "je napisao/la", "napisao", "je napisal",                        // Croatian, Slovene
    "כתב", "כתבה",                                                                 // Hebrew
    "كتب", "كتبت",                                                                 // Arabic
    "写道", "寫道", "のメッセージ", "作成", "님이 작성", "작성", "đã viết",              // Chinese, Japanese, Korean, Vietnamese
];

/// First words of the line above a quote.
pub const OPENERS: &[&str] = &[
    "on", "am", "le", "el", "il", "op", "em", "den", "dnia", "w", "dne", "dňa", "на", "în", "pe", "tarihinde", "στις",
    "dana", "ב", "في", "ngày", "vào", "at", "de", "a", "that",
];

/// Whoever writes of themselves ("On 3 March we wrote:") is not a mail program.
pub const OWN_VOICE: &[&str] = &[
    "i", "we", "you", "ich", "wir", "sie", "ihnen", "je", "j'ai", "nous", "vous", "yo", "nosotros", "io", "noi", "ik", "wij",
    "eu", "nós", "ja", "my", "jag", "vi", "jeg", "minä", "я", "мы", "我", "我们",
];

/// Between dashes, above a quoted mail.
pub const ORIGINAL: &[&str] = &[
    "original message", "original mail", "original email", "original e-mail", "reply message",
    "ursprüngliche nachricht", "urspruengliche nachricht", "original-nachricht", "originalnachricht", "original nachricht",
    "message d'origine", "message original", "message initial", "message précédent",
    "mensaje original", "mensaje de origen", "missatge original",
    "messaggio originale", "messaggio di origine",
    "oorspronkelijk bericht", "origineel bericht", "oorspronkelijke bericht",
    "mensagem original", "wiadomość oryginalna", "oryginalna wiadomość", "wiadomość pierwotna",
    "ursprungligt meddelande", "originalmeddelande", "opprinnelig melding", "opprinnelig e-post", "oprindelig meddelelse",
    "original meddelelse", "alkuperäinen viesti", "исходное сообщение", "пересылаемое сообщение", "původní zpráva",
    "pôvodná správa", "eredeti üzenet", "mesaj original", "özgün ileti", "orijinal mesaj", "αρχικό μήνυμα",
    "izvorna poruka", "izvirno sporočilo", "原始邮件", "原始郵件", "邮件原件", "原始信件", "元のメッセージ", "original message from",
    "원본 메시지", "원본 메일", "tin nhắn gốc", "הודעה מקורית", "رسالة أصلية",
];

/// Between dashes or at the start of a line, above a mail that is passed on.
pub const FORWARDED: &[&str] = &[
    "forwarded message", "forwarded mail", "forwarded by", "begin forwarded message", "forwarded",
    "weitergeleitete nachricht", "anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
    "message transféré", "message réexpédié", "début du message réexpédié", "début du message transféré",
    "mensaje reenviado", "inicio del mensaje reenviado", "missatge reenviat",
    "messaggio inoltrato", "inizio messaggio inoltrato", "doorgestuurd bericht", "begin doorgestuurd bericht",
    "mensagem encaminhada", "início da mensagem reenviada", "wiadomość przekazana", "przekazana wiadomość",
    "początek przekazywanej wiadomości", "vidarebefordrat meddelande", "vidarebefordrat brev", "videresendt melding",
    "videresendt meddelelse", "start på videresendt besked", "välitetty viesti", "edelleenlähetetty viesti",
    "пересланное сообщение", "начало переадресованного сообщения", "přeposlaná zpráva", "továbbított üzenet",
    "mesaj redirecționat", "iletilen mesaj", "προωθημένο μήνυμα", "转发邮件", "转发的邮件", "轉寄郵件", "転送メッセージ",
    "전달된 메시지", "הודעה שהועברה",
];

/// What a line of a quoted mail's head says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    From,
    Date,
    To,
    Subject,
    /// Copies, answers, importance: alone they prove nothing.
    More,
}

/// Names of the head's lines.
pub const HEAD: &[(Role, &[&str])] = &[
    (Role::From, &[
        "from", "von", "de", "da", "van", "od", "från", "fra", "lähettäjä", "от", "від", "från", "feladó", "kimden", "gönderen",
        "από", "expéditeur", "remitente", "mittente", "afzender", "absender", "发件人", "寄件者", "寄件人", "差出人", "送信者",
        "보낸 사람", "보낸사람", "מאת", "من", "de la", "odesílatel", "từ",
    ]),
    (Role::Date, &[
        "date", "sent", "datum", "gesendet", "gesendet am", "envoyé", "envoyé le", "fecha", "enviado", "enviado el", "enviada em",
        "enviado em", "data", "inviato", "inviato il", "verzonden", "verzonden op", "wysłano", "data", "skickat", "sendt", "dato",
        "lähetetty", "päivämäärä", "päiväys", "отправлено", "дата", "odesláno", "odoslané", "dátum", "küldve", "elküldve",
        "gönderildi", "tarih", "ημερομηνία", "στάλθηκε", "发送时间", "发送日期", "日期", "寄件日期", "日付", "送信日時", "날짜", "보낸 날짜",
        "נשלח", "تاريخ", "trimis", "poslano", "ngày",
    ]),
    (Role::To, &[
        "to", "an", "à", "a", "para", "aan", "do", "till", "til", "vastaanottaja", "кому", "komu", "címzett", "kime", "alıcı", "προς",
        "destinataire", "destinatario", "empfänger", "收件人", "收件者", "宛先", "받는 사람", "받는사람", "אל", "إلى", "către", "za", "pro",
        "đến",
    ]),
    (Role::Subject, &[
        "subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "temat", "ämne", "emne", "aihe", "тема",
        "předmět", "predmet", "tárgy", "konu", "θέμα", "主题", "主旨", "件名", "제목", "נושא", "الموضوع", "subiect", "zadeva",
        "chủ đề", "re", "sujet", "assumpte",
    ]),
    (Role::More, &[
        "cc", "bcc", "reply-to", "reply to", "kopie", "copie", "copie à", "copia", "kopia", "kopio", "копия", "risposta", "antwort an",
        "antworten an", "répondre à", "responder a", "importance", "wichtigkeit", "priority", "priorität", "organization",
        "attachments", "anlagen", "pièces jointes", "抄送", "副本", "참조", "svara till", "másolat",
    ]),
];

/// "Sent from": the line counts only with a device or program in it, since "Sent from our bank" is news.
pub const SENT: &[&str] = &[
    "sent from", "sent via", "sent by", "sent with", "sent using", "from my", "get outlook", "get [outlook", "written on my", "typed on my",
    "von meinem", "von meiner", "von unterwegs", "diese nachricht wurde", "gesendet von", "gesendet mit", "gesendet aus",
    "gesendet über", "holen sie sich", "outlook für",
    "envoyé depuis", "envoyé de", "envoyé à partir", "envoyé avec", "envoyé par", "obtenez outlook", "télécharger outlook",
    "enviado desde", "enviado con", "enviado mediante", "enviado de", "enviado do", "enviado a partir", "enviado pelo",
    "obtener outlook", "obtenha o outlook", "enviat des",
    "inviato da", "inviato con", "inviato dal", "scarica outlook", "ottieni outlook", "verzonden vanaf", "verzonden met", "verstuurd vanaf",
    "verzonden via", "verstuurd met", "download outlook",
    "wysłane z", "wysłano z", "wysłane przez", "skickat från", "skickat med", "hämta outlook", "sendt fra", "sendt via", "hent outlook", "få outlook",
    "lähetetty", "hanki outlook", "отправлено с", "отправлено из", "надіслано з", "odesláno z", "odeslané z", "odoslané z", "trimis de pe",
    "küldve", "elküldve", "iphone'umdan", "στάλθηκε από", "poslano s", "poslano iz", "발송", "보냄",
];

/// The same in languages that put the verb last.
pub const SENT_LAST: &[&str] = &["发送", "傳送", "发自", "送信", "送自", "에서 보냄", "보냈습니다", "gönderildi", "から送信", "发出"];

/// Devices and mail programs.
pub const DEVICES: &[&str] = &[
    "iphone", "ipad", "ipod", "ios", "android", "samsung", "galaxy", "blackberry", "outlook", "mailbox", "airmail", "gmail",
    "e-mail-app", "mail-app", "yahoo", "gmx", "web.de", "t-online", "windows", "mobile", "mobil", "mobilgerät", "mobiltelefon",
    "handy", "smartphone", "telefon", "telephone", "téléphone", "portable", "móvil", "celular", "cellulare", "telefono", "teléfono",
    "telefoon", "mobiel", "phone", "cell", "cellphone", "htc", "huawei", "xiaomi", "redmi", "nokia", "motorola", "oneplus", "pixel",
    "alcatel", "sony", "xperia", "oppo", "k-9", "thunderbird", "protonmail", "fairemail", "bluemail", "tablet", "tablette", "телефона", "手机", "手機", "스마트폰", "携帯", "macbook",
];

/// Lines that are a device's signature by themselves at the end of a short line.
pub const FROM_DEVICE: &[&str] = &["from mobile", "from my mobile", "from phone", "vom handy", "von unterwegs gesendet", "du portable"];

/// First words of notes on confidentiality: from here on it is the company's letterhead.
pub const CONFIDENTIAL: &[&str] = &[
    "this email and any", "this e-mail and any", "this email message and any", "this message and any attachment", "this email is confidential",
    "this e-mail is confidential", "this message is confidential", "this email may contain", "this e-mail may contain",
    "this message may contain", "this message contains confidential", "this email contains confidential",
    "the information contained in this", "the information in this email", "the contents of this email", "confidentiality notice",
    "disclaimer", "if you are not the intended recipient", "if you have received this email in error",
    "please consider the environment", "think before you print",
    "diese e-mail enthält", "diese e-mail kann vertrauliche", "diese email enthält", "diese nachricht enthält", "diese nachricht ist vertraulich",
    "der inhalt dieser e-mail", "dieses dokument ist vertraulich", "bitte prüfen sie der umwelt", "haftungsausschluss",
    "bitte denken sie an die umwelt", "wenn sie nicht der richtige adressat", "sollten sie nicht der vorgesehene empfänger",
    "ce message et toutes les pièces", "ce message et ses pièces", "ce courriel et", "ce message est confidentiel", "ce courriel est confidentiel",
    "ce message contient", "les informations contenues dans ce", "pensez à l'environnement", "avis de confidentialité",
    "este mensaje y sus", "este mensaje y los", "este correo electrónico y", "este mensaje se dirige", "este mensaje contiene", "la información contenida en este",
    "aviso de confidencialidad", "aviso legal", "antes de imprimir",
    "questo messaggio e gli", "questo messaggio è riservato", "questa e-mail", "questo messaggio contiene", "le informazioni contenute in questo",
    "le informazioni contenute nella presente", "il presente messaggio", "ai sensi del", "prima di stampare",
    "dit bericht en", "dit bericht is vertrouwelijk", "dit e-mailbericht", "deze e-mail is", "deze e-mail en", "de informatie in dit", "de informatie verzonden",
    "denk aan het milieu", "questo messaggio e' stato analizzato",
    "esta mensagem e", "esta mensagem pode conter", "niniejsza wiadomość", "detta meddelande", "det här meddelandet", "denne e-post",
    "denne e-mail", "tämä viesti", "это сообщение и", "本邮件", "このメール",
];

/// Money that was sent by phone is news, not a signature.
pub const MONEY: &[&str] = &[
    "€", "$", "£", "bank", "paid", "pay", "transf", "cheque", "check", "money", "überw", "bezahl", "zahl", "virement", "paye",
    "payé", "pago", "pagat", "bonific", "betaal", "overgemaakt", "yesterday", "gestern", "hier", "ayer", "ieri", "gisteren",
];
