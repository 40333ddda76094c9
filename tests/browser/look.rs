//! Whether everybody can use a page: on a phone and at a desk, by day and by night, by eye, by ear and by keyboard.

use thirtyfour::prelude::*;

use crate::screen::Screen;

/// axe-core, as `scripts/axe` fetches it.
const AXE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/axe/node_modules/axe-core/axe.min.js");

/// Looks at pages, and keeps what is wrong with them: that is told when it is dropped.
pub struct Look<'a> {
    screen: &'a Screen,
    axe: String,
    wrong: Vec<String>,
    pages: usize,
}

impl<'a> Look<'a> {
    pub fn with(screen: &'a Screen) -> Self {
        let axe =
            std::fs::read_to_string(AXE).unwrap_or_else(|error| panic!("{AXE}: {error}; `scripts/axe` fetches it"));
        Self { screen, axe, wrong: Vec::new(), pages: 0 }
    }

    /// The page that is shown, with everything that is folded opened.
    pub async fn at(&mut self, name: &str) {
        self.pages += 1;
        let open =
            "document.querySelectorAll('details').forEach(one => { one.removeAttribute('name'); one.open = true })";
        self.screen.execute(open, Vec::new()).await.unwrap();
        self.screen.execute(self.axe.as_str(), Vec::new()).await.unwrap();
        for width in [360, 1280] {
            self.screen.is_wide(width).await;
            for scheme in ["light", "dark"] {
                self.screen.is(scheme).await;
                let found = self.screen.execute_async(include_str!("look.js"), Vec::new()).await.unwrap();
                self.keep(&format!("{name}, {width} px, {scheme}"), found.convert().unwrap());
            }
        }
        let stops = self.screen.execute(include_str!("stops.js"), Vec::new()).await.unwrap();
        let mut keys = self.screen.action_chain();
        for _ in 0..stops.convert::<usize>().unwrap() {
            keys = keys.send_keys(Key::Tab);
        }
        keys.perform().await.unwrap();
        let missed = self.screen.execute("return window.missed()", Vec::new()).await.unwrap();
        self.keep(&format!("{name}, by keyboard"), missed.convert().unwrap());
    }

    fn keep(&mut self, place: &str, found: Vec<String>) {
        self.wrong.extend(found.into_iter().map(|line| format!("{place}: {line}")));
    }

    /// How many pages were looked at.
    pub fn pages(&self) -> usize {
        self.pages
    }
}

impl Drop for Look<'_> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.wrong.is_empty(), "{} things are wrong:\n{}", self.wrong.len(), self.wrong.join("\n"));
        }
    }
}
