//! The folder of the demo: its own former one is replaced, anything else is left alone.

use std::path::Path;

use super::super::init;
use crate::app::Failure;

/// Marks a folder as one that the demo made.
const MARKER: &str = ".duly-demo";

/// What the demo writes into its folder, and so may remove again.
const OWN: [&str; 3] = ["config", "ledger", "mails"];

/// What the shipped settings say, and what the demo says instead.
const SETTINGS: [(&str, &str); 9] = [
    ("\"EXAMPLE\"", "\"NORTHWIND\""),
    ("Example Ltd", "Northwind Tools Ltd"),
    ("1 Example Street", "12 Foundry Lane"),
    ("Ada Clerk", "Grace Hall"),
    ("accounts@example.test", "accounts@northwind.example"),
    ("\"outbox\"", "\"../mails\""),
    ("# [console] ", "[console] "),
    ("# [page] ", "[page] "),
    ("# secret_file = \"page.secret\"", "secret_file = \"page.secret\""),
];

/// Makes the links of the demo, which are the same each time: they open nothing but this invented ledger.
const SECRET: &str = "known to everybody who reads the demo's source";

/// Empties or makes the folder and writes the configuration. The customers' pages are at the port, the console at the
/// next one.
pub fn prepare(out: &Path, port: u16) -> Result<(), Failure> {
    clear(out)?;
    let config = out.join("config");
    // The mark comes first, so that a run that was cut short can be repeated.
    std::fs::create_dir_all(out)?;
    std::fs::write(out.join(MARKER), "Made by `duly demo`, which replaces config, ledger and mails here.\n")?;
    std::fs::create_dir(out.join("ledger"))?;
    init::write(&config)?;
    let settings = config.join("duly.toml");
    edit(&settings, &settings, &SETTINGS)?;
    for (name, shipped, port) in [("pay.example.test", 8081, port), ("duly.example.com", 8082, port + 1)] {
        let listen = |port: u16| format!("listen = \"127.0.0.1:{port}\"");
        let url = (format!("# url = \"https://{name}\" "), format!("url = \"http://localhost:{port}\" "));
        edit(&settings, &settings, &[(&format!("# {}", listen(shipped)), &listen(port)), (&url.0, &url.1)])?;
    }
    std::fs::write(config.join("page.secret"), SECRET)?;
    // Accounts that came with another business: what was due before is left to its own books.
    std::fs::create_dir_all(config.join("policies"))?;
    let policy = config.join("policy.toml");
    let takeover = [("name = \"standard\"", "name = \"eastmoor\""), ("# cutover =", "cutover =")];
    edit(&policy, &config.join("policies").join("eastmoor.toml"), &takeover)
}

/// Pauses the standard policy, or lets it go on.
pub fn pause(out: &Path, paused: bool) -> Result<(), Failure> {
    let policy = out.join("config").join("policy.toml");
    let (on, off) = ("paused = true", "paused = false");
    edit(&policy, &policy, &[if paused { (off, on) } else { (on, off) }])
}

fn clear(out: &Path) -> Result<(), Failure> {
    if !out.exists() {
        return Ok(());
    }
    let shown = out.display();
    if !out.is_dir() {
        return Err(Failure::Input(format!("{shown} is not a folder; choose another one with `--out DIR`")));
    }
    let empty = std::fs::read_dir(out)?.next().is_none();
    if !empty && !out.join(MARKER).is_file() {
        let why = "is not empty, and the demo did not make it; nothing was changed";
        return Err(Failure::Input(format!("{shown} {why}. Choose another folder with `--out DIR`")));
    }
    for name in OWN {
        let own = out.join(name);
        if own.is_dir() {
            std::fs::remove_dir_all(own)?;
        }
    }
    Ok(())
}

/// Writes a file with some of its text replaced; text that is not there is an error.
fn edit(from: &Path, to: &Path, changes: &[(&str, &str)]) -> Result<(), Failure> {
    let mut text = std::fs::read_to_string(from)?;
    for (before, after) in changes {
        if !text.contains(before) {
            return Err(Failure::Failed(format!("{}: `{before}` is not in it", from.display())));
        }
        text = text.replace(before, after);
    }
    Ok(std::fs::write(to, text)?)
}
