#!/bin/sh
# Build | Test | Demo | Bench | Pack | Shell. The logic is in build/; build.ps1 takes the same tasks.
set -eu
root=$(cd "$(dirname "$0")" && pwd)
task=${1:-Build}
[ $# -eq 0 ] || shift
# Build nodes that outlive the build would keep a caller's pipe open.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# The PowerShell engine that the tests and tools/Shell host would report itself to its makers.
export POWERSHELL_TELEMETRY_OPTOUT=1

if ! command -v dotnet >/dev/null; then
    echo "dotnet is not on PATH: install the .NET SDK that global.json names (https://dot.net)." >&2
    exit 1
fi

run() { dotnet msbuild "$root/build/Tasks.proj" -nologo -v:m -tl:off "-t:$1"; }

case $task in
    Build | Pack) run "$task" ;;
    Test) run Ready && exec sh "$root/build/test.sh" "$@" ;;
    Demo) run Ready && exec sh "$root/build/shell.sh" -File "$root/examples/Demo.ps1" "$@" ;;
    Bench) run Ready && exec sh "$root/build/bench.sh" "$@" ;;
    Shell) run Build >&2 && exec sh "$root/build/shell.sh" "$@" ;;
    *) echo "Unknown task '$task'. Tasks: Build, Test, Demo, Bench, Pack, Shell." >&2; exit 2 ;;
esac
