//! Targets: where requests go.

use std::collections::BTreeMap;
use std::rc::Rc;

use chat::json::Value;
use chat::{Kind, Problem};
use dialects::kserve_v2::prompt::Template;
use dialects::passed::Part;
use dialects::providers::{Hosting, Provider, with_query};
use stage::{Exchange, Headers, facts};

use crate::config::Parameters;
use crate::credential::Credential;
use crate::models::ModelMap;
use crate::{TARGET_PROPERTIES, is_target_property};

/// The compiled configuration.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) targets: BTreeMap<String, Rc<Target>>,
    pub(crate) default_target: Option<String>,
    /// Parts of APIs that are passed on unread.
    pub(crate) passed: Vec<&'static Part>,
    /// Models that clients may ask for by name.
    pub(crate) listed: Vec<String>,
}

impl Plan {
    /// The target that a router in front chose, or the chosen endpoint, cluster or route names, else the default.
    pub(crate) fn target(&self, io: &Exchange) -> Result<Rc<Target>, Problem> {
        let named = || {
            TARGET_PROPERTIES.iter().find_map(|place| {
                let is_there = |path: &[String]| is_target_property(path, place);
                let (_, name) = io.properties.iter().find(|(path, _)| is_there(path))?;
                std::str::from_utf8(name).ok().filter(|name| !name.is_empty())
            })
        };
        // A router in the same chain knows best; Envoy's route follows its header only after this stage.
        let target = io
            .told(facts::TARGET)
            .or_else(named)
            .or(self.default_target.as_deref())
            .and_then(|name| self.targets.get(name));
        target.map(Rc::clone).ok_or_else(|| {
            let message = "the gateway has no target for this request";
            Problem::new(Kind::Server, "unknown_target", message)
        })
    }
}

/// A provider, with what it takes to call it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) name: String,
    pub(crate) provider: &'static Provider,
    pub(crate) base: Base,
    /// Parameters of every query.
    pub(crate) query: Vec<(String, String)>,
    /// Headers of every request.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) credential: Credential,
    pub(crate) models: ModelMap,
    pub(crate) parameters: Parameters,
    pub(crate) max_output_tokens: Option<u64>,
    pub(crate) template: Template,
    /// Answers keep what the client's dialect has no place for.
    pub(crate) extends: bool,
}

impl Target {
    /// Addresses a request to this target: `path` below its base URL, its host, its headers, its credential.
    pub(crate) fn address(&self, headers: &mut Headers, path: &str) {
        let base = self.base.path.as_str();
        let (base, path) = match path.strip_prefix("/..") {
            Some(beside) => (base.rsplit_once('/').map_or("", |(parent, _)| parent), beside),
            None => (base, path),
        };
        let mut whole = String::with_capacity(base.len().saturating_add(path.len()));
        whole.push_str(base);
        whole.push_str(path);
        headers.set(":path", with_query(whole, &self.query));
        headers.set(":authority", self.base.authority.as_str());
        for (name, value) in self.provider.quirks.headers {
            headers.set(name, *value);
        }
        for (name, value) in &self.headers {
            headers.set(name, value.as_str());
        }
        self.credential.apply(self.provider.auth, headers);
    }

    /// How the provider hosts what is spoken to it.
    pub(crate) fn hosting(&self) -> &'static Hosting {
        self.provider.quirks.hosting.as_ref().unwrap_or(&Hosting::NONE)
    }
}

/// Host and path of a base URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Base {
    pub(crate) authority: String,
    /// Without a trailing slash; may be empty.
    pub(crate) path: String,
}

impl Base {
    pub(crate) fn parse(url: &str) -> Option<Base> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let clean =
            |text: &str| text.bytes().all(|b| b.is_ascii_graphic() && !b"?#@\\".contains(&b));
        let sound = !authority.is_empty() && clean(authority) && clean(path);
        sound.then(|| Base {
            authority: authority.to_owned(),
            path: path.trim_end_matches('/').to_owned(),
        })
    }
}

impl Parameters {
    /// Applies the changes to a request. Returns whether there were any.
    pub(crate) fn apply(&self, body: &mut Value) -> bool {
        let Value::Object(map) = body else { return false };
        let mut edited = false;
        for name in &self.remove {
            edited |= map.shift_remove(name).is_some();
        }
        for (name, value) in &self.default {
            if !map.contains_key(name) {
                map.insert_key(name.clone(), value.clone());
                edited = true;
            }
        }
        for (name, value) in &self.set {
            edited |= map.insert_key(name.clone(), value.clone()).as_ref() != Some(value);
        }
        edited
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn a_base_url_is_host_and_path() {
        for (url, expected) in [
            ("https://api.openai.com/v1", Some(("api.openai.com", "/v1"))),
            ("http://127.0.0.1:8000", Some(("127.0.0.1:8000", ""))),
            ("https://a/b/", Some(("a", "/b"))),
            ("api.openai.com", None),
            ("https://", None),
            ("https://user@a/", None),
            ("https://a/b?c", None),
            ("https://a b", None),
        ] {
            let base = Base::parse(url);
            let parts = base.as_ref().map(|base| (base.authority.as_str(), base.path.as_str()));
            assert_eq!(parts, expected, "{url}");
        }
    }

    #[test]
    fn parameters_are_removed_defaulted_and_set() {
        let parameters: Parameters = serde_json::from_value(
            serde_json::json!({"remove": ["a"], "default": {"b": 1, "c": 2}, "set": {"d": 3}}),
        )
        .unwrap();
        let mut body = json!({"a": 0, "b": 0, "d": 0});
        assert!(parameters.apply(&mut body));
        assert_eq!(body, json!({"b": 0, "d": 3, "c": 2}));
        assert!(!parameters.apply(&mut body), "nothing is left to change");
    }
}
