// Runs a WASI command in V8, the engine of Envoy: node run.mjs MODULE [ARGUMENT...]
import { readFile } from "node:fs/promises";
import process from "node:process";
import { WASI } from "node:wasi";

const [module, ...args] = process.argv.slice(2);
const wasi = new WASI({ version: "preview1", args: [module, ...args] });
const { instance } = await WebAssembly.instantiate(await readFile(module), wasi.getImportObject());
wasi.start(instance);
