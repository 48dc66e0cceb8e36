Describe 'Import-HardeningProfile' {
    It 'reads JSON and psd1 as data' {
        Set-Content -LiteralPath "$TestDrive/a.json" '{ "extends": "Strict", "name": "A", "timeout": 60 }'
        Set-Content -LiteralPath "$TestDrive/b.psd1" "@{ Extends = 'Strict'; Name = 'B' }"
        (Get-ChildItem $TestDrive | Import-HardeningProfile).Name | Should -Be 'A', 'B'
        Set-Content -LiteralPath "$TestDrive/c.psd1" '@{ Name = $(Get-Date) }'
        { Import-HardeningProfile "$TestDrive/c.psd1" -ErrorAction Stop } | Should -Throw -ErrorId 'HardeningProfile,PSD1,Sandbox.Cmdlets.ImportHardeningProfileCommand'
    }

    It 'names the file that is not there' {
        { Import-HardeningProfile TestDrive:/none.json -ErrorAction Stop } | Should -Throw "'$TestDrive/none.json' doesn't exist."
    }
}
