//! `duly user`: who may sign in to the console. The first person comes from here; there is no default account.

use std::collections::BTreeSet;

use ring::rand::SystemRandom;

use super::{
    Author, Done, Outcome,
    output::{print, table},
};
use crate::{
    app::{App, Failure},
    domain::person::{Role, name},
    store::StoreError,
    web::console::{INVITED, Token},
};

#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Add a person, and print the link by which they choose a password
    Add {
        name: String,
        #[command(flatten)]
        roles: Roles,
        #[command(flatten)]
        author: Author,
    },
    /// Print a new link for somebody who forgot the password, or let the first one lapse
    Invite {
        name: String,
        #[command(flatten)]
        author: Author,
    },
    /// Change what a person may do; their sessions end
    Change {
        name: String,
        #[command(flatten)]
        roles: Roles,
        #[command(flatten)]
        author: Author,
    },
    /// Keep a person from signing in; their sessions end
    Disable {
        name: String,
        #[command(flatten)]
        author: Author,
    },
    /// Everybody who may sign in, or might
    List,
}

#[derive(Debug, clap::Args)]
pub struct Roles {
    /// viewer (looks), reviewer (cases), finance (schedules, imports, releases), admin (people); may be given several times
    #[arg(long = "role", value_name = "ROLE", required = true, value_parser = role)]
    roles: Vec<Role>,
}

fn role(text: &str) -> Result<Role, String> {
    Role::from_code(text).ok_or_else(|| "expected viewer, reviewer, finance or admin".to_owned())
}

pub async fn run(app: &App, command: Command) -> Outcome {
    let now = app.clock.now();
    match command {
        Command::Add { name: text, roles, author } => {
            let name = name(&text).map_err(Failure::Input)?;
            add(app, &name, &roles.roles, &author.name()?).await?;
        }
        Command::Invite { name, author } => invite(app, &name, &author.name()?).await?,
        Command::Change { name, roles, author } => {
            let roles: BTreeSet<Role> = roles.roles.into_iter().collect();
            app.store.change_person(&name, Some(&roles), false, (&author.name()?, now)).await.map_err(refused)?;
            print(&format!("{name} is changed.\n"));
        }
        Command::Disable { name, author } => {
            app.store.change_person(&name, None, true, (&author.name()?, now)).await.map_err(refused)?;
            print(&format!("{name} may not sign in any more.\n"));
        }
        Command::List => list(app).await?,
    }
    Ok(Done::Well)
}

/// Adds a person and prints their invitation.
pub(super) async fn add(app: &App, name: &str, roles: &[Role], by: &str) -> Result<(), Failure> {
    settings(app)?;
    let roles: BTreeSet<Role> = roles.iter().copied().collect();
    app.store.add_person(name, &roles, by, app.clock.now()).await.map_err(refused)?;
    invite(app, name, by).await
}

fn settings(app: &App) -> Result<&crate::settings::Console, Failure> {
    let missing = || Failure::Input("there is no console yet: set `[console]` in duly.toml first".to_owned());
    app.settings.console.as_ref().ok_or_else(missing)
}

fn refused(error: StoreError) -> Failure {
    if matches!(error, StoreError::Refused(_)) { Failure::Input(error.to_string()) } else { error.into() }
}

async fn invite(app: &App, name: &str, by: &str) -> Result<(), Failure> {
    let (console, now) = (settings(app)?, app.clock.now());
    let token = Token::new(&SystemRandom::new()).map_err(|_| Failure::Failed("there is no randomness".to_owned()))?;
    app.store.invite(name, &token.hash(), now + INVITED, (by, now)).await.map_err(refused)?;
    let link = console.invitation(token.text());
    print(&format!("Send this link to {name}. It works once, for {} hours:\n{link}\n", INVITED.num_hours()));
    Ok(())
}

async fn list(app: &App) -> Result<(), Failure> {
    let rows = app.store.people().await?.into_iter().map(|one| {
        let roles: Vec<&str> = one.person.roles.iter().map(|role| role.code()).collect();
        let state = match (one.disabled, one.has_password) {
            (true, _) => "may not sign in",
            (false, true) => "may sign in",
            (false, false) => "invited",
        };
        vec![one.person.name, roles.join(", "), state.to_owned()]
    });
    print(&table(&["name", "roles", "state"], &[], rows));
    Ok(())
}
