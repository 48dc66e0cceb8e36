Describe 'Start-SeccompTrace' {
    It 'records a part of a run' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'while :; do ls / >/dev/null; done' -Trace "$TestDrive/whole.ndjson"
        try {
            $trace = $process | Start-SeccompTrace -Path "$TestDrive/part.ndjson"
            $trace.Method | Should -Be 'Notify'
            Start-Sleep -Milliseconds 600
            ($trace | Stop-SeccompTrace).Calls | Should -BeGreaterThan 0
            (Get-Content "$TestDrive/part.ndjson" | ConvertFrom-Json).name | Should -Contain 'execve'
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }
    }

    It 'starts nothing with -WhatIf' {
        Start-SeccompTrace -Process $PID -Path "$TestDrive/none.ndjson" -WhatIf
        "$TestDrive/none.ndjson" | Should -Not -Exist
    }
}
