//! An error on its way to a client.

/// What went wrong, in the classes that the dialects share.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// No or wrong credentials: 401.
    Authentication,
    /// Quota or balance used up: OpenAI's 429 `insufficient_quota`, Anthropic's 402.
    Billing,
    /// The request is malformed or asks for something impossible: 400.
    InvalidRequest,
    /// No such path or model: 404.
    NotFound,
    /// The provider has no capacity: 503, Anthropic's 529.
    Overloaded,
    /// The credentials do not allow this: 403.
    Permission,
    /// Too many requests or tokens: 429.
    RateLimit,
    /// The provider or the gateway failed: 500, 502.
    Server,
    /// The provider took too long: 504.
    Timeout,
    /// The body is too large: 413.
    TooLarge,
    /// The body is in a form that cannot be read: 415.
    UnsupportedMedia,
}

impl Kind {
    /// The status that goes with the kind where nothing better is known.
    pub fn status(self) -> u16 {
        match self {
            Kind::Authentication => 401,
            Kind::Billing => 402,
            Kind::InvalidRequest => 400,
            Kind::NotFound => 404,
            Kind::Overloaded => 503,
            Kind::Permission => 403,
            Kind::RateLimit => 429,
            Kind::Server => 500,
            Kind::Timeout => 504,
            Kind::TooLarge => 413,
            Kind::UnsupportedMedia => 415,
        }
    }

    /// The kind that a provider's bare HTTP status tells.
    pub fn from_status(status: u16) -> Kind {
        match status {
            401 => Kind::Authentication,
            402 => Kind::Billing,
            403 => Kind::Permission,
            404 => Kind::NotFound,
            408 | 504 => Kind::Timeout,
            413 => Kind::TooLarge,
            415 => Kind::UnsupportedMedia,
            429 => Kind::RateLimit,
            503 | 529 => Kind::Overloaded,
            500.. => Kind::Server,
            _ => Kind::InvalidRequest,
        }
    }
}

/// An error for the client, whoever made it: this gateway or the provider. Each dialect writes it in its
/// own shape. The message must not quote credentials, configuration or matched text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The class.
    pub kind: Kind,
    /// HTTP status.
    pub status: u16,
    /// Machine-readable code, `snake_case`.
    pub code: Option<String>,
    /// One sentence for a human.
    pub message: String,
    /// The request field that is at fault, as a path: `messages[2].role`.
    pub param: Option<String>,
    /// Headers that go with the answer besides its content-type: `retry-after`.
    pub headers: Vec<(String, String)>,
}

impl Problem {
    /// A problem with the kind's own status.
    pub fn new(kind: Kind, code: &str, message: impl Into<String>) -> Problem {
        Problem {
            kind,
            status: kind.status(),
            code: Some(code.to_owned()),
            message: message.into(),
            param: None,
            headers: Vec::new(),
        }
    }

    /// A request that cannot be served as it stands, with the path of the field at fault.
    pub fn invalid(code: &str, param: impl Into<String>, message: impl Into<String>) -> Problem {
        Problem { param: Some(param.into()), ..Problem::new(Kind::InvalidRequest, code, message) }
    }

    /// The problem with one more header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Problem {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The provider's answer makes no sense: 502.
    pub fn bad_gateway(code: &str, message: impl Into<String>) -> Problem {
        Problem { status: 502, ..Problem::new(Kind::Server, code, message) }
    }
}
