#!/usr/bin/env bash
# Renews the locks: every package with the hashes of its files, and no word of where they come from.
set -euo pipefail
compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@"
}
compile --output-file requirements/run.txt --extra postgres --extra dkim pyproject.toml
compile --output-file requirements/test.txt --constraint requirements/run.txt \
    --extra postgres --extra dkim --extra redis --extra test --extra dev pyproject.toml
compile --output-file requirements/node.txt requirements/node.in
