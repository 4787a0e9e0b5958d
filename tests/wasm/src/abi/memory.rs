//! Reading and writing the module's linear memory.

use wasmtime::{Extern, Memory};

use super::{Answer, Fault, Guest};
use crate::host::Status;

type Outcome<T> = std::result::Result<T, Fault>;

/// The `len` bytes at `ptr`.
pub(super) fn bytes(guest: &mut Guest<'_>, ptr: i32, len: i32) -> Outcome<Vec<u8>> {
    let (start, len) = (offset(ptr), offset(len));
    let end = start.checked_add(len).ok_or(Status::InvalidMemoryAccess)?;
    let memory = memory(guest)?;
    guest.data_mut().moves(len);
    let found = memory.data(&guest).get(start..end);
    Ok(found.ok_or(Status::InvalidMemoryAccess)?.to_vec())
}

/// Writes `data` at `ptr`.
pub(super) fn put(guest: &mut Guest<'_>, ptr: i32, data: &[u8]) -> Answer {
    let start = offset(ptr);
    let end = start.checked_add(data.len()).ok_or(Status::InvalidMemoryAccess)?;
    let memory = memory(guest)?;
    let found = memory.data_mut(guest).get_mut(start..end);
    found.ok_or(Status::InvalidMemoryAccess)?.copy_from_slice(data);
    Ok(())
}

/// Writes a 32-bit word at `ptr`.
pub(super) fn put_word(guest: &mut Guest<'_>, ptr: i32, word: u32) -> Answer {
    put(guest, ptr, &word.to_le_bytes())
}

/// Hands `data` to the module: in memory it allocates itself, with address and size written where
/// it said. Nothing is allocated for no data; the address is then null.
pub(super) fn give(guest: &mut Guest<'_>, data: &[u8], at: i32, size_at: i32) -> Answer {
    let size = u32::try_from(data.len()).map_err(|_| Status::InvalidMemoryAccess)?;
    guest.data_mut().moves(data.len());
    let address = if data.is_empty() { 0 } else { allocate(guest, size)? };
    if address != 0 {
        put(guest, address.cast_signed(), data)?;
    }
    put_word(guest, at, address)?;
    put_word(guest, size_at, size)
}

/// `malloc` goes before `proxy_on_memory_allocate`, as in Envoy.
fn allocate(guest: &mut Guest<'_>, size: u32) -> Outcome<u32> {
    let function = ["malloc", "proxy_on_memory_allocate"]
        .iter()
        .find_map(|name| guest.get_export(name).and_then(Extern::into_func))
        .ok_or(Status::InvalidMemoryAccess)?;
    let function = function.typed::<u32, u32>(&guest)?;
    match function.call(guest, size)? {
        0 => Err(Status::InvalidMemoryAccess.into()),
        address => Ok(address),
    }
}

fn memory(guest: &mut Guest<'_>) -> Outcome<Memory> {
    let memory = guest.get_export("memory").and_then(Extern::into_memory);
    Ok(memory.ok_or(Status::InvalidMemoryAccess)?)
}

/// Addresses and sizes are unsigned.
fn offset(value: i32) -> usize {
    usize::try_from(value.cast_unsigned()).unwrap_or(usize::MAX)
}
