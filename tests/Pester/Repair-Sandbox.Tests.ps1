Describe 'Repair-Sandbox' {
    It 'has nothing to do after an orderly end' {
        Invoke-HardenedProcess true
        Repair-Sandbox -WhatIf | Should -BeNullOrEmpty
        Repair-Sandbox | Should -BeNullOrEmpty
    }
}
