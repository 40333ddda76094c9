//! Where the invented customers live, and what they are called.

use std::collections::BTreeSet;

use rand::{Rng, seq::IndexedRandom};

/// Customers of one kind of place.
#[derive(Debug)]
pub struct Region {
    pub locale: &'static str,
    pub zone: &'static str,
    pub country: &'static str,
    pub currency: &'static str,
    /// Tax in tenths of a percent.
    pub tax: i64,
    /// Out of 100 customers, so many live here.
    pub share: u32,
    words: &'static Words,
}

#[derive(Debug)]
struct Words {
    stems: &'static [&'static str],
    trades: &'static [&'static str],
    forms: &'static [&'static str],
    people: &'static [&'static str],
}

static ENGLISH: Words = Words {
    stems: &[
        "Ashworth",
        "Bramley",
        "Calder",
        "Dunmore",
        "Elmfield",
        "Fairburn",
        "Garnett",
        "Harbour",
        "Ivory",
        "Kestrel",
        "Lakeside",
        "Marlowe",
        "Northgate",
        "Oakham",
        "Pennant",
        "Quarry Bank",
        "Redfern",
        "Silverdale",
        "Thornbury",
        "Underhill",
        "Waverley",
        "Yarrow",
    ],
    trades: &[
        "Joinery",
        "Hardware",
        "Interiors",
        "Plumbing",
        "Boatyard",
        "Garden Design",
        "Roofing",
        "Workshops",
        "Fittings",
    ],
    forms: &["Ltd", "Ltd", "LLP", "& Sons"],
    people: &["Olivia Marsh", "Tom Barlow", "Priya Shah", "Henry Cole", "Fiona Grant", "Samuel Osei", "Ruth Ellison"],
};
static AMERICAN: Words = Words {
    stems: &[
        "Alder Creek",
        "Blue Ridge",
        "Cascade",
        "Dakota",
        "Evergreen",
        "Foothill",
        "Granite",
        "Hudson",
        "Juniper",
        "Lone Pine",
        "Mesa",
        "Prairie",
        "Redwood",
        "Sierra",
        "Tidewater",
    ],
    trades: &["Hardware", "Supply", "Builders", "Cabinetry", "Millwork", "Home Center", "Contracting"],
    forms: &["Inc.", "LLC", "Co."],
    people: &["Dana Whitfield", "Marcus Reed", "Elena Torres", "Grace Kim", "Walter Boyd"],
};
static GERMAN: Words = Words {
    stems: &[
        "Bauer",
        "Brückner",
        "Eichhorn",
        "Falkenberg",
        "Gruber",
        "Hofmann",
        "Jäger",
        "Keller",
        "Lindner",
        "Möller",
        "Neubauer",
        "Pichler",
        "Reuter",
        "Schäfer",
        "Steiner",
        "Tannhof",
        "Vogel",
        "Weiß",
        "Zimmermann",
    ],
    trades: &["Metallbau", "Holzbau", "Werkzeughandel", "Haustechnik", "Möbelwerkstatt", "Gartenbau", "Maschinenbau"],
    forms: &["GmbH", "GmbH & Co. KG", "AG", "KG"],
    people: &["Maria Huber", "Jürgen Wolf", "Anna Köhler", "Thomas Brandt", "Sabine Roth", "Peter Ammann"],
};
static JAPANESE: Words = Words {
    stems: &["Sakura", "Tanaka", "Midori", "Hoshi", "Yamato", "Aoba", "Kawa"],
    trades: &["Seiki", "Kogyo", "Tools", "Trading"],
    forms: &["K.K.", "Co., Ltd."],
    people: &["Yuki Tanaka", "Kenji Mori", "Haruka Ito"],
};
static GULF: Words = Words {
    stems: &["Al Noor", "Gulf Star", "Salmiya", "Al Waha", "Marina"],
    trades: &["Trading", "Building Materials", "Equipment"],
    forms: &["W.L.L.", "Co."],
    people: &["Noura Al-Sabah", "Yousef Hamad"],
};

const fn region(
    (locale, country): (&'static str, &'static str),
    zone: &'static str,
    currency: &'static str,
    tax: i64,
    share: u32,
    words: &'static Words,
) -> Region {
    Region { locale, zone, country, currency, tax, share, words }
}

pub static REGIONS: [Region; 10] = [
    region(("en-GB", "GB"), "Europe/London", "GBP", 200, 36, &ENGLISH),
    region(("en-US", "US"), "America/New_York", "USD", 0, 10, &AMERICAN),
    region(("en-US", "US"), "America/Chicago", "USD", 0, 5, &AMERICAN),
    region(("en-US", "US"), "America/Los_Angeles", "USD", 0, 5, &AMERICAN),
    region(("de-DE", "DE"), "Europe/Berlin", "EUR", 190, 20, &GERMAN),
    region(("de-AT", "AT"), "Europe/Vienna", "EUR", 200, 6, &GERMAN),
    region(("de-CH", "CH"), "Europe/Zurich", "CHF", 81, 6, &GERMAN),
    region(("en-GB", "IE"), "Europe/Dublin", "EUR", 230, 6, &ENGLISH),
    region(("en-GB", "JP"), "Asia/Tokyo", "JPY", 0, 3, &JAPANESE),
    region(("en-GB", "KW"), "Asia/Kuwait", "KWD", 0, 3, &GULF),
];

/// Chooses a region by its share.
pub fn region_of(random: &mut impl Rng) -> &'static Region {
    let mut left = random.random_range(0..REGIONS.iter().map(|region| region.share).sum());
    for region in &REGIONS {
        if left < region.share {
            return region;
        }
        left -= region.share;
    }
    &REGIONS[0]
}

impl Region {
    /// A name that nobody has yet.
    pub fn name(&self, taken: &mut BTreeSet<String>, random: &mut impl Rng) -> String {
        let pick = |list: &[&'static str], random: &mut _| list.choose(random).copied().unwrap_or_default();
        let words = self.words;
        loop {
            let (stem, trade) = (pick(words.stems, random), pick(words.trades, random));
            let (form, second) = (pick(words.forms, random), pick(words.stems, random));
            let short = format!("{stem} {trade} {form}");
            let name = if taken.contains(&short) { format!("{stem} {second} {trade} {form}") } else { short };
            if taken.insert(name.clone()) {
                return name;
            }
        }
    }

    pub fn person(&self, random: &mut impl Rng) -> Option<String> {
        self.words.people.choose(random).map(|name| (*name).to_owned())
    }
}

/// A mail domain made of a name; `.example` belongs to nobody.
pub fn domain(name: &str) -> String {
    let spelt = name.to_lowercase().replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss");
    let parts: Vec<&str> = spelt.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).collect();
    format!("{}.example", parts.join("-"))
}
