use chat::json::{Value, json};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{Dialect, OTHERS};

fn begun(
    operation: Operation,
    provider: &str,
    model: &str,
    body: Value,
) -> Result<(ProviderRequest, Pending, Vec<String>), Problem> {
    let provider = Provider::by_name(provider).unwrap();
    let Plan::Other(translation) = plan(operation, provider)? else { panic!("not translated") };
    let mut drops = Drops::default();
    let context = ProviderContext::new(provider);
    let (sent, pending) = translation.request("", body, model.to_owned(), context, &mut drops)?;
    let dropped = drops.iter().map(|dropped| dropped.path.clone()).collect();
    Ok((sent, pending, dropped))
}

fn embeddings(
    provider: &str,
    model: &str,
    body: Value,
    answer: Value,
) -> (ProviderRequest, Vec<String>, Value) {
    let (sent, pending, dropped) = begun(Operation::Embeddings, provider, model, body).unwrap();
    (sent, dropped, pending.response(answer).unwrap())
}

fn answered(vectors: Value, model: &str, tokens: u64) -> Value {
    let data: Vec<Value> = vectors.as_array().unwrap().iter().enumerate().map(|(index, vector)| {
        json!({"object": "embedding", "index": index as u64, "embedding": vector.clone()})
    }).collect();
    json!({"object": "list", "data": data, "model": model,
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens}})
}

#[test]
fn texts_become_vectors_at_every_provider() {
    let asked = || {
        json!({"model": "x", "input": ["a", "bcdef"], "dimensions": 2,
        "input_type": "query", "user": "u"})
    };
    let two = || json!([[0.25, -1.5], [1e-3, 2]]);
    for (provider, model, path, body, answer, model_told, tokens) in [
        (
            "gemini",
            "gemini-embedding-001",
            "/models/gemini-embedding-001:batchEmbedContents",
            json!({"requests": [
                {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "a"}]},
                    "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2},
                {"model": "models/gemini-embedding-001", "content": {"parts": [{"text": "bcdef"}]},
                    "taskType": "RETRIEVAL_QUERY", "outputDimensionality": 2}]}),
            json!({"embeddings": [{"values": [0.25, -1.5]}, {"values": [1e-3, 2]}]}),
            "gemini-embedding-001",
            2,
        ),
        (
            "vertex-ai",
            "text-embedding-005",
            "/models/text-embedding-005:predict",
            json!({"instances": [{"content": "a", "task_type": "RETRIEVAL_QUERY"},
                {"content": "bcdef", "task_type": "RETRIEVAL_QUERY"}],
                "parameters": {"outputDimensionality": 2}}),
            json!({"predictions": [
                {"embeddings": {"values": [0.25, -1.5], "statistics": {"token_count": 3}}},
                {"embeddings": {"values": [1e-3, 2], "statistics": {"token_count": 4}}}]}),
            "text-embedding-005",
            7,
        ),
        (
            "bedrock",
            "eu.cohere.embed-v4:0",
            "/model/eu.cohere.embed-v4:0/invoke",
            json!({"texts": ["a", "bcdef"], "input_type": "search_query",
                "embedding_types": ["float"], "output_dimension": 2}),
            json!({"id": "1", "embeddings": {"float": two()}, "response_type": "embeddings_by_type"}),
            "eu.cohere.embed-v4:0",
            2,
        ),
        (
            "voyage",
            "voyage-4",
            "/embeddings",
            json!({"model": "voyage-4", "input": ["a", "bcdef"], "input_type": "query",
                "output_dimension": 2}),
            json!({"data": [{"embedding": [0.25, -1.5]}, {"embedding": [1e-3, 2]}],
                "model": "voyage-4-large", "usage": {"total_tokens": 9}}),
            "voyage-4-large",
            9,
        ),
    ] {
        let (sent, dropped, told) = embeddings(provider, model, asked(), answer);
        assert_eq!((&*sent.path, sent.body), (path, body));
        assert_eq!(dropped, ["user"], "{provider}");
        assert_eq!(told, answered(two(), model_told, tokens), "{provider}");
    }
}

#[test]
fn one_text_goes_to_a_provider_that_takes_one() {
    let model = "amazon.titan-embed-text-v2:0";
    let (sent, dropped, told) = embeddings(
        "bedrock",
        model,
        json!({"input": "a", "dimensions": 256}),
        json!({"embedding": [0.5], "inputTextTokenCount": 3}),
    );
    assert_eq!(sent.path, "/model/amazon.titan-embed-text-v2:0/invoke");
    assert_eq!(sent.body, json!({"inputText": "a", "dimensions": 256}));
    assert_eq!((dropped.len(), told), (0, answered(json!([[0.5]]), model, 3)));
    for (model, body, param) in [
        (model, json!({"input": ["a", "b"]}), "input"),
        (model, json!({"input": [1, 2]}), "input"),
        (model, json!({"input": [[1], [2]]}), "input"),
        (model, json!({"input": []}), "input[0]"),
        (model, json!({"input": "a", "encoding_format": "int8"}), "encoding_format"),
        (model, json!({}), "input"),
        ("anthropic.claude", json!({"input": "a"}), "model"),
    ] {
        let problem = begun(Operation::Embeddings, "bedrock", model, body).unwrap_err();
        assert_eq!((problem.status, problem.param.as_deref()), (400, Some(param)));
    }
}

#[test]
fn model_servers_are_asked_in_their_own_words() {
    for name in ["cohere", "kserve", "ollama-chat", "triton"] {
        assert!(Provider::by_name(name).unwrap().services().embeddings.is_some(), "{name}");
    }
    let asked = embeddings::Request {
        model: "m".to_owned(),
        texts: vec!["a".to_owned(), "b".to_owned()],
        ..embeddings::Request::default()
    };
    let sent = |wire: &embeddings::Wire| {
        let sent = (wire.encode)(asked.clone(), &mut Drops::default()).unwrap();
        (sent.path, sent.body)
    };
    assert_eq!(
        sent(&wires::OLLAMA_EMBEDDINGS),
        ("/embed".into(), json!({"model": "m", "input": ["a", "b"]}))
    );
    let answer = json!({"model": "m", "embeddings": [[1], [2]], "prompt_eval_count": 8});
    let read = (wires::OLLAMA_EMBEDDINGS.decode)(answer).unwrap();
    assert_eq!((read.vectors, read.tokens), (vec![json!([1]), json!([2])], Some(8)));

    let tensor =
        json!({"name": "text_input", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]});
    assert_eq!(
        sent(&wires::INFERENCE_EMBEDDINGS),
        ("/v2/models/m/infer".into(), json!({"inputs": [tensor]}))
    );
    for data in [json!([1, 2, 3, 4]), json!([[1, 2], [3, 4]])] {
        let answer = json!({"model_name": "m", "outputs": [
            {"name": "length", "shape": [1], "datatype": "INT32", "data": [4]},
            {"name": "out", "shape": [2, 2], "datatype": "FP32", "data": data}]});
        let read = (wires::INFERENCE_EMBEDDINGS.decode)(answer).unwrap();
        assert_eq!(read.vectors, [json!([1, 2]), json!([3, 4])]);
    }
}

#[test]
fn an_answer_that_is_none_is_a_bad_gateway() {
    for answer in [
        json!({}),
        json!({"embeddings": []}),
        json!({"embeddings": [{"values": "x"}]}),
        json!({"embeddings": [{"values": [1]}, {"values": [2]}]}),
    ] {
        let body = json!({"input": "a"});
        let (_, pending, _) = begun(Operation::Embeddings, "gemini", "m", body).unwrap();
        assert_eq!(pending.response(answer).unwrap_err().status, 502);
    }
}

#[test]
fn documents_are_ordered_at_every_provider() {
    let asked = || {
        json!({"model": "x", "query": "q", "documents": ["a", {"text": "b"}], "top_n": 1,
        "max_tokens_per_doc": 9, "return_documents": true})
    };
    let meta = || json!({"api_version": {"version": "2"}});
    for (provider, model, path, body, answer, told, lost) in [
        (
            "bedrock",
            "cohere.rerank-v3-5:0",
            "/model/cohere.rerank-v3-5:0/invoke",
            json!({"query": "q", "documents": ["a", "b"], "top_n": 1, "max_tokens_per_doc": 9,
                "api_version": 2}),
            json!({"results": [{"index": 1, "relevance_score": 0.75}]}),
            json!({"model": "cohere.rerank-v3-5:0", "results": [
                {"index": 1, "relevance_score": 0.75, "document": {"text": "b"}}], "meta": meta()}),
            false,
        ),
        (
            "voyage",
            "rerank-2.5",
            "/rerank",
            json!({"model": "rerank-2.5", "query": "q", "documents": ["a", "b"], "top_k": 1}),
            json!({"data": [{"index": 0, "relevance_score": 0.5}], "model": "rerank-2.5",
                "usage": {"total_tokens": 26}}),
            json!({"model": "rerank-2.5", "results": [
                {"index": 0, "relevance_score": 0.5, "document": {"text": "a"}}], "meta": meta(),
                "usage": {"total_tokens": 26}}),
            true,
        ),
        (
            "text-embeddings-inference",
            "m",
            "/rerank",
            json!({"query": "q", "texts": ["a", "b"], "truncate": true}),
            json!([{"index": 1, "score": 0.9}, {"index": 0, "score": 0.1}]),
            json!({"model": "m", "results": [
                {"index": 1, "relevance_score": 0.9, "document": {"text": "b"}}], "meta": meta()}),
            true,
        ),
    ] {
        let (sent, pending, dropped) = begun(Operation::Rerank, provider, model, asked()).unwrap();
        assert_eq!((&*sent.path, sent.body), (path, body));
        assert_eq!(dropped.len(), usize::from(lost), "{provider}: {dropped:?}");
        assert_eq!(pending.response(answer).unwrap(), told, "{provider}");
    }
    let body = json!({"query": "q", "documents": [{"title": "t"}]});
    let problem = begun(Operation::Rerank, "voyage", "m", body).unwrap_err();
    assert_eq!(problem.param.as_deref(), Some("documents[0].text"));
}

#[test]
fn a_conversation_is_counted_by_whoever_can() {
    let asked =
        || json!({"model": "x", "system": "s", "messages": [{"role": "user", "content": "Hi."}]});
    for (provider, path, place, answer) in [
        (
            "gemini",
            "/models/m:countTokens",
            "/generateContentRequest/contents/0/parts/0/text",
            json!({"totalTokens": 7}),
        ),
        (
            "vertex-ai",
            "/models/m:countTokens",
            "/contents/0/parts/0/text",
            json!({"totalTokens": 7}),
        ),
        (
            "bedrock",
            "/model/m/count-tokens",
            "/input/converse/messages/0/content/0/text",
            json!({"inputTokens": 7}),
        ),
        (
            "openai",
            "/responses/input_tokens",
            "/input/0/content",
            json!({"object": "response.input_tokens", "input_tokens": 7}),
        ),
        (
            "vllm",
            "/../tokenize",
            "/messages/1/content",
            json!({"count": 7, "max_model_len": 99, "tokens": [1, 2, 3, 4, 5, 6, 7]}),
        ),
    ] {
        let (sent, pending, _) = begun(Operation::CountTokens, provider, "m", asked()).unwrap();
        assert_eq!(sent.path, path);
        let said = sent.body.pointer(place).unwrap_or_else(|| panic!("{}", sent.body));
        assert!(said.to_string().contains("Hi."), "{provider}: {said}");
        assert!(!sent.body.to_string().to_lowercase().contains("max"), "{provider}: {}", sent.body);
        assert_eq!(pending.response(answer).unwrap(), json!({"input_tokens": 7}));
    }
    let problem = plan(Operation::CountTokens, Provider::by_name("groq").unwrap()).unwrap_err();
    assert_eq!((problem.status, problem.code.as_deref()), (404, Some("unsupported_operation")));
}

/// `value` with each of its places in turn holding something else.
fn spoilt(value: &Value) -> Vec<Value> {
    let odd = [json!(null), json!(-1.5), json!("x"), json!([]), json!([[0]]), json!({"text": 1})];
    let mut all = odd.to_vec();
    let parts: Vec<(String, Value)> = match value {
        Value::Array(items) => {
            items.iter().enumerate().map(|(at, item)| (at.to_string(), item.clone())).collect()
        }
        Value::Object(map) => map.iter().map(|(name, it)| (name.to_string(), it.clone())).collect(),
        _ => Vec::new(),
    };
    for (place, part) in parts {
        for other in spoilt(&part) {
            let mut whole = value.clone();
            *whole.pointer_mut(&format!("/{place}")).unwrap() = other;
            all.push(whole);
        }
    }
    all
}

#[test]
fn whatever_is_asked_or_answered_is_an_error_at_worst() {
    let asked = json!({"model": "m", "input": ["a"], "query": "q", "documents": [{"text": "a"}],
        "prompt": ["a"], "dimensions": 2, "encoding_format": "base64", "top_n": 1,
        "messages": [{"role": "user", "content": "a"}]});
    let answer = json!({"embeddings": [{"values": [1]}], "embedding": [1], "data": [{"embedding": [1],
        "index": 0, "relevance_score": 1}], "results": [{"index": 0, "relevance_score": 1}],
        "outputs": [{"shape": [1, 1], "data": [1]}], "predictions": [{"embeddings": {"values": [1]}}]});
    let (bodies, answers) = (spoilt(&asked), spoilt(&answer));
    assert!(bodies.len() > 50 && answers.len() > 50);
    let mut refused = 0;
    for provider in crate::providers::PROVIDERS {
        for operation in [Operation::Embeddings, Operation::Rerank, Operation::CountTokens] {
            let Ok(Plan::Other(translation)) = plan(operation, provider) else { continue };
            let context = ProviderContext::new(provider);
            for body in &bodies {
                let model = "amazon.titan-embed".to_owned();
                let sent =
                    translation.request("", body.clone(), model, context, &mut Drops::default());
                refused += usize::from(sent.is_err_and(|problem| problem.status == 400));
            }
            for answer in &answers {
                let told = translation.unasked("m").response(answer.clone());
                assert!(told.map_or_else(|problem| problem.status == 502, |told| told.is_object()));
            }
        }
    }
    assert!(refused > 50, "{refused}");
}

#[test]
fn texts_of_every_operation_are_shown_and_replaced() {
    for (name, body, shown) in [
        ("openai-embeddings", json!({"input": "x"}), 1),
        ("openai-embeddings", json!({"input": ["x", "x"]}), 2),
        ("openai-embeddings", json!({"input": [[1, 2]]}), 0),
        ("openai-embeddings", json!({"messages": [{"role": "user", "content": "x"}]}), 1),
        ("openai-completions", json!({"prompt": "x", "suffix": "x"}), 2),
        ("openai-completions", json!({"prompt": ["x", "x"]}), 2),
        ("cohere-rerank", json!({"query": "x", "documents": ["x", {"text": "x"}]}), 3),
        (
            "anthropic-count-tokens",
            json!({"system": "x", "messages": [{"role": "user", "content": "x"}]}),
            2,
        ),
    ] {
        let dialect: &dyn Dialect = crate::by_name(name).unwrap();
        let mut after = body.clone();
        let mut seen = 0;
        assert_eq!(
            dialect.visit_request(&mut after, &mut |text| {
                seen += usize::from(text.text == "x");
                Some("[masked]".to_owned())
            }),
            shown > 0,
            "{body}"
        );
        assert_eq!(seen, shown, "{body}");
        assert!(!after.to_string().contains("\"x\""), "{after}");
    }
}

#[test]
fn every_operation_has_its_path_and_chat_keeps_its_own() {
    for (path, name) in [
        ("/v1/chat/completions", "openai-chat"),
        ("/v1/completions?x", "openai-completions"),
        ("/v1/embeddings", "openai-embeddings"),
        ("/v1/rerank", "cohere-rerank"),
        ("/v2/rerank", "cohere-rerank"),
        ("/v1/messages", "anthropic-messages"),
        ("/v1/messages/count_tokens?beta=true", "anthropic-count-tokens"),
    ] {
        assert_eq!(crate::by_path("POST", path).map(|found| found.0.name()), Some(name));
    }
    for dialect in OTHERS {
        let [endpoint] = dialect.endpoints() else { panic!("one endpoint each") };
        assert_ne!(endpoint.operation, Operation::Chat);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use chat::json::{Number, Value};
    use proptest::prelude::*;

    use crate::unary::embeddings::to_base64;

    /// What a client does with it.
    fn read(text: &str) -> Vec<f32> {
        const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
        for letter in text.bytes().filter(|letter| *letter != b'=') {
            let digit = DIGITS.iter().position(|it| *it == letter).unwrap() as u32;
            (bits, count) = (bits << 6 | digit, count + 6);
            if count >= 8 {
                count -= 8;
                bytes.push((bits >> count) as u8);
            }
        }
        bytes.chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap())).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn base64_holds_the_same_floats(floats in proptest::collection::vec(-1e30_f32..1e30, 0..40)) {
            let numbers = floats.iter().map(|it| Number::from_f64(f64::from(*it)).unwrap());
            let vector = Value::from(numbers.map(Value::Number).collect::<Vec<_>>());
            let text = to_base64(&vector).unwrap();
            prop_assert_eq!(text.len() % 4, 0);
            prop_assert_eq!(read(&text), floats);
        }
    }
}
