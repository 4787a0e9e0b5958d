//! WASI preview 1 as Envoy has it: environment, clock, random bytes and writing to the log work, and
//! there are no arguments, files or sockets (proxy-wasm-cpp-host `src/exports.cc`, 2026-07).

use wasmtime::{FuncType, Linker, Result, Val, ValType};

use super::memory::{bytes, put, put_word};
use super::{Answer, Fault, Guest};
use crate::host::{Host, Level, Status};

const SUCCESS: i32 = 0;
const BADF: i32 = 8;
const NOTDIR: i32 = 20;
const FAULT: i32 = 21;
const INVAL: i32 = 28;
const NOENT: i32 = 44;
const NOSYS: i32 = 52;
const NOTSUP: i32 = 58;

/// Functions that only ever answer with one number: name, parameters (`i` 32, `l` 64 bits), answer.
const FIXED: &[(&str, &str, i32)] = &[
    ("args_get", "ii", SUCCESS),
    ("fd_advise", "illi", SUCCESS),
    ("fd_close", "i", SUCCESS),
    ("fd_fdstat_set_flags", "ii", NOSYS),
    ("fd_filestat_get", "ii", BADF),
    ("fd_pread", "iiili", NOSYS),
    ("fd_prestat_dir_name", "iii", NOSYS),
    ("fd_prestat_get", "ii", BADF),
    ("fd_read", "iiii", NOSYS),
    ("fd_readdir", "iiili", NOTDIR),
    ("fd_renumber", "ii", NOTSUP),
    ("fd_seek", "ilii", SUCCESS),
    ("path_create_directory", "iii", NOTSUP),
    ("path_filestat_get", "iiiii", NOTSUP),
    ("path_filestat_set_times", "iiiilli", NOTSUP),
    ("path_link", "iiiiiii", NOTSUP),
    ("path_open", "iiiiillii", NOENT),
    ("path_readlink", "iiiiii", NOTSUP),
    ("path_remove_directory", "iii", NOTSUP),
    ("path_rename", "iiiiii", NOTSUP),
    ("path_symlink", "iiiii", NOTSUP),
    ("path_unlink_file", "iii", NOTSUP),
    ("sched_yield", "", SUCCESS),
    ("sock_accept", "iii", NOTSUP),
    ("sock_recv", "iiiiii", NOTSUP),
    ("sock_send", "iiiii", NOTSUP),
    ("sock_shutdown", "ii", NOTSUP),
];

/// Functions that do nothing, and that well for standard output and error only.
const ON_OUTPUT: &[(&str, &str)] = &[
    ("fd_allocate", "ill"),
    ("fd_datasync", "i"),
    ("fd_fdstat_set_rights", "ill"),
    ("fd_filestat_set_size", "il"),
    ("fd_filestat_set_times", "illi"),
    ("fd_sync", "i"),
];

pub(super) fn link(linker: &mut Linker<Host>) -> Result<()> {
    for module in ["wasi_snapshot_preview1", "wasi_unstable"] {
        link_fixed(linker, module)?;
        link_working(linker, module)?;
    }
    linker.func_wrap("env", "emscripten_notify_memory_growth", |_: Guest<'_>, _: i32| {})?;
    linker.func_wrap("env", "pthread_equal", |_: Guest<'_>, a: i32, b: i32| i32::from(a == b))?;
    Ok(())
}

fn link_fixed(linker: &mut Linker<Host>, module: &str) -> Result<()> {
    for &(name, params, errno) in FIXED {
        let signature = signature(linker, params);
        linker.func_new(module, name, signature, move |_, _, results| answer(results, errno))?;
    }
    for &(name, params) in ON_OUTPUT {
        let signature = signature(linker, params);
        linker.func_new(module, name, signature, |_, args, results| {
            let output = matches!(args.first(), Some(Val::I32(1 | 2)));
            answer(results, if output { SUCCESS } else { BADF })
        })?;
    }
    Ok(())
}

fn link_working(linker: &mut Linker<Host>, module: &str) -> Result<()> {
    linker.func_wrap(
        module,
        "environ_sizes_get",
        |mut guest: Guest<'_>, count: i32, size: i32| {
            let env = environment(&guest);
            let sizes = (word(env.len()), word(env.iter().map(Vec::len).sum()));
            errno(
                put_word(&mut guest, count, sizes.0)
                    .and_then(|()| put_word(&mut guest, size, sizes.1)),
            )
        },
    )?;
    linker.func_wrap(module, "environ_get", |mut guest: Guest<'_>, list: i32, strings: i32| {
        errno(environ_get(&mut guest, list, strings))
    })?;
    linker.func_wrap(module, "args_sizes_get", |mut guest: Guest<'_>, count: i32, size: i32| {
        errno(put_word(&mut guest, count, 0).and_then(|()| put_word(&mut guest, size, 0)))
    })?;
    linker.func_wrap(
        module,
        "clock_time_get",
        |mut guest: Guest<'_>, id: i32, _: i64, at: i32| {
            let now = guest.data().now_ns;
            clock(&mut guest, id, at, now)
        },
    )?;
    linker.func_wrap(module, "clock_res_get", |mut guest: Guest<'_>, id: i32, at: i32| {
        clock(&mut guest, id, at, 1)
    })?;
    linker.func_wrap(module, "random_get", |mut guest: Guest<'_>, at: i32, len: i32| {
        random_get(&mut guest, at, len)
    })?;
    linker.func_wrap(
        module,
        "poll_oneoff",
        |mut guest: Guest<'_>, _: i32, _: i32, _: i32, count: i32| {
            errno(put_word(&mut guest, count, 0))
        },
    )?;
    linker.func_wrap(
        module,
        "fd_write",
        |mut guest: Guest<'_>, fd: i32, vectors: i32, count: i32, at: i32| {
            write(&mut guest, fd, vectors, count, at)
        },
    )?;
    linker.func_wrap(
        module,
        "fd_pwrite",
        |mut guest: Guest<'_>, fd: i32, vectors: i32, count: i32, _: i64, at: i32| {
            write(&mut guest, fd, vectors, count, at)
        },
    )?;
    linker.func_wrap(module, "fd_tell", |mut guest: Guest<'_>, fd: i32, at: i32| {
        if !matches!(fd, 1 | 2) { Ok(BADF) } else { errno(put(&mut guest, at, &[0; 8])) }
    })?;
    linker.func_wrap(module, "fd_fdstat_get", |mut guest: Guest<'_>, fd: i32, at: i32| {
        // All zero but for the right to write.
        let mut stat = [0; 24];
        stat[8] = 64;
        if !matches!(fd, 1 | 2) { Ok(BADF) } else { errno(put(&mut guest, at, &stat)) }
    })?;
    // Envoy returns from it; what the module does next is usually `unreachable`.
    linker.func_wrap(module, "proc_exit", |_: Guest<'_>, _: i32| {})?;
    Ok(())
}

fn signature(linker: &Linker<Host>, params: &str) -> FuncType {
    let params = params.chars().map(|c| if c == 'l' { ValType::I64 } else { ValType::I32 });
    FuncType::new(linker.engine(), params, [ValType::I32])
}

fn answer(results: &mut [Val], errno: i32) -> Result<()> {
    results.fill(Val::I32(errno));
    Ok(())
}

fn errno(answer: Answer) -> Result<i32> {
    match answer {
        Ok(()) => Ok(SUCCESS),
        Err(Fault::Status(_)) => Ok(FAULT),
        Err(Fault::Trap(error)) => Err(error),
    }
}

/// `NAME=value` with its NUL, for each variable.
fn environment(guest: &Guest<'_>) -> Vec<Vec<u8>> {
    let env = &guest.data().options.env;
    env.iter().map(|(name, value)| format!("{name}={value}\0").into_bytes()).collect()
}

fn environ_get(guest: &mut Guest<'_>, list: i32, strings: i32) -> Answer {
    let (mut list, mut at) = (list, strings);
    for variable in environment(guest) {
        put_word(guest, list, at.cast_unsigned())?;
        put(guest, at, &variable)?;
        list = list.wrapping_add(4);
        at = at.wrapping_add_unsigned(word(variable.len()));
    }
    Ok(())
}

fn clock(guest: &mut Guest<'_>, id: i32, at: i32, nanoseconds: u64) -> Result<i32> {
    match id {
        0 | 1 => errno(put(guest, at, &nanoseconds.to_le_bytes())),
        _ => Ok(NOTSUP),
    }
}

fn random_get(guest: &mut Guest<'_>, at: i32, len: i32) -> Result<i32> {
    const MAX_BYTES: usize = 64 * 1024;

    let len = usize::try_from(len).unwrap_or(usize::MAX);
    if len > MAX_BYTES {
        return Ok(INVAL);
    }
    let host = guest.data_mut();
    let words = std::iter::repeat_with(|| host.random().to_le_bytes());
    let bytes: Vec<u8> = words.flatten().take(len).collect();
    errno(put(guest, at, &bytes))
}

/// Standard output is logged at level info and standard error at level error.
fn write(guest: &mut Guest<'_>, fd: i32, vectors: i32, count: i32, at: i32) -> Result<i32> {
    let level = match fd {
        1 => Level::Info,
        2 => Level::Error,
        _ => return Ok(BADF),
    };
    let text = match gather(guest, vectors, count) {
        Ok(text) => text,
        Err(fault) => return errno(Err(fault)),
    };
    if !text.is_empty() {
        guest.data_mut().log(level, text.strip_suffix(b"\n").unwrap_or(&text));
    }
    errno(put_word(guest, at, word(text.len())))
}

fn gather(guest: &mut Guest<'_>, vectors: i32, count: i32) -> std::result::Result<Vec<u8>, Fault> {
    let mut text = Vec::new();
    let vectors = bytes(guest, vectors, count.checked_mul(8).ok_or(Status::InvalidMemoryAccess)?)?;
    for vector in vectors.chunks_exact(8) {
        let (ptr, len) = vector.split_at(4);
        text.extend(bytes(guest, signed(ptr), signed(len))?);
    }
    Ok(text)
}

fn signed(word: &[u8]) -> i32 {
    word.try_into().map_or(0, i32::from_le_bytes)
}

fn word(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
