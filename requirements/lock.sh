#!/usr/bin/env bash
# Renews the locks: every package with the hashes of its files, and no word of where they come from.
# What is tested is resolved first; what runs is a part of it, in the same versions.
set -euo pipefail
compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@"
}
compile --output-file requirements/test.txt \
    --extra postgres --extra dkim --extra test --extra dev pyproject.toml
versions="$(mktemp)"
trap 'rm -f "$versions"' EXIT
grep -oE '^[A-Za-z0-9._-]+==[^ ]+' requirements/test.txt >"$versions"
compile --output-file requirements/run.txt --constraint "$versions" --extra postgres --extra dkim pyproject.toml
compile --output-file requirements/node.txt requirements/node.in
