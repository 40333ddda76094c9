//! What staff see: today, cases, accounts, notices, reports, schedule and policy, import, people. Each page and act
//! declares what it needs ([`routes()`]).

mod accounts;
mod cases;
mod chart;
mod form;
mod guard;
mod headers;
mod html;
mod import;
mod notices;
mod oidc;
mod people;
mod policy;
mod reports;
mod routes;
mod secret;
mod sign_in;
mod throttle;
mod today;
mod unusual;

use std::sync::Arc;

use arc_swap::ArcSwap;
use axum::{Router, extract::FromRef, middleware::from_fn_with_state};
use ring::rand::SystemRandom;
use tokio::{
    net::TcpListener,
    sync::{Notify, Semaphore},
};
use tokio_util::task::AbortOnDropHandle;

pub use people::INVITED;
pub use routes::{Needs, Route, routes};
pub use secret::Token;

use super::gate::{Client, Gate};
use crate::{app::App, directory::Directory, picture::Wall, queue::Queue, settings::Console as Settings, sweep::Stop};
use import::Desk;
use policy::Previews;
use throttle::Throttle;
use unusual::Unusual;

/// What pages and acts work with.
#[derive(Clone)]
pub struct Console {
    app: App,
    settings: Settings,
    /// Tells everybody who keeps rules that there are new ones.
    stop: Stop,
    random: SystemRandom,
    throttle: Arc<Throttle>,
    /// Passwords are looked at one after the other: each takes 19 MiB.
    hashing: Arc<Semaphore>,
    unusual: Unusual,
    wall: Wall,
    queue: Arc<Queue>,
    directory: Arc<Directory>,
    desk: Arc<Desk>,
    previews: Arc<Previews>,
    /// Marks sessions as used, one at a time.
    marking: Arc<Semaphore>,
    /// What the provider of accounts says of itself.
    provider: Arc<oidc::Provider>,
}

type Shared = Arc<Console>;

/// Hands each request the console with the rules of its moment.
#[derive(Clone)]
pub struct Hub(Arc<ArcSwap<Console>>);

impl FromRef<Hub> for Shared {
    fn from_ref(hub: &Hub) -> Self {
        hub.0.load_full()
    }
}

impl Hub {
    /// Reads the rules again whenever somebody says that there may be new ones.
    async fn follow(&self, reread: &Notify) -> std::convert::Infallible {
        loop {
            reread.notified().await;
            let console = self.0.load_full();
            match console.app.reread().await {
                Ok(rules) => {
                    let app = App { rules: Arc::new(rules), ..console.app.clone() };
                    self.0.store(Arc::new(Console { app, ..(*console).clone() }));
                }
                // The daemon says what is wrong with them.
                Err(problem) => tracing::debug!(problem, "the console goes on with the old rules"),
            }
        }
    }
}

impl Console {
    pub fn new(app: App, settings: Settings, stop: Stop, wall: Wall) -> Self {
        let desk = Arc::new(Desk::new(app.settings.path(&app.settings.files.uploads)));
        Self {
            app,
            settings,
            stop,
            random: SystemRandom::new(),
            throttle: Arc::default(),
            hashing: Arc::new(Semaphore::new(1)),
            unusual: Unusual::default(),
            wall,
            queue: Arc::default(),
            directory: Arc::default(),
            desk,
            previews: Arc::default(),
            marking: Arc::new(Semaphore::new(1)),
            provider: Arc::default(),
        }
    }

    /// Answers requests until it is dropped; `reread` says that policies and wording may have changed.
    pub async fn serve(self, listener: TcpListener, reread: Arc<Notify>) -> std::io::Result<()> {
        // The first who asks need not wait for them.
        let (app, directory, queue) = (self.app.clone(), Arc::clone(&self.directory), Arc::clone(&self.queue));
        tokio::spawn(async move {
            let read = directory.refresh(&app.store).await.and(queue.order(&app).await.map(drop));
            read.unwrap_or_else(|error| tracing::debug!(%error, "names and cases are read when somebody asks"));
        });
        let hub = Hub(Arc::new(ArcSwap::from_pointee(self)));
        let _tidy = AbortOnDropHandle::new(tokio::spawn(import::tidy(hub.0.load_full())));
        let router = router(hub.clone()).into_make_service_with_connect_info::<Client>();
        tokio::select! {
            ended = async { axum::serve(Gate::new(listener), router).await } => ended,
            never = hub.follow(&reread) => match never {},
        }
    }
}

fn router(hub: Hub) -> Router {
    let mut router = Router::new();
    for Route { path, needs, handler, .. } in routes() {
        let guarded = from_fn_with_state((hub.clone(), needs), guard::guard);
        router = router.route(path, handler.layer(guarded));
    }
    let headers = from_fn_with_state(hub.clone(), headers::add);
    router.fallback(html::not_found).layer(headers).with_state(hub)
}
