//! Requests that `shared/dialects` writes, as its snapshots hold them, against the provider they are for.

use serde_json::Value;

use crate::support::Mock;

/// The requests for `dialect`: the snapshot's name, the path, the body.
fn written(dialect: &str) -> Vec<(String, String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/dialects/tests/snapshots");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.as_ref().unwrap().file_name().into_string().unwrap();
        if !name.contains(".request.") || !name.ends_with(&format!(".{dialect}.snap")) {
            continue;
        }
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let Some((_, request)) = text.split_once("\nPOST ") else { continue };
        let mut lines = request.splitn(3, '\n');
        let (path, _, rest) = (lines.next(), lines.next(), lines.next());
        let mut bodies = serde_json::Deserializer::from_str(rest.unwrap()).into_iter();
        found.push((name, path.unwrap().to_owned(), bodies.next().unwrap().unwrap()));
    }
    found
}

#[test]
fn what_is_written_for_a_provider_is_taken_by_it() {
    for (dialect, base) in [
        ("bedrock-converse", ""),
        ("cohere-chat", "/v2"),
        ("kserve-v2", "/v2"),
        ("ollama-chat", "/api"),
        ("tfserving-predict", ""),
    ] {
        let mock = Mock::start(dialect, &[]);
        let requests = written(dialect);
        assert!(requests.len() > 50, "{dialect}: {}", requests.len());
        for (name, path, body) in requests {
            let path = format!("{base}{path}");
            let answer = mock.send("POST", &path, &mock.headers(), body.to_string().as_bytes());
            let text = String::from_utf8_lossy(&answer.bytes()).into_owned();
            assert_eq!(answer.status, 200, "{name}: {text}\n{body:#}");
        }
    }
}
