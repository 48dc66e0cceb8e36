# Runs the specs of this folder where Pester 5 is installed, and writes "passed failed skipped" to a file.
param([Parameter(Mandatory)] [string] $CountsPath)

$ErrorActionPreference = 'Stop'
$pester = Get-Module -ListAvailable -Name Pester | Where-Object Version -GE ([version]'5.0') | Sort-Object Version | Select-Object -Last 1
if (-not $pester) {
    'The Pester specs were not run: Pester 5 is not installed (Install-PSResource Pester). The xunit suites hold a twin of each.'
    exit 0
}

Import-Module $pester
Import-Module (Join-Path $PSScriptRoot '../../out/Sandbox/Sandbox.psd1')
$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration
# A container that can't be parsed or whose BeforeAll fails counts as well.
$failed = $result.FailedCount + $result.FailedBlocksCount + $result.FailedContainersCount
"$($result.PassedCount) $failed $($result.SkippedCount + $result.NotRunCount)" | Set-Content -LiteralPath $CountsPath
exit [int]($failed -gt 0)
