//! Where text stands in requests and answers.

use chat::Scope;
use chat::json::Value;
use chat::text::{Visit, visit_leaves, visit_string};

use crate::openai_chat::text;

/// Shows every text of a request: what the same fields of `openai-chat` say, and documents.
pub(super) fn visit_request(body: &mut Value, visit: Visit<'_>) -> bool {
    let mut edited = text::visit_request(body, visit);
    let documents = body.get_mut("documents").and_then(Value::as_array_mut);
    for document in documents.into_iter().flatten() {
        let told = if document.is_object() { document.get_mut("data") } else { Some(document) };
        edited |= told.is_some_and(|told| visit_leaves(told, Scope::User, 0, visit));
    }
    edited
}

/// Shows every text of a buffered answer.
pub(super) fn visit_response(body: &mut Value, visit: Visit<'_>) -> bool {
    let Some(message) = body.get_mut("message") else { return false };
    let mut edited = text::visit_said(message, 0, visit);
    let citations = message.get_mut("citations").and_then(Value::as_array_mut);
    for citation in citations.into_iter().flatten() {
        edited |= visit_citation(citation, visit);
    }
    edited
}

/// Shows what a citation quotes: of the answer, and of its sources.
pub(super) fn visit_citation(citation: &mut Value, visit: Visit<'_>) -> bool {
    let quoted = citation.get_mut("text");
    let mut edited = quoted.is_some_and(|text| visit_string(text, Scope::Assistant, 0, visit));
    let sources = citation.get_mut("sources").and_then(Value::as_array_mut);
    for source in sources.into_iter().flatten() {
        for name in ["document", "tool_output"] {
            let told = source.get_mut(name);
            edited |= told.is_some_and(|told| visit_leaves(told, Scope::Assistant, 0, visit));
        }
    }
    edited
}
