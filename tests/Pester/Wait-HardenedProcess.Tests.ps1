Describe 'Wait-HardenedProcess' {
    It 'writes what has ended' {
        Start-HardenedProcess sleep -ArgumentList 0.1 | Wait-HardenedProcess | ForEach-Object ExitCode | Should -Be 0
    }

    It 'writes an error after its time' {
        $process = Start-HardenedProcess sleep -ArgumentList 60
        try { { $process | Wait-HardenedProcess -Timeout 0.1 -ErrorAction Stop } | Should -Throw -ErrorId 'Wait,ETIMEDOUT,Sandbox.Cmdlets.WaitHardenedProcessCommand' }
        finally { $process | Stop-HardenedProcess -Force }
    }
}
