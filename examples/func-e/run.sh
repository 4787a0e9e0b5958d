#!/bin/sh
# Envoy by func-e with everything of envoy-configs/full.yaml, and two simulated providers behind it. Ctrl-C ends all.
set -eu
cd "$(dirname "$0")/../.."

fail() {
  echo "$1" >&2
  exit 1
}
command -v func-e >/dev/null || fail "func-e is needed: https://func-e.io"
for built in debug/tollgate wasm32-wasip1/release/chain.wasm wasm32-wasip1/release/provider_translator.wasm; do
  [ -f "target/$built" ] || fail "target/$built is not there: make wasm tollgate"
done

started=
trap 'kill $started 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM HUP
for provider in "openai-chat --port 10101" "anthropic-messages --port 10102"; do
  # shellcheck disable=SC2086
  target/debug/tollgate mock $provider &
  started="$started $!"
done

export OPENAI_API_KEY=any ANTHROPIC_API_KEY=any
# In the background, so that the shell hears of a signal while Envoy runs.
func-e run -c examples/func-e/envoy.yaml "$@" &
started="$started $!"
wait $!
