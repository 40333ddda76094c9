//! One act of a person on a case.

use super::{Word, record, refused};
use crate::{
    app::{App, Failure},
    domain::{
        case::{Act, playbook::PlayStep},
        excerpt::printable,
    },
    store::cases::{Actor, CaseRow},
};

impl App {
    /// A case, or that there is none.
    pub async fn case(&self, id: i64) -> Result<CaseRow, Failure> {
        let missing = || Failure::Input(format!("there is no case {id}; `duly case list` shows them"));
        self.store.case(id).await?.ok_or_else(missing)
    }

    /// Does something on a case, if that is possible now; the case afterwards. A solution has a way of its own.
    pub async fn act(&self, id: i64, act: &Act, word: Word<'_>) -> Result<CaseRow, Failure> {
        // Words may be taken down by anybody who hears them.
        let author = match act {
            Act::Note | Act::Say | Act::Wish => word.author.to_owned(),
            _ => self.colleague(word.author).map_err(Failure::Input)?,
        };
        // Some acts say enough by themselves.
        let silent = word.why.is_empty() && matches!(act, Act::Take | Act::HearAll | Act::Tick { .. });
        let why = match act {
            _ if silent => "",
            Act::Say => record::words(word.field, word.why)?,
            _ => record::note(word.field, word.why)?,
        };
        if let Act::Tick { step } = act {
            self.has_step(id, step).await?;
        }
        let actor = Actor { author: &author, why, today: self.today(), now: self.clock.now() };
        self.store.act_if(id, word.seen, act, &actor).await.map_err(refused)?;
        self.case(id).await
    }

    /// That somebody else goes on.
    pub fn hand_over(&self, field: &str, to: &str) -> Result<Act, Failure> {
        let to = self.colleague(record::name(field, to)?).map_err(Failure::Input)?;
        Ok(Act::HandOver { to })
    }

    async fn has_step(&self, id: i64, step: &str) -> Result<(), Failure> {
        let case = self.case(id).await?;
        let steps = self.rules.playbooks.of(case.course.kind).steps.iter().map(PlayStep::code);
        if steps.clone().any(|known| known == step) {
            return Ok(());
        }
        let (step, known) = (printable(step), steps.collect::<Vec<_>>().join(", "));
        Err(Failure::Input(format!("its playbook has no step `{step}`; there are {known}")))
    }
}
