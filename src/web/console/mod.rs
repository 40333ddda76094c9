//! What staff see: today, accounts, cases, people. Each page and act declares what it needs ([`routes`]).

mod accounts;
mod cases;
mod form;
mod guard;
mod headers;
mod html;
mod people;
mod routes;
mod secret;
mod sign_in;
mod throttle;
mod unusual;

use std::sync::Arc;

use axum::{Router, middleware::from_fn_with_state};
use ring::rand::SystemRandom;
use tokio::{net::TcpListener, sync::Semaphore};

pub use people::INVITED;
pub use routes::{Needs, Route, routes};
pub use secret::Token;

use super::gate::{Client, Gate};
use crate::{app::App, settings::Console as Settings};
use throttle::Throttle;
use unusual::Unusual;

/// What pages and acts work with.
pub struct Console {
    app: App,
    settings: Settings,
    random: SystemRandom,
    throttle: Throttle,
    /// Passwords are looked at one after the other: each takes 19 MiB.
    hashing: Semaphore,
    unusual: Unusual,
}

type Shared = Arc<Console>;

impl Console {
    pub fn new(app: App, settings: Settings) -> Self {
        Self {
            app,
            settings,
            random: SystemRandom::new(),
            throttle: Throttle::default(),
            hashing: Semaphore::new(1),
            unusual: Unusual::default(),
        }
    }

    /// Answers requests until it is dropped.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        let router = self.router();
        axum::serve(Gate::new(listener), router.into_make_service_with_connect_info::<Client>()).await
    }

    fn router(self) -> Router {
        let console = Arc::new(self);
        let mut router = Router::new();
        for Route { path, needs, handler, .. } in routes() {
            let guarded = from_fn_with_state((Arc::clone(&console), needs), guard::guard);
            router = router.route(path, handler.layer(guarded));
        }
        let headers = from_fn_with_state(Arc::clone(&console), headers::add);
        router.fallback(html::not_found).layer(headers).with_state(console)
    }
}
