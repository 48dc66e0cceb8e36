Describe 'Stop-HardenedProcess' {
    It 'asks first, and kills with -Force' {
        (Start-HardenedProcess sleep -ArgumentList 60 | Stop-HardenedProcess -PassThru).Signal | Should -Be 'SIGTERM'
        (Start-HardenedProcess sleep -ArgumentList 60 | Stop-HardenedProcess -Force -PassThru).Signal | Should -Be 'SIGKILL'
    }

    It 'completes by id and name, and signals without SIG' {
        $process = Start-HardenedProcess sleep -ArgumentList 62
        try {
            (TabExpansion2 'Stop-HardenedProcess slee' 25).CompletionMatches.CompletionText | Should -Contain $process.Id
            (TabExpansion2 'Stop-HardenedProcess 1 -Signal usr1' 35).CompletionMatches.CompletionText | Should -Contain 'SIGUSR1'
        }
        finally { $process | Stop-HardenedProcess -Force }
    }

    It 'takes a line of output' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'echo panic; sleep 60'
        $process | Receive-HardenedProcessOutput -MaxCount 1 | Stop-HardenedProcess -Force
        $process.HasExited | Should -BeTrue
    }
}
