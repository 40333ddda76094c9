//! From nothing to a relay that is ready for mail.

use lettre::transport::smtp::{
    commands::{Ehlo, Starttls},
    extension::ClientId,
};

use super::{
    auth::authenticate,
    hello::Offers,
    line::Line,
    outcome::{Outcome, Stage},
    reach::{reach, secure},
    relay::{Relay, Tls},
};

/// Connects, greets, encrypts and logs in, as the relay's settings say.
pub(super) async fn open(relay: &Relay) -> Result<(Line, Offers), Outcome> {
    if relay.hello.is_empty() || relay.hello.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(not_sent(Stage::Hello)("the name for EHLO is empty or contains blanks".to_owned()));
    }
    let name = ClientId::Domain(relay.hello.clone());
    let mut line = Line::rehearsed(&name).await.map_err(not_sent(Stage::Connect))?;
    line.wire.attach(reach(relay).await?);
    if relay.tls == Tls::Required {
        secure(relay, &line.wire).await?;
    }
    let greeting = line.answer(relay.deadlines.greeting).await.map_err(not_sent(Stage::Greeting))?;
    if greeting.code != 220 {
        return Err(greeting.verdict(Stage::Greeting));
    }
    let mut offers = hello(relay, &mut line, &name).await?;
    if relay.tls == Tls::StartTls {
        start_tls(relay, &mut line, &offers).await?;
        // What was offered in plain text may have been altered on the way, and is forgotten (RFC 3207 section 4.2).
        offers = hello(relay, &mut line, &name).await?;
    }
    authenticate(relay, &mut line, &offers).await?;
    Ok((line, offers))
}

async fn hello(relay: &Relay, line: &mut Line, name: &ClientId) -> Result<Offers, Outcome> {
    let ehlo = Ehlo::new(name.clone());
    let answer = line.ask(ehlo, relay.deadlines.hello).await.map_err(not_sent(Stage::Hello))?;
    if answer.code != 250 {
        return Err(answer.verdict(Stage::Hello));
    }
    Ok(Offers::of(&answer))
}

/// Asks for TLS. A relay (or someone between) that does not offer it gets no mail.
async fn start_tls(relay: &Relay, line: &mut Line, offers: &Offers) -> Result<(), Outcome> {
    if !offers.starttls {
        return Err(not_sent(Stage::Tls)(
            "the relay does not offer STARTTLS, and nothing is sent in plain text".to_owned(),
        ));
    }
    let answer = line.ask(Starttls, relay.deadlines.tls).await.map_err(not_sent(Stage::Tls))?;
    if answer.code != 220 {
        return Err(answer.verdict(Stage::Tls));
    }
    secure(relay, &line.wire).await
}

fn not_sent(stage: Stage) -> impl Fn(String) -> Outcome {
    move |reason| Outcome::NotSent { stage, reason }
}
