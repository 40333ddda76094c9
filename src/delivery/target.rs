//! Where mail goes: a relay, or a folder for trying things out.

use std::path::PathBuf;

use lettre::Address;

use super::{
    folder,
    judge::{Fault, Sent, judge, judge_opening},
    smtp::{Conversation, Deadlines, Fence, Relay, Tls},
};
use crate::{
    domain::notice::Attempt,
    failpoint, reach,
    settings::{Settings, Smtp, Target as To, TlsMode},
};

/// Where mail goes.
#[derive(Debug, Clone)]
pub enum Target {
    Smtp(Box<Relay>),
    Folder(PathBuf),
}

/// One worker's way to the target.
pub(super) enum Line<'t> {
    Smtp { relay: &'t Relay, open: Option<Box<Conversation>> },
    Folder(&'t std::path::Path),
}

impl Target {
    pub fn of(settings: &Settings) -> Result<Self, String> {
        match (settings.delivery.to, &settings.delivery.smtp) {
            (To::Folder, _) => Ok(Self::Folder(settings.path(&settings.delivery.folder))),
            (To::Smtp, Some(smtp)) => Ok(Self::Smtp(Box::new(relay(settings, smtp)?))),
            (To::Smtp, None) => Err("`delivery.to = \"smtp\"` needs a section `[delivery.smtp]`".to_owned()),
        }
    }

    /// How the target is named in records.
    pub fn name(&self) -> String {
        match self {
            Self::Smtp(relay) => format!("{}:{}", relay.host, relay.port),
            Self::Folder(_) => "folder".to_owned(),
        }
    }

    /// A message that was on its way when the process died may have arrived, unless it is a file.
    pub fn can_doubt(&self) -> bool {
        matches!(self, Self::Smtp(_))
    }

    pub(super) fn line(&self) -> Line<'_> {
        match self {
            Self::Smtp(relay) => Line::Smtp { relay, open: None },
            Self::Folder(folder) => Line::Folder(folder),
        }
    }
}

fn relay(settings: &Settings, smtp: &Smtp) -> Result<Relay, String> {
    let password = smtp.password.read(settings)?;
    let credentials = match (&smtp.user, password) {
        (Some(user), Some(password)) => Some((user.clone(), password)),
        (None, None) => None,
        (Some(_), None) => {
            return Err("`delivery.smtp.user` needs `password_env` or `password_file` beside it".to_owned());
        }
        (None, Some(_)) => return Err("`delivery.smtp` has a password but no `user`".to_owned()),
    };
    let extra_roots = match &smtp.ca_file {
        None => Vec::new(),
        Some(file) => {
            let roots = reach::roots(&settings.path(file));
            roots.map_err(|error| format!("`delivery.smtp.ca_file` {error}"))?
        }
    };
    Ok(Relay {
        host: smtp.host.clone(),
        port: smtp.port,
        tls: match smtp.tls {
            TlsMode::Required => Tls::Required,
            TlsMode::Starttls => Tls::StartTls,
            TlsMode::None => Tls::None,
        },
        credentials,
        hello: smtp.hello.clone().unwrap_or_else(|| settings.message_domain().to_owned()),
        deadlines: Deadlines::default(),
        extra_roots,
    })
}

impl Line<'_> {
    pub fn is_open(&self) -> bool {
        match self {
            Self::Folder(_) => true,
            Self::Smtp { open, .. } => open.as_ref().is_some_and(|conversation| conversation.usable()),
        }
    }

    /// Reaches the relay if that has not been done; nothing of a notice is at stake yet.
    pub async fn open(&mut self) -> Result<(), Fault> {
        if self.is_open() {
            return Ok(());
        }
        let Self::Smtp { relay, open } = self else { return Ok(()) };
        *open = None;
        match Conversation::open(relay).await {
            Ok(conversation) => *open = Some(Box::new(conversation)),
            Err(outcome) => return Err(judge_opening(&outcome)),
        }
        failpoint::hit("connected");
        Ok(())
    }

    pub async fn send(
        &mut self,
        (from, to): (&Address, &Address),
        name: &str,
        bytes: &[u8],
        fence: Fence<impl Future<Output = Result<(), String>>>,
    ) -> Sent {
        match self {
            Self::Folder(folder) => Sent { attempt: folder::put(folder, name, bytes).await, fault: None },
            Self::Smtp { open, .. } => match open {
                Some(conversation) => {
                    let outcome = conversation.send(from, to, bytes, fence).await;
                    judge(outcome, conversation.usable())
                }
                None => Sent { attempt: Attempt::TryLater { why: "no conversation is open".to_owned() }, fault: None },
            },
        }
    }

    pub async fn close(self) {
        if let Self::Smtp { open: Some(conversation), .. } = self {
            conversation.close().await;
        }
    }
}
