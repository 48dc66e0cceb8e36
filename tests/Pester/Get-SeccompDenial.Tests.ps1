Describe 'Get-SeccompDenial' {
    It 'gets what a finished process recorded' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a; rmdir /tmp/b; true' -DenySyscall mkdir, rmdir -Wait
        ($process | Get-SeccompDenial).Syscall | Should -Be 'mkdir', 'rmdir'
        ($process | Get-SeccompDenial -Syscall mk*).Path | Should -Be '/tmp/a'
    }
}
