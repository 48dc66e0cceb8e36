#!/bin/sh
# Runs -Command text or -File script with arguments in pwsh or, where that isn't on PATH, in tools/Shell.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
# By its name the module is found and imported at the first use of a cmdlet, as an installed one is.
export PSModulePath="$root/out${PSModulePath:+:$PSModulePath}"
if command -v pwsh >/dev/null; then exec pwsh -NoProfile -NonInteractive "$@"; fi
exec dotnet "$root/tools/Shell/bin/${CONFIGURATION:-Release}/net10.0/Shell.dll" -Module "$root/out/Sandbox/Sandbox.psd1" "$@"
