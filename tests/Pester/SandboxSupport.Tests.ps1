Describe 'Get-SandboxSupport' {
    It 'writes complete rows with distinct names' {
        $rows = Get-SandboxSupport
        @($rows.Name | Sort-Object -Unique).Count | Should -Be @($rows).Count
        foreach ($row in $rows) {
            $row.Detail | Should -Not -BeNullOrEmpty
            $row.Lost | Should -Not -BeNullOrEmpty
            if (-not $row.Supported) { $row.Remedy | Should -Not -BeNullOrEmpty }
        }
    }

    It 'chooses by wildcards' {
        @(Get-SandboxSupport -Name seccomp_*).Name | Should -Contain 'seccomp_filter'
    }
}

Describe 'Test-SandboxSupport' {
    It 'returns a bool' {
        Test-SandboxSupport -Name pidfd | Should -BeOfType [bool]
    }

    It 'refuses an unknown name and suggests the nearest' {
        { Test-SandboxSupport -Name landlok } | Should -Throw -ErrorId 'SandboxSupport,NOT_FOUND*' -ExpectedMessage '*landlock*'
    }
}
