//! Chromium as somebody uses it: one of its own for each test, gone with it.

use std::{
    io::{BufRead, BufReader},
    ops::Deref,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{cdp::domains::emulation::SetDeviceMetricsOverride, prelude::*};

/// Longest wait for something to be seen, and how often it is looked for.
const PATIENCE: Duration = Duration::from_secs(20);
const OFTEN: Duration = Duration::from_millis(50);

/// For a machine without a screen, as whoever runs the tests, and without calls to its maker.
const FLAGS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--lang=en-US",
];

/// A window. What it is asked for and does not find ends the test.
pub struct Screen {
    // The order in which they go: the window, the driver, what the window kept.
    driver: WebDriver,
    _process: Process,
    _profile: TempDir,
}

/// Ends with the test, however that ends.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Deref for Screen {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.driver
    }
}

impl Screen {
    pub async fn new() -> Self {
        let (process, port) = started();
        let profile = tempfile::tempdir().unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        let folder = format!("--user-data-dir={}", profile.path().display());
        for flag in FLAGS.into_iter().chain([folder.as_str()]) {
            wanted.add_arg(flag).unwrap();
        }
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap();
        let screen = Self { driver, _process: process, _profile: profile };
        screen.is_wide(1280).await;
        screen
    }

    /// The width of the window; what is not seen is scrolled to.
    pub async fn is_wide(&self, width: u32) {
        let size = SetDeviceMetricsOverride {
            width,
            height: 900,
            device_scale_factor: 1.0,
            mobile: false,
            scale: None,
            screen_orientation: None,
        };
        self.driver.cdp().send(size).await.unwrap();
    }

    /// As somebody has set up the machine: `light` or `dark`.
    pub async fn is(&self, scheme: &str) {
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", features).await.unwrap();
    }

    /// As with the browsers of some companies: no script of any page runs.
    pub async fn runs_no_scripts(&self) {
        let value = json!({ "value": true });
        self.driver.cdp().send_raw("Emulation.setScriptExecutionDisabled", value).await.unwrap();
        self.go("data:text/html,<title>none</title><script>document.title = 'some'</script>").await;
        assert_eq!(self.driver.title().await.unwrap(), "none");
    }

    /// Whether this place of where it is shows a page, and not something to keep, nor a mail in which no script may run.
    pub async fn is_page(&self, path: &str) -> bool {
        let ask = "const done = arguments[1]; const say = (answer, name) => answer.headers.get(name) || ''; \
                   fetch(arguments[0]).then((answer) => done([answer.status, say(answer, 'content-type'), \
                   say(answer, 'content-security-policy')]), (error) => done([0, `${error}`, '']))";
        let found = self.execute_async(ask, vec![json!(path)]).await.unwrap();
        let (status, kind, policy): (u16, String, String) = found.convert().unwrap();
        assert_eq!(status, 200, "{path}: {kind}");
        kind.starts_with("text/html") && !policy.contains("sandbox")
    }

    pub async fn go(&self, address: &str) {
        self.driver.goto(address).await.unwrap();
    }

    /// Where it is, without the host.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    /// Everything that can be read, folded parts not.
    pub async fn text(&self) -> String {
        self.driver.find(By::Tag("body")).await.unwrap().text().await.unwrap()
    }

    /// Waits until it can be read.
    #[track_caller]
    pub fn sees(&self, words: &str) -> impl Future<Output = ()> {
        let path = format!("//body[contains(normalize-space(.), {})]", quoted(words));
        let what = format!("“{words}” is read");
        async move {
            self.one(By::XPath(path), &what).await;
        }
    }

    /// Follows a link, presses a button, opens what is folded or chooses a box, by its words.
    pub async fn presses(&self, words: &str) {
        let words = quoted(words);
        let kinds = ["a", "button", "summary", "label"].map(|tag| format!("//{tag}[normalize-space(.) = {words}]"));
        self.clicks(By::XPath(kinds.join(" | ")), &words).await;
    }

    /// Types into the field with this label.
    pub async fn fills(&self, label: &str, text: &str) {
        let path = format!("//*[@id = //label[normalize-space(.) = {}]/@for]", quoted(label));
        let field = self.one(By::XPath(path), label).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Chooses one of a list.
    pub async fn chooses(&self, list: &str, code: &str) {
        let option = format!("#{list} option[value={code}]");
        self.one(By::Css(&option), &option).await.click().await.unwrap();
    }

    /// Chooses one of a list as it is read.
    pub async fn chooses_named(&self, list: &str, words: &str) {
        let option = format!("//select[@id = '{list}']/option[normalize-space(.) = {}]", quoted(words));
        self.one(By::XPath(option), words).await.click().await.unwrap();
    }

    pub async fn types_into(&self, css: &str, text: &str) {
        self.one(By::Css(css), css).await.send_keys(text).await.unwrap();
    }

    /// Sends one of the forms of the customer's page.
    pub async fn answers(&self, answer: &str) {
        let path = format!("//form[input[@name = 'answer'][@value = '{answer}']]//button");
        self.clicks(By::XPath(path), answer).await;
    }

    /// What leads to another page has done so when this ends: the one before is not looked at any more.
    pub async fn clicks(&self, by: impl Into<By>, what: &str) {
        let element = self.one(by, what).await;
        let leads = ["a", "button"].contains(&&*element.tag_name().await.unwrap());
        element.click().await.unwrap();
        if leads && let Err(error) = element.wait_until().wait(PATIENCE, OFTEN).stale().await {
            panic!("{what} leads nowhere: {error}\nat {}:\n{}", self.path().await, self.text().await);
        }
    }

    /// What can be seen of those, once there is one.
    pub async fn one(&self, by: impl Into<By>, what: &str) -> WebElement {
        let by = by.into();
        let found = self.driver.query(by).wait(PATIENCE, OFTEN).and_displayed().first().await;
        match found {
            Ok(element) => element,
            Err(error) => panic!("{what}: {error}\nat {}:\n{}", self.path().await, self.text().await),
        }
    }
}

/// A driver on a port that was free.
fn started() -> (Process, u16) {
    let mut command = Command::new("chromedriver");
    command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = Process(command.spawn().expect("Debian's package chromium-driver is needed"));
    let said = BufReader::new(process.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut ports = said.filter_map(|line| {
        line.split_once("started successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
    });
    let port = ports.next().expect("a port");
    (process, port)
}

/// As a string of XPath, which has no way to write both kinds of quotes.
fn quoted(words: &str) -> String {
    assert!(!words.contains('"'), "{words}");
    format!("\"{words}\"")
}
