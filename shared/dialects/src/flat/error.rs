//! A provider's error, as far as its status and its words tell it.

use chat::{Kind, Problem};

/// The longest message taken over from a provider, in characters.
const MAX_MESSAGE: usize = 2000;

/// The problem that a provider told with `status`. Its words about credentials are not passed on: they may
/// quote them.
pub(crate) fn upstream(kind: Kind, status: u16, message: Option<&str>) -> Problem {
    let message = match (kind, message.filter(|message| !message.is_empty())) {
        (Kind::Authentication, _) => "the provider refused the credentials".to_owned(),
        (_, Some(message)) => message.chars().take(MAX_MESSAGE).collect(),
        (_, None) => format!("the provider answered with status {status}"),
    };
    let status = if kind == Kind::Authentication { 401 } else { status };
    Problem { status, ..Problem::new(kind, "upstream_error", message) }
}
