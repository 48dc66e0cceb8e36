#!/usr/bin/env pwsh
# Build | Test | Demo | Bench | Pack | Shell, as build.sh; the logic is in build/.
param(
    [ValidateSet('Build', 'Test', 'Demo', 'Bench', 'Pack', 'Shell')]
    [string] $Task = 'Build',

    [Parameter(ValueFromRemainingArguments)]
    [string[]] $Arguments = @()
)

$ErrorActionPreference = 'Stop'
& sh (Join-Path $PSScriptRoot 'build.sh') $Task @Arguments
exit $LASTEXITCODE
