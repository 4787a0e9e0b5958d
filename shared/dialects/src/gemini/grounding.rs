//! Where an answer is from: `groundingMetadata`.
//!
//! <https://ai.google.dev/api/generate-content#GroundingMetadata> (read 2026-11-21). Web pages become
//! citations in the shape of OpenAI's annotations, which the other dialects know how to read; segments count
//! bytes of a part there and characters here.

use std::collections::BTreeMap;

use chat::json::{Value, json};

/// Where the characters of a text begin, in bytes.
struct Offsets(Vec<usize>);

impl Offsets {
    fn new(text: &str) -> Offsets {
        Offsets(text.char_indices().map(|(at, _)| at).chain([text.len()]).collect())
    }

    /// How many characters the text has.
    fn len(&self) -> usize {
        self.0.len().saturating_sub(1)
    }

    /// How many characters its first `bytes` bytes are.
    fn characters(&self, bytes: u64) -> usize {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.0.partition_point(|at| *at < bytes).min(self.len())
    }

    /// How many bytes its first `characters` characters are.
    fn bytes(&self, characters: u64) -> usize {
        let characters = usize::try_from(characters).unwrap_or(usize::MAX);
        self.0.get(characters).or(self.0.last()).copied().unwrap_or_default()
    }
}

/// The citations of a candidate: the web pages that support a piece of its text, or else those that its
/// search found. `text` is what the candidate says.
pub(super) fn citations(grounding: &Value, text: &str) -> Vec<Value> {
    let list =
        |name: &str| grounding.get(name).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let chunks = list("groundingChunks");
    let offsets = Offsets::new(text);
    let mut citations = Vec::new();
    for support in list("groundingSupports") {
        let segment = support.get("segment").unwrap_or(&Value::Null);
        let at = |name: &str| segment.get(name).and_then(Value::as_u64);
        let start = offsets.characters(at("startIndex").unwrap_or_default());
        let end = offsets.characters(at("endIndex").unwrap_or_default());
        let indices = support.get("groundingChunkIndices").and_then(Value::as_array);
        for index in indices.into_iter().flatten().filter_map(Value::as_u64) {
            let chunk = usize::try_from(index).ok().and_then(|index| chunks.get(index));
            citations.extend(chunk.and_then(|chunk| citation(chunk, start, end)));
        }
    }
    if citations.is_empty() {
        citations.extend(chunks.iter().filter_map(|chunk| citation(chunk, 0, offsets.len())));
    }
    citations
}

/// Whether [`citations`] tell all that `groundingMetadata` says.
pub(super) fn is_told(grounding: &Value) -> bool {
    let only = |value: &Value, known: &[&str]| {
        let fields = value.as_object().into_iter().flatten();
        fields.filter(|field| !field.1.is_null()).all(|(name, _)| known.contains(&name.as_str()))
    };
    let each = |name: &str, known: &[&str]| {
        let list = grounding.get(name).and_then(Value::as_array);
        list.into_iter().flatten().all(|item| only(item, known))
    };
    only(grounding, &["groundingChunks", "groundingSupports"])
        && each("groundingChunks", &["web"])
        && each("groundingSupports", &["groundingChunkIndices", "segment"])
}

fn citation(chunk: &Value, start: usize, end: usize) -> Option<Value> {
    let web = chunk.get("web")?;
    let url = web.get("uri")?.as_str()?;
    let title = web.get("title").and_then(Value::as_str).unwrap_or(url);
    Some(json!({"type": "url_citation", "url_citation":
        {"start_index": start, "end_index": end, "title": title, "url": url}}))
}

/// `groundingMetadata` of citations of any dialect that name a web page.
pub(super) fn metadata(citations: &[Value], text: &str) -> Option<Value> {
    let offsets = Offsets::new(text);
    let mut known: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut chunks: Vec<Value> = Vec::new();
    let mut supports = Vec::new();
    for citation in citations {
        let of = citation.get("url_citation").unwrap_or(citation);
        let field = |name: &str| of.get(name).and_then(Value::as_str);
        let Some(url) = field("url") else { continue };
        let title = field("title").unwrap_or(url);
        let index = *known.entry((url, title)).or_insert_with(|| {
            chunks.push(json!({"web": {"uri": url, "title": title}}));
            chunks.len().saturating_sub(1)
        });
        let at = |name: &str| of.get(name).and_then(Value::as_u64);
        let start = offsets.bytes(at("start_index").unwrap_or_default());
        let end = at("end_index").map_or(text.len(), |end| offsets.bytes(end));
        let piece = text.get(start..end).unwrap_or_default();
        let segment = json!({"startIndex": start, "endIndex": end, "text": piece});
        supports.push(json!({"segment": segment, "groundingChunkIndices": [index]}));
    }
    let found = !chunks.is_empty();
    found.then(|| json!({"groundingChunks": chunks, "groundingSupports": supports}))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn grounding_becomes_citations_and_comes_back() {
        let text = "Größe: 3 m.";
        let grounding = json!({
            "groundingChunks": [{"web": {"uri": "https://a.example", "title": "A"}}],
            "groundingSupports": [{"segment": {"startIndex": 0, "endIndex": 7, "text": "Größe"},
                "groundingChunkIndices": [0]}]
        });
        let citations = citations(&grounding, text);
        let expected = json!({"type": "url_citation", "url_citation":
            {"start_index": 0, "end_index": 5, "title": "A", "url": "https://a.example"}});
        assert_eq!(citations, [expected]);
        assert_eq!(metadata(&citations, text), Some(grounding.clone()));
        assert!(is_told(&grounding));
    }

    #[test]
    fn pages_that_support_nothing_stand_for_the_whole() {
        let grounding =
            json!({"groundingChunks": [{"web": {"uri": "https://a.example"}}, {"maps": {}}]});
        let citations = citations(&grounding, "abc");
        assert_eq!(citations.len(), 1);
        assert_eq!(citations[0]["url_citation"]["end_index"], 3);
    }

    #[test]
    fn what_citations_do_not_tell_is_noticed() {
        assert_eq!(metadata(&[], "x"), None);
        assert!(!is_told(&json!({"webSearchQueries": ["x"]})));
        assert!(!is_told(&json!({"groundingChunks": [{"maps": {}}]})));
        let support = json!({"segment": {}, "groundingChunkIndices": [], "confidenceScores": [1]});
        assert!(!is_told(&json!({"groundingSupports": [support]})));
    }
}
