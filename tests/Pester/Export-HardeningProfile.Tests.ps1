Describe 'Export-HardeningProfile' {
    It 'writes what Import-HardeningProfile reads' {
        foreach ($ending in 'json', 'psd1') {
            New-HardeningProfile Mine -MemoryLimit 1GB | Export-HardeningProfile "$TestDrive/p.$ending"
            (Import-HardeningProfile "$TestDrive/p.$ending").MemoryLimit | Should -Be 1GB
        }

        { Get-HardeningProfile Strict | Export-HardeningProfile "$TestDrive/p.json" } | Should -Throw -ErrorId 'ProfileFile,EEXIST,Sandbox.Cmdlets.ExportHardeningProfileCommand'
    }

    It 'passes on the file as Get-Item shows it' {
        $file = Export-HardeningProfile -Profile Strict -Path "$TestDrive/passed.json" -PassThru
        ($file | Format-Table | Out-String) | Should -Be (Get-Item "$TestDrive/passed.json" | Format-Table | Out-String)
    }
}
