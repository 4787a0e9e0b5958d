//! How to reach a person.

use super::super::entity::{Category, Check, Doc, Entity, Scan, Special};

pub(super) const EMAIL_ADDRESS: Entity = Entity {
    name: "EMAIL_ADDRESS",
    category: Category::Contact,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Email),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "E-mail addresses: dotted, tagged, quoted and international local parts, \
                  domains and address literals.",
        why: "An address names a person and is the key to most accounts.",
        matches: &[
            "Write to «jane.doe+news@mail.example.co.uk».",
            "<«o'brien@example.com»>",
            "mailto:«jane@example.com»?subject=x",
            "«jörg@bücher.example»",
            "\"name\": \"«a_b-c@xn--bcher-kva.example»\"",
            "«\"john doe\"@example.com»",
            "joe@localhost and «root@[192.0.2.1]»",
        ],
        rejects: &[
            "@everyone at 5pm",
            "logo@2x.png",
            "lodash@4.17.21",
            "git@github.com:owner/repo.git",
        ],
        mistakes: "Addresses without a top-level domain are missed, and so are those written out \
                   (jane at example dot com).",
        source: "RFC 5321 section 4.1.2; RFC 6531",
    },
};

pub(super) const PHONE_NUMBER: Entity = Entity {
    name: "PHONE_NUMBER",
    category: Category::Contact,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Phone),
    check: Check::None,
    context: "phone, phones, telephone, tel, mobile, mob, cell, cellphone, call, calls, called, \
              calling, caller, callback, dial, dialing, dialling, dialled, ring, rang, fax, telefax, pager, \
              voicemail, voice mail, answering machine, missed call, toll free, toll-free, text me, text him, text her, sms, whatsapp, viber, \
              wechat, please text, texted, reach me, reach him, reach her, reach us, reach you, reach out, can \
              reach, be reached, hotline, \
              helpline, landline, desk, office, direct line, extension, contact, contacts, \
              contact number, my number, his number, her number, their number, your number, \
              telefon, telefonnummer, tél, téléphone, telephone, portable, teléfono, telefono, \
              móvil, movil, celular, cellulare, handy, handynummer, mobil, mobiltelefon, \
              telefone, telemóvel, telefoon, mobiel, gsm, rufnummer, durchwahl, anrufen, erreichbar, \
              erreichen unter, appeler, appelez, joignable, llamar, llámame, llame, chiamare, \
              chiamami, bellen, ligar, ligue, telefonszám, zadzwoń, телефон, тел, \
              мобильный, 电话, 電話, 手机, 手機, 携帯, 전화, 휴대폰, โทร, هاتف, फोन",
    doc: Doc {
        catches: "Phone numbers: international ones, the distinctive national forms (North \
                  American, a leading zero, an area code in parentheses), and any other grouping \
                  near a word such as phone, call, fax or mobile; extensions belong to them.",
        why: "A number reaches a person and identifies them to every service that asks for one.",
        matches: &[
            "Call «+44 (0)20 7946 0958» now.",
            "«(555) 234-5678»",
            "«001-825-741-0957x5184» fax",
            "Desk: «986.291.2294x751»",
            "Bel «06-12345678» of mail ons",
            "«01 23 45 67 89»",
            "«+49(0)4165 46090»",
            "tel:«+1-201-555-0123»",
            "«(11) 91234-5678»",
            "Contato: «11 91234-5678»",
            "«0788264769»",
            "«03-1234-5678»",
            "mobile «9876543210»",
            "call me at «(96) 627-277»",
            "«69 987 88 37» office",
        ],
        rejects: &[
            "It happened on 2024-01-02 at 10:00.",
            "order number 5551234567",
            "pi is 3.14159265358979",
            "10.0.0.1",
            "between 1990-2000",
            "scores 12 15 18 21 24",
            "SSN 536-90-4399",
        ],
        mistakes: "Reference numbers in the form of a national number are taken for one; local \
                   numbers without a word near by are missed.",
        source: "https://www.itu.int/rec/T-REC-E.164 (numbering plan and list of assigned country codes)",
    },
};

pub(super) const STREET_ADDRESS: Entity = Entity {
    name: "STREET_ADDRESS",
    category: Category::Contact,
    region: "global",
    default: false,
    scan: Scan::Special(Special::StreetAddress),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "House number and street: the number before the name of a street (English with its \
                  flat, French) or behind it (German, Dutch, Spanish, Italian, Portuguese), and boxes at \
                  post offices.",
        why: "An address says where a person lives.",
        matches: &[
            "Send it to «221B Baker Street», London.",
            "«1600 Amphitheatre Pkwy Apt 4B», Mountain View",
            "«350 5th Avenue»",
            "«742 Evergreen Terrace»",
            "«1204 Silver Maple Cove, Apt 7»",
            "«Glorieta de Bilbao, 5», Madrid",
            "Ich wohne in der «Hauptstraße 12» in Köln.",
            "«Lange Straße 5», Berlin",
            "«10 rue de la Paix», Paris",
            "«12 bis, avenue Victor Hugo»",
            "«Calle Mayor, 45», Madrid",
            "«Via Roma 12», Torino",
            "«Prinsengracht 263-267», Amsterdam",
            "«P.O. Box 1234», Springfield",
        ],
        rejects: &[
            "He ran 100 metres down the street.",
            "Chapter 12 Street food",
            "Create an 8k image",
            "12 Angry Lakes",
            "In 2019 Great Falls grew.",
            "Thinking (5th Ed.). Upper Saddle River",
            "via 12 hops",
        ],
        mistakes: "Only the street and its number are found, not the town; streets without a \
                   telling word are missed.",
        source: "USPS Publication 28, appendix C1: https://pe.usps.com/text/pub28/28apc_002.htm; own observation (2026-11-21)",
    },
};
