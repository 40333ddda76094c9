//! The program with both its faces, and notices that were really sent.

use std::net::TcpListener;

use crate::{
    house::House,
    screen::Screen,
    site::{Site, started, with_dues, with_page_at},
    smtp::Server,
};

pub const PASSWORD: &str = "correct horse battery";

/// Ada settles a little by herself.
const STAFF: &str = "[[staff]]\nname = \"Ada Clerk\"\nlimit = { GBP = \"50.00\" }\n\n# [[staff]]";

pub struct Desk {
    pub site: Site,
    console: String,
    page: String,
}

impl Desk {
    /// With accounts as [`with_dues`] makes them.
    pub async fn open(accounts: &[(&str, &str)]) -> Self {
        Self::after(accounts, |house, server| {
            house.duly(&["sweep", "--release"]).ended(0);
            assert_eq!(server.accepted().len(), accounts.len());
        })
        .await
    }

    /// With such accounts, after something that is done before the daemon starts.
    pub async fn after(accounts: &[(&str, &str)], before: impl FnOnce(&House, &Server)) -> Self {
        let (house, server) = with_dues(accounts).await;
        house.edit("policy.toml", "# [[staff]]", STAFF);
        let [console, page] = free().map(|port| format!("localhost:{port}"));
        let listen = |host: &str| host.replace("localhost", "127.0.0.1");
        let settings =
            format!("[console]\nlisten = \"{}\"\nurl = \"http://{console}\"\n\n[delivery]\n", listen(&console));
        house.edit("duly.toml", "[delivery]\n", &settings);
        let [console, page] = [format!("http://{console}"), format!("http://{page}")];
        with_page_at(&house, &listen(page.trim_start_matches("http://")), &page, "");
        before(&house, &server);
        let site = started(house, server, &page);
        Self { site, console, page }
    }

    /// A page of the console.
    pub fn console(&self, path: &str) -> String {
        format!("{}{path}", self.console)
    }

    /// The page of the notice to an account.
    pub fn page(&self, account: &str) -> String {
        format!("{}{}", self.page, self.site.link(account))
    }

    /// The link that is printed for a new person.
    pub fn invited(&self, name: &str, roles: &[&str]) -> String {
        let mut arguments = vec!["user", "add", name, "--by", "root"];
        roles.iter().for_each(|role| arguments.extend(["--role", *role]));
        let said = self.site.house.duly(&arguments).ended(0);
        said.lines().find(|line| line.starts_with(&self.console)).unwrap().to_owned()
    }

    /// Somebody new with these roles, who sees the first page.
    pub async fn signed_in(&self, screen: &Screen, name: &str, roles: &[&str]) {
        screen.go(&self.invited(name, roles)).await;
        screen.fills("New password", PASSWORD).await;
        screen.fills("The same again", PASSWORD).await;
        screen.presses("Keep it").await;
        self.signs_in(screen, name).await;
    }

    /// Somebody who has a password.
    pub async fn signs_in(&self, screen: &Screen, name: &str) {
        screen.sees("Sign in").await;
        screen.fills("Name", name).await;
        screen.fills("Password", PASSWORD).await;
        screen.presses("Sign in").await;
        screen.sees("Sign out").await;
    }
}

/// Ports that nobody has; held together, so that they differ.
fn free() -> [u16; 2] {
    let held = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
    held.each_ref().map(|listener| listener.local_addr().unwrap().port())
}
