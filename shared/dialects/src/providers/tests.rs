#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::anthropic_messages::AnthropicMessages;
use crate::openai_chat::OpenaiChat;
use crate::openai_responses::OpenaiResponses;

#[test]
fn names_are_unique_sorted_and_kebab_case() {
    for table in [hosted::HOSTED, own::OWN] {
        assert!(table.is_sorted_by(|a, b| a.name < b.name));
    }
    let names: Vec<_> = PROVIDERS.iter().map(|provider| provider.name).collect();
    for name in names {
        let words = name.split('-');
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        };
        assert!(words.clone().all(is_word), "{name}");
        assert_eq!(Provider::by_name(name).map(|provider| provider.name), Some(name));
    }
}

#[test]
fn a_client_is_not_translated_where_the_provider_speaks_its_dialect() {
    for provider in PROVIDERS {
        assert_eq!(provider.dialect_for(provider.dialect).name(), provider.dialect.name());
        for dialect in provider.quirks.also {
            assert_ne!(dialect.name(), provider.dialect.name(), "{}", provider.name);
            assert_eq!(provider.dialect_for(*dialect).name(), dialect.name());
        }
    }
    let openai = Provider::by_name("openai").unwrap();
    assert_eq!(openai.dialect_for(&OpenaiResponses).name(), OpenaiResponses.name());
    assert_eq!(openai.dialect_for(&AnthropicMessages).name(), OpenaiChat.name());
}

#[test]
fn every_row_has_a_title() {
    for provider in PROVIDERS {
        assert!(!provider.title.is_empty(), "{}", provider.name);
    }
}

#[test]
fn urls_are_encrypted_unless_local_and_can_be_appended_to() {
    for Provider { name, base_url, source, .. } in PROVIDERS {
        let is_local = base_url.starts_with("http://localhost:");
        assert!(base_url.starts_with("https://") || is_local, "{name}: {base_url}");
        assert!(!base_url.ends_with('/') && !base_url.contains(['?', '#']), "{name}: {base_url}");
        assert!(source.starts_with("https://"), "{name}: {source}");
    }
}

#[test]
fn every_row_says_when_it_was_checked() {
    for Provider { name, checked, .. } in PROVIDERS {
        let parts: Vec<_> = checked.split('-').collect();
        let lengths: Vec<_> = parts.iter().map(|part| part.len()).collect();
        assert_eq!(lengths, [4, 2, 2], "{name}: {checked}");
        let [year, month, day] = [0, 1, 2].map(|at| parts[at].parse::<u32>().unwrap());
        assert!(year >= 2026 && (1..=12).contains(&month) && (1..=31).contains(&day), "{name}");
    }
}

#[test]
fn unsupported_parameters_are_sorted() {
    for Provider { name, quirks, .. } in PROVIDERS {
        assert!(quirks.unsupported.is_sorted_by(|a, b| a < b), "{name}");
    }
}

#[test]
fn a_key_goes_where_the_provider_looks_for_it() {
    assert_eq!(Auth::Bearer.header("k"), ("authorization", "Bearer k".to_owned()));
    assert_eq!(Auth::Header("x-api-key").header("k"), ("x-api-key", "k".to_owned()));
}

#[test]
fn the_providers_of_the_field_are_there() {
    assert!(PROVIDERS.len() >= 45, "{}", PROVIDERS.len());
}

#[test]
fn headers_are_written_in_lower_case() {
    for Provider { name, auth, quirks, .. } in PROVIDERS {
        let hosting = quirks.hosting.unwrap_or(Hosting::NONE);
        let listed = hosting.header_as_list.map(|(header, _)| header);
        let key = match auth {
            Auth::Header(header) => Some(*header),
            Auth::Bearer => None,
        };
        let named = quirks.headers.iter().map(|(header, _)| *header);
        for header in named.chain(listed).chain(key).chain(hosting.without_headers.iter().copied())
        {
            assert_eq!(header, header.to_ascii_lowercase(), "{name}");
        }
    }
}

#[test]
fn a_host_has_paths_of_its_own_that_name_the_model() {
    for Provider { name, quirks, .. } in PROVIDERS {
        let Some(hosting) = quirks.hosting else { continue };
        for path in std::iter::once(hosting.path).chain(hosting.stream_path) {
            assert!(path.starts_with('/') && path.contains("{model}"), "{name}: {path}");
        }
        let framed = hosting.stream_form != StreamForm::Dialect;
        assert!(!framed || hosting.errors.is_some(), "{name}: who reads its exceptions?");
    }
}

#[test]
fn only_openai_style_rows_bend_what_openai_says() {
    for provider in PROVIDERS.iter().filter(|row| row.dialect.name() != OpenaiChat.name()) {
        let Quirks { max_tokens, tool_choice, formats, max_temperature, .. } = provider.quirks;
        let plain = (MaxTokens::Either, ToolChoices::All, Formats::All);
        assert_eq!((max_tokens, tool_choice, formats), plain, "{}", provider.name);
        assert!(max_temperature >= 2.0 && provider.quirks.image_urls, "{}", provider.name);
    }
    for Provider { name, quirks, .. } in PROVIDERS {
        assert!(quirks.max_temperature > 0.0 && quirks.max_temperature <= 2.0, "{name}");
    }
}
