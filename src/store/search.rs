//! Accounts by what somebody remembers of them: a number, an invoice; and the names and addresses of all.

use super::{
    Result, Store,
    engine::{Builder, Columns, query},
};

/// An account that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub number: String,
    pub name: String,
    /// The invoice by which it was found.
    pub invoice: Option<String>,
}

/// The last character that a number may go on with.
const END: char = '\u{10FFFF}';

impl Store {
    /// Accounts whose number begins with `text`, then those with such an invoice: `limit` at most, each once.
    pub async fn search(&self, text: &str, limit: usize) -> Result<Vec<Found>> {
        let mut found: Vec<Found> = Vec::new();
        let capitals = text.to_uppercase();
        let mut spelled = vec![text];
        spelled.extend((capitals != text).then_some(capitals.as_str()));
        for from in spelled {
            let until = format!("{from}{END}");
            let text = "SELECT a.number, f.name, NULL FROM account a JOIN account_fact f ON f.account = a.id \
                        AND f.superseded_by IS NULL WHERE a.company = $1 AND a.number >= $2 AND a.number < $3 \
                        ORDER BY a.number LIMIT $4";
            let rows = query(text).bind(self.company).bind(from).bind(&until).bind(limit as i64);
            add(&mut found, limit, rows.fetch_all(self.pool()).await?.iter().map(Columns::of))?;
            let text = "SELECT a.number, f.name, i.number FROM invoice i JOIN account a ON a.id = i.account \
                        JOIN account_fact f ON f.account = a.id AND f.superseded_by IS NULL \
                        WHERE i.company = $1 AND i.number >= $2 AND i.number < $3 AND i.superseded_by IS NULL \
                        ORDER BY i.number LIMIT $4";
            let rows = query(text).bind(self.company).bind(from).bind(&until).bind(limit as i64);
            add(&mut found, limit, rows.fetch_all(self.pool()).await?.iter().map(Columns::of))?;
        }
        // Addresses that people added: few.
        if found.len() < limit {
            let text_in = "SELECT a.number, f.name, NULL FROM contact c JOIN account a ON a.id = c.account \
                           JOIN account_fact f ON f.account = a.id AND f.superseded_by IS NULL WHERE a.company = $1 \
                           AND c.ended IS NULL AND lower(c.email) LIKE $2 ESCAPE '!' ORDER BY a.number LIMIT $3";
            let rows = query(text_in).bind(self.company).bind(within(text)).bind(limit as i64);
            add(&mut found, limit, rows.fetch_all(self.pool()).await?.iter().map(Columns::of))?;
        }
        Ok(found)
    }

    /// Accounts by number, after one of them.
    pub async fn accounts_after(&self, number: &str, limit: i64) -> Result<Vec<Found>> {
        let text = "SELECT a.number, f.name, NULL FROM account a JOIN account_fact f ON f.account = a.id \
                    AND f.superseded_by IS NULL WHERE a.company = $1 AND a.number > $2 ORDER BY a.number LIMIT $3";
        let rows = query(text).bind(self.company).bind(number).bind(limit).fetch_all(self.pool()).await?;
        let mut found = Vec::new();
        add(&mut found, rows.len(), rows.iter().map(Columns::of))?;
        Ok(found)
    }

    /// These accounts, by number.
    pub async fn found(&self, accounts: &[i64]) -> Result<Vec<Found>> {
        let mut read = Builder::new(
            "SELECT a.number, f.name, NULL FROM account a JOIN account_fact f ON f.account = a.id \
             AND f.superseded_by IS NULL WHERE a.id IN ",
        );
        read.push_list(accounts.iter().copied()).push(" ORDER BY a.number");
        let mut found = Vec::new();
        add(&mut found, accounts.len(), read.build().fetch_all(self.pool()).await?.iter().map(Columns::of))?;
        Ok(found)
    }

    /// Names and addresses of accounts that came after a fact: its id, the account, the text.
    pub async fn names_after(&self, fact: i64, limit: i64) -> Result<Vec<(i64, i64, String)>> {
        // A cross join keeps SQLite from beginning with all accounts of the company.
        let text = "SELECT f.id, f.account, f.name || ' ' || f.emails FROM account_fact f CROSS JOIN account a \
                    WHERE f.id > $2 AND f.superseded_by IS NULL AND a.id = f.account AND a.company = $1 \
                    ORDER BY f.id LIMIT $3";
        let rows = query(text).bind(self.company).bind(fact).bind(limit).fetch_all(self.pool()).await?;
        let name = |row| {
            let mut c = Columns::of(row);
            Ok((c.take()?, c.take()?, c.take()?))
        };
        rows.iter().map(name).collect()
    }
}

fn add<'r>(found: &mut Vec<Found>, limit: usize, rows: impl Iterator<Item = Columns<'r>>) -> Result<()> {
    for mut c in rows {
        let one = Found { number: c.take()?, name: c.take()?, invoice: c.take()? };
        if found.len() < limit && !found.iter().any(|known| known.number == one.number) {
            found.push(one);
        }
    }
    Ok(())
}

/// A pattern for what has the text somewhere; its own signs stand for themselves.
fn within(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .flat_map(|c| ['!'].into_iter().filter(move |_| "!%_".contains(c)).chain([c]))
        .collect();
    format!("%{plain}%")
}

#[cfg(test)]
mod tests {
    #[test]
    fn signs_of_patterns_stand_for_themselves() {
        assert_eq!(super::within("50%_Off!"), "%50!%!_off!!%");
    }
}
