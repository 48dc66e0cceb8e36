Describe 'Optimize-SeccompPolicy' {
    It 'makes a policy under which the workload passes and another is refused' {
        $policy = Optimize-SeccompPolicy ls -ArgumentList '/usr'
        (Start-HardenedProcess ls -ArgumentList '/usr' -SeccompPolicy $policy -Wait).Denials.Count | Should -Be 0
        (Start-HardenedProcess mkdir -ArgumentList '/tmp/a' -SeccompPolicy $policy -Wait).Denials.Syscall | Should -Contain 'mkdir'
    }

    It 'runs nothing with -WhatIf' {
        Optimize-SeccompPolicy ls -WhatIf | Should -BeNullOrEmpty
    }
}
