#!/usr/bin/env bash
# Makes .venv with the given Python, also on a Debian that split `venv` off its Python.
set -euo pipefail
python="${1:-python3}"

if ! command -v "$python" >/dev/null; then
    echo "There is no $python here. Install Python 3.11 or newer, or name it: make PYTHON=/path/to/python3" >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "The desk needs Python 3.11 or newer, and $python is $("$python" -V 2>&1). Name another: make PYTHON=…" >&2
    exit 1
fi
if [ -x .venv/bin/python ] && .venv/bin/python -m pip --version >/dev/null 2>&1; then exit 0; fi

rm -rf .venv
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')"
    if "$python" -m virtualenv --version >/dev/null 2>&1; then
        exec "$python" -m virtualenv --quiet .venv
    fi
    if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
        echo "This Python comes without venv. As root: apt-get install $package" >&2
        exit 1
    fi
    echo "Installing $package …"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "$package" >/dev/null
fi
exec "$python" -m venv .venv
