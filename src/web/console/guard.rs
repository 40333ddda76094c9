//! Who is asking, and whether they may. Every route passes through here.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{ConnectInfo, FromRef, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{super::gate::Client, Hub, Needs, Shared, html, secret};
use crate::{domain::person::Person, store::people::Session};

/// Of a session. The prefix binds it to this host and to TLS (RFC 6265bis); browsers take it on `localhost` as well.
pub const COOKIE: &str = "__Host-duly";

/// Who has signed in.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: Person,
    /// Hash of the session's token.
    pub session: String,
}

/// Where a request comes from.
#[derive(Debug, Clone, Copy)]
pub struct Address(pub IpAddr);

pub async fn guard(State((hub, needs)): State<(Hub, Needs)>, mut request: Request, next: Next) -> Response {
    let console = Shared::from_ref(&hub);
    let acts = !matches!(*request.method(), Method::GET | Method::HEAD);
    if acts && !from_here(request.headers(), &console.settings.url) {
        return html::problem(StatusCode::FORBIDDEN, "This form was not sent from the console itself.");
    }
    let address = address(&request, console.settings.behind_proxy);
    request.extensions_mut().insert(Address(address));
    if needs == Needs::Nobody {
        return next.run(request).await;
    }
    let session = cookie(request.headers(), COOKIE).map(secret::hash);
    let person = match &session {
        Some(hash) => console.app.store.session(hash, console.app.clock.now()).await,
        None => Ok(None),
    };
    let (person, session) = match (person, session) {
        (Err(error), _) => return html::failure(&error),
        (Ok(Some(Session { person, to_mark })), Some(session)) => {
            if to_mark {
                mark(&console, session.clone());
            }
            (person, session)
        }
        _ if acts => return html::problem(StatusCode::UNAUTHORIZED, "The session is over. Sign in, then try again."),
        _ => {
            let wanted = request.uri().path_and_query().map_or("/", |wanted| wanted.as_str());
            return Redirect::to(&format!("/sign-in?next={}", encoded(wanted))).into_response();
        }
    };
    if let Needs::Permission(permission) = needs
        && !person.may(permission)
    {
        return html::problem(StatusCode::FORBIDDEN, "This is for others. Whoever looks after people can change that.");
    }
    request.extensions_mut().insert(Actor { person, session });
    next.run(request).await
}

/// Marks a session as used, beside the request: on SQLite an import may keep writers waiting for minutes, and a page that is
/// only looked at does not wait. One at a time; the next request tries again.
fn mark(console: &Shared, session: String) {
    let Ok(turn) = Arc::clone(&console.marking).try_acquire_owned() else { return };
    let console = Arc::clone(console);
    tokio::spawn(async move {
        if let Err(error) = console.app.store.mark_session(&session, console.app.clock.now()).await {
            tracing::warn!(%error, "a session could not be marked as used");
        }
        drop(turn);
    });
}

/// Whether a form was sent by a page of ours: browsers say so themselves, older ones by the origin. Without either it is
/// no browser.
fn from_here(headers: &HeaderMap, url: &str) -> bool {
    let said = |name: &'static str| headers.get_all(name).iter().collect::<Vec<_>>();
    match (&said("sec-fetch-site")[..], &said("origin")[..]) {
        ([], [origin]) => *origin == url.trim_end_matches('/'),
        ([site], _) => *site == "same-origin",
        // None is no browser, and more than one is none either.
        _ => false,
    }
}

/// The value of a cookie.
pub fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(known, _)| *known == name).map(|(_, value)| value)
}

/// The peer, or what the proxy in front of us says last.
fn address(request: &Request, behind_proxy: bool) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<Client>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(Client(address))| address.ip());
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    if behind_proxy { last.unwrap_or(peer) } else { peer }
}

/// For a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// A place on this host, and nothing else: who follows a link into the sign-in does not end elsewhere.
pub fn local(next: Option<&str>) -> &str {
    let local = |next: &&str| {
        let plain = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        next.starts_with('/') && !next.starts_with("//") && plain
    };
    next.filter(local).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_places_on_this_host_are_gone_to() {
        for (next, expected) in [
            (Some("/cases/7?open=1"), "/cases/7?open=1"),
            (Some("//evil.example"), "/"),
            (Some("/\\evil.example"), "/"),
            (Some("https://evil.example"), "/"),
            (Some("/a\r\nSet-Cookie: x"), "/"),
            (Some(""), "/"),
            (None, "/"),
        ] {
            assert_eq!(local(next), expected, "{next:?}");
        }
        assert_eq!(encoded("/a b?c=d&e"), "/a%20b%3Fc%3Dd%26e");
    }

    #[test]
    fn forms_of_others_are_known() {
        let ours = "https://duly.example.com";
        let headers = |pairs: &[(&'static str, &str)]| {
            pairs.iter().map(|(name, value)| ((*name).parse().unwrap(), value.parse().unwrap())).collect::<HeaderMap>()
        };
        for (pairs, expected) in [
            (&[("sec-fetch-site", "same-origin")][..], true),
            (&[("sec-fetch-site", "same-site")], false),
            (&[("sec-fetch-site", "cross-site"), ("origin", ours)], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("origin", ours)], true),
            (&[("origin", "https://duly.example.com.evil.example")], false),
            (&[("origin", "null")], false),
            (&[], false),
        ] {
            assert_eq!(from_here(&headers(pairs), "https://duly.example.com/"), expected, "{pairs:?}");
        }
    }
}
