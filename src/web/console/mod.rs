//! What staff see: today, accounts, cases, people. Each page and act declares what it needs ([`routes`]).

mod accounts;
mod cases;
mod chart;
mod guard;
mod headers;
mod html;
mod people;
mod reports;
mod routes;
mod secret;
mod sign_in;
mod throttle;
mod today;

use std::{net::SocketAddr, sync::Arc};

use axum::{Router, middleware::from_fn_with_state};
use ring::rand::SystemRandom;
use tokio::net::TcpListener;

pub use people::INVITED;
pub use routes::{Needs, Route, routes};
pub use secret::Token;

use crate::{app::App, directory::Directory, picture::Wall, queue::Queue, settings::Console as Settings};
use throttle::Throttle;

/// What pages and acts work with.
pub struct Console {
    app: App,
    settings: Settings,
    random: SystemRandom,
    throttle: Throttle,
    wall: Wall,
    queue: Arc<Queue>,
    directory: Arc<Directory>,
}

type Shared = Arc<Console>;

impl Console {
    pub fn new(app: App, settings: Settings, wall: Wall) -> Self {
        let (random, throttle) = (SystemRandom::new(), Throttle::default());
        Self { app, settings, random, throttle, wall, queue: Arc::default(), directory: Arc::default() }
    }

    /// Answers requests until it is dropped.
    pub async fn serve(self, listener: TcpListener) -> std::io::Result<()> {
        // The first who asks need not wait for them.
        let (app, directory, queue) = (self.app.clone(), Arc::clone(&self.directory), Arc::clone(&self.queue));
        tokio::spawn(async move {
            let read = directory.refresh(&app.store).await.and(queue.order(&app).await.map(drop));
            read.unwrap_or_else(|error| tracing::debug!(%error, "names and cases are read when somebody asks"));
        });
        let router = self.router();
        axum::serve(listener, router.into_make_service_with_connect_info::<SocketAddr>()).await
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
