//! Objects.

use std::fmt;

use super::index::HashIndex;
use super::key::same;
use super::{Key, Value};

/// With more entries than this, a map keeps an index: below, looking at each is faster.
const SMALL: usize = 32;

/// An object: names and values in their order.
///
/// Most objects of a body have a handful of fields, so a name is looked for by looking at each. Large ones
/// are indexed, so that reading and filling a map takes linear time whatever a client sends.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(Key, Value)>,
    /// Where each name stands; there while there are more than [`SMALL`].
    index: Option<Box<HashIndex>>,
}

impl Map {
    /// An empty object.
    pub fn new() -> Map {
        Map::default()
    }

    /// An empty object with room for some fields.
    pub fn with_capacity(capacity: usize) -> Map {
        Map { entries: Vec::with_capacity(capacity), ..Map::default() }
    }

    /// How many fields there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.entries.get(self.position(name)?).map(|entry| &entry.1)
    }

    /// The field of that name, to be edited.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        let at = self.position(name)?;
        self.entries.get_mut(at).map(|entry| &mut entry.1)
    }

    /// Whether there is a field of that name.
    pub fn contains_key(&self, name: &str) -> bool {
        self.position(name).is_some()
    }

    /// Sets a field: in its place if it is there, else at the end. Returns what it was.
    pub fn insert(&mut self, name: String, value: Value) -> Option<Value> {
        self.insert_key(name.into(), value)
    }

    /// [`Map::insert`] for a name that is written in the code, which costs no memory.
    pub fn put(&mut self, name: &'static str, value: impl Into<Value>) {
        self.put_value(name, value.into());
    }

    /// Not part of [`Map::put`], which is written out for every type of value.
    #[inline(never)]
    fn put_value(&mut self, name: &'static str, value: Value) {
        self.insert_key(name.into(), value);
    }

    /// [`Map::insert`], but at a position. A field of that name that is there moves.
    pub fn shift_insert(&mut self, at: usize, name: String, value: Value) -> Option<Value> {
        let old = self.shift_remove(&name);
        self.entries.insert(at.min(self.entries.len()), (name.into(), value));
        self.index = None;
        self.reindex();
        old
    }

    /// Takes a field out; the others keep their order.
    pub fn shift_remove(&mut self, name: &str) -> Option<Value> {
        let at = self.position(name)?;
        if let Some(index) = &mut self.index {
            index.shift_remove(name, at);
        }
        Some(self.entries.remove(at).1)
    }

    /// [`Map::shift_remove`].
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        self.shift_remove(name)
    }

    /// Takes a field out with its name; the others keep their order.
    pub fn remove_entry(&mut self, name: &str) -> Option<(Key, Value)> {
        let at = self.position(name)?;
        if let Some(index) = &mut self.index {
            index.shift_remove(name, at);
        }
        Some(self.entries.remove(at))
    }

    /// The place of a field, filled or not.
    pub fn entry(&mut self, name: impl Into<String>) -> Entry<'_> {
        Entry { map: self, name: name.into() }
    }

    /// Takes the fields of `other` over, as [`Map::insert`] would.
    pub fn append(&mut self, other: &mut Map) {
        for (name, value) in std::mem::take(other).entries {
            self.insert_key(name, value);
        }
    }

    /// Takes out the fields that `keep` does not want.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &mut Value) -> bool) {
        let count = self.entries.len();
        self.entries.retain_mut(|(name, value)| keep(name, value));
        if self.entries.len() != count && self.index.is_some() {
            self.index = None;
            self.reindex();
        }
    }

    /// Takes all fields out.
    pub fn clear(&mut self) {
        *self = Map::new();
    }

    /// Names and values.
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.entries.iter())
    }

    /// Names and values, these to be edited.
    pub fn iter_mut(&mut self) -> IterMut<'_> {
        IterMut(self.entries.iter_mut())
    }

    /// The names.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> + ExactSizeIterator + Clone {
        self.entries.iter().map(|entry| &entry.0)
    }

    /// The values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.entries.iter().map(|entry| &entry.1)
    }

    /// The values, to be edited.
    pub fn values_mut(
        &mut self,
    ) -> impl DoubleEndedIterator<Item = &mut Value> + ExactSizeIterator {
        self.entries.iter_mut().map(|entry| &mut entry.1)
    }

    /// The values alone.
    pub fn into_values(self) -> impl DoubleEndedIterator<Item = Value> + ExactSizeIterator {
        self.entries.into_iter().map(|entry| entry.1)
    }

    /// [`Map::insert`] for a name that comes from another map.
    pub fn insert_key(&mut self, name: Key, value: Value) -> Option<Value> {
        match self.position(&name).and_then(|at| self.entries.get_mut(at)) {
            Some(entry) => Some(std::mem::replace(&mut entry.1, value)),
            None => {
                self.push(name, value);
                None
            }
        }
    }

    /// Adds a field whose name is not there yet.
    #[inline]
    pub(super) fn push(&mut self, name: Key, value: Value) {
        if let Some(index) = &mut self.index {
            index.push(&name, &self.entries);
        }
        self.entries.push((name, value));
        if self.entries.len() > SMALL && self.index.is_none() {
            self.reindex();
        }
    }

    /// Where the field of that name stands.
    #[inline]
    fn position(&self, name: &str) -> Option<usize> {
        match &self.index {
            Some(index) => index.find(name, &self.entries),
            None => self.entries.iter().position(|entry| same(&entry.0, name)),
        }
    }

    /// Makes an index if it is time for one, which it hardly ever is.
    #[cold]
    fn reindex(&mut self) {
        if self.entries.len() > SMALL {
            self.index = Some(Box::new(HashIndex::new(&self.entries)));
        }
    }
}

/// The place of one field in a map.
pub struct Entry<'a> {
    map: &'a mut Map,
    name: String,
}

impl<'a> Entry<'a> {
    /// The field; if it is not there, it becomes `value`.
    pub fn or_insert(self, value: Value) -> &'a mut Value {
        self.or_insert_with(|| value)
    }

    /// The field; if it is not there, it becomes what `make` says.
    pub fn or_insert_with(self, make: impl FnOnce() -> Value) -> &'a mut Value {
        let at = self.map.position(&self.name).unwrap_or_else(|| {
            self.map.push(self.name.into(), make());
            self.map.entries.len() - 1
        });
        #[allow(clippy::indexing_slicing, reason = "a position of this map")]
        &mut self.map.entries[at].1
    }
}

/// Names and values of a map.
#[derive(Clone)]
pub struct Iter<'a>(std::slice::Iter<'a, (Key, Value)>);

impl<'a> Iterator for Iter<'a> {
    type Item = (&'a Key, &'a Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (&entry.0, &entry.1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

/// Names and values of a map, these to be edited.
pub struct IterMut<'a>(std::slice::IterMut<'a, (Key, Value)>);

impl<'a> Iterator for IterMut<'a> {
    type Item = (&'a Key, &'a mut Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|entry| (&entry.0, &mut entry.1))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

/// What was in a map.
pub struct IntoIter(std::vec::IntoIter<(Key, Value)>);

impl Iterator for IntoIter {
    type Item = (String, Value);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.into(), value))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for IntoIter {}

impl IntoIterator for Map {
    type Item = (String, Value);
    type IntoIter = IntoIter;

    fn into_iter(self) -> IntoIter {
        IntoIter(self.entries.into_iter())
    }
}

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}

impl<'a> IntoIterator for &'a mut Map {
    type Item = (&'a Key, &'a mut Value);
    type IntoIter = IterMut<'a>;

    fn into_iter(self) -> IterMut<'a> {
        self.iter_mut()
    }
}

impl<K: Into<Key>> Extend<(K, Value)> for Map {
    fn extend<T: IntoIterator<Item = (K, Value)>>(&mut self, entries: T) {
        for (name, value) in entries {
            self.insert_key(name.into(), value);
        }
    }
}

/// An object of these fields, their names each once. Unlike [`super::json!`] it moves what it is given.
pub fn object<const N: usize>(fields: [(&'static str, Value); N]) -> Value {
    Value::Object(Map::from(fields))
}

/// Names that are written in the code, each once.
impl<const N: usize> From<[(&'static str, Value); N]> for Map {
    fn from(fields: [(&'static str, Value); N]) -> Map {
        let mut map = Map::with_capacity(N);
        for (name, value) in fields {
            debug_assert!(!map.contains_key(name), "{name} twice");
            map.push(name.into(), value);
        }
        map
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Map {
    fn from_iter<T: IntoIterator<Item = (K, Value)>>(entries: T) -> Map {
        let mut map = Map::new();
        map.extend(entries);
        map
    }
}

/// The same fields with the same values, in any order.
impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.len() == other.len() && self.iter().all(|(name, value)| other.get(name) == Some(value))
    }
}

impl Eq for Map {}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl std::ops::Index<&str> for Map {
    type Output = Value;

    /// The field, or `null`.
    fn index(&self, name: &str) -> &Value {
        self.get(name).unwrap_or(&Value::Null)
    }
}
