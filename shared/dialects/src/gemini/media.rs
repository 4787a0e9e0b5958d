//! Pictures, sound and documents.
//!
//! Inline data and files by their URI: <https://ai.google.dev/gemini-api/docs/file-input-methods> (read
//! 2026-11-21). Gemini fetches any http(s) URL itself, and files of Google's own (`gs://…`, the Files API),
//! which stay URLs: the providers that cannot read them say so.

use chat::Problem;
use chat::json::{Value, json};

use super::{NAME, NOT_CARRIED, NOT_SUPPORTED};
use crate::Drops;
use crate::neutral::{Content, Source};
use crate::reader::Fields;

/// Where the Files API keeps files.
const FILES_API: &str = "https://generativelanguage.googleapis.com/";

/// The type where neither the client nor the URL tells it.
const UNTOLD: &str = "application/octet-stream";

/// Media types by the ending of a URL's path.
const ENDINGS: [(&str, &str); 22] = [
    ("aac", "audio/aac"),
    ("avi", "video/x-msvideo"),
    ("bmp", "image/bmp"),
    ("csv", "text/csv"),
    ("flac", "audio/flac"),
    ("gif", "image/gif"),
    ("heic", "image/heic"),
    ("heif", "image/heif"),
    ("html", "text/html"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("json", "application/json"),
    ("md", "text/markdown"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("ogg", "audio/ogg"),
    ("pdf", "application/pdf"),
    ("png", "image/png"),
    ("txt", "text/plain"),
    ("wav", "audio/wav"),
    ("webp", "image/webp"),
];

/// Reads a part with `inlineData` or `fileData`. `None`: it holds neither.
pub(super) fn decode(fields: Fields, drops: &mut Drops) -> Result<Option<Content>, Problem> {
    let mut read = fields.clone();
    let (media_type, source) = if let Some(mut blob) = read.object("inlineData")? {
        let media_type = blob.required_string("mimeType")?;
        let source =
            Source::Base64 { media_type: media_type.clone(), data: blob.required_string("data")? };
        blob.report_rest(drops, NOT_CARRIED);
        (media_type, source)
    } else if let Some(mut file) = read.object("fileData")? {
        let path = file.path("mimeType");
        let url = file.required_string("fileUri")?;
        let stated = file.string("mimeType")?;
        let told = stated.as_deref().or(by_ending(&url)).unwrap_or(UNTOLD);
        let media_type = told.to_owned();
        let is_film = told == UNTOLD && !url.starts_with(FILES_API);
        if is_film || !is_fetched(&url) {
            return Ok(Some(opaque(fields)));
        }
        if is_told(&media_type) && stated.is_some_and(|stated| by_ending(&url) != Some(&stated)) {
            drops.add(path, NOT_CARRIED);
        }
        file.report_rest(drops, NOT_CARRIED);
        (media_type, Source::Url { url })
    } else {
        return Ok(None);
    };
    let content = match media_type.split('/').next().unwrap_or_default() {
        "image" => Content::Image { source, detail: None },
        "audio" if matches!(source, Source::Base64 { .. }) => {
            let format = match media_type.split('/').nth(1).unwrap_or_default() {
                "mpeg" => "mp3",
                "x-wav" => "wav",
                other => other,
            };
            Content::Audio { format: format.to_owned(), source }
        }
        "application" | "text" => {
            Content::Document { source, title: None, context: None, citations: None }
        }
        // Films, and what nobody else takes by its URL.
        _ => return Ok(Some(opaque(fields))),
    };
    read.report_rest(drops, NOT_CARRIED);
    Ok(Some(content))
}

/// Whether other dialects can be given media of this type by its URL.
fn is_told(media_type: &str) -> bool {
    ["image/", "application/", "text/"].iter().any(|kind| media_type.starts_with(kind))
}

fn opaque(fields: Fields) -> Content {
    Content::Opaque { dialect: NAME, value: Value::Object(fields.rest()) }
}

/// Writes a picture, sound or document as a part.
///
/// # Errors
/// It is where Gemini cannot get it.
pub(super) fn encode(content: Content, path: &str, drops: &mut Drops) -> Result<Value, Problem> {
    match content {
        Content::Image { source, detail } => {
            if detail.is_some_and(|detail| detail != "auto") {
                drops.add(format!("{path}.image_url.detail"), NOT_SUPPORTED);
            }
            part(source, None, "an image", path)
        }
        Content::Audio { source, format } => {
            let media_type = match format.as_str() {
                "mp3" => "audio/mpeg".to_owned(),
                other => format!("audio/{other}"),
            };
            part(source, Some(&media_type), "audio", path)
        }
        Content::Document { source, title, context, citations } => {
            for (name, said) in [
                ("title", title.is_some()),
                ("context", context.is_some()),
                ("citations", citations == Some(true)),
            ] {
                if said {
                    drops.add(format!("{path}.{name}"), NOT_SUPPORTED);
                }
            }
            part(source, None, "a document", path)
        }
        _ => Err(unsupported(path, "it is no picture, sound or document")),
    }
}

fn part(
    source: Source,
    media_type: Option<&str>,
    what: &str,
    path: &str,
) -> Result<Value, Problem> {
    match source {
        Source::Base64 { media_type, data } => {
            Ok(json!({"inlineData": {"mimeType": media_type, "data": data}}))
        }
        Source::Text { text } => Ok(json!({"text": text})),
        // The Files API knows the type of its files.
        Source::Url { url } if url.starts_with(FILES_API) => {
            Ok(json!({"fileData": {"fileUri": url}}))
        }
        Source::Url { url } | Source::File { id: url } if is_fetched(&url) => {
            let Some(media_type) = media_type.or_else(|| by_ending(&url)) else {
                let rule = format!("the URL of {what} must end in a known file extension");
                return Err(unsupported(path, &rule));
            };
            Ok(json!({"fileData": {"mimeType": media_type, "fileUri": url}}))
        }
        Source::Url { .. } => {
            Err(unsupported(path, &format!("{what} must be inline or an http(s) URL")))
        }
        Source::File { .. } => {
            Err(unsupported(path, &format!("{what} was uploaded to another provider")))
        }
    }
}

/// Whether Gemini gets what is at this URI.
fn is_fetched(url: &str) -> bool {
    ["https://", "http://", "gs://"].iter().any(|scheme| url.starts_with(scheme))
}

fn unsupported(path: &str, rule: &str) -> Problem {
    let message = format!("{path} cannot be sent to this provider: {rule}");
    Problem::invalid("unsupported_source", path, message)
}

/// The media type that the ending of a URL's path tells.
fn by_ending(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit('/').next()?.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    ENDINGS.iter().find(|row| row.0 == ending).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn read(part: Value) -> (Content, Vec<String>) {
        let mut drops = Drops::default();
        let content = decode(Fields::new(part, "p").unwrap(), &mut drops).unwrap().unwrap();
        (content, drops.iter().map(|dropped| dropped.path.clone()).collect())
    }

    #[test]
    fn inline_data_survives_both_ways() {
        for media_type in ["image/png", "audio/wav", "audio/mpeg", "application/pdf", "text/plain"]
        {
            let part = json!({"inlineData": {"mimeType": media_type, "data": "AA=="}});
            let (content, drops) = read(part.clone());
            assert!(!matches!(content, Content::Opaque { .. }), "{media_type}");
            assert_eq!(
                (encode(content, "p", &mut Drops::default()).unwrap(), drops),
                (part, vec![])
            );
        }
    }

    #[test]
    fn a_url_is_passed_on_with_the_type_that_it_tells() {
        for (url, media_type) in [
            ("https://a.example/b.JPG?c=d.e", Some("image/jpeg")),
            ("http://a.example/b.pdf", Some("application/pdf")),
            ("gs://bucket/b.png", Some("image/png")),
            ("https://a.example/b", None),
            ("https://a.example.png/", None),
            ("ftp://a.example/b.png", None),
        ] {
            let image = Content::Image { source: Source::Url { url: url.into() }, detail: None };
            let part = encode(image, "p", &mut Drops::default());
            let found = part.as_ref().ok().and_then(|part| part["fileData"]["mimeType"].as_str());
            assert_eq!(found, media_type, "{url}");
            assert!(part.is_ok() || part.unwrap_err().param.as_deref() == Some("p"));
        }
        let (content, drops) =
            read(json!({"fileData": {"fileUri": "https://a.example/b", "mimeType": "image/png"}}));
        let source = Source::Url { url: "https://a.example/b".into() };
        assert_eq!(content, Content::Image { source, detail: None });
        assert_eq!(drops, ["p.fileData.mimeType"]);
    }

    #[test]
    fn googles_own_files_stay_urls() {
        for (part, drops) in [
            (json!({"fileData": {"mimeType": "image/png", "fileUri": "gs://b/c.png"}}), vec![]),
            (
                json!({"fileData": {"fileUri": format!("{FILES_API}v1beta/files/x"), "mimeType": "image/png"}}),
                vec!["p.fileData.mimeType".to_owned()],
            ),
        ] {
            let (content, dropped) = read(part.clone());
            assert!(matches!(content, Content::Image { source: Source::Url { .. }, .. }));
            let mut written = encode(content, "p", &mut Drops::default()).unwrap();
            assert_eq!(dropped, drops);
            if !drops.is_empty() {
                written["fileData"]["mimeType"] = json!("image/png");
            }
            assert_eq!(written, part);
        }
    }

    #[test]
    fn films_stay_what_they_are() {
        for part in [
            json!({"fileData": {"fileUri": "https://youtu.be/x"}, "videoMetadata": {"fps": 1}}),
            json!({"inlineData": {"mimeType": "video/mp4", "data": "AA=="}}),
        ] {
            let (content, drops) = read(part.clone());
            assert_eq!((content, drops), (Content::Opaque { dialect: NAME, value: part }, vec![]));
        }
    }

    #[test]
    fn files_of_another_provider_are_refused() {
        let source = Source::File { id: "file-1".into() };
        let image = Content::Image { source, detail: None };
        let problem = encode(image, "p", &mut Drops::default()).unwrap_err();
        assert_eq!(problem.code.as_deref(), Some("unsupported_source"));
    }

    #[test]
    fn endings_are_sorted() {
        assert!(ENDINGS.is_sorted_by(|a, b| a.0 < b.0));
    }
}
