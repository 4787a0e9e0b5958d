//! Citations of an answer: OpenAI's `annotations`.

use chat::json::{Value, json};

use crate::{Drops, Path};

/// Turns the citations of a text that stands at `start` and is `length` long, both in characters, into
/// annotations. OpenAI's own are kept; those of other dialects are if they name a web page, and reported
/// as dropped otherwise.
pub(super) fn annotations(
    citations: Value,
    start: usize,
    length: usize,
    path: &Path,
    drops: &mut Drops,
) -> Vec<Value> {
    web_pages(citations, path, drops, |citation| annotation(citation, start, length))
}

/// What `annotation` makes of each citation; those that it makes nothing of are reported.
pub(crate) fn web_pages(
    citations: Value,
    path: &str,
    drops: &mut Drops,
    annotation: impl Fn(&Value) -> Option<Value>,
) -> Vec<Value> {
    let citations = match citations {
        Value::Array(items) => items,
        other => vec![other],
    };
    let (mut annotations, mut lost) = (Vec::new(), Vec::new());
    for citation in citations {
        match annotation(&citation) {
            Some(annotation) => annotations.push(annotation),
            None => lost.push(citation),
        }
    }
    if !lost.is_empty() {
        drops.lose(format!("{path}.citations"), "not a web page", lost);
    }
    annotations
}

/// One annotation, if the citation names a web page.
pub(super) fn annotation(citation: &Value, start: usize, length: usize) -> Option<Value> {
    if citation.get("url_citation").is_some() {
        return is_url_citation(citation).then(|| citation.clone());
    }
    let url = citation.get("url")?.as_str()?;
    let title = citation.get("title").and_then(Value::as_str).unwrap_or(url);
    // The Responses API has the same fields flat, counted from the beginning of the text.
    let index = |name: &str| citation.get(name).and_then(Value::as_u64).map(|it| it as usize);
    let length = index("end_index").unwrap_or(length);
    let (start, length) = match index("start_index") {
        Some(within) => (start.saturating_add(within), length.saturating_sub(within)),
        None => (start, length),
    };
    Some(json!({"type": "url_citation", "url_citation": {
        "start_index": start,
        "end_index": start.saturating_add(length),
        "title": title,
        "url": url,
    }}))
}

/// Whether it has every field that official clients demand.
fn is_url_citation(annotation: &Value) -> bool {
    let Some(citation) = annotation.get("url_citation") else { return false };
    let has_text = |name: &str| citation.get(name).is_some_and(Value::is_string);
    let has_index = |name: &str| citation.get(name).is_some_and(Value::is_u64);
    has_text("url") && has_text("title") && has_index("start_index") && has_index("end_index")
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn web(start: u64, end: u64, title: &str) -> Value {
        json!({"type": "url_citation", "url_citation":
            {"start_index": start, "end_index": end, "title": title, "url": "https://a.example"}})
    }

    #[test]
    fn web_pages_are_kept_and_others_reported() {
        let mut drops = Drops::default();
        let citations = json!([
            web(0, 2, "A"),
            {"type": "web_search_result_location", "url": "https://a.example", "title": "B",
             "cited_text": "c"},
            {"type": "web_search_result_location", "url": "https://a.example", "title": null},
            {"type": "char_location", "document_index": 0},
            {"type": "url_citation", "url_citation": {"url": "https://a.example"}},
            {"type": "url_citation", "url": "https://a.example", "title": "C", "start_index": 1,
             "end_index": 4}
        ]);
        let annotations = annotations(citations, 10, 5, &"choices[0]".into(), &mut drops);
        assert_eq!(
            annotations,
            [web(0, 2, "A"), web(10, 15, "B"), web(10, 15, "https://a.example"), web(11, 14, "C")]
        );
        let lost: Vec<_> = drops.iter().map(|dropped| dropped.path.as_str()).collect();
        assert_eq!(lost, ["choices[0].citations"]);
        let mut kept = chat::json::Map::new();
        drops.keep(&mut kept);
        assert_eq!(kept["choices[0].citations"].as_array().unwrap().len(), 2);
    }
}
