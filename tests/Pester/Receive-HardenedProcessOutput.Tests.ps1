Describe 'Receive-HardenedProcessOutput' {
    It 'streams both streams' {
        $lines = Start-HardenedProcess sh -ArgumentList '-c', 'echo a; echo e >&2' | Receive-HardenedProcessOutput
        ($lines | Where-Object Stream -EQ 'StandardOutput').Text | Should -Be 'a'
        ($lines | Where-Object Stream -EQ 'StandardError').Text | Should -Be 'e'
    }

    It 'ends with Select-Object -First and leaves the process' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'echo a; sleep 60'
        try {
            $watch = [Diagnostics.Stopwatch]::StartNew()
            ($process | Receive-HardenedProcessOutput | Select-Object -First 1).Text | Should -Be 'a'
            $watch.ElapsedMilliseconds | Should -BeLessThan 2000
            $process.HasExited | Should -BeFalse
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }
    }
}
