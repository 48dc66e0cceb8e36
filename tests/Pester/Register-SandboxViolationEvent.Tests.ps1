Describe 'Register-SandboxViolationEvent' {
    It 'raises an event for a violation' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'sleep 0.5; touch /usr/a; true'
        Register-SandboxViolationEvent -Process $process -Errno EROFS -SourceIdentifier violations
        try {
            (Wait-Event -SourceIdentifier violations -Timeout 10).SourceEventArgs.Violation.Path | Should -Be '/usr/a'
        }
        finally {
            Unregister-Event violations
            Get-Event -SourceIdentifier violations -ErrorAction Ignore | Remove-Event
        }
    }
}
