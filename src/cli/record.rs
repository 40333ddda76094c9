//! Who does something, for the record.

use crate::{app::Failure, casework::record};

/// Who does something, for the record.
#[derive(Debug, Clone, clap::Args)]
pub struct Author {
    /// Who does this, for the record [default: the user of this machine]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Author {
    pub fn name(&self) -> Result<String, Failure> {
        let user = || std::env::var("USER").ok().filter(|user| !user.is_empty());
        let name = self.by.clone().or_else(user);
        let name = name.ok_or_else(|| Failure::Input("say who does this with `--by NAME`".to_owned()))?;
        Ok(record::name("--by", &name)?.to_owned())
    }
}
