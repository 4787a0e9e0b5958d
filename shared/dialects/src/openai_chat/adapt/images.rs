//! Images by their URL, for a provider that does not fetch any.

use chat::Problem;
use chat::json::Value;

use crate::Path;

/// Refuses a request that holds an image by its URL.
///
/// # Errors
/// It does; the problem names where.
pub(in super::super) fn check(body: &Value) -> Result<(), Problem> {
    let messages = body.get("messages").and_then(Value::as_array);
    for (index, message) in messages.into_iter().flatten().enumerate() {
        let parts = message.get("content").and_then(Value::as_array);
        for (part, value) in parts.into_iter().flatten().enumerate() {
            if is_remote(value) {
                let path = Path::default().field("messages").item(index).field("content");
                let path = path.item(part).field("image_url");
                let message = "the provider takes images as data: URLs only";
                return Err(Problem::invalid("unsupported_image_url", path.as_str(), message));
            }
        }
    }
    Ok(())
}

fn is_remote(part: &Value) -> bool {
    let Some(image) = part.get("image_url") else { return false };
    let url = image.get("url").unwrap_or(image).as_str();
    url.is_some_and(|url| !url.trim_start().starts_with("data:"))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn only_a_remote_image_is_refused() {
        let asked = |url: &str| {
            let image = json!({"type": "image_url", "image_url": {"url": url}});
            json!({"messages": [{"role": "system", "content": "a"}, {"role": "user",
                "content": [{"type": "text", "text": "b"}, image]}]})
        };
        check(&asked("data:image/png;base64,AAAA")).unwrap();
        let problem = check(&asked("https://a.example/cat.png")).unwrap_err();
        assert_eq!(problem.param.as_deref(), Some("messages[1].content[1].image_url"));
        assert_eq!(problem.code.as_deref(), Some("unsupported_image_url"));
        for body in [json!(7), json!({"messages": 7}), json!({"messages": [7, {"content": [7]}]})] {
            check(&body).unwrap();
        }
    }
}
