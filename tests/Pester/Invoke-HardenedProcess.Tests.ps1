Describe 'Invoke-HardenedProcess' {
    It 'passes lines through and sets $LASTEXITCODE' {
        Invoke-HardenedProcess sh -ArgumentList '-c', 'echo a; echo b; exit 3' | Should -Be 'a', 'b'
        $LASTEXITCODE | Should -Be 3
    }

    It 'filters the pipeline' {
        'b', 'a' | Invoke-HardenedProcess sort | Should -Be 'a', 'b'
    }

    It 'ends the tree when nothing more is wanted' {
        Invoke-HardenedProcess yes | Select-Object -First 2 | Should -Be 'y', 'y'
        Get-HardenedProcess yes -Running -ErrorAction SilentlyContinue | Should -BeNullOrEmpty
    }

    It 'writes an error for a time limit' {
        { Invoke-HardenedProcess sleep -ArgumentList 60 -Timeout 0.2 -ErrorAction Stop } | Should -Throw -ErrorId 'InvokeHardenedProcess,ETIMEDOUT,Sandbox.Cmdlets.InvokeHardenedProcessCommand'
    }
}
