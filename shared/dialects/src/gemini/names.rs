//! Names: of fields, which have two spellings, and of tools, which have rules of their own.

use std::borrow::Cow;
use std::fmt::Write;

use chat::Problem;
use chat::json::Value;

/// Fields whose value is the application's or a schema: nothing in it is spelled anew.
const FREE: [&str; 8] = [
    "args",
    "labels",
    "parameters",
    "parametersJsonSchema",
    "partMetadata",
    "response",
    "responseJsonSchema",
    "responseSchema",
];

/// Spells every field the JSON way. A field may also be called as in the protocol buffers
/// (`system_instruction`), which <https://protobuf.dev/programming-guides/json/> allows and Google's own
/// examples do (read 2026-11-21).
///
/// # Errors
/// An object has a field in both spellings: it is not known which one the provider would read.
pub(super) fn respell(value: &mut Value) -> Result<(), Problem> {
    match value {
        Value::Array(items) => items.iter_mut().try_for_each(respell),
        Value::Object(map) => {
            if map.keys().any(|name| name.contains('_')) {
                let entries = std::mem::take(map);
                for (name, value) in entries {
                    let spelled = spelled(&name).into_owned();
                    if map.contains_key(&spelled) {
                        let message = format!("{spelled} is there twice, in two spellings");
                        return Err(Problem::invalid("duplicate_field", spelled, message));
                    }
                    map.insert(spelled, value);
                }
            }
            map.iter_mut()
                .filter(|(name, _)| !FREE.contains(&name.as_str()))
                .try_for_each(|(_, value)| respell(value))
        }
        _ => Ok(()),
    }
}

/// The JSON spelling of a field's name.
pub(super) fn spelled(name: &str) -> Cow<'_, str> {
    if !name.contains('_') {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut after = false;
    for letter in name.chars() {
        match letter {
            '_' => after = true,
            _ if std::mem::take(&mut after) => out.push(letter.to_ascii_uppercase()),
            _ => out.push(letter),
        }
    }
    Cow::Owned(out)
}

/// The longest name of a tool, in bytes.
const MAX_TOOL_NAME: usize = 128;

/// What a tool is called whose own name Gemini does not take. No other name begins so.
const HEX_NAME: &str = "hexname_";

/// The name of a tool as Gemini takes it: a letter or `_` first, then letters, digits, `_`, `.`, `:` and `-`
/// (the SDK's `FunctionDeclaration.name`). Others are rewritten so that [`own_tool_name`] finds them again.
///
/// # Errors
/// It is empty or too long.
pub(super) fn tool_name(name: &str, path: &str) -> Result<String, Problem> {
    let starts = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    let goes_on = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte);
    let taken = match starts && name.bytes().all(goes_on) && !name.starts_with(HEX_NAME) {
        true => name.to_owned(),
        false => name.bytes().fold(HEX_NAME.to_owned(), |mut hex, byte| {
            // Writing to a string cannot fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        }),
    };
    if name.is_empty() || taken.len() > MAX_TOOL_NAME {
        let message = format!("{path} must be a name of 1 to {MAX_TOOL_NAME} characters");
        return Err(Problem::invalid("invalid_value", path, message));
    }
    Ok(taken)
}

/// The name that [`tool_name`] was given.
pub(super) fn own_tool_name(name: String) -> String {
    name.strip_prefix(HEX_NAME).and_then(from_hex).unwrap_or(name)
}

/// Text that stands in hexadecimal digits, two for a byte.
pub(super) fn from_hex(digits: &str) -> Option<String> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |pair: &[u8]| {
        let [high, low] = pair else { return None };
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        u8::try_from(digit(high)? * 16 + digit(low)?).ok()
    };
    String::from_utf8(pairs.map(byte).collect::<Option<_>>()?).ok()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use chat::json::json;

    use super::*;

    #[test]
    fn both_spellings_become_one_and_free_values_stay() {
        let mut body = json!({
            "system_instruction": {"parts": [{"inline_data": {"mime_type": "a_b"}}]},
            "contents": [{"parts": [{"function_call": {"args": {"a_b": {"c_d": 1}}}}]}],
            "generation_config": {"response_schema": {"any_of": []}, "top_p": 1}
        });
        respell(&mut body).unwrap();
        let expected = json!({
            "systemInstruction": {"parts": [{"inlineData": {"mimeType": "a_b"}}]},
            "contents": [{"parts": [{"functionCall": {"args": {"a_b": {"c_d": 1}}}}]}],
            "generationConfig": {"responseSchema": {"any_of": []}, "topP": 1}
        });
        assert_eq!(body, expected);
        let mut twice = json!({"generation_config": {}, "generationConfig": {}});
        assert_eq!(respell(&mut twice).unwrap_err().param.as_deref(), Some("generationConfig"));
    }

    #[test]
    fn tools_keep_their_names_through_gemini() {
        for name in ["get_weather", "_x", "a.b:c-d", "1st", "mcp/read", "hexname_", "é", "-"] {
            let taken = tool_name(name, "p").unwrap();
            assert!(taken.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b)));
            assert!(taken.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_'), "{taken}");
            assert_eq!(own_tool_name(taken), name);
        }
        assert_eq!(tool_name("get_weather", "p").unwrap(), "get_weather");
        for name in [String::new(), "a".repeat(129), "é".repeat(40)] {
            assert!(tool_name(&name, "p").is_err());
        }
        assert_eq!(own_tool_name("hexname_zz".into()), "hexname_zz");
    }
}
