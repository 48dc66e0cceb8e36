Describe 'Seccomp policies' {
    It 'makes, tests and proves a policy' {
        $policy = New-SeccompPolicy '@basic', 'socket' -Name reader
        $policy.Name | Should -Be 'reader'
        Test-SeccompPolicy $policy socket AF_VSOCK | Should -BeTrue
        Test-SeccompPolicy strict socket AF_VSOCK, SOCK_STREAM | Should -BeFalse
        Test-SeccompPolicy $policy -Prove | Should -BeTrue
    }

    It 'survives a file and a text' {
        $policy = New-SeccompPolicy read, write -Name p
        Export-SeccompPolicy -Policy $policy -Path "$TestDrive/p.json"
        Import-SeccompPolicy "$TestDrive/p.json" | Should -Be $policy
        $policy | ConvertFrom-SeccompPolicy | ConvertTo-SeccompPolicy | Should -Be $policy
        ConvertFrom-SeccompPolicy strict | ConvertTo-SeccompPolicy | Should -Be (New-SeccompPolicy -Policy strict)
    }

    It 'writes nothing with -WhatIf and refuses a loss by name' {
        Export-SeccompPolicy -Policy standard -Path "$TestDrive/none.json" -WhatIf
        "$TestDrive/none.json" | Should -Not -Exist
        { ConvertFrom-SeccompPolicy strict -As Systemd -ErrorAction Stop } | Should -Throw -ErrorId 'SeccompFormat,LOSSY*'
    }

    It 'lists differences that can be replayed' {
        $differences = @(Compare-SeccompPolicy strict standard)
        $first = @($differences | Test-SeccompPolicy -Policy strict)
        $second = @($differences | Test-SeccompPolicy -Policy standard)
        for ($i = 0; $i -lt $differences.Count; $i++) { $first[$i] | Should -Not -Be $second[$i] }
    }

    It 'tells the sides of a difference apart where both refuse' {
        $other = New-SeccompPolicy -Policy strict -DefaultErrno 38
        $differences = @(Compare-SeccompPolicy strict $other)
        $differences.Count | Should -BeGreaterThan 0
        $differences | Test-SeccompPolicy -Policy strict -Decision { $_.Reference } | Should -Not -Contain $false
        $differences | Test-SeccompPolicy -Policy $other -Decision { $_.Difference } | Should -Not -Contain $false
        $differences | Test-SeccompPolicy -Policy $other -Decision { $_.Reference } | Should -Not -Contain $true
    }

    It 'survives CLIXML' {
        $policy = New-SeccompPolicy -Policy strict -Architecture X86_64, X86 -Flag Log
        $back = [System.Management.Automation.PSSerializer]::Deserialize([System.Management.Automation.PSSerializer]::Serialize($policy))
        $back.Rules[3].Conditions[0].Operator | Should -Be 'Equal'
        New-SeccompPolicy -Policy $back | Should -Be $policy
        $back | Test-SeccompPolicy -Prove | Should -BeTrue
        Compare-SeccompPolicy $policy $back | Should -BeNullOrEmpty
    }

    It 'merges, measures and lists' {
        (Merge-SeccompPolicy (New-SeccompPolicy read), (New-SeccompPolicy write) -Name m).Name | Should -Be 'm'
        (New-SeccompPolicy '@basic', ptrace | Measure-SeccompPolicy).Findings.RuleId | Should -Contain 'debugging'
        (Measure-SeccompPolicy strict).Findings | Where-Object { -not $_.Justification } | Should -BeNullOrEmpty
        (Get-SeccompSyscall openat2).Since | Should -Be '5.6'
        (Get-SeccompSet network).Name | Should -Be '@network'
    }
}

Describe 'Policies learned from runs' {
    It 'allows the same run and nothing else' {
        $null = Start-HardenedProcess ls -ArgumentList /usr -Trace "$TestDrive/ls.ndjson" -Wait
        $policy = New-SeccompPolicy -FromTrace "$TestDrive/*.ndjson" -WithArguments -Name ls
        $again = Start-HardenedProcess ls -ArgumentList /usr -SeccompPolicy $policy -Wait
        $again.ExitCode | Should -Be 0
        $again.Denials | Should -BeNullOrEmpty
        Test-SeccompPolicy $policy unshare | Should -BeFalse
    }

    It 'learns from strace and from audit records' {
        Set-Content "$TestDrive/s.strace" '12 getpid() = 1'
        Set-Content "$TestDrive/audit.log" 'type=SECCOMP msg=audit(1.1:4): pid=42 arch=c000003e syscall=165 code=0x7ffc0000'
        Test-SeccompPolicy (New-SeccompPolicy -FromStrace "$TestDrive/s.strace") getpid | Should -BeTrue
        (New-SeccompPolicy -FromAuditLog "$TestDrive/audit.log").ToText() | Should -Match 'mount'
    }

    It 'names the line that it can not understand' {
        Set-Content "$TestDrive/bad.strace" "read(0) = 0", 'hello'
        { New-SeccompPolicy -FromStrace "$TestDrive/bad.strace" -ErrorAction Stop } | Should -Throw -ErrorId 'Trace,BAD_LINE*' -ExpectedMessage '*bad.strace:2*'
    }
}

Describe 'Get-SeccompFilter' {
    It 'reads the filter of a hardened process' -Skip:((id -u) -ne 0) {
        $process = Start-HardenedProcess sleep 60
        try {
            $filter = $process | Get-SeccompFilter -Policy strict
            $filter.Policy | Should -Be 'strict'
            $filter.Differences.Difference.Action | Sort-Object -Unique | Should -Be 'Notify'
        }
        finally { $process | Stop-HardenedProcess }
    }

    It 'tells that a process is not there' {
        { Get-SeccompFilter 2147483646 -ErrorAction Stop } | Should -Throw -ErrorId 'GetSeccompFilter,ESRCH*'
    }
}
