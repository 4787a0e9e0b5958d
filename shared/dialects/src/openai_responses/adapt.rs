//! Bends a request to what one provider does otherwise than OpenAI.

use chat::json::{Map, Value};

use super::proof;
use crate::Drops;
use crate::providers::Provider;

/// Bends `body` to the provider's quirks, and leaves out thoughts that another provider's model had (the
/// client met it in a failover): OpenAI refuses what it has not encrypted itself. Returns whether anything
/// changed.
pub(super) fn adapt(body: &mut Value, provider: &Provider, drops: &mut Drops) -> bool {
    let Value::Object(map) = body else { return false };
    let mut changed = remove_foreign_thoughts(map, drops);
    for name in provider.quirks.unsupported {
        if map.shift_remove(name).is_some() {
            drops.add(*name, format!("not supported by {}", provider.name));
            changed = true;
        }
    }
    changed
}

fn remove_foreign_thoughts(map: &mut Map, drops: &mut Drops) -> bool {
    let Some(Value::Array(items)) = map.get_mut("input") else { return false };
    let foreign = |item: &Value| {
        let encrypted = item.get("encrypted_content").and_then(Value::as_str);
        item.get("type").and_then(Value::as_str) == Some("reasoning")
            && encrypted.is_some_and(proof::is_foreign)
    };
    if !items.iter().any(foreign) {
        return false;
    }
    let mut index = 0;
    items.retain(|item| {
        let removed = foreign(item);
        if removed {
            drops.add(format!("input[{index}]"), "reasoning of another provider");
        }
        index += 1;
        !removed
    });
    true
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::providers::{Auth, Quirks};

    fn adapted(unsupported: &'static [&'static str], body: &str) -> (String, bool, Vec<String>) {
        let provider = Provider {
            name: "p",
            title: "P",
            dialect: &crate::openai_responses::OpenaiResponses,
            base_url: "https://p.example",
            auth: Auth::Bearer,
            quirks: Quirks { unsupported, ..Quirks::NONE },
            source: "https://p.example",
            checked: "2026-11-21",
        };
        let mut body = chat::json::parse(body.as_bytes()).unwrap();
        let mut drops = Drops::default();
        let changed = adapt(&mut body, &provider, &mut drops);
        (body.to_string(), changed, drops.iter().map(|dropped| dropped.path.clone()).collect())
    }

    #[test]
    fn what_is_refused_is_removed_and_reported() {
        let (body, changed, dropped) = adapted(&["user"], r#"{"input":"x","user":"u"}"#);
        assert_eq!((body.as_str(), changed), (r#"{"input":"x"}"#, true));
        assert_eq!(dropped, ["user"]);
    }

    #[test]
    fn thoughts_of_another_provider_are_left_out() {
        let own = r#"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAA"}"#;
        let foreign = own.replace("gAAA", "tollgate:signature:EqQB");
        let body = format!(r#"{{"input":[{own},{foreign},{{"role":"user"}}]}}"#);
        let (body, changed, dropped) = adapted(&[], &body);
        assert_eq!((body, changed), (format!(r#"{{"input":[{own},{{"role":"user"}}]}}"#), true));
        assert_eq!(dropped, ["input[1]"]);
    }

    #[test]
    fn what_has_nothing_of_that_is_left_alone() {
        for body in ["[]", "null", r#"{"input":7}"#, r#"{"input":[1,{"type":"reasoning"}]}"#] {
            assert_eq!(adapted(&["user"], body), (body.to_owned(), false, vec![]));
        }
    }
}
