//! What a person may have meant by a word that is not known.

/// The known word that is most like it, as the end of a sentence: `; did you mean `protest`?`.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let word = word.to_lowercase();
    let nearest = known.into_iter().min_by_key(|known| strsim::damerau_levenshtein(&known.to_lowercase(), &word));
    nearest.map_or_else(String::new, |nearest| format!("; did you mean `{nearest}`?"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn the_nearest_word_is_named() {
        assert_eq!(did_you_mean("PROTST", ["billing", "protest"]), "; did you mean `protest`?");
        assert_eq!(did_you_mean("anything", []), "");
    }
}
