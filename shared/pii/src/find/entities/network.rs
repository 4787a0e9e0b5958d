//! Addresses of machines and pages.

use super::super::entity::{Category, Check, Doc, Entity, Scan, Special};

pub(super) const IP_ADDRESS: Entity = Entity {
    name: "IP_ADDRESS",
    category: Category::Network,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Ip),
    check: Check::None,
    context: "ip, ips, ipv4, ipv6, address, addresses, addr, host, hosts, server, ping, gateway, \
              dns, subnet, client, localhost, listen, bind, endpoint, adresse, dirección, \
              indirizzo",
    doc: Doc {
        catches: "IPv4 and IPv6 addresses in all their forms: compressed, with an embedded IPv4 \
                  address, with a zone.",
        why: "The address of a line often leads to one household or person.",
        matches: &[
            "from «58.74.121.78» to «2001:db8::8a2e:370:7334»",
            "[«fe80::1ff:fe23:4567:890a%eth0»]:80",
            "«::ffff:192.0.2.128»",
            "listens on «192.168.0.1»:8080, mask /24",
            "client_ip=«8.8.8.8»",
            "host «1.2.3.4»",
            "«2001:0db8:85a3:0000:0000:8a2e:0370:7334»",
        ],
        rejects: &[
            "version 10.2.3.4",
            "see 1.2.3.4 below",
            "256.1.1.1",
            "std::vec and a::b",
            "at 12:30:45",
            "1.2.3.4.5",
        ],
        mistakes: "Four one-digit numbers with dots are taken for a section unless a word such \
                   as ip or host is near.",
        source: "RFC 791; RFC 4291 section 2.2; RFC 4007 section 11",
    },
};

pub(super) const MAC_ADDRESS: Entity = Entity {
    name: "MAC_ADDRESS",
    category: Category::Network,
    region: "global",
    default: true,
    scan: Scan::Special(Special::Mac),
    check: Check::None,
    context: "mac, ethernet, wifi, wlan, bssid, hardware address",
    doc: Doc {
        catches: "MAC addresses with colons, hyphens or dots. Null and broadcast are left alone.",
        why: "A hardware address follows a device from network to network.",
        matches: &["MAC «00:1B:44:11:3A:B7»", "«aa-bb-cc-dd-ee-ff»", "«001b.4411.3ab7»"],
        rejects: &["ff:ff:ff:ff:ff:ff", "00:00:00:00:00:00", "00:1B:44:11:3A:B7:01:02"],
        mistakes: "Six pairs of hexadecimal digits of another meaning, such as the head of a \
                   fingerprint.",
        source: "IEEE 802-2014 section 8.1",
    },
};

pub(super) const URL: Entity = Entity {
    name: "URL",
    category: Category::Network,
    region: "global",
    default: false,
    scan: Scan::Special(Special::Url),
    check: Check::None,
    context: "",
    doc: Doc {
        catches: "URLs with a scheme, and hosts that begin with www; with port, path, query and \
                  fragment, without the punctuation of the sentence.",
        why: "A link can hold names, session keys and where somebody has been.",
        matches: &[
            "See «https://example.com/a?b=c#d».",
            "(«http://www.example.co.uk/»)",
            "«www.example.com/path»!",
            "[x](«https://example.com/wiki/A_(b)»)",
            "«http://user@192.0.2.7:8080/x»",
            "«ftp://files.example.org»",
        ],
        rejects: &[
            "jane@example.com",
            "e.g. this",
            "node.js",
            "a/b/c.txt",
            "http:// is a scheme",
            "std::string",
        ],
        mistakes: "Hosts without scheme and www are missed. Off by default: links are most often \
                   harmless.",
        source: "RFC 3986",
    },
};
