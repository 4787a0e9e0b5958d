//! Puts a template in place of a request that refers to one.
//!
//! A client refers to a template as in Kong: `"messages": "{template://NAME}"`, with the values of its
//! variables in `"properties"`. `NAME@VERSION` asks for one version. The template's fields then stand in the
//! request in place of the client's; all other fields of the client stay.

mod config;
mod render;

use std::collections::BTreeMap;
use std::rc::Rc;

use chat::Problem;
use chat::json::{Map, Value};
use dialects::Dialect;
use dialects::prompts::Prompts;
use stage::{Blueprint, Exchange, Needs, Request, Stage, Turn, Verdict, facts, metrics};

pub use config::{
    Config, Kind, PromptConfig, TemplateConfig, Untemplated, Variable, VersionConfig,
};
use render::Holes;

/// How the stage is made of its configuration.
pub const BLUEPRINT: Blueprint = Blueprint {
    name: "prompt-template",
    build: |value, _, errors| {
        let config: Config = errors.read(value)?;
        Some(Rc::new(Templates(Rc::new(config::compile(config, errors)?))))
    },
    #[cfg(feature = "schema")]
    schema: || schemars::schema_for!(Config),
};

/// The templates by name, and what happens to requests without one.
#[derive(Debug)]
struct Plan {
    templates: BTreeMap<String, Template>,
    untemplated: Untemplated,
}

#[derive(Debug)]
struct Template {
    dialect: &'static dyn Dialect,
    variables: BTreeMap<String, Variable>,
    versions: Vec<Version>,
}

#[derive(Debug)]
struct Version {
    name: String,
    weight: u32,
    content: Content,
}

/// What is put in place of the reference.
#[derive(Debug)]
enum Content {
    /// Fields of a request of the template's dialect.
    Body(Map),
    /// A conversation, in any dialect.
    Prompt(Prompts),
}

#[derive(Debug)]
struct Templates(Rc<Plan>);

impl Stage for Templates {
    fn needs(&self) -> Needs {
        Needs { dice: true, ..Needs::default() }
    }

    fn open(&self) -> Box<dyn Turn> {
        Box::new(Filling(Rc::clone(&self.0)))
    }
}

#[derive(Debug)]
struct Filling(Rc<Plan>);

/// Fields of a request that may refer to a template in place of what they hold, and whether that is a text.
const REFERRING: [(&str, bool); 5] = [
    ("contents", false),
    ("input", false),
    ("messages", false),
    ("prompt", true),
    ("text_input", true),
];

/// The field that holds the values of a template's variables.
const PROPERTIES: &str = "properties";

impl Turn for Filling {
    fn on_request(&mut self, request: &mut Request, io: &mut Exchange) -> Verdict {
        if !request.endpoint.operation.is_prompt() {
            return Ok(());
        }
        let Some((field, name, version)) = reference(request.body.tree())? else {
            return match self.0.untemplated {
                Untemplated::Pass => Ok(()),
                Untemplated::Reject => Err(Problem::invalid(
                    "template_required",
                    "messages",
                    "this gateway takes only requests that refer to a template: \
                     \"messages\": \"{template://NAME}\"",
                )
                .into()),
            };
        };
        let unknown = || Problem::invalid("unknown_template", field, "there is no such template");
        let template = self.0.templates.get(&name).ok_or_else(unknown)?;
        let version = template.choose(version.as_deref(), io.dice).ok_or_else(unknown)?;
        let dialect = request.dialect;
        if matches!(version.content, Content::Body(_)) && template.dialect.name() != dialect.name()
        {
            let message = format!("this template is for {}", template.dialect.name());
            return Err(Problem::invalid("template_for_other_dialect", field, message).into());
        }
        let Value::Object(fields) = request.body.tree_mut() else { return Ok(()) };
        let holes = Holes::fill(&template.variables, fields.remove(PROPERTIES))?;
        match &version.content {
            Content::Body(body) => {
                fields.remove(field);
                for (name, value) in body.iter() {
                    fields.insert(name.to_string(), holes.rendered(value));
                }
            }
            Content::Prompt(prompts) => {
                let is_text = REFERRING.contains(&(field, true));
                let empty = if is_text { Value::from("") } else { Value::Array(Vec::new()) };
                fields.put(field, empty);
                if !dialect.add_prompts(request.body.tree_mut(), &holes.said(prompts)) {
                    let message = "a conversation does not stand in this field here";
                    return Err(Problem::invalid("no_conversation", field, message).into());
                }
            }
        }
        io.fact(facts::TEMPLATE, format!("{name}@{}", version.name));
        io.count(metrics::TEMPLATES, &[("template", &name), ("version", &version.name)]);
        Ok(())
    }

    fn wants_answer(&self) -> bool {
        false
    }
}

impl Template {
    /// The version asked for, else one by weight.
    fn choose(&self, asked: Option<&str>, dice: u64) -> Option<&Version> {
        if let Some(asked) = asked {
            return self.versions.iter().find(|version| version.name == asked);
        }
        let total: u64 = self.versions.iter().map(|version| u64::from(version.weight)).sum();
        let mut rest = dice.checked_rem(total)?;
        self.versions.iter().find(|version| {
            let weight = u64::from(version.weight);
            let hit = rest < weight;
            rest = rest.saturating_sub(weight);
            hit
        })
    }
}

type Reference = (&'static str, String, Option<String>);

/// The field that refers to a template, the template's name and the version asked for.
fn reference(body: &Value) -> Result<Option<Reference>, Problem> {
    let mut found = None;
    for (field, _) in REFERRING {
        let Some(text) = body.get(field).and_then(Value::as_str) else { continue };
        let text = text.trim();
        let Some(name) = text.strip_prefix("{template://").and_then(|rest| rest.strip_suffix('}'))
        else {
            continue;
        };
        if found.is_some() {
            let message = "a request can refer to one template only";
            return Err(Problem::invalid("several_templates", field, message));
        }
        let (name, version) = match name.split_once('@') {
            Some((name, version)) => (name, Some(version.to_owned())),
            None => (name, None),
        };
        found = Some((field, name.to_owned(), version));
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
