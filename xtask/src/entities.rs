//! The documentation of the PII entities, from their table.

use std::fmt::Write;
use std::path::PathBuf;

use pii::find::{Category, ENTITIES, Entity, Selection};

use crate::Generated;

const HEAD: &str = "# Entities\n\n\
    What the PII redactor finds, generated from the table in `shared/pii/src/find/entities`. The examples are \
    executed as tests; what stands between « and » is what is found.\n\n\
    A form has a base confidence, which it deserves once the check is passed; a context word within 80 bytes \
    before or 30 behind adds 0.4. What stays below the configured minimum (0.5 by default) is dropped. In a form \
    `#` is a digit, `@` a letter, `*` either, `_` a space, hyphen or dot (the same all through), `~` one of these \
    or none.\n";

pub(crate) fn generated() -> Generated {
    let mut text = HEAD.to_owned();
    for category in Category::ALL {
        let of = || ENTITIES.iter().filter(move |entity| entity.category == category);
        let _ = write!(
            text,
            "\n## {}\n\n| entity | region | checked | by default |\n| --- | --- | --- | --- |\n",
            category.name()
        );
        for entity in of() {
            let yes = |yes: bool| if yes { "yes" } else { "no" };
            let check = match (entity.has_checksum(), entity.is_checked()) {
                (true, _) => "checksum",
                (false, true) => "rules",
                _ => "form",
            };
            let _ = writeln!(
                text,
                "| {} | {} | {check} | {} |",
                entity.name,
                entity.region,
                yes(entity.default)
            );
        }
        of().for_each(|entity| text.push_str(&section(entity)));
    }
    (PathBuf::from("shared/pii/ENTITIES.md"), text)
}

fn section(entity: &Entity) -> String {
    let doc = &entity.doc;
    let mut text = format!("\n### {}\n\n", entity.name);
    let _ = writeln!(text, "- **What it catches**: {}", doc.catches);
    let _ = writeln!(text, "- **Why**: {}", doc.why);
    let forms = entity.scores();
    if !forms.is_empty() && entity.category != Category::Secret {
        let forms: Vec<_> =
            forms.iter().map(|(form, score)| format!("`{form}` {}", confidence(*score))).collect();
        let _ = writeln!(text, "- **Forms**: {}", forms.join(" · "));
    }
    let context: Vec<_> = entity.context().collect();
    if !context.is_empty() {
        let _ = writeln!(text, "- **Context words**: {}", context.join(", "));
    }
    let _ = writeln!(text, "- **Matches**: {}", examples(entity, doc.matches));
    let _ = writeln!(text, "- **Does not match**: {}", examples(entity, doc.rejects));
    let _ = writeln!(text, "- **Known false positives**: {}", doc.mistakes);
    let _ = writeln!(text, "- **Source**: {}", doc.source);
    text
}

fn confidence(score: f32) -> String {
    let alone = score >= Selection::MIN_SCORE;
    format!("{score}{}", if alone { "" } else { " (needs a context word)" })
}

/// Examples in code, on one line each. Of a secret only the beginning, so that scanners for leaked ones leave the
/// page alone.
fn examples(entity: &Entity, examples: &[&str]) -> String {
    let shown = examples.iter().map(|example| {
        let line = example.replace('\n', "⏎").replace('|', "\\|");
        let line = match (entity.category, line.split_once('«')) {
            (Category::Secret, Some((before, secret))) => {
                let head: String = secret.chars().take(8).collect();
                let tail = secret.rsplit_once('»').map_or("", |(_, tail)| tail);
                format!("{before}«{head}…»{tail}")
            }
            _ => line,
        };
        format!("<code>{}</code>", line.replace('&', "&amp;").replace('<', "&lt;"))
    });
    shown.collect::<Vec<_>>().join(" · ")
}
