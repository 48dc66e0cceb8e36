Describe 'Watch-SeccompDenial' {
    It 'streams with decoded paths' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a /tmp/b; true' -DenySyscall mkdir
        ($process | Watch-SeccompDenial).Path | Should -Be '/tmp/a', '/tmp/b'
    }

    It 'ends with Select-Object -First and leaves the process' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; sleep 60' -DenySyscall mkdir
        try {
            ($process | Watch-SeccompDenial | Select-Object -First 1).Syscall | Should -Be 'mkdir'
            $process.HasExited | Should -BeFalse
        }
        finally {
            $process | Stop-HardenedProcess -Force
        }
    }

    It 'stops a program at its first forbidden call' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; sleep 60' -DenySyscall mkdir
        Watch-SeccompDenial -Process $process | Where-Object Syscall -In mkdir, mount | Stop-HardenedProcess
        $process.HasExited | Should -BeTrue
    }
}
