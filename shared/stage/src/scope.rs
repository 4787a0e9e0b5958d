//! Where a text stands, as configurations name it.

use chat::Scope;
use serde::Deserialize;

/// Where a text stands in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ScopeName {
    /// What the model said.
    Assistant,
    /// System and developer instructions.
    System,
    /// Arguments of the model's calls.
    ToolCall,
    /// Names, descriptions and schemas of tools.
    ToolDefinition,
    /// What tools returned.
    ToolResult,
    /// What the user says.
    User,
}

impl ScopeName {
    /// Its name in configuration and on wires.
    pub fn name(self) -> &'static str {
        match self {
            ScopeName::Assistant => "assistant",
            ScopeName::System => "system",
            ScopeName::ToolCall => "tool_call",
            ScopeName::ToolDefinition => "tool_definition",
            ScopeName::ToolResult => "tool_result",
            ScopeName::User => "user",
        }
    }
}

impl From<ScopeName> for Scope {
    fn from(name: ScopeName) -> Scope {
        match name {
            ScopeName::Assistant => Scope::Assistant,
            ScopeName::System => Scope::System,
            ScopeName::ToolCall => Scope::ToolCall,
            ScopeName::ToolDefinition => Scope::ToolDefinition,
            ScopeName::ToolResult => Scope::ToolResult,
            ScopeName::User => Scope::User,
        }
    }
}
