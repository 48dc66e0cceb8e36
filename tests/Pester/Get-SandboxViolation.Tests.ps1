Describe 'Get-SandboxViolation' {
    It 'gets what a finished process recorded' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'touch /usr/a; mount -t tmpfs none /mnt; true' -RecordViolation -Wait
        ($process | Get-SandboxViolation).Operation | Should -Be 'open', 'mount'
        ($process | Get-SandboxViolation -Errno EROFS).Path | Should -Be '/usr/a'
    }

    It 'says of a process that does not record what to do' {
        $process = Start-HardenedProcess true -Wait
        { $process | Get-SandboxViolation -ErrorAction Stop } | Should -Throw -ErrorId 'GetSandboxViolation,NOT_RECORDED*'
    }
}
