//! The only place that knows everything: settings, rules and store put together.

use std::{path::Path, sync::Arc};

use chrono::NaiveDate;

use crate::{
    clock::Clock,
    delivery::{Deliverer, Target},
    domain::calendar::date_at,
    letter::dkim::Dkim,
    rules::Rules,
    settings::Settings,
    store::{Store, WorkLock},
    sweep::Sweeper,
};

/// A running installation.
#[derive(Debug, Clone)]
pub struct App {
    pub settings: Arc<Settings>,
    pub rules: Arc<Rules>,
    pub store: Store,
    pub clock: Clock,
}

/// Why a command could not do its work, with the exit code that says so.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong usage or invalid input: exit code 2.
    #[error("{0}")]
    Input(String),
    /// Anything else: exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

impl App {
    /// Reads settings and rules, opens the database, and gives policies their versions.
    pub async fn open(config: &Path, clock: Clock) -> Result<Self, Failure> {
        let mut app = Self::open_to_look(config, clock).await?;
        let now = app.clock.now();
        if let Some(rules) = Arc::get_mut(&mut app.rules) {
            rules.publish(&app.store, now).await?;
        }
        Ok(app)
    }

    /// Like [`App::open`], but a changed policy does not become a version.
    pub async fn open_to_look(config: &Path, clock: Clock) -> Result<Self, Failure> {
        let settings = Settings::load(config).map_err(|problem| Failure::Input(problem.to_string()))?;
        let mut rules = Rules::load(&settings).map_err(|problems| Failure::Input(problems.join("\n")))?;
        let file = settings.database_file().map_err(Failure::Input)?;
        let store = Store::open(&file, &settings.company.code).await?;
        rules.label(&store).await?;
        Ok(Self { settings: Arc::new(settings), rules: Arc::new(rules), store, clock })
    }

    /// The civil date in the company's zone.
    pub fn today(&self) -> NaiveDate {
        date_at(self.settings.company.zone, self.clock.now())
    }

    /// Takes the lock of whoever sweeps or sends.
    pub fn lock(&self) -> Result<WorkLock, Failure> {
        let file = self.settings.database_file().map_err(Failure::Input)?;
        Ok(WorkLock::take(&file)?)
    }

    pub fn sweeper(&self) -> Sweeper<'_> {
        Sweeper { store: &self.store, rules: &self.rules, settings: &self.settings }
    }

    /// What sends; `as_of` is the date of the last look, today when left out.
    pub fn deliverer(&self, as_of: Option<NaiveDate>) -> Result<Deliverer, Failure> {
        Ok(Deliverer {
            store: self.store.clone(),
            settings: Arc::clone(&self.settings),
            rules: Arc::clone(&self.rules),
            target: Arc::new(Target::of(&self.settings).map_err(Failure::Input)?),
            dkim: self.dkim()?,
            clock: self.clock.clone(),
            as_of,
            memory: Arc::default(),
        })
    }

    pub fn dkim(&self) -> Result<Option<Arc<Dkim>>, Failure> {
        let Some(dkim) = &self.settings.delivery.dkim else { return Ok(None) };
        let path = self.settings.path(&dkim.key_file);
        let read = std::fs::read_to_string(&path);
        let pem =
            read.map_err(|error| Failure::Input(format!("`delivery.dkim.key_file` {}: {error}", path.display())))?;
        let key = Dkim::new(&dkim.domain, &dkim.selector, &pem).map_err(|error| Failure::Input(error.to_string()))?;
        Ok(Some(Arc::new(key)))
    }
}
