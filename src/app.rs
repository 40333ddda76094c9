//! The only place that knows everything: settings, rules and store put together.

use std::{path::Path, sync::Arc};

use chrono::NaiveDate;
use secrecy::ExposeSecret;

use crate::{
    clock::Clock,
    delivery::{Deliverer, Head, Target, compose::Composer},
    domain::calendar::date_at,
    inbox::token::Verp,
    letter::dkim::Dkim,
    link::Links,
    presence::Presence,
    rules::Rules,
    settings::{self, Settings},
    store::{Address, Store, WorkLock},
    sweep::Sweeper,
};

/// Waits between tries to reach the database: the first, and the longest after doubling.
const FIRST_WAIT: std::time::Duration = std::time::Duration::from_secs(1);
const LONGEST_WAIT: std::time::Duration = std::time::Duration::from_secs(60);

/// A running installation.
#[derive(Debug, Clone)]
pub struct App {
    pub settings: Arc<Settings>,
    pub rules: Arc<Rules>,
    pub store: Store,
    pub clock: Clock,
    /// Makes the links to the customer's page, if there is one.
    pub links: Option<Links>,
}

/// Why a command could not do its work, with the exit code that says so.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// Wrong usage or invalid input: exit code 2.
    #[error("{0}")]
    Input(String),
    /// The database is away or restarting, which may pass by itself: exit code 1.
    #[error("{0}")]
    Away(String),
    /// Anything else: exit code 1.
    #[error("{0}")]
    Failed(String),
}

impl From<crate::store::StoreError> for Failure {
    fn from(error: crate::store::StoreError) -> Self {
        if error.passes() { Self::Away(error.to_string()) } else { Self::Failed(error.to_string()) }
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

    /// Like [`App::open`], but waits for a database that is away.
    pub async fn open_patiently(config: &Path, clock: Clock) -> Result<Self, Failure> {
        let mut wait = FIRST_WAIT;
        loop {
            match Self::open(config, clock.clone()).await {
                Err(Failure::Away(why)) => {
                    tracing::warn!(why, ?wait, "the database is away; trying again");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(LONGEST_WAIT);
                }
                opened => return opened,
            }
        }
    }

    /// Like [`App::open`], but a changed policy does not become a version.
    pub async fn open_to_look(config: &Path, clock: Clock) -> Result<Self, Failure> {
        let settings = Settings::load(config).map_err(|problem| Failure::Input(problem.to_string()))?;
        let mut rules = Rules::load(&settings).map_err(|problems| Failure::Input(problems.join("\n")))?;
        let store = Store::open(&address(&settings)?, &settings.company.code).await?;
        rules.label(&store).await?;
        let links = links(&settings)?;
        Ok(Self { settings: Arc::new(settings), rules: Arc::new(rules), store, clock, links })
    }

    /// The rules as their files are now; a problem leaves those that are there.
    pub async fn reread(&self) -> Result<Rules, String> {
        let mut rules = Rules::load(&self.settings).map_err(|problems| problems.join("\n"))?;
        rules.label(&self.store).await.map_err(|error| error.to_string())?;
        Ok(rules)
    }

    /// The civil date in the company's zone.
    pub fn today(&self) -> NaiveDate {
        date_at(self.settings.company.zone, self.clock.now())
    }

    /// Begins to sweep or send. On SQLite one process does so at a time: whatever others had
    /// claimed is free then.
    pub async fn at_work(&self) -> Result<AtWork, Failure> {
        let lock = self.settings.database_file().map(|file| WorkLock::take(&file)).transpose()?;
        let presence = Presence::announce(&self.store, &self.clock, self.settings.database.silent()).await?;
        Ok(AtWork { presence, _lock: lock })
    }

    pub fn sweeper(&self) -> Sweeper<'_> {
        Sweeper {
            store: &self.store,
            rules: &self.rules,
            settings: &self.settings,
            clock: &self.clock,
            links: self.links.as_ref(),
        }
    }

    /// What sends; `as_of` is the date of the last look, today when left out.
    pub fn deliverer(&self, work: &AtWork, as_of: Option<NaiveDate>) -> Result<Deliverer, Failure> {
        Ok(Deliverer {
            worker: work.presence.worker(),
            store: self.store.clone(),
            settings: Arc::clone(&self.settings),
            rules: Arc::clone(&self.rules),
            target: Arc::new(Target::of(&self.settings).map_err(Failure::Input)?),
            dkim: self.dkim()?,
            verp: self.verp()?,
            links: self.links.clone(),
            clock: self.clock.clone(),
            as_of,
            memory: Arc::default(),
            head: Arc::new(self.head()),
        })
    }

    /// What this machine knows to have been sent, whatever the database says.
    pub fn head(&self) -> Head {
        match self.settings.delivery.to {
            settings::Target::Smtp => Head::new(self.settings.path(&self.settings.files.head)),
            settings::Target::Folder => Head::default(),
        }
    }

    /// Signs the addresses to which bounces come.
    pub fn verp(&self) -> Result<Option<Verp>, Failure> {
        let inbox = &self.settings.inbox;
        let Some(address) = &inbox.bounce_address else { return Ok(None) };
        let secret = inbox.secret(&self.settings).map_err(Failure::Input)?;
        let secret = secret.filter(|secret| secret.expose_secret().len() >= Verp::SHORTEST_SECRET);
        let secret = secret.ok_or_else(|| {
            let least = Verp::SHORTEST_SECRET;
            Failure::Input(format!("the secret of `inbox.bounce_address` has fewer than {least} characters"))
        })?;
        let longest = Verp::LONGEST_LOCAL;
        let long = || format!("`inbox.bounce_address`: `{address}` has more than {longest} characters before its @");
        let verp = Verp::new(address, secret.expose_secret().as_bytes()).ok_or_else(|| Failure::Input(long()))?;
        Ok(Some(verp))
    }

    /// What writes mails.
    pub fn composer(&self) -> Result<Composer<'_>, Failure> {
        let (dkim, links) = (self.dkim()?, self.links.as_ref());
        Ok(Composer { settings: &self.settings, words: &self.rules.words, dkim, links })
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

/// While this is held, the process sweeps or sends.
#[derive(Debug)]
pub struct AtWork {
    pub presence: Presence,
    _lock: Option<WorkLock>,
}

/// Makes the links to the customer's page.
fn links(settings: &Settings) -> Result<Option<Links>, Failure> {
    let Some(page) = &settings.page else { return Ok(None) };
    let secret = page.secret(settings).map_err(Failure::Input)?;
    let secret = secret.filter(|secret| secret.expose_secret().len() >= Links::SHORTEST_SECRET).ok_or_else(|| {
        let least = Links::SHORTEST_SECRET;
        Failure::Input(format!("the secret of `[page]` has fewer than {least} characters"))
    })?;
    Ok(Some(Links::new(page.base(), &settings.company.code, secret.expose_secret().as_bytes())))
}

/// Where the database of these settings is.
pub fn address(settings: &Settings) -> Result<Address, Failure> {
    Ok(match settings.database_file() {
        Some(file) => Address::File(file),
        None => {
            let password = settings.database_password().map_err(Failure::Input)?;
            Address::Server { url: settings.database.url.clone(), password }
        }
    })
}
