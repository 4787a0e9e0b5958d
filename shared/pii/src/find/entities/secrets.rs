//! Keys, tokens and passwords.

use super::super::entity::{Alphabet, Category, Check, Doc, Entity, Key, Scan, Special};

// Examples stand in two parts, so that scanners for leaked secrets leave this file alone.

const fn key(prefix: &'static str, rest: Alphabet, least: u16, most: u16) -> Key {
    Key { prefix, rest, len: (least, most) }
}

pub(super) const PRIVATE_KEY: Entity = Entity {
    name: "PRIVATE_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Special(Special::PrivateKey),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Private keys in PEM, OpenSSH and PGP armour.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "key:
«-----",
            "BEGIN PRIVATE KEY-----
MIIEvQIBADANBgkqhkiG9w0BAQEFAASC
-----END PRIVATE KEY-----»
"
        )],
        rejects: &["-----BEGIN PUBLIC KEY-----
MIIB
-----END PUBLIC KEY-----"],
        mistakes: "None known.",
        source: "RFC 7468; RFC 4880 section 6.2",
    },
};

pub(super) const JWT: Entity = Entity {
    name: "JWT",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Jwt),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "JSON Web Tokens.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "Bearer «eyJhb",
            "GciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U»"
        )],
        rejects: &["eyJhbGciOiJIUzI1NiJ9"],
        mistakes: "Tokens of an example.",
        source: "RFC 7519",
    },
};

pub(super) const DATABASE_URL: Entity = Entity {
    name: "DATABASE_URL",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Special(Special::ConnectionString),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "URLs that hold a password, as of databases and queues.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«postg", "res://app:s3cr3t-Pw@db.example.com:5432/main?sslmode=require»"),
            concat!("«mongo", "db+srv://u:p%40ss9@cluster0.example.net/test»"),
            concat!("«redis", "://:Zk8qPw2x@10.0.0.5:6379/0»"),
        ],
        rejects: &[
            "postgres://localhost/main",
            "https://example.com:8080/a@b",
            "postgres://user:${PASSWORD}@db/main",
        ],
        mistakes: "Passwords of an example.",
        source: "RFC 3986 section 3.2.1",
    },
};

pub(super) const AWS_ACCESS_KEY: Entity = Entity {
    name: "AWS_ACCESS_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("AKIA", Alphabet::Upper, 16, 16),
        key("ASIA", Alphabet::Upper, 16, 16),
        key("ABIA", Alphabet::Upper, 16, 16),
        key("ACCA", Alphabet::Upper, 16, 16),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Access key ids of Amazon Web Services. The secret that goes with one is found \
                  where it is assigned to a name.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!("aws_access_key_id = «AKIAI", "OSFODNN7EXAMPLE»")],
        rejects: &["AKIAIOSFODNN7", "AKIAXXXXXXXXXXXXXXXX"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html",
    },
};

pub(super) const GCP_KEY: Entity = Entity {
    name: "GCP_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("AIza", Alphabet::Url, 35, 35),
        key("ya29.", Alphabet::Url, 20, 512),
        key("GOCSPX-", Alphabet::Url, 28, 28),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API keys, access tokens and client secrets of Google.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«AIzaS", "yD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY»"),
            concat!("«GOCSP", "X-1a2b3c4d5e6f7g8h9i0jklmnopqr»"),
        ],
        rejects: &["AIzaSyD", "AIza00000000000000000000000000000000000"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://cloud.google.com/docs/authentication/api-keys",
    },
};

pub(super) const AZURE_KEY: Entity = Entity {
    name: "AZURE_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("AccountKey=", Alphabet::Base64, 80, 90),
        key("SharedAccessKey=", Alphabet::Base64, 40, 48),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Keys in connection strings of Azure.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "DefaultEndpointsProtocol=https;«Accou",
            "ntKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==»;x"
        )],
        rejects: &["AccountKey=abc"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string",
    },
};

pub(super) const GITHUB_TOKEN: Entity = Entity {
    name: "GITHUB_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("ghp_", Alphabet::Base62, 36, 255),
        key("gho_", Alphabet::Base62, 36, 255),
        key("ghu_", Alphabet::Base62, 36, 255),
        // Of an app: in the form of a JSON Web Token, too.
        key("ghs_", Alphabet::Dotted, 36, 1024),
        key("ghr_", Alphabet::Base62, 36, 255),
        key("github_pat_", Alphabet::Url, 59, 120),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Tokens of GitHub.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("token «ghp_1", "6C7e42F292c6912E7710c838347Ae178B4a»"),
            concat!("«ghs_e", "yJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJnaXRodWIifQ.c2lnbmF0dXJlX29mX2l0»."),
        ],
        rejects: &["ghp_16C7e42F", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/; https://github.blog/changelog/2021-03-31-authentication-token-format-updates-are-generally-available (2026-11-21)",
    },
};

pub(super) const GITLAB_TOKEN: Entity = Entity {
    name: "GITLAB_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("glpat-", Alphabet::Dotted, 20, 320),
        key("gldt-", Alphabet::Dotted, 20, 320),
        key("glrt-", Alphabet::Dotted, 20, 320),
        key("glcbt-", Alphabet::Dotted, 20, 320),
        key("glptt-", Alphabet::Dotted, 20, 320),
        key("glft-", Alphabet::Dotted, 20, 320),
        key("glsoat-", Alphabet::Dotted, 20, 320),
        key("glimt-", Alphabet::Dotted, 20, 320),
        key("glagent-", Alphabet::Dotted, 20, 320),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Tokens of GitLab.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«glpat", "-aB3dE5fG7hJ9kL1mN3pQ»"),
            concat!("«glpat", "-aB3dE5fG7hJ9kL1mN3pQrS5tU7.01.0w1x2y3z4», new"),
        ],
        rejects: &["glpat-short"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://docs.gitlab.com/security/tokens/ (2026-11-21)",
    },
};

pub(super) const SLACK_TOKEN: Entity = Entity {
    name: "SLACK_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("xoxb-", Alphabet::Url, 20, 255),
        key("xoxp-", Alphabet::Url, 20, 255),
        key("xoxa-", Alphabet::Url, 20, 255),
        key("xoxr-", Alphabet::Url, 20, 255),
        key("xoxs-", Alphabet::Url, 20, 255),
        key("xoxe-", Alphabet::Url, 20, 255),
        key("xapp-", Alphabet::Url, 20, 255),
        key("hooks.slack.com/services/", Alphabet::Base64, 30, 80),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Tokens and webhooks of Slack.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«xoxb-", "123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx»"),
            concat!(
                "https://«hooks",
                ".slack.com/services/T00000000/B11111111/Zx9yWv8uTs7rQp6oNm5lKj4i»"
            ),
        ],
        rejects: &["xoxb-short", "hooks.slack.com/services/"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://docs.slack.dev/authentication/tokens (2026-11-21)",
    },
};

pub(super) const STRIPE_KEY: Entity = Entity {
    name: "STRIPE_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("sk_live_", Alphabet::Base62, 16, 247),
        key("sk_test_", Alphabet::Base62, 16, 247),
        key("rk_live_", Alphabet::Base62, 16, 247),
        key("rk_test_", Alphabet::Base62, 16, 247),
        key("whsec_", Alphabet::Base64, 24, 64),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Secret and restricted keys of Stripe.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!("«sk_li", "ve_4eC39HqLyjWDarjtT1zdp7dc»")],
        rejects: &["pk_live_4eC39HqLyjWDarjtT1zdp7dc", "sk_live_key"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://docs.stripe.com/keys",
    },
};

pub(super) const TWILIO_KEY: Entity = Entity {
    name: "TWILIO_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[key("SK", Alphabet::Hex, 32, 32), key("AC", Alphabet::Hex, 32, 32)]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API keys and account ids of Twilio.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!("«SK1a2", "b3c4d5e6f708192a3b4c5d6e7f809»")],
        rejects: &["SK1a2b3c4d"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://www.twilio.com/docs/glossary/what-is-a-sid",
    },
};

pub(super) const SENDGRID_KEY: Entity = Entity {
    name: "SENDGRID_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[key("SG.", Alphabet::Dotted, 60, 80)]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API keys of SendGrid.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "«SG.ng",
            "eVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr»"
        )],
        rejects: &["SG.short"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys",
    },
};

pub(super) const OPENAI_KEY: Entity = Entity {
    name: "OPENAI_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("sk-proj-", Alphabet::Url, 20, 200),
        key("sk-svcacct-", Alphabet::Url, 20, 200),
        key("sk-admin-", Alphabet::Url, 20, 200),
        key("sk-", Alphabet::Base62, 20, 64),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API keys of OpenAI, and of others that took over their form.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«sk-pr", "oj-a1B2c3D4e5F6g7H8i9J0k1L2m3N4»"),
            concat!("OPENAI_API_KEY=«sk-ab", "cdefghijklmnopqrstuvwxABCDEFGHIJKLMNOPQRSTUVWX»"),
        ],
        rejects: &["sk-learn", "sk-xxxxxxxxxxxxxxxxxxxxxxxx", "sk-SK"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://platform.openai.com/docs/api-reference/authentication",
    },
};

pub(super) const ANTHROPIC_KEY: Entity = Entity {
    name: "ANTHROPIC_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[key("sk-ant-", Alphabet::Url, 24, 200)]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API keys of Anthropic.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!("«sk-an", "t-api03-R2D2c3po_bb8k9x7w5v3u1t-AA»")],
        rejects: &["sk-ant-key"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://platform.claude.com/docs/en/manage-claude/authentication (2026-11-21)",
    },
};

pub(super) const HUGGINGFACE_TOKEN: Entity = Entity {
    name: "HUGGINGFACE_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("hf_", Alphabet::Base62, 30, 64),
        key("api_org_", Alphabet::Base62, 30, 64),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Tokens of Hugging Face.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!("«hf_Ab", "CdEfGhIjKlMnOpQrStUvWxYz012345»")],
        rejects: &["hf_transfer"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://huggingface.co/docs/hub/security-tokens",
    },
};

pub(super) const NPM_TOKEN: Entity = Entity {
    name: "NPM_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[key("npm_", Alphabet::Base62, 36, 36)]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Access tokens of npm.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "//registry.example/:_authToken=«npm_a",
            "1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8»"
        )],
        rejects: &["npm_config_cache"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://docs.npmjs.com/about-access-tokens",
    },
};

pub(super) const PYPI_TOKEN: Entity = Entity {
    name: "PYPI_TOKEN",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[key("pypi-AgE", Alphabet::Url, 50, 400)]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "API tokens of PyPI and its test instance.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[concat!(
            "«pypi-",
            "AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMAACKlszLCI»"
        )],
        rejects: &["pypi-server"],
        mistakes: "Tokens of an example that look genuine.",
        source: "https://pypi.org/help/#apitoken",
    },
};

pub(super) const SERVICE_KEY: Entity = Entity {
    name: "SERVICE_KEY",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Keys(&[
        key("dop_v1_", Alphabet::Hex, 64, 64),
        key("dapi", Alphabet::Hex, 32, 34),
        key("shpat_", Alphabet::Hex, 32, 32),
        key("shpss_", Alphabet::Hex, 32, 32),
        key("sq0atp-", Alphabet::Url, 22, 22),
        key("hvs.", Alphabet::Url, 24, 200),
        key("lin_api_", Alphabet::Base62, 32, 48),
        key("ntn_", Alphabet::Base62, 40, 50),
        key("gsk_", Alphabet::Base62, 40, 64),
        key("xai-", Alphabet::Base62, 60, 90),
        key("pplx-", Alphabet::Base62, 40, 64),
        key("r8_", Alphabet::Base62, 37, 37),
        key("nvapi-", Alphabet::Url, 60, 70),
        key("tvly-", Alphabet::Url, 24, 48),
        key("dckr_pat_", Alphabet::Url, 24, 32),
        key("AGE-SECRET-KEY-1", Alphabet::Upper, 58, 58),
        key("PMAK-", Alphabet::Url, 50, 64),
        key("rubygems_", Alphabet::Hex, 48, 48),
        key("sntrys_", Alphabet::Url, 40, 300),
    ]),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Keys with a telling prefix of other services: DigitalOcean, Databricks, \
                  Shopify, Square, Vault, Linear, Notion, Groq, xAI, Perplexity, Replicate, \
                  NVIDIA, Tavily, Docker, age, Postman, RubyGems, Sentry.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("«dapi0", "123456789abcdef0123456789abcdef»"),
            concat!("«gsk_a", "1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4»"),
        ],
        rejects: &["gsk_short", "dapi"],
        mistakes: "Tokens of an example that look genuine.",
        source: "The documentation of each service",
    },
};

pub(super) const PASSWORD: Entity = Entity {
    name: "PASSWORD",
    category: Category::Secret,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Assignment),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Values that are assigned to a name such as password, secret, token or api_key, \
                  if they look random enough.",
        why: "Whoever has it acts in the name of its owner.",
        matches: &[
            concat!("password: «hunte", "r2-Zq9!»"),
            concat!("\"api_key\": \"«9f8Kd", "02jSl3mXq7B»\""),
            concat!("export AWS_SECRET_ACCESS_KEY=«wJalr", "XUtnFEMI/K7MDENG/bPxRfiCYzq12345678»"),
            concat!("client_secret='«a8F-k", "2_Lq90z»'"),
        ],
        rejects: &[
            "password: required",
            "token = get_token()",
            "password=${DB_PASSWORD}",
            "api_key: YOUR_API_KEY_1234",
            "max_tokens: 4096",
            "password: ********",
            "secret: the garden",
        ],
        mistakes: "Passwords that are plain words are missed; identifiers of configuration are \
                   sometimes taken for one.",
        source: "Own observation; entropy after C. E. Shannon (1948)",
    },
};
