Describe 'Stop-HardenedProcess' {
    It 'asks first, and kills with -Force' {
        (Start-HardenedProcess sleep -ArgumentList 60 | Stop-HardenedProcess -PassThru).Signal | Should -Be 'SIGTERM'
        (Start-HardenedProcess sleep -ArgumentList 60 | Stop-HardenedProcess -Force -PassThru).Signal | Should -Be 'SIGKILL'
    }

    It 'takes a line of output' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'echo panic; sleep 60'
        $process | Receive-HardenedProcessOutput -MaxCount 1 | Stop-HardenedProcess -Force
        $process.HasExited | Should -BeTrue
    }
}
