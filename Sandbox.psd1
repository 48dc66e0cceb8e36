@{
    RootModule             = 'Sandbox.dll'
    ModuleVersion          = '0.1.0'
    GUID                   = '6b0f2a0c-7f0f-4c44-9d0c-5f5f0f3f7d21'
    Author                 = 'The Sandbox authors'
    Copyright              = '(c) The Sandbox authors. MIT License.'
    Description            = 'Runs untrusted programs on Linux under namespaces, seccomp, Landlock and cgroups, and says truthfully what is applied.'
    PowerShellVersion      = '7.6'
    CompatiblePSEditions   = @('Core')

    # One name a line, sorted; a repository test compares them with the cmdlet classes and the help pages.
    CmdletsToExport        = @(
        'Compare-SeccompPolicy'
        'ConvertFrom-SeccompPolicy'
        'ConvertTo-SeccompPolicy'
        'Export-HardeningProfile'
        'Export-PacketFlow'
        'Export-SeccompPolicy'
        'Get-HardenedProcess'
        'Get-HardeningProfile'
        'Get-PacketCapture'
        'Get-PacketFlow'
        'Get-SandboxSupport'
        'Get-SandboxViolation'
        'Get-SeccompDenial'
        'Get-SeccompFilter'
        'Get-SeccompSet'
        'Get-SeccompSyscall'
        'Import-HardeningProfile'
        'Import-PacketCapture'
        'Import-SeccompPolicy'
        'Invoke-HardenedProcess'
        'Measure-SeccompPolicy'
        'Merge-SeccompPolicy'
        'New-HardeningProfile'
        'New-SeccompPolicy'
        'Optimize-SeccompPolicy'
        'Read-Packet'
        'Receive-HardenedProcessOutput'
        'Register-SandboxViolationEvent'
        'Register-SeccompDenialEvent'
        'Repair-Sandbox'
        'Start-HardenedProcess'
        'Start-PacketCapture'
        'Start-SeccompTrace'
        'Stop-HardenedProcess'
        'Stop-PacketCapture'
        'Stop-SeccompTrace'
        'Test-SandboxSupport'
        'Test-SeccompPolicy'
        'Wait-HardenedProcess'
        'Watch-Packet'
        'Watch-SandboxViolation'
        'Watch-SeccompDenial'
    )
    FunctionsToExport      = @()
    AliasesToExport        = @()
    VariablesToExport      = @()

    # One file a type, sorted; a repository test compares them with module/Views.
    FormatsToProcess       = @(
        'Views/CaptureFile.Format.ps1xml'
        'Views/CaptureViewFile.Format.ps1xml'
        'Views/CapturedProcess.Format.ps1xml'
        'Views/HardenedProcess.Format.ps1xml'
        'Views/HardeningOutcome.Format.ps1xml'
        'Views/HardeningProfile.Format.ps1xml'
        'Views/NetworkRemnant.Format.ps1xml'
        'Views/OutputLine.Format.ps1xml'
        'Views/PacketCapture.Format.ps1xml'
        'Views/PacketFlow.Format.ps1xml'
        'Views/PacketRecord.Format.ps1xml'
        'Views/ResourceUsage.Format.ps1xml'
        'Views/SandboxFeature.Format.ps1xml'
        'Views/SandboxViolation.Format.ps1xml'
        'Views/SeccompDenial.Format.ps1xml'
        'Views/SeccompDenialCount.Format.ps1xml'
        'Views/SeccompFilter.Format.ps1xml'
        'Views/SeccompFinding.Format.ps1xml'
        'Views/SeccompMeasurement.Format.ps1xml'
        'Views/SeccompPolicy.Format.ps1xml'
        'Views/SeccompPolicyDifference.Format.ps1xml'
        'Views/SeccompProgram.Format.ps1xml'
        'Views/SeccompSet.Format.ps1xml'
        'Views/SeccompSyscall.Format.ps1xml'
        'Views/SeccompTrace.Format.ps1xml'
        'Views/SyscallCount.Format.ps1xml'
    )
    TypesToProcess         = @('Sandbox.Types.ps1xml')

    PrivateData            = @{
        PSData = @{
            Tags         = @('Linux', 'sandbox', 'security', 'seccomp', 'Landlock', 'namespaces', 'cgroups')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
