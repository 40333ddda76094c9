//! The customer's page: what is open of a notice today, how to pay, and one question with four answers.
//!
//! Whoever has the link of a notice sees its page and nothing else. GET and HEAD change nothing; an answer is a form, and
//! the same form counts once. Wrong, expired and withdrawn links get one and the same answer.
//!
//! Reading order: [`routes`] hears and answers, [`find`] says whose link it is, [`view`] puts the page into words, [`answer`]
//! reads a form, [`take`] makes it a case, a promise or instalments; [`limit`] and [`headers`] protect.

mod answer;
mod document;
mod find;
mod headers;
mod limit;
mod message;
mod routes;
mod take;
#[cfg(test)]
mod tests;
mod transfer;
mod view;

use std::sync::{Arc, Mutex};

use arc_swap::ArcSwap;
use tokio::{net::TcpListener, sync::Notify};

use super::gate::{Client, Gate};
use crate::{app::App, settings::Page};
use limit::Limiter;

/// Everything that is needed to answer.
pub struct Site {
    app: ArcSwap<App>,
    page: Page,
    /// The path of the public address.
    prefix: String,
    limiter: Mutex<Limiter>,
    /// Rung when an answer was noted.
    noted: Arc<Notify>,
}

impl Site {
    pub fn new(app: App, page: &Page, noted: Arc<Notify>) -> Self {
        Self {
            app: ArcSwap::from_pointee(app),
            prefix: page.prefix(),
            page: page.clone(),
            limiter: Mutex::new(Limiter::new()),
            noted,
        }
    }

    /// Answers until it is dropped; `reread` says that wording and policies may have changed.
    pub async fn serve(self, listener: TcpListener, reread: Arc<Notify>) -> std::io::Result<()> {
        let site = Arc::new(self);
        let routes = routes::routes(Arc::clone(&site)).into_make_service_with_connect_info::<Client>();
        tokio::select! {
            ended = async { axum::serve(Gate::new(listener), routes).await } => ended,
            never = site.follow(&reread) => match never {},
        }
    }

    async fn follow(&self, reread: &Notify) -> std::convert::Infallible {
        loop {
            reread.notified().await;
            let app = self.app.load_full();
            match app.reread().await {
                Ok(rules) => self.app.store(Arc::new(App { rules: Arc::new(rules), ..(*app).clone() })),
                // The daemon says what is wrong with them.
                Err(problem) => tracing::debug!(problem, "the page goes on with the old rules"),
            }
        }
    }
}
