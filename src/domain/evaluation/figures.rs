//! Figures of quality: how well the scores put disputes before the rest, and how true they are as probabilities.

use std::collections::BTreeMap;

use super::samples::Sample;

/// Resamples of the interval.
const DRAWS: usize = 200;
/// Upper ends of the bins of calibration, as shares.
const BINS: [f64; 6] = [0.1, 0.25, 0.5, 0.75, 0.9, 1.0];

/// What a list of samples shows.
#[derive(Debug, Clone, PartialEq)]
pub struct Figures {
    pub samples: usize,
    pub disputed: usize,
    pub accounts: usize,
    /// Chance that a disputed item scores above another one; `None` when there is only one class.
    pub auc: Option<f64>,
    /// The tenth with the highest scores.
    pub top: Cut,
    /// Those with the verdict of a protest.
    pub flagged: Cut,
    pub bins: Vec<Bin>,
}

/// What lies above a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    pub number: usize,
    /// Disputed ones among them; of equal scores on the line a share.
    pub hits: f64,
    pub precision: Option<f64>,
    pub recall: Option<f64>,
    /// Precision against the share of all that are disputed.
    pub lift: Option<f64>,
}

/// Items of about the same predicted probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    pub from: f64,
    pub to: f64,
    pub samples: usize,
    /// Mean of what was predicted.
    pub predicted: f64,
    /// Share that was disputed.
    pub observed: f64,
}

impl Figures {
    pub fn of(samples: &[&Sample]) -> Self {
        let disputed = samples.iter().filter(|sample| sample.label).count();
        let accounts: std::collections::BTreeSet<&str> = samples.iter().map(|one| one.account.as_str()).collect();
        let share = disputed as f64 / samples.len().max(1) as f64;
        let flagged = samples.iter().filter(|sample| sample.flagged);
        let hits = flagged.clone().filter(|sample| sample.label).count() as f64;
        let number = samples.len().div_ceil(10);
        Self {
            samples: samples.len(),
            disputed,
            accounts: accounts.len(),
            auc: auc(samples),
            top: Cut::of(number, hits_in_top(samples, number), disputed, share),
            flagged: Cut::of(flagged.count(), hits, disputed, share),
            bins: bins(samples),
        }
    }
}

impl Cut {
    fn of(number: usize, hits: f64, disputed: usize, share: f64) -> Self {
        let precision = (number > 0).then(|| hits / number as f64);
        Self {
            number,
            hits,
            precision,
            recall: (disputed > 0).then(|| hits / disputed as f64),
            lift: precision.filter(|_| share > 0.0).map(|precision| precision / share),
        }
    }
}

/// The rank statistic; equal scores count half.
pub fn auc(samples: &[&Sample]) -> Option<f64> {
    // Of each score, how many are disputed and how many are not.
    let mut scores: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    for sample in samples {
        let (disputed, others) = scores.entry(sample.score).or_default();
        *(if sample.label { disputed } else { others }) += 1.0;
    }
    let (mut below, mut wins, mut all) = (0.0, 0.0, 0.0);
    for (disputed, others) in scores.into_values() {
        wins += disputed * (below + others / 2.0);
        (below, all) = (below + others, all + disputed);
    }
    (below > 0.0 && all > 0.0).then(|| wins / (below * all))
}

fn hits_in_top(samples: &[&Sample], number: usize) -> f64 {
    let mut scores: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for sample in samples {
        let (of, disputed) = scores.entry(sample.score).or_default();
        (*of, *disputed) = (*of + 1, *disputed + usize::from(sample.label));
    }
    let (mut left, mut hits) = (number, 0.0);
    for (of, disputed) in scores.into_values().rev() {
        let taken = of.min(left);
        hits += disputed as f64 * taken as f64 / of as f64;
        left -= taken;
    }
    hits
}

fn bins(samples: &[&Sample]) -> Vec<Bin> {
    let mut from = 0.0;
    let mut found = Vec::new();
    for to in BINS {
        let within = |p: f64| from <= p && (p < to || to == 1.0);
        let inside: Vec<_> = samples.iter().filter(|sample| within(sample.score.probability())).collect();
        if !inside.is_empty() {
            let number = inside.len() as f64;
            let predicted = inside.iter().map(|sample| sample.score.probability()).sum::<f64>() / number;
            let observed = inside.iter().filter(|sample| sample.label).count() as f64 / number;
            found.push(Bin { from, to, samples: inside.len(), predicted, observed });
        }
        from = to;
    }
    found
}

/// The interval that holds nine of ten AUCs when the accounts are drawn anew: items of one account are alike, so more
/// of them make the figure no surer.
pub fn auc_interval(samples: &[&Sample]) -> Option<(f64, f64)> {
    let mut accounts: BTreeMap<&str, Vec<&Sample>> = BTreeMap::new();
    for sample in samples {
        accounts.entry(&sample.account).or_default().push(sample);
    }
    let accounts: Vec<Vec<&Sample>> = accounts.into_values().collect();
    let mut seed = 1_u64;
    let draw = |seed: &mut u64| -> Vec<&Sample> {
        let one = |_| &accounts[(splitmix(seed) % accounts.len().max(1) as u64) as usize];
        (0..accounts.len()).flat_map(one).copied().collect()
    };
    let mut found: Vec<f64> = (0..DRAWS).filter_map(|_| auc(&draw(&mut seed))).collect();
    found.sort_by(f64::total_cmp);
    let at = |share: f64| found.get((found.len() as f64 * share) as usize).copied();
    Some((at(0.05)?, at(0.95)?))
}

/// A well-known generator of 64 bits (SplitMix64); a fixed seed gives the same interval each time.
fn splitmix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
