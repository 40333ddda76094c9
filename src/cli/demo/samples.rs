//! Three of the mails, as excerpts.

use super::story::Told;
use crate::{
    app::{App, Failure},
    delivery::compose::Composer,
    domain::notice::State,
    store::outbox::Notice,
};

/// A first and a second notice in English, and a German one; short ones.
pub fn three(app: &App, told: &[Told]) -> Result<String, Failure> {
    let mut text = "\nTHREE OF THE MAILS, in part\n".to_owned();
    for (language, letter, offer) in [("en", "first", true), ("en", "second", false), ("de", "first", true)] {
        let fits = |notice: &Notice| notice.letter == letter && notice.offer.is_some() == offer;
        let all = told.iter().filter(|told| told.language == language);
        let all = all.flat_map(|told| told.notices.iter().map(move |notice| (told, notice)));
        let sent = all.filter(|(_, notice)| notice.state == State::Sent && fits(notice));
        if let Some((told, notice)) = sent.min_by_key(|(_, notice)| (notice.lines.len(), notice.id)) {
            text += &excerpt(app, told, notice)?;
        }
    }
    Ok(text)
}

fn excerpt(app: &App, told: &Told, notice: &Notice) -> Result<String, Failure> {
    let composer = Composer { settings: &app.settings, words: &app.rules.words, dkim: None, links: None };
    let mail = composer.compose(notice, &told.snapshot.facts.account);
    let letter = mail.map_err(|error| Failure::Failed(error.to_string()))?.rendered;
    let paragraphs: Vec<&str> = letter.text.split("\n\n").map(|text| text.trim_matches('\n')).collect();
    // How it begins, the total, and what is offered; the table and how to pay are left out.
    let total = app.rules.words.choose(&letter.language).0.say("sum-total", &[]);
    let total = total.map_err(|error| Failure::Failed(error.to_string()))?;
    let is_total = |line: &&str| line.trim_start().starts_with(&total);
    let mut lines = vec![format!("Subject: {}", letter.subject)];
    lines.extend(paragraphs.iter().take(2).flat_map(|text| text.lines()).map(str::to_owned));
    lines.extend(letter.text.lines().find(is_total).map(|line| format!("  […] {}", line.trim())));
    let helps = |text: &&&str| match &notice.offer {
        Some(offer) => text.contains(&offer.percent.normalize().to_string()) && text.contains('%'),
        None => text.starts_with("- "),
    };
    let said = paragraphs.iter().skip(2).filter(helps).flat_map(|text| text.split("\n- ").last()).flat_map(str::lines);
    lines.extend(said.map(|line| line.trim_start_matches([' ', '-']).to_owned()));
    let file = format!("mails/{}-{}.eml", notice.as_of, notice.token);
    let lines: Vec<String> = lines.iter().map(|line| format!("    │ {line}\n")).collect();
    Ok(format!("  {file}\n{}", lines.concat()))
}
