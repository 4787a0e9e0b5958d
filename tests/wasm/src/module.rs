//! Compiled modules.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use wasmtime::{Config, Engine, OperatorCost, OptLevel, VariableOperatorCost};

/// A compiled proxy-wasm module. Cheap to clone; start as many VMs from it as needed.
#[derive(Clone)]
pub struct Module(pub(crate) wasmtime::Module);

impl Module {
    /// Compiles the `.wasm` file at `path`, once per process and path.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is not a valid module.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, LoadError> {
        static CACHE: OnceLock<Mutex<HashMap<PathBuf, Module>>> = OnceLock::new();

        let path = path.as_ref();
        // Compiling holds the lock: tests run in parallel and would otherwise all compile the same.
        let cache = CACHE.get_or_init(Mutex::default);
        let mut cache = cache.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(module) = cache.get(path) {
            return Ok(module.clone());
        }
        let bytes =
            std::fs::read(path).map_err(|e| LoadError(format!("{}: {e}", path.display())))?;
        let module = Self::compile(&bytes)?;
        cache.insert(path.to_owned(), module.clone());
        Ok(module)
    }

    /// Compiles a module from memory.
    ///
    /// # Errors
    ///
    /// The bytes are not a valid module.
    pub fn compile(bytes: &[u8]) -> Result<Self, LoadError> {
        wasmtime::Module::new(engine()?, bytes)
            .map(Self)
            .map_err(|e| LoadError(format!("Failed to load Wasm bytecode: {e:#}")))
    }
}

/// The module that `make wasm` built for the filter `name`, such as `provider_translator`.
///
/// # Errors
///
/// It is not there, or it is not a valid module.
pub fn built(name: &str) -> Result<Module, LoadError> {
    let path = built_file(name);
    if !path.is_file() {
        let path = path.display();
        return Err(LoadError(format!(
            "{path} does not exist: run `make wasm`, or set TOLLGATE_WASM_DIR to the folder of the built modules"
        )));
    }
    Module::load(path)
}

/// Where [`built`] finds a module: in the folder `$TOLLGATE_WASM_DIR`, else in the workspace's
/// `target/wasm32-wasip1/release`.
pub fn built_file(name: &str) -> PathBuf {
    let folder = std::env::var_os("TOLLGATE_WASM_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/wasm32-wasip1/release"),
        PathBuf::from,
    );
    folder.join(name).with_extension("wasm")
}

/// Why a module could not be loaded or a VM not be started, in Envoy's words where it has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError(pub(crate) String);

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoadError {}

pub(crate) fn engine() -> Result<&'static Engine, LoadError> {
    static ENGINE: OnceLock<Result<Engine, LoadError>> = OnceLock::new();

    let engine = ENGINE.get_or_init(|| {
        let mut config = Config::new();
        config
            .consume_fuel(true)
            .operator_cost(instructions())
            .cranelift_opt_level(OptLevel::Speed);
        Engine::new(&config).map_err(|e| LoadError(format!("{e:#}")))
    });
    engine.as_ref().map_err(Clone::clone)
}

/// wasmtime's own costs, less what it charges for each byte that a bulk instruction moves: the unit
/// is the instruction.
fn instructions() -> OperatorCost {
    let variable = VariableOperatorCost {
        memory_copy_per_byte: 0,
        memory_fill_per_byte: 0,
        memory_init_per_byte: 0,
        table_copy_per_element: 0,
        table_fill_per_element: 0,
        table_init_per_element: 0,
        table_grow_per_element: 0,
        ..VariableOperatorCost::new()
    };
    OperatorCost { variable, ..OperatorCost::new() }
}
