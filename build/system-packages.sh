#!/bin/sh
# Installs the packages of packages.apt that a task needs and that are missing: system-packages.sh build|run
# As another user than root it says what is missing and fails, because what follows would fail less clearly.
set -eu
list="$(dirname "$0")/packages.apt"
wanted=$(awk -v task="$1" '$1 == "build" || $1 == task { print $2 }' "$list" | sort -u)

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    echo "This is no Debian or Ubuntu: what these packages bring has to be installed by hand:" $wanted
    exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | awk '$1 == "ii" { print $2 }' | sort -u)
missing=$(printf '%s\n' "$wanted" | grep -vxF "$installed" || true)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
    echo "Missing system packages:" $missing >&2
    echo "Install them as root: apt-get install --no-install-recommends" $missing >&2
    exit 1
fi

echo "Installing missing system packages:" $missing
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() { apt-get install -qq -y --no-install-recommends -o DPkg::Lock::Timeout=300 $missing >"$log" 2>&1; }
# The package lists of a fresh machine are absent or too old to install from.
if ! install; then
    apt-get update -qq -o DPkg::Lock::Timeout=300 || true
    install || { cat "$log" >&2; exit 1; }
fi
