Describe 'Get-HardenedProcess' {
    It 'finds by id, name and state' {
        $process = Start-HardenedProcess sleep -ArgumentList 60
        try {
            Get-HardenedProcess -Id $process.Id | Should -Be $process
            Get-HardenedProcess sle* -Running | Should -Contain $process
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }

        Get-HardenedProcess -Running | Should -Not -Contain $process
    }

    It 'writes an error for what is not there' {
        { Get-HardenedProcess no-such-name -ErrorAction Stop } | Should -Throw -ErrorId 'GetHardenedProcess,NOT_FOUND,Sandbox.Cmdlets.GetHardenedProcessCommand'
    }
}
