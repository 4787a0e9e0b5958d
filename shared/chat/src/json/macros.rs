//! Trees written as JSON.

/// A [`crate::json::Value`] written as JSON; `chat::json::json!`.
///
/// Values are expressions; they are not moved. Names are literals, or expressions that are one word or stand
/// in brackets: `json!({"model": model, (name): [1, null]})`.
#[doc(hidden)]
#[macro_export]
macro_rules! json_tree {
    (null) => { $crate::json::Value::Null };
    ([ $($items:tt)* ]) => {{
        #[allow(unused_mut, clippy::vec_init_then_push, reason = "written by a macro")]
        let items = {
            let mut items = ::std::vec::Vec::new();
            $crate::json_tree!(@items items $($items)*);
            items
        };
        $crate::json::Value::Array(items)
    }};
    ({ $($entries:tt)* }) => {{
        #[allow(unused_mut, reason = "written by a macro")]
        let map = {
            let mut map = $crate::json::Map::new();
            $crate::json_tree!(@entries map $($entries)*);
            map
        };
        $crate::json::Value::Object(map)
    }};

    (@items $vec:ident) => {};
    (@items $vec:ident null $(, $($rest:tt)*)?) => {
        $vec.push($crate::json::Value::Null);
        $($crate::json_tree!(@items $vec $($rest)*);)?
    };
    (@items $vec:ident [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $vec.push($crate::json_tree!([ $($inner)* ]));
        $($crate::json_tree!(@items $vec $($rest)*);)?
    };
    (@items $vec:ident { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $vec.push($crate::json_tree!({ $($inner)* }));
        $($crate::json_tree!(@items $vec $($rest)*);)?
    };
    (@items $vec:ident $value:expr $(, $($rest:tt)*)?) => {
        $vec.push($crate::json_tree!($value));
        $($crate::json_tree!(@items $vec $($rest)*);)?
    };

    (@entries $map:ident) => {};
    (@entries $map:ident $name:tt : null $(, $($rest:tt)*)?) => {
        $crate::json_tree!(@put $map $name, $crate::json::Value::Null);
        $($crate::json_tree!(@entries $map $($rest)*);)?
    };
    (@entries $map:ident $name:tt : [ $($inner:tt)* ] $(, $($rest:tt)*)?) => {
        $crate::json_tree!(@put $map $name, $crate::json_tree!([ $($inner)* ]));
        $($crate::json_tree!(@entries $map $($rest)*);)?
    };
    (@entries $map:ident $name:tt : { $($inner:tt)* } $(, $($rest:tt)*)?) => {
        $crate::json_tree!(@put $map $name, $crate::json_tree!({ $($inner)* }));
        $($crate::json_tree!(@entries $map $($rest)*);)?
    };
    (@entries $map:ident $name:tt : $value:expr $(, $($rest:tt)*)?) => {
        $crate::json_tree!(@put $map $name, $crate::json_tree!($value));
        $($crate::json_tree!(@entries $map $($rest)*);)?
    };

    (@put $map:ident $name:literal, $value:expr) => {
        let value = $value;
        $map.put($name, value);
    };
    (@put $map:ident $name:tt, $value:expr) => {
        let value = $value;
        $map.insert(::std::string::String::from($name), value);
    };

    ($value:expr) => { $crate::json::ToJson::to_json(&$value) };
}
