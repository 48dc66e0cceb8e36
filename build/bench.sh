#!/bin/sh
# Runs the benchmarks project with the given arguments.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program="$root/bench/bin/Release/net10.0/Sandbox.Bench.dll"
if [ ! -f "$program" ]; then
    echo "There are no benchmarks to run: $program is not built." >&2
    exit 1
fi
exec dotnet "$program" "$@"
