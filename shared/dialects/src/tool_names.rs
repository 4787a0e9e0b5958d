//! Names of tools that a provider does not take.
//!
//! Rules differ: OpenAI and Bedrock take 64 characters, Anthropic and Gemini 128; Gemini takes dots and colons, the
//! others do not. A name that the provider would refuse is written shorter and in its letters, the same way in every
//! request, and its own name is put back where the model calls the tool.

use std::collections::BTreeMap;

use crate::neutral::{Content, Request, Response, ToolChoice};
use chat::fnv;

/// What the providers of a dialect take as the name of a tool: letters, digits, `_`, `-` and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ToolNames {
    /// The most characters.
    pub most: usize,
    /// What else may stand in it.
    pub also: &'static str,
    /// A letter or `_` must come first.
    pub letter_first: bool,
}

impl ToolNames {
    /// What OpenAI takes
    /// (<https://platform.openai.com/docs/api-reference/chat/create>, `tools.function.name`; read 2026-11-21), and
    /// Bedrock
    /// (<https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolSpecification.html>, same day).
    pub const OPENAI: ToolNames = ToolNames { most: 64, also: "", letter_first: false };

    /// Whether a name is taken. An empty one is none; that is for others to say.
    fn takes(&self, name: &str) -> bool {
        let plain = |char: char| {
            char.is_ascii_alphanumeric() || matches!(char, '_' | '-') || self.also.contains(char)
        };
        let begins = |char: char| char.is_ascii_alphabetic() || char == '_';
        name.len() <= self.most
            && name.chars().all(plain)
            && (!self.letter_first || name.is_empty() || name.starts_with(begins))
    }

    /// A name that is taken: what can stay of `name`, and a mark that tells it from others.
    fn fitting(&self, name: &str, salt: u32) -> String {
        let letter = |char: char| if self.takes(&format!("_{char}")) { char } else { '_' };
        let mut fitting: String = name.chars().map(letter).collect();
        if self.letter_first {
            fitting.insert(0, '_');
        }
        fitting.truncate(self.most.saturating_sub(9));
        format!("{fitting}_{:08x}", mark(name, salt))
    }
}

/// FNV-1a, folded to 32 bits.
fn mark(name: &str, salt: u32) -> u32 {
    let bytes = name.bytes().chain(salt.to_le_bytes());
    let hash = fnv::hash(bytes, fnv::BASIS);
    ((hash >> 32) ^ (hash & u64::from(u32::MAX))) as u32
}

/// The names of tools by what their provider is told in place of them.
pub type OwnNames = BTreeMap<String, String>;

/// Rewrites the names that `rule` does not take.
pub(crate) fn fit(request: &mut Request, rule: ToolNames) -> OwnNames {
    let mut all_taken = true;
    for_each(request, &mut |name| all_taken &= rule.takes(name));
    if all_taken {
        return OwnNames::new();
    }
    let mut own = OwnNames::new();
    let mut told: BTreeMap<String, String> = BTreeMap::new();
    for_each(request, &mut |name| {
        if rule.takes(name) {
            own.entry(name.clone()).or_insert_with(|| name.clone());
        }
    });
    for_each(request, &mut |name| {
        if rule.takes(name) {
            return;
        }
        let fitting = told.entry(name.clone()).or_insert_with(|| {
            let all = (0..).map(|salt| rule.fitting(name, salt));
            let free = all.take(8).find(|fitting| !own.contains_key(fitting));
            // Eight marks that all stand for other names are not met by chance.
            let free = free.unwrap_or_else(|| name.clone());
            own.insert(free.clone(), name.clone());
            free
        });
        name.clone_from(fitting);
    });
    own.retain(|told, own| told != own);
    own
}

/// Shows every name of a request.
fn for_each(request: &mut Request, see: &mut dyn FnMut(&mut String)) {
    let own = request.tools.iter_mut().filter(|tool| tool.opaque.is_none());
    own.for_each(|tool| see(&mut tool.name));
    for block in request.messages.iter_mut().flat_map(|message| &mut message.content) {
        if let Content::ToolCall { name, .. } = &mut block.content {
            see(name);
        }
    }
    match &mut request.tool_choice {
        Some(ToolChoice::Allowed { names, .. }) => names.iter_mut().for_each(&mut *see),
        Some(ToolChoice::Tool { name }) => see(name),
        _ => {}
    }
}

/// Puts a tool's own name back.
pub(crate) fn restore(name: &mut String, own: &OwnNames) {
    if let Some(own) = own.get(name) {
        name.clone_from(own);
    }
}

/// Puts the tools' own names back in an answer.
pub fn restore_all(response: &mut Response, own: &OwnNames) {
    if own.is_empty() {
        return;
    }
    for block in response.candidates.iter_mut().flat_map(|candidate| &mut candidate.content) {
        if let Content::ToolCall { name, .. } = &mut block.content {
            restore(name, own);
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const GEMINI: ToolNames = ToolNames { most: 128, also: ".:", letter_first: true };

    fn asked(names: &[&str]) -> Request {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let tool_choice = Some(ToolChoice::Allowed { names, required: false });
        Request { tool_choice, ..Request::default() }
    }

    fn names(request: &Request) -> Vec<String> {
        match &request.tool_choice {
            Some(ToolChoice::Allowed { names, .. }) => names.clone(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_name_that_is_taken_stays() {
        for (rule, name) in [
            (ToolNames::OPENAI, "get_weather-1"),
            (ToolNames::OPENAI, "1"),
            (GEMINI, "_a.b:c-d"),
            (GEMINI, ""),
        ] {
            let mut request = asked(&[name]);
            assert_eq!(fit(&mut request, rule), OwnNames::new());
            assert_eq!(names(&request), [name]);
        }
    }

    #[test]
    fn any_other_name_fits_and_comes_back() {
        let long = "x".repeat(65);
        let own = ["a.b", "a:b", "größe", "1 2", &long, "a_b", "a.b"];
        for rule in [ToolNames::OPENAI, ToolNames { letter_first: true, ..ToolNames::OPENAI }] {
            let mut request = asked(&own);
            let table = fit(&mut request, rule);
            let mut told = names(&request);
            assert!(told.iter().all(|name| rule.takes(name)), "{told:?}");
            assert_eq!(told[0], told[6]);
            let mut distinct = told.clone();
            distinct.sort();
            distinct.dedup();
            assert_eq!(distinct.len(), 6, "{told:?}");
            told.iter_mut().for_each(|name| restore(name, &table));
            assert_eq!(told, own);
            let mut again = asked(&own);
            fit(&mut again, rule);
            assert_eq!(names(&again), names(&request), "the same in every request");
        }
    }
}
