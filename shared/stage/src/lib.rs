//! The seam: data in, decisions out.
//!
//! A [`Stage`] is one step of AI-traffic processing with its configuration compiled; a [`Turn`] is its
//! memory of one request. Neither knows a host, a clock or a die: what they may know comes in through
//! [`Exchange`], what they want done goes out through it. A [`Pipeline`] runs a list of stages over one
//! request with one parse and at most one write; a [`Flow`] is that run.
//!
//! The same pipeline runs inside Envoy (the `shell` crate), on the command line and in tests.

mod callout;
pub mod config;
mod exchange;
pub mod facts;
mod flow;
mod glance;
mod headers;
mod locate;
mod message;
pub mod models;

pub mod metrics;
mod originals;
mod pipeline;
mod protobuf;
mod reply;
mod scope;
mod settings;
pub mod store;
mod typed;

pub use callout::{Answered, Callout, CalloutFailed, HttpAnswer};
pub use config::{Blueprint, ConfigError, Environment, Errors};
pub use exchange::{Exchange, Properties, PropertyPath};
pub use flow::{Answer, BodyStep, Flow, HeadStep};
pub use glance::Unparsed;
pub use headers::{Edit, Headers, Part, Place};
pub use log::Level;
pub use message::{Body, Content, Request, Response};
pub use originals::Originals;
pub use pipeline::{
    Filter, FilterKind, Glance, Needs, Order, Pipeline, Property, Reading, Stage, Stop, Turn,
    Verdict,
};
pub use reply::Reply;
pub use scope::ScopeName;
pub use settings::{HeaderMode, Settings, UnknownPaths};
