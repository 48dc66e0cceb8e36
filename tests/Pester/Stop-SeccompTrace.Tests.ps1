Describe 'Stop-SeccompTrace' {
    It 'leaves the process running and the file whole' {
        $process = Start-HardenedProcess sleep -ArgumentList 60 -Trace "$TestDrive/whole.ndjson"
        try {
            $trace = Start-SeccompTrace -Process $process -Path "$TestDrive/part.ndjson" | Stop-SeccompTrace
            $trace.EndTime | Should -Not -BeNullOrEmpty
            $process.HasExited | Should -BeFalse
            "$TestDrive/part.ndjson" | Should -Exist
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }
    }
}
