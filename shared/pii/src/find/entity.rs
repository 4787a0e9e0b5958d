//! The table of entities.

/// One kind of thing that can be found.
#[derive(Debug)]
pub struct Entity {
    /// Its name in configurations, placeholders and metrics.
    pub name: &'static str,
    /// What sort of thing it is.
    pub category: Category,
    /// Where it is issued.
    pub region: Region,
    /// Whether it is looked for where nothing is said.
    pub default: bool,
}

/// What sort of thing an entity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Category {
    /// How to reach a person: e-mail, phone, address.
    Contact,
    /// Money: cards, accounts, wallets.
    Financial,
    /// Identifiers that states and their bodies issue.
    Identity,
    /// Addresses of machines.
    Network,
    /// Names, birthdays, places.
    Personal,
    /// Keys, tokens, passwords.
    Secret,
}

impl Category {
    /// Its name in configurations.
    pub fn name(self) -> &'static str {
        match self {
            Category::Contact => "contact",
            Category::Financial => "financial",
            Category::Identity => "identity",
            Category::Network => "network",
            Category::Personal => "personal",
            Category::Secret => "secret",
        }
    }
}

/// Where an entity is issued: an ISO 3166 code in lower case, or `global`.
pub type Region = &'static str;

/// Every built-in entity. Overlaps that nothing else decides go to the earlier row.
pub const ENTITIES: &[Entity] = &[Entity {
    name: "EMAIL_ADDRESS",
    category: Category::Contact,
    region: "global",
    default: true,
}];
