//! API keys: where they come from and how they are sent.

use std::borrow::Cow;
use std::fmt;
use std::sync::OnceLock;

use dialects::providers::{Auth, PROVIDERS};
use stage::{Environment, Headers};

use crate::config::CredentialConfig;

/// Where a target's API key comes from, resolved.
pub(crate) enum Credential {
    Client,
    Key(String),
    None,
}

/// Never shows a key.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Credential::Client => "Client",
            Credential::Key(_) => "Key(…)",
            Credential::None => "None",
        })
    }
}

impl Credential {
    /// # Errors
    /// What is wrong, without naming any value.
    pub(crate) fn new(
        config: &CredentialConfig,
        environment: &dyn Environment,
    ) -> Result<Credential, String> {
        let name = match config {
            CredentialConfig::Client => return Ok(Credential::Client),
            CredentialConfig::None => return Ok(Credential::None),
            CredentialConfig::Env(name) => name,
        };
        let shown = stage::config::variable(name);
        let key = environment.var(name).ok_or_else(|| {
            format!(
                "environment variable `{shown}` is not set in the filter's VM; name it in \
                 vm_config.environment_variables"
            )
        })?;
        let key = key.trim();
        match key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Err(format!("environment variable `{shown}` does not hold an API key")),
            false => Ok(Credential::Key(key.to_owned())),
        }
    }

    /// Takes every credential out of the request and puts in the one that `auth` asks for. What the client
    /// sent, and on a retry what an earlier attempt put there, goes nowhere else.
    pub(crate) fn apply(&self, auth: Auth, headers: &mut Headers) {
        let key = match self {
            Credential::Client => client_key(headers).map(Cow::Owned),
            Credential::Key(key) => Some(Cow::Borrowed(key.as_str())),
            Credential::None => None,
        };
        headers.remove("authorization");
        key_headers().iter().for_each(|name| headers.remove(name));
        if let Some(key) = key {
            let (name, value) = auth.header(&key);
            headers.set(name, value);
        }
    }
}

/// Whether a header of that name carries a key to some provider.
pub(crate) fn is_credential(name: &str) -> bool {
    name == "authorization" || key_headers().contains(&name)
}

/// The headers that hold a key with some provider, each once.
fn key_headers() -> &'static [&'static str] {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let named = PROVIDERS.iter().filter_map(|provider| match provider.auth {
            Auth::Header(name) => Some(name),
            Auth::Bearer => None,
        });
        let mut names: Vec<_> = named.collect();
        names.sort_unstable();
        names.dedup();
        names
    })
}

/// The key a client sent, in any provider's way.
fn client_key(headers: &Headers) -> Option<String> {
    let bearer = headers.text("authorization").and_then(|value| {
        let (scheme, key) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
    });
    let by_header = || key_headers().iter().find_map(|name| headers.text(name).map(str::to_owned));
    bearer.or_else(by_header)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn sent(credential: &Credential, auth: Auth, pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut headers =
            Headers::new(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect());
        credential.apply(auth, &mut headers);
        let names: Vec<String> = headers.names().map(str::to_owned).collect();
        names.into_iter().map(|name| (name.clone(), headers.text(&name).unwrap().into())).collect()
    }

    #[test]
    fn the_clients_key_is_never_sent_unasked() {
        let client = [("authorization", "Bearer client"), ("x-api-key", "client")];
        assert_eq!(sent(&Credential::None, Auth::Bearer, &client), []);
        let key = Credential::Key("ours".into());
        assert_eq!(
            sent(&key, Auth::Header("x-api-key"), &client),
            [("x-api-key".to_owned(), "ours".to_owned())]
        );
    }

    #[test]
    fn the_clients_key_changes_its_form_on_the_way() {
        for (pair, auth, expected) in [
            (("authorization", "bearer k"), Auth::Header("x-api-key"), ("x-api-key", "k")),
            (("x-api-key", "k"), Auth::Bearer, ("authorization", "Bearer k")),
        ] {
            let expected = [(expected.0.to_owned(), expected.1.to_owned())];
            assert_eq!(sent(&Credential::Client, auth, &[pair]), expected);
        }
        assert_eq!(sent(&Credential::Client, Auth::Bearer, &[("authorization", "Basic k")]), []);
    }

    #[test]
    fn a_missing_or_unusable_variable_is_refused_without_its_value() {
        let config = CredentialConfig::Env("KEY".into());
        assert!(
            Credential::new(&config, &|_: &str| None).unwrap_err().contains("`KEY` is not set")
        );
        for value in ["", " \n", "a\nb", "schlüssel"] {
            let error = Credential::new(&config, &|_: &str| Some(value.to_owned())).unwrap_err();
            assert!(error.contains("does not hold"), "{error}");
        }
        let key = Credential::new(&config, &|_: &str| Some("s3cret\n".to_owned())).unwrap();
        assert_eq!(format!("{key:?}"), "Key(…)");
    }
}
