#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn a_tree_prints_as_it_was_read() {
    for text in [
        r#"{"b":1,"a":[1.0,1e+400,-0.0,12345678901234567890123,1.50,1E5,-7,18446744073709551615]}"#,
        r#"{"z":{"y":null,"x":true},"é":"\\u0000 😀"}"#,
        r#"[]"#,
        r#""text""#,
        "7",
    ] {
        assert_eq!(parse(text.as_bytes()).unwrap().to_string(), text);
    }
}

#[test]
fn a_key_named_twice_is_refused_at_any_depth() {
    for text in [r#"{"a":1,"a":2}"#, r#"[{"b":{"a":1,"\u0061":1}}]"#] {
        assert!(
            matches!(parse(text.as_bytes()), Err(ParseError::DuplicateKey { line: 1, .. })),
            "{text}"
        );
    }
    assert_eq!(
        parse(b"{\"a\": 1,\n  \"a\": 2}"),
        Err(ParseError::DuplicateKey { line: 2, column: 3 })
    );
}

#[test]
fn what_is_no_single_json_value_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "{}x",
        "{} {}",
        "nul",
        "{'a':1}",
        "\u{feff}{}",
        "[1,]",
        "{\"a\":1,}",
        "NaN",
        "01",
        "1.",
        ".5",
        "+1",
        "1e",
        "-",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\ud800\"",
        "\"\t\"",
        "\"",
        "\"\\",
        "\"\\u",
    ] {
        assert!(matches!(parse(text.as_bytes()), Err(ParseError::Syntax { .. })), "{text}");
    }
    assert!(parse(b"\"\xff\"").is_err(), "not UTF-8");
}

#[test]
fn a_hundred_and_twenty_seven_levels_are_read() {
    for (depth, read) in [(127, true), (128, false)] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        assert_eq!(parse(text.as_bytes()).is_ok(), read, "{depth}");
    }
    let deep = parse("[".repeat(100_000).as_bytes());
    assert_eq!(deep, Err(ParseError::TooDeep { line: 1, column: 128 }));
}

#[test]
fn escapes_are_read_and_written() {
    let text = r#""\" \\ \/ \b\f\n\r\t A \u0001\u001f é 😀 long enough to be more than a word""#;
    let escaped = text.replace('A', r"\u0041").replace('😀', r"\ud83d\uDE00");
    let value = parse(escaped.as_bytes()).unwrap();
    assert_eq!(value, parse(text.as_bytes()).unwrap());
    assert_eq!(value.to_string(), text.replace(r"\/", "/"));
}

#[test]
fn an_object_that_looks_like_another_parsers_number_is_an_object() {
    for text in
        [r#"{"$serde_json::private::Number":"1"}"#, r#"{"$serde_json::private::Number":"x","a":2}"#]
    {
        let value = parse(text.as_bytes()).unwrap();
        assert!(value.is_object());
        assert_eq!(value.to_string(), text);
    }
}

#[test]
fn large_objects_keep_order_and_find_names() {
    let names: Vec<String> = (0..500).map(|n| format!("n{n}")).collect();
    let mut map: Map = names.iter().map(|name| (name.clone(), name.len().into())).collect();
    assert_eq!(map.insert("n7".to_owned(), 0.into()), Some(2.into()));
    for name in ["n0", "n250", "n499"] {
        assert!(map.remove(name).is_some());
        assert!(map.remove(name).is_none());
    }
    let left: Vec<&String> =
        names.iter().filter(|n| !["n0", "n250", "n499"].contains(&n.as_str())).collect();
    assert_eq!(map.keys().collect::<Vec<_>>(), left);
    assert!(left.iter().all(|name| map.contains_key(name)));
    map.retain(|name, _| name.ends_with('1'));
    assert!(map.contains_key("n491") && !map.contains_key("n492"));
    let text = Value::Object(map).to_string();
    let twice = text.replacen("{", "{\"n491\":0,", 1);
    assert!(parse(text.as_bytes()).is_ok());
    assert!(matches!(parse(twice.as_bytes()), Err(ParseError::DuplicateKey { .. })));
}

#[test]
fn the_macro_writes_what_it_shows() {
    let (name, list, none) = ("c", vec![1, 2], None::<u64>);
    let value = json!({"a": {"b": [null, true, {}, [], 1.5]}, name: list, (name.repeat(2)): none,});
    assert_eq!(value.to_string(), r#"{"a":{"b":[null,true,{},[],1.5]},"c":[1,2],"cc":null}"#);
    assert_eq!(json!(list).to_string(), "[1,2]");
}

#[test]
fn a_pointer_leads_through_objects_and_arrays() {
    let mut value = json!({"a": [{"b/c": 1}], "~": 2, "": 3});
    for (pointer, at) in
        [("/a/0/b~1c", Some(1)), ("/~0", Some(2)), ("/", Some(3)), ("/a/00", None), ("a", None)]
    {
        assert_eq!(value.pointer(pointer).and_then(Value::as_u64), at, "{pointer}");
    }
    assert_eq!(value.pointer("").cloned(), Some(value.clone()));
    *value.pointer_mut("/a/0").unwrap() = Value::Null;
    assert_eq!(value["a"], json!([null]));
}

#[cfg(not(target_arch = "wasm32"))]
mod properties;
