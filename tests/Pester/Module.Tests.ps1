Describe 'The module' {
    It 'is imported from the staged folder' {
        (Get-Module Sandbox).Path | Should -Match 'out/Sandbox/Sandbox\.dll$'
    }

    It 'exports every cmdlet that its manifest names' {
        $manifest = Import-PowerShellDataFile (Join-Path $PSScriptRoot '../../out/Sandbox/Sandbox.psd1')
        $exported = @((Get-Module Sandbox).ExportedCmdlets.Keys | Sort-Object)
        $exported | Should -Be @($manifest.CmdletsToExport | Sort-Object)
    }
}
