//! Lists of words that several patterns share, and the words that give a disguise away.

/// Lists by name, for `@name` in a pattern.
pub(crate) static LISTS: &[(&str, &str)] = &[
    (
        "drop",
        "ignore disregard forget forgetting overlook neglect dismiss discard abandon erase unlearn nullify \
         invalidate",
    ),
    (
        "overrule",
        "bypass override overrule overwrite supersede disobey violate circumvent disable deactivate",
    ),
    (
        "before",
        "previous previously prior above earlier preceding former foregoing initial original existing past \
         aforementioned old all any every your other system developer safety content",
    ),
    (
        "orders",
        "instruction{,s} rule{,s} prompt{,s} direction{,s} directive{,s} guideline{,s} guidance command{,s} \
         order{,s} constraint{,s} restriction{,s} programming training policy policies limitation{,s} \
         guardrail{,s} safeguard{,s} filter{,s} protocol{,s} briefing",
    ),
    (
        "show",
        "reveal show display print output repeat tell share leak expose disclose dump recite give \
         echo return regurgitate divulge",
    ),
    (
        "retell",
        "write list copy paste summarize summarise paraphrase translate encode convert spell describe quote \
         state provide explain type say rephrase restate reproduce",
    ),
    ("own", "your system initial hidden original secret developer internal confidential"),
    (
        "brief",
        "prompt{,s} instruction{,s} rule{,s} guideline{,s} directive{,s} programming configuration \
         preprompt briefing",
    ),
    (
        "secret",
        "password{,s} passphrase passcode passwort credential{,s} secret{,s} pin token{,s} key{,s} code{,s} \
         flag",
    ),
    (
        "free",
        "unrestricted unfiltered uncensored unlimited unbound amoral unmoderated jailbroken limitless \
         rulebreaking unethical immoral",
    ),
    (
        "limits",
        "restriction{,s} limit{,s} limitation{,s} filter{,s} censorship rule{,s} guideline{,s} ethic{,s} \
         moral{,s} morality boundaries constraint{,s} policy policies law{,s} legality consequence{,s}",
    ),
    (
        "private",
        "email mail phone telephone birth birthday birthdate address residence whereabouts salary income \
         bank account credit social ssn passport medical password{,s} credentials pin initials home maiden",
    ),
    ("role", "system assistant user human developer instruction{,s} response ai model"),
];

/// What a word tells about the text that it stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cue {
    /// It is English as it is, and the frequent word of that number.
    Plain(u8),
    /// The same, and it is one of them written backwards, too: inner letters may be in any order.
    Mirrored(u8),
    /// It is under ROT13.
    Rot13,
    /// It is written backwards.
    Reversed,
}

/// Frequent words, none the reverse of another word.
static FREQUENT: &[&str] = &[
    "about",
    "access",
    "after",
    "again",
    "all",
    "always",
    "and",
    "another",
    "answer",
    "any",
    "are",
    "because",
    "before",
    "being",
    "can",
    "character",
    "could",
    "different",
    "during",
    "email",
    "every",
    "everything",
    "example",
    "existing",
    "explain",
    "first",
    "following",
    "for",
    "forget",
    "from",
    "give",
    "have",
    "how",
    "however",
    "ignore",
    "imagine",
    "including",
    "information",
    "instruction",
    "instructions",
    "into",
    "key",
    "language",
    "letter",
    "make",
    "me",
    "message",
    "my",
    "never",
    "not",
    "now",
    "number",
    "of",
    "other",
    "output",
    "password",
    "people",
    "person",
    "please",
    "poem",
    "pretend",
    "previous",
    "print",
    "prior",
    "prompt",
    "question",
    "questions",
    "repeat",
    "respond",
    "response",
    "reveal",
    "right",
    "rules",
    "say",
    "secret",
    "should",
    "show",
    "start",
    "story",
    "system",
    "tell",
    "text",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "think",
    "this",
    "title",
    "to",
    "translate",
    "under",
    "until",
    "using",
    "want",
    "what",
    "when",
    "which",
    "will",
    "with",
    "without",
    "word",
    "words",
    "world",
    "would",
    "write",
    "you",
    "your",
    "yourself",
];

/// The frequent word of a number.
pub(crate) fn frequent(number: u8) -> &'static str {
    FREQUENT.get(usize::from(number)).copied().unwrap_or_default()
}

/// The words that are cues, and of what.
pub(crate) fn cues() -> impl Iterator<Item = (String, Cue)> {
    FREQUENT.iter().enumerate().flat_map(|(at, word)| {
        let rot13 = word.bytes().map(|byte| char::from((byte - b'a' + 13) % 26 + b'a')).collect();
        let reversed = word.chars().rev().collect();
        // Short words are too often another word's reverse, or its code.
        let long = word.len() > 2;
        let mirrored = long && word.chars().next() == word.chars().last();
        let plain = if mirrored { Cue::Mirrored } else { Cue::Plain };
        let rot13 = long.then_some((rot13, Cue::Rot13));
        let reversed = (long && !mirrored).then_some((reversed, Cue::Reversed));
        [((*word).to_owned(), plain(at as u8))].into_iter().chain(rot13).chain(reversed)
    })
}
