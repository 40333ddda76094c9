//! What staff see: today, accounts, cases, people. Each page and act declares what it needs ([`routes`]).

mod accounts;
mod cases;
mod chart;
mod form;
mod guard;
mod headers;
mod html;
mod import;
mod notices;
mod people;
mod reports;
mod routes;
mod secret;
mod sign_in;
mod throttle;
mod today;
mod unusual;

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, middleware::from_fn_with_state};
use ring::rand::SystemRandom;
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::task::AbortOnDropHandle;

pub use people::INVITED;
pub use routes::{Needs, Route, routes};
pub use secret::Token;

use crate::{app::App, picture::Wall, queue::Queue, settings::Console as Settings};
use import::Desk;
use throttle::Throttle;
use unusual::Unusual;

/// What pages and acts work with.
pub struct Console {
    app: App,
    settings: Settings,
    random: SystemRandom,
    throttle: Throttle,
    unusual: Unusual,
    wall: Wall,
    queue: Arc<Queue>,
    desk: Desk,
    /// Marks sessions as used, one at a time.
    marking: Arc<Semaphore>,
}

type Shared = Arc<Console>;

impl Console {
    pub fn new(app: App, settings: Settings, wall: Wall) -> Self {
        let desk = Desk::new(app.settings.path(&app.settings.files.uploads));
        Self {
            app,
            settings,
            random: SystemRandom::new(),
            throttle: Throttle::default(),
            unusual: Unusual::default(),
            wall,
            queue: Arc::default(),
            desk,
            marking: Arc::new(Semaphore::new(1)),
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
