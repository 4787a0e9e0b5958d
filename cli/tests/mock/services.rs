//! What the simulated providers serve besides chat, and what they refuse.

use serde_json::json;

use crate::support::Mock;

#[test]
fn services_answer_good_requests_and_refuse_bad_ones() {
    let texts = json!({"contents": [{"parts": [{"text": "Hi"}]}]});
    for (dialect, path, good, bad) in [
        (
            "openai-chat",
            "/v1/embeddings",
            json!({"model": "m", "input": ["a", [1, 2]]}),
            json!({"model": "m", "input": ["a", 1]}),
        ),
        (
            "openai-chat",
            "/v1/embeddings",
            json!({"model": "m", "input": "a", "encoding_format": "base64"}),
            json!({"model": "m", "input": "a", "input_type": "query"}),
        ),
        (
            "openai-chat",
            "/v1/completions",
            json!({"model": "m", "prompt": "a", "logprobs": 5}),
            json!({"model": "m", "prompt": "a", "logprobs": 6}),
        ),
        (
            "openai-chat",
            "/v1/rerank",
            json!({"model": "m", "query": "q", "documents": ["a", {"text": "b"}]}),
            json!({"model": "m", "query": "q", "documents": [{"title": "b"}]}),
        ),
        (
            "openai-chat",
            "/tokenize",
            json!({"model": "m", "messages": [{"role": "user", "content": "a"}]}),
            json!({"model": "m", "messages": []}),
        ),
        (
            "openai-responses",
            "/v1/responses/input_tokens",
            json!({"model": "m", "input": "a"}),
            json!({"model": "m", "input": "a", "max_output_tokens": 1}),
        ),
        (
            "anthropic-messages",
            "/v1/messages/count_tokens",
            json!({"model": "m", "messages": [{"role": "user", "content": "a"}]}),
            json!({"model": "m", "messages": [{}], "max_tokens": 1}),
        ),
        (
            "gemini",
            "/v1beta/models/m:batchEmbedContents",
            json!({"requests": [{"model": "models/m", "content": {"parts": [{"text": "a"}]}}]}),
            json!({"requests": [{"model": "models/x", "content": {"parts": [{"text": "a"}]}}]}),
        ),
        (
            "cohere-chat",
            "/v2/embed",
            json!({"model": "m", "texts": ["a"], "input_type": "search_query"}),
            json!({"model": "m", "texts": ["a"]}),
        ),
        (
            "cohere-chat",
            "/v2/rerank",
            json!({"model": "m", "query": "q", "documents": ["a"]}),
            json!({"model": "m", "query": "q", "documents": []}),
        ),
        (
            "ollama-chat",
            "/api/embed",
            json!({"model": "m", "input": ["a"]}),
            json!({"model": "m", "input": [1]}),
        ),
        (
            "kserve-v2",
            "/v2/models/m/infer",
            json!({"inputs": [
                {"name": "text_input", "shape": [1], "datatype": "BYTES", "data": ["a"]}]}),
            json!({"inputs": [
                {"name": "text_input", "shape": [2], "datatype": "BYTES", "data": ["a"]}]}),
        ),
        ("gemini", "/v1beta/models/m:countTokens", texts, json!({})),
    ] {
        let mock = Mock::start(dialect, &[]);
        let post = |body: &serde_json::Value| {
            mock.send("POST", path, &mock.headers(), body.to_string().as_bytes())
        };
        assert_eq!(post(&good).status, 200, "{path}: {}", post(&good).text());
        assert_eq!(post(&bad).status, 400, "{path}: {}", post(&bad).text());
        let nobody = mock.send("POST", path, &[("content-type", "application/json")], b"{}");
        // A model server of one's own asks for no key.
        let open = ["ollama-chat", "kserve-v2"].contains(&dialect);
        let expected = if open { 400..=400 } else { 401..=403 };
        assert!(expected.contains(&nobody.status), "{path}: {}", nobody.status);
    }
}
