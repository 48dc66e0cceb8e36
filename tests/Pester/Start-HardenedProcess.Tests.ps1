Describe 'Start-HardenedProcess' {
    It 'runs under Strict by default, and completely' {
        $process = Start-HardenedProcess python3 -ArgumentList '-c', 'import os; print(os.getpid(), os.getuid())' -Wait
        $process.StandardOutput | Should -Be "2 1000`n"
        $process.Level | Should -Be 'Full'
        $process.Outcome | Where-Object Requested | ForEach-Object Status | Select-Object -Unique | Should -Be 'Applied'
    }

    It 'reports the exact exit code and signal' {
        (Start-HardenedProcess sh -ArgumentList '-c', 'exit 7' -Wait).ExitCode | Should -Be 7
        (Start-HardenedProcess sh -ArgumentList '-c', 'kill -TERM $$' -Wait).Signal | Should -Be 'SIGTERM'
    }

    It 'feeds text and bytes' {
        ('b', 'a' | Start-HardenedProcess sort -Wait).StandardOutput | Should -Be "a`nb`n"
        (, [byte[]](0, 255) | Start-HardenedProcess cat -Wait).GetStandardOutputBytes() | Should -Be 0, 255
    }

    It 'counts refused calls' {
        $process = Start-HardenedProcess sh -ArgumentList '-c', 'mkdir /tmp/a' -SeccompPolicy '~mkdir', 'mkdirat' -Wait
        $process.Denials.Count | Should -Be 1
        $process.Denials[0].Action | Should -Be 'Errno(EPERM)'
    }

    It 'ends the tree after its time' {
        $process = Start-HardenedProcess sleep -ArgumentList 60 -Timeout 300ms -Wait
        $process.TimedOut | Should -BeTrue
    }

    It 'fails closed, and says what is missing with -BestEffort' {
        { Start-HardenedProcess true -ResourceLimit @{ nofile = 'unlimited' } } | Should -Throw -ErrorId 'prlimit64,EPERM,Sandbox.Cmdlets.StartHardenedProcessCommand'
        $process = Start-HardenedProcess true -BestEffort -ResourceLimit @{ nofile = 'unlimited' } -Wait -WarningAction SilentlyContinue
        $process.Level | Should -Be 'Partial'
        ($process.Outcome | Where-Object Name -EQ 'rlimit_nofile').ErrnoName | Should -Be 'EPERM'
    }

    It 'says in the default view of an error once what to do' {
        $view = try { Start-HardenedProcess no-such-program } catch { $_ | Out-String -Width 500 }
        [regex]::Matches($view, 'Give the path of the program, or install it\.').Count | Should -Be 1
    }

    It 'refuses a null in place of -<_>' -ForEach 'Profile', 'SeccompPolicy', 'Timeout', 'DenySyscall', 'RequireLevel', 'ArgumentList' {
        $parameter = @{ $_ = $null }
        { Start-HardenedProcess true @parameter } | Should -Throw -ErrorId 'ParameterArgumentValidationError*'
    }

    # Completion of files needs cmdlets that only pwsh has, so this has no twin.
    It 'completes files for -<_>' -ForEach 'FilePath', 'Profile', 'SeccompPolicy' {
        $text = "Start-HardenedProcess -$_ /etc/passw"
        (TabExpansion2 $text $text.Length).CompletionMatches.CompletionText | Should -Contain '/etc/passwd'
    }

    It 'completes programs' {
        $text = 'Start-HardenedProcess chroo'
        (TabExpansion2 $text $text.Length).CompletionMatches.CompletionText | Should -Contain 'chroot'
    }

    It 'starts nothing with -WhatIf' {
        Start-HardenedProcess touch -ArgumentList ran -WorkingDirectory $TestDrive -WhatIf
        Join-Path $TestDrive 'ran' | Should -Not -Exist
    }

    It 'survives CLIXML' {
        $path = Join-Path $TestDrive 'p.xml'
        Start-HardenedProcess true -Wait | Export-Clixml -LiteralPath $path
        $process = Import-Clixml -LiteralPath $path
        $process.State | Should -Be 'Exited'
        $process.Outcome[0].Name | Should -Not -BeNullOrEmpty
    }

    It 'runs in a job and in parallel' {
        $manifest = Join-Path (Get-Module Sandbox).ModuleBase 'Sandbox.psd1'
        $job = Start-Job { param($m) Import-Module $m; Start-HardenedProcess echo -ArgumentList 'job' -Wait } -ArgumentList $manifest
        ($job | Receive-Job -Wait -AutoRemoveJob).StandardOutput | Should -Be "job`n"
        $outputs = 1..4 | ForEach-Object -Parallel { Import-Module $using:manifest; (Start-HardenedProcess echo -ArgumentList "$_" -Wait).StandardOutput.Trim() }
        $outputs | Sort-Object | Should -Be '1', '2', '3', '4'
    }
}
