#!/bin/sh
# Runs every test project, and tests/Pester where pwsh and Pester are; the last line sums all of it.
# Arguments go to each xunit runner, e.g. -class 'Sandbox.Tests.Errno*'.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
results="$root/out/TestResults"
rm -rf "$results"
mkdir -p "$results"
passed=0 failed=0 skipped=0 status=0

# An attribute of the runner's <assembly> element.
count() { sed -n 's/.*<assembly [^>]* '"$2"'="\([0-9]*\)".*/\1/p' "$1" | head -n 1; }

for project in "$root"/tests/*.Tests/*.csproj; do
    name=Sandbox.$(basename "$project" .csproj)
    runner="$(dirname "$project")/bin/Release/net10.0/$name"
    result="$results/$name.xml"
    echo "== $name"
    timeout -k 10 900 "$runner" -noColor -noLogo -result-xml "$result" "$@"
    code=$?
    [ $code -eq 0 ] || status=1
    # A runner that died or hung has written nothing: that is a failure, not an absence of tests.
    if ! total=$(count "$result" total 2>/dev/null) || [ -z "$total" ]; then
        echo "$name ended with exit code $code and without results."
        failed=$((failed + 1)) status=1
        continue
    fi
    suite_failed=$(($(count "$result" failed) + $(count "$result" errors)))
    passed=$((passed + $(count "$result" passed)))
    skipped=$((skipped + $(count "$result" skipped)))
    # Such as a crash after the last result was written.
    if [ $code -ne 0 ] && [ $suite_failed -eq 0 ]; then
        echo "$name ended with exit code $code though no test failed."
        suite_failed=1
    fi
    failed=$((failed + suite_failed))
done

echo "== Pester"
if ! command -v pwsh >/dev/null; then
    echo "The Pester specs were not run: pwsh is not on PATH. The xunit suites hold a twin of each."
else
    PSModulePath="$root/out${PSModulePath:+:$PSModulePath}" pwsh -NoProfile -NonInteractive -File "$root/tests/Pester/Invoke-Specs.ps1" "$results/pester.counts"
    code=$?
    if [ -f "$results/pester.counts" ]; then
        read -r p f s <"$results/pester.counts"
        passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    elif [ $code -ne 0 ]; then
        echo "Pester ended with exit code $code and without results."
        failed=$((failed + 1))
    fi
fi

[ $failed -eq 0 ] || status=1
echo
echo "$passed passed, $failed failed, $skipped skipped"
exit $status
