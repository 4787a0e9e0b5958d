//! Birthdays, places, names.

use super::super::entity::{Category, Check, Doc, Entity, Scan, Special};

pub(super) const DATE_OF_BIRTH: Entity = Entity {
    name: "DATE_OF_BIRTH",
    category: Category::Personal,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Birth),
    check: Check::None,
    context: "born, born on, dob, d.o.b, d.o.b., date of birth, birth date, birthdate, birthday, \
              birth, geboren, geb., geburtsdatum, geburtstag, né le, née le, né, née, date de \
              naissance, naissance, nacido, nacida, nací, fecha de nacimiento, nacimiento, nato \
              il, nata il, data di nascita, nascita, nascido, nascida, data de nascimento, \
              geboortedatum, geboren op, urodzony, urodzona, data urodzenia, 生年月日, 出生日期, дата \
              рождения",
    doc: Doc {
        catches: "Dates near a word that makes them a birthday, in numbers or with the name of a \
                  month.",
        why: "With a name it identifies nearly everybody.",
        matches: &[
            "She was born on «12/27/1986».",
            "DOB: «1990-02-28»",
            "geboren am «3. April 1971»",
            "born «March 12th, 1990»",
            "né le «14 juillet 1989»",
        ],
        rejects: &["It's like that since 12/1/1977", "born in 1990", "DOB: 13/32/1990"],
        mistakes: "Other dates close to such a word.",
        source: "ISO 8601; own observation",
    },
};

pub(super) const GEO_COORDINATES: Entity = Entity {
    name: "GEO_COORDINATES",
    category: Category::Personal,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Geo),
    check: Check::None,
    context: "lat, latitude, lon, lng, long, longitude, coordinates, coords, gps, location, \
              koordinaten, coordonnées, coordenadas",
    doc: Doc {
        catches: "Pairs of coordinates: decimal degrees with at least four places (three near a \
                  word), or degrees and minutes.",
        why: "A place tells where somebody lives or is.",
        matches: &["at «40.712776, -74.005974»", "«48°51'24\"N 2°21'03\"E»", "GPS «52.520 13.405»"],
        rejects: &["1.5, 2.5", "0.1234, 0.5678", "95.12345, 13.40500"],
        mistakes: "Pairs of other decimals with four places.",
        source: "ISO 6709",
    },
};

pub(super) const PERSON: Entity = Entity {
    name: "PERSON",
    category: Category::Personal,
    region: "global",
    default: false,
    scan: Scan::Special(Special::Person),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Names behind a title, a salutation, words of introduction, the label of a field or \
                  the end of a letter, and before an address in angle brackets; in English, German, \
                  French, Spanish, Italian, Dutch and Portuguese.",
        why: "A name makes all else personal.",
        matches: &[
            "My name is «John F. Kennedy».",
            "Dear «Jane»,",
            "Dr. «Emmett Brown» called",
            "Ich heiße «Jürgen Groß»",
            "Sehr geehrte Frau «Müller-Lüdenscheidt»,",
            "Je m'appelle «Jean de La Fontaine».",
            "Me llamo «Gabriel García Márquez».",
            "Mi chiamo «Maria Rossi».",
            "Mijn naam is «Jan van der Berg».",
            "Best regards,\n«Peter O'Toole»",
            "From: «Jane Doe» <jane@example.com>",
            "this is «Bob» from accounting",
            "Customer: «J. R. R. Tolkien»",
        ],
        rejects: &[
            "My name is not important",
            "Dear Sir or Madam",
            "This is The end",
            "Hello World",
            "Sehr geehrte Damen und Herren",
            "I am German",
        ],
        mistakes: "A first step: what stands without such words is missed, which is five names of six \
                   in conversations, and so are names in lower case. About one finding of ten is \
                   another word with a capital in such a place.",
        source: "Own observation",
    },
};

pub(super) const ORGANIZATION: Entity = Entity {
    name: "ORGANIZATION",
    category: Category::Personal,
    region: "global",
    default: false,
    scan: Scan::Special(Special::Organisation),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "Companies whose name ends in their legal form: Inc., Ltd, PLC, GmbH, AG, S.A., \
                  SARL, S.p.A., B.V. and others.",
        why: "With a role it names a person.",
        matches: &[
            "I work for «Acme Widgets Inc.» in Ohio",
            "bei der «Müller & Söhne GmbH»",
            "chez «Durand et Fils S.A.»",
            "«Barclays plc» said",
            "«Ferrari S.p.A.», Maranello",
            "paid by «Jansen B.V.»",
        ],
        rejects: &["The corporation paid.", "an inc file", "Rate Limited", "THE BUILDING IS AG"],
        mistakes: "Companies without a legal form are missed; a capital before the name is taken in \
                   unless it is an article or a preposition.",
        source: "https://en.wikipedia.org/wiki/List_of_legal_entity_types_by_country (2026-11-21)",
    },
};
