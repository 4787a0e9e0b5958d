//! What no written form describes: each scanner is asked only where its own first sign stands.

use super::super::entity::Special;
use super::phone::{self, Phone};
use super::text::{at, back};
use super::{
    CONTEXT, SURE, Scanner, crypto, email, iban, names, network, personal, secret, street, url,
};

/// How near a word must stand to make digits a phone number, before and behind.
const PHONE_REACH: (usize, usize) = (45, 14);

impl Scanner<'_, '_> {
    pub(super) fn special(&self, special: Special) -> Option<u16> {
        self.plan.special.get(special as usize).copied().flatten()
    }

    pub(super) fn email(&mut self, sign: usize) {
        let Some(entity) = self.special(Special::Email) else { return };
        let Some(span) = email::email(self.text, sign) else { return };
        self.push(entity, span, SURE, true, true);
        if let Some(person) = self.special(Special::Person)
            && let Some(bracket) =
                span.0.checked_sub(1).filter(|at| self.bytes.get(*at) == Some(&b'<'))
            && let Some(name) = names::correspondent(self.text, bracket)
        {
            self.push(person, name, 0.7, true, false);
        }
    }

    pub(super) fn url(&mut self, colon: usize) {
        if colon < self.linked {
            return;
        }
        if let Some(entity) = self.special(Special::ConnectionString)
            && let Some(span) = secret::connection_string(self.bytes, colon)
        {
            self.push(entity, span, 0.9, true, true);
            self.linked = span.1;
        }
        if let Some(entity) = self.special(Special::Url)
            && let Some((start, end, is_ip)) = url::with_scheme(self.text, colon)
        {
            self.push(entity, (start, end), 0.9, false, is_ip);
            self.linked = self.linked.max(end);
        }
    }

    pub(super) fn bare_url(&mut self, dot: usize) {
        if let Some(entity) = self.special(Special::Url)
            && let Some(span) = url::bare(self.text, dot)
        {
            self.push(entity, span, 0.7, false, false);
        }
    }

    pub(super) fn phone(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Phone) else { return };
        let groups = self.groups(start);
        if !phone::may_begin(self.bytes, start, &groups)
            || (!phone::may_stand_alone(self.bytes, start, &groups)
                && !self.nearby.may_speak(self.text, start, entity))
        {
            return;
        }
        let Some(phone) = phone::phone(self.text, start) else { return };
        let Phone { start, end, .. } = phone;
        let span = (start, end);
        let for_it = self.nearby.within(self.text, span, entity, PHONE_REACH);
        let against = self.nearby.within(self.text, span, self.plan.no_phone, PHONE_REACH);
        // What is nearer decides: `call me about order 12345678`.
        let context = for_it.is_some_and(|distance| against.is_none_or(|other| distance < other));
        let score = match (context, against) {
            (true, _) => phone.score + CONTEXT,
            (false, Some(_)) => phone.score - 0.2,
            (false, None) => phone.score,
        };
        self.push(entity, (start, end), score, context, false);
    }

    pub(super) fn ipv4(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Ip) else { return };
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        if before == b'.'
            || (before == b'-' && start > 1 && at(self.bytes, start - 2).is_ascii_digit())
        {
            return;
        }
        let Some((end, octets)) = network::ipv4(self.bytes, start) else { return };
        let word = back(self.bytes, start, 16, |byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b' ' | b'.' | b':')
        });
        let word = self.bytes.get(word..start).unwrap_or_default().to_ascii_lowercase();
        let trimmed = word.trim_ascii_end();
        let counted =
            [&b"version"[..], b"ver", b"ver.", b"section", b"chapter", b" v", b"release", b"build"];
        if counted.iter().any(|name| trimmed.ends_with(name)) || before == 0xA7 {
            return;
        }
        self.offer(entity, (start, end), network::ipv4_score(octets), true);
    }

    pub(super) fn ipv6(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Ip) else { return };
        if matches!(start.checked_sub(1).map_or(0, |index| at(self.bytes, index)), b':' | b'.') {
            return;
        }
        let Some((end, address)) = network::ipv6(self.bytes, start) else { return };
        let literal = self.bytes.get(start..end).unwrap_or_default();
        self.offer(entity, (start, end), network::ipv6_score(literal, address), true);
    }

    pub(super) fn mac(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Mac) else { return };
        let before = start.checked_sub(1).map_or(0, |index| at(self.bytes, index));
        if matches!(before, b':' | b'-' | b'.')
            && start > 1
            && at(self.bytes, start - 2).is_ascii_hexdigit()
        {
            return;
        }
        if let Some(end) = network::mac(self.bytes, start) {
            self.offer(entity, (start, end), 0.8, true);
        }
    }

    pub(super) fn iban(&mut self, start: usize, len: usize) {
        let Some(entity) = self.special(Special::Iban) else { return };
        let letters = len >= 2 && at(self.bytes, start + 1).is_ascii_alphabetic();
        // Two check digits follow, maybe behind a space.
        let check = start + 2 + usize::from(len == 2);
        let digits =
            at(self.bytes, check).is_ascii_digit() && at(self.bytes, check + 1).is_ascii_digit();
        if !(letters && digits && at(self.bytes, start).is_ascii_alphabetic()) {
            return;
        }
        let Some(found) = iban::iban(self.bytes, start) else { return };
        let span = (start, found.end);
        // One of a country's own form says itself what it is: a card in it is none, whatever word is near.
        match found.validated && found.score > 0.9 {
            true => self.push(entity, span, found.score, true, true),
            false => self.offer(entity, span, found.score, found.validated),
        }
    }

    pub(super) fn crypto(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::Crypto) else { return };
        let token = self.bytes.get(start..end).unwrap_or_default();
        if token.len() < 26 {
            return;
        }
        if let Some(validated) = crypto::is_address(token) {
            self.offer(entity, (start, end), if validated { 0.95 } else { 0.6 }, validated);
        }
    }

    pub(super) fn keys(&mut self, start: usize, len: usize) {
        let first = at(self.bytes, start);
        let plan = self.plan;
        for index in plan.keys_by_first.get(usize::from(first)).into_iter().flatten() {
            let Some((key, entity)) = plan.keys.get(usize::from(*index)) else { continue };
            if let Some(end) = secret::key(self.bytes, start, key) {
                self.push(*entity, (start, end), 0.9, true, true);
                self.seen = self.seen.max(start + len);
            }
        }
        if first == b'e'
            && let Some(entity) = self.special(Special::Jwt)
            && let Some(end) = secret::jwt(self.bytes, start)
        {
            self.push(entity, (start, end), 0.95, true, true);
        }
    }

    pub(super) fn assignment(&mut self, sign: usize) {
        let Some(entity) = self.special(Special::Assignment) else { return };
        if let Some(span) = secret::assignment(self.bytes, sign) {
            self.push(entity, span, 0.6, true, false);
        }
    }

    pub(super) fn private_key(&mut self, start: usize) -> usize {
        let Some(entity) = self.special(Special::PrivateKey) else { return start + 11 };
        match secret::private_key(self.bytes, start, &mut self.key_ends) {
            Some(end) => {
                let end = self.text.floor_char_boundary(end);
                self.push(entity, (start, end), SURE, true, true);
                end
            }
            None => start + 11,
        }
    }

    pub(super) fn birth(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::Birth) else { return };
        if end - start > 4
            || !personal::may_be_date(self.bytes, start)
            || !self.nearby.may_speak(self.text, start, entity)
        {
            return;
        }
        if let Some(span) = personal::date(self.text, start) {
            self.offer(entity, span, 0.2, false);
        }
    }

    pub(super) fn street(&mut self, start: usize, end: usize) {
        let Some(entity) = self.special(Special::StreetAddress) else { return };
        if let Some((start, end)) = street::street(self.text, start, end) {
            self.push(entity, (start, end), 0.6, false, false);
        }
    }

    pub(super) fn geo(&mut self, start: usize) {
        let Some(entity) = self.special(Special::Geo) else { return };
        if let Some((span, score)) = personal::coordinates(self.text, start) {
            self.offer(entity, span, score, false);
        }
    }

    /// The word with a capital at `start`: a name may begin with it, a company end.
    pub(super) fn names(&mut self, start: usize) {
        if let Some(entity) = self.special(Special::Organisation)
            && let Some(span) = names::organisation(self.text, start)
        {
            self.push(entity, span, 0.6, true, false);
        }
        if start >= self.named
            && let Some(entity) = self.special(Special::Person)
            && let Some(end) = names::person(self.text, start)
        {
            self.push(entity, (start, end), 0.6, true, false);
            self.named = end;
        }
    }
}
