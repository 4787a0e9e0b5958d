//! Citations of an answer: `annotations` (SDK `responses/response_output_text.py`, read 2026-11-21).

use chat::json::{Value, json};

use crate::Drops;
use crate::openai_chat::web_pages;

/// Turns the citations of a part's text, `length` characters long, into annotations. Those of this dialect
/// are kept; those of other dialects are if they name a web page, and reported as dropped otherwise.
pub(super) fn annotations(
    citations: Value,
    length: usize,
    path: &str,
    drops: &mut Drops,
) -> Vec<Value> {
    web_pages(citations, path, drops, |citation| annotation(citation, length))
}

/// One annotation of a text that is `length` characters long so far.
pub(super) fn annotation(citation: &Value, length: usize) -> Option<Value> {
    if is_own(citation) {
        return Some(citation.clone());
    }
    // Chat Completions nests the fields.
    let fields = citation.get("url_citation").unwrap_or(citation);
    let url = fields.get("url")?.as_str()?;
    let title = fields.get("title").and_then(Value::as_str).unwrap_or(url);
    let index = |name: &str| fields.get(name).and_then(Value::as_u64);
    Some(json!({
        "type": "url_citation",
        "start_index": index("start_index").unwrap_or_default(),
        "end_index": index("end_index").unwrap_or(length as u64),
        "title": title,
        "url": url,
    }))
}

/// Whether it has every field that official clients demand.
fn is_own(annotation: &Value) -> bool {
    let text = |name: &str| annotation.get(name).is_some_and(Value::is_string);
    let index = |name: &str| annotation.get(name).is_some_and(Value::is_u64);
    match annotation.get("type").and_then(Value::as_str) {
        Some("url_citation") => {
            text("url") && text("title") && index("start_index") && index("end_index")
        }
        Some("file_citation") => text("file_id") && text("filename") && index("index"),
        Some("container_file_citation") => {
            let texts = ["container_id", "file_id", "filename"].into_iter().all(text);
            texts && index("start_index") && index("end_index")
        }
        Some("file_path") => text("file_id") && index("index"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn web(start: u64, end: u64, title: &str) -> Value {
        json!({"type": "url_citation", "start_index": start, "end_index": end, "title": title,
            "url": "https://a.example"})
    }

    #[test]
    fn web_pages_are_kept_and_others_reported() {
        let file = json!({"type": "file_citation", "file_id": "f", "filename": "n", "index": 2});
        let citations = json!([
            web(0, 2, "A"),
            file.clone(),
            {"type": "url_citation", "url_citation": {"start_index": 1, "end_index": 3,
                "title": "B", "url": "https://a.example"}},
            {"type": "web_search_result_location", "url": "https://a.example", "title": null},
            {"type": "char_location", "document_index": 0},
            {"type": "file_citation", "file_id": "f"}
        ]);
        let mut drops = Drops::default();
        let annotations = annotations(citations, 5, "p", &mut drops);
        let expected = [web(0, 2, "A"), file, web(1, 3, "B"), web(0, 5, "https://a.example")];
        assert_eq!(annotations, expected);
        let mut kept = chat::json::Map::new();
        drops.keep(&mut kept);
        assert_eq!(kept["p.citations"].as_array().unwrap().len(), 2);
    }
}
