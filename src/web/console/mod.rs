//! What staff see: today, accounts, cases, people. Each page and act declares what it needs ([`routes`]).

mod accounts;
mod cases;
mod guard;
mod headers;
mod html;
mod import;
mod notices;
mod oidc;
mod people;
mod routes;
mod secret;
mod sign_in;
mod throttle;

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, middleware::from_fn_with_state};
use ring::rand::SystemRandom;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::task::AbortOnDropHandle;

pub use people::INVITED;
pub use routes::{Needs, Route, routes};
pub use secret::Token;

use crate::{app::App, settings::Console as Settings};
use import::Desk;
use throttle::Throttle;

/// What pages and acts work with.
pub struct Console {
    app: App,
    settings: Settings,
    random: SystemRandom,
    throttle: Throttle,
    desk: Desk,
    /// Marks sessions as used, one at a time.
    marking: Arc<Semaphore>,
    /// What the provider of accounts says of itself.
    provider: oidc::Provider,
}

type Shared = Arc<Console>;

impl Console {
    pub fn new(app: App, settings: Settings) -> Self {
        let desk = Desk::new(app.settings.path(&app.settings.files.uploads));
        Self {
            app,
            settings,
            random: SystemRandom::new(),
            throttle: Throttle::default(),
            desk,
            marking: Arc::new(Semaphore::new(1)),
            provider: oidc::Provider::default(),
        }
    }

    /// Answers requests until it is dropped.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let console = Arc::new(self);
        let _tidy = AbortOnDropHandle::new(tokio::spawn(import::tidy(Arc::clone(&console))));
        let router = router(console);
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
    }
}

fn router(console: Shared) -> Router {
    let mut router = Router::new();
    for Route { path, needs, handler, .. } in routes() {
        let guarded = from_fn_with_state((Arc::clone(&console), needs), guard::guard);
        router = router.route(path, handler.layer(guarded));
    }
    let headers = from_fn_with_state(Arc::clone(&console), headers::add);
    router.fallback(html::not_found).layer(headers).with_state(console)
}
