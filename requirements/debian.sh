#!/usr/bin/env bash
# Installs the Debian packages the tests drive (mail server, databases, browser) where they are missing.
set -euo pipefail
PATH="$PATH:/usr/sbin:/sbin"

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }
need dovecot dovecot-imapd
test -x /usr/lib/dovecot/lmtp || missing+=(dovecot-lmtpd)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || missing+=(chromium)

if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
if ! command -v apt-get >/dev/null; then
    echo "The tests need these programs, and this machine has no apt-get to install them with: ${missing[*]}." >&2
    exit 1
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "The tests need Debian packages that are not here. As root: apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing ${missing[*]} …"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
