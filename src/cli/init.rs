//! `duly init`: everything that finance and operations may edit, in one folder.

use std::path::{Path, PathBuf};

use super::{Done, Outcome, output::print};
use crate::app::Failure;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Folder to write into
    #[arg(default_value = "config")]
    folder: PathBuf,
}

macro_rules! shipped {
    ($($file:literal),* $(,)?) => { [$(($file, include_str!(concat!("../../config/", $file)))),*] };
}

/// The files that come with duly.
const SHIPPED: &[(&str, &str)] = &shipped![
    "duly.toml",
    "policy.toml",
    "wording/en.ftl",
    "wording/en.toml",
    "wording/de.ftl",
    "wording/de.toml",
    "wording/replies/de.toml",
    "wording/replies/en.toml",
    "wording/replies/es.toml",
    "wording/replies/fr.toml",
    "wording/replies/it.toml",
    "wording/replies/nl.toml",
    "holidays/GB.toml",
    "holidays/DE.toml",
    "holidays/US.toml",
    "playbooks/protest.toml",
    "playbooks/billing.toml",
    "playbooks/administrative.toml",
    "playbooks/paid_unmatched.toml",
    "playbooks/cannot_pay.toml",
    "playbooks/stalling.toml",
    "playbooks/not_debtor.toml",
    "maps/quickbooks_desktop_aging_summary.toml",
    "maps/quickbooks_desktop_open_invoices.toml",
    "maps/quickbooks_online_aging_detail.toml",
    "maps/quickbooks_online_aging_summary.toml",
    "maps/quickbooks_online_invoice_list_dmy.toml",
    "maps/stripe_invoices.toml",
    "maps/tally_bills_receivable.toml",
    "maps/xero_sales.toml",
    "maps/zoho_invoices.toml",
];

pub fn run(args: &Args) -> Outcome {
    let written = write(&args.folder)?;
    print(&format!(
        "{} files written to {}\n\nNext:\n  1. edit {}: the company, how to pay, the mail server\n  \
         2. edit {}: stages, offer, limits\n  3. duly --config {} check\n",
        written,
        args.folder.display(),
        args.folder.join("duly.toml").display(),
        args.folder.join("policy.toml").display(),
        args.folder.join("duly.toml").display(),
    ));
    Ok(Done::Well)
}

/// Writes all files into a folder that has no settings yet; returns how many.
pub fn write(folder: &Path) -> Result<usize, Failure> {
    let settings = folder.join("duly.toml");
    if settings.exists() {
        return Err(Failure::Input(format!("{} is there already; nothing was written", settings.display())));
    }
    for (name, text) in SHIPPED {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    std::fs::create_dir_all(folder.join("documents"))?;
    Ok(SHIPPED.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_config_folder_is_shipped() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("config");
        let mut folders = vec![root.clone()];
        let mut found = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap().flatten() {
                if entry.path().is_dir() {
                    folders.push(entry.path());
                } else if let Ok(name) = entry.path().strip_prefix(&root) {
                    found.push(name.to_string_lossy().into_owned());
                }
            }
        }
        // What a first run leaves behind is not part of it.
        found.retain(|name| name.ends_with(".toml") || name.ends_with(".ftl"));
        let mut shipped: Vec<String> = SHIPPED.iter().map(|(name, _)| (*name).to_owned()).collect();
        found.sort();
        shipped.sort();
        assert_eq!(found, shipped);
    }

    #[test]
    fn settings_are_never_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(write(folder.path()).unwrap(), SHIPPED.len());
        assert!(matches!(write(folder.path()), Err(Failure::Input(_))));
    }
}
