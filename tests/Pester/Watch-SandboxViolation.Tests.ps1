Describe 'Watch-SandboxViolation' {
    It 'streams what a recorded process was refused' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; touch /usr/b; true' -RecordViolation
        ($process | Watch-SandboxViolation -Errno EROFS).Path | Should -Be '/usr/a', '/usr/b'
    }

    It 'ends with Select-Object -First, leaves the process, and nothing attached' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'while :; do touch /usr/a; sleep 0.02; done'
        try {
            ($process | Watch-SandboxViolation -Errno EROFS | Select-Object -First 1).Path | Should -Be '/usr/a'
            $process.HasExited | Should -BeFalse
            Get-ChildItem /proc/self/fd | Where-Object Target -Like 'anon_inode:bpf*' | Should -BeNullOrEmpty
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }
    }

    It 'names a bad errno' {
        { Watch-SandboxViolation -All -Errno EWHAT } | Should -Throw "*'EWHAT' is no errno*"
    }
}
