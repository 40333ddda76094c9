//! Signing in with an account that the company has already: OpenID Connect, authorization code with PKCE.
//!
//! Only people whom somebody has added may come in. Who they are there (issuer and subject) is bound by an invitation, at
//! first use: an address is no proof, since it may be given to another person later, and not every provider checks it.
//!
//! What belongs to one try derives from a secret in a cookie of ten minutes (state, nonce, verifier), so nothing is kept
//! here, and any process can hear the answer. A cookie of this prefix cannot be set by another host of the same domain.

use std::net::IpAddr;

use axum::{
    Extension,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
    core::{CoreAuthenticationFlow, CoreClient, CoreIdToken, CoreJwsSigningAlgorithm, CoreProviderMetadata},
};
use secrecy::ExposeSecret;
use serde::Deserialize;
use tokio::sync::Mutex;

use super::{
    Console, Shared,
    guard::{Address, local},
    html,
    secret::{self, Token},
    sign_in,
};
use crate::{
    reach::{Reach, http},
    settings::Oidc,
    store::{StoreError, people::Credentials},
};

/// Of one try. As the session's, it is bound to this host.
const COOKIE: &str = "__Host-duly-oidc";
/// How long a try may take.
const TRY: Duration = Duration::minutes(10);
/// What the provider says of itself is believed for so long; its keys are asked for again when one does not fit.
const SAID: Duration = Duration::minutes(5);

/// Signatures that are believed: those of a key that the provider publishes.
const SIGNED: [CoreJwsSigningAlgorithm; 4] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EdDsa,
];

type Client =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What a provider says of itself, its keys included, and when it did.
#[derive(Default)]
pub struct Provider(Mutex<Option<(DateTime<Utc>, CoreProviderMetadata)>>);

/// One try to sign in.
struct Try {
    secret: String,
    begun: DateTime<Utc>,
    next: String,
    /// Of a person who signs in like this for the first time.
    invitation: Option<String>,
}

impl Try {
    /// As the cookie has it. All of it is the browser's own; nothing in it is believed.
    fn written(&self) -> String {
        let next = URL_SAFE_NO_PAD.encode(&self.next);
        let invitation = self.invitation.as_deref().unwrap_or_default();
        format!("{}.{}.{next}.{invitation}", self.secret, self.begun.timestamp())
    }

    fn read(text: &str) -> Option<Self> {
        let [secret, begun, next, invitation] = text.splitn(4, '.').collect::<Vec<_>>().try_into().ok()?;
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        Some(Self {
            secret: secret.to_owned(),
            begun: DateTime::from_timestamp(begun.parse().ok()?, 0)?,
            next: local(Some(&next)).to_owned(),
            invitation: Some(invitation.to_owned()).filter(|token| !token.is_empty()),
        })
    }

    /// What a part of the conversation is, from the secret.
    fn derived(&self, what: &str) -> String {
        secret::hash(&format!("{what} {}", self.secret))
    }
}

#[derive(Deserialize)]
pub struct Next {
    next: Option<String>,
}

#[derive(Deserialize)]
pub struct Answer {
    code: Option<String>,
    state: Option<String>,
    error: Option<String>,
}

pub async fn begin(State(console): State<Shared>, Query(Next { next }): Query<Next>) -> Response {
    console.sent_away(local(next.as_deref()).to_owned(), None).await
}

/// From the page of an invitation: whoever comes back is that person from now on.
pub async fn invited(State(console): State<Shared>, Path(token): Path<String>) -> Response {
    match console.app.store.invited(&secret::hash(&token), console.app.clock.now()).await {
        Ok(Some(_)) => console.sent_away("/".to_owned(), Some(token)).await,
        Ok(None) => sign_in::void(),
        Err(error) => html::failure(&error),
    }
}

/// With a code, for which the provider says who it is.
pub async fn back(
    State(console): State<Shared>,
    Extension(Address(address)): Extension<Address>,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Response {
    let response = match console.heard(&headers, answer, address).await {
        Ok((known, next)) => {
            console.throttle.forgive(ANYBODY, address);
            sign_in::started(&console, &headers, &known, &next).await
        }
        Err(why) => refused(StatusCode::FORBIDDEN, &why),
    };
    let over = format!("{COOKIE}=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0");
    (AppendHeaders([(header::SET_COOKIE, over)]), response).into_response()
}

fn refused(status: StatusCode, why: &str) -> Response {
    html::problem(status, why)
}

/// Who it is is not known before the provider was asked.
const ANYBODY: &str = "";
const OVER: &str = "This try to sign in is over, or began in another browser. Sign in again.";

impl Console {
    fn oidc(&self) -> Option<&Oidc> {
        self.settings.oidc.as_ref()
    }

    /// To the provider, with a cookie by which the answer is known.
    async fn sent_away(&self, next: String, invitation: Option<String>) -> Response {
        let now = self.app.clock.now();
        let Some(oidc) = self.oidc() else { return html::not_found().await };
        let Ok(token) = Token::new(&self.random) else { return html::failure(&"there is no randomness") };
        let this = Try { secret: token.text().to_owned(), begun: now, next, invitation };
        let client = match self.client(oidc, false).await {
            Ok(client) => client,
            Err(why) => return unreachable(&why),
        };
        let verifier = PkceCodeVerifier::new(this.derived("verifier"));
        let (state, nonce) = (CsrfToken::new(this.derived("state")), Nonce::new(this.derived("nonce")));
        let (url, ..) = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, move || state.clone(), move || nonce.clone())
            .add_scope(Scope::new("profile".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        let seconds = TRY.num_seconds();
        let cookie = format!("{COOKIE}={}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}", this.written());
        ([(header::SET_COOKIE, cookie)], Redirect::to(url.as_str())).into_response()
    }

    /// Who has come back, and where to; or why not.
    async fn heard(
        &self,
        headers: &HeaderMap,
        answer: Answer,
        address: IpAddr,
    ) -> Result<(Credentials, String), String> {
        let now = self.app.clock.now();
        let Some(oidc) = self.oidc() else { return Err("There is no such way to sign in.".to_owned()) };
        let this = super::guard::cookie(headers, COOKIE).and_then(Try::read).ok_or(OVER)?;
        if now - this.begun > TRY || answer.state.as_deref() != Some(&this.derived("state")) {
            return Err(OVER.to_owned());
        }
        if let Some(error) = answer.error {
            tracing::info!(error, "the provider let nobody in");
            return Err(format!(
                "{} did not let you in. Try again, or ask who looks after it.",
                capital(&oidc.account)
            ));
        }
        let code = answer.code.ok_or(OVER)?;
        // Each code is asked about.
        if !self.throttle.admits(ANYBODY, address, now) {
            return Err("Too many tries. Wait a quarter of an hour, then try again.".to_owned());
        }
        let subject = self.subject(oidc, &this, code).await.map_err(|why| {
            tracing::warn!(why, "what the provider says of a person is not believed");
            "What the provider says about you is not believed, so nobody was let in. Try again; the log says why."
        })?;
        let store = &self.app.store;
        let found = match &this.invitation {
            Some(token) => store.bind_subject(&secret::hash(token), &subject, now).await,
            None => store.person_of_subject(&subject).await,
        };
        match found {
            Ok(Some(known)) => Ok((known, this.next)),
            Ok(None) if this.invitation.is_some() => {
                Err("This invitation was used, or is over. Ask for a new one.".to_owned())
            }
            Ok(None) => {
                tracing::info!(subject, "somebody whom nobody has added came by the provider");
                Err("You are not known here. Whoever looks after people can invite you; use the link with this account."
                    .to_owned())
            }
            Err(StoreError::Refused(why)) => Err(format!("{}.", capital(&why))),
            Err(error) => Err(format!("It could not be looked up: {error}. Try again in a moment.")),
        }
    }

    /// Issuer and subject, by a token of theirs that was checked: signature, issuer, audience, time and nonce.
    async fn subject(&self, oidc: &Oidc, this: &Try, code: String) -> Result<String, String> {
        let client = self.client(oidc, false).await?;
        let verifier = PkceCodeVerifier::new(this.derived("verifier"));
        let request = client.exchange_code(AuthorizationCode::new(code)).map_err(|error| error.to_string())?;
        let asked = |request: HttpRequest| asked(request, oidc.is_near());
        let tokens =
            request.set_pkce_verifier(verifier).request_async(&asked).await.map_err(|error| described(&error))?;
        let token = tokens.id_token().ok_or("the provider sent no identity token")?;
        match self.believed(&client, token, this) {
            // Perhaps its keys have changed.
            Err(_) => self.believed(&self.client(oidc, true).await?, token, this),
            believed => believed,
        }
    }

    fn believed(&self, client: &Client, token: &CoreIdToken, this: &Try) -> Result<String, String> {
        let clock = self.app.clock.clone();
        let checks = client.id_token_verifier().set_allowed_algs(SIGNED).set_time_fn(move || clock.now());
        let claims = token.claims(&checks, &Nonce::new(this.derived("nonce"))).map_err(|error| described(&error))?;
        Ok(format!("{} {}", claims.issuer().as_str(), claims.subject().as_str()))
    }

    /// What the provider says of itself: lately, or just now.
    async fn provider(&self, oidc: &Oidc, now: bool) -> Result<CoreProviderMetadata, String> {
        let at = self.app.clock.now();
        let mut said = self.provider.0.lock().await;
        if let Some((_, known)) = said.as_ref().filter(|(since, _)| !now && at - *since < SAID) {
            return Ok(known.clone());
        }
        let issuer = IssuerUrl::new(oidc.issuer.clone()).map_err(|error| error.to_string())?;
        let asked = |request: HttpRequest| asked(request, oidc.is_near());
        let found = CoreProviderMetadata::discover_async(issuer, &asked).await.map_err(|error| described(&error))?;
        *said = Some((at, found.clone()));
        Ok(found)
    }

    /// What talks to the provider, with its keys as they are known, or as they are `now`.
    async fn client(&self, oidc: &Oidc, now: bool) -> Result<Client, String> {
        let secret = oidc.secret(&self.app.settings)?.ok_or("there is no secret of the client")?;
        let found = self.provider(oidc, now).await?;
        let back = format!("{}/sign-in/back", self.settings.url.trim_end_matches('/'));
        let back = RedirectUrl::new(back).map_err(|error| error.to_string())?;
        let secret = ClientSecret::new(secret.expose_secret().to_owned());
        let client = CoreClient::from_provider_metadata(found, ClientId::new(oidc.client_id.clone()), Some(secret));
        Ok(client.set_redirect_uri(back))
    }
}

/// Why the provider could not be asked.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Unheard(String);

async fn asked(request: HttpRequest, near: bool) -> Result<openidconnect::HttpResponse, Unheard> {
    let reach = if near { Reach::Near } else { Reach::Anywhere };
    http::ask(request, reach).await.map_err(Unheard)
}

fn unreachable(why: &str) -> Response {
    tracing::warn!(why, "the provider of accounts cannot be asked");
    refused(
        StatusCode::BAD_GATEWAY,
        "The provider of your account does not answer. Try again in a moment, or use a password.",
    )
}

/// An error with what is behind it.
fn described(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(behind) = source {
        text += &format!(": {behind}");
        source = behind.source();
    }
    text
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_try_is_read_as_it_was_written() {
        let begun = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let this = Try { secret: "s".to_owned(), begun, next: "/cases/7?x=1".to_owned(), invitation: None };
        let read = Try::read(&this.written()).unwrap();
        assert_eq!((read.begun, read.next.as_str(), read.invitation), (begun, "/cases/7?x=1", None));
        assert_eq!(read.secret, "s");
        assert_ne!(this.derived("state"), this.derived("nonce"));
        let away = Try { next: "//evil.example".to_owned(), invitation: Some("t-1".to_owned()), ..this };
        let read = Try::read(&away.written()).unwrap();
        assert_eq!((read.next.as_str(), read.invitation.as_deref()), ("/", Some("t-1")));
        assert!(["", "a.b", "a.x.L3g.", "a.1.\u{fffd}."].iter().all(|text| Try::read(text).is_none()));
    }
}
