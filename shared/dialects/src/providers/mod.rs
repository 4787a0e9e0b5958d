//! The provider registry: who speaks which dialect, where, and with which quirks.
//!
//! Adding an OpenAI-compatible provider is one row in `hosted.rs` or `own.rs`. A row is data; no code names a provider.

mod hosted;
mod hosting;
mod known;
mod own;
mod quirks;
#[cfg(test)]
mod tests;

use crate::neutral::{Request, Tool};
use crate::openai_chat::OpenaiChat;
use crate::unary::Services;
use crate::{Codec, Dialect};

pub use hosting::{Hosting, StreamForm, with_query};
pub use quirks::{CallIds, Formats, MaxTokens, Quirks, ToolChoices};

/// An endpoint that speaks a dialect.
#[derive(Debug, Clone, Copy)]
pub struct Provider {
    /// Its name in configuration, kebab-case.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The dialect it speaks.
    pub dialect: &'static dyn Codec,
    /// Scheme, host and path that the dialect's own path is appended to: `https://api.openai.com/v1`.
    /// Self-hosted ones name the port they listen on by default. `{project}` stands for something of the
    /// customer's own; configuration must give the whole URL then.
    pub base_url: &'static str,
    /// How the API key is sent.
    pub auth: Auth,
    /// What it does otherwise than its dialect's owner.
    pub quirks: Quirks,
    /// The provider's documentation of all this.
    pub source: &'static str,
    /// When that was read: `2026-11-20`.
    pub checked: &'static str,
}

impl Provider {
    /// The provider whose dialect it is: of those that speak it, the one it is named after.
    pub fn owner(dialect: &dyn Dialect) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|row| {
            row.dialect.name() == dialect.name() && dialect.name().starts_with(row.name)
        })
    }

    /// The dialect to speak to it for a client of `client`: the client's own where it can be.
    pub fn dialect_for(&self, client: &dyn Dialect) -> &'static dyn Codec {
        let is_clients = |dialect: &&&'static dyn Codec| dialect.name() == client.name();
        self.quirks.also.iter().find(is_clients).copied().unwrap_or(self.dialect)
    }

    /// What it serves besides chat.
    pub fn services(&self) -> Services {
        self.quirks.services.unwrap_or_else(|| self.dialect.services())
    }

    /// Leaves of a request's searches of the web only the whole, unless it searches: other dialects' have no
    /// counterpart then.
    pub(crate) fn forget_searches(&self, request: &mut Request) {
        let is_own = |tool: &Tool| {
            tool.opaque.as_ref().is_some_and(|opaque| opaque.0 == self.dialect.name())
        };
        if !self.quirks.searches {
            let others = request.tools.iter_mut().filter(|tool| !is_own(tool));
            others.for_each(|tool| tool.search = None);
        }
    }

    /// The provider of that name.
    pub fn by_name(name: &str) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }
}

/// What a row leaves out: an OpenAI-compatible provider like most.
const COMPATIBLE: Provider = Provider {
    name: "",
    title: "",
    dialect: &OpenaiChat,
    base_url: "",
    auth: Auth::Bearer,
    quirks: Quirks::COMPATIBLE,
    source: "",
    checked: "",
};

/// How many there are.
const COUNT: usize = hosted::HOSTED.len() + own::OWN.len();

/// All providers: the services that others run, then the servers that you run.
pub static PROVIDERS: &[Provider] = &all();

#[allow(clippy::indexing_slicing, reason = "the compiler runs it")]
const fn all() -> [Provider; COUNT] {
    let mut all = [COMPATIBLE; COUNT];
    let mut at = 0;
    while at < COUNT {
        let hosted = hosted::HOSTED.len();
        all[at] = if at < hosted { hosted::HOSTED[at] } else { own::OWN[at - hosted] };
        at += 1;
    }
    all
}

/// How an API key is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Auth {
    /// `authorization: Bearer KEY`.
    Bearer,
    /// The key alone in the header of that name.
    Header(&'static str),
}

impl Auth {
    /// The header that carries the key, and its value.
    pub fn header(self, key: &str) -> (&'static str, String) {
        match self {
            Auth::Bearer => ("authorization", ["Bearer ", key].concat()),
            Auth::Header(name) => (name, key.to_owned()),
        }
    }
}
