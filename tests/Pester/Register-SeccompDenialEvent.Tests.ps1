Describe 'Register-SeccompDenialEvent' {
    It 'raises an event for a denial' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 0.3; mkdir /tmp/a; true' -DenySyscall mkdir
        Register-SeccompDenialEvent -Process $process -SourceIdentifier denials
        try {
            (Wait-Event -SourceIdentifier denials -Timeout 10).SourceEventArgs.Denial.Path | Should -Be '/tmp/a'
        }
        finally {
            Unregister-Event denials
            Get-Event -SourceIdentifier denials -ErrorAction Ignore | Remove-Event
        }
    }
}
